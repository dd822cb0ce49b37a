"""The index in PostgreSQL. Several service processes share one database, and several may add reports to it.

This class only holds the parts and orders what a change consists of. Searching is `index.postgres.search`, rows are
`index.postgres.store` and `index.postgres.searched`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Literal

from index.base import EmbeddingIndex
from index.batches import NewDocument, batches
from index.postgres import searched, store
from index.postgres.claims import claimed
from index.postgres.database import Connection, Database
from index.postgres.migrations import migrate
from index.postgres.search import search
from index.postgres.searched import Counts
from index.postgres.tokens import Tokeniser
from index.postgres.words import DatabaseVocabulary
from index.query import understand
from index.search import TUNING, Tuning
from index.types import Added, DocumentInfo, Embedder, Filters, Hit, IndexStats
from index.vectors import Vectors, embed_new
from ingest.types import Document, Passage


class PostgresIndex(EmbeddingIndex):
    """Implements `index.types.Index`. Safe to use from many threads."""

    def __init__(self, database: Database, replica: Database, embedder: Embedder) -> None:
        super().__init__(embedder)
        self.database = database
        self._replica = replica
        self.tokeniser = Tokeniser()

    @classmethod
    def open(cls, url: str, embedder: Embedder, *, read_url: str | None = None) -> "PostgresIndex":
        """Opens the index or makes its tables. Reading goes to `read_url`, if there is one: it may lag behind.

        Raises EmbedderMismatch, SchemaTooNew, StoreError.
        """
        database = Database(url)
        index = cls(database, Database(read_url) if read_url else database, embedder)
        try:
            migrate(database, embedder)
        except BaseException:
            index.close()
            raise
        return index

    def add_many(self, items: Iterable[NewDocument], progress: Callable[[Added], None] | None = None) -> list[Added]:
        """Adds each document on its own (all or nothing), but embeds many together, which is faster.

        `progress` hears of every document when it is in the database. What another process is adding now comes last: by
        then it is there, and is not embedded again.
        """
        outcomes: list[Added] = []
        later: list[NewDocument] = []
        for batch in batches(items):
            with claimed(self.database, (item.document.id for item in batch)) as mine:
                outcomes += self._add_batch([item for item in batch if item.document.id in mine], progress)
            later += [item for item in batch if item.document.id not in mine]
        for item in later:
            outcomes += self._add_batch([item], progress)
        return outcomes

    def remove(self, document_id: str) -> None:
        def change(connection: Connection) -> None:
            counts = Counts()
            family = store.family(connection, document_id)
            for member, state in family:
                if state == "ready":
                    searched.remove(connection, member, counts)
            store.delete(connection, [member for member, _ in family])
            counts.write(connection)

        self.database.write(change)

    def search(
        self, question: str, *, limit: int = 5, filters: Filters | None = None, tuning: Tuning = TUNING
    ) -> list[Hit]:
        queries = understand(DatabaseVocabulary(self._replica, question), question, self._knows)
        rows = self._embedder.embed([query.dense for query in queries], kind="query")
        return search(self._replica, self.tokeniser, queries, rows, limit=limit, filters=filters, tuning=tuning)

    def documents(self) -> list[DocumentInfo]:
        return store.infos(self._replica)

    def document(self, document_id: str) -> Document:
        return store.document(self._replica, document_id)

    def passages(self, document_id: str) -> list[Passage]:
        return store.passages(self._replica, document_id)

    def passage(self, passage_id: str) -> Passage:
        return store.passage(self._replica, passage_id)

    def original(self, document_id: str) -> tuple[str, str, bytes] | None:
        return store.original(self._replica, document_id)

    def edit(self, document_id: str, *, title: str | None = None, year: int | None = None) -> DocumentInfo:
        """The title is searched too, so its words are indexed anew."""

        def change(connection: Connection) -> DocumentInfo:
            counts = Counts()
            again = title is not None and store.state(connection, document_id) == "ready"
            if again:
                searched.remove_text(connection, document_id, counts)
            store.edit(connection, document_id, title=title, year=year)
            if again:
                searched.add_text(connection, self.tokeniser, document_id, counts)
            counts.write(connection)
            return store.info(connection, document_id)

        return self.database.write(change)

    def stats(self) -> IndexStats:
        [[documents, passages, server, extension]] = self._replica.read(
            """SELECT count(*) FILTER (WHERE state = 'ready'), coalesce(sum(searched_passages), 0)::bigint,
                      current_setting('server_version'),
                      (SELECT extversion FROM pg_extension WHERE extname = 'vector')
               FROM documents"""
        )
        backend = f"PostgreSQL {server.split()[0]} + pgvector {extension} (HNSW)"
        return IndexStats(documents, passages, self._embedder.dimension, self._embedder.id, 0, 0, backend)

    def close(self) -> None:
        self.database.close()
        self._replica.close()

    def _add_batch(self, batch: Sequence[NewDocument], progress: Callable[[Added], None] | None) -> list[Added]:
        ready, outcomes = self._embedded(batch), []
        for item in batch:
            embedded = ready.get(item.document.id)
            outcomes.append(self.database.write(partial(self._add, item=item, embedded=embedded)))
            if progress:
                progress(outcomes[-1])
        return outcomes

    def _embedded(self, batch: Sequence[NewDocument]) -> dict[str, list[Vectors]]:
        """Vectors of those of the batch that are not searched yet, by the document's id."""
        ids = [item.document.id for item in batch]
        rows = self.database.read("SELECT id FROM documents WHERE state = 'ready' AND id = ANY(:ids)", ids=ids)
        known = {document_id for (document_id,) in rows}
        new = [item for item in batch if item.document.id not in known]
        return dict(zip([item.document.id for item in new], self._embed(new), strict=True))

    def _embed(self, items: Sequence[NewDocument]) -> list[list[Vectors]]:
        find = partial(searched.stored_vectors, self.database)
        return embed_new(find, self._embedder, [(item.document, item.passages) for item in items])

    def _add(self, connection: Connection, item: NewDocument, embedded: Sequence[Vectors] | None) -> Added:
        document, counts = item.document, Counts()
        store.lock(connection, document.id)
        store.lock(connection, item.source_path)
        before = store.document_at(connection, item.source_path)
        known = store.state(connection, document.id) == "ready"
        if before == document.id and known:
            return Added(document.id, "unchanged", len(item.passages))
        if not known:
            vectors = self._embed([item])[0] if embedded is None else embedded
            keys = store.insert(connection, document, item.passages, original=item.original, sample=item.sample)
            searched.add(connection, self.tokeniser, document.id, keys, vectors, counts)
        store.set_source(connection, item.source_path, document.id)
        replaced = self._supersede(connection, before, document.id, counts)
        counts.write(connection)
        outcome: Literal["added", "unchanged", "replaced"]
        outcome = "replaced" if replaced else "unchanged" if known else "added"
        return Added(document.id, outcome, len(item.passages), replaced)

    @staticmethod
    def _supersede(connection: Connection, before: str | None, successor: str, counts: Counts) -> str | None:
        """The report that was at the path before, unless it has another path; its row is held while that is looked at."""
        if before is None or before == successor:
            return None
        state = store.state(connection, before)
        if state is None or store.has_source(connection, before):
            return None
        if state == "ready":
            searched.remove(connection, before, counts)
        store.supersede(connection, before, successor)
        return before
