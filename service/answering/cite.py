"""Citations, made by code from aligned source sentences: always a real passage, page and character span."""

import re
from collections.abc import Sequence

from service.answering.lists import told
from service.answering.sources import Source
from service.answering.types import Citation

MOST_WORDS = 60
_MARKERS = re.compile(r" (?:\[\d+\])+(?=[.!?…]*\s*$)")
_END = re.compile(r"([.!?…]+)\s*$")


class Citations:
    """Numbers the citations of one answer in order of first use; the same quotation keeps its number."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, int, int], Citation] = {}

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._made.values())

    def cite(self, sources: Sequence[Source]) -> tuple[list[Citation], list[Citation]]:
        """The citations for these sources, and those among them that are new. Neighbouring sentences become one quotation."""
        used: list[Citation] = []
        new: list[Citation] = []
        for group in _neighbours(sources):
            citation = self._covering(group)
            if citation is None:
                citation = _citation(len(self._made) + 1, group)
                self._made[(citation.passage_id, citation.start, citation.end)] = citation
                new.append(citation)
            if citation not in used:
                used.append(citation)
        return used, new

    def _covering(self, group: Sequence[Source]) -> Citation | None:
        passage = group[0].hit.passage
        start, end = group[0].sentence.span.start, group[-1].sentence.span.end
        for (passage_id, known_start, known_end), citation in self._made.items():
            if passage_id == passage.id and known_start <= start and end <= known_end:
                return citation
        return None


def mark(text: str, citations: Sequence[Citation]) -> str:
    """The sentence with its `[n]` markers before its final stop."""
    markers = "".join(f"[{number}]" for number in sorted(citation.number for citation in citations))
    if not markers:
        return text
    ending = _END.search(text)
    if not ending:
        return f"{text} {markers}"
    return f"{text[: ending.start()]} {markers}{ending[1]}"


def unmarked(text: str) -> str:
    """The sentence as it was before `mark`."""
    return _MARKERS.sub("", text)


def _neighbours(sources: Sequence[Source]) -> list[list[Source]]:
    """Sources in the order given, those that stand next to each other joined where the quotation stays short enough."""
    groups: list[list[Source]] = []
    left = list(sources)
    while left:
        group = [left.pop(0)]
        while other := next((each for each in left if _joins(group, each)), None):
            left.remove(other)
            group = sorted([*group, other], key=lambda s: s.ordinal)
        groups.append(group)
    return groups


def _joins(group: Sequence[Source], other: Source) -> bool:
    first, last = group[0], group[-1]
    if other.hit.passage.id != first.hit.passage.id:
        return False
    before, after = other.ordinal + 1 == first.ordinal, last.ordinal + 1 == other.ordinal
    return (before and _words(other, last) <= MOST_WORDS) or (after and _words(first, other) <= MOST_WORDS)


def _words(first: Source, second: Source) -> int:
    passage = first.hit.passage
    return len(
        passage.text[
            first.sentence.span.start - passage.span.start : second.sentence.span.end - passage.span.start
        ].split()
    )


def _citation(number: int, group: Sequence[Source]) -> Citation:
    hit, first, last = group[0].hit, group[0].sentence, group[-1].sentence
    passage = hit.passage
    start, end = first.span.start, last.span.end
    quote = passage.text[start - passage.span.start : end - passage.span.start]
    quote, start, end = _shortened(quote, start)
    readable = told(group)
    if end < last.span.end:
        readable = re.sub(r"\s+", " ", quote)
    return Citation(
        number=number,
        passage_id=passage.id,
        document_id=passage.document_id,
        document_title=hit.document_title,
        heading=passage.heading,
        page=first.page if first.page is not None else passage.page,
        quote=quote,
        start=start,
        end=end,
        url=f"/documents/{passage.document_id}#{start}-{end}",
        readable=readable,
        year=hit.year,
    )


def _shortened(quote: str, start: int) -> tuple[str, int, int]:
    """The quotation's first 60 words, at a clause's end where there is one in the last third."""
    found = list(re.finditer(r"\S+", quote))
    if len(found) > MOST_WORDS:
        cut = found[MOST_WORDS - 1].end()
        clause = max((m.end() for m in re.finditer(r"[;,:|](?=\s)", quote[:cut])), default=0)
        quote = quote[: clause if clause > cut * 2 / 3 else cut]
    return quote, start, start + len(quote)
