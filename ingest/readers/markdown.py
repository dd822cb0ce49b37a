"""Markdown: the file's own text is the canonical text."""

from ingest.decode import decode
from ingest.extract import Extract
from ingest.neutralise import neutralise


def read(data: bytes, name: str) -> Extract:
    text, removed = neutralise(decode(data, name))
    return Extract(text=text, media_type="text/markdown", neutralised=removed)
