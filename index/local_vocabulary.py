"""The reports' words and acronyms, read from the local database."""

from collections.abc import Iterable
from typing import Any


class LocalVocabulary:
    """Implements `index.query.Vocabulary` over a connection inside a transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def documents_with(self, word: str) -> int:
        row = self._connection.execute("SELECT documents FROM words WHERE word = ?", (word,)).fetchone()
        return row[0] if row else 0

    def words_like(self, word: str, limit: int) -> Iterable[tuple[str, int]]:
        rows: Iterable[tuple[str, int]] = self._connection.execute(
            "SELECT word, documents FROM words WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?",
            (word[0], chr(ord(word[0]) + 1), len(word) - limit, len(word) + limit),
        )
        return rows

    def expansion(self, acronym: str) -> str | None:
        row = self._connection.execute(
            """SELECT expansion FROM acronyms WHERE acronym = ?
               GROUP BY expansion ORDER BY count(*) DESC, expansion LIMIT 1""",
            (acronym,),
        ).fetchone()
        return row[0] if row else None
