"""Refuses questions at the door while there is no place for one: before their body is read, parsed or checked.

So a flood costs little, and whoever is turned away hears it at once. A place is taken later, with the whole question:
a slow sender holds none.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.context import Context, Person
from service.api.problems import ShuttingDown, problem_of
from service.errors import ModelBusy

QUESTIONS = frozenset({"/api/chat", "/api/compare", "/v1/chat/completions"})


class Door:
    def __init__(self, app: ASGIApp, *, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in QUESTIONS and scope["method"] == "POST":
            try:
                self._context.require_place(scope.get("person", Person()))
            except (ModelBusy, ShuttingDown) as error:
                await problem_of(error).response_for(scope["path"])(scope, receive, send)
                return
        await self._app(scope, receive, send)
