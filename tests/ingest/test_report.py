"""A report that a process of its own reads is the one that this process would read, and nothing else is believed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from ingest import isolation, sample, wire
from ingest.errors import EmptyReport, UnreadableReport
from ingest.isolation import Limits
from ingest.read import read_bytes
from ingest.report import SMALL, read_report
from ingest.split import split
from ingest.wire import Report
from tests.ingest.hostile import SENTENCE, TEXT, pdf, word

pytestmark = pytest.mark.usefixtures("models_dir")


def _here(data: bytes, name: str) -> Report:
    document = read_bytes(data, name)
    return document, split(document)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", pdf(pages=2, stream=SENTENCE)),
        ("b.docx", word(TEXT.format("It works. It goes on.") * 3)),
        ("c.html", b"<html><body><main><h1>Trends 2031</h1><p>Councils share platforms.</p></main></body></html>"),
        ("../d\u202e.md", "# Größe 2031\n\n- one “trend”\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n".encode()),
    ],
)  # fmt: skip
def test_is_what_this_process_would_read(name: str, data: bytes) -> None:
    assert read_report(data, name) == _here(data, name)


@pytest.mark.slow
def test_a_long_text_is_read_apart_and_is_the_same() -> None:
    data = b"\n\n".join(path.read_bytes() for path in sample.paths()) * 3
    assert len(data) > SMALL
    assert read_report(data, "long.md") == _here(data, "long.md")


def test_errors_keep_their_type_and_words() -> None:
    with pytest.raises(EmptyReport, match=r"^zeros\.md is empty"):
        read_report("\u200b".encode() * SMALL, "zeros.md")
    with pytest.raises(UnreadableReport, match=r"^text\.pdf is not a PDF file"):
        read_report(b"This is no PDF.", "text.pdf")


@pytest.mark.slow
@pytest.mark.parametrize(
    "data", [b"|a|b|\n|-|-|\n" + b"|c|d|\n" * 300_000, b"ab. " * 1_000_000], ids=["rows", "sentences"]
)
def test_a_text_that_takes_too_long_is_stopped(data: bytes) -> None:
    with pytest.raises(UnreadableReport, match="took too long to read"):
        read_report(data, "long.md", Limits(processor=3))


def _changed(change: Callable[[dict[str, Any], list[dict[str, Any]]], object]) -> tuple[bytes, bytes]:
    """A report's JSON with one thing changed, and the file."""
    data = b"# Trends\n\nCouncils share platforms. They save money.\n"
    document, passages = TypeAdapter(Report).dump_python(_here(data, "a.md"), mode="json")
    change(document, passages)
    return TypeAdapter(list[Any]).dump_json([document, passages]), data


def test_an_unchanged_report_is_believed() -> None:
    written, data = _changed(lambda document, passages: None)
    assert wire.load(written, data) == _here(data, "a.md")


@pytest.mark.parametrize(
    "change",
    [
        lambda document, passages: document.update(id="0" * 64),
        lambda document, passages: document.update(text=7),
        lambda document, passages: document["blocks"][0]["span"].update(end=10**6),
        lambda document, passages: document["blocks"][0]["span"].update(start=-1),
        lambda document, passages: document["blocks"][0].update(kind="secret"),
        lambda document, passages: passages[0].update(text="Councils share nothing."),
        lambda document, passages: passages[0].update(document_id="another"),
        lambda document, passages: passages[0].update(ordinal=5),
        lambda document, passages: passages[0]["sentences"][0]["span"].update(start=0),
        lambda document, passages: passages.reverse(),
        lambda document, passages: passages.append(passages[0]),
    ],
)
def test_what_the_other_process_writes_is_checked(change: Callable[..., object]) -> None:
    written, data = _changed(change)
    with pytest.raises(ValueError, match=r".+"):
        wire.load(written, data)


@pytest.mark.parametrize("written", ["", "[]", "nul", "[" * 10_000, '{"error": 1}'])
def test_what_is_no_report_ends_in_words(written: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(isolation, "_CHILD", f"print({written!r}, end='')")
    with pytest.raises(UnreadableReport, match=r"a\.pdf could not be read: its parser gave no sound result"):
        isolation.report(b"x", "a.pdf")
