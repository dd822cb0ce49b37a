"""Nearest passages by vector: the last generation, plus a tail of newer vectors, minus tombstones.

A `DenseView` is one moment of the index and never changes, so searches need no lock. It knows keys and vectors
only.

A generation is searched exactly while that is fast. A larger one holds a byte a dimension instead of four: a quarter of
the memory, several times the speed, and every search still looks at every vector, so filters and tombstones cost no
recall, as they do in graphs. Its cosines are off by about 0.001; whoever ranks by them ranks again by the exact ones.
Figures of these types and of those that were not taken: `python -m eval.bench.search`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.generations import Generation

Vector = NDArray[np.float32]
Keys = NDArray[np.int64]

EXACT_UP_TO = 100_000
"""Vectors of a generation up to which all of their four bytes are kept."""
_TRAINED_ON = 65_536
"""Vectors that tell the range of each dimension."""


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
            parameters = _parameters(self._allowed(generation.keys, only))
        scores, rows = generation.index.search(vector[None], limit, params=parameters)
        return [
            (int(generation.keys[row]), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0
        ]

    def _allowed(self, keys: Keys, only: Keys | None) -> NDArray[np.bool_]:
        """Which rows of the generation may be found."""
        if only is None:
            allowed = np.ones(len(keys), bool)
        else:
            allowed = np.zeros(len(keys), bool)
            allowed[np.searchsorted(keys, np.intersect1d(keys, only))] = True
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
    """The type of index that suits their number."""
    if len(vectors) <= exact_up_to:
        index, kind = faiss.IndexFlatIP(vectors.shape[1]), "flat"
    else:
        index, kind = _quantised(vectors), "sq8"
    index.add(vectors)
    return Generation(number, index, keys, kind)


def _quantised(vectors: Vector) -> Any:
    index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[:: len(vectors) // _TRAINED_ON + 1])
    return index


def _parameters(allowed: NDArray[np.bool_]) -> Any:
    """FAISS search parameters that let only these rows be found. Faiss's own stubs don't know its keyword forms."""
    api: Any = faiss
    return api.SearchParameters(sel=api.IDSelectorBitmap(np.packbits(allowed, bitorder="little")))


def keys_array(keys: Iterable[int]) -> Keys:
    return np.fromiter(keys, dtype=np.int64)
