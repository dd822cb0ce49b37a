"""`GET /api/passages/{id}`: one passage with its sentences, exactly as the report has them."""

from dataclasses import dataclass

from fastapi import APIRouter

from ingest.types import Sentence
from service.api.context import Ctx
from service.api.problems import documented
from service.found import url_of

router = APIRouter(tags=["reports"])


@dataclass(frozen=True, slots=True)
class SentenceView:
    text: str
    start: int
    end: int
    page: int | None


@dataclass(frozen=True, slots=True)
class PassageView:
    id: str
    document_id: str
    document_title: str
    year: int | None
    ordinal: int
    headings: tuple[str, ...]
    heading: str
    page: int | None
    start: int
    end: int
    text: str
    """Exactly the document's text from start to end."""
    readable: str
    sentences: tuple[SentenceView, ...]
    url: str


PASSAGE = {
    "id": "5b1e9c0d4f6a7b82-3",
    "document_id": "5b1e9c0d4f6a7b82",
    "document_title": "Public sector digital trends 2024",
    "year": 2024,
    "ordinal": 3,
    "headings": ["Technology trends", "Artificial intelligence"],
    "heading": "Technology trends › Artificial intelligence",
    "page": 3,
    "start": 1204,
    "end": 1250,
    "text": "AI is the stand-out technology trend for 2024.",
    "readable": "AI is the stand-out technology trend for 2024.",
    "sentences": [
        {"text": "AI is the stand-out technology trend for 2024.", "start": 1204, "end": 1250, "page": 3},
    ],
    "url": "/documents/5b1e9c0d4f6a7b82#1204-1250",
}


@router.get(
    "/api/passages/{passage_id}",
    responses={200: {"content": {"application/json": {"example": PASSAGE}}}, **documented(404, 422)},
)
def passage(passage_id: str, ctx: Ctx) -> PassageView:
    """A passage with its sentences, by the id that citations give. It stays valid while the report does."""
    found = ctx.runtime.index.passage(passage_id)
    document = ctx.runtime.index.document(found.document_id)

    def view(sentence: Sentence) -> SentenceView:
        span = sentence.span
        return SentenceView(span.of(document.text), span.start, span.end, sentence.page)

    return PassageView(
        id=found.id,
        document_id=document.id,
        document_title=document.title,
        year=document.year,
        ordinal=found.ordinal,
        headings=found.headings,
        heading=found.heading,
        page=found.page,
        start=found.span.start,
        end=found.span.end,
        text=found.text,
        readable=found.readable,
        sentences=tuple(view(sentence) for sentence in found.sentences),
        url=url_of(document.id, found.span.start, found.span.end),
    )
