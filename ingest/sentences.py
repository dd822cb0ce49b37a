"""Sentences of a block, with exact spans and the form that people read."""

import re
from collections.abc import Iterator
from itertools import pairwise

from sentencex import get_sentence_boundaries

from ingest import inline
from ingest.inline import Readable
from ingest.tokens import count
from ingest.types import Span

_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[“‘\"'])(?:e\.g|i\.e|cf|vs|viz|approx|No|Nos|Fig|Figs|para|paras|p|pp|vol|ch|sec|ed|eds|Mr|Mrs|Ms|Dr|Prof|Sir|St|Rt|Hon|"
    r"Gen|Gov|Sen|Rep|Inc|Ltd|Co|Corp|Dept|U\.S|U\.K|U\.S\.C|Pub|Stat|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|[A-Z])\.$",
)
_NUMBER = re.compile(r"\W*(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivx]{1,4})[.)]")
"""The number of a paragraph that is no list."""
_LOWER_AFTER = re.compile(r"(?:etc|et al|a\.m|p\.m|Inc|Ltd|Co)\.[)\]”’\"']*$")
_WINDOW = 2000
"""Characters looked at for one cut: more than any sentence of that many tokens has."""
LONGEST = 140
"""Tokens. A longer sentence is cut at the best place: passages must fit what the embedder reads."""


def readable(masked: str, span: Span, *, is_markdown: bool) -> Readable:
    """The text of a span without its marks."""
    source = span.of(masked)
    if is_markdown:
        return inline.markdown(_unquoted(source), span.start)
    return inline.plain(source, span.start)


def spans(text: Readable, block: Span, source: str) -> list[tuple[Span, str]]:
    """Each sentence's span in the document and its readable text. No visible character of the block is left out."""
    pieces = [piece for start, end in _boundaries(text.text) for piece in _cut(text.text, start, end)]
    if not pieces:
        return []
    starts = [block.start]
    for before, after in pairwise(pieces):
        starts.append(_edge(source, text.offset(before[1] - 1) + 1, text.offset(after[0])))
    ends = [*starts[1:], block.end]
    found: list[tuple[Span, str]] = []
    for (first, last), start, end in zip(pieces, starts, ends, strict=True):
        piece = source[start:end]
        start += len(piece) - len(piece.lstrip())
        found.append((Span(start, start + len(piece.strip())), text.text[first:last].strip()))
    return [(span, shown) for span, shown in found if shown]


def _edge(source: str, start: int, end: int) -> int:
    """Where the next sentence starts: marks before the last white space between two sentences close the first."""
    gap = source[start:end]
    for at in range(len(gap) - 1, -1, -1):
        if gap[at].isspace():
            return start + at
    return end


def _boundaries(text: str) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for found in get_sentence_boundaries("en", text):
        start, end = found["start_index"], found["end_index"]
        if merged and _continues(text[merged[-1][0] : merged[-1][1]].rstrip(), text[start:end]):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return _tight(text, merged)


def _continues(before: str, after: str) -> bool:
    if _ABBREVIATION.search(before) or _NUMBER.fullmatch(before):
        return True
    following = after.lstrip("([“‘\"'")[:1]
    return following.islower() if _LOWER_AFTER.search(before) else not any(char.isalnum() for char in after)


def _tight(text: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Bounds without the white space around a sentence; the next one's start is its first visible character."""
    out = []
    for start, end in found:
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        if piece.strip():
            out.append((start, start + len(piece.strip())))
    return out


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while len(text[start : start + _WINDOW].encode()) > LONGEST:
        window = min(end, start + _WINDOW)
        tokens = count(text[start:window])
        if tokens <= LONGEST and window == end:
            break
        at = _best_cut(text, start, start + max(1, (window - start) * LONGEST // (tokens + 1)))
        yield start, at
        start = at + len(text[at:end]) - len(text[at:end].lstrip()) if text[at : at + 1].isspace() else at
    if start < end:
        yield start, end


def _best_cut(text: str, start: int, high: int) -> int:
    """After the last mark or white space in the second half of what fits."""
    for mark in ("; ", ": ", ", ", " "):
        at = text.rfind(mark, start + (high - start) // 2, high)
        if at > start:
            return at + len(mark.rstrip())
    return high


def _unquoted(source: str) -> str:
    """Quote marks at the starts of further lines, blanked."""
    if "\n" not in source or ">" not in source:
        return source
    return re.sub(r"(?<=\n)[ \t]*(?:>[ \t]?)+", lambda match: " " * len(match.group()), source)
