"""Nearest passages by vector: the last generation, plus a tail of newer vectors, minus tombstones.

A `DenseView` is one moment of the index and never changes, so searches need no lock. It knows keys and vectors
only. Which type of FAISS index a generation is, is `index.kinds`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import kinds
from index.generations import Generation
from index.kinds import EXACT_UP_TO, Vector

Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DenseView:
    change: int
    """Names the state of the database that this view shows."""
    generation: Generation | None
    deleted: Keys
    """Keys of the generation that are not to be found any more, ascending."""
    tail_keys: Keys
    tail: Vector
    """Vectors of `tail_keys`, shape (n, dimension)."""

    def __len__(self) -> int:
        """How many passages can be found."""
        covered = len(self.generation.keys) if self.generation is not None else 0
        return covered - len(self.deleted) + len(self.tail_keys)

    @property
    def last_key(self) -> int:
        """The newest key that the generation covers."""
        return int(self.generation.keys[-1]) if self.generation is not None and len(self.generation.keys) else 0

    def search(self, vector: Vector, *, limit: int, only: Keys | None = None) -> list[tuple[int, float]]:
        """Passage keys with their cosine, best first; `only` are the keys looked at."""
        found = self._search_generation(vector, limit, only) + self._search_tail(vector, limit, only)
        return sorted(found, key=lambda item: (-item[1], item[0]))[:limit]

    def _search_generation(self, vector: Vector, limit: int, only: Keys | None) -> list[tuple[int, float]]:
        generation = self.generation
        if generation is None or not len(generation.keys):
            return []
        parameters = None
        if only is not None or len(self.deleted):
            parameters = kinds.parameters(generation.index, self._allowed(generation.keys, only))
        scores, rows = generation.index.search(vector[None], limit, params=parameters)
        return [
            (int(generation.keys[row]), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0
        ]

    def _allowed(self, keys: Keys, only: Keys | None) -> NDArray[np.bool_]:
        """Which rows of the generation may be found."""
        allowed = np.ones(len(keys), bool) if only is None else np.isin(keys, only)
        allowed[np.searchsorted(keys, self.deleted)] = False
        return allowed

    def _search_tail(self, vector: Vector, limit: int, only: Keys | None) -> list[tuple[int, float]]:
        if not len(self.tail_keys):
            return []
        scores = self.tail @ vector
        if only is not None:
            scores = np.where(np.isin(self.tail_keys, only), scores, -np.inf)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [(int(self.tail_keys[row]), float(scores[row])) for row in best if scores[row] > -np.inf]


def build(number: int, keys: Keys, vectors: Vector, *, exact_up_to: int = EXACT_UP_TO) -> Generation:
    """A generation of the type that suits the number of its vectors."""
    kind = kinds.kind_for(len(vectors), exact_up_to)
    return Generation(number, kinds.build(kind, vectors), keys, kind)


def without(generation: Generation, gone: Keys) -> Generation:
    """The next generation: the same less these keys. The one given is used up, since FAISS takes vectors out in place."""
    stay = ~np.isin(generation.keys, gone)
    kinds.keep(generation.index, stay)
    return Generation(generation.number + 1, generation.index, generation.keys[stay], generation.kind)


def keys_array(keys: Iterable[int]) -> Keys:
    return np.fromiter(keys, dtype=np.int64)
