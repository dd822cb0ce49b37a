"""The HTTP application: routes, errors and what guards them. Knows nothing of sockets and signals (`serving.py`)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from importlib.util import find_spec

from fastapi import FastAPI

from index.errors import StoreError
from service.api import (
    access,
    briefs,
    chat,
    compare,
    completions,
    conversations,
    documents,
    health,
    login,
    observing,
    pages,
    passages,
    problems,
    reference,
    search,
    security,
    suggestions,
    uploads,
)
from service.api.context import Context
from service.api.door import Door, PersonalDoor
from service.api.observing import log
from service.errors import RunError
from service.llm.types import Cancel
from service.runtime import Runtime

DESCRIPTION = """Answers questions about digital and technology trends reports with citations that can be checked.
Errors are RFC 9457 problem documents whose `detail` says what to do."""
DAY = 24 * 60 * 60


def create_app(runtime: Runtime) -> FastAPI:
    """The application over an open runtime, which it does not close."""
    context = Context(runtime)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        purging = asyncio.create_task(_purge_daily(runtime))
        stopping = Cancel()
        preparing = asyncio.create_task(asyncio.to_thread(_prepare, runtime, stopping))
        async with _mcp(app, context):
            yield
        stopping.set()
        await preparing
        purging.cancel()
        with suppress(asyncio.CancelledError):
            await purging
        await asyncio.to_thread(context.close)

    app = FastAPI(
        title="Trendwise",
        version=health.installed_version(),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    for module in (
        briefs,
        chat,
        compare,
        search,
        suggestions,
        passages,
        documents,
        uploads,
        conversations,
        completions,
        health,
    ):
        app.include_router(module.router)
    app.include_router(login.router(runtime.keys))
    app.include_router(pages.router())
    app.include_router(reference.router)
    problems.install(app)
    app.add_middleware(security.Limits)
    app.add_middleware(PersonalDoor, context=context)
    app.add_middleware(access.Access, keys=runtime.keys)
    app.add_middleware(Door, context=context)
    app.add_middleware(security.Recover)
    app.add_middleware(security.Guard, hosts=_hosts(runtime))
    app.add_middleware(security.Headers)
    app.add_middleware(observing.Requests, observer=context.observer)
    return app


def _prepare(runtime: Runtime, stopping: Cancel) -> None:
    """Before anybody asks; a model that cannot do it now says so when somebody asks."""
    with suppress(RunError):
        runtime.answerer.prepare(cancel=stopping)


def _mcp(app: FastAPI, context: Context) -> AbstractAsyncContextManager[None]:
    """`/mcp`, where the extra `mcp` is installed."""
    if find_spec("mcp") is None:
        return nullcontext()
    from service.api.assistants import mount

    return mount(app, context).run()


def _hosts(runtime: Runtime) -> set[str]:
    """Names by which people may reach the server, besides loopback. A wildcard address is no name."""
    return {*runtime.settings.allowed_hosts, runtime.settings.host} - {"0.0.0.0", "::"}  # noqa: S104


async def _purge_daily(runtime: Runtime) -> None:
    """Opening the runtime has purged already."""
    days = runtime.settings.retention_days
    while days:
        await asyncio.sleep(DAY)
        try:
            await asyncio.to_thread(runtime.conversations.purge, days)
        except StoreError as error:
            log.error("old conversations were not deleted; the next try is tomorrow", error=str(error))
