"""A process that is killed while it writes: what it acknowledged is there, the rest is not, and all is whole.

The child stops itself with SIGKILL at the n-th call that reaches the disk: every write, truncation and flush of
SQLite (through a VFS of ours), and every flush, rename and removal of a generation.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.repair import examine

CHILD = """
import os, signal, sys, pathlib, shutil
import apsw
import index.database as database
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from tests.index.reports import add, report

folder, last = pathlib.Path(sys.argv[1]), int(sys.argv[2])
calls = 0

def step():
    global calls
    calls += 1
    if calls == last:
        os.kill(os.getpid(), signal.SIGKILL)

database._load_checksums()

class File(apsw.VFSFile):
    def __init__(self, name, flags):
        super().__init__("cksmvfs", name, flags)
    def xWrite(self, data, offset):
        step()
        super().xWrite(data, offset)
    def xTruncate(self, size):
        step()
        super().xTruncate(size)
    def xSync(self, flags):
        step()
        super().xSync(flags)

class Dying(apsw.VFS):
    def __init__(self):
        super().__init__("dying", "cksmvfs", makedefault=True)
    def xOpen(self, name, flags):
        return File(name, flags)

vfs = Dying()

def dying(function):
    def call(*arguments, **options):
        step()
        return function(*arguments, **options)
    return call

os.fsync = dying(os.fsync)
pathlib.Path.rename = dying(pathlib.Path.rename)
shutil.rmtree = dying(shutil.rmtree)

index = LocalIndex.open(folder, HashEmbedder(16))
def done(name):
    with open(folder.parent / "acknowledged", "a") as file:
        file.write(name + "\\n")
for number in range(3):
    add(index, report(f"Trend {number} is here.\\nIt stays.", title=f"R{number}"), f"r{number}")
    done(f"add {number}")
index.compact()
add(index, report("Trend 1 has changed.", title="R1b"), "r1")
done("replace 1")
index.remove(report("Trend 2 is here.\\nIt stays.", title="R2").id)
done("remove 2")
index.close()
print(calls)
"""


def _run(folder: Path, last: int) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), str(last)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def _check(folder: Path) -> None:
    """Acknowledged steps are visible; at most the one step after them is too; everything is whole."""
    journal = folder.parent / "acknowledged"
    steps = journal.read_text().splitlines() if journal.exists() else []
    if not (folder / "trendwise.sqlite").exists():
        assert steps == []
        return
    index = LocalIndex.open(folder, HashEmbedder(16))
    try:
        ready = sorted(info.title for info in index.documents() if info.state == "ready")
        found = {hit.document_title for hit in index.search("trend", limit=10)}
    finally:
        index.close()
    order = ["add 0", "add 1", "add 2", "replace 1", "remove 2"]
    states = [[], ["R0"], ["R0", "R1"], ["R0", "R1", "R2"], ["R0", "R1b", "R2"], ["R0", "R1b"]]
    assert steps == order[: len(steps)]
    assert ready in states[len(steps) : len(steps) + 2]
    assert found == set(ready)
    assert [finding for finding in examine(folder) if not finding.ok] == []


def _all_calls(tmp_path: Path) -> int:
    finished = _run(tmp_path / "whole" / "data", 0)
    assert finished.returncode == 0, finished.stderr
    _check(tmp_path / "whole" / "data")
    return int(finished.stdout)


def _kill_at(tmp_path: Path, call: int) -> None:
    folder = tmp_path / str(call) / "data"
    folder.parent.mkdir()
    killed = _run(folder, call)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    _check(folder)


@pytest.mark.slow
def test_killed_at_some_writes(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    calls = _all_calls(tmp_path)
    for call in range(5, calls, calls // 8):
        _kill_at(tmp_path, call)


@pytest.mark.slow
def test_killed_at_every_write(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    for call in range(1, _all_calls(tmp_path) + 1):
        _kill_at(tmp_path, call)
