"""Server-Sent Events: names and JSON payloads to bytes, over a connection that may break at any moment.

The first event is taken before the headers are sent, so that an early failure keeps its HTTP status; a later one
becomes an `error` event. Payloads are ASCII: JSON escapes everything that a client's line splitter could trip over
(U+2028 and the like).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, TypeVar

from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from service.api.problems import GoneError, problem_of
from service.api.work import Work

T = TypeVar("T")

HEARTBEAT = 10.0
"""Seconds of silence after which a comment is sent, so that proxies keep the connection."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def encode(name: str, payload: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(payload, allow_nan=False)}\n\n".encode("ascii")


def encode_error(error: BaseException) -> bytes:
    return encode("error", problem_of(error).document)


async def next_or_gone(work: Work[T], request: Request) -> T:
    """The next item, or `GoneError` as soon as the client disconnects."""
    item = asyncio.ensure_future(work.__anext__())
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait((item, gone), return_when=asyncio.FIRST_COMPLETED)
        if item.done():
            return item.result()
        raise GoneError
    finally:
        item.cancel()
        gone.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class EventStream(StreamingResponse):
    """Streams a work's items. However it ends, the work is closed."""

    media_type = "text/event-stream"

    def __init__(
        self,
        work: Work[T],
        first: T,
        encode_item: Callable[[T], bytes],
        *,
        closed: Callable[[Work[T]], None],
        encode_error: Callable[[BaseException], bytes] = encode_error,
        end: bytes = b"",
    ) -> None:
        """`end` is sent after the last item, but not after an error."""
        self._close = partial(closed, work)
        super().__init__(_events(work, first, encode_item, encode_error, end), headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._close()


async def _events(
    work: Work[T],
    first: T,
    encode_item: Callable[[T], bytes],
    encode_error: Callable[[BaseException], bytes],
    end: bytes,
) -> AsyncIterator[bytes]:
    yield encode_item(first)
    while True:
        try:
            item = await asyncio.wait_for(work.__anext__(), HEARTBEAT)
        except TimeoutError:
            yield b": still working\n\n"
        except StopAsyncIteration:
            yield end
            return
        except Exception as error:
            yield encode_error(error)
            return
        else:
            yield encode_item(item)
