"""Bytes of the encodings found in the wild become the same text; what is no text is refused."""

import random

import pytest

from ingest.decode import decode
from ingest.errors import EmptyReport, UnreadableReport

TEXT = "Café – “a £1.7 billion saving” for councils, naïve résumé. " * 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), "r.txt").removeprefix("\ufeff") == TEXT


def test_latin_1_is_read_as_western_text() -> None:
    assert decode("Café costs £5 in Malmö".encode("latin-1"), "r.txt") == "Café costs £5 in Malmö"


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n "])
def test_nothing_is_said_to_be_empty(data: bytes) -> None:
    with pytest.raises(EmptyReport, match=r"r\.md is empty"):
        decode(data, "r.md")


@pytest.mark.parametrize(
    "data",
    [
        random.Random(1).randbytes(5000),  # noqa: S311
        bytes(range(256)) * 8,
        b"\x7fELF" + bytes(1000),
        b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(3000),  # noqa: S311
        b"\xff\xfe" + b"\x01" * 999,
    ],
)
def test_binary_junk_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableReport, match=r"r\.md is not a text file"):
        decode(data, "r.md")
