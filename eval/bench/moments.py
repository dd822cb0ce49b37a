"""When the parts of an answer came, in seconds after Enter."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.bench.figures import Spread, spread
from service.answering.types import AnswerEvent, Event, EvidenceEvent, SentenceEvent, TokenEvent


@dataclass(frozen=True, slots=True)
class Moments:
    """None for what never came: a refusal may have no token and no sentence."""

    whole_answer: float
    evidence: float | None = None
    first_token: float | None = None
    first_sentence: float | None = None
    """The first one that was checked."""
    pieces: int = 0
    status: str = ""


TITLES = {
    "Seconds to the first token": "first_token",
    "Seconds to the first checked sentence": "first_sentence",
    "Seconds to the whole answer": "whole_answer",
    "Seconds to the evidence": "evidence",
}


def of_answer(events: Iterable[Event]) -> Moments:
    """Call it with the iterator that the core gives: nothing has begun before."""
    started, pieces, status = time.perf_counter(), 0, ""
    came: dict[str, float] = {}
    for event in events:
        now = time.perf_counter() - started
        if isinstance(event, EvidenceEvent):
            came.setdefault("evidence", now)
        elif isinstance(event, TokenEvent):
            came.setdefault("first_token", now)
            pieces += 1
        elif isinstance(event, SentenceEvent):
            came.setdefault("first_sentence", now)
        elif isinstance(event, AnswerEvent):
            status = event.answer.status.value
    return Moments(time.perf_counter() - started, **came, pieces=pieces, status=status)


def of_text(pieces: Iterable[str]) -> Moments:
    """Of a peer, which streams text and nothing else."""
    started, first, count = time.perf_counter(), None, 0
    for _ in pieces:
        first = first or time.perf_counter() - started
        count += 1
    return Moments(time.perf_counter() - started, first_token=first, pieces=count)


def figures(groups: Mapping[str, Sequence[Moments]]) -> dict[str, dict[str, Spread]]:
    """A table for each moment, with a row for each group. What never came is left out and not counted."""
    tables = {
        title: {
            name: found for name, group in groups.items() if (found := spread([getattr(row, part) for row in group]))
        }
        for title, part in TITLES.items()
    }
    return {title: table for title, table in tables.items() if table}
