"""The jobs that wait, by priority and then by arrival, and how many are in the engine altogether.

Safe to use from any thread. Knows nothing of sequences or cells: whether a job can start is for the loop to say.
"""

import bisect
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from service.errors import ModelBusy, ModelFailed
from service.llm.engine_job import Job, Priority

_SCORES_PER_STREAM = 8
_WARM_WAITING = 8
"""Older warming than this is forgotten: whoever asked for it has typed on."""


class JobQueue:
    def __init__(self, streams: int) -> None:
        """`streams` answers at most may be active or waiting, and eight times as many scores."""
        self._most = {Priority.STREAM: streams, Priority.SCORE: streams * _SCORES_PER_STREAM}
        self._changed = threading.Condition()
        self._waiting: list[Job] = []
        self._inside: Counter[Priority] = Counter()
        self._closed = False

    def submit(self, jobs: Sequence[Job], retry_after: Callable[[int], int]) -> None:
        """All or none. Raises `ModelBusy` beyond the limits and `ModelFailed` after `close`.

        `retry_after` gives the seconds to wait for so many waiting jobs.
        """
        with self._changed:
            if self._closed:
                raise ModelFailed("The language model has been closed.")
            new = Counter(job.priority for job in jobs)
            for kind, most in self._most.items():
                if new[kind] and self._inside[kind] + new[kind] > max(most, new[kind]):
                    seconds = retry_after(len(self._waiting))
                    raise ModelBusy("Too many questions are being answered; ask again in a moment.", seconds)
            self._inside += new
            for job in jobs:
                self._insert(job)
            self._forget_old_warming()

    def put_back(self, job: Job) -> None:
        """For a job that was started: it waits again, behind those of its priority."""
        with self._changed:
            self._insert(job)

    def start(self, job: Job) -> None:
        with self._changed:
            self._waiting.remove(job)

    def leave(self, job: Job) -> None:
        """For a job that was started and is done with."""
        with self._changed:
            self._inside[job.priority] -= 1
            self._changed.notify_all()

    def drop_unwanted(self) -> None:
        with self._changed:
            for job in [job for job in self._waiting if job.unwanted]:
                self._remove(job)

    def candidates(self, most: int) -> list[Job]:
        """The first of those whose turn it is: warming has none while anything else waits."""
        with self._changed:
            real = [job for job in self._waiting if job.priority < Priority.WARM]
            return (real or self._waiting)[:most]

    def wait(self, seconds: float) -> bool:
        """Until a job waits or the queue is closed; whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._waiting) or self._closed, seconds)

    def drain(self, seconds: float) -> bool:
        """Until there is no job; False if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._inside.total(), seconds)

    def counts(self) -> tuple[int, int]:
        """Running and waiting jobs."""
        with self._changed:
            return self._inside.total() - len(self._waiting), len(self._waiting)

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def take_all(self) -> list[Job]:
        """Every waiting job, as if all had been started."""
        with self._changed:
            jobs, self._waiting = self._waiting, []
            return jobs

    def _insert(self, job: Job) -> None:
        bisect.insort(self._waiting, job, key=lambda waiting: waiting.priority)
        self._changed.notify_all()

    def _remove(self, job: Job) -> None:
        self._waiting.remove(job)
        self._inside[job.priority] -= 1
        self._changed.notify_all()

    def _forget_old_warming(self) -> None:
        warming = [job for job in self._waiting if job.priority == Priority.WARM]
        for job in warming[:-_WARM_WAITING]:
            self._remove(job)
            job.end()
