"""The index in PostgreSQL, to copy from or to."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from index.copying import StoredReport
from index.postgres import searched, store
from index.postgres.database import Connection
from index.postgres.index import PostgresIndex
from index.postgres.migrations import GRAPH
from index.types import DocumentInfo
from index.vectors import Vectors, embed_new

_BUILD_MEMORY = "1GB"
"""Of the server, while the graph is built: one that fits in there (about 400,000 passages) is built several times as fast."""


class PostgresShelf:
    """Implements `index.copying.Shelf`."""

    def __init__(self, index: PostgresIndex) -> None:
        self._index = index
        self._database = index.database

    def infos(self) -> list[DocumentInfo]:
        return store.infos(self._database)

    def take(self, info: DocumentInfo) -> StoredReport:
        original = store.original(self._database, info.id)
        return StoredReport(
            info,
            store.document(self._database, info.id),
            store.passages(self._database, info.id),
            self._vectors(info.id) if info.state == "ready" else None,
            store.paths(self._database, info.id),
            original[2] if original else None,
        )

    def begin(self) -> None:
        """An empty index is filled without its graph: built at once at the end it takes a fraction of the time."""
        if not self._database.read("SELECT key FROM vectors LIMIT 1"):
            self._database.run_alone("DROP INDEX IF EXISTS vectors_nearest")

    def put(self, report: StoredReport) -> None:
        """Searchable by the vectors that come with it, else by its own."""
        ready = report.info.state == "ready"
        vectors = report.vectors
        if ready and vectors is None:
            find = partial(searched.stored_vectors, self._database)
            vectors = embed_new(find, self._index.embedder, [(report.document, report.passages)])[0]
        self._database.write(lambda connection: self._put(connection, report, vectors or ()))

    def finish(self) -> None:
        """The graph is built if there is none, and rows are counted, so that the server plans well from the first search on."""
        self._database.run_alone(f"SET maintenance_work_mem = '{_BUILD_MEMORY}'; {GRAPH}; RESET maintenance_work_mem")
        for table in ("documents", "passages", "vectors", "sentences", "postings", "terms"):
            self._database.run_alone(f"VACUUM ANALYZE {table}")

    def _put(self, connection: Connection, report: StoredReport, vectors: Sequence[Vectors]) -> None:
        info, counts = report.info, searched.Counts()
        store.lock(connection, info.id)
        if store.state(connection, info.id) == "ready":
            searched.remove(connection, info.id, counts)
        keys = store.insert(connection, report.document, report.passages, original=report.original, sample=info.sample)
        connection.run("UPDATE documents SET added_at = :at WHERE id = :id", at=info.added_at, id=info.id)
        for path in report.paths:
            store.set_source(connection, path, info.id)
        if info.superseded_by is not None:
            store.supersede(connection, info.id, info.superseded_by)
        else:
            searched.add(connection, self._index.tokeniser, info.id, keys, vectors, counts)
        counts.write(connection)

    def _vectors(self, document_id: str) -> list[Vectors]:
        rows = self._database.read(
            """SELECT v.hash, vector_send(v.vector), array_agg(s.hash ORDER BY number),
                      string_agg(halfvec_send(s.vector), ''::bytea ORDER BY number)
               FROM passages p JOIN vectors v USING (key) LEFT JOIN sentences s USING (key)
               WHERE document_id = :id GROUP BY p.ordinal, v.key ORDER BY p.ordinal""",
            id=document_id,
        )
        empty = np.empty((0, self._index.embedder.dimension), np.float32)
        return [
            Vectors(
                digest, searched.whole(vector), tuple(hashes) if sentences else (),
                searched.halves(sentences) if sentences else empty,
            )
            for digest, vector, hashes, sentences in rows
        ]  # fmt: skip
