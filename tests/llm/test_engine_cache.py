"""The mirror of llama.cpp's cache against a plain model of it: sets of sequences, one for each cell."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.llm.engine_cache import PINS, Cache, Sequence, common_prefix

CELLS, NUMBERS = 48, 10


class PlainContext:
    """What llama.cpp does with cells: each remembers the sequences it belongs to and the token's position."""

    cells = CELLS

    def __init__(self) -> None:
        self.owners: dict[tuple[int, int], int] = {}
        self.used_by: dict[int, set[int]] = {}
        self.free = list(range(CELLS))

    def decode(self, sequence: int, position: int) -> None:
        cell = self.free.pop()
        self.owners[sequence, position] = cell
        self.used_by[cell] = {sequence}

    def fork(self, source: int, target: int, length: int) -> None:
        assert not any(number == target for number, _ in self.owners), "the target must be empty"
        for position in range(length):
            cell = self.owners[source, position]
            self.owners[target, position] = cell
            self.used_by[cell].add(target)

    def drop(self, sequence: int) -> None:
        for key in [key for key in self.owners if key[0] == sequence]:
            cell = self.owners.pop(key)
            self.used_by[cell].discard(sequence)
            if not self.used_by[cell]:
                del self.used_by[cell]
                self.free.append(cell)


def made() -> tuple[Cache, Any]:
    context = PlainContext()
    return Cache(context, NUMBERS), context  # type: ignore[arg-type]


def run(cache: Cache, context: Any, prompt: list[int], running: list[Sequence]) -> tuple[Sequence, int]:
    """Decodes a prompt as the engine does; returns its sequence and how many tokens were reused."""
    tokens = np.array(prompt, np.int32)
    sequence = cache.start(tokens, len(tokens), running)
    reused = sequence.length
    assert cache.make_room(len(tokens) - reused)
    for position in range(reused, len(tokens)):
        context.decode(sequence.number, position)
    cache.extend(sequence, tokens[reused:])
    return sequence, reused


@settings(max_examples=200, deadline=None)
@given(prompts=st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=CELLS), min_size=1, max_size=25),
       pins=st.lists(st.integers(1, 8), min_size=25, max_size=25))  # fmt: skip
def test_the_mirror_and_the_cells_never_differ(prompts: list[list[int]], pins: list[int]) -> None:
    cache, context = made()
    for prompt, pin in zip(prompts, pins, strict=False):
        known = [*cache.finished, *cache.pinned]
        best = max((common_prefix(np.array(prompt[:-1], np.int32), kept.tokens) for kept in known), default=0)
        sequence, reused = run(cache, context, prompt, [])
        assert reused == best
        assert sequence.tokens.tolist() == prompt
        if pin < len(prompt):
            cache.pin(sequence, pin)
        cache.finish(sequence)
        assert cache.free == len(context.free)
        held = [*cache.finished, *cache.pinned]
        assert cache.held(held, None, 0) == CELLS - len(context.free)
        assert cache.free_numbers == NUMBERS - len(held)
        assert len(cache.pinned) <= PINS
        for kept in held:
            owned = [context.owners[kept.number, position] for position in range(kept.length)]
            assert len(set(owned)) == kept.length


def test_the_longest_beginning_is_taken_from_running_and_finished_alike() -> None:
    cache, context = made()
    running, _ = run(cache, context, [1, 2, 3, 4, 5], [])
    forked, reused = run(cache, context, [1, 2, 3, 9], [running])
    assert reused == 3
    cache.finish(forked)
    _, again = run(cache, context, [1, 2, 3, 9, 9], [running])
    assert again == 4
    assert CELLS - cache.free == 5 + 1 + 1


def test_least_recently_used_goes_first_and_running_never() -> None:
    cache, context = made()
    running, _ = run(cache, context, [1] * 20, [])
    for value in (2, 3):
        cache.finish(run(cache, context, [value] * 10, [running])[0])
    run(cache, context, [2] * 10 + [5], [running])
    assert cache.make_room(10)
    assert [kept.tokens[0] for kept in cache.finished] == [2]
    assert not cache.make_room(CELLS - 19)
    assert running.length == 20


def test_pinned_beginnings_outlive_finished_sequences() -> None:
    cache, context = made()
    sequence, _ = run(cache, context, [1, 1, 1, 2, 2], [])
    cache.pin(sequence, 3)
    cache.finish(sequence)
    assert cache.make_room(CELLS - 3)
    assert not cache.finished
    assert [kept.tokens.tolist() for kept in cache.pinned] == [[1, 1, 1]]
    assert cache.make_room(CELLS)
    assert not cache.pinned


@pytest.mark.parametrize(("one", "other", "length"), [([], [1], 0), ([1, 2], [1, 2, 3], 2), ([1, 2], [1, 3], 1)])
def test_common_prefix(one: list[int], other: list[int], length: int) -> None:
    assert common_prefix(np.array(one, np.int32), np.array(other, np.int32)) == length
