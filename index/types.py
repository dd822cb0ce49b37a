"""The values and the seams of search. See ARCHITECTURE.md, "I have a question, where does it go?"."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from index.batches import NewDocument
from ingest.types import Document, Passage


class Embedder(Protocol):
    """Text to unit vectors. The seam: `SentenceTransformerEmbedder`, `HashEmbedder` (for tests)."""

    @property
    def id(self) -> str:
        """Name and content hash: `all-MiniLM-L6-v2@53aa5117`. Indexes built with another are refused."""
        ...

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimension). Safe to call from any thread."""
        ...


@runtime_checkable
class Dictionary(Protocol):
    """What an embedder may also be: one that tells ordinary words from misspelt ones."""

    def knows(self, word: str) -> bool:
        """Whether the word, in small letters, is one of the language. Safe to call from any thread."""
        ...


@runtime_checkable
class Considerate(Protocol):
    """What an embedder may also be: one that works slowly on new reports while people are answered."""

    def give_way(self, busy: Callable[[], bool]) -> None:
        """`busy` tells whether somebody is answered now. It is called often, from any thread."""
        ...


@dataclass(frozen=True, slots=True)
class Filters:
    document_ids: frozenset[str] | None = None
    years: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    passage: Passage
    document_title: str
    year: int | None
    score: float
    """Fused score, higher is better; comparable within one search only."""
    dense_score: float | None
    """Cosine of question and passage, where dense search returned it."""
    dense_rank: int | None
    lexical_score: float | None
    """BM25, higher is better."""
    lexical_rank: int | None
    sentence_vectors: NDArray[np.float32] | None = None
    """Unit vectors of `passage.sentences`, shape (n, dimension), where the index keeps them."""


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    id: str
    title: str
    authors: tuple[str, ...]
    date: str | None
    year: int | None
    source: str
    media_type: str
    pages: int | None
    words: int
    passages: int
    added_at: str
    """ISO 8601 UTC."""
    state: Literal["ready", "superseded"]
    superseded_by: str | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    document_id: str
    outcome: Literal["added", "unchanged", "replaced"]
    passages: int
    replaced: str | None = None
    """Id of the document that this one supersedes."""


@dataclass(frozen=True, slots=True)
class IndexStats:
    documents: int
    passages: int
    dimension: int
    embedder: str
    generation: int
    tail: int
    """Vectors newer than the last generation, searched in memory."""
    backend: str


class Index(Protocol):
    """Reports that can be searched. SQLite + FAISS (`index.local`) by default, PostgreSQL + pgvector beyond.

    Readers never wait for writers; one search sees one snapshot. Errors are `index.errors`.
    """

    @property
    def embedder(self) -> Embedder: ...

    def add(
        self,
        document: Document,
        passages: Sequence[Passage],
        *,
        source_path: str,
        original: bytes | None = None,
        sample: bool = False,
    ) -> Added:
        """All or nothing. The same content changes nothing; the same `source_path` supersedes its old document."""
        ...

    def add_many(self, items: Iterable[NewDocument], progress: Callable[[Added], None] | None = None) -> list[Added]:
        """Each as by `add`, but embedded together; `progress` hears of every one that is added."""
        ...

    def remove(self, document_id: str) -> None:
        """Really deletes: text, vectors, full-text index, stored original. Raises `UnknownDocument`."""
        ...

    def search(self, question: str, *, limit: int = 5, filters: Filters | None = None) -> list[Hit]: ...

    def documents(self) -> list[DocumentInfo]: ...

    def document(self, document_id: str) -> Document:
        """Raises `UnknownDocument`. Superseded documents are still readable."""
        ...

    def passages(self, document_id: str) -> list[Passage]: ...

    def passage(self, passage_id: str) -> Passage:
        """Raises `UnknownPassage`."""
        ...

    def original(self, document_id: str) -> tuple[str, str, bytes] | None:
        """File name, media type and bytes as they were added, or None where none were kept."""
        ...

    def edit(self, document_id: str, *, title: str | None = None, year: int | None = None) -> DocumentInfo: ...

    def stats(self) -> IndexStats: ...

    def close(self) -> None: ...
