"""Text becomes blocks: headings, paragraphs, list items, table rows, each with its exact span.

markdown-it says which lines a block covers; where in those lines its content starts and ends is found by
searching each content line in its source line.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from ingest import inline, shadow, table
from ingest.mask import mask
from ingest.shadow import Line
from ingest.types import Block, BlockKind, Span

_PARSER = (
    MarkdownIt("commonmark", {"maxNesting": 40})
    .enable("table")
    .disable(["html_block", "code", "inline", "text_join"])
    .use(front_matter_plugin)
)
_LEADS = re.compile(r"(?::|…|\.\.\.|\s[–-])$|\b(?:following|as follows|listed below)\b", re.IGNORECASE)
"""How a line that introduces a list ends, or what it says."""
_PROSE = ("", "text", "txt", "plain", "plaintext", "markdown", "md")
"""What a fence may say of its content for it to be evidence; program code and diagrams are not."""


def blocks(text: str, *, is_markdown: bool, pages: Sequence[int] = ()) -> list[Block]:
    """Every block of the text, in order. `pages` holds the offset at which each page starts."""
    walk = _Walk(text, is_markdown)
    for token in _PARSER.parse("\n".join(line.text for line in walk.lines)):
        walk.take(token)
    return [replace(block, page=page_at(pages, block.span.start)) for block in walk.blocks]


def page_at(pages: Sequence[int], offset: int) -> int | None:
    return bisect_right(pages, offset) or 1 if pages else None


@dataclass(slots=True)
class _List:
    lead: Span | None


class _Walk:
    """One pass over the parser's tokens, keeping the heading path and the lists that are open."""

    def __init__(self, text: str, is_markdown: bool) -> None:
        self.masked = mask(text) if is_markdown else text
        self.is_markdown = is_markdown
        source = self.masked.split("\n")
        self.starts = _line_starts(source)
        self.lines: list[Line] = shadow.markdown(source) if is_markdown else shadow.plain(source)
        self.blocks: list[Block] = []
        self.path: list[tuple[int, str]] = []
        self.containers: list[str] = []
        self.lists: list[_List] = []
        self.items: list[Span | None] = []
        self.header: Span | None = None
        self.named = False
        self.level = 0

    def take(self, token: Token) -> None:
        match token.type:
            case "front_matter" | "fence":
                self._verbatim(token)
            case "heading_open":
                self.level = int(token.tag[1])
                self.containers.append("heading")
            case "heading_close" | "blockquote_close" | "tr_close":
                self.containers.pop()
            case "blockquote_open":
                self.containers.append("quote")
            case "bullet_list_open" | "ordered_list_open":
                self.lists.append(_List(self._introduction()))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.containers.append("item")
                self.items.append(None)
            case "list_item_close":
                self.containers.pop()
                self.items.pop()
            case "thead_open":
                self.header = None
            case "tr_open":
                self.containers.append("row")
                self._row(token)
            case "inline" if "row" not in self.containers:
                self._inline(token)

    def _row(self, token: Token) -> None:
        span = self._lines_span(token.map)
        if span is None:
            return
        if self.header is None:
            self.header = span
            self.named = table.names_columns(span.of(self.masked))
            if self.named:
                return
        self._add(BlockKind.TABLE_ROW, span, lead=self.header if self.named else None)

    def _verbatim(self, token: Token) -> None:
        if token.type == "front_matter":
            kind, span = BlockKind.FURNITURE, self._lines_span(token.map)
        else:
            kind = BlockKind.FURNITURE if token.info.strip().lower() not in _PROSE else BlockKind.CODE
            first, last = token.map or (0, 0)
            closed = self.lines[last - 1].text.strip().startswith(token.markup)
            span = self._lines_span([first + 1, last - closed])
        if span:
            self._add(kind, span)

    def _inline(self, token: Token) -> None:
        span = self._content_span(token)
        if span is None:
            return
        if "heading" in self.containers:
            self._heading(span)
        elif "item" in self.containers:
            self._item(span)
        else:
            self._add(BlockKind.QUOTE if "quote" in self.containers else BlockKind.PARAGRAPH, span)

    def _heading(self, span: Span) -> None:
        self.path = [(level, title) for level, title in self.path if level < self.level]
        self._add(BlockKind.HEADING, span)
        title = self._readable(span)
        if title:
            self.path.append((self.level, title))

    def _item(self, span: Span) -> None:
        first = self.items[-1] is None
        lead = self.lists[-1].lead if first else self.items[-1]
        self._add(BlockKind.LIST_ITEM, span, lead=lead)
        if first:
            self.items[-1] = span

    def _introduction(self) -> Span | None:
        """The item that a nested list belongs to, or the line before the list if it leads into it."""
        if self.items and self.items[-1]:
            return self.items[-1]
        if not self.blocks or self.blocks[-1].kind not in (BlockKind.PARAGRAPH, BlockKind.QUOTE):
            return None
        span = self.blocks[-1].span
        last = re.split(r"(?<=[.!?])\s", self._readable(span))[-1]
        return span if _LEADS.search(last) else None

    def _add(self, kind: BlockKind, span: Span, lead: Span | None = None) -> None:
        headings = tuple(title for _, title in self.path)
        self.blocks.append(Block(kind, span, headings, lead=lead))

    def _readable(self, span: Span) -> str:
        read = inline.markdown if self.is_markdown else inline.plain
        return read(span.of(self.masked)).text

    def _lines_span(self, lines: list[int] | None) -> Span | None:
        first, last = lines or (0, 0)
        if first >= last:
            return None
        start = self.starts[first]
        end = self.starts[last] - 1 if last < len(self.starts) else len(self.masked)
        return _trimmed(self.masked, start, end)

    def _content_span(self, token: Token) -> Span | None:
        first, last = token.map or (0, 0)
        content = token.content.split("\n")
        ends: list[Span] = []
        for number, piece in zip(range(first, last), content, strict=False):
            stripped = piece.strip()
            line = self.lines[number]
            at = line.text.rfind(stripped)
            if stripped and at >= 0:
                start = self.starts[number] + at - line.shift
                ends.append(Span(start, start + len(stripped)))
        return Span(ends[0].start, ends[-1].end) if ends else None


def _line_starts(lines: list[str]) -> list[int]:
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _trimmed(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    return Span(start, end) if end > start else None
