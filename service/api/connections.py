"""How the server reads requests from a connection: uvicorn's parser in C, with limits on heads, which it has none of.

A head that does not end, or comes too slowly, must hold neither memory nor a connection.
"""

import asyncio

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
"""In which the head of a request has to have come: after the connection was made, or after its first byte."""
HEAD_BYTES = 64 * 1024


class Connection(HttpToolsProtocol):
    """Cuts a connection whose next request begins too slowly, refuses a head that is too large, stays with HTTP/1.1."""

    _waiting: asyncio.TimerHandle | None = None
    _unread = 0
    """Bytes since the parser last gave a whole head or a piece of a body: those of a head, of trailers, of a chunk's size."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
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
        if sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            raise ValueError("too large, although it came at once")
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _decline(self, rest: bytes) -> None:
        """Some clients offer HTTP/2 beside a request. It is read again as if they had not, since the parser stops there."""
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"\r\n".join([*lines, b"", b""]) + rest)

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
