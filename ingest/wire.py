"""A report as JSON, from the process that reads it to the one that asked for it.

That process has handled hostile bytes, so nothing in the JSON is believed: types, spans and ids are checked.
"""

from collections.abc import Iterator
from hashlib import sha256

from pydantic import TypeAdapter

from ingest.types import Document, Passage, Span

Report = tuple[Document, list[Passage]]

_REPORT: TypeAdapter[Report] = TypeAdapter(Report)


def dump(report: Report) -> bytes:
    return _REPORT.dump_json(report)


def load(written: bytes, data: bytes) -> Report:
    """The report of these bytes. Raises `ValueError` where it is not one that they could have."""
    document, passages = _REPORT.validate_json(written, strict=True)
    if document.id != sha256(data).hexdigest():
        raise ValueError("another file's report")
    if not all(0 <= span.start <= span.end <= len(document.text) for span in _spans(document, passages)):
        raise ValueError("a span outside of the text")
    if not all(_is_sound(document, passage, ordinal) for ordinal, passage in enumerate(passages)):
        raise ValueError("a passage that is not the text's")
    return document, passages


def _spans(document: Document, passages: list[Passage]) -> Iterator[Span]:
    for block in document.blocks:
        yield from (block.span, block.lead) if block.lead else (block.span,)
    for passage in passages:
        yield passage.span
        yield from (sentence.span for sentence in passage.sentences)


def _is_sound(document: Document, passage: Passage, ordinal: int) -> bool:
    ids = (passage.id, passage.document_id, passage.ordinal) == (f"{document.id[:16]}-{ordinal}", document.id, ordinal)
    inside = all(passage.span.start <= s.span.start and s.span.end <= passage.span.end for s in passage.sentences)
    return ids and inside and passage.text == passage.span.of(document.text)
