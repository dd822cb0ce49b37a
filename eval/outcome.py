"""What every kind of run ends with."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.comparison import Difference, compare
from eval.records import BadDataset
from eval.summary import Metric


@dataclass(frozen=True, slots=True)
class Outcome:
    title: str
    metrics: Sequence[Metric]
    content: Mapping[str, Any]
    """The JSON report: commit, config, metrics, intervals, rows."""
    html: Callable[[], str]
    """Draws the HTML report, when it is wanted."""

    def compared_with(self, earlier: Path) -> list[Difference]:
        """Raises `BadDataset` where the file is no JSON report."""
        return compare(_rows(earlier), self.content["rows"])


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads(path.read_text("utf-8"))["rows"]
        return [{"id": row["id"], "scores": row["scores"]} for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadDataset(f"{path} is not a JSON report of an earlier run: give what --json wrote.") from error
