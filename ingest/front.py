"""The title block: what the file says about its own title, authors and date. Nothing is invented."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from ingest.dates import year_in
from ingest.extract import Extract
from ingest.sentences import readable
from ingest.site import is_site
from ingest.stated import Stated, from_name, key, year_of
from ingest.types import Block, BlockKind, Span

_FIELD = re.compile(
    r"^(title|authors?|date|published\w*|publication_date|year)[ \t]*:[ \t]*(\S.*?)[ \t]*$", re.I | re.M
)
_GENERIC = re.compile(
    r"(?:introduction|executive summary|summary|foreword|preface|background|overview|abstract|contents|purpose|about)$",
    re.I,
)
_SEARCHED = 12
"""Blocks from the start among which the title, and after it authors and dates, are looked for."""
_PROSE = 250
"""Characters of text that is no line of a title block any more."""


@dataclass(frozen=True, slots=True)
class Front:
    title: str
    authors: tuple[str, ...]
    date: str | None
    year: int | None
    blocks: tuple[Block, ...]


def front(blocks: Sequence[Block], masked: str, name: str, extract: Extract) -> Front:
    """Title, authors, date and year, and the blocks, those that say so marked as the title block."""
    return _Finder(list(blocks), masked, name, extract).find()


class _Finder:
    def __init__(self, blocks: list[Block], masked: str, name: str, extract: Extract) -> None:
        self.blocks = blocks
        self.masked = masked
        self.name = name
        self.is_markdown = extract.is_markdown
        self.extract = extract
        self.stated = Stated()

    def find(self) -> Front:
        self._front_matter()
        heading = self._title_heading()
        shown = self._text(self.blocks[heading]) if heading is not None else ""
        if heading is not None:
            self._take_heading(heading, shown)
        self._take_lines(heading or 0)
        title = self.stated.title or from_name(self.name)
        named = year_of([title, shown, PurePath(self.name).stem])
        year = int(self.stated.date[:4]) if self.stated.date else named or self.extract.year
        return Front(title, self.stated.authors, self.stated.date, year, tuple(self.blocks))

    def _front_matter(self) -> None:
        if not self.masked.startswith("---") or not self.blocks or self.blocks[0].kind is not BlockKind.FURNITURE:
            return
        whole = self.blocks[0]
        fields = _FIELD.finditer(self.masked, whole.span.start, whole.span.end)
        spans = [
            Span(field.start(), field.end(2))
            for field in fields
            if self.stated.take_field(field.group(1).lower(), field.group(2))
        ]
        if spans:
            self.blocks[0:1] = [replace(whole, kind=BlockKind.TITLE, span=span) for span in spans]

    def _title_heading(self) -> int | None:
        """The first heading that can name the whole: no advert, no `01 Summary`, not one of many of its level."""
        headings = [number for number, block in enumerate(self.blocks) if block.kind is BlockKind.HEADING]
        texts = {number: self._text(self.blocks[number]) for number in headings}
        start = self._prose()
        early = [number for number in headings if number < start and not is_site(texts[number])]
        outermost = [number for number in early if not self.blocks[number].headings]
        twice = [number for number in outermost if list(texts.values()).count(texts[number]) > 1]
        for number in twice or early[:1]:
            if not self._is_section(number, headings, texts[number]):
                return number
        return None

    def _prose(self) -> int:
        """Where the report begins: nothing after its first paragraphs is its title."""
        length = 0
        for number, block in enumerate(self.blocks[:_SEARCHED]):
            if block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
                length += len(self._text(block))
            if length > _PROSE:
                return number
        return _SEARCHED

    def _is_section(self, number: int, headings: Sequence[int], text: str) -> bool:
        if not text or _GENERIC.match(text) or (re.match(r"\d", text) and not year_in(text[:5])):
            return True
        marks = re.match(r"[ \t]*(#+)", self._line(self.blocks[number]))
        depth = len(self.blocks[number].headings)
        peers = [other for other in headings if len(self.blocks[other].headings) == depth]
        return bool(marks and len(marks.group(1)) > 1 and len(peers) > 1)

    def _take_heading(self, heading: int, shown: str) -> None:
        """The heading is the title, or, below another title in front matter, a heading as it is."""
        if self.stated.title and key(self.stated.title) != key(shown):
            return
        first = heading if not self.stated.title else -1
        self.stated.title = self.stated.title or shown
        for number, block in enumerate(self.blocks):
            kind = block.kind
            if number == first:
                kind = BlockKind.TITLE
            elif kind is not BlockKind.TITLE and (number < heading or self._repeats(block, shown)):
                kind = BlockKind.FURNITURE
            below = block.headings[:1] == (shown,)
            self.blocks[number] = replace(block, kind=kind, headings=block.headings[below:])

    def _repeats(self, block: Block, title: str) -> bool:
        return block.kind is BlockKind.HEADING and self._text(block) == title

    def _take_lines(self, start: int) -> None:
        """Authors and dates on lines of their own, before the report begins."""
        found: list[Block] = []
        searched = self.blocks[start : start + _SEARCHED]
        for number, block in enumerate(searched):
            lines = self._lines(block) if block.kind is BlockKind.PARAGRAPH else iter(())
            if block.span.end - block.span.start > _PROSE and (first := next(lines, None)):
                self.stated.take_line(self._text(first))
                found += searched[number:]
                break
            split = list(lines)
            taken = [self.stated.take_line(self._text(line)) for line in split]
            found += [replace(line, kind=BlockKind.TITLE) for line in split] if any(taken) else [block]
        self.blocks[start : start + len(searched)] = found

    def _lines(self, block: Block) -> Iterator[Block]:
        for line in re.finditer(r"[^\s\n][^\n]*", self.masked[block.span.start : block.span.end]):
            end = line.start() + len(line.group().rstrip())
            yield replace(block, span=Span(block.span.start + line.start(), block.span.start + end))

    def _text(self, block: Block) -> str:
        return readable(self.masked, block.span, is_markdown=self.is_markdown).text

    def _line(self, block: Block) -> str:
        start = self.masked.rfind("\n", 0, block.span.start) + 1
        return self.masked[start : block.span.end]
