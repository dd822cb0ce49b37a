"""Refuses questions at the door while there is no place for one: before they are parsed or checked, or anybody is looked up.

So a flood costs little, and whoever is turned away hears it at once. A place is kept for a question when the whole of
it is there: a slow sender holds none. Those that come in one moment are counted one by one, not when each has been
checked.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api import security
from service.api.context import Context
from service.api.problems import ShuttingDown, SlowBody, problem_of
from service.errors import ModelBusy

QUESTIONS = frozenset({"/api/chat", "/api/compare", "/v1/chat/completions"})
SHORT = 16 * 1024
"""Bytes of a question that is waited for here. One with a longer past, or of unsaid length, takes its place later."""


class Door:
    """For all: the limit of the server."""

    def __init__(self, app: ASGIApp, *, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_question(scope):
            await self._app(scope, receive, send)
            return
        try:
            self._context.require_place()
            question = await _whole(receive) if _is_short(scope) else None
            place = self._context.expect() if question else None
        except (ModelBusy, ShuttingDown, SlowBody) as error:
            scope["refused"] = True
            await problem_of(error).response_for(scope["path"])(scope, receive, send)
            return
        if question is None or place is None:
            await self._app(scope, receive, send)
            return
        # Whoever came in the same moment and is turned away is told before this one's work begins.
        await asyncio.sleep(0)
        scope["place"] = place
        try:
            await self._app(scope, _after(question, receive), send)
        finally:
            self._context.admission.forget(place)


class PersonalDoor:
    """For whoever asks, once that is known: a person's own limit."""

    def __init__(self, app: ASGIApp, *, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _is_question(scope) and (person := scope.get("person")):
            try:
                self._context.admission.require_own_place(person.id)
            except ModelBusy as error:
                await problem_of(error).response_for(scope["path"])(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _is_question(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["path"] in QUESTIONS and scope["method"] == "POST"


def _is_short(scope: Scope) -> bool:
    length = Headers(scope=scope).get("content-length", "")
    return length.isdecimal() and int(length) <= SHORT


async def _whole(receive: Receive) -> Message:
    """A body in one message, or that its sender has gone. Raises `SlowBody`."""
    message: Message = {"more_body": True}
    body = b""
    while message.get("more_body", False):
        try:
            async with asyncio.timeout(security.SLOW):
                message = await receive()
        except TimeoutError as error:
            raise SlowBody(security.SLOWLY) from error
        body += message.get("body", b"")
    return {**message, "body": body} if message["type"] == "http.request" else message


def _after(first: Message, receive: Receive) -> Receive:
    """What was received already, then what comes."""
    messages = [first]

    async def receive_next() -> Message:
        return messages.pop() if messages else await receive()

    return receive_next
