"""Several scores of a passage become one. Pure functions over arrays: they know nothing of passages.

A weighted sum of scores ("convex combination", Bruch et al., TOIS 2023) found more than reciprocal rank fusion on the
development questions: ranks forget how much better the first is than the second (figures in eval/NOTES.md).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


def combine(dense: Scores, lexical: Scores, sentence: Scores, *, weights: tuple[float, float, float]) -> Scores:
    """One score each from the cosine, BM25 and the cosine of the best sentence; highest 1 in each and in all.

    BM25 has no scale of its own, so it is taken relative to the best passage of the question.
    """
    best = lexical.max(initial=0.0)
    relative = lexical / best if best > 0 else lexical
    summed = weights[0] * dense + weights[1] * relative + weights[2] * sentence
    result: Scores = summed / sum(weights)
    return result


def whole_and_parts(whole: Scores, parts: Sequence[Scores], *, weight: float) -> Scores:
    """Adds to the whole question's scores those of its best fitting part, so that each part finds its own passage."""
    if not parts:
        return whole
    best: Scores = np.max(np.stack(parts), axis=0)
    return np.asarray((whole + weight * best) / (1 + weight), dtype=np.float32)
