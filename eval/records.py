"""Reading JSONL: one object a line, each field checked, every complaint naming the file, the line and the field.

Knows nothing of what the rows mean; `eval.datasets` does.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.errors import CallerError


class BadDataset(CallerError):
    """A file that cannot be evaluated. The message says where it is wrong."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a file. A method for each type that a field may have."""

    path: Path
    line: int
    values: Mapping[str, object]

    def text(self, field: str) -> str:
        value = self.values.get(field)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(field, "a text that is not empty")
        return value

    def name(self, field: str) -> str:
        """A text or a whole number, as a text."""
        value = self.values.get(field)
        return str(value) if type(value) is int else self.text(field)

    def optional_text(self, field: str) -> str | None:
        """None where the field is absent, null or empty."""
        return self.text(field) if self.values.get(field) not in (None, "") else None

    def choice(self, field: str, *allowed: str) -> str:
        value = self.text(field)
        if value not in allowed:
            raise self.wrong(field, " or ".join(f"“{one}”" for one in allowed))
        return value

    def flag(self, field: str) -> bool:
        value = self.values.get(field)
        if not isinstance(value, bool):
            raise self.wrong(field, "true or false")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts; empty where the field is absent or null."""
        value = self._given(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.wrong(field, "a list of texts")
        return tuple(value)

    def records(self, field: str) -> tuple["Record", ...]:
        """A list of objects; empty where the field is absent or null."""
        value = self._given(field, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(field, "a list of objects")
        return tuple(Record(self.path, self.line, item) for item in value)

    def span(self, field: str) -> tuple[int, int] | None:
        """A half-open pair of code points, or None where the field is absent."""
        value = self.values.get(field)
        if value is None:
            return None
        if isinstance(value, list) and len(value) == 2 and all(type(item) is int for item in value):
            start, end = value
            if 0 <= start < end:
                return start, end
        raise self.wrong(field, "two whole numbers, [start, end], start before end")

    def _given(self, field: str, default: object) -> object:
        value = self.values.get(field)
        return default if value is None else value

    def wrong(self, field: str, wanted: str) -> BadDataset:
        state = "is missing" if field not in self.values else "is not right"
        return BadDataset(f"{self.path}, line {self.line}: the field “{field}” {state}: it must be {wanted}.")


def read(path: Path) -> list[Record]:
    """All lines of a file; blank lines are skipped. Raises `BadDataset`."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise BadDataset(f"There is no file {path}. Give the path of a JSONL file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadDataset(f"{path} cannot be read as UTF-8 text ({error}).") from error
    records = list(_records(path, text))
    if not records:
        raise BadDataset(f"{path} has no rows. Give a JSONL file with one object a line.")
    return records


def _records(path: Path, text: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadDataset(f"{path}, line {number}: not valid JSON ({error.msg}, column {error.colno}).") from error
        if not isinstance(value, dict):
            raise BadDataset(f"{path}, line {number}: each line must be an object, in braces.")
        yield Record(path, number, value)
