"""The bench of PostgreSQL: it fills, searches, and says where a search spends its time."""

from collections.abc import Iterator

import numpy as np
import pytest

from eval.bench import database
from eval.bench.database_search import PARTS, WatchedIndex, recall, times
from eval.bench.grown import PASSAGES, YEARS, Grown
from index.hash_embedder import HashEmbedder
from index.types import Filters

pytestmark = pytest.mark.slow
QUESTIONS = ["Where are drones?", "What is the cloud?"]


@pytest.fixture
def index(database_url: str) -> Iterator[WatchedIndex]:
    opened = WatchedIndex(database_url, HashEmbedder(32))
    yield opened
    opened.close()


def test_a_database_is_filled_once_and_then_gone_on_with(index: WatchedIndex, made: Grown) -> None:
    for size in (PASSAGES, 2 * PASSAGES):
        assert database._filled(index, made, size)["copied_per_s"][1] == PASSAGES
    assert "copied_per_s" not in database._filled(index, made, 2 * PASSAGES)
    assert index.stats().passages == 2 * PASSAGES
    assert recall(index, QUESTIONS) == [1.0, 1.0]
    assert database._added(index, made)["added_one_by_one_per_s"][1] == database.ADDED * PASSAGES
    assert index.stats().passages == 2 * PASSAGES


def test_the_parts_of_a_search_are_within_the_whole(index: WatchedIndex, made: Grown) -> None:
    database._filled(index, made, 2 * PASSAGES)
    for filters in (None, Filters(years=frozenset({YEARS[0]}))):
        found = times(index, QUESTIONS, 3, filters)
        assert found.shape == (3, len(QUESTIONS), len(PARTS))
        parts = dict(zip(PARTS, np.moveaxis(found, -1, 0), strict=True))
        assert (parts["embedding"] > 0).all()
        assert (parts["words"] > 0).all()
        assert (parts["embedding"] + parts["words"] + parts["statement"] < parts["whole"]).all()
        figures = database._searched(found, "")
        assert figures["whole_ms_p50"][1] == 3 * len(QUESTIONS)
        assert figures["whole_fastest_of_3_ms_p50"][0] <= figures["whole_ms_p50"][0] <= figures["whole_ms_p95"][0]
