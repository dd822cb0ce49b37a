"""The tables, as numbered steps. A step, once released, never changes; a new one is added after it.

They are those of the local index, with three differences. Vectors, sentences and postings are kept only for what is
searched now; a superseded report keeps its passages, which is what citations need. The word index is an inverted
list (`postings`), whose terms are made by SQLite's own tokeniser, so that both backends find the same words. And
nothing is versioned by hand: a search is one statement, which sees one snapshot.
"""

from index.errors import EmbedderMismatch, SchemaTooNew
from index.postgres.database import Connection, Database
from index.types import Embedder

GRAPH = """
    CREATE INDEX IF NOT EXISTS vectors_nearest ON vectors USING hnsw (vector vector_ip_ops) WITH (ef_construction = 200)
"""
"""A copy into an empty database makes it last. With pgvector's default of 64, a heap of more near copies than that has no
edge to the others and is missed as a whole."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;

    CREATE TABLE documents (
        id text PRIMARY KEY,
        title text NOT NULL,
        authors text NOT NULL,
        date text,
        year integer,
        source text NOT NULL,
        media_type text NOT NULL,
        text text NOT NULL,
        blocks text NOT NULL,
        neutralised integer NOT NULL,
        pages integer,
        words integer NOT NULL,
        state text NOT NULL CHECK (state IN ('ready', 'superseded')),
        superseded_by text REFERENCES documents (id) DEFERRABLE INITIALLY DEFERRED,
        sample boolean NOT NULL,
        added_at text NOT NULL,
        searched_passages integer NOT NULL,
        searched_tokens bigint NOT NULL
    );
    CREATE INDEX documents_by_year ON documents (year);
    CREATE INDEX documents_by_successor ON documents (superseded_by);

    CREATE TABLE sources (
        path text PRIMARY KEY,
        document_id text NOT NULL REFERENCES documents (id) ON DELETE CASCADE
    );
    CREATE INDEX sources_by_document ON sources (document_id);

    CREATE TABLE originals (
        document_id text PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
        bytes bytea NOT NULL
    );

    CREATE SEQUENCE passage_keys;
    CREATE TABLE passages (
        key bigint PRIMARY KEY,
        id text NOT NULL UNIQUE,
        document_id text NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        ordinal integer NOT NULL,
        headings text NOT NULL,
        page integer,
        start integer NOT NULL,
        "end" integer NOT NULL,
        text text NOT NULL,
        readable text NOT NULL,
        sentences text NOT NULL
    );
    CREATE INDEX passages_by_document ON passages (document_id, ordinal);

    CREATE TABLE vectors (
        key bigint PRIMARY KEY REFERENCES passages (key) ON DELETE CASCADE,
        hash bytea NOT NULL,
        vector vector({dimension}) NOT NULL
    );
    CREATE INDEX vectors_by_hash ON vectors (hash);
    CREATE INDEX vectors_nearest ON vectors USING hnsw (vector vector_ip_ops);

    CREATE TABLE sentences (
        key bigint NOT NULL REFERENCES passages (key) ON DELETE CASCADE,
        number integer NOT NULL,
        hash bytea NOT NULL,
        vector halfvec({dimension}) NOT NULL,
        PRIMARY KEY (key, number)
    );
    CREATE INDEX sentences_by_hash ON sentences (hash);

    CREATE TABLE postings (
        term text COLLATE "C" NOT NULL,
        key bigint NOT NULL REFERENCES passages (key) ON DELETE CASCADE,
        frequency real NOT NULL,
        length integer NOT NULL,
        PRIMARY KEY (term, key) INCLUDE (frequency, length)
    );
    CREATE INDEX postings_by_passage ON postings (key);
    CREATE TABLE terms (term text COLLATE "C" PRIMARY KEY, passages integer NOT NULL);

    CREATE TABLE words (word text COLLATE "C" PRIMARY KEY, documents integer NOT NULL);
    CREATE TABLE acronyms (
        acronym text NOT NULL,
        expansion text NOT NULL,
        document_id text NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        PRIMARY KEY (acronym, expansion, document_id)
    );
    CREATE INDEX acronyms_by_document ON acronyms (document_id);
    """,
    """
    ALTER TABLE sentences DROP CONSTRAINT sentences_key_fkey;
    ALTER TABLE postings DROP CONSTRAINT postings_key_fkey;

    CREATE TABLE totals (passages bigint NOT NULL, tokens bigint NOT NULL);
    INSERT INTO totals
    SELECT coalesce(sum(searched_passages), 0), coalesce(sum(searched_tokens), 0) FROM documents;

    DO $$ BEGIN
        IF (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'vector') = 'trendwise' THEN
            ALTER EXTENSION vector SET SCHEMA public;
        END IF;
    END $$;
    """,
    f"DROP INDEX IF EXISTS vectors_nearest; {GRAPH}",
)

_META = """
    SELECT pg_advisory_xact_lock(hashtextextended('trendwise schema', 0));
    CREATE SCHEMA IF NOT EXISTS trendwise;
    CREATE TABLE IF NOT EXISTS meta (name text PRIMARY KEY, value text NOT NULL);
"""
"""The lock lets one of several processes that start together make the tables, while the others wait."""


def migrate(database: Database, embedder: Embedder) -> None:
    """Brings the tables to the newest step. Raises SchemaTooNew and EmbedderMismatch; then nothing was changed."""
    if _is_current(database, embedder):
        return
    database.write(lambda connection: _migrate(connection, embedder))


def _is_current(database: Database, embedder: Embedder) -> bool:
    """Looked at without writing, so that a service needs no right to make tables once they are there."""
    [[known]] = database.read("SELECT to_regclass('trendwise.meta') IS NOT NULL")
    if not known:
        return False
    meta: dict[str, str] = dict(database.read("SELECT name, value FROM meta"))
    _check(meta, embedder)
    return int(meta.get("schema", 0)) == len(MIGRATIONS)


def _migrate(connection: Connection, embedder: Embedder) -> None:
    connection.script(_META)
    meta: dict[str, str] = dict(connection.run("SELECT name, value FROM meta"))
    _check(meta, embedder)
    for step in MIGRATIONS[int(meta.get("schema", 0)) :]:
        connection.script(step.format(dimension=embedder.dimension))
    values = {"schema": len(MIGRATIONS), "embedder": embedder.id, "dimension": embedder.dimension}
    for name, value in values.items():
        connection.run(
            "INSERT INTO meta VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name=name,
            value=str(value),
        )


def _check(meta: dict[str, str], embedder: Embedder) -> None:
    schema = int(meta.get("schema", 0))
    if schema > len(MIGRATIONS):
        raise SchemaTooNew(
            f"The index was written by a newer Trendwise (schema {schema}; this one knows {len(MIGRATIONS)}): "
            "update Trendwise."
        )
    known = (meta.get("embedder"), meta.get("dimension"))
    if known[0] is not None and known != (embedder.id, str(embedder.dimension)):
        raise EmbedderMismatch(
            f"The index was built with {known[0]}, but {embedder.id} is set up: "
            "set the old model again, or use another database."
        )
