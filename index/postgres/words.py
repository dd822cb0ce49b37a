"""What the reports' own words say about a question's: one look-up for all of its words."""

import re
from collections.abc import Iterable

from index.postgres.database import Database

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_KNOWN = """
    SELECT word, documents, NULL FROM words WHERE word = ANY(:words)
    UNION ALL
    (SELECT DISTINCT ON (acronym) acronym, 0, expansion
     FROM (SELECT acronym, expansion, count(*) AS reports FROM acronyms
           WHERE acronym = ANY(:words) GROUP BY acronym, expansion) AS readings
     ORDER BY acronym, reports DESC, expansion COLLATE "C")
"""
_LIKE = """
    SELECT word, documents FROM words
    WHERE word >= :first AND word < :after AND length(word) BETWEEN :shortest AND :longest
"""


class DatabaseVocabulary:
    """Implements `index.query.Vocabulary` for one question."""

    def __init__(self, database: Database, question: str) -> None:
        self._database = database
        self._documents: dict[str, int] = {}
        self._readings: dict[str, str | None] = {}
        words = set(_WORD.findall(question)) | set(re.findall(r"\w+", question))
        self._look_up({word.casefold() for word in words})

    def documents_with(self, word: str) -> int:
        self._look_up({word})
        return self._documents[word]

    def expansion(self, acronym: str) -> str | None:
        self._look_up({acronym})
        return self._readings[acronym]

    def words_like(self, word: str, limit: int) -> Iterable[tuple[str, int]]:
        rows = self._database.read(
            _LIKE, first=word[0], after=chr(ord(word[0]) + 1), shortest=len(word) - limit, longest=len(word) + limit
        )
        return [(found, documents) for found, documents in rows]

    def _look_up(self, words: set[str]) -> None:
        missing = sorted(words - self._documents.keys())
        if not missing:
            return
        self._documents |= dict.fromkeys(missing, 0)
        self._readings |= dict.fromkeys(missing)
        for word, documents, expansion in self._database.read(_KNOWN, words=missing):
            if expansion is None:
                self._documents[word] = documents
            else:
                self._readings[word] = expansion
