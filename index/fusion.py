"""Several rankings become one. Pure functions: they know nothing of passages or of where a ranking came from."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[Key]], *, weights: Sequence[float] | None = None, k: float = 60.0
) -> dict[Key, float]:
    """Sum of `weight / (k + rank)` over the rankings that hold a key, ranks from 1 (Cormack et al., SIGIR 2009).

    Returned best first; equal scores keep the order in which the keys were first seen.
    """
    scores: dict[Key, float] = {}
    for ranking, weight in zip(rankings, weights or [1.0] * len(rankings), strict=True):
        for rank, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + weight / (k + rank)
    return dict(sorted(scores.items(), key=lambda item: -item[1]))
