"""A hit as people and programs get it: flat, with its place in the report and an address that opens it there."""

from dataclasses import dataclass

from index.types import Hit


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A hit: where it stands, its readable text, and why it was found."""

    passage_id: str
    document_id: str
    document_title: str
    heading: str
    page: int | None
    text: str
    score: float
    """Fused score: comparable within one search only."""
    year: int | None
    start: int
    end: int
    url: str
    dense_score: float | None
    dense_rank: int | None
    lexical_score: float | None
    lexical_rank: int | None


def found(hit: Hit) -> FoundPassage:
    passage = hit.passage
    return FoundPassage(
        passage_id=passage.id,
        document_id=passage.document_id,
        document_title=hit.document_title,
        heading=passage.heading,
        page=passage.page,
        text=passage.readable,
        score=hit.score,
        year=hit.year,
        start=passage.span.start,
        end=passage.span.end,
        url=url_of(passage.document_id, passage.span.start, passage.span.end),
        dense_score=hit.dense_score,
        dense_rank=hit.dense_rank,
        lexical_score=hit.lexical_score,
        lexical_rank=hit.lexical_rank,
    )


def url_of(document_id: str, start: int, end: int) -> str:
    return f"/documents/{document_id}#{start}-{end}"
