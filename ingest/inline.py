"""A stretch of text as people read it, each character with the offset that it came from.

Markdown marks, link targets, images and macros are dropped and white space is folded. markdown-it parses the
marks; its inline rules are wrapped so that every token knows which characters it was made from.
"""

from collections.abc import Callable
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from ingest.mask import DROP

Rule = Callable[[StateInline, bool], bool]


@dataclass(frozen=True, slots=True)
class Readable:
    text: str
    offsets: tuple[int, ...]
    """For each character of `text`, where it stands in the source."""
    linked: int
    """How many characters, white space apart, are the text of links."""


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
    return _folded([(char, start + i) for i, char in enumerate(source)], linked=0)


def markdown(source: str, start: int = 0) -> Readable:
    """Masked Markdown, whose first character stands at `start`."""
    tokens = _PARSER.parseInline(source)[0].children or []
    chars: list[tuple[str, int]] = []
    cursor = depth = linked = 0
    for token in tokens:
        span = token.meta.get("span")
        if token.type == "link_open":
            depth, cursor = depth + 1, span[0] + 1 if span else cursor
        elif token.type == "link_close":
            depth, cursor = depth - 1, span[1] if span else cursor
        else:
            shown, at, cursor = _shown(token, source, cursor)
            chars += [(char, start + at + (i if len(shown) > 1 else 0)) for i, char in enumerate(shown)]
            linked += sum(not char.isspace() for char in shown) if depth else 0
    return _folded(chars, linked)


def _shown(token: Token, source: str, cursor: int) -> tuple[str, int, int]:
    """The visible characters of a token, where they start, and where the next token may start."""
    span = token.meta.get("span")
    match token.type:
        case "text" if token.content:
            at = source.find(token.content, cursor)
            return (token.content, at, at + len(token.content)) if at >= 0 else ("", cursor, cursor)
        case "text_special":
            return token.content[:1], span[0], span[1]
        case "code_inline":
            at = source.find(token.content.strip(), span[0] + len(token.markup))
            return token.content.strip(), at, span[1]
        case "softbreak" | "hardbreak":
            return " ", span[0] if span else cursor, span[1] if span else cursor
        case "image":
            return "", cursor, span[1]
        case _:
            return "", cursor, cursor


def _folded(chars: list[tuple[str, int]], linked: int) -> Readable:
    text: list[str] = []
    offsets: list[int] = []
    for char, offset in chars:
        if char == DROP:
            continue
        space = char.isspace()
        if space and (not text or text[-1] == " "):
            continue
        text.append(" " if space else char)
        offsets.append(offset)
    if text and text[-1] == " ":
        del text[-1], offsets[-1]
    return Readable("".join(text), tuple(offsets), linked)
