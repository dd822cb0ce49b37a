"""Uploads: each is read once, by whoever is free, and outlives the process that began it."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import StoreError
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.errors import UnsupportedType
from service import jobs as jobs_module
from service.errors import ModelBusy
from service.jobs import Job, Jobs, UnknownJob
from tests.storage.conftest import Open

POLL, PATIENCE = 0.05, 120.0
SHORT, STEADY, LONG = 1.0, 4.0, 30.0
"""Leases: one that is waited for, one that is renewed, and one that does not run out however busy the machine is."""
REPORT = b"# Trends\n\nCouncils adopt cloud platforms in 2024, and drones fly over them.\n"

Begin = Callable[..., Jobs]


@pytest.fixture
def index(tmp_path: Path, models_dir: Path) -> Iterator[LocalIndex]:
    opened = LocalIndex.open(tmp_path / "index", HashEmbedder(64))
    yield opened
    opened.close()


@pytest.fixture
def begin(open_storage: Open, index: LocalIndex) -> Iterator[Begin]:
    """Starts another process's jobs, over the same table."""
    begun: list[Jobs] = []

    def begin_(*, reading: bool = True, lease: float = LONG) -> Jobs:
        begun.append(Jobs(index, open_storage().uploads, reading=reading, lease=lease, poll=POLL))
        return begun[-1]

    yield begin_
    for jobs in begun:
        jobs.close()


def finished(jobs: Jobs, job: Job) -> Job:
    deadline = time.monotonic() + PATIENCE
    while (job := jobs.get(job.id, owner=job.owner)).state in ("waiting", "reading"):
        assert time.monotonic() < deadline
        time.sleep(POLL)
    return job


def test_a_job_is_taken_here_and_read_there(begin: Begin, index: LocalIndex) -> None:
    front = begin(reading=False)
    job = front.submit(REPORT, "trends.md", owner="jane")
    assert front.get(job.id, owner="jane") == job
    back = begin()
    done = finished(front, job)
    assert (done.state, done.outcome, done.passages) == ("done", "added", 2)
    assert [info.id for info in index.documents()] == [done.document_id]
    for owner in ("", "omar"):
        with pytest.raises(UnknownJob):
            back.get(job.id, owner=owner)


def test_workers_divide_the_jobs_and_none_is_read_twice(
    begin: Begin, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, read = jobs_module.add_bytes, []

    def counting(index: Any, data: bytes, name: str, **more: Any) -> Any:
        read.append(name)
        return real(index, data, name, **more)

    monkeypatch.setattr(jobs_module, "add_bytes", counting)
    front = begin(reading=False)
    submitted = [front.submit(REPORT + b"%d" % n, f"{n}.md") for n in range(8)]
    for _ in range(3):
        begin()
    assert [finished(front, job).state for job in submitted] == ["done"] * 8
    assert sorted(read) == [f"{n}.md" for n in range(8)]
    assert len(index.documents()) == 8


def test_a_job_whose_worker_died_is_begun_again(begin: Begin, index: LocalIndex) -> None:
    """The first claim is never renewed or finished, as of a process that was killed."""
    front = begin(reading=False, lease=SHORT)
    job = front.submit(REPORT, "trends.md")
    claim = front._claim()
    assert claim is not None
    assert front.get(job.id).state == "reading"
    assert front._claim() is None
    worker = begin()
    assert finished(front, job).state == "done"
    worker.close()
    front._finish(claim, "failed", StoreError("Too late."))
    assert front.get(job.id).state == "done"


@pytest.mark.slow
def test_a_job_that_takes_long_is_not_taken_over(
    begin: Begin, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, begun = jobs_module.add_bytes, []

    def slow(*arguments: Any, **more: Any) -> Any:
        begun.append(threading.get_ident())
        time.sleep(1.5 * STEADY)
        return real(*arguments, **more)

    monkeypatch.setattr(jobs_module, "add_bytes", slow)
    workers = [begin(lease=STEADY) for _ in range(2)]
    assert finished(workers[0], workers[0].submit(REPORT, "trends.md")).state == "done"
    assert len(begun) == 1


def test_a_job_over_which_process_after_process_dies_is_given_up(begin: Begin, index: LocalIndex) -> None:
    front = begin(reading=False, lease=0.1)
    job = front.submit(REPORT, "bomb.md")
    for _ in range(jobs_module.ATTEMPTS):
        while front._claim() is None:
            time.sleep(POLL)
    begin()
    failed = finished(front, job)
    assert failed.state == "failed"
    assert "bomb.md was begun 5 times" in str(failed.error)


def test_what_a_file_is_refused_for_is_known_everywhere(begin: Begin, index: LocalIndex) -> None:
    front = begin(reading=False)
    job = front.submit(b"MZ", "virus.exe")
    begin()
    error = finished(front, job).error
    assert isinstance(error, UnsupportedType)
    assert "virus.exe" in str(error)


def test_too_many_that_wait_are_turned_away(begin: Begin, index: LocalIndex) -> None:
    front, other = begin(reading=False), begin(reading=False)
    for number in range(jobs_module.WAITING):
        front.submit(REPORT, f"{number}.md")
    with pytest.raises(ModelBusy, match="8 uploads are already waiting"):
        other.submit(REPORT, "one-more.md")


def test_nothing_of_a_file_stays_in_the_table(begin: Begin, open_storage: Open, index: LocalIndex) -> None:
    jobs = begin()
    finished(jobs, jobs.submit(REPORT, "trends.md"))
    assert open_storage().uploads.read("SELECT count(*) FROM jobs WHERE data IS NOT NULL") == [(0,)]
