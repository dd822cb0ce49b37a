"""Rows become figures: means with bootstrap intervals, proportions with Wilson's, latencies as percentiles."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.classification import auroc, auroc_interval, calibration_error
from eval.intervals import Interval, bootstrap, wilson
from eval.results import Result
from eval.scoring import RANKS


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    value: float
    n: int
    """How many rows (of a ratio: how many citations or sentences) it is over."""
    interval: Interval | None = None


MEANS = (
    *(f"recall_at_{k}" for k in RANKS),
    "mrr",
    "ndcg_at_10",
    "evidence_recall_at_5",
    "evidence_words_at_5",
    "evidence_reachable",
    "key_points",
    "fully_answered",
    "gold_cited",
    "citation_f1",
    "right_refusal",
    "false_refusal",
    "standalone_words",
    "standalone_recall_at_5",
    "canary_presented",
    "canary_anywhere",
    "must_not_said",
    "legitimate_kept",
)
"""Row scores whose means are metrics, each over the rows that have the score."""

RATIOS = {
    "citation_hits": ("citation_hits", ("citations_judged",)),
    "citation_exact": ("citations_exact", ("citations",)),
    "sentences_supported": ("sentences_supported", ("sentences",)),
    "sentences_partly": ("sentences_partly", ("sentences",)),
    "sentences_withheld": ("withheld", ("withheld", "sentences")),
}
"""Metric to the row scores whose sums are divided."""

LATENCIES = ("search_ms", "first_token_ms", "first_sentence_ms", "total_ms")


def summarise(results: Sequence[Result]) -> list[Metric]:
    metrics = [_mean(name, _column(results, name)) for name in MEANS]
    metrics += [_ratio(name, results, part, whole) for name, (part, whole) in RATIOS.items()]
    for name in LATENCIES:
        values = _column(results, name)
        metrics += [_percentile(f"{name}_p{p}", values, p) for p in (50, 95)]
    return [*_answerability(results), *(metric for metric in metrics if metric.n)]


def _answerability(results: Sequence[Result]) -> list[Metric]:
    rows = [result for result in results if "answerable_probability" in result.scores]
    labels = [result.answerable for result in rows]
    if len(set(labels)) < 2:
        return []
    scores = [result.scores["answerable_probability"] for result in rows]
    return [
        Metric("answerability_auroc", auroc(scores, labels), len(rows), auroc_interval(scores, labels)),
        Metric("answerability_calibration_error", calibration_error(scores, labels), len(rows)),
    ]


def statuses(results: Sequence[Result]) -> dict[str, int]:
    """Status to the number of rows with it, most frequent first."""
    return dict(Counter(result.status for result in results).most_common())


def by_kind(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Rows of the kind `a+b` are in both slices."""
    kinds: dict[str, list[Result]] = {}
    for result in results:
        for kind in result.kind.split("+"):
            kinds.setdefault(kind, []).append(result)
    return dict(sorted(kinds.items()))


def worst(results: Sequence[Result], limit: int = 20) -> list[Result]:
    """Rows that went wrong, the worst first: lost or wrong refusals, then fewest key points, then least evidence."""
    wrong = [result for result in results if badness(result) > 0]
    return sorted(wrong, key=badness, reverse=True)[:limit]


def badness(result: Result) -> float:
    scores = result.scores
    if not result.answerable:
        return 1 - scores["right_refusal"]
    missed = 1 - scores.get("key_points", 1.0)
    return missed + 0.1 * scores["false_refusal"] + 0.01 * (1 - scores.get("evidence_recall_at_5", 1.0))


def _column(results: Sequence[Result], score: str) -> list[float]:
    return [result.scores[score] for result in results if score in result.scores]


def _mean(name: str, values: Sequence[float]) -> Metric:
    if not values:
        return Metric(name, 0.0, 0)
    whole = all(value in (0.0, 1.0) for value in values)
    interval = wilson(int(sum(values)), len(values)) if whole else bootstrap(values)
    return Metric(name, sum(values) / len(values), len(values), interval)


def _ratio(name: str, results: Sequence[Result], part: str, whole: Sequence[str]) -> Metric:
    counted = int(sum(sum(_column(results, score)) for score in whole))
    hit = int(sum(_column(results, part)))
    return Metric(name, hit / counted if counted else 0.0, counted, wilson(hit, counted))


def _percentile(name: str, values: Sequence[float], p: int) -> Metric:
    return Metric(name, float(np.percentile(values, p)) if values else 0.0, len(values))
