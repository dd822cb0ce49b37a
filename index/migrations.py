"""The database's tables, as numbered steps. A step, once released, never changes; a new one is added after it.

The file is an ordinary SQLite file: open it with any tool to look. `passages.key` never comes back after a
deletion (AUTOINCREMENT), because the FAISS files name vectors by it.
"""

from typing import Any

from index.errors import SchemaTooNew

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    INSERT INTO meta VALUES ('change', 0), ('generation', 0);

    CREATE TABLE documents (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        authors TEXT NOT NULL,
        date TEXT,
        year INTEGER,
        source TEXT NOT NULL,
        media_type TEXT NOT NULL,
        text TEXT NOT NULL,
        blocks TEXT NOT NULL,
        neutralised INTEGER NOT NULL,
        pages INTEGER,
        words INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('ready', 'superseded')),
        superseded_by TEXT REFERENCES documents (id) DEFERRABLE INITIALLY DEFERRED,
        sample INTEGER NOT NULL,
        added_at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX documents_by_year ON documents (year);

    CREATE TABLE sources (
        path TEXT PRIMARY KEY,
        document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE
    ) WITHOUT ROWID;
    CREATE INDEX sources_by_document ON sources (document_id);

    CREATE TABLE originals (
        document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
        bytes BLOB NOT NULL
    );

    CREATE TABLE passages (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        headings TEXT NOT NULL,
        page INTEGER,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        text TEXT NOT NULL,
        readable TEXT NOT NULL,
        sentences TEXT NOT NULL,
        searched INTEGER NOT NULL
    );
    CREATE INDEX passages_by_document ON passages (document_id, ordinal);

    CREATE TABLE vectors (
        key INTEGER PRIMARY KEY REFERENCES passages (key) ON DELETE CASCADE,
        hash BLOB NOT NULL,
        vector BLOB NOT NULL
    );
    CREATE INDEX vectors_by_hash ON vectors (hash);
    CREATE TABLE sentence_vectors (
        key INTEGER PRIMARY KEY REFERENCES passages (key) ON DELETE CASCADE,
        vectors BLOB NOT NULL
    );
    CREATE TABLE sentence_hashes (
        hash BLOB NOT NULL,
        key INTEGER NOT NULL REFERENCES passages (key) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        PRIMARY KEY (hash, key, number)
    ) WITHOUT ROWID;
    CREATE INDEX sentence_hashes_by_passage ON sentence_hashes (key);

    CREATE TABLE tombstones (key INTEGER PRIMARY KEY);

    CREATE VIEW searched_text (key, title, headings, text) AS
        SELECT p.key, d.title, p.headings, p.readable
        FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.searched;
    CREATE VIRTUAL TABLE passages_fts USING fts5 (
        title, headings, text,
        content = 'searched_text', content_rowid = 'key',
        tokenize = "porter unicode61 remove_diacritics 2"
    );
    INSERT INTO passages_fts (passages_fts, rank) VALUES ('secure-delete', 1);

    CREATE TABLE words (word TEXT PRIMARY KEY, documents INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE acronyms (
        acronym TEXT NOT NULL,
        expansion TEXT NOT NULL,
        document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        PRIMARY KEY (acronym, expansion, document_id)
    ) WITHOUT ROWID;
    CREATE INDEX acronyms_by_document ON acronyms (document_id);
    """,
    # Columns after `text` are reached through all of its pages: these are looked at with every question.
    """
    CREATE INDEX documents_by_state ON documents (state, year);
    CREATE INDEX documents_by_successor ON documents (superseded_by) WHERE superseded_by IS NOT NULL;
    """,
)


def migrate(connection: Any) -> None:
    """Brings the database to the newest step, each step in a transaction of its own."""
    while (done := connection.pragma("user_version")) < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.pragma("user_version") == done:
                connection.execute(MIGRATIONS[done])
                connection.pragma("user_version", done + 1)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite ends it by itself after an I/O error
                connection.execute("ROLLBACK")
            raise
    if done > len(MIGRATIONS):
        raise SchemaTooNew(
            f"The index was written by a newer Trendwise (schema {done}; this one knows {len(MIGRATIONS)}): "
            "update Trendwise."
        )
