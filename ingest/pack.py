"""Sentences are packed into passages of about equal length, cut where a reader would cut.

The cheapest partition by dynamic programming: a passage costs one, plus what it lacks of the target length, plus
the price of the place where it is cut. So a heading's text is one passage if it fits, and a list stays with its
introduction if anything else can give way.
"""

from collections.abc import Callable, Sequence

from ingest.units import Unit

TARGET = 150
"""Tokens that a passage should have."""
MOST = 180
"""Tokens that a passage of more than one sentence never exceeds."""

_FROM_LEAD = 4.0
_IN_LIST = 0.5
_IN_PARAGRAPH = 0.4
_IN_TABLE = 0.2


def pack(units: Sequence[Unit], most: int = MOST) -> list[Sequence[Unit]]:
    """The units of one section, in order, as passages."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(units) + 1):
        best.append(_cheapest(units, end, most, lambda start: best[start][0]))
    passages: list[Sequence[Unit]] = []
    end = len(units)
    while end:
        start = best[end][1]
        passages.append(units[start:end])
        end = start
    return passages[::-1]


def _cheapest(units: Sequence[Unit], end: int, most: int, before: Callable[[int], float]) -> tuple[float, int]:
    """The cost of the best way to pack the first `end` units, and where its last passage starts."""
    found: list[tuple[float, int]] = []
    body = 0
    for start in range(end - 1, -1, -1):
        first = units[start]
        body += first.tokens
        size = body + first.lead_tokens
        if size > most and start < end - 1:
            break
        short = max(0, min(TARGET, most) - size) / TARGET
        found.append((before(start) + 1 + short * short + _cut(units, start), start))
    return min(found)


def _cut(units: Sequence[Unit], start: int) -> float:
    """What it costs to start a passage here."""
    if start == 0:
        return 0.0
    before, after = units[start - 1], units[start]
    if before.text.endswith(":") or (after.lead_span and after.lead_span.end == before.sentence.span.end):
        return _FROM_LEAD
    if after.block == before.block:
        return _IN_PARAGRAPH
    if after.lead_span and after.lead_span == before.lead_span:
        return _IN_LIST if after.lead else _IN_TABLE
    return _IN_LIST if after.lead_span else 0.0
