"""One file a format. A reader is a function `read` from a file's bytes and name to its `Extract`.

To add a format, write such a module and name it in `FORMATS`. Formats that a file can use to exhaust or crash
its parser are read in a process of their own (`ingest.isolation`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from typing import cast

from ingest.errors import UnreadableReport, UnsupportedType
from ingest.extract import Extract

Reader = Callable[[bytes, str], Extract]


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    module: str
    endings: tuple[str, ...]
    isolated: bool = True

    def read(self, data: bytes, name: str) -> Extract:
        """Here, in this process."""
        try:
            module = import_module(f"ingest.readers.{self.module}")
        except ImportError as error:
            raise UnsupportedType(
                f"{name} needs a library that is not installed. Install it with: pip install 'trendwise[readers]'"
            ) from error
        return cast(Reader, module.read)(data, name)


FORMATS = (
    Format("Markdown", "markdown", (".md", ".markdown"), isolated=False),
    Format("plain text", "plain", (".txt", ".text"), isolated=False),
    Format("PDF", "pdf", (".pdf",)),
    Format("Word", "docx", (".docx",)),
    Format("HTML", "html", (".html", ".htm", ".xhtml")),
)
BY_ENDING = {ending: format_ for format_ in FORMATS for ending in format_.endings}
_BY_MODULE = {format_.module: format_ for format_ in FORMATS}
_OLD_WORD = (".doc", ".dot", ".rtf", ".odt", ".pages")


def format_of(name: str, data: bytes | None = None) -> Format:
    """By the name's ending; with the bytes at hand, what they are must agree.

    Raises `UnsupportedType`, naming what can be read, and `UnreadableReport` for a misnamed file.
    """
    ending = PurePath(name).suffix.lower()
    if ending in _OLD_WORD:
        raise UnsupportedType(f"{name} cannot be read: {ending} is not supported. Save it as .docx or .pdf.")
    if ending not in BY_ENDING:
        known = ", ".join(sorted(BY_ENDING))
        what = f"files ending in {ending}" if ending else "files without an ending"
        raise UnsupportedType(f"{name} cannot be read: {what} are not supported. Use one of {known}.")
    named = BY_ENDING[ending]
    return named if data is None else _agreed(named, data, name)


def by_module(module: str) -> Format:
    return _BY_MODULE[module]


def _agreed(named: Format, data: bytes, name: str) -> Format:
    found = _sniffed(data)
    if found == "html" and named.module in ("markdown", "plain"):
        return _BY_MODULE["html"]
    binary = ("pdf", "zip", "ole")
    expected = {"pdf": "pdf", "docx": "zip"}.get(named.module)
    if (found in binary and found != expected) or (expected and found != expected and data.strip()):
        is_what = {"pdf": "a PDF file", "zip": "a ZIP or Office file", "ole": "an old Office file or encrypted"}
        truth = is_what.get(found or "", f"not a {named.name} file")
        raise UnreadableReport(f"{name} is {truth}, whatever its name says. Give it the right ending, or save it anew.")
    return named


def _sniffed(data: bytes) -> str | None:
    head = data[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "html" if start.startswith((b"<!doctype html", b"<html")) else None
