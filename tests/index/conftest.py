from collections.abc import Iterator
from pathlib import Path

import pytest

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def index(folder: Path) -> Iterator[LocalIndex]:
    opened = LocalIndex.open(folder, HashEmbedder(64))
    yield opened
    opened.close()
