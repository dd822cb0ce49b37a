"""A disk that is full or fails: every write, truncation and flush of SQLite and of a generation fails once, and from then on.

What was done stays done, what failed has left nothing half, the message is ours, and the same index goes on as soon as
the disk does.
"""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import faiss
import numpy as np
import pytest

from index import database
from index.errors import StoreError, StoreFull
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.repair import examine
from tests.index.reports import add, report

Step = Callable[[LocalIndex], object]

STEPS: tuple[Step, ...] = (
    lambda index: add(index, report("Trend 0 is here.\nIt stays.", title="R0"), "r0"),
    lambda index: add(index, report("Trend 1 is here.\nIt stays.", title="R1"), "r1"),
    lambda index: index.compact(),
    lambda index: add(index, report("Trend 1 has changed.", title="R1b"), "r1"),
    lambda index: index.remove(report("Trend 0 is here.\nIt stays.", title="R0").id),
)
STATES = ([], ["R0"], ["R0", "R1"], ["R0", "R1"], ["R0", "R1b"], ["R1b"])
"""Titles that are found before the first step, and after each."""


class Disk:
    """Counts calls, and fails the n-th; with `lasting` every later one too."""

    def __init__(self) -> None:
        self.mend()
        self.full = True

    def mend(self) -> None:
        self.calls, self.fails_at, self.lasting = 0, 0, False

    def _fails(self) -> bool:
        self.calls += 1
        return bool(self.fails_at) and (self.calls == self.fails_at or (self.lasting and self.calls > self.fails_at))

    def sqlite(self) -> None:
        if self._fails():
            raise apsw.FullError("injected") if self.full else apsw.IOError("injected")

    def system(self) -> None:
        if self._fails():
            raise OSError(errno.ENOSPC if self.full else errno.EIO, "injected")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk()
    for owner, name in ((os, "fsync"), (Path, "rename"), (Path, "write_text"), (np, "save")):
        monkeypatch.setattr(owner, name, _checked(disk.system, getattr(owner, name)))
    monkeypatch.setattr(faiss, "write_index", _as_faiss(disk, faiss.write_index))
    with _sqlite_on(disk):
        yield disk


def _checked(check: Callable[[], None], function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        check()
        return function(*arguments, **options)

    return call


def _as_faiss(disk: Disk, function: Callable[..., Any]) -> Callable[..., Any]:
    """FAISS tells of errors in the words of the system, as a RuntimeError, and leaves half a file."""

    def call(index: Any, path: str) -> None:
        try:
            disk.system()
        except OSError as error:
            Path(path).write_bytes(b"half")
            raise RuntimeError(f"could not write {path}: {os.strerror(error.errno)}") from error
        function(index, path)

    return call


@contextmanager
def _sqlite_on(disk: Disk) -> Iterator[None]:
    database._load_checksums()

    class File(apsw.VFSFile):  # type: ignore[misc]
        def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
            disk.sqlite()
            super().xWrite(data, offset)

        def xTruncate(self, size: int) -> None:  # noqa: N802
            disk.sqlite()
            super().xTruncate(size)

        def xSync(self, flags: int) -> None:  # noqa: N802
            disk.sqlite()
            super().xSync(flags)

    class Failing(apsw.VFS):  # type: ignore[misc]
        def xOpen(self, name: Any, flags: Any) -> File:  # noqa: N802
            return File("cksmvfs", name, flags)

    vfs = Failing("failing", "cksmvfs", makedefault=True)
    yield
    vfs.unregister()
    apsw.set_default_vfs("cksmvfs")


def _whole_run(disk: Disk) -> int:
    """Calls that reach the disk when nothing fails."""
    disk.mend()
    with tempfile.TemporaryDirectory() as folder:
        index = _open(Path(folder))
        for step in STEPS:
            step(index)
        index.close()
        return disk.calls


def _open(folder: Path) -> LocalIndex:
    return LocalIndex.open(folder, HashEmbedder(16))


def _titles(index: LocalIndex) -> list[str]:
    ready = sorted(info.title for info in index.documents() if info.state == "ready")
    assert sorted({hit.document_title for hit in index.search("trend", limit=10)}) == ready
    return ready


def _fail_at(disk: Disk, call: int, folder: Path, *, lasting: bool) -> bool:
    """Whether the failing call stopped anything: SQLite may leave work of a checkpoint for later."""
    disk.mend()
    disk.fails_at, disk.lasting = call, lasting
    try:
        index = _open(folder)
    except StoreError as error:
        _is_ours(disk, error)
        disk.mend()
        index, stopped = _open(folder), True
    else:
        stopped = False
    for number, step in enumerate(STEPS):
        try:
            step(index)
        except StoreError as error:
            _is_ours(disk, error)
            disk.mend()
            stopped = True
            assert _titles(index) in STATES[number : number + 2]
            if _titles(index) == STATES[number]:
                step(index)
        assert _titles(index) == STATES[number + 1]
    disk.mend()
    index.close()
    assert [finding for finding in examine(folder) if not finding.ok] == []
    return stopped


def _is_ours(disk: Disk, error: StoreError) -> None:
    assert isinstance(error, StoreFull) == disk.full, error
    assert ("is full" if disk.full else "Check the disk") in str(error)
    assert "Errno" not in str(error)


@pytest.mark.parametrize("full", [True, False], ids=["full", "failing"])
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
def test_a_disk_that_fails_at_some_calls(disk: Disk, tmp_path: Path, full: bool, lasting: bool) -> None:
    disk.full = full
    calls = _whole_run(disk)
    stopped = [_fail_at(disk, call, tmp_path / str(call), lasting=lasting) for call in range(5, calls, calls // 3)]
    assert sum(stopped) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("full", [True, False], ids=["full", "failing"])
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
def test_a_disk_that_fails_at_every_call(disk: Disk, tmp_path: Path, full: bool, lasting: bool) -> None:
    disk.full = full
    calls = _whole_run(disk)
    stopped = [_fail_at(disk, call, tmp_path / str(call), lasting=lasting) for call in range(1, calls + 1)]
    print(f"{calls} calls, {sum(stopped)} of them stopped something")
    assert sum(stopped) > calls // 2
