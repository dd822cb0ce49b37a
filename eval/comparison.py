"""Two runs over the same rows: better, worse or the same, and how sure.

Differences are paired by row, which takes the difficulty of the rows out of them. p is two-sided, by a sign-flip
(paired randomisation) test: how often chance alone would give a mean difference at least as large.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.intervals import Interval, bootstrap

LOWER_IS_BETTER = (
    "false_refusal",
    "withheld",
    "canary_presented",
    "canary_anywhere",
    "must_not_said",
    "search_ms",
    "first_token_ms",
    "first_sentence_ms",
    "total_ms",
    "ms",
)
NOT_QUALITIES = (
    "citations",
    "citations_judged",
    "citations_exact",
    "citation_hits",
    "sentences",
    "sentences_supported",
    "sentences_partly",
    "support",
)
"""Counts and scores of which neither more nor less is better."""
SURE = 0.05
_FLIPS = 5000
_SEED = 20241


@dataclass(frozen=True, slots=True)
class Difference:
    score: str
    before: float
    after: float
    n: int
    """Rows that have the score in both runs."""
    interval: Interval
    """Of the mean difference, after less before."""
    p: float

    @property
    def verdict(self) -> str:
        if self.p >= SURE:
            return "same"
        return "better" if (self.after > self.before) != (self.score in LOWER_IS_BETTER) else "worse"


def compare(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Difference]:
    """Rows are those of JSON reports. Rows that are in only one run are left out."""
    earlier = {row["id"]: row["scores"] for row in before}
    pairs = [(earlier[row["id"]], row["scores"]) for row in after if row["id"] in earlier]
    names = [name for name in _names(pairs) if name not in NOT_QUALITIES]
    return [
        _difference(name, [(old[name], new[name]) for old, new in pairs if name in old and name in new])
        for name in names
    ]


def _names(pairs: Sequence[tuple[Mapping[str, float], Mapping[str, float]]]) -> list[str]:
    """In the order in which they first occur."""
    return list(dict.fromkeys(name for old, new in pairs for name in new if name in old))


def _difference(name: str, values: Sequence[tuple[float, float]]) -> Difference:
    old, new = np.array(values, dtype=np.float64).T
    changes = new - old
    return Difference(
        name,
        float(old.mean()),
        float(new.mean()),
        len(changes),
        bootstrap(changes.tolist()),
        sign_flip_p(changes.tolist()),
    )


def sign_flip_p(changes: Sequence[float]) -> float:
    """Two-sided p that changes of these sizes, each with a sign by chance, have so large a mean."""
    sizes = np.asarray(changes, dtype=np.float64)
    signs = np.random.default_rng(_SEED).choice([-1.0, 1.0], size=(_FLIPS, len(sizes)))
    chance = np.abs((signs * sizes).mean(axis=1))
    as_large = int((chance >= abs(sizes.mean()) - 1e-12).sum())
    return (as_large + 1) / (_FLIPS + 1)
