"""The title block: what the file says about its own title, authors and date. Nothing is invented."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from ingest.dates import iso_date, year_in
from ingest.sentences import readable
from ingest.types import Block, BlockKind, Span

_FIELD = re.compile(
    r"^(title|authors?|date|published_?(?:at|on)?|publication_date|created|year)[ \t]*:[ \t]*(.+?)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_AUTHORS = re.compile(
    r"(?:authors?(?: and contributors?)?|contributors?|written by|prepared by|edited by|by)\s*(?::|(?<=by))\s*(?P<names>\S.*)$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:published(?: on)?|publication date|date(?: of publication)?|last updated|updated|issued|released)\s*:?\s+(?P<date>\S.*)$",
    re.IGNORECASE,
)
_SEARCHED = 14
"""Blocks from the start in which authors and dates are looked for."""


@dataclass(frozen=True, slots=True)
class Front:
    title: str
    authors: tuple[str, ...]
    date: str | None
    year: int | None
    blocks: tuple[Block, ...]


def front(blocks: Sequence[Block], masked: str, name: str, *, is_markdown: bool) -> Front:
    """Title, authors, date and year, and the blocks with those that say so marked as the title block."""
    return _Finder(list(blocks), masked, name, is_markdown).find()


class _Finder:
    def __init__(self, blocks: list[Block], masked: str, name: str, is_markdown: bool) -> None:
        self.blocks = blocks
        self.masked = masked
        self.name = name
        self.is_markdown = is_markdown
        self.title: str | None = None
        self.authors: tuple[str, ...] = ()
        self.date: str | None = None

    def find(self) -> Front:
        self._front_matter()
        headings = [number for number, block in enumerate(self.blocks) if block.kind is BlockKind.HEADING]
        heading = self._title_heading(headings)
        shown = self._text(self.blocks[heading]) if heading is not None else None
        if heading is not None and shown:
            self._take_title(heading, shown)
        self._lines(heading or 0)
        title = self.title or _from_name(self.name)
        year = int(self.date[:4]) if self.date else _vote([title, shown or "", PurePath(self.name).stem])
        return Front(title, self.authors, self.date, year, tuple(self.blocks))

    def _front_matter(self) -> None:
        if not self.blocks or not self.masked.startswith("---") or self.blocks[0].kind is not BlockKind.FURNITURE:
            return
        whole = self.blocks[0]
        found: list[Block] = []
        for match in _FIELD.finditer(self.masked, whole.span.start, whole.span.end):
            if self._take_field(match.group(1).lower(), match.group(2).strip("'\"")):
                found.append(replace(whole, kind=BlockKind.TITLE, span=Span(match.start(), match.end())))
        if found:
            self.blocks[0:1] = found

    def _take_field(self, field: str, value: str) -> bool:
        if field == "title" and not self.title:
            self.title = value
        elif field.startswith("author") and not self.authors:
            self.authors = _names(value.strip("[]"))
        elif not field.startswith(("title", "author")) and not self.date and (date := iso_date(value)):
            self.date = date
        else:
            return False
        return True

    def _title_heading(self, headings: list[int]) -> int | None:
        """The first heading, unless it is only the first of several sections of the same level."""
        if not headings or headings[0] > 6:
            return None
        levels = [len(self.blocks[number].headings) for number in headings]
        first = self.blocks[headings[0]]
        text = self._text(first)
        if re.match(r"\d", text) and not year_in(text[:5]):
            return None
        marks = re.match(r"#+", self._line(first))
        if marks and len(marks.group()) > 1 and levels.count(levels[0]) > 1:
            return None
        return headings[0]

    def _take_title(self, heading: int, shown: str) -> None:
        self.title = self.title or shown
        key = _key(shown)
        if _key(self.title) == key and not any(block.kind is BlockKind.TITLE for block in self.blocks):
            self.blocks[heading] = replace(self.blocks[heading], kind=BlockKind.TITLE)
        for number, block in enumerate(self.blocks):
            if block.kind is BlockKind.HEADING and self._text(block) == shown:
                self.blocks[number] = replace(block, kind=BlockKind.FURNITURE)
            if block.headings[:1] == (shown,):
                self.blocks[number] = replace(self.blocks[number], headings=block.headings[1:])
        for number in range(heading):
            if (
                self.blocks[number].kind in (BlockKind.PARAGRAPH, BlockKind.QUOTE)
                and len(self._text(self.blocks[number]).split()) < 25
            ):
                self.blocks[number] = replace(self.blocks[number], kind=BlockKind.FURNITURE)

    def _lines(self, start: int) -> None:
        for number, block in enumerate(self.blocks[: start + _SEARCHED]):
            if block.kind is not BlockKind.PARAGRAPH:
                continue
            text = self._text(block)
            if len(text) < 200 and self._take_line(text):
                self.blocks[number] = replace(block, kind=BlockKind.TITLE)

    def _take_line(self, text: str) -> bool:
        taken = False
        if not self.authors and (found := _AUTHORS.match(text)):
            self.authors = _names(found.group("names"))
            taken = bool(self.authors)
        if not self.date and (found := _DATE.match(text)) and (date := iso_date(found.group("date"))):
            self.date = date
            taken = True
        return taken

    def _text(self, block: Block) -> str:
        return readable(self.masked, block.span, is_markdown=self.is_markdown).text

    def _line(self, block: Block) -> str:
        start = self.masked.rfind("\n", 0, block.span.start) + 1
        return self.masked[start : block.span.end].lstrip()


def _names(text: str) -> tuple[str, ...]:
    parts = re.split(r"\s*(?:,|;|&|\band\b)\s*", text.strip().rstrip("."))
    names = tuple(part.strip("'\" ") for part in parts if part.strip())
    plausible = names and all(len(name.split()) <= 6 and name[:1].isupper() for name in names)
    return names if plausible else ()


def _from_name(name: str) -> str:
    words = re.sub(r"[-_\s]+", " ", PurePath(name).stem).strip()
    return words[:1].upper() + words[1:] if words else name


def _vote(texts: list[str]) -> int | None:
    years = [year for text in texts if (year := year_in(text))]
    return max(years, key=lambda year: (years.count(year), -years.index(year))) if years else None


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
