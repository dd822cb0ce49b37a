"""States of parts: kept safely, and composed to nearly what the model would have computed."""

import random
from pathlib import Path

import numpy as np
import pytest

from service.llm.engine import LlamaModel
from service.llm.engine_parts import segments
from service.llm.engine_states import Segment, StateStore, model_identity, state_key
from service.llm.types import Prompt

PATIENCE = 120.0
SYSTEM = "You are a helpful assistant. Follow the instruction exactly."
PARTS = tuple(
    f"- Report {letter} says that the town of {town} spent {cost} million pounds on its digital services in 2024.\n"
    for letter, town, cost in (("A", "Ashby", 31), ("B", "Bicester", 47), ("C", "Corby", 58))
)


def keys(count: int) -> list[str]:
    return [f"{number:064x}" for number in range(count)]


def test_states_come_back_from_memory_and_from_disk(tmp_path: Path) -> None:
    store, (one, two) = StateStore(tmp_path), keys(2)
    store.put(one, b"first")
    assert store.get(one) == b"first"
    assert StateStore(tmp_path).get(one) == b"first"
    assert store.get(two) is None
    assert (store.has(one), store.has(two)) == (True, False)
    assert not list(tmp_path.glob("*.new"))


def test_both_budgets_hold_and_the_least_used_goes_first(tmp_path: Path) -> None:
    store = StateStore(tmp_path, memory_bytes=250, disk_bytes=1000)
    for key in keys(12):
        store.put(key, bytes(100))
        assert store.sizes()[0] <= 250
        assert store.sizes()[1] <= 1000
    assert store.has(keys(12)[-1])
    assert not store.has(keys(12)[0])
    in_memory = StateStore(None, memory_bytes=250)
    for key in keys(3):
        in_memory.put(key, bytes(100))
    assert [in_memory.has(key) for key in keys(3)] == [False, True, True]


@pytest.mark.parametrize("length", [0, 5, 39, 40, 41, 60])
def test_a_torn_state_is_absent_and_removed(tmp_path: Path, length: int) -> None:
    key = keys(1)[0]
    StateStore(tmp_path).put(key, b"the attention state of a part")
    file = next(tmp_path.iterdir())
    file.write_bytes(file.read_bytes()[:length])
    assert StateStore(tmp_path).get(key) is None
    assert not file.exists()


def test_any_flipped_bit_is_found(tmp_path: Path) -> None:
    key, dice = keys(1)[0], random.Random(5)  # noqa: S311
    StateStore(tmp_path).put(key, bytes(range(200)))
    file = next(tmp_path.iterdir())
    whole = file.read_bytes()
    for _ in range(100):
        flipped = bytearray(whole)
        flipped[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        file.write_bytes(flipped)
        assert StateStore(tmp_path).get(key) is None
    file.write_bytes(whole)
    assert StateStore(tmp_path).get(key) == bytes(range(200))


def test_a_state_under_another_name_is_foreign(tmp_path: Path) -> None:
    one, two = keys(2)
    store = StateStore(tmp_path)
    store.put(one, b"state")
    (tmp_path / f"{one}.state").rename(tmp_path / f"{two}.state")
    assert StateStore(tmp_path).get(two) is None


def test_clearing_leaves_nothing(tmp_path: Path) -> None:
    store = StateStore(tmp_path)
    store.put(keys(1)[0], b"state")
    store.clear()
    assert store.sizes() == (0, 0)
    assert not list(tmp_path.iterdir())


def test_a_key_changes_with_all_that_could_invalidate_it() -> None:
    one, other = np.array([1, 2], np.int32), np.array([1, 3], np.int32)
    assert state_key("m", one, other) == state_key("m", one.copy(), other.copy())
    joined = np.array([1, 2, 1, 3], np.int32)
    distinct = {
        state_key("m", one, other), state_key("n", one, other), state_key("m", other, other), state_key("m", one, one),
        state_key("m", one[:0], joined), state_key("m", joined, one[:0]),
    }  # fmt: skip
    assert len(distinct) == 6


def asked(*parts: str) -> Prompt:
    return Prompt(SYSTEM, (*parts, "How much did Bicester spend?"), prefill="Bicester spent")


def prepare(model: LlamaModel, store: StateStore, prompt: Prompt) -> list[str]:
    """Lets the engine meet the parts and make their states; returns the states' keys."""
    list(model.stream(prompt, max_tokens=1))
    job_keys = [segment.key for segment in _segments(model, prompt)]
    while not all(map(store.has, job_keys)):
        assert model.healthy()
    assert model.drain(PATIENCE)
    return job_keys


def _segments(model: LlamaModel, prompt: Prompt) -> list[Segment]:
    parts = model._tokeniser.parts(prompt)
    start = len(model._tokeniser.stable(prompt)) - sum(map(len, parts))
    assert model._identity is not None
    return segments(model._identity, model._tokeniser.prefix(prompt), start, parts)


@pytest.mark.slow
@pytest.mark.model
def test_parts_in_another_order_are_not_read_again_and_still_understood(small_model: Path, tmp_path: Path) -> None:
    store = StateStore(tmp_path / "states")
    model = LlamaModel(small_model, template="chatml", threads=1, context=1024, states=store)
    exact = LlamaModel(small_model, template="chatml", threads=1, context=1024)
    try:
        prepare(model, store, asked(*PARTS))
        turned = asked(PARTS[2], PARTS[1], PARTS[0])
        before = model.stats().decoded
        scores = model.score([turned], [" £", " ", "4", " more"])
        computed = model.stats().decoded - before
        tail = len(model._tokeniser.prompt(turned)) - len(model._tokeniser.stable(turned))
        assert tail <= computed <= tail + 4
        np.testing.assert_allclose(scores, exact.score([turned], [" £", " ", "4", " more"]), atol=2.5)
        assert "million" in "".join(model.stream(turned, max_tokens=8))
        stats, cache = model.stats(), model._engine._cache
        assert stats.free_cells == stats.cells - cache.held([*cache.finished, *cache.pinned], None, 0)
        context = model._engine._context
        assert context is not None
        assert all(context.length(kept.number) == kept.length for kept in [*cache.finished, *cache.pinned])
    finally:
        model.close()
        exact.close()


@pytest.mark.model
@pytest.mark.slow
def test_states_outlive_the_process_and_damage_costs_only_time(small_model: Path, tmp_path: Path) -> None:
    store = StateStore(tmp_path)
    model = LlamaModel(small_model, template="chatml", threads=1, context=1024, states=store)
    made = prepare(model, store, asked(*PARTS))
    model.close()
    for damaged, reused in ((0, 3), (1, 2)):
        for key in made[:damaged]:
            (tmp_path / f"{key}.state").write_bytes(b"TWSTATE1 torn")
        again = LlamaModel(small_model, template="chatml", threads=1, context=1024, states=StateStore(tmp_path))
        said = "".join(again.stream(asked(*PARTS), max_tokens=8))
        computed = again.stats().decoded
        lengths = [segment.end - segment.start for segment in _segments(again, asked(*PARTS))]
        assert computed <= len(again._tokeniser.prompt(asked(*PARTS))) + 8 - sum(lengths[-reused:])
        assert said
        again.close()


@pytest.mark.model
def test_the_identity_is_the_hash_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"abc")
    assert model_identity(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
