"""Which blocks are site furniture: kept in the text, never evidence.

Adverts, feedback banners, navigation, lists of links, images alone, lines that lead nowhere, and what was said before.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.sentences import readable, spans
from ingest.types import Block, BlockKind

_CALL = re.compile(
    r"(?:be part of|join (?:us|our|the)|sign up|subscribe|register (?:now|today|here|for)|book (?:now|your|a place)|explore (?:the|our|all|more)|"
    r"read (?:more|the full|next)|find out more|learn more|discover more|download (?:the|a|our|this|data|full|pdf)|watch (?:on|a|the|our)|"
    r"back to|return to|skip to|share (?:this|on)|follow us|click here|view (?:the|our|all|more)|see (?:all|more)|get in touch|contact us|"
    r"advertisement|sponsored|(?:we|this (?:web)?site) uses? (?:\w+ )?cookies|accept (?:all )?cookies|all rights reserved|©|copyright ©|"
    r"print this page|previous:?|next:?|table of contents|contents|related (?:content|articles?|pages?)|you may also like|"
    r"captions|log ?in|menu|search)\b",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"\byour\b.{0,12}\bfeedback\b.{0,60}\bhelp|\bthis is a new service\b|\bwas this page (?:helpful|useful)\b",
    re.IGNORECASE,
)
_PARTNER = re.compile(
    r"\b(?:in (?:partnership|association|collaboration) with|sponsored by|supported by|brought to you by):?$",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d{1,4}$|…\s*\d{1,4}$")
_DIAGRAM = re.compile(r"(?:`{3,}|~{3,})\s*(?:mermaid|graphviz|dot|plantuml|math)\b")
_TEXT = (BlockKind.PARAGRAPH, BlockKind.QUOTE)
_EVIDENCE = (*_TEXT, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW, BlockKind.CODE)


def mark(blocks: Sequence[Block], masked: str, *, is_markdown: bool) -> list[Block]:
    """The same blocks, those that are furniture marked as such."""
    seen: set[str] = set()
    marked: list[Block] = []
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        if block.kind in _EVIDENCE and _is_furniture(block, following, masked, is_markdown, seen):
            block = replace(block, kind=BlockKind.FURNITURE)
        marked.append(block)
    return marked


def _is_furniture(block: Block, following: Block | None, masked: str, is_markdown: bool, seen: set[str]) -> bool:
    if block.kind is BlockKind.CODE:
        return bool(_DIAGRAM.match(block.span.of(masked)))
    text = readable(masked, block.span, is_markdown=is_markdown and block.kind is not BlockKind.TABLE_ROW)
    shown = text.text
    if not any(char.isalnum() for char in shown):
        return True
    if block.kind is BlockKind.TABLE_ROW:
        return False
    letters = sum(char.isalnum() for char in shown)
    words = len(shown.split())
    if (text.linked and text.linked >= letters) or _LEADER.search(shown):
        return True
    if block.kind not in _TEXT:
        return False
    if (words <= 16 and _CALL.match(shown)) or (words <= 40 and (_BANNER.search(shown) or _PARTNER.search(shown))):
        return True
    return _leads_nowhere(block, following, shown) or _was_said(block, text, masked, seen)


def _leads_nowhere(block: Block, following: Block | None, shown: str) -> bool:
    ends = following is None or following.kind is BlockKind.HEADING
    return ends and shown.endswith(":") and len(shown.split()) <= 25


def _was_said(block: Block, text, masked: str, seen: set[str]) -> bool:  # type: ignore[no-untyped-def]
    keys = [_key(shown) for _, shown in spans(text, block.span, masked)]
    repeated = len(text.text.split()) >= 6 and all(key in seen for key in keys)
    seen.update(keys)
    return repeated


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
