"""`/v1/chat/completions` and `/v1/models`: the same answers for programs that speak OpenAI's chat completions.

Only verified sentences are sent, because a delta cannot be taken back; `[n]` markers stand in the text. The
conversation is the client's own and nothing is stored. System messages are accepted and not followed: what an answer
says is decided by the reports.
"""

import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from service.answering.types import Question
from service.api import examples
from service.api.chat import require_documents
from service.api.completion_request import IGNORED, CompletionRequest, question_and_history, require_supported
from service.api.completion_writer import Chunk, Writer
from service.api.context import Asker, Context, Ctx
from service.api.housekeeping import housekeeping
from service.api.problems import UnknownModel, documented_as_openai, problem_of
from service.api.sse import EventStream, next_or_gone
from service.llm.types import Cancel

router = APIRouter(tags=["openai"])

MODEL = "trendwise"
CREATED = 1767225600
"""When this model was first offered, as clients expect to be told: 1 January 2026."""


@router.get(
    "/v1/models",
    responses={200: {"content": {"application/json": {"example": examples.MODELS}}}, **documented_as_openai()},
)
def models(ctx: Ctx) -> dict[str, Any]:
    """The models that can be asked: this service, also by the name of its language model."""
    return {"object": "list", "data": [_model(name) for name in _names(ctx)]}


@router.get(
    "/v1/models/{name}",
    responses={
        200: {"content": {"application/json": {"example": examples.MODELS["data"][0]}}},
        **documented_as_openai(404),
    },
)
def model(name: str, ctx: Ctx) -> dict[str, Any]:
    """One of them."""
    _require_model(name, ctx)
    return _model(name)


def _names(ctx: Context) -> list[str]:
    return [MODEL, ctx.runtime.model.name]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "trendwise"}


def _require_model(name: str, ctx: Context) -> None:
    if name not in _names(ctx):
        raise UnknownModel(f"The model {name!r} does not exist here: use {MODEL!r}, or list them with GET /v1/models.")


@router.post(
    "/v1/chat/completions",
    response_model=None,
    description=(
        "Answers the last user message from the reports. Accepted, because clients send them unasked, and ignored: "
        f"system messages and `{IGNORED.replace(', ', '`, `')}`. Everything else that is not listed here is refused by name."
    ),
    responses={
        200: {
            "description": "The completion, or with `stream` its chunks and `[DONE]`.",
            "content": {
                "application/json": {"schema": {"type": "object"}, "example": examples.COMPLETION},
                "text/event-stream": {"schema": examples.EVENT_SCHEMA, "example": examples.CHUNKS},
            },
        },
        **documented_as_openai(404, 408, 413, 415, 503),
    },
)
async def complete(asked: CompletionRequest, request: Request, ctx: Ctx, person: Asker) -> Response:
    require_supported(asked)
    _require_model(asked.model, ctx)
    documents = frozenset(asked.documents or ())
    text, history = question_and_history(asked)
    question = Question(text, history, documents or None, frozenset(asked.years or ()) or None)
    usage = bool(asked.stream and asked.stream_options and asked.stream_options.include_usage)
    writer = Writer(MODEL, str(request.base_url).rstrip("/"), ctx.runtime.model.count, with_usage=usage)
    title = housekeeping(text, history)

    def produce(cancel: Cancel) -> Iterator[Chunk]:
        require_documents(ctx, documents)
        if title is not None:
            return writer.plain(title, text, stream=bool(asked.stream))
        events = ctx.answer(question, cancel)
        return writer.chunks(events) if asked.stream else writer.whole(events)

    work = ctx.work(person, produce)
    try:
        first = await next_or_gone(work, request)
    except BaseException:
        ctx.closed(work)
        raise
    if asked.stream:
        return EventStream(work, first, _encode, closed=ctx.closed, encode_error=_encode_error, end=b"data: [DONE]\n\n")
    ctx.closed(work)
    return JSONResponse(first)


def _encode(payload: Chunk) -> bytes:
    return f"data: {json.dumps(payload, allow_nan=False)}\n\n".encode("ascii")


def _encode_error(error: BaseException) -> bytes:
    return _encode(problem_of(error).envelope)
