"""`kill -9` at random moments: what was acknowledged is there, at most one step more, and everything is whole.

Each run goes on with what the one before it left. INDEX_KILLS=200 is the long run.
"""

# ruff: noqa: S311 - chance, not secrets

import multiprocessing
import os
import random
import time
from pathlib import Path

import pytest

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.repair import examine
from tests.index.killed import titles, work

KILLS = int(os.environ.get("INDEX_KILLS", "10"))
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.index.killed"])
MANY = 10**6


def _work_for(seconds: float, folder: Path, journal: Path, first: int) -> int:
    """Lets a process work so long after its first sign of life, kills it; how many steps it acknowledged."""
    journal.write_bytes(b"")
    process = PROCESSES.Process(target=work, args=(str(folder), str(journal), first, MANY))
    process.start()
    while not journal.stat().st_size and process.is_alive():
        time.sleep(0.001)
    time.sleep(seconds)
    process.kill()
    process.join()
    assert process.exitcode == -9, "it ended before it was killed"
    return journal.stat().st_size


def _found(folder: Path) -> list[str]:
    index = LocalIndex.open(folder, HashEmbedder(16), exact_up_to=20)
    try:
        ready = sorted(info.title for info in index.documents() if info.state == "ready")
        passages = sum(info.passages for info in index.documents() if info.state == "ready")
        assert index.stats().passages == passages
        for hit in index.search("trend", limit=20):
            assert hit.document_title in ready
    finally:
        index.close()
    return ready


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_at_random_moments(tmp_path: Path) -> None:
    chance, folder, done, unacknowledged = random.Random(9), tmp_path / "data", 0, 0
    for _ in range(KILLS):
        done += _work_for(chance.uniform(0, 0.5), folder, tmp_path / "journal", done)
        found = _found(folder)
        assert found in (titles(done), titles(done + 1))
        if found != titles(done):
            done += 1
            unacknowledged += 1
        assert [finding for finding in examine(folder) if not finding.ok] == []
    print(f"{KILLS} kills over {done} steps, {unacknowledged} of them done but not yet acknowledged")
    assert done > KILLS
