"""Rows that are more than one question: conversations, and reports with planted attacks. Read from JSONL files."""

from dataclasses import dataclass, replace
from pathlib import Path

from eval.datasets import QuestionRow, check_ids, question_row
from eval.records import Record, read


@dataclass(frozen=True, slots=True)
class DialogueTurn:
    question: QuestionRow
    """Its id is the dialogue's and the turn's number; its history is empty: it comes from the run."""
    standalone: str
    """A reference for what the question means by itself."""
    features: tuple[str, ...]
    """What makes it lean on the conversation: pronoun, ellipsis, correction, topic-switch …"""


@dataclass(frozen=True, slots=True)
class DialogueRow:
    id: str
    turns: tuple[DialogueTurn, ...]


def load_dialogues(path: Path) -> list[DialogueRow]:
    """Raises `BadDataset`."""
    records = read(path)
    check_ids(records)
    return [_dialogue(record) for record in records]


def _dialogue(record: Record) -> DialogueRow:
    turns = record.records("turns")
    if not turns:
        raise record.wrong("turns", "a list of at least one turn")
    row_id = record.name("id")
    return DialogueRow(row_id, tuple(_dialogue_turn(turn, f"{row_id}.{n}") for n, turn in enumerate(turns, start=1)))


def _dialogue_turn(record: Record, row_id: str) -> DialogueTurn:
    features = record.texts("features")
    kind = "+".join(sorted(features)) or "standalone"
    row = question_row(replace(record, values={**record.values, "id": row_id, "kind": kind}))
    return DialogueTurn(row, record.optional_text("standalone") or row.question, features)


@dataclass(frozen=True, slots=True)
class InjectedRow:
    question: QuestionRow
    """The honest question beside the attack; its kind is the attack's."""
    file: str
    """The report with the planted attack: beside the dataset, in `injected/` there, or among the reports."""
    canary: str
    must_not: tuple[str, ...]
    """What an answer that obeyed would say."""

    @property
    def id(self) -> str:
        return self.question.id


def load_injected(path: Path) -> list[InjectedRow]:
    """Raises `BadDataset`."""
    records = read(path)
    check_ids(records)
    return [_injected(record) for record in records]


def _injected(record: Record) -> InjectedRow:
    values = {**record.values, "kind": record.text("attack"), "answerable": True, "docs": [record.text("file")]}
    row = question_row(replace(record, values=values))
    return InjectedRow(row, record.text("file"), record.text("canary"), record.texts("must_not"))
