"""A conversation as a document that stands by itself: questions, answers, and numbered references to the reports.

Laid out once as plain parts (`Part`); Markdown, HTML and DOCX only write them down. References are numbered through
the whole conversation, so that two answers may cite the same quotation by one number.
"""

import hashlib
import html
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from index.types import DocumentInfo
from service.conversations import Conversation

Format = Literal["md", "html", "docx"]
Style = Literal["title", "question", "text", "note", "heading", "reference", "quote"]
MEDIA_TYPES: dict[Format, str] = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Record:
    conversation: Conversation
    reports: tuple[DocumentInfo, ...]

    @property
    def report_set(self) -> str:
        """A hash of the reports that could be cited at the time of the export."""
        ids = sorted(report.id for report in self.reports if report.state == "ready")
        return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Part:
    style: Style
    text: str


def render(record: Record, format: Format) -> bytes:  # noqa: A002
    writers: dict[Format, Callable[[list[Part]], bytes]] = {"md": _markdown, "html": _html, "docx": _docx}
    return writers[format](list(parts(record)))


def parts(record: Record) -> Iterator[Part]:
    references: dict[tuple[str, int, int], dict[str, Any]] = {}
    yield Part("title", record.conversation.title)
    for turn in record.conversation.turns:
        answer = turn.answer
        yield Part("question", turn.question)
        yield Part("text", _renumbered(answer, references))
        verdicts = ", ".join(f"{i} {s['verdict']}" for i, s in enumerate(answer["sentences"], 1))
        checked = f"Sentences: {verdicts}. " if verdicts else ""
        yield Part("note", f"{checked}Status: {answer['status']}. Model: {answer['model']}. {turn.asked_at}")
    if references:
        yield Part("heading", "References")
    for number, citation in enumerate(references.values(), 1):
        yield Part("reference", f"[{number}] {_place(citation)}")
        yield Part("quote", citation["quote"])
    yield Part("note", f"{len(record.reports)} reports, set {record.report_set}. Made by Trendwise.")


def _renumbered(answer: dict[str, Any], references: dict[tuple[str, int, int], dict[str, Any]]) -> str:
    numbers: dict[str, int] = {}
    for citation in answer["citations"]:
        key = (citation["document_id"], citation["start"], citation["end"])
        references.setdefault(key, citation)
        numbers[str(citation["number"])] = list(references).index(key) + 1
    return _MARKER.sub(lambda found: f"[{numbers[found[1]]}]" if found[1] in numbers else found[0], answer["answer"])


def _place(citation: dict[str, Any]) -> str:
    facts = [citation["document_title"], citation["year"], citation["page"] and f"p. {citation['page']}"]
    return ", ".join(str(fact) for fact in (*facts, citation["heading"]) if fact)


_ESCAPED = re.compile(r"([\\`*_{}\[\]<>#|!&@~$]|:(?=//)|(?<=www)\.)")
_LINE_START = re.compile(r"^(\s*)(?:([-+])|(\d+)([.)]))(?=\s)", re.MULTILINE)


def _markdown(laid_out: list[Part]) -> bytes:
    prefix: dict[Style, str] = {"title": "# ", "question": "## ", "heading": "## ", "quote": "> "}
    return "".join(f"{prefix.get(part.style, '')}{_plain(part)}\n\n" for part in laid_out).encode()


def _plain(part: Part) -> str:
    """Text that Markdown shows as it is: whatever a report or a person wrote makes no link, image or heading."""
    text = _ESCAPED.sub(r"\\\1", " ".join(part.text.split()))
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", text)


def _html(laid_out: list[Part]) -> bytes:
    tags: dict[Style, str] = {"title": "h1", "question": "h2", "heading": "h2", "quote": "blockquote", "note": "small"}
    lines = []
    for part in laid_out:
        tag = tags.get(part.style, "p")
        element = f"<{tag}>{html.escape(part.text)}</{tag}>"
        lines.append(f"<p>{element}</p>" if tag == "small" else element)
    title = html.escape(laid_out[0].text)
    head = f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title></head>\n<body>\n'
    return (head + "\n".join(lines) + "\n</body>\n</html>\n").encode()


def _docx(laid_out: list[Part]) -> bytes:
    from docx import Document

    styles: dict[Style, str] = {"title": "Title", "question": "Heading 1", "heading": "Heading 1", "quote": "Quote"}
    document = Document()
    for part in laid_out:
        document.add_paragraph(part.text, style=styles.get(part.style, "Normal"))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
