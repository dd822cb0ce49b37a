"""What the service keeps, on both backends: each contract test runs on the data folder and on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from service.settings import Settings
from service.storage import Storage

Open = Callable[[], Storage]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts a database server is not among the quick tests."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and (
            "postgres" in item.nodeid or "processes" in item.nodeid
        ):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def shared(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a process that shares a database."""
    return Settings(data_dir=tmp_path / "data", database_url=SecretStr(database_url))


@pytest.fixture(params=["local", "postgres"])
def open_storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same storage any number of times, as several processes do."""
    settings = (
        request.getfixturevalue("shared") if request.param == "postgres" else Settings(data_dir=tmp_path / "data")
    )
    opened: list[Storage] = []

    def open_() -> Storage:
        opened.append(Storage.open(settings))
        return opened[-1]

    yield open_
    for storage in opened:
        storage.close()


@pytest.fixture
def storage(open_storage: Open) -> Storage:
    return open_storage()
