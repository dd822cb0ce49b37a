"""What the draft left out is added in the report's own words.

A small model often gives half of an answer, or shortens a list. The sentences that lie nearest to the question are known,
so the nearest ones that the draft does not cover are quoted after it. A quotation needs no verification: it is the source.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.answering.sources import Source
from service.answering.words import asked, stems

MOST_QUOTED = 2
NEAR = 0.15
"""How much less relevant than the best sentence a quoted one may be."""
MOST_WORDS = 110
"""Words that draft and quotations may have together."""


@dataclass(frozen=True, slots=True)
class Quotation:
    text: str
    sources: tuple[Source, ...]


def missing(question: str, answer: str, sources: Sequence[Source], cited: Sequence[Source]) -> Iterator[Quotation]:
    """Quotations, most wanted first, of sentences that the answer does not cover yet. `cited` are the sources of the draft:
    what they say beyond the draft comes first, for the model chose them."""
    covered = set(stems(answer)) | asked(question)
    used = len(answer.split())
    quoted = 0
    for source in _wanted(sources, cited):
        if quoted == MOST_QUOTED:
            return
        text = source.sentence.readable.strip()
        size = len(text.split())
        said = set(stems(text))
        new = said - covered
        if used + size > MOST_WORDS or len(new) < max(3, 0.35 * len(said)):
            continue
        quoted += 1
        used += size
        covered |= said
        yield Quotation(_as_sentence(text), (source,))


def _wanted(sources: Sequence[Source], cited: Sequence[Source]) -> list[Source]:
    best = max((source.relevance for source in sources), default=0.0)
    chosen = {source.key for source in cited}
    near = [s for s in sources if s.relevance >= best - NEAR and s.key not in chosen]
    return [*cited, *sorted(near, key=lambda s: -s.relevance)]


def _as_sentence(text: str) -> str:
    return f"The report says: “{text.rstrip(' ;,:')}”" + ("" if text.endswith((".", "!", "?")) else ".")
