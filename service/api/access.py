"""Who may use the routes of a server with API keys: by `Authorization: Bearer`, or by the page's cookie.

Without any key everybody on this machine may do everything; `serve` then listens on loopback only.
"""

import asyncio
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import StoreError
from service.api.context import Person
from service.api.problems import Problem, problem_of
from service.keys import Key, Keys

COOKIE = "trendwise"
OPEN = frozenset({"/healthz", "/readyz", "/login"})
"""What can be reached without a key, besides the page's own files."""


class Access:
    """Sets `scope["person"]`, or answers 401; people with a browser are sent to the login page."""

    def __init__(self, app: ASGIApp, *, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path in OPEN or path.startswith("/web/"):
            await self._app(scope, receive, send)
            return
        try:
            required, key = await asyncio.to_thread(self._look_up, Headers(scope=scope))
        except StoreError as error:  # whoever cannot be looked up is not let in
            await problem_of(error).response_for(path)(scope, receive, send)
            return
        if not required:
            await self._app(scope, receive, send)
        elif key:
            scope["person"] = Person(key.id, key.role)
            await self._app(scope, receive, send)
        elif path in ("/", "/docs") or path.startswith("/documents/"):
            await RedirectResponse("/login", 303)(scope, receive, send)
        else:
            await _unauthorised().response_for(path)(scope, receive, send)

    def _look_up(self, headers: Headers) -> tuple[bool, Key | None]:
        """Whether a key is needed, and the one that was sent; on a thread, because keys may be on another machine."""
        required = self._keys.required
        return required, self._key(headers) if required else None

    def _key(self, headers: Headers) -> Key | None:
        scheme, _, presented = headers.get("authorization", "").partition(" ")
        if scheme:
            return self._keys.find(presented.strip()) if scheme.lower() == "bearer" else None
        token = session_token(headers)
        return self._keys.session(token) if token else None


def session_token(headers: Headers) -> str | None:
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None


def _unauthorised() -> Problem:
    detail = "This server needs an API key: send `Authorization: Bearer tw_…`, or sign in at /login."
    return Problem(401, detail, headers=(("WWW-Authenticate", "Bearer"),))
