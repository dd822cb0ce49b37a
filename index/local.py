"""The index on this machine's disk: SQLite is the truth, FAISS generations make it fast.

    DATA_DIR/trendwise.sqlite    documents, passages, vectors, full-text index
    DATA_DIR/generations/N/      the vectors up to the last compaction, for FAISS

This class only holds the parts, keeps the dense view in step with the database (which another process may have
changed) and orders writes. Searching is `index.search`, rows are `index.store`.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from index import compaction, store, vectors
from index.base import EmbeddingIndex
from index.batches import NewDocument, batches
from index.compactor import Compactor
from index.database import Database
from index.dense import DenseView
from index.errors import EmbedderMismatch
from index.generations import Generation
from index.kinds import EXACT_UP_TO
from index.local_vocabulary import LocalVocabulary
from index.query import understand
from index.search import TUNING, Tuning, search
from index.types import Added, DocumentInfo, Embedder, Filters, Hit, IndexStats
from index.vectors import Vectors
from ingest.types import Document, Passage


class LocalIndex(EmbeddingIndex):
    """Implements `index.types.Index`. Safe to use from many threads."""

    def __init__(self, database: Database, folder: Path, embedder: Embedder, exact_up_to: int = EXACT_UP_TO) -> None:
        super().__init__(embedder)
        self.database = database
        self._folder = folder
        self._exact_up_to = exact_up_to
        self._view: DenseView | None = None
        self._newest: Generation | None = None  # of this process, and not in the view yet
        self._refreshing = threading.Lock()
        self._compactor = Compactor(self.compact)

    @classmethod
    def open(cls, data_dir: Path, embedder: Embedder, *, exact_up_to: int = EXACT_UP_TO) -> "LocalIndex":
        """Opens or creates the index; beyond `exact_up_to` vectors generations are of another type (`index.kinds`).

        Raises EmbedderMismatch, SchemaTooNew, StoreDamaged, StoreError.
        """
        database = Database(data_dir / "trendwise.sqlite")
        try:
            _check_embedder(database, embedder)
            index = cls(database, data_dir / "generations", embedder, exact_up_to)
            index._purge()
        except BaseException:
            database.close()
            raise
        return index

    def add_many(self, items: Iterable[NewDocument], progress: Callable[[Added], None] | None = None) -> list[Added]:
        """Adds each document on its own (all or nothing), but embeds many together, which is faster.

        `progress` hears of every document when it is on the disk.
        """
        outcomes = []
        for batch in batches(items):
            with self.database.read() as connection:
                new = [item for item in batch if store.state(connection, item.document.id) != "ready"]
                embedded = vectors.embed(connection, self._embedder, [(item.document, item.passages) for item in new])
            ready = dict(zip([item.document.id for item in new], embedded, strict=True))
            for item in batch:
                outcomes.append(self._add(item, ready.get(item.document.id)))
                if progress:
                    progress(outcomes[-1])
            self._compact_if_due()
        return outcomes

    def remove(self, document_id: str) -> None:
        with self.database.write() as connection:
            store.remove(connection, document_id)
            store.mark_changed(connection)
        self._purge()

    def search(
        self, question: str, *, limit: int = 5, filters: Filters | None = None, tuning: Tuning = TUNING
    ) -> list[Hit]:
        with self.database.read() as connection:
            queries = understand(LocalVocabulary(connection), question, self._knows)
        rows = self._embedder.embed([query.dense for query in queries], kind="query")
        with self._snapshot() as (connection, view):
            return search(connection, view, queries, rows, limit=limit, filters=filters, tuning=tuning)

    def documents(self) -> list[DocumentInfo]:
        with self.database.read() as connection:
            return store.infos(connection)

    def document(self, document_id: str) -> Document:
        with self.database.read() as connection:
            return store.document(connection, document_id)

    def passages(self, document_id: str) -> list[Passage]:
        with self.database.read() as connection:
            return store.passages(connection, document_id)

    def passage(self, passage_id: str) -> Passage:
        with self.database.read() as connection:
            return store.passage(connection, passage_id)

    def original(self, document_id: str) -> tuple[str, str, bytes] | None:
        with self.database.read() as connection:
            return store.original(connection, document_id)

    def edit(self, document_id: str, *, title: str | None = None, year: int | None = None) -> DocumentInfo:
        with self.database.write() as connection:
            edited = store.edit(connection, document_id, title=title, year=year)
            store.mark_changed(connection)
        return edited

    def stats(self) -> IndexStats:
        with self._snapshot() as (connection, view):
            documents = connection.execute("SELECT count(*) FROM documents WHERE state = 'ready'").fetchone()[0]
            generation = view.generation
            kind = generation.kind if generation else "flat"
            return IndexStats(
                documents, len(view), self._embedder.dimension, self._embedder.id,
                generation.number if generation else 0, len(view.tail_keys), f"SQLite + FAISS ({kind})",
            )  # fmt: skip

    def compact(self) -> None:
        """Writes a new generation from everything that is searched now."""
        self._newest = compaction.compact(self.database, self._folder, self._embedder, exact_up_to=self._exact_up_to)

    def close(self) -> None:
        self._compactor.close()
        self.database.close()

    def _purge(self) -> None:
        self._newest = (
            compaction.purge(self.database, self._folder, self._embedder, exact_up_to=self._exact_up_to) or self._newest
        )

    def _compact_if_due(self) -> None:
        with self._snapshot() as (_, view):
            due = compaction.is_due(view)
        if due:
            self._compactor.start()

    def _add(self, item: NewDocument, embedded: list[Vectors] | None) -> Added:
        document = item.document
        with self.database.write() as connection:
            before = store.document_at(connection, item.source_path)
            known = store.state(connection, document.id) == "ready"
            if before == document.id and known:
                return Added(document.id, "unchanged", len(item.passages))
            if not known:
                if embedded is None:
                    embedded = vectors.embed(connection, self._embedder, [(document, item.passages)])[0]
                store.insert(connection, document, item.passages, embedded, original=item.original, sample=item.sample)
            store.set_source(connection, item.source_path, document.id)
            replaced = (
                before if before not in (None, document.id) and not store.has_source(connection, before) else None
            )
            if replaced:
                store.supersede(connection, replaced, document.id)
            store.mark_changed(connection)
        outcome: Literal["added", "unchanged", "replaced"]
        outcome = "replaced" if replaced else "unchanged" if known else "added"
        return Added(document.id, outcome, len(item.passages), replaced)

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[Any, DenseView]]:
        """A connection and a dense view of the same moment."""
        with self.database.read() as connection:
            yield connection, self._view_of(connection)

    def _view_of(self, connection: Any) -> DenseView:
        change = store.meta(connection, "change")
        with self._refreshing:
            if self._view is None or self._view.change != change:
                held = (self._newest, self._view.generation if self._view else None)
                self._newest = None
                known = [generation for generation in held if generation is not None]
                self._view = compaction.load_view(connection, self._folder, self._embedder.dimension, *known)
            return self._view


def _check_embedder(database: Database, embedder: Embedder) -> None:
    with database.write() as connection:
        known = store.meta(connection, "embedder")
        if known is None:
            store.set_meta(connection, "embedder", embedder.id)
            store.set_meta(connection, "dimension", embedder.dimension)
        elif (known, store.meta(connection, "dimension")) != (embedder.id, embedder.dimension):
            raise EmbedderMismatch(
                f"The index was built with {known}, but {embedder.id} is set up: "
                "set the old model again, or use another data folder."
            )
