"""Who waits, who is refused, and how much of a prompt goes into one step."""

import queue
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ModelBusy, ModelFailed
from service.llm.engine_job import Job, ScoreJob, StreamJob, WarmJob
from service.llm.engine_pace import LEAST_PARALLEL, MOST_PARALLEL, Pace
from service.llm.engine_queue import JobQueue
from service.llm.llama_context import BATCH
from service.llm.types import Cancel

PROMPT = np.array([1, 2, 3], np.int32)


def stream(cancel: Cancel | None = None) -> Job:
    return StreamJob(
        PROMPT, preamble=0, max_tokens=4, stop=(), cancel=cancel, piece=lambda token: b"x", ends=lambda token: False
    )


def score() -> Job:
    return ScoreJob(PROMPT, preamble=0, options=PROMPT, row=0, outbox=queue.SimpleQueue(), cancel=None)


def warm() -> WarmJob:
    return WarmJob(PROMPT, preamble=0, cancel=None)


def submit(line: JobQueue, *jobs: Job) -> None:
    line.submit(jobs, lambda waiting: 7)


def test_scores_go_first_then_streams_and_warming_when_nothing_else_waits() -> None:
    line, jobs = JobQueue(8), [warm(), stream(), score(), stream(), score()]
    submit(line, *jobs)
    assert line.candidates(9) == [jobs[2], jobs[4], jobs[1], jobs[3]]
    assert line.candidates(2) == [jobs[2], jobs[4]]
    for job in line.candidates(9):
        line.start(job)
    assert line.candidates(9) == [jobs[0]]
    assert line.counts() == (4, 1)


def test_running_and_waiting_count_towards_the_limit() -> None:
    line, (one, two) = JobQueue(2), (stream(), stream())
    submit(line, one, two)
    line.start(one)
    with pytest.raises(ModelBusy) as busy:
        submit(line, stream())
    assert busy.value.retry_after == 7
    submit(line, *(score() for _ in range(16)))
    with pytest.raises(ModelBusy):
        submit(line, score())
    line.leave(one)
    submit(line, stream())
    assert line.counts() == (0, 18)


def test_a_request_is_taken_whole_or_not_at_all() -> None:
    line = JobQueue(2)
    submit(line, stream())
    with pytest.raises(ModelBusy):
        submit(line, stream(), stream())
    assert line.counts() == (0, 1)


def test_who_goes_away_while_waiting_is_forgotten() -> None:
    line, cancel = JobQueue(1), Cancel()
    submit(line, stream(cancel))
    cancel.set()
    line.drop_unwanted()
    assert line.drain(0)
    submit(line, stream())


def test_only_the_newest_warming_waits() -> None:
    line, jobs = JobQueue(1), [warm() for _ in range(10)]
    submit(line, *jobs)
    assert line.candidates(20) == jobs[2:]
    assert [job.outbox.qsize() for job in jobs] == [1, 1] + [0] * 8


def test_draining_waits_for_the_last_job() -> None:
    line, job = JobQueue(1), stream()
    submit(line, job)
    line.start(job)
    assert not line.drain(0)
    threading.Thread(target=line.leave, args=(job,)).start()
    assert line.drain(60)


def test_after_closing_nothing_comes_in_and_all_can_be_taken_out() -> None:
    line, job = JobQueue(1), stream()
    submit(line, job)
    line.close()
    assert line.wait(0)
    assert line.take_all() == [job]
    with pytest.raises(ModelFailed, match="closed"):
        submit(line, stream())


@given(
    steps=st.lists(st.tuples(st.integers(8, BATCH), st.floats(1e-4, 20)), max_size=30),
    answering=st.integers(0, MOST_PARALLEL),
)
def test_a_step_is_never_empty_nor_too_large(steps: list[tuple[int, float]], answering: int) -> None:
    pace = Pace()
    for rows, seconds in steps:
        pace.decoded(rows, seconds)
    for warming in (False, True):
        chunk = pace.chunk(answering, warming=warming)
        assert 8 <= chunk <= BATCH - answering
        assert chunk + answering <= 24 or not answering or chunk == 8
        assert (chunk + answering) % 8 == 0 or chunk == 8


def test_the_chunk_follows_the_machine() -> None:
    fast, slow = Pace(), Pace()
    for _ in range(40):
        fast.decoded(100, 0.1)
        slow.decoded(100, 100.0)
    assert Pace().chunk(0, warming=False) == 24  # under a second of a 1.5B model on two cores
    assert fast.chunk(0, warming=False) == BATCH
    assert fast.chunk(4, warming=False) == 20
    assert slow.chunk(0, warming=False) == 16
    assert slow.chunk(12, warming=False) == 8
    assert 1 <= slow.seconds_until_free(1000) <= 60
    assert (fast.parallel(), slow.parallel()) == (MOST_PARALLEL, LEAST_PARALLEL)
