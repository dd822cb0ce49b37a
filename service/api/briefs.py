"""`GET /api/documents/{id}/brief`: a report in a few of its own sentences, each with its place."""

from dataclasses import dataclass

from fastapi import APIRouter

from service.answering.sources import Source
from service.api.context import Ctx
from service.api.documents import info_of
from service.api.problems import documented
from service.briefing import brief as brief_of
from service.found import url_of

router = APIRouter(tags=["reports"])


@dataclass(frozen=True, slots=True)
class BriefSentence:
    text: str
    """As people read it."""
    quote: str
    """Exactly the document's text from start to end."""
    passage_id: str
    heading: str
    page: int | None
    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True)
class Brief:
    document_id: str
    sentences: tuple[BriefSentence, ...]
    """In reading order, at most one of a section; none where no sentence of the report stands for it."""


BRIEF = {
    "document_id": "5b1e9c0d4f6a7b82",
    "sentences": [
        {
            "text": "AI is the stand-out technology trend for 2024.",
            "quote": "AI is the stand-out technology trend for 2024.",
            "passage_id": "5b1e9c0d4f6a7b82-3",
            "heading": "Technology trends › Artificial intelligence",
            "page": 3,
            "start": 1204,
            "end": 1250,
            "url": "/documents/5b1e9c0d4f6a7b82#1204-1250",
        }
    ],
}


@router.get(
    "/api/documents/{document_id}/brief",
    responses={200: {"content": {"application/json": {"example": BRIEF}}}, **documented(404)},
)
def brief(document_id: str, ctx: Ctx) -> Brief:
    """What stands for the report as a whole, in its own words."""
    report = info_of(ctx, document_id)
    return Brief(report.id, tuple(_view(source) for source in brief_of(ctx.runtime.index, report)))


def _view(source: Source) -> BriefSentence:
    passage, sentence = source.hit.passage, source.sentence
    start, end = sentence.span.start, sentence.span.end
    return BriefSentence(
        text=sentence.readable,
        quote=passage.text[start - passage.span.start : end - passage.span.start],
        passage_id=passage.id,
        heading=passage.heading,
        page=sentence.page or passage.page,
        start=start,
        end=end,
        url=url_of(passage.document_id, start, end),
    )
