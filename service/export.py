"""A conversation as an appendix to a paper: questions, checked answers, and numbered references to the reports.

Laid out once as plain parts (`Part`), which `export_files.py` writes down. References are numbered through the whole
conversation, so that two answers cite the same quotation by one number.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from index.types import DocumentInfo
from service.conversations import Conversation, StoredTurn

Style = Literal["title", "heading", "text", "note", "reference", "quote"]
VERDICTS = {"supported": "Supported", "partly": "Partly supported"}
METHOD = (
    "Each sentence was checked against the words of the reports that stand under its numbers below. What the reports do "
    "not support was withheld."
)
_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Record:
    conversation: Conversation
    reports: tuple[DocumentInfo, ...]
    """All that the index holds."""
    made_at: datetime

    @property
    def searched(self) -> list[DocumentInfo]:
        return [report for report in self.reports if report.state == "ready"]

    @property
    def report_set(self) -> str:
        """A hash of the reports that could be cited at the time of the export."""
        ids = sorted(report.id for report in self.searched)
        return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Part:
    style: Style
    text: str


@dataclass(slots=True)
class _Reference:
    number: int
    citation: dict[str, Any]
    uses: list[str] = field(default_factory=list)
    """What it was cited for: a verdict and the number of the question."""


class _References:
    """Numbered in the order in which they are first cited."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, int], _Reference] = {}

    def of(self, citation: dict[str, Any]) -> _Reference:
        key = (citation["document_id"], citation["start"], citation["end"])
        return self._found.setdefault(key, _Reference(len(self._found) + 1, citation))

    def all(self) -> list[_Reference]:
        return list(self._found.values())


def parts(record: Record) -> Iterator[Part]:
    references = _References()
    yield Part("title", record.conversation.title)
    yield Part("note", METHOD)
    for number, turn in enumerate(record.conversation.turns, 1):
        yield Part("heading", f"{number}. {turn.question}")
        yield from _answer(number, turn, references)
    if found := references.all():
        yield Part("heading", "References")
    for reference in found:
        yield Part("reference", f"[{reference.number}] {_place(reference.citation)}")
        yield Part("quote", reference.citation.get("readable") or reference.citation["quote"])
        yield Part("note", f"{'; '.join(dict.fromkeys(reference.uses))}.")
    yield Part("heading", "Reports")
    yield Part("note", _reports(record))


def _answer(number: int, turn: StoredTurn, references: _References) -> Iterator[Part]:
    answer = turn.answer
    cited = {citation["number"]: references.of(citation) for citation in answer["citations"]}
    markers = {str(local): f"[{reference.number}]" for local, reference in cited.items()}
    for sentence in answer["sentences"]:
        verdict = VERDICTS[sentence["verdict"]]
        for local in sentence["citations"]:
            cited[local].uses.append(f"{verdict}: question {number}")
        text = _MARKER.sub(lambda found: markers.get(found[1], found[0]), sentence["text"])
        reason = f": {sentence['reason']}" if sentence["verdict"] == "partly" and sentence["reason"] else ""
        yield Part("text", f"{text} ({verdict}{reason.rstrip('.')})")
    if not answer["sentences"]:
        yield Part("text", answer["answer"])
    if answer["reason"] and answer["reason"] != answer["answer"]:
        yield Part("text", answer["reason"])
    yield Part("note", _made(turn))


def _made(turn: StoredTurn) -> str:
    withheld = len(turn.answer["withheld"])
    kept_out = f" {_count(withheld, 'sentence')} withheld." if withheld else ""
    status = turn.answer["status"].replace("_", " ")
    return f"Status: {status}.{kept_out} Model: {turn.answer['model']}. {_date(datetime.fromisoformat(turn.asked_at))}."


def _place(citation: dict[str, Any]) -> str:
    facts = [citation["document_title"], citation["year"], citation["page"] and f"page {citation['page']}"]
    return ", ".join(str(fact) for fact in (*facts, citation["heading"]) if fact)


def _reports(record: Record) -> str:
    return (
        f"{_count(len(record.searched), 'report')} could be cited, report set {record.report_set}. "
        f"Exported from Trendwise, {_date(record.made_at)}."
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _date(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
