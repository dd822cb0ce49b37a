"""Every error as an RFC 9457 problem document whose `detail` says what to do.

One table maps the errors of the parts to a status. What is not in it is logged and answered with a fixed
sentence, so that nothing of the inside leaks.
"""

import http
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from index import errors as index_errors
from ingest import errors as ingest_errors
from service import errors
from service.conversations import UnknownConversation
from service.jobs import UnknownJob
from service.logs import frames

log = structlog.get_logger("trendwise")


class GoneError(Exception):
    """Whoever asked has closed the connection."""


class NoEvaluation(LookupError):
    pass


class BodyTooLarge(errors.CallerError):
    pass


class UnknownModel(errors.CallerError):
    pass


class SlowBody(errors.CallerError):
    pass


class ShuttingDown(errors.RunError):
    pass


STATUS: tuple[tuple[type[Exception], int], ...] = (
    (UnknownConversation, 404),
    (index_errors.NotFound, 404),
    (UnknownJob, 404),
    (UnknownModel, 404),
    (NoEvaluation, 404),
    (errors.NotAllowed, 403),
    (SlowBody, 408),
    (BodyTooLarge, 413),
    (ingest_errors.UnsupportedType, 415),
    (ingest_errors.IngestError, 422),
    (errors.CallerError, 422),
    (errors.PromptTooLong, 422),
    (errors.IndexEmpty, 409),
    (errors.ModelBusy, 503),
    (errors.ModelMissing, 503),
    (errors.ModelFailed, 503),
    (errors.Cancelled, 503),
    (ShuttingDown, 503),
    (index_errors.StoreLocked, 503),
    (index_errors.StoreFull, 507),
    (index_errors.StoreError, 500),
    (errors.RunError, 500),
)
UNKNOWN = "Something went wrong inside Trendwise and was written to its log: try again, and report it if it stays."
RETRY_SECONDS = 5
OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 503: "overloaded_error"}
OPENAI_CODES = {401: "invalid_api_key", 404: "not_found", 409: "no_reports", 422: "invalid_value", 503: "overloaded"}


@dataclass(frozen=True, slots=True)
class Problem:
    status: int
    detail: str
    errors: tuple[dict[str, str], ...] = ()
    """For invalid requests: each field and what is wrong with it."""
    headers: tuple[tuple[str, str], ...] = ()
    parameter: str | None = None
    """The one parameter that is wrong, for OpenAI's clients."""

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"type": "about:blank", "title": http.HTTPStatus(self.status).phrase}
        document |= {"status": self.status, "detail": self.detail}
        return document | {"errors": list(self.errors)} if self.errors else document

    @property
    def envelope(self) -> dict[str, Any]:
        """The same as OpenAI's clients expect it."""
        kind = OPENAI_TYPES.get(self.status, "server_error" if self.status >= 500 else "invalid_request_error")
        facts = {"message": self.detail, "type": kind, "param": self.parameter, "code": OPENAI_CODES.get(self.status)}
        return {"error": facts}

    def response_for(self, path: str) -> JSONResponse:
        """In the form that callers of this path expect."""
        headers = dict(self.headers)
        if path.startswith("/v1/"):
            status = 400 if self.status in (409, 422) else self.status
            return JSONResponse(self.envelope, status, headers=headers)
        return JSONResponse(self.document, self.status, headers=headers, media_type="application/problem+json")


def problem_of(error: BaseException) -> Problem:
    """What to tell the caller. Errors that nobody foresaw are logged here, once."""
    for kind, status in STATUS:
        if isinstance(error, kind):
            if status >= 500 and status != 503:
                log.error("failed", error=type(error).__name__, message=str(error))
            parameter = getattr(error, "parameter", None)
            return Problem(status, str(error), headers=_retry(error, status), parameter=parameter)
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return Problem(error.status_code, str(error.detail), headers=tuple((error.headers or {}).items()))
    log.error("unforeseen error", error=type(error).__name__, message=str(error), frames=frames(error))
    return Problem(500, UNKNOWN)


def _retry(error: BaseException, status: int) -> tuple[tuple[str, str], ...]:
    if status != 503:
        return ()
    return (("Retry-After", str(getattr(error, "retry_after", RETRY_SECONDS))),)


def _invalid(error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return Problem(400, "The body is not valid JSON: check its quotation marks, commas and brackets.")
    listed = tuple({"field": _field(item["loc"]), "detail": _explain(item)} for item in found)
    detail = "; ".join(f"`{e['field']}`: {e['detail']}" for e in listed[:5]) + "."
    return Problem(422, detail, listed, parameter=listed[0]["field"])


def _field(location: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _explain(item: dict[str, Any]) -> str:
    """Pydantic's message, but for the cases that people meet."""
    context = item.get("ctx", {})
    match item["type"]:
        case "missing":
            return "is required"
        case "string_too_long":
            return f"may have at most {context['max_length']:,} characters and has {len(item['input']):,}: shorten it"
        case "string_too_short":
            return "is empty: write something"
        case "extra_forbidden":
            return "is not known here: check its spelling"
        case _:
            message = str(item["msg"]).removeprefix("Value error, ")
            return message[0].lower() + message[1:]


class ProblemDocument(BaseModel):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


ENVELOPE: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}
EXAMPLES = {
    400: "The body is not valid JSON: check its quotation marks, commas and brackets.",
    401: "Give an API key: `Authorization: Bearer tw-…`.",
    403: "This key may ask questions but not change reports: use one with the role `manage`.",
    404: "There is no report with the id '1f0c': GET /api/documents lists them.",
    408: "The body came too slowly: send it again.",
    409: "There are no reports yet: add one with `trendwise ingest FILE` or upload it.",
    413: "The body is larger than 1 MB: send less.",
    415: "Send JSON with the header `Content-Type: application/json`.",
    422: "`question`: is required.",
    503: "64 questions are already being answered or waiting: try again shortly.",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route for its OpenAPI description; 400 and the access errors are possible everywhere."""
    described: dict[int | str, dict[str, Any]] = {}
    for status in sorted({400, 401, 403, *statuses}):
        example = Problem(status, EXAMPLES[status]).document
        content = {"application/problem+json": {"schema": ProblemDocument.model_json_schema(), "example": example}}
        described[status] = {"description": http.HTTPStatus(status).phrase, "content": content}
    return described


def documented_as_openai(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same for the routes whose errors come in OpenAI's envelope."""
    described: dict[int | str, dict[str, Any]] = {}
    for status in sorted({400, 401, 403, *statuses}):
        content = {"application/json": {"schema": ENVELOPE, "example": Problem(status, EXAMPLES[status]).envelope}}
        described[status] = {"description": http.HTTPStatus(status).phrase, "content": content}
    return described


def install(app: FastAPI) -> None:
    """Makes every error of every route a problem document."""
    for kind in (*(kind for kind, _ in STATUS), RequestValidationError):
        app.add_exception_handler(kind, _handle)
    app.add_exception_handler(HTTPException, _handle_http)
    app.add_exception_handler(GoneError, _handle_gone)


async def _handle(request: Request, error: Exception) -> JSONResponse:
    content_type = request.headers.get("content-type", "")
    if isinstance(error, RequestValidationError) and request.method == "POST" and "json" not in content_type:
        return Problem(415, "Send JSON with the header `Content-Type: application/json`.").response_for(
            request.url.path
        )
    return problem_of(error).response_for(request.url.path)


async def _handle_gone(request: Request, error: Exception) -> Response:
    """What is answered to nobody."""
    return Response(status_code=499)


async def _handle_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    if isinstance(error.__cause__, SlowBody | BodyTooLarge):  # while FastAPI read the body
        return problem_of(error.__cause__).response_for(request.url.path)
    if error.status_code == 404 and error.detail == "Not Found":
        return Problem(404, "There is nothing at this address: the routes are listed at /docs.").response_for(
            request.url.path
        )
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        detail = f"{request.method} is not possible here: use {allowed or 'another method'}."
        return Problem(405, detail, headers=(("Allow", allowed),)).response_for(request.url.path)
    return problem_of(error).response_for(request.url.path)
