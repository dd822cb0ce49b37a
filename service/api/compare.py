"""`POST /api/compare`: what each of several reports, or years, says on one topic, and what changed from the earlier ones.

A cell is an answer from that report or year alone, checked as every answer is. Nothing is kept among the conversations.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from ingest.neutralise import neutralise
from service.answering.types import Answer, AnswerEvent, Question
from service.api import examples
from service.api.chat import Payload, require_documents, wants_stream
from service.api.context import Asker, Context, Ctx
from service.api.problems import documented
from service.api.sse import EventStream, encode, next_or_gone
from service.errors import BadQuestion
from service.llm.types import Cancel

router = APIRouter(tags=["chat"])

LEAST, MOST = 2, 12
TOPIC_CHARACTERS = 300

Change = Literal["new", "continued", "dropped", "no_evidence"]


class CompareRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.COMPARISON]})

    topic: str = Field(min_length=1, max_length=TOPIC_CHARACTERS)
    documents: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=MOST)] | None = Field(
        None, description="The reports to compare, by id."
    )
    years: Annotated[list[Annotated[int, Field(ge=1, le=9999)]], Field(max_length=MOST)] | None = Field(
        None, description="The years to compare, in the place of reports."
    )
    stream: bool | None = Field(None, description="A `cell` event for each cell, then `comparison` with all of them.")

    @model_validator(mode="after")
    def _two_of_a_kind(self) -> "CompareRequest":
        sides = self.documents or self.years or ()
        if bool(self.documents) == bool(self.years) or len(set(sides)) < LEAST:
            raise ValueError("give two or more different documents, or two or more years")
        return self


@dataclass(frozen=True, slots=True)
class Side:
    """A report, or the reports of a year."""

    name: str
    year: int | None
    document_id: str | None = None

    def question(self, topic: str) -> Question:
        documents = frozenset({self.document_id}) if self.document_id else None
        years = None if self.document_id or self.year is None else frozenset({self.year})
        return Question(
            f"What {'does the report' if documents else 'do the reports'} say about {topic}?", (), documents, years
        )


@dataclass(frozen=True, slots=True)
class Cell:
    name: str
    year: int | None
    document_id: str | None
    change: Change | None
    """From the earlier years compared: `new`, `continued`, `dropped` since the last of them, or `no_evidence`, here as
    before. Null where there is evidence and nothing earlier to compare it with."""
    answer: Answer


@dataclass(frozen=True, slots=True)
class Comparison:
    topic: str
    cells: tuple[Cell, ...]
    """Earliest year first; reports without a year last."""


@router.post(
    "/api/compare",
    response_model=Comparison,
    responses={
        **examples.json_or_events(
            "The table, or with `stream` its cells as they are answered.", examples.COMPARED, examples.CELLS
        ),
        **documented(404, 409, 413, 415, 422, 503),
    },
)
async def compare(asked: CompareRequest, request: Request, ctx: Ctx, person: Asker) -> Response:
    """Reports or years side by side on a topic."""
    topic = " ".join(neutralise(asked.topic)[0].split()).rstrip("?")
    if not topic:
        raise BadQuestion("`topic` is empty: write what to compare.")
    sides = await run_in_threadpool(_sides, asked, ctx)
    work = ctx.work(person, lambda cancel: _payloads(ctx, topic, sides, cancel))
    try:
        payload = await next_or_gone(work, request)
        if wants_stream(asked.stream, request):
            return EventStream(work, payload, lambda item: encode(*item), closed=ctx.closed)
        while payload[0] != "comparison":
            payload = await next_or_gone(work, request)
    except BaseException:
        ctx.closed(work)
        raise
    ctx.closed(work)
    return JSONResponse(payload[1])


def _sides(asked: CompareRequest, ctx: Context) -> list[Side]:
    """Earliest first. Raises `UnknownDocument`."""
    if asked.years:
        return [Side(str(year), year) for year in sorted(set(asked.years))]
    wanted = frozenset(asked.documents or ())
    require_documents(ctx, wanted)
    reports = [report for report in ctx.runtime.index.documents() if report.id in wanted]
    reports.sort(key=lambda report: (report.year is None, report.year or 0, report.title))
    return [Side(report.title, report.year, report.id) for report in reports]


def _payloads(ctx: Context, topic: str, sides: Sequence[Side], cancel: Cancel) -> Iterator[Payload]:
    cells: list[Cell] = []
    for side in sides:
        events = ctx.answer(side.question(topic), cancel)
        answer = next(event.answer for event in events if isinstance(event, AnswerEvent))
        change = change_of(side.year, _speaks(answer), [(cell.year, _speaks(cell.answer)) for cell in cells])
        cells.append(Cell(side.name, side.year, side.document_id, change, answer))
        yield "cell", asdict(cells[-1])
    yield "comparison", asdict(Comparison(topic, tuple(cells)))


def _speaks(answer: Answer) -> bool:
    return bool(answer.sentences)


def change_of(year: int | None, speaks: bool, before: Sequence[tuple[int | None, bool]]) -> Change | None:
    """`before` are the years compared so far, in order, and whether they speak of the topic."""
    earlier = [(other, spoke) for other, spoke in before if year is not None and other is not None and other < year]
    last = [spoke for other, spoke in earlier if other == earlier[-1][0]]
    if not speaks:
        return "dropped" if any(last) else "no_evidence"
    if not earlier:
        return None
    return "continued" if any(spoke for _, spoke in earlier) else "new"
