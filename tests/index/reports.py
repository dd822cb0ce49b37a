"""Small reports for the tests of the index: text in, Document and Passages out, one passage a paragraph."""

import hashlib

from index.types import Added, Index
from ingest.types import Block, BlockKind, Document, Passage, Sentence, Span


def report(
    text: str, *, title: str = "Trends", year: int | None = 2024, headings: tuple[str, ...] = ("Summary",)
) -> Document:
    data = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    blocks = tuple(Block(BlockKind.PARAGRAPH, span, headings, 1) for span in _paragraphs(text))
    return Document(
        data, title, ("Socitm",), str(year) if year else None, year, f"{title}.md", "text/markdown", text, blocks
    )


def passages_of(document: Document) -> list[Passage]:
    found = []
    for ordinal, block in enumerate(document.blocks):
        text = block.span.of(document.text)
        sentence = Sentence(block.span, text, 1)
        found.append(
            Passage(
                f"{document.id[:16]}-{ordinal}",
                document.id,
                ordinal,
                block.headings,
                1,
                block.span,
                text,
                text,
                (sentence,),
            )
        )
    return found


def add(index: Index, document: Document, path: str | None = None) -> Added:
    return index.add(
        document, passages_of(document), source_path=path or document.source, original=document.text.encode()
    )


def texts(index: Index, question: str, limit: int = 5) -> list[str]:
    return [hit.passage.text for hit in index.search(question, limit=limit)]


def _paragraphs(text: str) -> list[Span]:
    spans, start = [], 0
    for part in text.split("\n"):
        if part:
            spans.append(Span(start, start + len(part)))
        start += len(part) + 1
    return spans
