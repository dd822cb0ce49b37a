"""What every kind of run ends with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.summary import Metric


@dataclass(frozen=True, slots=True)
class Outcome:
    title: str
    metrics: Sequence[Metric]
    content: Mapping[str, Any]
    """The JSON report: commit, config, metrics, intervals, rows."""
    html: Callable[[], str]
    """Draws the HTML report, when it is wanted."""
