"""Evidence for a question that is being typed grows at its end, so that what the engine has read stays read.

The best sentences for half a question are mostly those for the whole one, but one new sentence early in the prompt
makes the engine read all that follows again. So the sentences that were chosen while the question was shorter stay in
front, in their order, as long as search still finds them, and those that are new follow.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from service.answering.finding import Found
from service.answering.sources import Source
from service.answering.types import Question

_REMEMBERED = 64
"""Questions that are being typed at a time."""
_MOST_MORE = 0.5
"""Words beyond those of the chosen sentences, as a share of theirs: more, and the question has turned to something else."""


class GrowingEvidence:
    """Safe to use from many threads."""

    def __init__(self) -> None:
        self._shown: OrderedDict[tuple[str, object], tuple[tuple[str, int], ...]] = OrderedDict()
        self._lock = threading.Lock()

    def grown(self, question: Question, found: Found) -> Found:
        """What was found, its chosen sentences in an order that keeps what was read for a beginning of the question."""
        shown = () if found.whole else self._of_beginning(question)
        by_key = {source.key: source for source in found.sources}
        kept: list[Source] = []
        for key in shown:
            if key not in by_key:
                break
            kept.append(by_key[key])
        known = {source.key for source in kept}
        chosen = [*kept, *(source for source in found.chosen if source.key not in known)]
        if not kept or _words(chosen) > (1 + _MOST_MORE) * _words(found.chosen):
            return found
        return replace(found, chosen=chosen)

    def remember(self, question: Question, found: Found) -> None:
        with self._lock:
            key = (_text(question), _rest(question))
            self._shown[key] = tuple(source.key for source in found.chosen)
            self._shown.move_to_end(key)
            while len(self._shown) > _REMEMBERED:
                self._shown.popitem(last=False)

    def _of_beginning(self, question: Question) -> tuple[tuple[str, int], ...]:
        text, rest = _text(question), _rest(question)
        with self._lock:
            begun = [key for key in self._shown if key[1] == rest and text.startswith(key[0])]
            return self._shown[max(begun, key=lambda key: len(key[0]))] if begun else ()


def _text(question: Question) -> str:
    return " ".join(question.text.split()).rstrip(" ?.!").casefold()


def _rest(question: Question) -> object:
    """What else a question is asked with; another filter or conversation is another question."""
    return question.history, question.document_ids, question.years


def _words(sources: Sequence[Source]) -> int:
    return sum(len(source.sentence.readable.split()) for source in sources)
