"""The curves of a score that claims to be a probability, as they stand in JSON reports."""

from collections.abc import Sequence
from typing import Any

from eval.classification import reliability, risk_coverage


def curves(scores: Sequence[float], labels: Sequence[bool], right: Sequence[bool]) -> dict[str, Any]:
    """`labels` is what the score predicts; `right` whether the decision taken by it was right."""
    bins = reliability(scores, labels)
    points = risk_coverage([max(score, 1 - score) for score in scores], right)
    return {
        "reliability": [[round(item.predicted, 4), round(item.observed, 4), item.n] for item in bins],
        "risk_coverage": [[round(coverage, 4), round(risk, 4)] for coverage, risk in points],
    }
