"""A file becomes what the index takes: read, split, and the original beside it. Alike for commands and uploads."""

from pathlib import Path

from index.types import Added, Index
from ingest.types import Document, Passage


def prepare(path: Path) -> tuple[Document, list[Passage], bytes]:
    """The document, its passages and the file's bytes. Raises `IngestError`."""
    from ingest.read import load
    from ingest.report import read_report

    original = load(path)
    return *read_report(original, path.name), original


def add_bytes(index: Index, data: bytes, name: str, *, source_path: str) -> tuple[Document, Added]:
    """An uploaded file; a later one with the same `source_path` replaces it. All or nothing.

    Raises `IngestError` and `StoreError`.
    """
    from ingest.report import read_report

    document, passages = read_report(data, name)
    return document, index.add(document, passages, source_path=source_path, original=data)


def source_path(path: Path) -> str:
    """What tells that a file is a new version of one that was added before."""
    return str(path.resolve())
