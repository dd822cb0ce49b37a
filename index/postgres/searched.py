"""What a search looks at, kept in step with the reports that are current: vectors, postings, words and acronyms.

Counts that many reports share (how many passages have a term, how many reports a word) are changed last and in the
order of the words, so that two workers wait for each other shortly and never in a circle.
"""

import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index import vocabulary
from index.postgres import binary
from index.postgres.database import Connection, Database
from index.postgres.tokens import Tokeniser
from index.vectors import Found, Vectors

_TEXTS = """
    SELECT key, title, headings, readable FROM passages JOIN documents ON documents.id = document_id
    WHERE document_id = :id ORDER BY ordinal
"""
_HEADER = 4
"""Bytes before the numbers in pgvector's binary form: the dimension and a reserved field, 16 bits each."""


class Counts:
    """Changes of what many reports share, gathered during a transaction and written at its end."""

    def __init__(self) -> None:
        self.terms: Counter[str] = Counter()
        self.words: Counter[str] = Counter()
        self.passages = 0
        self.tokens = 0

    def write(self, connection: Connection) -> None:
        for table, names, changes in (
            ("terms", ("term", "passages"), self.terms),
            ("words", ("word", "documents"), self.words),
        ):
            _change_counts(connection, table, names, {name: change for name, change in changes.items() if change})
        if self.passages or self.tokens:
            connection.run(
                "UPDATE totals SET passages = passages + :passages, tokens = tokens + :tokens",
                passages=self.passages,
                tokens=self.tokens,
            )


def add(
    connection: Connection,
    tokeniser: Tokeniser,
    document_id: str,
    keys: Sequence[int],
    vectors: Sequence[Vectors],
    counts: Counts,
) -> None:
    if vectors:
        connection.copy_binary("vectors", [binary.passages(keys, vectors)])
        connection.copy_binary("sentences", [binary.sentences(keys, vectors)])
    add_text(connection, tokeniser, document_id, counts)
    rows = connection.run("SELECT readable FROM passages WHERE document_id = :id", id=document_id)
    found = sorted(vocabulary.acronyms(readable for (readable,) in rows))
    connection.copy("acronyms", ((acronym, expansion, document_id) for acronym, expansion in found))


def add_text(connection: Connection, tokeniser: Tokeniser, document_id: str, counts: Counts) -> None:
    """The report's postings, and its words in the vocabulary."""
    rows = connection.run(_TEXTS, id=document_id)
    postings, total = [], 0
    for key, *texts in rows:
        frequencies, length = tokeniser.frequencies(texts)
        total += length
        postings += [(term, key, frequency, length) for term, frequency in frequencies.items()]
        counts.terms.update(frequencies.keys())
    connection.copy_binary("postings", itertools.starmap(binary.posting, sorted(postings)))
    _set_size(connection, document_id, len(rows), total, counts)
    counts.words.update(_words(rows))


def remove(connection: Connection, document_id: str, counts: Counts) -> None:
    """Takes a current report out of everything that is searched."""
    remove_text(connection, document_id, counts)
    for table in ("vectors", "sentences"):
        connection.run(
            f"DELETE FROM {table} WHERE key IN (SELECT key FROM passages WHERE document_id = :id)",  # noqa: S608
            id=document_id,
        )
    connection.run("DELETE FROM acronyms WHERE document_id = :id", id=document_id)


def remove_text(connection: Connection, document_id: str, counts: Counts) -> None:
    gone = connection.run(
        """WITH gone AS (
               DELETE FROM postings WHERE key IN (SELECT key FROM passages WHERE document_id = :id) RETURNING term
           ) SELECT term, count(*) FROM gone GROUP BY term""",
        id=document_id,
    )
    counts.terms.subtract(dict(gone))
    counts.words.subtract(_words(connection.run(_TEXTS, id=document_id)))
    _set_size(connection, document_id, 0, 0, counts)


def stored_vectors(database: Database, hashes: Collection[bytes]) -> Found:
    """The vectors of texts, named by their hashes, that the database has already."""
    rows = database.read(
        """SELECT hash, halfvec_send(vector), NULL FROM sentences WHERE hash = ANY(:hashes)
           UNION ALL SELECT hash, NULL, vector_send(vector) FROM vectors WHERE hash = ANY(:hashes)""",
        hashes=list(hashes),
    )
    found: Found = {}
    for digest, half, full in rows:
        found[digest] = halves(half)[0] if full is None else whole(full)
    return found


def whole(data: bytes) -> NDArray[np.float32]:
    """A vector from pgvector's binary form of `vector`."""
    return np.frombuffer(data, ">f4", offset=_HEADER).astype(np.float32)


def halves(data: bytes) -> NDArray[np.float32]:
    """Vectors from pgvector's binary form of `halfvec`, one after the other; shape (n, dimension)."""
    dimension = int.from_bytes(data[:2], "big")
    numbers = np.frombuffer(data, ">f2").reshape(-1, _HEADER // 2 + dimension)
    return numbers[:, _HEADER // 2 :].astype(np.float32)


def vector_text(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join([f"{number:.9g}" for number in vector.tolist()]) + "]"


def _words(rows: Sequence[Sequence[str]]) -> set[str]:
    """The words of title, headings and passages; headings as they are stored, as the local index has them."""
    return {word for _, *texts in rows for text in texts for word in vocabulary.words(text)}


def _set_size(connection: Connection, document_id: str, passages: int, tokens: int, counts: Counts) -> None:
    [[old_passages, old_tokens]] = connection.run(
        "SELECT searched_passages, searched_tokens FROM documents WHERE id = :id", id=document_id
    )
    connection.run(
        "UPDATE documents SET searched_passages = :passages, searched_tokens = :tokens WHERE id = :id",
        id=document_id,
        passages=passages,
        tokens=tokens,
    )
    counts.passages += passages - old_passages
    counts.tokens += tokens - old_tokens


def _change_counts(connection: Connection, table: str, names: tuple[str, str], changes: Mapping[str, int]) -> None:
    name, count = names
    order = sorted(changes)
    connection.run(
        f"""INSERT INTO {table} SELECT * FROM unnest(:names::text[], :changes::integer[])
            ON CONFLICT ({name}) DO UPDATE SET {count} = {table}.{count} + excluded.{count}""",  # noqa: S608
        names=order,
        changes=[changes[each] for each in order],
    )
    fewer = [each for each in order if changes[each] < 0]
    connection.run(f"DELETE FROM {table} WHERE {name} = ANY(:names) AND {count} <= 0", names=fewer)  # noqa: S608
