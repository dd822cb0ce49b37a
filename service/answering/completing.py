"""What the draft left out is added in the report's own words.

A small model often answers half of a question, or shortens a list. The sentences that lie nearest to the question, and to each
of its parts, are known; where the draft passed over them they are quoted after it. A quotation needs no verification: it is
the source. It is added only where it says something new, for nobody wants an answer twice.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.answering.lists import around, bare, of_one_list, told
from service.answering.names import missing_names, names
from service.answering.premise import granted
from service.answering.sources import Source
from service.answering.words import asked, stems

MOST_QUOTED = 2
"""Of a question in several parts; of any other, one quotation is enough."""
NEAR = 0.2
"""How much less relevant than the best sentence a quoted one may be that no kept sentence of the draft drew on."""
MOST_WORDS = 110
"""Words that draft and quotations may have together."""
MOST_OF_WHOLE = 6
MOST_WORDS_OF_WHOLE = 220
_LEAST_NEW = 0.4
"""Share of a quotation's content words, or of one of its list's items', that the answer must not have yet."""
_LEAST_FACTS = 2
"""Content words that neither answer nor question have."""
_STOPS = (".", "!", ";", ".”", ".’")
_ASKED_AGAIN = re.compile(
    r"[?;]\s+|,?\s+(?:and|but)\s+(?=(?:(?:at|by|for|from|in|into|of|on|to|under|with)\s+)?(?:what|how|which|who|whose|when|where|why|is|are|was|were|does|do|did|will|would|should|can|could|may|must)\b)",
    re.I,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SEVERAL = re.compile(
    r"\b(?:both|each|respectively|compar(?:e[ds]?|ing|ison)|versus|vs|differ(?:s|ed|ence|ences|ent|ently)?)\b", re.I
)

_NUMBER_OF_THINGS = re.compile(r"\b(?:two|three|four|five|six|both|several|[2-6])\s+(?:[\w-]+\s+){0,2}?[\w-]+s\b", re.I)

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Quotation:
    text: str
    sources: tuple[Source, ...]


def missing(
    question: str,
    answer: str,
    sources: Sequence[Source],
    cited: Sequence[Source],
    rejected: Sequence[Source],
    embed: Embed,
    *,
    earlier: frozenset[str] = frozenset(),
) -> Iterator[Quotation]:
    """Quotations, most wanted first. `cited` are the sources of the draft, `rejected` those of what was withheld; `embed` gives
    the vectors of questions. `earlier` are stems of what the conversation has answered already, which is no news."""
    best = max((source.relevance for source in sources if _is_statement(told(around(source, sources)))), default=0.0)
    near = [source for source in rejected if source.relevance >= best - NEAR]
    wanted = itertools.chain(
        _unnamed(question, answer, sources, cited),
        _beside(question, sources, cited),
        _wanted(question, sources, [*cited, *near], embed),
    )
    statement = granted(question)
    if statement and not answer and sources:  # perhaps the report says otherwise: that is told before anything else
        likeness = np.stack([source.vector for source in sources]) @ embed([statement])[0]
        wanted = itertools.chain([sources[int(likeness.argmax())]], wanted)
    most = MOST_QUOTED if statement or is_manifold(question) else 1
    of_its_years = (source for source in wanted if not _is_of_another_year(question, source))
    return _new(of_its_years, answer, asked(question), sources, earlier=earlier, most=most, most_words=MOST_WORDS)


def of_whole(answer: str, chosen: Sequence[Source]) -> Iterator[Quotation]:
    """Quotations for a question about a whole report: its chosen sentences, in reading order, that the answer does not cover."""
    return _new(chosen, answer, frozenset(), chosen, most=MOST_OF_WHOLE, most_words=MOST_WORDS_OF_WHOLE)


def _new(
    wanted: Iterable[Source],
    answer: str,
    given: frozenset[str],
    sources: Sequence[Source],
    *,
    earlier: frozenset[str] = frozenset(),
    most: int,
    most_words: int,
) -> Iterator[Quotation]:
    """Of the wanted sources those that say something which neither the answers nor what is given has."""
    said = {*stems(answer), *earlier}
    used = len(answer.split())
    quoted, last = 0, ""
    for source in wanted:
        group = around(source, sources)
        text = told(group)
        says = set(stems(bare(group)))
        new = says - said
        too_long = used + len(text.split()) > most_words
        if not _is_statement(text) or too_long or not _is_news(group, said) or len(new - given) < _LEAST_FACTS:
            continue
        quoted += 1
        used += len(text.split())
        said |= says
        yield Quotation(_as_sentence(text, _speaker(source, sources, last)), group)
        last = source.hit.document_title
        if quoted == most:
            return


def _is_news(group: Sequence[Source], said: set[str]) -> bool:
    """Whether enough of a quotation is not said yet; of a list, of any item, since a list is told whole or not at all."""
    told_by = [set(stems(bare(group))), *(set(stems(bare([source]))) for source in group)]
    return any(says and len(says - said) >= _LEAST_NEW * len(says) for says in told_by)


def parts(question: str) -> list[str]:
    """The questions that a question is made of; one that has no parts is its only part."""
    found = [part.strip() for part in _ASKED_AGAIN.split(question)]
    return [part for part in found if len(asked(part)) > 1] or [question]


def is_manifold(question: str) -> bool:
    """Whether it asks for several things, or for one of several."""
    return len(parts(question)) > 1 or bool(_SEVERAL.search(question))


def _wanted(question: str, sources: Sequence[Source], cited: Sequence[Source], embed: Embed) -> Iterator[Source]:
    """First what the draft drew on, kept or not, then the best sentence of each part, then any that is better than what it drew on."""
    yield from cited
    chosen = {source.key for source in cited}
    asked_parts = parts(question)
    if len(asked_parts) > 1 and sources:
        likeness = np.stack([source.vector for source in sources]) @ embed(asked_parts).T
        for scores in likeness.T:
            best = sources[int((scores + np.array([0.3 * source.relevance for source in sources])).argmax())]
            if best.key not in chosen:
                chosen.add(best.key)
                yield best
    nearest = sorted(sources, key=lambda s: -s.relevance)
    least = max((source.relevance for source in cited), default=nearest[0].relevance - NEAR if nearest else 0.0)
    for source in nearest:
        if source.relevance < least:
            return
        if source.key not in chosen:
            yield source


def _unnamed(question: str, answer: str, sources: Sequence[Source], cited: Sequence[Source]) -> Iterator[Source]:
    """For each name of a question about several things that neither the answer nor what stands behind it has, the best sentence
    that has it."""
    if not answer or not is_manifold(question):
        return
    said = "\n".join([answer, *map(_up_to, cited)])
    for name in (part for written in names(question) for part in written.split(" and ")):
        if missing_names(f"It is {name}", said):
            naming = [source for source in sources if not missing_names(f"It is {name}", source.sentence.readable)]
            yield from sorted(naming, key=lambda s: -s.relevance)[:1]


def _beside(question: str, sources: Sequence[Source], cited: Sequence[Source]) -> Iterator[Source]:
    """Where a number of things is asked for, the other items of a list, too long to be quoted whole, of which one is told."""
    if not _NUMBER_OF_THINGS.search(question):
        return
    for told_of in cited:
        for step in (1, -1):
            place = told_of.hit.passage.id, told_of.ordinal + step
            yield from (source for source in sources if source.key == place and of_one_list(source, told_of))


def _is_of_another_year(question: str, source: Source) -> bool:
    """Whether a sentence speaks of years, and not of those of the question, which are not its report's either."""
    wanted, spoken = set(_YEAR.findall(question)), set(_YEAR.findall(source.sentence.readable))
    of_report = {str(source.hit.year), *_YEAR.findall(source.hit.document_title)}
    return bool(wanted and spoken) and not wanted & (spoken | of_report)


def _up_to(source: Source) -> str:
    """A sentence with what stands before it, which says what it is about."""
    hit = source.hit
    before = [sentence.readable for sentence in hit.passage.sentences[: source.ordinal + 1]]
    return " ".join([hit.document_title, hit.passage.heading, *before])


def _is_statement(text: str) -> bool:
    """Whether it says something: captions, bare titles and leads have neither a stop nor a lead that they complete."""
    return not text.startswith("Title: ") and (text.endswith(_STOPS) or ": " in text)


def _speaker(source: Source, sources: Sequence[Source], last: str) -> str:
    """Who says it: with several reports at hand, which of them. `last` is the title of what was quoted just before."""
    title = source.hit.document_title
    if title == last:
        return "It also says"
    return f"{title} says" if any(other.hit.document_title != title for other in sources) else "The report says"


def _as_sentence(text: str, speaker: str) -> str:
    return f"{speaker}: “{text.rstrip(' ;,:')}”" + ("" if text.endswith((".", "!", "?")) else ".")
