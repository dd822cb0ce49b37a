"""Documents and passages as rows: reading, and what a change of them means for what is searched.

Reading functions take the database, and cost one statement each; writing ones take a connection inside a transaction.
`searched.py` holds what a search looks at.
"""

# SQL is put together from this module's constants only; values are always bound.
# ruff: noqa: S608

import json
from collections.abc import Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

from index import codec
from index.errors import UnknownDocument, UnknownPassage
from index.postgres.database import Connection, Database
from index.types import DocumentInfo
from ingest.types import Document, Passage, Span

_DOCUMENT = "title, authors, date, year, source, media_type, text, blocks, neutralised, pages, words, sample, added_at"
_INFO = """
    SELECT id, title, authors, date, year, source, media_type, pages, words,
           (SELECT count(*) FROM passages WHERE document_id = documents.id), added_at, state, superseded_by, sample
    FROM documents
"""
PASSAGE = 'id, document_id, ordinal, headings, page, start, "end", text, readable, sentences'
_PASSAGE_COLUMNS = len(PASSAGE.split(","))


def infos(database: Database) -> list[DocumentInfo]:
    return [_info(row) for row in database.read(f'{_INFO} ORDER BY title COLLATE "C", added_at, id')]


def info(source: Database | Connection, document_id: str) -> DocumentInfo:
    read = source.read if isinstance(source, Database) else source.run
    for row in read(f"{_INFO} WHERE id = :id", id=document_id):
        return _info(row)
    raise _unknown(document_id)


def document(database: Database, document_id: str) -> Document:
    rows = database.read(
        """SELECT id, title, authors, date, year, source, media_type, text, blocks, neutralised
           FROM documents WHERE id = :id""",
        id=document_id,
    )
    for key, title, authors, date, year, source, media_type, text, blocks, neutralised in rows:
        return Document(
            key, title, tuple(json.loads(authors)), date, year, source, media_type, text,
            codec.blocks_from_json(blocks), neutralised,
        )  # fmt: skip
    raise _unknown(document_id)


def original(database: Database, document_id: str) -> tuple[str, str, bytes] | None:
    rows = database.read(
        "SELECT source, media_type, bytes FROM documents LEFT JOIN originals ON document_id = id WHERE id = :id",
        id=document_id,
    )
    for source, media_type, data in rows:
        return None if data is None else (source, media_type, data)
    raise _unknown(document_id)


def passages(database: Database, document_id: str) -> list[Passage]:
    rows = database.read(f"SELECT {PASSAGE} FROM passages WHERE document_id = :id ORDER BY ordinal", id=document_id)
    if not rows:
        info(database, document_id)
    return [passage_of(row) for row in rows]


def passage(database: Database, passage_id: str) -> Passage:
    for row in database.read(f"SELECT {PASSAGE} FROM passages WHERE id = :id", id=passage_id):
        return passage_of(row)
    raise UnknownPassage(f"There is no passage with the id {passage_id}.")


def passage_of(row: Sequence[Any]) -> Passage:
    """Of the columns `PASSAGE`, in their order."""
    key, document_id, ordinal, headings, page, start, end, text, readable, sentences = row[:_PASSAGE_COLUMNS]
    return Passage(
        key, document_id, ordinal, tuple(json.loads(headings)), page, Span(start, end), text, readable,
        codec.sentences_from_json(sentences),
    )  # fmt: skip


def lock(connection: Connection, name: str) -> None:
    """Lets one transaction at a time work at what has this name, also where no row of it exists yet."""
    connection.run("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0)) IS NULL", name=name)


def state(connection: Connection, document_id: str) -> str | None:
    """And holds the row, so that it stays true until the transaction ends."""
    rows = connection.run("SELECT state FROM documents WHERE id = :id FOR UPDATE", id=document_id)
    return rows[0][0] if rows else None


def document_at(connection: Connection, path: str) -> str | None:
    rows = connection.run("SELECT document_id FROM sources WHERE path = :path FOR UPDATE", path=path)
    return rows[0][0] if rows else None


def paths(database: Database, document_id: str) -> tuple[str, ...]:
    rows = database.read('SELECT path FROM sources WHERE document_id = :id ORDER BY path COLLATE "C"', id=document_id)
    return tuple(path for (path,) in rows)


def set_source(connection: Connection, path: str, document_id: str) -> None:
    connection.run(
        "INSERT INTO sources VALUES (:path, :id) ON CONFLICT (path) DO UPDATE SET document_id = excluded.document_id",
        path=path,
        id=document_id,
    )


def has_source(connection: Connection, document_id: str) -> bool:
    return bool(connection.run("SELECT 1 FROM sources WHERE document_id = :id LIMIT 1", id=document_id))


def family(connection: Connection, document_id: str) -> list[tuple[str, str]]:
    """The document and every one that it superseded, with their states; their rows are held."""
    rows = connection.run(
        """SELECT id, state FROM documents WHERE id IN (
               WITH RECURSIVE family (id) AS (
                   SELECT :id UNION SELECT documents.id FROM documents JOIN family ON superseded_by = family.id
               ) SELECT id FROM family
           ) ORDER BY id FOR UPDATE""",
        id=document_id,
    )
    if not rows:
        raise _unknown(document_id)
    return [(member, member_state) for member, member_state in rows]


def delete(connection: Connection, document_ids: Sequence[str]) -> None:
    connection.run("DELETE FROM documents WHERE id = ANY(:ids)", ids=list(document_ids))


def insert(
    connection: Connection, document: Document, passages: Sequence[Passage], *, original: bytes | None, sample: bool
) -> list[int]:
    """Adds the document, or takes the place of a superseded one of the same content. The keys of its passages."""
    connection.run("DELETE FROM passages WHERE document_id = :id", id=document.id)
    _insert_document(connection, document, sample)
    if original is not None:
        connection.run(
            "INSERT INTO originals VALUES (:id, :bytes) ON CONFLICT (document_id) DO UPDATE SET bytes = excluded.bytes",
            id=document.id,
            bytes=original,
        )
    count = len(passages)
    keys = [key for (key,) in connection.run("SELECT nextval('passage_keys') FROM generate_series(1, :n)", n=count)]
    connection.copy(f"passages (key, {PASSAGE})", map(_passage_row, keys, passages))
    return keys


def supersede(connection: Connection, document_id: str, successor: str) -> None:
    connection.run(
        "UPDATE documents SET state = 'superseded', superseded_by = :successor WHERE id = :id",
        id=document_id,
        successor=successor,
    )


def edit(connection: Connection, document_id: str, *, title: str | None, year: int | None) -> None:
    connection.run(
        """UPDATE documents SET title = coalesce(:title::text, title), year = coalesce(:year::integer, year)
           WHERE id = :id""",
        id=document_id,
        title=title,
        year=year,
    )


def _insert_document(connection: Connection, document: Document, sample: bool) -> None:
    pages = max((block.page or 0 for block in document.blocks), default=0) or None
    names = _DOCUMENT.split(", ")
    values = (
        document.title, json.dumps(document.authors, ensure_ascii=False), document.date, document.year,
        document.source, document.media_type, document.text, codec.blocks_to_json(document.blocks),
        document.neutralised, pages, len(document.text.split()), sample,
        datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip
    connection.run(
        f"""INSERT INTO documents (id, {_DOCUMENT}, state, searched_passages, searched_tokens)
            VALUES (:id, {", ".join(f":{name}" for name in names)}, 'ready', 0, 0)
            ON CONFLICT (id) DO UPDATE
            SET {", ".join(f"{name} = excluded.{name}" for name in names)}, state = 'ready', superseded_by = NULL""",
        id=document.id,
        **dict(zip(names, values, strict=True)),
    )


def _passage_row(key: int, passage: Passage) -> tuple[Any, ...]:
    return (
        key, passage.id, passage.document_id, passage.ordinal, json.dumps(passage.headings, ensure_ascii=False),
        passage.page, *astuple(passage.span), passage.text, passage.readable,
        codec.sentences_to_json(passage.sentences),
    )  # fmt: skip


def _info(row: Sequence[Any]) -> DocumentInfo:
    key, title, authors, date, year, source, media_type, pages, words, count, added_at, state, successor, sample = row
    return DocumentInfo(
        key, title, tuple(json.loads(authors)), date, year, source, media_type, pages, words, count, added_at, state,
        successor, sample,
    )  # fmt: skip


def _unknown(document_id: str) -> UnknownDocument:
    return UnknownDocument(f"There is no report with the id {document_id}.")
