"""The rows that are evaluated, read from JSONL files. Unknown fields are ignored; a wrong one is named."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from eval.records import BadDataset, Record, read
from service.llm.types import Turn


@dataclass(frozen=True, slots=True)
class QuestionRow:
    id: str
    question: str
    kind: str
    answer: str
    """A reference answer, for the reader of the report; nothing is scored with it."""
    key_points: tuple[str, ...]
    evidence: tuple[str, ...]
    """Gold quotes: literal text of the reports, white space aside."""
    answerable: bool
    history: tuple[Turn, ...] = ()
    docs: tuple[str, ...] = ()
    """File names of the reports that the row is about."""


def load_questions(path: Path) -> list[QuestionRow]:
    """Raises `BadDataset`."""
    records = read(path)
    check_ids(records)
    return [question_row(record) for record in records]


def question_row(record: Record) -> QuestionRow:
    answerable = record.flag("answerable")
    key_points, evidence = record.texts("key_points"), record.texts("evidence")
    if answerable and not key_points:
        raise record.wrong("key_points", "a list with at least one text where the question is answerable")
    return QuestionRow(
        id=record.text("id"),
        question=record.text("question"),
        kind=record.optional_text("kind") or "other",
        answer=record.optional_text("answer") or "",
        key_points=key_points,
        evidence=evidence,
        answerable=answerable,
        history=tuple(_turn(turn) for turn in record.records("history")),
        docs=record.texts("docs") or _one(record.optional_text("doc")),
    )


def check_ids(records: Iterable[Record]) -> None:
    """Ids name rows in results, so two rows may not share one. Raises `BadDataset`."""
    seen: dict[str, int] = {}
    for record in records:
        row_id = record.text("id")
        if row_id in seen:
            raise BadDataset(
                f"{record.path}, line {record.line}: the id “{row_id}” is already that of line {seen[row_id]}."
            )
        seen[row_id] = record.line


def _turn(record: Record) -> Turn:
    role = record.text("role")
    if role == "user":
        return Turn("user", record.text("content"))
    if role == "assistant":
        return Turn("assistant", record.text("content"))
    raise record.wrong("role", "“user” or “assistant”")


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value is not None else ()
