"""The bench of FAISS index types on small sets: vectors near the real ones, and recall counted against exact search."""

import json
from pathlib import Path

import numpy as np
import pytest

from eval.bench import search
from eval.bench.search import KINDS, Row, grown, measure
from eval.results_page import write_results


def _base() -> np.ndarray:
    rows = np.random.default_rng(1).standard_normal((40, 32)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_made_vectors_are_of_unit_length_near_real_ones_and_the_same_each_time() -> None:
    base = _base()
    made = grown(base, 500)
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert (made @ base.T).max(axis=1).min() > 0.6
    np.testing.assert_array_equal(made, grown(base, 500))


@pytest.mark.parametrize("kind", ["flat", "sq8", "ivf", "hnsw32-ef256"])
def test_recall_is_against_exact_search(kind: str) -> None:
    vectors, queries = grown(_base(), 500), _base()[:5]
    truth = search._exact(vectors, queries)
    row = measure(kind, 40, vectors, queries, truth)
    assert (row.kind, row.vectors, row.queries) == (kind, 500, 5)
    assert row.recall_at_10_rescored == pytest.approx(1, abs=0.05)
    assert measure(kind, 40, vectors, queries, truth + 500).recall_at_10 == 0


def test_later_runs_replace_their_own_rows_and_the_page_shows_them(tmp_path: Path) -> None:
    file = tmp_path / "results" / "search.json"
    file.parent.mkdir()
    rows = [Row(kind, 40, 1000, 5, 0.1, 1.5, 0.2, 0.3, 0.99, 1.0) for kind in KINDS]
    file.write_text(json.dumps(search._report(rows, "an-embedder")))
    assert search._measured(file) == {(1000, row.kind): row for row in rows}
    write_results(file.parent)
    page = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert "| sq8 1,000: search_ms_p50 | 0 ms |  | 5 |" in page
