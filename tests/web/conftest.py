"""A real Chromium on the real service: HTTP, events, index, conversations. Answers by the scripted model, or by a script."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.read import read_bytes
from ingest.split import split
from service.api import serving
from service.api.app import create_app
from service.llm.scripted import ScriptedModel
from service.runtime import Runtime
from service.settings import Settings
from tests.web.script import Scene, ScriptedAnswerer
from tests.web.walk import REPORTS, SCENES, Visit

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@dataclass(slots=True)
class Service:
    url: str
    runtime: Runtime
    script: ScriptedAnswerer
    stop: Callable[[], None]


Serve = Callable[..., Service]
Open = Callable[..., Visit]


@pytest.fixture
def serve(tmp_path: Path, models_dir: Path) -> Iterator[Serve]:
    """Starts a service on a loopback socket. `scenes=None` answers with the scripted model instead of a script."""
    with ExitStack() as stack:

        def serve_(
            scenes: Sequence[Scene] | None = SCENES,
            *,
            reports: dict[str, str] = REPORTS,
            port: int = 0,
            reports_dir: Path | None = None,
        ) -> Service:
            data_dir = tmp_path / "service"
            index = LocalIndex.open(data_dir, HashEmbedder())
            for file, text in reports.items():
                document = read_bytes(text.encode(), file)
                index.add(document, split(document), source_path=f"/{file}", original=text.encode())
            runtime = Runtime.assemble(Settings(data_dir=data_dir, reports_dir=reports_dir), index, ScriptedModel())
            script = ScriptedAnswerer(index, scenes or ())
            if scenes is not None:
                runtime = replace(runtime, answerer=script)  # type: ignore[arg-type]
            server = Server(runtime, port)
            service = Service(server.url, runtime, script, server.stop)
            stack.callback(server.stop)
            return service

        yield serve_


class Server:
    """A server on a thread of its own."""

    def __init__(self, runtime: Runtime, port: int) -> None:
        listener = serving.bind("127.0.0.1", port)
        ready = threading.Event()
        self._runtime = runtime
        self._server = serving.server(create_app(runtime), ready=ready.set)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]})
        self._thread.start()
        assert ready.wait(60)
        self.url = serving.address(listener)

    def stop(self) -> None:
        """Stops it, as `Ctrl-C` does. Safe to call twice."""
        if self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join(20)
            self._runtime.close()


@pytest.fixture
def service(serve: Serve) -> Service:
    return serve()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else [*FLAGS]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Opens pages that must stay free of script errors, policy violations, dialogs and requests to anywhere else."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_(url: str, path: str = "/", *, width: int = 1440, height: int = 900, dark: bool = False) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        visits.append(Visit(context.new_page(), url))
        visits[-1].page.goto(url + path)
        return visits[-1]

    yield open_
    complaints = [complaint for each in visits for complaint in each.complaints]
    for context in contexts:
        context.close()
    assert not complaints
