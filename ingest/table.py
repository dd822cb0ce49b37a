"""The rows of a table in words: `Column: value; Column: value`."""

import re
from functools import lru_cache
from itertools import pairwise, zip_longest

from ingest import inline
from ingest.inline import Readable
from ingest.sentences import LONGEST, spans
from ingest.tokens import count
from ingest.types import Block, Span

LONGEST_NAME = 15
"""Words of a column's name. Readers of PDF take the first row of a page for a header, whatever it is."""
_PIPE = re.compile(r"(?<!\\)\|")


def sentences(masked: str, block: Block) -> list[tuple[Span, str]]:
    """A row is one sentence; a row that is too long for a passage is one sentence for each sentence of each cell."""
    header = _columns(block.lead.of(masked)) if block.lead else ()
    named = [
        (cell[0], column or "", cell[1])
        for column, cell in zip_longest(header, _cells(masked, block.span))
        if cell and cell[1].text
    ]
    whole = "; ".join(_named(column, text.text) for _, column, text in named)
    if not whole or count(whole) <= LONGEST:
        return [(block.span, whole)] if whole else []
    return [(span, _named(column, shown)) for cell, column, text in named for span, shown in spans(text, cell, masked)]


def names_columns(header: str) -> bool:
    """Whether the first row of a table names its columns: short cells, and more than one."""
    names = _columns(header)
    return len(names) > 1 and all(len(name.split()) <= LONGEST_NAME for name in names)


@lru_cache(maxsize=16)
def _columns(header: str) -> tuple[str, ...]:
    """The same for every row of a table."""
    return tuple(text.text for _, text in _cells(header, Span(0, len(header))))


def _named(column: str, text: str) -> str:
    return f"{column}: {text}" if column and column != text else text


def _cells(masked: str, row: Span) -> list[tuple[Span, Readable]]:
    line = row.of(masked)
    bounds = [0, *(found.end() for found in _PIPE.finditer(line)), len(line) + 1]
    cells = []
    for start, end in pairwise(bounds):
        cell = line[start : end - 1]
        at = row.start + start + len(cell) - len(cell.lstrip())
        cells.append((Span(at, at + len(cell.strip())), inline.markdown(cell.strip(), at)))
    return cells[line.startswith("|") : len(cells) - line.endswith("|")]
