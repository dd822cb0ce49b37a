"""Which blocks are site furniture: kept in the text, never evidence.

Adverts, feedback banners, navigation, lists of links, images alone, lines that lead nowhere, and what was said before.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.inline import Readable
from ingest.sentences import readable, spans
from ingest.site import is_contents, is_site
from ingest.stated import key
from ingest.types import Block, BlockKind, Span

_WORD = re.compile(r"[^\W\d_]{2,}")
"""Paragraphs of numbers alone are the scales of charts."""
_SHINGLE = 6
"""Words that a pull quote has at least."""
_TEXT = (BlockKind.PARAGRAPH, BlockKind.QUOTE)
_EVIDENCE = (*_TEXT, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW, BlockKind.CODE)


def mark(blocks: Sequence[Block], masked: str, *, is_markdown: bool) -> list[Block]:
    """The same blocks, those that are furniture marked as such."""
    judge = _Judge(masked, is_markdown)
    marked: list[Block] = []
    for block in blocks:
        if block.kind in _EVIDENCE and judge.is_furniture(block):
            block = replace(block, kind=BlockKind.FURNITURE)
        marked.append(block)
    pulled = judge.pulled()
    return [
        replace(block, kind=BlockKind.FURNITURE)
        if (block.kind in _TEXT and block.span in pulled) or judge.leads_nowhere(block, following)
        else block
        for block, following in zip(marked, [*marked[1:], None], strict=False)
    ]


class _Judge:
    """Remembers what the document has said so far: only the first copy of a paragraph is evidence."""

    def __init__(self, masked: str, is_markdown: bool) -> None:
        self._masked = masked
        self._is_markdown = is_markdown
        self._said: set[str] = set()
        self._kept: dict[Span, list[str]] = {}

    def is_furniture(self, block: Block) -> bool:
        if block.kind in (BlockKind.TABLE_ROW, BlockKind.CODE):
            row = block.span.of(self._masked)
            return is_contents(row) or not any(char.isalnum() for char in row)
        text = readable(self._masked, block.span, is_markdown=self._is_markdown)
        if _is_links(text) or (is_site(text.text) and block.kind is not BlockKind.LIST_ITEM):
            return True
        if block.kind is BlockKind.LIST_ITEM:
            return False
        if not _WORD.search(text.text):
            return True
        return self._was_said(block, text)

    def _was_said(self, block: Block, text: Readable) -> bool:
        keys = [key(shown) for _, shown in spans(text, block.span, self._masked)]
        words = len(text.text.split())
        whole = words >= 10 or (words >= 5 and text.text.rstrip("'\"’”)*").endswith((".", "!", "?")))
        repeated = whole and not text.text.endswith(":") and self._said.issuperset(keys)
        self._said.update(keys)
        if not repeated:
            self._kept[block.span] = " ".join(keys).split()
        return repeated

    def leads_nowhere(self, block: Block, following: Block | None) -> bool:
        """`Sponsored by:` before the end, `Architecture diagram:` before a diagram."""
        if block.kind not in _TEXT or (following and following.kind not in (BlockKind.HEADING, BlockKind.FURNITURE)):
            return False
        shown = readable(self._masked, block.span, is_markdown=self._is_markdown).text
        return shown.endswith(":") and len(shown.split()) <= 25

    def pulled(self) -> set[Span]:
        """Pull quotes: short paragraphs that stand, word for word, inside a longer one."""
        short = {span: words for span, words in self._kept.items() if _SHINGLE <= len(words) <= 50}
        starts = {tuple(words[:_SHINGLE]) for words in short.values()}
        inside: dict[tuple[str, ...], list[str]] = {}
        for words in self._kept.values():
            for at in range(len(words) - _SHINGLE + 1):
                if (shingle := tuple(words[at : at + _SHINGLE])) in starts:
                    inside.setdefault(shingle, []).append(f" {' '.join(words)} ")
        return {span for span, words in short.items() if _stands_in(words, inside.get(tuple(words[:_SHINGLE]), []))}


def _stands_in(words: list[str], longer: list[str]) -> bool:
    quote = f" {' '.join(words)} "
    return any(len(other) > len(quote) and quote in other for other in longer)


def _is_links(text: Readable) -> bool:
    """Nothing but images and links, with at most three words around them."""
    letters = sum(char.isalnum() for char in text.text)
    if not letters:
        return True
    unlinked = letters - text.linked
    return unlinked == 0 or (unlinked <= 15 and text.linked >= 2 * unlinked and len(text.text.split()) <= 12)
