"""How the server reads requests from a connection: uvicorn's parser in C, with limits on heads, which it has none of.

A head that does not end, or comes too slowly, must hold neither memory nor a connection.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
"""In which the head of a request has to have come: after the connection was made, or after its first byte."""
HEAD_BYTES = 64 * 1024


class Connection(HttpToolsProtocol):
    """Cuts a connection whose next request begins too slowly, and refuses a head that is too large."""

    _waiting: asyncio.TimerHandle | None = None
    _unread = 0
    """Bytes since the parser last gave a whole head or a piece of a body: those of a head, of trailers, of a chunk's size."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        super().data_received(data)
        if self._unread > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._unread = 0
        self._forget()
        if not self.url.startswith(b"/"):  # a proxy's form, whose host nobody has looked at: answered with 400
            raise ValueError("not an address of this server")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _forget(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        """But not while an answer is written, since requests that are sent beside it are not read until it is there."""
        self._waiting = None
        cycle = self.cycle  # type: ignore[unused-ignore]
        if cycle is None or cycle.response_complete:
            self.transport.abort()
