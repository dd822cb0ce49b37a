"""Which tokens are in which sequence and cell: what can be reused, what must be computed, and what is let go.

A mirror of llama.cpp's unified cache, exact because every change goes through here: each cell has a count of the
sequences that share it. Finished sequences stay until their cells or numbers are needed, least recently used first.
Beginnings that every question of a task shares are pinned: held by sequences of their own and let go last.
Not thread-safe: it belongs to the engine's thread.
"""

import itertools
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from service.llm.llama_context import Context
from service.llm.llama_weights import Tokens

PINS = 4
"""Most pinned beginnings: one for each task (answering, answerability, verification) and one to spare."""


class Sequence:
    """Tokens that llama.cpp holds under one number, with room for those to come."""

    __slots__ = ("_cells", "_tokens", "length", "number", "used")

    def __init__(self, number: int, room: int) -> None:
        self.number = number
        self.length = 0
        self.used = 0
        self._tokens = np.empty(room, np.int32)
        self._cells = np.empty(room, np.int32)

    @property
    def tokens(self) -> Tokens:
        return self._tokens[: self.length]

    @property
    def cells(self) -> NDArray[np.int32]:
        return self._cells[: self.length]

    def append(self, tokens: Tokens, cells: NDArray[np.int32]) -> None:
        end = self.length + len(tokens)
        self._tokens[self.length : end] = tokens
        self._cells[self.length : end] = cells
        self.length = end


def common_prefix(one: Tokens, other: Tokens) -> int:
    """How many leading tokens are equal."""
    length = min(len(one), len(other))
    different = np.flatnonzero(one[:length] != other[:length])
    return int(different[0]) if different.size else length


class Cache:
    def __init__(self, context: Context, sequences: int) -> None:
        self._context = context
        self._sharers = np.zeros(context.cells, np.int32)
        self._numbers = list(range(sequences - 1, -1, -1))
        self._clock = itertools.count(1)
        self.finished: list[Sequence] = []
        self.pinned: list[Sequence] = []

    @property
    def cells(self) -> int:
        return len(self._sharers)

    @property
    def free(self) -> int:
        return int(np.count_nonzero(self._sharers == 0))

    @property
    def free_numbers(self) -> int:
        return len(self._numbers)

    def held(self, sequences: Iterable[Sequence], source: Sequence | None, shared: int) -> int:
        """Cells that these sequences and the first `shared` tokens of `source` occupy; a shared cell counts once."""
        mask = np.zeros(self.cells, np.bool_)
        for sequence in sequences:
            mask[sequence.cells] = True
        if source is not None:
            mask[source.cells[:shared]] = True
        return int(np.count_nonzero(mask))

    def best(self, tokens: Tokens, running: Iterable[Sequence]) -> tuple[Sequence | None, int]:
        """The sequence that shares the longest beginning, and how long that is. At least one token stays to decode."""
        found, longest = None, 0
        for sequence in itertools.chain(running, self.finished, self.pinned):
            if sequence.length > longest:
                length = common_prefix(tokens[:-1], sequence.tokens)
                if length > longest:
                    found, longest = sequence, length
        return found, longest

    def start(self, tokens: Tokens, room: int, running: Iterable[Sequence]) -> Sequence:
        """A sequence that already holds the longest beginning anyone has computed."""
        source, length = self.best(tokens, running)
        if source is not None:
            self.touch(source)
        while not self._numbers:
            self._evict_one(spare=source)
        sequence = Sequence(self._numbers.pop(), room)
        if source is not None:
            self._fork(source, sequence, length)
        return sequence

    def make_room(self, count: int) -> bool:
        """Frees cells for `count` tokens; False if what is left belongs to running sequences."""
        while self.free < count:
            if not self.evict():
                return False
        return True

    def evict(self) -> bool:
        """Lets one sequence go; False if there is none that may."""
        if not self.finished and not self.pinned:
            return False
        self._evict_one()
        return True

    def extend(self, sequence: Sequence, tokens: Tokens) -> None:
        """Notes tokens that were decoded."""
        cells = np.flatnonzero(self._sharers == 0)[: len(tokens)].astype(np.int32)
        self._sharers[cells] += 1
        sequence.append(tokens, cells)

    def finish(self, sequence: Sequence) -> None:
        """Keeps a sequence for reuse, in place of those that it contains."""
        for other in [kept for kept in self.finished if common_prefix(kept.tokens, sequence.tokens) == kept.length]:
            self.finished.remove(other)
            self.drop(other)
        self.touch(sequence)
        self.finished.append(sequence)

    def pin(self, sequence: Sequence, length: int) -> Sequence | None:
        """Keeps the first `length` tokens of a sequence beyond its own life. The sequence that holds them from now on, if it
        is a new one."""
        tokens = sequence.tokens[:length]
        for kept in self.pinned:
            if np.array_equal(kept.tokens, tokens):
                self.touch(kept)
                return None
        if len(self.pinned) == PINS:
            self._drop_oldest(self.pinned)
        if not self._numbers and self.finished:
            self._drop_oldest(self.finished)
        if not self._numbers:
            return None
        pin = Sequence(self._numbers.pop(), length)
        self._fork(sequence, pin, length)
        self.touch(pin)
        self.pinned.append(pin)
        return pin

    def drop(self, sequence: Sequence) -> None:
        self.empty(sequence)
        self._numbers.append(sequence.number)

    def empty(self, sequence: Sequence) -> None:
        """Takes all tokens from a sequence, which keeps its number."""
        self._context.drop(sequence.number)
        self._sharers[sequence.cells] -= 1
        sequence.length = 0

    def touch(self, sequence: Sequence) -> None:
        sequence.used = next(self._clock)

    def _fork(self, source: Sequence, target: Sequence, length: int) -> None:
        self._context.fork(source.number, target.number, length)
        self._sharers[source.cells[:length]] += 1
        target.append(source.tokens[:length], source.cells[:length])

    def _evict_one(self, spare: Sequence | None = None) -> None:
        finished = [sequence for sequence in self.finished if sequence is not spare]
        self._drop_oldest(self.finished if finished else self.pinned, spare)

    def _drop_oldest(self, group: list[Sequence], spare: Sequence | None = None) -> None:
        oldest = min((sequence for sequence in group if sequence is not spare), key=lambda sequence: sequence.used)
        group.remove(oldest)
        self.drop(oldest)
