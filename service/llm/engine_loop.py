"""The engine's thread: which jobs run, what goes into the next batch, and what happens when something breaks.

Budget. One llama.cpp context with `cells` cells, one token each, shared by everybody, and `SEQUENCES` sequence numbers:
at most `MOST_PARALLEL` for running jobs, `PINS` for pinned beginnings, the rest for finished ones that wait to be
reused. As many run as the machine's speed allows (`engine_pace.py`). A job starts when its worst case (prompt and
longest answer, less what it shares) fits beside the worst cases of all running jobs, so a running job never runs out.
Until then it waits, in order of arrival; finished and pinned sequences give way.
A prompt whose own worst case exceeds the context is refused before it gets here (`PromptTooLong`).

A step decodes one token of each answering job and a chunk of prompt. The chunk goes in turn to the job that came first
and to the one with least left, so that a short question need not wait for a long one and the long one still advances. A
job that shares a beginning with a running one waits until that one has computed it. Warming runs only when nothing else
does. No batch is ever aborted; chunks are small enough that a cancellation takes effect within a second.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from service.errors import ModelFailed, RunError
from service.llm.engine_beginnings import Beginnings
from service.llm.engine_cache import PINS, Cache, common_prefix
from service.llm.engine_cache import Sequence as CachedSequence
from service.llm.engine_job import Job, Priority, StateJob
from service.llm.engine_pace import MOST_PARALLEL, Pace
from service.llm.engine_parts import Parts
from service.llm.engine_queue import JobQueue
from service.llm.engine_states import StateStore
from service.llm.llama_context import Context, NoFreeCells, Rows

SEQUENCES = 64
_SCRATCH = SEQUENCES
"""One number more than the cache hands out, for moving states."""
_LOOKAHEAD = 8
"""Waiting jobs that are considered for a start at each step."""
_WORTH_WAITING = 16
"""Shared tokens still being computed by another job for which it pays to wait."""
_ATTEMPTS = 2
_IDLE_SECONDS = 1.0
_SILENT_SECONDS = 60.0

_log = logging.getLogger("trendwise.engine")

assert MOST_PARALLEL + PINS < SEQUENCES  # noqa: S101


@dataclass(frozen=True, slots=True)
class EngineStats:
    running: int
    waiting: int
    decoded: int
    """Tokens decoded since the start, prompts included; what was reused is not in it."""
    reused: int
    """Prompt tokens whose state was still there or stored."""
    cells: int
    free_cells: int
    sequences: int
    free_sequences: int


class Engine:
    """Owns the context. What has no underscore may be called from any thread, the rest runs in the engine's own."""

    def __init__(
        self,
        make_context: Callable[[int], Context],
        *,
        queue: int,
        states: StateStore | None = None,
        make_beginnings: Callable[[int], Beginnings] | None = None,
    ) -> None:
        """`make_context` takes the number of sequences; it is called again after a failure. `make_beginnings` takes the number
        of a sequence that is free for its use."""
        self._make_context = make_context
        self._context: Context | None = make_context(SEQUENCES + 1)
        self._cache = Cache(self._context, SEQUENCES)
        self._parts = Parts(states, _SCRATCH) if states is not None else None
        self._beginnings = make_beginnings(_SCRATCH) if make_beginnings is not None else None
        self._queue = JobQueue(queue)
        self._running: list[Job] = []
        self._pace = Pace()
        self._steps = self._decoded = self._reused = 0
        self._beat = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="trendwise-engine", daemon=True)
        self._thread.start()

    @property
    def cells(self) -> int:
        return self._cache.cells

    def submit(self, jobs: Sequence[Job]) -> None:
        """Raises `ModelBusy` beyond the queue's length, `ModelFailed` after `close`."""
        self._queue.submit(jobs, self._pace.seconds_until_free)

    def healthy(self) -> bool:
        return self.alive() and self._context is not None and time.monotonic() - self._beat < _SILENT_SECONDS

    def alive(self) -> bool:
        return self._thread.is_alive()

    def drain(self, seconds: float) -> bool:
        """Waits until there is nothing to do; False if that takes longer."""
        return self._queue.drain(seconds)

    def stats(self) -> EngineStats:
        running, waiting = self._queue.counts()
        cache = self._cache
        return EngineStats(
            running, waiting, self._decoded, self._reused, cache.cells, cache.free, SEQUENCES, cache.free_numbers
        )

    def close(self) -> None:
        self._queue.close()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._queue.closed:
            try:
                self._beat = time.monotonic()
                if self._running or self._queue.wait(0 if self._make_missing_state() else _IDLE_SECONDS):
                    self._step()
            except Exception as error:
                _log.exception("the engine failed and starts again")
                self._recover(error)
        for job in [*self._running, *self._queue.take_all()]:
            job.fail(ModelFailed("The language model was closed while it was answering."))
            self._queue.leave(job)
        if self._context is not None:
            self._context.close()

    def _make_missing_state(self) -> bool:
        if self._parts is None or self._queue.counts() != (0, 0) or (job := self._parts.next_missing()) is None:
            return False
        self._queue.submit([job], lambda _: 0)
        return True

    def _step(self) -> None:
        self._steps += 1
        context = self._ready_context()
        self._drop_unwanted()
        self._admit(context)
        if self._running:
            self._decode(context, self._plan(context))

    def _ready_context(self) -> Context:
        if self._context is None:
            raise ModelFailed("The language model could not be started again; see the log, or start Trendwise again.")
        return self._context

    def _drop_unwanted(self) -> None:
        for job in [job for job in self._running if job.unwanted]:
            self._stop(job)
        self._queue.drop_unwanted()

    def _admit(self, context: Context) -> None:
        for job in self._queue.candidates(_LOOKAHEAD):
            if job.priority < Priority.WARM:
                self._park_warming()
            elif self._running:
                return
            if len(self._running) >= self._pace.parallel():
                return
            sequences = [running.held for running in self._running]
            source, shared = self._cache.best(job.prompt, sequences)
            if self._follows(job, shared):
                continue
            if self._beginnings and self._beginnings.has(job, shared):
                source, shared = None, 0  # what is stored will take the place of what is shared
            if not self._fits(job, sequences, source, shared):
                return
            job.sequence = self._cache.start(job.prompt, job.room, sequences)
            if self._beginnings:
                self._beginnings.place(job, context, self._cache)
            self._reused += job.sequence.length
            self._queue.start(job)
            self._running.append(job)

    def _park_warming(self) -> None:
        """Warming gives way: what it computed stays, and it waits for the next idle moment."""
        for job in [job for job in self._running if job.priority == Priority.WARM]:
            self._running.remove(job)
            self._release(job)
            self._queue.put_back(job)

    def _follows(self, job: Job, shared: int) -> bool:
        """Whether a running job is about to compute more of this one's beginning than is there now."""
        for other in self._running:
            common = common_prefix(job.prompt[:-1], other.prompt)
            if common > other.held.length and common - shared >= _WORTH_WAITING:
                return True
        return False

    def _fits(self, job: Job, running: list[CachedSequence], source: CachedSequence | None, shared: int) -> bool:
        promised = sum(other.room - other.held.length for other in self._running)
        held = self._cache.held(running, source, shared)
        return held + promised + job.room - shared <= self._cache.cells

    def _plan(self, context: Context) -> list[tuple[Job, Rows]]:
        answering = [job for job in self._running if not job.to_prefill]
        plan = [(job, self._answer_row(job)) for job in answering]
        warming = all(job.priority == Priority.WARM for job in self._running)
        left = self._pace.chunk(len(plan), warming=warming)
        prefilling = [job for job in self._running if job.to_prefill]
        prefilling.sort(key=(lambda job: job.arrived) if self._steps % 2 else (lambda job: job.to_prefill))
        for job in prefilling:
            if left:
                if self._parts:
                    before = job.held.length
                    self._parts.place(job, context, self._cache)
                    self._reused += job.held.length - before
                row = self._prefill_row(job, left)
                left -= len(row.tokens)
                plan.append((job, row))
        return plan

    def _answer_row(self, job: Job) -> Rows:
        return Rows(job.held.number, job.held.length, np.array([job.next_token], np.int32), wanted=True)

    def _prefill_row(self, job: Job, most: int) -> Rows:
        start = job.held.length
        tokens = job.prompt[start : min(start + most, job.prefill_stop)]
        last = start + len(tokens) == len(job.prompt)
        return Rows(job.held.number, start, tokens, wanted=last and job.wants_logits)

    def _decode(self, context: Context, plan: list[tuple[Job, Rows]]) -> None:
        count = sum(len(row.tokens) for _, row in plan)
        started = time.monotonic()
        while True:
            if not self._cache.make_room(count):
                raise ModelFailed("The engine promised more cells than it has.")
            try:
                logits = context.decode([row for _, row in plan])
                break
            except NoFreeCells:
                if not self._cache.evict():
                    raise
        self._pace.decoded(count, time.monotonic() - started)
        self._decoded += count
        for (job, row), view in zip(plan, logits, strict=True):
            self._cache.extend(job.held, row.tokens)
            self._pin(job, context)
            if job.take(view) if view is not None else not (job.wants_logits or job.to_prefill):
                self._finish(job, context)

    def _pin(self, job: Job, context: Context) -> None:
        if job.preamble and job.held.length >= job.preamble:
            pinned = self._cache.pin(job.held, job.preamble)
            if pinned and self._beginnings:
                self._beginnings.keep(pinned, context)
            job.preamble = 0

    def _finish(self, job: Job, context: Context) -> None:
        if self._parts is not None and isinstance(job, StateJob):
            self._parts.keep(job, context)
        self._stop(job)
        job.end()
        if job.priority == Priority.STREAM:
            self._pace.finished(time.monotonic() - job.arrived)

    def _stop(self, job: Job) -> None:
        self._running.remove(job)
        self._release(job)
        self._queue.leave(job)

    def _release(self, job: Job) -> None:
        self._cache.finish(job.held)
        job.sequence = job.next_token = None

    def _recover(self, cause: Exception) -> None:
        """A new context. Jobs that have said nothing yet begin again, once; the others fail."""
        error = cause if isinstance(cause, RunError) else ModelFailed("The language model failed; ask again.")
        jobs, self._running = [*self._running, *self._queue.take_all()], []
        restarted = self._restart()
        for job in jobs:
            job.attempts += 1
            job.sequence = job.next_token = None
            if restarted and job.can_restart and job.attempts < _ATTEMPTS:
                self._queue.put_back(job)
            else:
                job.fail(error)
                self._queue.leave(job)

    def _restart(self) -> bool:
        try:
            if self._context is not None:
                self._context.close()
            self._context = None
            context = self._make_context(SEQUENCES + 1)
            self._cache, self._context = Cache(context, SEQUENCES), context
        except Exception:
            _log.exception("the engine could not start again")
            return False
        return True
