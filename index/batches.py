"""Documents of a bulk ingest, and how many are embedded together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.types import Document, Passage

_TOGETHER = 512
"""Passages that are embedded in one go."""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """One document of a bulk ingest."""

    document: Document
    passages: Sequence[Passage]
    source_path: str
    original: bytes | None = None
    sample: bool = False


def batches(items: Iterable[NewDocument]) -> Iterator[list[NewDocument]]:
    """In their order, each of about as many passages as are embedded together."""
    batch: list[NewDocument] = []
    for item in items:
        batch.append(item)
        if sum(len(each.passages) for each in batch) >= _TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch
