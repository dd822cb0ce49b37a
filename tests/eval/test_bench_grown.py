"""Made-up reports are whole reports: their spans, vectors and hashes are what an index expects."""

from pathlib import Path

import numpy as np
import pytest

from eval.bench.grown import PASSAGES, Grown
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.local_copying import LocalShelf
from tests.index.reports import add, report


@pytest.fixture
def grown(tmp_path: Path) -> Grown:
    index = LocalIndex.open(tmp_path, HashEmbedder(64))
    add(
        index,
        report("Councils adopt cloud platforms this year.\nArtificial intelligence is the stand-out trend of all."),
    )
    shelf = LocalShelf(index)
    base = [shelf.take(info) for info in shelf.infos()]
    index.close()
    return Grown(base)


def test_a_made_report_is_whole(grown: Grown) -> None:
    made = grown.report(3)
    assert len(made.passages) == PASSAGES == made.info.passages
    assert made.vectors is not None
    for passage, vectors in zip(made.passages, made.vectors, strict=True):
        assert passage.span.of(made.document.text) == passage.text
        assert [s.span.of(made.document.text) for s in passage.sentences] == [s.readable for s in passage.sentences]
        rows = np.vstack([vectors.passage, vectors.sentences])
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
        assert len(vectors.sentence_hashes) == len(passage.sentences)
    assert len({passage.text for passage in made.passages}) > PASSAGES / 2


def test_the_same_number_makes_the_same_report(grown: Grown) -> None:
    first, again, other = grown.report(3), grown.report(3), grown.report(4)
    assert first.document == again.document
    assert first.vectors is not None
    assert again.vectors is not None
    assert np.array_equal(first.vectors[0].passage, again.vectors[0].passage)
    assert other.document.id != first.document.id
