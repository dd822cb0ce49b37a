"""Moves reports from one index to another, with their vectors, so that nothing is read, split or embedded again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.types import DocumentInfo
from index.vectors import Vectors
from ingest.types import Document, Passage


@dataclass(frozen=True, slots=True)
class StoredReport:
    """All that an index holds of one report."""

    info: DocumentInfo
    document: Document
    passages: Sequence[Passage]
    vectors: Sequence[Vectors] | None
    """None where the index keeps none, because the report is superseded."""
    paths: tuple[str, ...]
    original: bytes | None


class Shelf(Protocol):
    """An index as copying sees it."""

    def infos(self) -> list[DocumentInfo]: ...

    def take(self, info: DocumentInfo) -> StoredReport: ...

    def begin(self) -> None:
        """Many reports are about to come: what would slow their adding may be put off until `finish`."""
        ...

    def put(self, report: StoredReport) -> None:
        """All or nothing; a report that is superseded comes after the one that supersedes it."""
        ...

    def finish(self) -> None:
        """Everything is there: what makes searching fast may be made."""
        ...


def copy(source: Shelf, target: Shelf, progress: Callable[[DocumentInfo], None]) -> int:
    """Copies what the target lacks and returns how many that were; what was interrupted goes on.

    However it ends, what was copied can be searched.
    """
    there = {info.id: info.state for info in target.infos()}
    missing = [info for info in _successors_first(source.infos()) if there.get(info.id) != info.state]
    target.begin()
    try:
        for info in missing:
            target.put(source.take(info))
            progress(info)
    finally:
        target.finish()
    return len(missing)


def _successors_first(infos: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    successor = {info.id: info.superseded_by for info in infos}

    def depth(info: DocumentInfo) -> int:
        steps, at = 0, info.superseded_by
        while at is not None:
            steps, at = steps + 1, successor.get(at)
        return steps

    return sorted(infos, key=depth)
