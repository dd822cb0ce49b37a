"""A file becomes what the index takes: read, split, and the original beside it. Alike for commands and uploads."""

from hashlib import sha256
from pathlib import Path

from index.types import Added, Index
from ingest.errors import UnreadableReport
from ingest.types import Document, Passage


def prepare(path: Path) -> tuple[Document, list[Passage], bytes]:
    """The document, its passages and the file's bytes. Raises `IngestError`."""
    from ingest.read import read_file
    from ingest.split import split

    document = read_file(path)
    original = path.read_bytes()
    if sha256(original).hexdigest() != document.id:
        raise UnreadableReport(f"{path.name} changed while it was read: add it again when it is complete.")
    return document, split(document), original


def add_bytes(index: Index, data: bytes, name: str, *, source_path: str) -> tuple[Document, Added]:
    """An uploaded file; a later one with the same `source_path` replaces it. All or nothing.

    Raises `IngestError` and `StoreError`.
    """
    from ingest.read import read_bytes
    from ingest.split import split

    document = read_bytes(data, name)
    return document, index.add(document, split(document), source_path=source_path, original=data)


def source_path(path: Path) -> str:
    """What tells that a file is a new version of one that was added before."""
    return str(path.resolve())
