"""A row of a table in words: `Column: value; Column: value`."""

import re
from itertools import zip_longest

from ingest import inline
from ingest.types import Block

_PIPE = re.compile(r"(?<!\\)\|")


def row_text(masked: str, block: Block) -> str:
    """Each cell with the name of its column. Empty cells are left out."""
    header = _cells(block.lead.of(masked)) if block.lead else []
    named = [
        f"{column}: {cell}" if column and cell != column else cell
        for column, cell in zip_longest(header, _cells(block.span.of(masked)), fillvalue="")
        if cell
    ]
    return "; ".join(named)


def _cells(line: str) -> list[str]:
    return [inline.markdown(cell.strip()).text for cell in _PIPE.split(line.strip().strip("|"))]
