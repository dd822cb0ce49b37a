"""How well a score separates two classes, and how far it can be taken as a probability. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.intervals import Interval

_RESAMPLES = 1000
_SEED = 20241


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Probability that a positive scores higher than a negative, ties counting half (Hanley and McNeil 1982)."""
    positive, negative = _classes(scores, labels)
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    not_above = np.searchsorted(ordered, positive, side="right")
    return float((below + not_above).sum() / 2 / (len(positive) * len(negative)))


def auroc_interval(scores: Sequence[float], labels: Sequence[bool]) -> Interval:
    """Percentile bootstrap within each class."""
    positive, negative = _classes(scores, labels)
    random = np.random.default_rng(_SEED)
    truth = [True] * len(positive) + [False] * len(negative)
    values = []
    for _ in range(_RESAMPLES):
        drawn = [random.choice(positive, len(positive)), random.choice(negative, len(negative))]
        values.append(auroc(np.concatenate(drawn).tolist(), truth))
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(float(low), float(high))


def _classes(scores: Sequence[float], labels: Sequence[bool]) -> tuple[np.ndarray, np.ndarray]:
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=bool)
    if not truth.any() or truth.all():
        raise ValueError("AUROC needs both classes")
    return values[truth], values[~truth]


@dataclass(frozen=True, slots=True)
class Bin:
    predicted: float
    """Mean score of the bin."""
    observed: float
    """Share of positives in it."""
    n: int


def reliability(scores: Sequence[float], labels: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Equal-width bins over 0 to 1, empty ones left out."""
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    which = np.minimum((values * bins).astype(int), bins - 1)
    members = [which == number for number in range(bins)]
    return [Bin(float(values[m].mean()), float(truth[m].mean()), int(m.sum())) for m in members if m.any()]


def calibration_error(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Expected calibration error: the bins' gaps between predicted and observed, weighted by their sizes."""
    return sum(item.n * abs(item.predicted - item.observed) for item in reliability(scores, labels)) / len(scores)


def risk_coverage(scores: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """Points (coverage, risk): keeping only the surest share of the rows, how many of them are wrong.

    Rows with equal scores are kept or dropped together (El-Yaniv and Wiener 2010).
    """
    order = sorted(zip(scores, right, strict=True), reverse=True)
    points = []
    wrong = 0
    for kept, (score, good) in enumerate(order, start=1):
        wrong += not good
        if kept == len(order) or order[kept][0] != score:
            points.append((kept / len(order), wrong / kept))
    return points
