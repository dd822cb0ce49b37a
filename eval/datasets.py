"""The rows that are evaluated, read from JSONL files. Unknown fields are ignored; a wrong one is named."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

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
    within: tuple[str, ...] = ()
    """File names of the reports that the search is confined to, where it is."""
    split: str | None = None


def load_questions(path: Path) -> list[QuestionRow]:
    """Raises `BadDataset`."""
    records = read(path)
    check_ids(records)
    return [question_row(record) for record in records]


def question_row(record: Record) -> QuestionRow:
    return QuestionRow(
        id=record.name("id"),
        question=record.text("question"),
        kind=record.optional_text("kind") or "other",
        answer=record.optional_text("answer") or "",
        key_points=record.texts("key_points"),
        evidence=record.texts("evidence"),
        answerable=record.flag("answerable"),
        history=tuple(_turn(turn) for turn in record.records("history")),
        docs=record.texts("docs") or _one(record.optional_text("doc")),
        within=record.texts("within"),
        split=_split(record),
    )


def check_ids(records: Iterable[Record]) -> None:
    """Ids name rows in results, so two rows may not share one. Raises `BadDataset`."""
    seen: dict[str, int] = {}
    for record in records:
        row_id = record.name("id")
        if row_id in seen:
            raise BadDataset(
                f"{record.path}, line {record.line}: the id “{row_id}” is already that of line {seen[row_id]}."
            )
        seen[row_id] = record.line


def _turn(record: Record) -> Turn:
    role: Literal["user", "assistant"] = "user" if record.choice("role", "user", "assistant") == "user" else "assistant"
    return Turn(role, record.text("content"))


def _split(record: Record) -> str | None:
    return record.choice("split", "tune", "report") if "split" in record.values else None


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value is not None else ()


@dataclass(frozen=True, slots=True)
class ClaimRow:
    id: str
    claim: str
    supported: bool
    """Whether every part of the claim is stated in the passage."""
    corruption: str
    """How a supported claim was made wrong; `none` for one that was not."""
    style: str
    """How a supported claim is worded; `none` for a corrupted one."""
    doc: str
    passage: str | None
    passage_at: tuple[int, int] | None
    """The passage as code points of the report's text, where it is not given itself."""
    split: str | None = None


def load_claims(path: Path) -> list[ClaimRow]:
    """Raises `BadDataset`."""
    records = read(path)
    check_ids(records)
    return [claim_row(record) for record in records]


def claim_row(record: Record) -> ClaimRow:
    passage, passage_at = record.optional_text("passage"), record.span("passage_at")
    if passage is None and passage_at is None:
        raise record.wrong("passage", "the text to check against, unless “passage_at” says where it is")
    return ClaimRow(
        id=record.name("id"),
        claim=record.text("claim"),
        supported=record.choice("label", "supported", "unsupported") == "supported",
        corruption=record.optional_text("corruption") or "none",
        style=record.optional_text("style") or "none",
        doc=record.optional_text("doc") or "",
        passage=passage,
        passage_at=passage_at,
        split=_split(record),
    )
