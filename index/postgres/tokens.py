"""Words as the word index knows them: SQLite's own tokeniser and stemmer, so that both backends find the same words."""

import threading
from collections import Counter
from collections.abc import Iterable
from typing import Any

import apsw

from index.lexical import WEIGHTS

_TOKENISER = ("porter", ["unicode61", "remove_diacritics", "2"])


class Tokeniser:
    """Safe to use from many threads."""

    def __init__(self) -> None:
        self._connection = apsw.Connection(":memory:")
        self._tokeniser: Any = self._connection.fts5_tokenizer(*_TOKENISER)
        self._lock = threading.Lock()

    def tokens(self, text: str) -> list[str]:
        with self._lock:
            found = self._tokeniser(text.encode(), apsw.FTS5_TOKENIZE_DOCUMENT, None, include_offsets=False)
        return [token for colocated in found for token in colocated]

    def frequencies(self, columns: Iterable[str]) -> tuple[Counter[str], int]:
        """How often each token occurs in title, headings and text, weighted as BM25 takes it, and how many there are."""
        weighted: Counter[str] = Counter()
        length = 0
        for weight, text in zip(WEIGHTS, columns, strict=True):
            tokens = self.tokens(text)
            length += len(tokens)
            for token in tokens:
                weighted[token] += weight  # type: ignore[assignment]  # Counter is typed for whole numbers
        return weighted, length
