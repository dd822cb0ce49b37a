"""What every test may use. Nothing leaves this machine: pytest-socket allows loopback and Unix sockets only.

A missing model is an error, never a skip: a suite that skips what matters proves nothing.
"""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ["NO_COLOR"] = "1"

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import ModelMissing
from service.llm import catalogue
from service.settings import Settings
from tests.index.postgres.server import Server


def _model(name: str, models_dir: Path) -> Path:
    try:
        return catalogue.path(name, models_dir)
    except ModelMissing as error:
        pytest.fail(f"{error} `make test` fetches what the tests need.", pytrace=False)


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of fetched models, with the tokeniser where tiktoken looks for it."""
    folder = Settings().models_dir
    os.environ["TIKTOKEN_CACHE_DIR"] = str(_model("tokeniser", folder))
    return folder


@pytest.fixture(scope="session")
def small_model(models_dir: Path) -> Path:
    """A real language model of 135M parameters: quick, and too small to be clever."""
    return _model("test", models_dir)


@pytest.fixture(scope="session")
def default_model(models_dir: Path) -> Path:
    return _model("default", models_dir)


@pytest.fixture(scope="session")
def embedder_dir(models_dir: Path) -> Path:
    return _model("embedder", models_dir)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """No test reads the developer's settings or writes to their data."""
    for name in [name for name in os.environ if name.startswith("TRENDWISE_") and name != "TRENDWISE_MODELS_DIR"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRENDWISE_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One database server for all tests that need one; each gets a database of its own."""
    server = Server()
    yield server
    server.close()


@pytest.fixture
def database_url(postgres: Server) -> Iterator[str]:
    url = postgres.new_database()
    yield url
    postgres.drop(url)
