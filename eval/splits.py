"""Which rows are for tuning and which for reporting: no figure is from rows that something was fitted to.

A row may say so itself (`"split": "tune"` or `"report"`). Otherwise rows whose id ends in a number divisible by
three are for tuning, and every third row where ids have no number.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, TypeVar


class Split(StrEnum):
    ALL = "all"
    TUNE = "tune"
    REPORT = "report"


class Row(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def split(self) -> str | None: ...


R = TypeVar("R", bound=Row)


def select(rows: Sequence[R], split: Split) -> list[R]:
    if split is Split.ALL:
        return list(rows)
    return [row for position, row in enumerate(rows) if split_of(row, position) is split]


def split_of(row: Row, position: int) -> Split:
    """`position` is the row's 0-based place in its file."""
    if row.split is not None:
        return Split(row.split)
    numbers = re.findall(r"\d+", row.id)
    number = int(numbers[-1]) if numbers else position + 1
    return Split.TUNE if number % 3 == 0 else Split.REPORT
