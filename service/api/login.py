"""`/login`: people with a browser exchange an API key for a cookie that scripts cannot read."""

import html
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from service.api import shell
from service.api.access import COOKIE, session_token
from service.keys import SESSION_DAYS, Keys

TITLE = "Sign in"
FORM = """<h1>Sign in to Trendwise</h1>
<p>This server is shared. Sign in with the API key that you were given.</p>
{problem}
<form method="post" action="/login">
  <label for="key">API key</label>
  <input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
  <button type="submit" class="primary">Sign in</button>
</form>"""
WRONG = "This key is not known here or was revoked. Check it, or ask whoever runs this server for a new one."


def router(keys: Keys) -> APIRouter:
    login = APIRouter(include_in_schema=False)

    @login.get("/login")
    async def page() -> Response:
        return shell.respond(TITLE, FORM.format(problem=""))

    @login.post("/login")
    def sign_in(request: Request, key: Annotated[str, Form(max_length=200)]) -> Response:
        found = keys.find(key.strip())
        if not found:
            problem = f'<p class="problem" role="alert">{html.escape(WRONG)}</p>'
            return shell.respond(TITLE, FORM.format(problem=problem), status=401)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            COOKIE,
            keys.begin_session(found),
            max_age=SESSION_DAYS * 86400,
            httponly=True,
            samesite="strict",
            secure=request.headers.get("origin", "").startswith("https://"),
        )
        return response

    @login.post("/logout")
    def sign_out(request: Request) -> Response:
        if token := session_token(request.headers):
            keys.end_session(token)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    return login
