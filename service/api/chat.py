"""`POST /api/chat`: a question to an answer with citations, as JSON or as a stream of events.

`POST /api/warm`: the same question while it is still being typed: its evidence, and the model prepared for it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from index.errors import UnknownDocument
from service.answering.types import Answer, AnswerEvent, Event, Evidence, Question
from service.api import examples
from service.api.context import Asker, Context, Ctx, Person
from service.api.problems import documented
from service.api.sse import EventStream, encode, next_or_gone
from service.api.work import Work
from service.conversations import UnknownConversation
from service.llm.types import Cancel, Turn

router = APIRouter(tags=["chat"])

QUESTION_CHARACTERS = 4000

DocumentIds = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=1000)]
Years = Annotated[list[Annotated[int, Field(ge=1, le=9999)]], Field(max_length=200)]


class HistoryTurn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: str = Field(pattern="^(user|assistant)$")
    content: str = Field(max_length=20_000)

    @property
    def turn(self) -> Turn:
        return Turn("user" if self.role == "user" else "assistant", self.content)


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.TYPED]})

    question: str = Field(min_length=1, max_length=QUESTION_CHARACTERS)
    conversation_id: str | None = Field(None, max_length=64, description="From an earlier answer, to follow up on it.")
    history: Annotated[list[HistoryTurn], Field(max_length=1000)] | None = Field(
        None, description="Earlier turns, oldest first, for clients that keep their own; then nothing is stored."
    )
    documents: DocumentIds | None = Field(None, description="Answer from these reports only; empty means from all.")
    years: Years | None = Field(None, description="Answer from reports of these years only; empty means from all.")

    @model_validator(mode="after")
    def _one_past(self) -> "Asked":
        if self.history is not None and self.conversation_id is not None:
            raise ValueError("give either history or conversation_id, not both")
        return self


class ChatRequest(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [examples.QUESTION]})

    stream: bool | None = Field(None, description="Server-Sent Events; also by `Accept: text/event-stream`.")


@dataclass(frozen=True, slots=True)
class ChatAnswer(Answer):
    """An answer and the conversation that it was kept in."""

    conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Warmed:
    evidence: tuple[Evidence, ...]


Payload = tuple[str, dict[str, Any]]


@router.post(
    "/api/chat",
    response_model=ChatAnswer,
    responses={
        **examples.json_or_events(
            "The answer, or with `stream` the events that lead to it.", examples.ANSWER, examples.EVENTS
        ),
        **documented(404, 409, 413, 415, 422, 503),
    },
)
async def chat(asked: ChatRequest, request: Request, ctx: Ctx, person: Asker) -> Response:
    """Answers from the reports. Every sentence cites what supports it, or says that the reports do not answer."""
    work = ctx.work(person, lambda cancel: _payloads(ctx, person, asked, cancel))
    try:
        first = await next_or_gone(work, request)
    except BaseException:
        ctx.closed(work)
        raise
    if wants_stream(asked.stream, request):
        return EventStream(work, first, lambda item: encode(*item), closed=ctx.closed)
    try:
        return JSONResponse(await _last(work, first, request))
    finally:
        ctx.closed(work)


async def _last(work: Work[Payload], payload: Payload, request: Request) -> dict[str, Any]:
    while payload[0] != "answer":
        payload = await next_or_gone(work, request)
    return payload[1]


def wants_stream(stream: bool | None, request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "") if stream is None else stream


def question_of(asked: Asked, ctx: Context, person: Person) -> Question:
    """Raises `UnknownDocument` and `UnknownConversation`."""
    history: tuple[Turn, ...] = tuple(turn.turn for turn in asked.history or ())
    if asked.conversation_id is not None:
        history = ctx.runtime.conversations.history(asked.conversation_id, owner=person.id)
    documents = frozenset(asked.documents or ())
    require_documents(ctx, documents)
    return Question(asked.question, history, documents or None, frozenset(asked.years or ()) or None)


def require_documents(ctx: Context, ids: frozenset[str]) -> None:
    """Raises `UnknownDocument`: a filter that can match nothing is a mistake."""
    unknown = ids - {info.id for info in ctx.runtime.index.documents()} if ids else ids
    if unknown:
        raise UnknownDocument(f"There is no report with the id {min(unknown)!r}: GET /api/documents lists them.")


def _payloads(ctx: Context, person: Person, asked: ChatRequest, cancel: Cancel) -> Iterator[Payload]:
    """The events as the API names them. The last one is kept before it is sent."""
    for event in ctx.answer(question_of(asked, ctx, person), cancel):
        if isinstance(event, AnswerEvent):
            kept_in = None if asked.history is not None else _keep(ctx, person, event.answer, asked.conversation_id)
            yield event.name, {**asdict(event.answer), "conversation_id": kept_in}
        else:
            yield event.name, _without_name(event)


def _without_name(event: Event) -> dict[str, Any]:
    payload = asdict(event)
    del payload["name"]
    return payload


def _keep(ctx: Context, person: Person, answer: Answer, conversation_id: str | None) -> str | None:
    try:
        return ctx.runtime.conversations.record(answer, conversation_id=conversation_id, owner=person.id)
    except UnknownConversation:  # deleted while it was answered: it stays deleted
        return None


@router.post(
    "/api/warm",
    responses={
        200: {"content": {"application/json": {"example": {"evidence": [examples.EVIDENCE]}}}},
        **documented(404, 409, 413, 415, 422, 503),
    },
)
async def warm(asked: Asked, request: Request, ctx: Ctx, person: Asker) -> Warmed:
    """For a question that is still being typed: gives its evidence and lets the model read it in idle time."""

    def prepare(cancel: Cancel) -> Iterator[Warmed]:
        yield Warmed(tuple(ctx.runtime.answerer.warm(question_of(asked, ctx, person), cancel=cancel)))

    work = ctx.work(person, prepare, ctx.warming)
    try:
        return await next_or_gone(work, request)
    finally:
        ctx.closed(work)
