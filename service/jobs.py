"""Uploads wait in a table and are read one after the other, while people look at their progress.

A job belongs to no process. Whoever is free claims the oldest one that waits for a short lease, which is renewed while the
file is read; when a process dies its lease runs out and another one begins again. Adding a report twice changes nothing, so a job
is done once whatever happens. In the data folder the table is a file of its own, in PostgreSQL every process shares it.
"""

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

from index.errors import NotFound, StoreError
from index.types import Index
from ingest.errors import IngestError
from service.adding import add_bytes
from service.errors import CallerError, ModelBusy, RunError
from service.tables import Run, Tables

WAITING = 8
"""Uploads that may wait."""
KEPT = 500
"""Jobs that can still be looked at."""
LEASE = 15.0
"""Seconds for which a job is claimed. A third of it passes between renewals, so that two may fail."""
POLL = 1.0
"""Seconds between two looks for jobs of other processes, or whose process died."""
ATTEMPTS = 5
"""Processes that may die over one file before it is given up."""
STOP_SECONDS = 2.0
"""How long a stop waits for the file that is being read. Adding is all or nothing, so it may be cut."""

MIGRATIONS = (
    """
    CREATE TABLE jobs (
        {rowid} id TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, data {bytes},
        attempts INTEGER NOT NULL, lease {real} NOT NULL,
        document_id TEXT, outcome TEXT, passages INTEGER, error TEXT, message TEXT
    ) {strict};
    CREATE INDEX jobs_by_state ON jobs (state);
    """,
)
_OPEN = "SELECT id FROM jobs WHERE state = 'waiting' OR (state = 'reading' AND lease < {clock}) ORDER BY rowid LIMIT 1"
_CLAIM = """
    UPDATE jobs SET state = 'reading', attempts = attempts + 1, lease = {clock} + :lease
    WHERE id = ({open} {skip_locked}) RETURNING id, name, attempts, data
"""
_RENEW = "UPDATE jobs SET lease = {clock} + :lease WHERE id = :id AND attempts = :attempt AND state = 'reading'"
_FINISH = """
    UPDATE jobs SET state = :state, data = NULL, document_id = :document_id, outcome = :outcome, passages = :passages,
                    error = :error, message = :message
    WHERE id = :id AND attempts = :attempt AND state = 'reading'
"""
_LOG = logging.getLogger(__name__)

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


@dataclass(frozen=True, slots=True)
class _Claim:
    id: str
    name: str
    attempt: int
    data: bytes


class Jobs:
    """Safe to use from many threads. Reads uploads on a thread of its own, unless it only takes them."""

    def __init__(
        self, index: Index, tables: Tables, *, reading: bool = True, lease: float = LEASE, poll: float = POLL
    ) -> None:
        self._index = index
        self._tables = tables
        self._lease, self._poll = lease, poll
        self._closing = threading.Event()
        self._submitted = threading.Event()
        self._worker = threading.Thread(target=self._work, name="uploads", daemon=True)
        if reading:
            self._worker.start()

    def submit(self, data: bytes, name: str, *, owner: str = "") -> Job:
        """Kept when this returns. Raises `ModelBusy` when too many uploads wait."""
        job = Job(uuid.uuid4().hex, "waiting", name, owner)

        def change(run: Run) -> None:
            [[waiting]] = run("SELECT count(*) FROM jobs WHERE state = 'waiting'")
            if waiting >= WAITING:
                raise ModelBusy(f"{waiting} uploads are already waiting: try again when some are done.", retry_after=10)
            run(
                "INSERT INTO jobs (id, name, owner, state, data, attempts, lease)"
                " VALUES (:id, :name, :owner, 'waiting', :data, 0, 0)",
                id=job.id,
                name=name,
                owner=owner,
                data=data,
            )
            run(
                "DELETE FROM jobs WHERE state IN ('done', 'failed') AND rowid <= (SELECT max(rowid) FROM jobs) - :kept",
                kept=KEPT,
            )

        self._tables.write(change)
        self._submitted.set()
        return job

    def get(self, job_id: str, *, owner: str = "") -> Job:
        """Raises `UnknownJob`, also for a job of somebody else."""
        rows = self._tables.read(
            "SELECT id, state, name, owner, document_id, outcome, passages, error, message FROM jobs"
            " WHERE id = :id AND owner = :owner",
            id=job_id,
            owner=owner,
        )
        for *facts, error, message in rows:
            return replace(Job(*facts), error=_error(error, message) if error else None)
        raise UnknownJob("There is no job with this id: upload the report again if it is not in the list.")

    def close(self) -> None:
        """Gives the file that is being read a moment; what waits is read after the next start, or by another process."""
        self._closing.set()
        self._submitted.set()
        if self._worker.is_alive():
            self._worker.join(STOP_SECONDS)

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                claim = self._claim()
                if claim:
                    self._read(claim)
                    continue
            except StoreError as error:  # the database is away: the lease runs out, and the job is begun again
                _LOG.warning("uploads cannot be read now: %s", error)
            self._submitted.wait(self._poll)
            self._submitted.clear()

    def _claim(self) -> _Claim | None:
        if not self._tables.read(self._sql(_OPEN)):
            return None
        rows = self._tables.write(lambda run: run(self._sql(_CLAIM), lease=self._lease))
        return _Claim(*rows[0]) if rows else None

    def _read(self, claim: _Claim) -> None:
        if claim.attempt > ATTEMPTS:
            given_up = RunError(f"{claim.name} was begun {ATTEMPTS} times and never finished: split it, and try again.")
            self._finish(claim, "failed", given_up)
            return
        try:
            with self._renewing(claim):
                document, added = add_bytes(self._index, claim.data, claim.name, source_path=f"upload:{claim.id}")
        except Exception as error:
            self._finish(claim, "failed", error)
        else:
            self._finish(claim, "done", document_id=document.id, outcome=added.outcome, passages=added.passages)

    def _finish(self, claim: _Claim, state: State, error: Exception | None = None, **facts: Any) -> None:
        """Unless another process has taken it over."""
        values = dict.fromkeys(("document_id", "outcome", "passages")) | facts
        values |= {"error": type(error).__name__ if error else None, "message": str(error) if error else None}
        values |= {"id": claim.id, "attempt": claim.attempt, "state": state}
        self._tables.write(lambda run: run(_FINISH, **values))
        self._tables.forget()

    @contextmanager
    def _renewing(self, claim: _Claim) -> Iterator[None]:
        done = threading.Event()
        renewer = threading.Thread(target=self._renew, args=(claim, done), name="upload lease", daemon=True)
        renewer.start()
        try:
            yield
        finally:
            done.set()
            renewer.join()

    def _renew(self, claim: _Claim, done: threading.Event) -> None:
        while not done.wait(self._lease / 3):
            try:
                self._tables.write(
                    lambda run: run(self._sql(_RENEW), lease=self._lease, id=claim.id, attempt=claim.attempt)
                )
            except StoreError as error:
                _LOG.warning("the lease of an upload was not renewed: %s", error)

    def _sql(self, text: str) -> str:
        dialect = self._tables.dialect
        return text.replace("{open}", _OPEN).format(clock=dialect.clock, skip_locked=dialect.skip_locked)


def _error(kind: str, message: str) -> Exception:
    """As it was raised, perhaps in another process; of an unknown kind where it is none of ours."""
    for family in (IngestError, StoreError, NotFound, CallerError, RunError):
        for known in _family(family):
            if known.__name__ == kind:
                return known(message)
    return RuntimeError(message)


def _family(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)
