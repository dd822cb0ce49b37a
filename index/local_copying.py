"""The local index, to copy from or to."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from index import store, vectors
from index.copying import StoredReport
from index.local import LocalIndex
from index.types import DocumentInfo
from index.vectors import Vectors


class LocalShelf:
    """Implements `index.copying.Shelf`."""

    def __init__(self, index: LocalIndex) -> None:
        self._index = index

    def infos(self) -> list[DocumentInfo]:
        return self._index.documents()

    def take(self, info: DocumentInfo) -> StoredReport:
        with self._index.database.read() as connection:
            original = store.original(connection, info.id)
            return StoredReport(
                info,
                store.document(connection, info.id),
                store.passages(connection, info.id),
                _vectors(connection, info.id, self._index.embedder.dimension),
                store.paths(connection, info.id),
                original[2] if original else None,
            )

    def begin(self) -> None:
        """Nothing: new vectors are searched one by one until `finish` compacts them."""

    def put(self, report: StoredReport) -> None:
        info, document = report.info, report.document
        with self._index.database.write() as connection:
            ready = report.vectors
            if ready is None:
                ready = vectors.embed(connection, self._index.embedder, [(document, report.passages)])[0]
            store.insert(connection, document, report.passages, ready, original=report.original, sample=info.sample)
            connection.execute("UPDATE documents SET added_at = ? WHERE id = ?", (info.added_at, info.id))
            for path in report.paths:
                store.set_source(connection, path, info.id)
            if info.superseded_by is not None:
                store.supersede(connection, info.id, info.superseded_by)
            store.mark_changed(connection)

    def finish(self) -> None:
        self._index.compact()


def _vectors(connection: Any, document_id: str, dimension: int) -> Sequence[Vectors]:
    rows = connection.execute(
        """SELECT key, hash, vector, vectors FROM passages JOIN vectors USING (key) JOIN sentence_vectors USING (key)
           WHERE document_id = ? ORDER BY ordinal""",
        (document_id,),
    ).fetchall()
    found = []
    for key, digest, vector, sentences in rows:
        hashes = connection.execute("SELECT hash FROM sentence_hashes WHERE key = ? ORDER BY number", (key,))
        halves = np.frombuffer(sentences, np.float16).reshape(-1, dimension).astype(np.float32)
        found.append(Vectors(digest, np.frombuffer(vector, np.float32), tuple(each for (each,) in hashes), halves))
    return found
