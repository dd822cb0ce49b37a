"""A file becomes a Report: its Document and Passages.

What a file could use to exhaust or crash this process is read in one of its own, from the bytes to the passages; there
a report takes as long as it needs, and whoever is answered meanwhile does not wait for it. Only small texts are read here,
which takes less than starting a process.
"""

from ingest import isolation
from ingest.isolation import LIMITS, Limits
from ingest.read import check, read_bytes, shown_name
from ingest.split import split
from ingest.wire import Report

SMALL = 100_000
"""Bytes of a text that is read here."""


def read_report(data: bytes, name: str, limits: Limits = LIMITS) -> Report:
    """Raises `IngestError`."""
    name = shown_name(name)
    if check(data, name).isolated or len(data) > SMALL:
        return isolation.report(data, name, limits)
    document = read_bytes(data, name)
    return document, split(document)
