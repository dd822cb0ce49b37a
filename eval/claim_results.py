"""One checked claim, and the figures of many."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Self

from eval.classification import auroc, auroc_interval, calibration_error
from eval.intervals import wilson
from eval.summary import Metric
from service.answering.types import Verdict


@dataclass(frozen=True, slots=True)
class ClaimResult:
    id: str
    claim: str
    passage: str
    supported: bool
    """The gold label."""
    corruption: str
    style: str
    verdict: str
    support: float
    reason: str | None
    ms: float

    @property
    def passed(self) -> bool:
        return self.verdict == Verdict.SUPPORTED

    @property
    def right(self) -> bool:
        return self.passed == self.supported

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        return cls(**values)


def summarise_claims(results: Sequence[ClaimResult]) -> list[Metric]:
    true = [result for result in results if result.supported]
    false = [result for result in results if not result.supported]
    metrics = _separation(results) if true and false else []
    metrics.append(_share("true_passed", true, [result.passed for result in true]))
    metrics.append(_share("corrupted_passed", false, [result.passed for result in false]))
    metrics += [_share(f"caught_{kind}", rows, [not r.passed for r in rows]) for kind, rows in _by(false, "corruption")]
    metrics += [_share(f"passed_{style}", rows, [r.passed for r in rows]) for style, rows in _by(true, "style")]
    metrics.append(Metric("claim_ms_p50", median(result.ms for result in results), len(results)))
    return [metric for metric in metrics if metric.n]


def _separation(results: Sequence[ClaimResult]) -> list[Metric]:
    scores, labels = [result.support for result in results], [result.supported for result in results]
    return [
        Metric("auroc", auroc(scores, labels), len(results), auroc_interval(scores, labels)),
        Metric("calibration_error", calibration_error(scores, labels), len(results)),
    ]


def _share(name: str, rows: Sequence[ClaimResult], good: Sequence[bool]) -> Metric:
    return Metric(name, sum(good) / len(rows) if rows else 0.0, len(rows), wilson(sum(good), len(rows)))


def _by(results: Sequence[ClaimResult], field: str) -> list[tuple[str, list[ClaimResult]]]:
    names = sorted({getattr(result, field) for result in results} - {"none"})
    return [(name, [result for result in results if getattr(result, field) == name]) for name in names]
