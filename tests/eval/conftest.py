"""What several benches grow from."""

from pathlib import Path

import pytest

from eval.bench.grown import Grown, real_reports
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from tests.index.reports import add, report


@pytest.fixture
def made(tmp_path: Path) -> Grown:
    index = LocalIndex.open(tmp_path / "base", HashEmbedder(32))
    for number in range(4):
        add(index, report(f"Trend {number} is the cloud of councils.\nDrones map land {number} times."))
    index.close()
    return Grown(real_reports(tmp_path / "base", HashEmbedder(32)))
