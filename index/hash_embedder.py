"""Vectors made from words alone: no model, no files, always the same.

For tests and for trying the index without a download. Texts that share words are near, so ranking can really
be tested; meaning is not captured.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\w+")


class HashEmbedder:
    def __init__(self, dimension: int = 384) -> None:
        self._dimension = dimension
        self._words: dict[str, NDArray[np.float32]] = {}

    @property
    def id(self) -> str:
        return f"hash-{self._dimension}@1"

    @property
    def dimension(self) -> int:
        return self._dimension

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in _WORD.findall(text.casefold()):
                row += self._word(word)
            length = float(np.linalg.norm(row))
            if length == 0.0:
                row[0] = 1.0
            else:
                row /= length
        return rows

    def _word(self, word: str) -> NDArray[np.float32]:
        """A fixed pseudo-random direction for each word."""
        if word not in self._words:
            seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
            self._words[word] = np.random.default_rng(seed).standard_normal(self._dimension).astype(np.float32)
        return self._words[word]
