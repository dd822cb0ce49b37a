"""The values that ingest makes: documents, blocks, sentences, passages.

All offsets are half-open Unicode code points into `Document.text`. That text is the file's own text
with only encoding, line ends and invisible characters normalised, so that a quotation taken from it can
be found again in the original. `readable` forms (Markdown marks dropped, white space folded, table cells
named by their column) are for people, embedders and models; nothing is ever cited from them.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


class BlockKind(StrEnum):
    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    QUOTE = "quote"
    CODE = "code"
    FURNITURE = "furniture"
    """Adverts, navigation, comments, repeated paragraphs: kept in the text, never evidence."""


@dataclass(frozen=True, slots=True)
class Block:
    kind: BlockKind
    span: Span
    headings: tuple[str, ...] = ()
    """Readable heading path, outermost first, without the document's title."""
    page: int | None = None
    """1-based page of the original, where the format has pages."""
    lead: Span | None = None
    """The line that introduces a list item, or the header row of a table row."""


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    """Hex SHA-256 of the file's bytes."""
    title: str
    authors: tuple[str, ...]
    date: str | None
    """ISO 8601, as precise as the file says: `2012`, `2012-11`, `2012-11-06`."""
    year: int | None
    source: str
    """File name, for people. The store keeps the full source path apart."""
    media_type: str
    text: str
    blocks: tuple[Block, ...]
    neutralised: int = 0
    """How many invisible, bidirectional or control characters were removed from the text."""
    pages: tuple[int, ...] = ()
    """Offset into `text` at which each page of the original starts, where the format has pages."""


@dataclass(frozen=True, slots=True)
class Sentence:
    span: Span
    readable: str
    """The sentence as people read it; a list item or table row carries its context after a colon."""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    id: str
    """`<document id, 16 hex>-<ordinal>`: stable for the same file and splitter."""
    document_id: str
    ordinal: int
    headings: tuple[str, ...]
    page: int | None
    span: Span
    text: str
    """Exactly `document.text[span.start:span.end]`."""
    readable: str
    sentences: tuple[Sentence, ...]
    """In order, inside `span`."""

    @property
    def heading(self) -> str:
        return " › ".join(self.headings)
