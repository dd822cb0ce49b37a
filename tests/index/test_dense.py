"""Every type of generation finds what comparing with every vector finds, whatever is filtered, deleted or new."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import dense, generations, kinds
from index.dense import DenseView, Keys
from index.errors import StoreDamaged
from index.hash_embedder import HashEmbedder
from index.kinds import Vector
from index.local import LocalIndex
from index.types import Filters, Hit
from tests.index.reports import add, report

TYPES = pytest.mark.parametrize(("exact_up_to", "kind"), [(10_000, "flat"), (90, "sq8"), (5, "ivf")])
DIMENSION = 32
ROUNDED = 0.02
"""How far a cosine of the quantised type may be off, at this dimension."""


def _vectors(count: int, seed: int = 3) -> tuple[Keys, Vector]:
    """Unit vectors with gaps between their keys, as deletions leave them."""
    chance = np.random.default_rng(seed)
    rows = chance.standard_normal((count, DIMENSION)).astype(np.float32)
    keys = np.cumsum(chance.integers(1, 4, size=count)).astype(np.int64)
    return keys, rows / np.linalg.norm(rows, axis=1, keepdims=True)


@TYPES
def test_the_type_is_chosen_by_size(exact_up_to: int, kind: str) -> None:
    keys, vectors = _vectors(100)
    assert dense.build(1, keys, vectors, exact_up_to=exact_up_to).kind == kind
    assert dense.build(1, keys[:5], vectors[:5], exact_up_to=exact_up_to).kind == "flat"
    assert [kinds.kind_for(count) for count in (50_000, 50_001, 150_000, 150_001)] == ["flat", "sq8", "sq8", "ivf"]


@TYPES
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_equals_comparing_with_every_vector(exact_up_to: int, kind: str, data: st.DataObject) -> None:
    keys, vectors = _vectors(200)
    covered = data.draw(st.integers(91, 200))
    generation = dense.build(1, keys[:covered], vectors[:covered], exact_up_to=exact_up_to)
    assert generation.kind == kind
    deleted = np.array(sorted(data.draw(st.sets(st.sampled_from(keys[:covered].tolist()), max_size=40))), np.int64)
    only = data.draw(st.none() | st.sets(st.integers(0, int(keys[-1]) + 5), max_size=120))
    chosen = None if only is None else np.array(sorted(only), np.int64)
    view = DenseView(1, generation, deleted, keys[covered:], vectors[covered:])
    limit = data.draw(st.integers(1, 30))

    query = _vectors(1, seed=data.draw(st.integers(0, 1000)))[1][0]
    found = dict(view.search(query, limit=limit, only=chosen))

    allowed = ~np.isin(keys, deleted) & (True if chosen is None else np.isin(keys, chosen))
    cosines = {int(key): float(vector @ query) for key, vector in zip(keys[allowed], vectors[allowed], strict=True)}
    assert len(found) == min(limit, len(cosines))
    assert set(found) <= set(cosines)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    last = sorted(cosines.values(), reverse=True)[: len(found)]
    rounded = 1e-5 if kind == "flat" else ROUNDED
    assert all(abs(cosines[key] - score) <= rounded for key, score in found.items())
    assert all(cosines[key] >= last[-1] - 2 * rounded for key in found)


@TYPES
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_what_is_taken_out_is_gone_and_the_others_are_found(exact_up_to: int, kind: str, data: st.DataObject) -> None:
    keys, vectors = _vectors(200)
    generation = dense.build(1, keys, vectors, exact_up_to=exact_up_to)
    for _ in range(data.draw(st.integers(1, 3))):
        drawn = data.draw(st.sets(st.sampled_from(keys.tolist()), min_size=1, max_size=150))
        generation = dense.without(generation, np.array(sorted(drawn), np.int64))
        stay = ~np.isin(keys, sorted(drawn))
        keys, vectors = keys[stay], vectors[stay]
        if not len(keys):
            break
    assert generation.keys.tolist() == keys.tolist()
    assert (generation.kind, generation.index.ntotal) == (kind, len(keys))
    view = DenseView(1, generation, keys[:0], keys[:0], vectors[:0])
    for key, vector in zip(keys.tolist()[:20], vectors, strict=False):
        (found, score), *_ = view.search(vector, limit=3)
        assert found == key
        assert score == pytest.approx(1.0, abs=ROUNDED)
    only = keys[::2]
    if len(keys):
        assert {key for key, _ in view.search(vectors[0], limit=len(keys), only=only)} == set(only.tolist())


@TYPES
def test_is_on_the_disk_as_it_was(tmp_path: Path, exact_up_to: int, kind: str) -> None:
    keys, vectors = _vectors(100)
    built = dense.build(4, keys, vectors, exact_up_to=exact_up_to)
    manifest = generations.write(tmp_path, built, embedder="e")
    read = generations.read(tmp_path, 4, manifest_sha256=manifest)
    assert (read.kind, read.keys.tolist()) == (kind, keys.tolist())
    views = [DenseView(1, each, keys[:0], keys[:0], vectors[:0]) for each in (built, read)]
    assert views[0].search(vectors[7], limit=5) == views[1].search(vectors[7], limit=5)
    file = tmp_path / "4" / "vectors.faiss"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(StoreDamaged):
        generations.read(tmp_path, 4, manifest_sha256=manifest)


def test_a_quantised_generation_takes_a_quarter(tmp_path: Path) -> None:
    keys, vectors = _vectors(5_000)
    sizes = []
    for number, exact_up_to in enumerate((10_000, 2_000)):
        generations.write(tmp_path, dense.build(number, keys, vectors, exact_up_to=exact_up_to), embedder="e")
        sizes.append((tmp_path / str(number) / "vectors.faiss").stat().st_size)
    assert sizes[1] < 0.26 * sizes[0]


@pytest.fixture(scope="module")
def clustered() -> tuple[Keys, Vector, Vector]:
    """Keys and vectors in 500 heaps, as passages lie, enough for more lists than are looked at; and questions."""
    chance = np.random.default_rng(5)
    middles = chance.standard_normal((500, DIMENSION)).astype(np.float32)
    rows = middles[chance.integers(500, size=20_040)] + 0.5 * chance.standard_normal((20_040, DIMENSION), np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return np.arange(1, 20_001), rows[:20_000], rows[20_000:]


def _recall(view: DenseView, rows: Vector, questions: Vector, only: Keys) -> float:
    """Of the ten nearest of these keys, the share among the fifty that are ranked again by exact cosines."""
    shares = []
    for question in questions:
        nearest = only[np.argsort(-(rows[only - 1] @ question))[:10]]
        shares.append(np.isin(nearest, [key for key, _ in view.search(question, limit=50, only=only)]).mean())
    return float(np.mean(shares))


@pytest.mark.parametrize("share", [1, 2, 40, 2_000])
def test_lists_find_the_nearest_vectors_filtered_or_not(clustered: tuple[Keys, Vector, Vector], share: int) -> None:
    keys, rows, questions = clustered
    generation = dense.build(1, keys, rows, exact_up_to=1_000)
    assert generation.index.nprobe < generation.index.nlist
    view = DenseView(1, generation, keys[:7], keys[:0], rows[:0])
    only = np.setdiff1d(keys[::share], keys[:7])
    assert _recall(view, rows, questions, only) >= 0.98
    assert len(view.search(questions[0], limit=50, only=only)) == min(50, len(only))


def test_the_same_vectors_make_the_same_lists(clustered: tuple[Keys, Vector, Vector], tmp_path: Path) -> None:
    keys, rows, _ = clustered
    for number in (1, 2):
        generations.write(tmp_path, dense.build(number, keys, rows, exact_up_to=1_000), embedder="e")
    assert (tmp_path / "1" / "vectors.faiss").read_bytes() == (tmp_path / "2" / "vectors.faiss").read_bytes()


@pytest.fixture(params=["sq8", "ivf"])
def twins(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[list[LocalIndex]]:
    """The same 60 passages in an index that stays exact and in one of another type."""
    sizes = {"exact": 1_000, "other": {"sq8": 25, "ivf": 8}[request.param]}
    opened = [LocalIndex.open(tmp_path / name, HashEmbedder(64), exact_up_to=size) for name, size in sizes.items()]
    for number in range(30):
        for index in opened:
            add(index, _report(number))
    for index in opened:
        index.compact()
    assert [index.stats().backend for index in opened] == ["SQLite + FAISS (flat)", f"SQLite + FAISS ({request.param})"]
    yield opened
    for index in opened:
        index.close()


def _report(number: int):
    return report(f"Drone {number} maps land.\nSkill {number} is taught.", title=f"R{number}", year=2000 + number % 5)


def _same(twins: list[LocalIndex], question: str, filters: Filters | None = None) -> list[Hit]:
    """The hits of both, which must not differ, not even in rank or cosine."""
    left, right = (index.search(question, limit=8, filters=filters) for index in twins)
    assert [(hit.passage.id, hit.dense_rank) for hit in left] == [(hit.passage.id, hit.dense_rank) for hit in right]
    for one, other in zip(left, right, strict=True):
        assert one.dense_score == pytest.approx(other.dense_score, abs=1e-6)
    return left


def test_a_large_index_answers_as_an_exact_one(twins: list[LocalIndex]) -> None:
    assert _same(twins, "drone 7 maps")[0].passage.text == "Drone 7 maps land."
    hits = _same(twins, "skill is taught", Filters(years=frozenset({2003})))
    assert {hit.year for hit in hits} == {2003}


def test_reports_come_and_go_over_a_large_index(twins: list[LocalIndex]) -> None:
    for index in twins:
        add(index, report("Quantum arrives.", title="New"))
        add(index, report("Drone 3 has landed.", title="R3b"), _report(3).source)
    assert [index.stats().tail for index in twins] == [2, 2]
    assert _same(twins, "quantum arrives")[0].passage.text == "Quantum arrives."
    assert "Drone 3 maps land." not in [hit.passage.text for hit in _same(twins, "drone 3 maps land")]
    before = [index.stats().backend for index in twins]
    for index in twins:
        index.remove(_report(7).id)
    assert "Drone 7 maps land." not in [hit.passage.text for hit in _same(twins, "drone 7 maps land")]
    assert [index.stats().backend for index in twins] == before


def test_an_index_that_has_become_small_is_exact_again(twins: list[LocalIndex]) -> None:
    large = twins[1]
    for number in range(3, 30):
        large.remove(_report(number).id)
    assert large.stats().backend == "SQLite + FAISS (flat)"
    assert large.search("drone 2 maps")[0].passage.text == "Drone 2 maps land."
