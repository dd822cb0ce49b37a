"""Documents, passages and their vectors as rows. Every function takes a connection inside a transaction.

It keeps four things in step: the tables, the full-text index, the list of deleted vectors (tombstones) and the
vocabulary. It knows nothing of FAISS or of ranking.
"""

# SQL is put together from this module's constants only; values are always bound.
# ruff: noqa: S608

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import codec, vocabulary
from index.errors import UnknownDocument, UnknownPassage
from index.types import DocumentInfo
from index.vectors import Vectors
from ingest.types import Document, Passage, Span

_DOCUMENT = "title, authors, date, year, source, media_type, text, blocks, neutralised, pages, words, sample, added_at"
_INFO = """
    SELECT id, title, authors, date, year, source, media_type, pages, words,
           (SELECT count(*) FROM passages WHERE document_id = documents.id), added_at, state, superseded_by, sample
    FROM documents
"""
_PASSAGE = 'SELECT key, id, document_id, ordinal, headings, page, start, "end", text, readable, sentences FROM passages'


def meta(connection: Any, name: str) -> Any:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def set_meta(connection: Any, name: str, value: Any) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def mark_changed(connection: Any) -> None:
    """Tells every process that what it holds in memory is of another state than the database.

    A random number, not a count: after a restore the same count could stand for another state.
    """
    connection.execute("UPDATE meta SET value = random() WHERE name = 'change'")


def state(connection: Any, document_id: str) -> str | None:
    row = connection.execute("SELECT state FROM documents WHERE id = ?", (document_id,)).fetchone()
    return row[0] if row else None


def document_at(connection: Any, source_path: str) -> str | None:
    row = connection.execute("SELECT document_id FROM sources WHERE path = ?", (source_path,)).fetchone()
    return row[0] if row else None


def paths(connection: Any, document_id: str) -> tuple[str, ...]:
    rows = connection.execute("SELECT path FROM sources WHERE document_id = ? ORDER BY path", (document_id,))
    return tuple(path for (path,) in rows)


def set_source(connection: Any, source_path: str, document_id: str) -> None:
    connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", (source_path, document_id))


def has_source(connection: Any, document_id: str) -> bool:
    return connection.execute("SELECT 1 FROM sources WHERE document_id = ?", (document_id,)).fetchone() is not None


def insert(
    connection: Any,
    document: Document,
    passages: Sequence[Passage],
    vectors: Sequence[Vectors],
    *,
    original: bytes | None,
    sample: bool,
) -> None:
    """Adds the document, or makes a superseded one of the same content searchable again."""
    connection.execute("DELETE FROM passages WHERE document_id = ?", (document.id,))
    _insert_document(connection, document, sample)
    if original is not None:
        connection.execute("INSERT OR REPLACE INTO originals VALUES (?, ?)", (document.id, original))
    for passage, vector in zip(passages, vectors, strict=True):
        _insert_passage(connection, passage, vector)
    _index_text(connection, document.id)
    learn_acronyms(connection, document.id)


def supersede(connection: Any, document_id: str, successor: str) -> None:
    """The document is searched no more, but what cites it can still be read."""
    _unindex(connection, document_id)
    connection.execute("DELETE FROM acronyms WHERE document_id = ?", (document_id,))
    connection.execute(
        "UPDATE documents SET state = 'superseded', superseded_by = ? WHERE id = ?", (successor, document_id)
    )


def remove(connection: Any, document_id: str) -> None:
    """Deletes the document and every one that it superseded."""
    if state(connection, document_id) is None:
        raise UnknownDocument(f"There is no report with the id {document_id}.")
    family = connection.execute(
        """WITH RECURSIVE family (id) AS (
               SELECT ? UNION SELECT documents.id FROM documents JOIN family ON superseded_by = family.id
           ) SELECT id FROM family""",
        (document_id,),
    ).fetchall()
    for (member,) in family:
        if state(connection, member) == "ready":
            _unindex(connection, member)
    connection.executemany("DELETE FROM documents WHERE id = ?", family)


def edit(connection: Any, document_id: str, *, title: str | None, year: int | None) -> DocumentInfo:
    """Changes what people see and filter by. The title is searched too, so its words are indexed anew."""
    ready = info(connection, document_id).state == "ready"
    if title is not None:
        if ready:
            _unindex_text(connection, document_id)
        connection.execute("UPDATE documents SET title = ? WHERE id = ?", (title, document_id))
        if ready:
            _index_text(connection, document_id)
    if year is not None:
        connection.execute("UPDATE documents SET year = ? WHERE id = ?", (year, document_id))
    return info(connection, document_id)


def info(connection: Any, document_id: str) -> DocumentInfo:
    row = connection.execute(f"{_INFO} WHERE id = ?", (document_id,)).fetchone()
    if row is None:
        raise UnknownDocument(f"There is no report with the id {document_id}.")
    return _info(row)


def title_and_year(connection: Any, document_id: str) -> tuple[str, int | None]:
    row: tuple[str, int | None] = connection.execute(
        "SELECT title, year FROM documents WHERE id = ?", (document_id,)
    ).fetchone()
    return row


def infos(connection: Any) -> list[DocumentInfo]:
    return [_info(row) for row in connection.execute(f"{_INFO} ORDER BY title, added_at, id")]


def document(connection: Any, document_id: str) -> Document:
    row = connection.execute(
        """SELECT id, title, authors, date, year, source, media_type, text, blocks, neutralised
           FROM documents WHERE id = ?""",
        (document_id,),
    ).fetchone()
    if row is None:
        raise UnknownDocument(f"There is no report with the id {document_id}.")
    key, title, authors, date, year, source, media_type, text, blocks, neutralised = row
    return Document(
        key, title, tuple(json.loads(authors)), date, year, source, media_type, text,
        codec.blocks_from_json(blocks), neutralised,
    )  # fmt: skip


def original(connection: Any, document_id: str) -> tuple[str, str, bytes] | None:
    info(connection, document_id)
    row: tuple[str, str, bytes] | None = connection.execute(
        "SELECT source, media_type, bytes FROM documents JOIN originals ON document_id = id WHERE id = ?",
        (document_id,),
    ).fetchone()
    return row


def passages(connection: Any, document_id: str) -> list[Passage]:
    info(connection, document_id)
    rows = connection.execute(f"{_PASSAGE} WHERE document_id = ? ORDER BY ordinal", (document_id,))
    return [_passage(row) for row in rows]


def passage(connection: Any, passage_id: str) -> Passage:
    row = connection.execute(f"{_PASSAGE} WHERE id = ?", (passage_id,)).fetchone()
    if row is None:
        raise UnknownPassage(f"There is no passage with the id {passage_id}.")
    return _passage(row)


def passages_by_key(connection: Any, keys: Iterable[int]) -> dict[int, Passage]:
    rows = connection.execute(f"{_PASSAGE} WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(list(keys)),))
    return {row[0]: _passage(row) for row in rows}


def passage_vectors(connection: Any, keys: Iterable[int]) -> dict[int, NDArray[np.float32]]:
    rows = connection.execute(
        "SELECT key, vector FROM vectors WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(list(keys)),)
    )
    return {key: np.frombuffer(blob, dtype=np.float32) for key, blob in rows}


def sentence_vectors(connection: Any, keys: Iterable[int], dimension: int) -> dict[int, NDArray[np.float32]]:
    rows = connection.execute(
        "SELECT key, vectors FROM sentence_vectors WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(keys)),),
    )
    return {key: np.frombuffer(blob, dtype=np.float16).reshape(-1, dimension).astype(np.float32) for key, blob in rows}


def words(connection: Any, document_id: str) -> set[str]:
    """The words of a document's title, headings and passages."""
    rows = connection.execute(
        """SELECT readable, headings FROM passages WHERE document_id = :id
           UNION ALL SELECT title, '' FROM documents WHERE id = :id""",
        {"id": document_id},
    )
    return {word for row in rows for text in row for word in vocabulary.words(text)}


_KEYS = "SELECT key FROM passages WHERE document_id = ?"
_INSERT_TEXT = (
    "INSERT INTO passages_fts (rowid, title, headings, text) SELECT key, title, headings, text FROM searched_text"
)


def _insert_document(connection: Any, document: Document, sample: bool) -> None:
    pages = max((block.page or 0 for block in document.blocks), default=0) or None
    values = (
        document.id, document.title, json.dumps(document.authors, ensure_ascii=False), document.date, document.year,
        document.source, document.media_type, document.text, codec.blocks_to_json(document.blocks),
        document.neutralised, pages, len(document.text.split()), sample,
        datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip
    updates = ", ".join(f"{name} = excluded.{name}" for name in _DOCUMENT.split(", "))
    connection.execute(
        f"""INSERT INTO documents (id, {_DOCUMENT}, state) VALUES (?{", ?" * 13}, 'ready')
            ON CONFLICT (id) DO UPDATE SET {updates}, state = 'ready', superseded_by = NULL""",
        values,
    )


def _insert_passage(connection: Any, passage: Passage, vectors: Vectors) -> None:
    connection.execute(
        """INSERT INTO passages (
               id, document_id, ordinal, headings, page, start, "end", text, readable, sentences, searched
           ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, TRUE)""",
        (
            passage.id, passage.document_id, passage.ordinal, json.dumps(passage.headings, ensure_ascii=False),
            passage.page, *astuple(passage.span), passage.text, passage.readable,
            codec.sentences_to_json(passage.sentences),
        ),
    )  # fmt: skip
    key = connection.last_insert_rowid()
    connection.execute("INSERT INTO vectors VALUES (?, ?, ?)", (key, vectors.hash, vectors.passage.tobytes()))
    connection.execute(
        "INSERT INTO sentence_vectors VALUES (?, ?)", (key, vectors.sentences.astype(np.float16).tobytes())
    )
    connection.executemany(
        "INSERT INTO sentence_hashes VALUES (?, ?, ?)",
        [(digest, key, number) for number, digest in enumerate(vectors.sentence_hashes)],
    )


def _index_text(connection: Any, document_id: str) -> None:
    connection.execute(f"{_INSERT_TEXT} WHERE key IN ({_KEYS})", (document_id,))
    count_words(connection, document_id)


def count_words(connection: Any, document_id: str) -> None:
    connection.executemany(
        "INSERT INTO words VALUES (?, 1) ON CONFLICT (word) DO UPDATE SET documents = documents + 1",
        [(word,) for word in sorted(words(connection, document_id))],
    )


def learn_acronyms(connection: Any, document_id: str) -> None:
    rows = connection.execute("SELECT readable FROM passages WHERE document_id = ?", (document_id,)).fetchall()
    for acronym, expansion in vocabulary.acronyms(readable for (readable,) in rows):
        connection.execute("INSERT OR IGNORE INTO acronyms VALUES (?, ?, ?)", (acronym, expansion, document_id))


def _unindex(connection: Any, document_id: str) -> None:
    """Takes a ready document out of everything that is searched."""
    _unindex_text(connection, document_id)
    connection.execute("UPDATE passages SET searched = FALSE WHERE document_id = ?", (document_id,))
    connection.execute(f"INSERT OR IGNORE INTO tombstones {_KEYS}", (document_id,))


def _unindex_text(connection: Any, document_id: str) -> None:
    connection.executemany(
        "UPDATE words SET documents = documents - 1 WHERE word = ?",
        [(word,) for word in sorted(words(connection, document_id))],
    )
    connection.execute("DELETE FROM words WHERE documents <= 0")
    connection.execute(f"DELETE FROM passages_fts WHERE rowid IN ({_KEYS})", (document_id,))


def _info(row: tuple[Any, ...]) -> DocumentInfo:
    key, title, authors, date, year, source, media_type, pages, words, count, added_at, state, successor, sample = row
    return DocumentInfo(
        key, title, tuple(json.loads(authors)), date, year, source, media_type, pages, words, count, added_at, state,
        successor, bool(sample),
    )  # fmt: skip


def _passage(row: tuple[Any, ...]) -> Passage:
    _, key, document_id, ordinal, headings, page, start, end, text, readable, sentences = row
    return Passage(
        key, document_id, ordinal, tuple(json.loads(headings)), page, Span(start, end), text, readable,
        codec.sentences_from_json(sentences),
    )  # fmt: skip
