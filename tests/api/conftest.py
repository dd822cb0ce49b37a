"""A whole service over a real index and the scripted model: in process (`client`) or on a socket (`served`)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
import structlog
from fastapi.testclient import TestClient

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.read import read_bytes
from ingest.split import split
from service.api import serving
from service.api.app import create_app
from service.llm.scripted import Rule, ScriptedModel
from service.llm.types import TextModel
from service.runtime import Runtime
from service.settings import Settings

REPORT = """# Digital trends for councils 2024

Jane Smith, 12 March 2024

## Artificial intelligence

Artificial intelligence is the stand-out technology trend for councils in 2024. Policies, skills and data readiness
have to be in place before a council can adopt it at scale.

## Cyber security

Councils spent 40 million pounds on cyber security in 2023. Ransomware was the most frequent kind of attack, and
twelve councils were hit by it.
"""
OTHER = """# Skills survey 2021

## Training

Half of the councils offered no digital training to their staff in 2021. The survey asked 212 councils.
"""

Open = Callable[..., Runtime]
Serve = Callable[[Runtime], AbstractContextManager[str]]


def helpful_model() -> ScriptedModel:
    """Says what the report says and finds it supported, so that tests of the API do not hang on how that is judged."""
    rules = [
        Rule("(?i)how much", "Councils spent 40 million pounds on cyber security in 2023."),
        Rule("(?i)stand-out", "Artificial intelligence is the stand-out technology trend for councils in 2024."),
    ]
    return ScriptedModel(rules, score=lambda _, option: 0.98 if option in ("Yes", "Answer") else 0.02)


def _filled(data_dir: Path, texts: tuple[str, ...]) -> LocalIndex:
    index = LocalIndex.open(data_dir, HashEmbedder())
    for number, text in enumerate(texts):
        document = read_bytes(text.encode(), f"report-{number}.md")
        index.add(document, split(document), source_path=f"/{number}", original=text.encode())
    return index


def _client(runtime: Runtime) -> TestClient:
    return TestClient(create_app(runtime), base_url="http://127.0.0.1:8765", raise_server_exceptions=False)


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Log lines go nowhere, but in the tests of logs."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


@pytest.fixture
def open_runtime(tmp_path: Path, models_dir: Path) -> Iterator[Open]:
    """Opens a runtime over the two reports, or other texts; closed after the test."""
    with ExitStack() as stack:

        def open_(
            model: TextModel | None = None, texts: tuple[str, ...] = (REPORT, OTHER), **settings: object
        ) -> Runtime:
            data_dir = tmp_path / "service"
            index = _filled(data_dir, texts)
            options = Settings(data_dir=data_dir, **settings)  # type: ignore[arg-type]
            return stack.enter_context(Runtime.assemble(options, index, model or helpful_model()))

        yield open_


@pytest.fixture
def runtime(open_runtime: Open) -> Runtime:
    return open_runtime()


@pytest.fixture
def client_of() -> Iterator[Callable[[Runtime], TestClient]]:
    with ExitStack() as stack:
        yield lambda runtime: stack.enter_context(_client(runtime))


@pytest.fixture
def client(runtime: Runtime, client_of: Callable[[Runtime], TestClient]) -> TestClient:
    return client_of(runtime)


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[TestClient]:
    """One service for all tests that change nothing."""
    data_dir = tmp_path_factory.mktemp("reader")
    index = _filled(data_dir, (REPORT, OTHER))
    with Runtime.assemble(Settings(data_dir=data_dir), index, helpful_model()) as runtime, _client(runtime) as client:
        yield client


@pytest.fixture
def serve() -> Serve:
    """Serves a runtime on a loopback socket while the context lasts; gives the address."""

    @contextmanager
    def serving_(runtime: Runtime) -> Iterator[str]:
        listener = serving.bind("127.0.0.1", 0)
        ready = threading.Event()
        server = serving.server(create_app(runtime), ready=ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(20)
            yield serving.address(listener)
        finally:
            server.should_exit = True
            thread.join(20)

    return serving_
