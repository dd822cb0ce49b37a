"""The real embedding model: unit vectors, safe for threads, refusing what it should."""

import threading
from pathlib import Path

import numpy as np
import pytest

from index.embedder import SentenceTransformerEmbedder
from index.errors import StoreError
from index.types import Dictionary

TEXTS = ["Cloud platforms for councils", "", "XR – ‘extended reality’ (XR)", "A long text about digital trends. " * 80]


@pytest.fixture(scope="module")
def embedder(embedder_dir: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(embedder_dir)


def test_says_which_weights_it_uses(embedder: SentenceTransformerEmbedder) -> None:
    assert (embedder.id, embedder.dimension) == ("all-MiniLM-L6-v2@53aa5117", 384)


def test_rows_are_unit_vectors_in_the_order_of_the_texts(embedder: SentenceTransformerEmbedder) -> None:
    rows = embedder.embed(TEXTS, kind="passage")
    assert (rows.shape, rows.dtype) == ((4, 384), np.dtype(np.float32))
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for text, row in zip(TEXTS, rows, strict=True):
        np.testing.assert_allclose(embedder.embed([text], kind="query")[0], row, atol=1e-5)
    assert embedder.embed([], kind="passage").shape == (0, 384)


def test_many_threads_may_embed(embedder: SentenceTransformerEmbedder) -> None:
    expected = embedder.embed(["cloud"], kind="passage")
    wrong: list[object] = []

    def work(number: int) -> None:
        try:
            rows = embedder.embed([f"question {number}", "cloud"], kind="query" if number % 2 else "passage")
            if not np.allclose(rows[1], expected[0], atol=1e-5):
                wrong.append(number)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_knows_ordinary_words(embedder: SentenceTransformerEmbedder) -> None:
    assert isinstance(embedder, Dictionary)
    assert embedder.knows("council")
    assert not embedder.knows("infrastructre")


def test_a_folder_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"a pickle that must never be opened")
    with pytest.raises(StoreError, match="trendwise models get"):
        SentenceTransformerEmbedder(tmp_path)
