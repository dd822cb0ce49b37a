"""What every index does alike, wherever its rows are: it has an embedder, and one report is added as many are."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence

from index.batches import NewDocument
from index.types import Added, Dictionary, Embedder
from ingest.types import Document, Passage


class EmbeddingIndex(ABC):
    """The rest of `index.types.Index` is the backend's."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._knows = embedder.knows if isinstance(embedder, Dictionary) else _nothing

    @property
    def embedder(self) -> Embedder:
        return self._embedder

    def add(
        self,
        document: Document,
        passages: Sequence[Passage],
        *,
        source_path: str,
        original: bytes | None = None,
        sample: bool = False,
    ) -> Added:
        return self.add_many([NewDocument(document, passages, source_path, original, sample)])[0]

    @abstractmethod
    def add_many(
        self, items: Iterable[NewDocument], progress: Callable[[Added], None] | None = None
    ) -> list[Added]: ...


def _nothing(word: str) -> bool:
    return False
