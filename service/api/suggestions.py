"""`GET /api/suggestions`: questions to begin with, which the reports can answer.

They are made of the reports' own headings. A heading is suggested only where a search for its question, over all that
is asked, finds its section first of all: what is suggested is what will be found.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Annotated

from fastapi import APIRouter, Query

from index.types import DocumentInfo, Filters, Index
from ingest.types import Passage
from service.api.chat import require_documents
from service.api.context import Ctx
from service.api.problems import documented

router = APIRouter(tags=["search"])

READ = 6
"""Reports whose headings are looked at, the latest years first."""
TRIED = 6
"""Headings that are searched for in each of them, at most."""
LEAST_SENTENCES = 2
_TOPIC = re.compile(r"[^\W\d_][^\W\d_ -]{0,20}(?:[ -][^\W\d_]{2,20}){1,3}")
"""Two to four words: what can stand in a question."""
_STRUCTURE = re.compile(
    r"(?:introduction|background|summary|executive|contents|conclusions?|foreword|annex|appendix|glossary|references|"
    r"contacts?|about|overview|purpose|sources?|notes?|licen[cs]e|next steps|an?|the|what|how|why|where|when|who|which|"
    r"is|are|do|does|use|make|our|your|this|these|in|on|for|to)\b",
    re.IGNORECASE,
)
"""Headings of a report's structure, and such as begin like a sentence, are no subject."""
_PLAIN_WORD = re.compile(r"[A-Z][a-z]+\b")


@dataclass(frozen=True, slots=True)
class Suggestions:
    questions: tuple[str, ...]


@router.get(
    "/api/suggestions",
    responses={
        200: {
            "content": {
                "application/json": {
                    "example": {"questions": ["What do the reports say about artificial intelligence?"]}
                }
            }
        },
        **documented(404, 422),
    },
)
def suggestions(
    ctx: Ctx,
    limit: Annotated[int, Query(ge=1, le=20)] = 4,
    documents: Annotated[list[str] | None, Query(description="About these reports only.")] = None,
    years: Annotated[list[Annotated[int, Query(ge=1, le=9999)]] | None, Query(description="Of these years.")] = None,
) -> Suggestions:
    """Questions that the reports can answer, from several of them in turn."""
    wanted = frozenset(documents or ())
    require_documents(ctx, wanted)
    filters = Filters(wanted or None, frozenset(years or ()) or None)
    index = ctx.runtime.index
    each = [_questions(index, report, filters) for report in _reports(index, filters)]
    in_turn = (question for turn in zip_longest(*each) for question in turn if question)
    return Suggestions(tuple(islice(dict.fromkeys(in_turn), limit)))


def _reports(index: Index, filters: Filters) -> list[DocumentInfo]:
    asked = [
        report
        for report in index.documents()
        if report.state == "ready"
        and (filters.document_ids is None or report.id in filters.document_ids)
        and (filters.years is None or report.year in filters.years)
    ]
    return sorted(asked, key=lambda report: -(report.year or 0))[:READ]


def _questions(index: Index, report: DocumentInfo, filters: Filters) -> Iterator[str]:
    sections = _sections(index.passages(report.id))
    topics = [heading for heading in sections if is_topic(heading) and sections[heading] >= LEAST_SENTENCES]
    for topic in topics[:TRIED]:
        question = f"What do the reports say about {within_sentence(topic)}?"
        hits = index.search(question, limit=1, filters=filters)
        if hits and hits[0].passage.document_id == report.id and topic in hits[0].passage.headings:
            yield question


def _sections(passages: list[Passage]) -> dict[str, int]:
    """How many sentences stand directly under each heading."""
    sections: dict[str, int] = {}
    for passage in passages:
        for heading in passage.headings[-1:]:
            sections[heading] = sections.get(heading, 0) + len(passage.sentences)
    return sections


def is_topic(heading: str) -> bool:
    return bool(_TOPIC.fullmatch(heading)) and not _STRUCTURE.match(heading)


def within_sentence(heading: str) -> str:
    """A heading inside a sentence. Abbreviations stay, and so do headings with other capitals: they may be names."""
    first = _PLAIN_WORD.match(heading)
    return heading[0].lower() + heading[1:] if first and heading[1:] == heading[1:].lower() else heading
