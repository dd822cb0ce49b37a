"""Both backends: what every index must do is tried on each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.postgres.index import PostgresIndex
from index.types import Embedder

AnyIndex = LocalIndex | PostgresIndex


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts a database server is not among the quick tests."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and "postgres" in item.nodeid:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def index(folder: Path) -> Iterator[LocalIndex]:
    opened = LocalIndex.open(folder, HashEmbedder(64))
    yield opened
    opened.close()


@dataclass
class Backend:
    """Opens the same index any number of times, and closes what was opened."""

    open_with: Callable[[Embedder], AnyIndex]
    opened: list[AnyIndex] = field(default_factory=list)

    def open(self, embedder: Embedder | None = None) -> AnyIndex:
        self.opened.append(self.open_with(embedder or HashEmbedder(64)))
        return self.opened[-1]


@pytest.fixture(params=["local", "postgres"])
def backend(request: pytest.FixtureRequest, folder: Path) -> Iterator[Backend]:
    if request.param == "local":
        backend = Backend(lambda embedder: LocalIndex.open(folder, embedder))
    else:
        url = request.getfixturevalue("database_url")
        backend = Backend(lambda embedder: PostgresIndex.open(url, embedder))
    yield backend
    for opened in backend.opened:
        opened.close()


@pytest.fixture
def any_index(backend: Backend) -> AnyIndex:
    return backend.open()
