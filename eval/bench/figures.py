"""The arithmetic of speed: spreads, ratios, goodput and fair shares. Times are in seconds."""

import statistics
from collections.abc import Sequence

import numpy as np

_DIGITS = 4

Spread = dict[str, float]


def spread(values: Sequence[float | None]) -> Spread:
    """Median, 95th percentile and extremes of those that are there; empty where there are none."""
    found = [value for value in values if value is not None]
    if not found:
        return {}
    figures = {
        "median": statistics.median(found),
        "p95": float(np.percentile(found, 95)),
        "least": min(found),
        "most": max(found),
    }
    return {"n": len(found), **{name: round(value, _DIGITS) for name, value in figures.items()}}


def times_sooner(ours: Sequence[float | None], other: Sequence[float | None]) -> Spread:
    """By how many times ours was sooner, row by row: both lists are of the same questions in the same order."""
    return spread([late / soon for soon, late in zip(ours, other, strict=True) if soon and late])


def per_minute(finished: int, seconds: float) -> float:
    """Goodput: answers that were finished, a minute."""
    return round(60 * finished / seconds, _DIGITS)


def fairness(waits: Sequence[float], alone: float) -> float:
    """The longest wait as a multiple of the fair share. Among n people each has 1/n of the machine, so the fair share is n
    times what one person waits who is `alone`; below 1 everybody gains from being served together."""
    return round(max(waits) / (len(waits) * alone), _DIGITS)
