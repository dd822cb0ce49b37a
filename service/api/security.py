"""What stands between the network and the routes, as plain ASGI so that streams pass through untouched.

`Guard`    Host and Origin: a page of another site, or a name rebound to this address, gets no answer.
`Headers`  what browsers are told: no foreign content, no framing, no guessing of types.
`Limits`   bodies that are too large or too slow, readers that do not read.
`Recover`  an error that nobody foresaw becomes a problem document.
"""

import asyncio
import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers as RequestHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import BodyTooLarge, GoneError, Problem, SlowBody, problem_of

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'"
)
ORIGINAL_CSP = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""Of original files, which are downloads but for PDF: browsers show those in a viewer of their own."""


class Guard:
    """Refuses what does not come from this server's own page or from a program. 421 and 403 problems."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = LOOPBACK_NAMES | {host.lower().rstrip(".") for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (problem := self._refusal(RequestHeaders(scope=scope))):
            await problem.response_for(scope["path"])(scope, receive, send)
        elif scope["type"] != "websocket":
            await self._app(scope, receive, send)

    def _refusal(self, headers: RequestHeaders) -> Problem | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_name(hosts[0]) not in self._hosts:
            return Problem(
                421,
                "This server is not reached by that name: use http://127.0.0.1 and its port, or allow the name in allowed_hosts.",
            )
        if headers.get("sec-fetch-site") == "cross-site":
            return Problem(403, "Requests from other sites are refused: open Trendwise's own page.")
        origins = headers.getlist("origin")
        if origins and (len(origins) > 1 or not same_origin(origins[0], hosts[0])):
            return Problem(403, "Requests from other origins are refused: open Trendwise's own page.")
        return None


def host_name(host: str) -> str | None:
    """The name in a Host header, without its port, or None where there is none."""
    try:
        parts = urlsplit("//" + host)
        plain = parts.netloc == host and parts.username is None and parts.port != 0
        return parts.hostname if plain else None
    except ValueError:
        return None


def same_origin(origin: str, host: str) -> bool:
    """Whether a page of this origin was served by this host. The scheme may be a TLS proxy's."""
    scheme, separator, rest = origin.partition("://")
    return bool(separator and rest) and scheme in ("http", "https") and rest.lower() == host.lower()


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_FOR_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with `no-referrer` a form of our own page has no origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def _encoded(headers: dict[str, str]) -> dict[bytes, bytes]:
    return {name.lower().encode(): value.encode() for name, value in headers.items()}


_OF_PAGES = _encoded({"Content-Security-Policy": CSP, "X-Frame-Options": "DENY", **_FOR_ALL})
_OF_ORIGINALS = _encoded({"Content-Security-Policy": ORIGINAL_CSP, "X-Frame-Options": "SAMEORIGIN", **_FOR_ALL})
_NOT_STORED = {b"cache-control": b"no-store"}


class Headers:
    """Sets the security headers of every response; a route's own `Cache-Control` stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = _OF_ORIGINALS if scope["path"].endswith("/original") else _OF_PAGES
                given = message.get("headers", [])
                stored = any(name == b"cache-control" for name, _ in given)
                kept = [(name, value) for name, value in given if name not in ours]
                message["headers"] = [*kept, *ours.items(), *(() if stored else _NOT_STORED.items())]
            await send(message)

        await self._app(scope, receive, send_with_headers)


JSON_BYTES = 1024 * 1024
UPLOAD_BYTES = 25 * 1024 * 1024
FORM_BYTES = 64 * 1024
"""What a form may have around its file."""
SLOW = 30.0
"""Seconds that a sender may pause within a body, or a reader not take what it is sent."""
SLOWLY = "The body came too slowly: send it again."


class Limits:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        upload = scope["path"] == "/api/documents"
        limit = UPLOAD_BYTES + FORM_BYTES if upload else JSON_BYTES
        too_large = BodyTooLarge(f"The body is larger than {25 if upload else 1} MB: send less.")
        declared = RequestHeaders(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            await problem_of(too_large).response_for(scope["path"])(scope, receive, send)
            return
        received, complete = 0, False

        async def receive_limited() -> Message:
            nonlocal received, complete
            try:
                async with asyncio.timeout(None if complete else SLOW):
                    message = await receive()
            except TimeoutError as error:
                raise SlowBody(SLOWLY) from error
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                complete = not message.get("more_body", False)
                if received > limit:
                    raise too_large
            return message

        async def send_limited(message: Message) -> None:
            try:
                async with asyncio.timeout(SLOW):
                    await send(message)
            except TimeoutError as error:
                raise GoneError from error

        await self._app(scope, receive_limited, send_limited)


class Recover:
    """Outside the routes, inside everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_noticed(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noticed)
        except GoneError:
            return
        except Exception as error:
            if started:  # too late for a status: an answer cut off, and its error in the log
                problem_of(error)
                return
            await problem_of(error).response_for(scope["path"])(scope, receive, send)
