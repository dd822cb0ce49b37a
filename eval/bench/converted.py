"""A converted set: rows in one of the project's forms, and the reports that they are about."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, TypeVar

SEED = 20241
"""Samples are drawn with this seed, so that two runs see the same rows."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Converted:
    rows: Sequence[Mapping[str, Any]]
    reports: Mapping[str, str] = field(default_factory=dict)
    """File name to text."""

    def write(self, folder: Path) -> tuple[Path, Path]:
        """`rows.jsonl` and the folder `reports`."""
        reports = folder / "reports"
        reports.mkdir(parents=True, exist_ok=True)
        for name, text in self.reports.items():
            (reports / name).write_text(text, "utf-8")
        rows = folder / "rows.jsonl"
        rows.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows), "utf-8")
        return rows, reports


def sample(items: Sequence[T], size: int) -> list[T]:
    """`size` of the items, drawn with the fixed seed, in their own order."""
    if len(items) <= size:
        return list(items)
    chosen = sorted(Random(SEED).sample(range(len(items)), size))  # noqa: S311 - a sample, not a secret
    return [items[number] for number in chosen]
