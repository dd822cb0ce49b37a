"""A file becomes a Document."""

from hashlib import sha256
from pathlib import Path, PurePath

from ingest import furniture, isolation, structure
from ingest.errors import EmptyReport, NoSuchFile, UnreadableReport
from ingest.extract import Extract
from ingest.front import front
from ingest.mask import mask
from ingest.neutralise import neutralise
from ingest.readers import Format, format_of
from ingest.types import Document

LARGEST = 25 * 1024 * 1024
"""Bytes of a file."""
_LONGEST_NAME = 200
LONGEST = 5_000_000
"""Characters of text: a thousand full pages."""


def read_file(path: Path) -> Document:
    """Raises `IngestError`: missing, too large, unknown, empty, broken."""
    return read_bytes(load(path), path.name)


def load(path: Path) -> bytes:
    """The file's bytes, of one that is too large a byte more than is allowed. Raises `IngestError`: missing, unknown."""
    if not path.is_file():
        raise NoSuchFile(f"There is no file {path}. Check the path and its spelling.")
    format_of(path.name)
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise UnreadableReport(
            f"{path.name} cannot be opened ({error.strerror}). Check that you may read it."
        ) from error


def read_bytes(data: bytes, name: str) -> Document:
    """The same for bytes; the name's ending says what they are."""
    name = shown_name(name)
    reader = check(data, name)
    extract = isolation.read(reader.module, data, name) if reader.isolated else reader.read(data, name)
    return _document(data, name, extract)


def read_here(data: bytes, name: str) -> Document:
    """The same in this process, whatever the format: for one that may die of it."""
    return _document(data, name, check(data, name).read(data, name))


def check(data: bytes, name: str) -> Format:
    """The format of a file that may be read. Raises `IngestError`: too large, unknown, empty, misnamed."""
    if len(data) > LARGEST:
        raise UnreadableReport(f"{name} is larger than 25 MB. Split it, or save it without its images.")
    if not data.strip():
        raise EmptyReport(f"{name} is empty: there is no text in it. Add a file with text.")
    return format_of(name, data)


def shown_name(name: str) -> str:
    """The file's own name without folders and without what cannot be seen; of a very long one the end."""
    return neutralise(PurePath(name).name)[0].replace("\n", " ").strip()[-_LONGEST_NAME:] or "report"


def _document(data: bytes, name: str, extract: Extract) -> Document:
    if len(extract.text) > LONGEST:
        raise UnreadableReport(f"{name} holds more than {LONGEST:,} characters of text. Split it and add the parts.")
    if not any(char.isalnum() for char in extract.text):
        raise EmptyReport(f"{name} is empty: there is no text in it. Add a file with text.")
    masked = mask(extract.text) if extract.is_markdown else extract.text
    blocks = structure.blocks(extract.text, is_markdown=extract.is_markdown, pages=extract.pages)
    found = front(blocks, masked, name, extract)
    marked = furniture.mark(found.blocks, masked, is_markdown=extract.is_markdown)
    return Document(
        id=sha256(data).hexdigest(),
        title=found.title,
        authors=found.authors,
        date=found.date,
        year=found.year,
        source=name,
        media_type=extract.media_type,
        text=extract.text,
        blocks=tuple(marked),
        neutralised=extract.neutralised,
        pages=extract.pages,
    )
