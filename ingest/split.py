"""A Document becomes its Passages: whole sentences, never across a heading, short enough for the embedder."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ingest.pack import MOST, pack
from ingest.tokens import count
from ingest.types import Block, BlockKind, Document, Passage, Span
from ingest.units import Unit, Units

EMBEDDED = 250
"""Word pieces that an embedder reads of a passage with its title and headings, less a margin."""


def split(document: Document) -> list[Passage]:
    """Passages in the order of the text. Furniture and headings are in none; the title block is one of its own."""
    return [_passage(document, ordinal, *packed) for ordinal, packed in enumerate(_packed(document))]


def _packed(document: Document) -> Iterator[tuple[Block, Sequence[Unit]]]:
    units = Units(document)
    blocks = [block for block in document.blocks if block.kind is not BlockKind.FURNITURE]
    for (kind, headings), section in groupby(enumerate(blocks), key=lambda item: _section(item[1])):
        if kind is BlockKind.HEADING:
            continue
        most = min(MOST, max(MOST // 2, EMBEDDED - count(" ".join((document.title, *headings)))))
        for packed in pack([unit for number, block in section for unit in units.of(number, block)], most):
            yield blocks[packed[0].block], packed


def _section(block: Block) -> tuple[BlockKind, tuple[str, ...]]:
    """What must not be mixed in one passage. Between two sections of the same name stands a heading."""
    kind = block.kind if block.kind in (BlockKind.TITLE, BlockKind.HEADING) else BlockKind.PARAGRAPH
    return kind, block.headings


def _passage(document: Document, ordinal: int, block: Block, units: Sequence[Unit]) -> Passage:
    span = Span(units[0].sentence.span.start, units[-1].sentence.span.end)
    return Passage(
        id=f"{document.id[:16]}-{ordinal}",
        document_id=document.id,
        ordinal=ordinal,
        headings=block.headings,
        page=units[0].sentence.page,
        span=span,
        text=span.of(document.text),
        readable=_shown(units),
        sentences=tuple(unit.sentence for unit in units),
    )


def _shown(units: Sequence[Unit]) -> str:
    """The passage as people read it: blocks on lines of their own, a lead once before what it introduces."""
    lines: list[str] = []
    for number, unit in enumerate(units):
        if _needs_lead(units[:number], unit):
            lines.append(unit.lead)
        if number and unit.block == units[number - 1].block:
            lines[-1] += " " + unit.text
        else:
            lines.append(unit.text)
    return "\n".join(lines)


def _needs_lead(before: Sequence[Unit], unit: Unit) -> bool:
    if not unit.lead or any(other.lead == unit.lead for other in before):
        return False
    return not any(unit.lead_span and other.sentence.span.end == unit.lead_span.end for other in before)
