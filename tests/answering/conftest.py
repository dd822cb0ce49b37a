"""The report of a test module, its `REPORT`, in an index of its own."""

from collections.abc import Iterator

import pytest

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.read import read_bytes
from ingest.split import split


@pytest.fixture(scope="module")
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    index = LocalIndex.open(tmp_path_factory.mktemp("answering"), HashEmbedder())
    document = read_bytes(request.module.REPORT.encode(), "report.md")
    index.add(document, split(document), source_path="report.md")
    yield index
    index.close()
