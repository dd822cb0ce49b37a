"""A stretch of text as people read it, each character with the offset that it came from.

Markdown marks, link targets, images and macros are dropped and white space is folded. markdown-it parses the
marks; its inline rules are wrapped so that every token knows which characters it was made from.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from ingest.mask import DROP

Rule = Callable[[StateInline, bool], bool]


_MARKS = "*_`[<&\\"
MOST_MARKS = 300
"""Marks in one block; the parser's time grows with their square."""
_RUNS = re.compile(rf"[^\s{DROP}]+(?: [^\s{DROP}]+)*|\s")
"""Words with single spaces between them stay together: most lines are one run."""


@dataclass(frozen=True, slots=True)
class Readable:
    text: str
    runs: tuple[tuple[int, int], ...]
    """Positions in `text`, each with its offset in the source; up to the next run both grow by one a character."""
    linked: int
    """How many letters and digits are the text of links."""

    def offset(self, position: int) -> int:
        """Where a character of `text` stands in the source."""
        at, source = self.runs[bisect_right(self.runs, (position, sys.maxsize)) - 1]
        return source + position - at


def _positioned(rule: Rule) -> Rule:
    def wrapped(state: StateInline, silent: bool) -> bool:
        before, start = len(state.tokens), state.pos
        matched = rule(state, silent)
        if matched and not silent:
            for token in state.tokens[before:]:
                if token.type != "text":
                    token.meta.setdefault("span", (start, state.pos))
        return matched

    return wrapped


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 20}).disable(["text_join", "html_inline", "html_block"], True)
    for rule in parser.inline.ruler.__rules__:
        if rule.name not in ("text", "emphasis"):
            rule.fn = _positioned(rule.fn)
    parser.inline.ruler.__compile__()
    return parser


_PARSER = _parser()


def plain(source: str, start: int = 0) -> Readable:
    """Text without marks: only white space is folded."""
    return _folded([(start, source)], linked=0)


def markdown(source: str, start: int = 0) -> Readable:
    """Masked Markdown, whose first character stands at `start`. A thicket of marks is text: parsing it takes for ever."""
    if sum(map(source.count, _MARKS)) > MOST_MARKS:
        return plain(source, start)
    tokens = _PARSER.parseInline(source)[0].children or []
    pieces: list[tuple[int, str]] = []
    cursor = depth = linked = 0
    for token in tokens:
        first, last = token.meta.get("span", (cursor, cursor))
        if token.type == "link_open":
            depth, cursor = depth + 1, first + 1
        elif token.type == "link_close":
            depth, cursor = depth - 1, last
        else:
            at, shown, cursor = _shown(token, source, cursor, (first, last))
            pieces.append((start + at, shown))
            linked += sum(char.isalnum() for char in shown) if depth else 0
    return _folded(pieces, linked)


def _shown(token: Token, source: str, cursor: int, span: tuple[int, int]) -> tuple[int, str, int]:
    """Where a token's visible characters start, those characters, and where the next token may start."""
    first, last = span
    match token.type:
        case "text" if (at := source.find(token.content, cursor)) >= 0:
            return at, token.content, at + len(token.content)
        case "text_special":
            return first, token.content[:1], last
        case "code_inline":
            code = source[first + len(token.markup) : last - len(token.markup)]
            return first + len(token.markup), code, last
        case "softbreak" | "hardbreak":
            return first, " ", last
        case "image":
            return cursor, "", last
        case _:
            return cursor, "", cursor


def _folded(pieces: list[tuple[int, str]], linked: int) -> Readable:
    """The pieces joined, white space folded and dropped characters left out."""
    words: list[str] = []
    runs: list[tuple[int, int]] = []
    length = 0
    for start, piece in pieces:
        for run in _RUNS.finditer(piece):
            shown = " " if run.group().isspace() else run.group()
            if shown == " " and (not words or words[-1] == " "):
                continue
            words.append(shown)
            runs.append((length, start + run.start()))
            length += len(shown)
    return Readable("".join(words).rstrip(), tuple(runs), linked)
