"""Evidence for a question that is being typed grows at its end, so that what the engine has read stays read.

The best sentences for half a question are mostly good for the whole one, but in another order, and the engine reads a prompt
again from the first place where it changed. So what was chosen for the beginning of a question stays in front, in its order,
for as long as it is still near; what is new follows.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.answering.finding import Found
from service.answering.options import Options
from service.answering.sources import Key, Source
from service.answering.types import Question

_REMEMBERED = 64
"""Questions that are being typed at a time."""
_SECONDS = 120.0
"""After which a beginning is forgotten: whoever asks the like of it later types another question."""
_STILL_NEAR = 2
"""A sentence stays while it is among this many times the best that there is room for."""
_SURE = 2
"""New sentences that are read however full the prompt is. All three are chosen on the tuning questions (eval/NOTES.md)."""


class GrowingEvidence:
    """Safe to use from many threads."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._shown: OrderedDict[tuple[str, object], tuple[float, tuple[Key, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def grown(self, question: Question, found: Found, *, is_typed: bool = False) -> Found:
        """What was found, with the sentences for the model in an order that begins as it did for a beginning of the question.
        While it is typed (`is_typed`) there is time to fill the room that is left. Once it is asked, somebody waits: beside what
        fills half the room only the best new ones come in."""
        if found.whole or not found.chosen:
            return found
        kept = list(self._kept(question, found))
        is_half_full = 2 * sum(source.words for source in kept) >= self._options.evidence_words
        return replace(found, chosen=[*kept, *self._new(kept, found.chosen, fill=is_typed or not is_half_full)])

    def remember(self, question: Question, found: Found) -> None:
        """Only what is typed is remembered: an answer does not depend on what others have asked before."""
        key = (_text(question), _rest(question))
        with self._lock:
            self._shown[key] = (time.monotonic(), tuple(source.key for source in found.chosen))
            self._shown.move_to_end(key)
            while len(self._shown) > _REMEMBERED:
                self._shown.popitem(last=False)

    def _kept(self, question: Question, found: Found) -> Iterator[Source]:
        """From the front, while each is still near: what follows one that goes has to be read again anyway."""
        room = _STILL_NEAR * self._options.evidence_sentences
        near = {source.key: source for source in sorted(found.sources, key=lambda s: -s.relevance)[:room]}
        for key in self._of_beginning(question):
            if key not in near:
                return
            yield near[key]

    def _new(self, kept: Sequence[Source], chosen: Sequence[Source], *, fill: bool) -> Iterator[Source]:
        """What the kept ones lack: the best, and to `fill` the room the first from a report that has none yet, and others."""
        known = {source.key for source in kept}
        reports = {source.hit.passage.document_id for source in kept}
        words, count = sum(source.words for source in kept), len(kept)
        sure = {source.key for source in sorted(chosen, key=lambda s: -s.relevance)[:_SURE]}
        for source in chosen:
            report = source.hit.passage.document_id
            fits = words + source.words <= self._options.evidence_words and count < self._options.evidence_sentences
            more = fill and (fits or not kept or report not in reports)
            if source.key in known or not (more or source.key in sure):
                continue
            words, count = words + source.words, count + 1
            reports.add(report)
            yield source

    def _of_beginning(self, question: Question) -> tuple[Key, ...]:
        text, rest = _text(question), _rest(question)
        with self._lock:
            lately = [
                (key[0], keys)
                for key, (moment, keys) in self._shown.items()
                if key[1] == rest and text.startswith(key[0]) and time.monotonic() - moment < _SECONDS
            ]
        return max(lately, key=lambda beginning: len(beginning[0]), default=("", ()))[1]


def _text(question: Question) -> str:
    return " ".join(question.text.split()).rstrip(" ?.!").casefold()


def _rest(question: Question) -> object:
    """What else a question is asked with; another filter or conversation is another question."""
    return question.history, question.document_ids, question.years
