"""Uploads are read one after the other on a thread of their own, while people look at their progress.

Jobs live in memory: what a stop interrupts was not added, and is uploaded again. What a job calls done is on disk.
"""

import queue
import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Literal

from index.types import Index
from service.adding import add_bytes
from service.errors import ModelBusy

WAITING = 8
"""Uploads that may wait; each is held in memory."""
KEPT = 500
"""Jobs that can still be looked at."""
STOP_SECONDS = 2.0
"""How long a stop waits for the file that is being read. Adding is all or nothing, so it may be cut."""

State = Literal["waiting", "reading", "done", "failed"]


class UnknownJob(LookupError):
    """No job has this id, or it is too long ago."""


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    state: State
    name: str
    """The uploaded file's name."""
    owner: str = ""
    document_id: str | None = None
    outcome: Literal["added", "unchanged", "replaced"] | None = None
    passages: int | None = None
    error: Exception | None = None


class Jobs:
    """Safe to use from many threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._waiting: queue.SimpleQueue[tuple[Job, bytes, str] | None] = queue.SimpleQueue()
        self._closing = False
        self._worker = threading.Thread(target=self._work, name="uploads", daemon=True)
        self._worker.start()

    def submit(self, data: bytes, name: str, *, owner: str = "") -> Job:
        """Raises `ModelBusy` when too many uploads wait."""
        job = Job(uuid.uuid4().hex, "waiting", name, owner)
        with self._lock:
            if sum(each.state == "waiting" for each in self._jobs.values()) >= WAITING:
                raise ModelBusy(f"{WAITING} uploads are already waiting: try again when some are done.", retry_after=10)
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)
        self._waiting.put((job, data, f"upload:{job.id}"))
        return job

    def get(self, job_id: str, *, owner: str = "") -> Job:
        """Raises `UnknownJob`, also for a job of somebody else."""
        with self._lock:
            if job_id not in self._jobs or self._jobs[job_id].owner != owner:
                raise UnknownJob("There is no job with this id: upload the report again if it is not in the list.")
            return self._jobs[job_id]

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None and not self._closing:
            self._read(*item)

    def _read(self, job: Job, data: bytes, source_path: str) -> None:
        self._keep(replace(job, state="reading"))
        try:
            document, added = add_bytes(self._index, data, job.name, source_path=source_path)
        except Exception as error:
            self._keep(replace(job, state="failed", error=error))
        else:
            done = replace(job, state="done", document_id=document.id, outcome=added.outcome, passages=added.passages)
            self._keep(done)

    def _keep(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.id] = job

    def close(self) -> None:
        """Drops what waits, and gives the file that is being read a moment."""
        self._closing = True
        self._waiting.put(None)
        self._worker.join(STOP_SECONDS)
