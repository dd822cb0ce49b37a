"""A folder that is watched: reports put there are added, changed ones replaced, those that go away removed.

It looks every few seconds, which works on every file system, network drives too. A file is read when it has not
changed from one look to the next, so never while it is being copied. What cannot be read is listed with its reason and
tried again when it changes. Only reports that came from the folder are removed with their files.
"""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from index.errors import StoreError, UnknownDocument
from index.types import Index
from ingest.errors import IngestError, NoReports
from ingest.files import find
from service.adding import prepare, source_path
from service.watched import Stamp, Taken, Watched

EVERY = 5.0
"""Seconds between two looks."""
STOP_SECONDS = 2.0
"""How long a stop waits for the file that is being read. Adding is all or nothing, so it may be cut."""
_AGAIN: Stamp = (-1, -1)
"""Of a file that failed for no fault of its own: no file has it, so the next look tries again."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file of the folder, or the folder itself, that cannot be read."""

    name: str
    reason: str


class Watcher:
    """`failures` may be read from any thread; everything else happens on the watcher's own."""

    def __init__(self, index: Index, folder: Path, data_dir: Path, *, every: float = EVERY) -> None:
        self._index = index
        self._folder = folder
        self._every = every
        self._watched = Watched(data_dir / "watched.json")
        self._before: dict[str, Stamp] | None = None
        self._failed: dict[str, tuple[Stamp, str]] = {}
        self._trouble: Failure | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reports folder", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    @property
    def failures(self) -> tuple[Failure, ...]:
        files = (Failure(self._name(path), reason) for path, (_, reason) in sorted(self._failed.copy().items()))
        return (self._trouble, *files) if self._trouble else tuple(files)

    def look(self) -> None:
        """Compares with the look before, so that the first one only looks."""
        if not self._folder.is_dir():
            self._before = None
            self._trouble = Failure(str(self._folder), "There is no such folder: make it, or set another one.")
            return
        now, before = self._files(), self._before
        if not self._watched.is_of(self._folder):
            self._watched.files = {path: taken for path, taken in self._watched.files.items() if path in now}
        self._before, self._trouble = now, None
        if before is None:
            return
        settled = [path for path, stamp in now.items() if before.get(path) == stamp and self._is_new(path, stamp)]
        gone = [path for path in self._watched.files if path not in now and path not in before]
        self._failed = {path: failed for path, failed in self._failed.items() if path in now}
        for path in settled:
            self._take(path, now[path])
        for path in gone:
            self._drop(path)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except Exception as error:  # the next look may find the disk in order
                _LOG.warning("the reports folder could not be looked at: %s", type(error).__name__)
                self._trouble = Failure(str(self._folder), f"It could not be looked at: {error}")
            self._stop.wait(self._every)

    def _files(self) -> dict[str, Stamp]:
        try:
            paths = find([self._folder])
        except NoReports:
            return {}
        stamps = {}
        for path in paths:
            try:
                about = path.stat()
            except OSError:  # it went away just now
                continue
            stamps[str(path)] = (about.st_mtime_ns, about.st_size)
        return stamps

    def _is_new(self, path: str, stamp: Stamp) -> bool:
        taken, failed = self._watched.files.get(path), self._failed.get(path)
        return stamp not in (taken and taken.stamp, failed and failed[0])

    def _take(self, path: str, stamp: Stamp) -> None:
        if self._stop.is_set():
            return
        file = Path(path)
        try:
            document, passages, original = prepare(file)
            added = self._index.add(document, passages, source_path=source_path(file), original=original)
        except Exception as error:  # whatever is wrong with a file, the others must be read
            _LOG.warning("a file of the reports folder was not added: %s", type(error).__name__)
            self._failed[path] = (stamp if isinstance(error, IngestError) else _AGAIN, _reason(error))
            return
        self._failed.pop(path, None)
        ours = added.outcome != "unchanged" or self._watched.is_ours(document.id)
        self._watched.files[path] = Taken(stamp, document.id, ours)
        self._watched.save()
        _LOG.info("report %s of the reports folder: %s", document.id[:16], added.outcome)

    def _drop(self, path: str) -> None:
        """Removes the report with its file, unless another file of the folder has the same content."""
        taken = self._watched.files[path]
        others = [other for name, other in self._watched.files.items() if name != path]
        if taken.ours and taken.document_id not in [other.document_id for other in others]:
            try:
                self._index.remove(taken.document_id)
                _LOG.info("report %s went away with its file", taken.document_id[:16])
            except UnknownDocument:
                pass  # somebody has removed it
        del self._watched.files[path]
        self._watched.save()

    def _name(self, path: str) -> str:
        return _printable(str(Path(path).relative_to(self._folder)))


def _reason(error: Exception) -> str:
    if isinstance(error, IngestError | StoreError):
        return _printable(str(error))
    return f"It could not be read ({type(error).__name__}): rename it, or save it again in another format."


def _printable(text: str) -> str:
    """Names of files need not be text."""
    return text.encode("utf-8", "replace").decode("utf-8")
