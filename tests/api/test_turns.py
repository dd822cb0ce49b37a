"""Searching in turns: a few at once, and whoever leaves the line holds nobody up."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.answering.types import Answer, AnswerEvent, Event, EvidenceEvent, Question, Status, Timings
from service.api.context import Context
from service.api.turns import Turns
from service.errors import Cancelled
from service.llm.types import Cancel
from service.runtime import Runtime


def test_so_many_at_once_and_no_more() -> None:
    turns, together, most, lock = Turns(2), 0, 0, threading.Lock()

    def search() -> None:
        nonlocal together, most
        with turns.take(Cancel()):
            with lock:
                together += 1
                most = max(most, together)
            time.sleep(0.02)
            with lock:
                together -= 1

    threads = [threading.Thread(target=search) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (together, most) == (0, 2)


def test_who_leaves_the_line_is_gone_while_others_still_search() -> None:
    turns, cancel = Turns(1), Cancel()
    with turns.take(Cancel()):
        threading.Timer(0.1, cancel.set).start()
        started = time.monotonic()
        with pytest.raises(Cancelled), turns.take(cancel):
            pytest.fail("it was not its turn")
        assert time.monotonic() - started < 1


def test_a_failed_search_gives_its_place_back() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), turns.take(Cancel()):
            raise ValueError("broken")


class LeavingAnswerer:
    """Whoever asks leaves after the evidence."""

    def stream(self, question: Question, *, cancel: Cancel) -> Iterator[Event]:
        yield EvidenceEvent((), 1)
        cancel.set()
        yield AnswerEvent(
            Answer("a", Status.ANSWERED, None, (), question.text, "", "", (), (), (), (), "none", Timings(1, 1, 1, 1))
        )


def test_an_answer_that_nobody_waits_for_is_not_kept(runtime: Runtime) -> None:
    context = Context(replace(runtime, answerer=LeavingAnswerer()))  # type: ignore[arg-type]
    events = context.answer(Question("Which trend?"), cancel=Cancel())
    assert isinstance(next(events), EvidenceEvent)
    with pytest.raises(Cancelled):
        next(events)
    context.close()
