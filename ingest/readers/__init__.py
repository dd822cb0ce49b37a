"""One file a format. A reader is a function from a file's bytes and name to its `Extract`.

To add a format, write such a function and name it in `BY_ENDING`.
"""

from collections.abc import Callable
from pathlib import PurePath

from ingest.errors import UnsupportedType
from ingest.extract import Extract
from ingest.readers import markdown, plain

Reader = Callable[[bytes, str], Extract]

BY_ENDING: dict[str, Reader] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": plain.read,
    ".text": plain.read,
}


def reader_for(name: str) -> Reader:
    """Raises `UnsupportedType`, naming what can be read."""
    ending = PurePath(name).suffix.lower()
    if ending not in BY_ENDING:
        known = ", ".join(sorted(BY_ENDING))
        what = f"files ending in {ending}" if ending else "files without an ending"
        raise UnsupportedType(f"{name} cannot be read: {what} are not supported. Use one of {known}.")
    return BY_ENDING[ending]
