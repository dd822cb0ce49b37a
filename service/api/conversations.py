"""`/api/conversations`: what was asked and answered. Searched, read, exported, deleted. `POST /api/feedback`."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ingest.neutralise import neutralise
from service.api import examples
from service.api.context import Asker, Ctx
from service.api.problems import documented
from service.conversations import ConversationInfo
from service.export import Record
from service.export_files import MEDIA_TYPES, Format, render

router = APIRouter(tags=["conversations"])


@dataclass(frozen=True, slots=True)
class ConversationList:
    conversations: tuple[ConversationInfo, ...]


@dataclass(frozen=True, slots=True)
class TurnView:
    id: str
    question: str
    answer: dict[str, Any]
    """As `POST /api/chat` gave it."""
    asked_at: str
    rating: Literal["up", "down"] | None
    comment: str


@dataclass(frozen=True, slots=True)
class ConversationView:
    id: str
    title: str
    created_at: str
    updated_at: str
    turns: tuple[TurnView, ...]


class Feedback(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"answer_id": examples.ANSWER["id"], "rating": "up"}]}
    )
    answer_id: str = Field(max_length=64)
    rating: Literal["up", "down"]
    reason: str | None = Field(None, max_length=4000)


@router.get(
    "/api/conversations",
    responses={
        200: {"content": {"application/json": {"example": {"conversations": [examples.CONVERSATION]}}}},
        **documented(422),
    },
)
def conversations(
    ctx: Ctx,
    person: Asker,
    q: Annotated[str, Query(max_length=400, description="Only those in which this text occurs.")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> ConversationList:
    """Your conversations, latest first."""
    return ConversationList(tuple(ctx.runtime.conversations.search(q, limit=limit, owner=person.id)))


TURN = {
    "id": examples.ANSWER["id"],
    "question": examples.ANSWER["question"],
    "answer": examples.ANSWER,
    "asked_at": examples.CONVERSATION["created_at"],
    "rating": "up",
    "comment": "",
}


@router.get(
    "/api/conversations/{conversation_id}",
    responses={
        200: {"content": {"application/json": {"example": examples.CONVERSATION | {"turns": [TURN]}}}},
        **documented(404),
    },
)
def conversation(conversation_id: str, ctx: Ctx, person: Asker) -> ConversationView:
    """One conversation with all its answers, oldest first."""
    found = ctx.runtime.conversations.get(conversation_id, owner=person.id)
    turns = tuple(TurnView(**asdict(turn)) for turn in found.turns)
    return ConversationView(found.id, found.title, found.created_at, found.updated_at, turns)


@router.delete("/api/conversations/{conversation_id}", status_code=204, responses=documented(404))
def forget(conversation_id: str, ctx: Ctx, person: Asker) -> None:
    """Deletes a conversation for good."""
    ctx.runtime.conversations.delete(conversation_id, owner=person.id)


@router.get(
    "/api/conversations/{conversation_id}/export",
    response_class=Response,
    responses={
        200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}},
        **documented(404, 422),
    },
)
def exported(
    conversation_id: str,
    ctx: Ctx,
    person: Asker,
    format: Format = "md",  # noqa: A002
) -> Response:
    """A conversation as a file, with numbered references: report, year, page, quotation, verdict, model and date."""
    found = ctx.runtime.conversations.get(conversation_id, owner=person.id)
    record = Record(found, tuple(ctx.runtime.index.documents()), datetime.now(UTC))
    headers = {"Content-Disposition": f'attachment; filename="trendwise-{found.id[:8]}.{format}"'}
    return Response(render(record, format), media_type=MEDIA_TYPES[format], headers=headers)


@router.post("/api/feedback", status_code=204, responses=documented(404, 413, 415, 422))
def feedback(given: Feedback, ctx: Ctx, person: Asker) -> None:
    """Says whether an answer helped. The latest word counts."""
    reason = neutralise(given.reason or "")[0].strip()
    ctx.runtime.conversations.rate(given.answer_id, given.rating, reason, owner=person.id)
