"""Hostile files end as one clear sentence, in a child that dies alone."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest import isolation
from ingest.errors import EmptyReport, IngestError, UnreadableReport, UnsupportedType
from ingest.isolation import Limits
from ingest.read import read_bytes, shown_name
from ingest.report import read_report
from tests.ingest.hostile import HOSTILE, LAUGHS, SENTENCE, TEXT, pdf, word

pytest.importorskip("liteparse")
pytest.importorskip("mammoth")


def test_sound_files_are_read() -> None:
    assert read_bytes(pdf(stream=SENTENCE), "a.pdf").text.startswith("Councils saved 5 million pounds in 2031")
    assert read_bytes(word(TEXT.format("It works.")), "a.docx").text == "It works.\n"


@pytest.mark.slow
@pytest.mark.parametrize(("name", "make", "says"), HOSTILE, ids=[name[-20:] for name, _, _ in HOSTILE])
def test_hostile_files_end_in_words(name: str, make: Callable[[], bytes], says: str) -> None:
    with pytest.raises(IngestError, match=says) as caught:
        read_report(make(), name)
    assert str(caught.value).startswith(shown_name(name))


@pytest.mark.slow
@pytest.mark.parametrize(
    "before",
    [f"<!DOCTYPE d [{LAUGHS}]>", '<!DOCTYPE d [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'],
)
def test_entities_are_not_unfolded_and_no_other_file_is_read(before: str) -> None:
    try:
        text = read_bytes(word(TEXT.format("a &l9; b"), before), "a.docx").text
    except IngestError:
        return
    assert "lol" not in text
    assert "root:" not in text


@pytest.mark.slow
def test_a_parser_that_needs_too_much_memory_is_stopped() -> None:
    limits = Limits(memory=1024**3, clock=60)
    with pytest.raises(UnreadableReport, match="more memory"):
        isolation.read("pdf", pdf(stream=b"BT /F 1 Tf " + b"(a) Tj " * 8_000_000 + b"ET"), "flate.pdf", limits)


def test_a_parser_that_takes_too_long_is_killed() -> None:
    with pytest.raises(UnreadableReport, match="too long"):
        isolation.read("docx", word(TEXT.format("It works.")), "slow.docx", Limits(clock=0.01))


@pytest.mark.skipif(sys.platform != "linux", reason="sessions are compared by /proc")
def test_a_reader_gives_way_to_the_process_that_started_it() -> None:
    """In a session of its own it would not, whatever its priority: Linux shares the processor among sessions first."""
    seen: set[tuple[int, int]] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.01):
            seen.update(_children())

    watch = threading.Thread(target=look)
    watch.start()
    read_bytes(word(TEXT.format("It works.")), "a.docx")
    over.set()
    watch.join()
    assert {session for session, _ in seen} == {os.getsid(0)}
    lowest = 19
    assert min(lowest, os.getpriority(os.PRIO_PROCESS, 0) + 10) in {nice for _, nice in seen}


def _children() -> Iterator[tuple[int, int]]:
    """Session and nice value of this process's own."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                yield int(fields[3]), int(fields[16])


@pytest.mark.slow
def test_a_parser_that_burns_the_processor_is_killed() -> None:
    with pytest.raises(UnreadableReport, match="too long"):
        isolation.read("docx", word(TEXT.format("a b.") * 400_000), "busy.docx", Limits(processor=2))


def test_a_parser_that_writes_too_much_is_stopped() -> None:
    with pytest.raises(UnreadableReport, match="more text than is allowed"):
        isolation.read("docx", word(TEXT.format("It works. " * 9_000)), "long.docx", Limits(result=10_000))


@pytest.mark.parametrize(
    "written",
    [
        b"", b"[]", b"{}", b"nul", b'{"text": 1, "pages": [], "year": null, "media_type": "", "neutralised": 0}',
        b'{"text": "a", "pages": [9], "year": null, "media_type": "", "neutralised": 0}',
        b'{"text": "a", "pages": [1, 0], "year": null, "media_type": "", "neutralised": 0}',
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_a_child_writes_is_checked(written: bytes) -> None:
    with pytest.raises(UnreadableReport, match=r"a\.pdf could not be read"):
        isolation._extract(written, "a.pdf", Limits())


@pytest.mark.parametrize(("kind", "error"), [("EmptyReport", EmptyReport), ("Path", UnreadableReport)])
def test_a_child_can_only_name_errors_of_ingest(kind: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="words") as caught:
        isolation._extract(b'{"error": "%b", "message": "words"}' % kind.encode(), "a.pdf", Limits())
    assert type(caught.value) is error


def test_the_environment_of_the_child_holds_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENDWISE_MODEL_KEY", "secret")
    monkeypatch.setattr(isolation, "_CHILD", "import os, json; print(json.dumps(dict(os.environ)))")
    with pytest.raises(UnreadableReport):
        isolation.read("pdf", b"x", "a.pdf")
    monkeypatch.setattr(isolation, "_CHILD", "import os, sys; sys.exit('TRENDWISE_MODEL_KEY' in os.environ)")
    with pytest.raises(UnreadableReport, match="no sound result"):
        isolation.read("pdf", b"x", "a.pdf")


def test_a_text_longer_than_a_thousand_pages_is_refused() -> None:
    with pytest.raises(UnreadableReport, match="more than 5,000,000 characters"):
        read_bytes(b"word " * 1_000_001, "long.md")


def test_unknown_endings_are_refused_before_reading() -> None:
    with pytest.raises(UnsupportedType, match=r"a\.exe cannot be read"):
        read_bytes(b"MZ", "a.exe")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("../../etc/plan.docx", "plan.docx"),
        ("pl\x00an\u202e\n.docx", "plan .docx"),
        ("a" * 4000 + ".docx", "a" * 195 + ".docx"),
        ("/x/\udce9.docx", ".docx"),
    ],
)
def test_names_are_shown_without_folders_and_tricks(name: str, source: str) -> None:
    try:
        assert read_bytes(word(TEXT.format("It works.")), name).source == source
    except UnsupportedType:  # a name that is only an ending
        assert source == ".docx"
