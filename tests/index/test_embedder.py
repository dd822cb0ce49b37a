"""The real embedding model: unit vectors, safe for threads, refusing what it should."""

import itertools
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from index.embedder import SentenceTransformerEmbedder, _batches
from index.errors import StoreError
from index.types import Considerate, Dictionary

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


def test_batches_hold_every_text_once_and_are_small() -> None:
    texts = ["word " * (7 * number % 300) for number in range(200)] + ["long " * 5_000]
    found = list(_batches(texts))
    assert sorted(number for batch in found for number in batch) == list(range(201))
    for batch in found:
        assert len(batch) == 1 or sum(len(texts[number]) for number in batch) <= 6_000
        assert len(batch) <= 32
    assert list(_batches([])) == []


def test_batches_are_smaller_while_people_are_answered() -> None:
    busy = itertools.cycle([False, True])
    found = list(_batches(["letters " * 50] * 100, lambda: next(busy)))
    assert [len(batch) for batch in found[:4]] == [15, 3, 15, 3]
    assert sorted(number for batch in found for number in batch) == list(range(100))


def test_a_question_does_not_wait_for_an_ingest(embedder: SentenceTransformerEmbedder) -> None:
    embedder.load()
    done = threading.Event()

    def ingest() -> None:
        embedder.embed([f"{number}. " + TEXTS[3] for number in range(60)], kind="passage")
        done.set()

    thread = threading.Thread(target=ingest)
    thread.start()
    time.sleep(0.2)
    embedder.embed(["How many councils use maps?"], kind="query")
    assert not done.is_set()
    thread.join()


def test_gives_way_while_people_are_answered(embedder_dir: Path) -> None:
    embedder = SentenceTransformerEmbedder(embedder_dir)
    assert isinstance(embedder, Considerate)
    embedder.load()
    texts = [f"{number}. " + TEXTS[3][:800] for number in range(12)]
    seconds = []
    for busy in (False, True, False):
        embedder.give_way(lambda busy=busy: busy)
        started = time.monotonic()
        rows = embedder.embed(texts, kind="passage")
        seconds.append(time.monotonic() - started)
    assert rows.shape == (12, 384)
    assert seconds[1] > 3 * max(seconds[0], seconds[2])


def test_knows_ordinary_words(embedder: SentenceTransformerEmbedder) -> None:
    assert isinstance(embedder, Dictionary)
    assert embedder.knows("council")
    assert not embedder.knows("infrastructre")


def test_a_folder_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"a pickle that must never be opened")
    with pytest.raises(StoreError, match="trendwise models get"):
        SentenceTransformerEmbedder(tmp_path)
