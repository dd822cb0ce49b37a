"""A Document becomes its Passages: whole sentences, never across a heading, short enough for the embedder."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ingest.mask import mask
from ingest.sentences import readable, spans
from ingest.table import row_text
from ingest.tokens import count
from ingest.types import Block, BlockKind, Document, Passage, Sentence, Span

TARGET = 150
"""Tokens after which a passage ends at the next good place."""
MOST = 180


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence with what a passage needs to show it."""

    sentence: Sentence
    text: str
    """The sentence alone, as it reads after its lead."""
    lead: str
    lead_span: Span | None
    block: int
    tokens: int


def split(document: Document) -> list[Passage]:
    """Passages in the order of the text. Furniture and headings are in none; the title block is one of its own."""
    groups = list(_Splitter(document).groups())
    return [_passage(document, ordinal, block, units) for ordinal, (block, units) in enumerate(groups)]


class _Splitter:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.is_markdown = document.media_type != "text/plain"
        self.masked = mask(document.text) if self.is_markdown else document.text
        self.leads = {block.span: block.lead for block in document.blocks if block.kind is BlockKind.LIST_ITEM}

    def groups(self) -> Iterator[tuple[Block, list[_Unit]]]:
        title = [block for block in self.document.blocks if block.kind is BlockKind.TITLE]
        if title:
            yield title[0], self._title(title)
        evidence = [block for block in self.document.blocks if block.kind not in (BlockKind.TITLE, BlockKind.FURNITURE)]
        for heading, section in groupby(evidence, key=lambda block: block.kind is BlockKind.HEADING):
            if heading:
                continue
            blocks = list(section)
            units = [unit for number, block in enumerate(blocks) for unit in self._units(number, block)]
            for packed in _packed(units):
                yield blocks[packed[0].block], packed

    def _title(self, blocks: list[Block]) -> list[_Unit]:
        document = self.document
        units = []
        for block in blocks:
            text = readable(self.masked, block.span, is_markdown=self.is_markdown).text
            units.append(self._unit(block.span, _title_line(text, document), "", None, 0, block.page))
        return units

    def _units(self, number: int, block: Block) -> list[_Unit]:
        if block.kind is BlockKind.TABLE_ROW:
            shown = row_text(self.masked, block)
            return [self._unit(block.span, shown, "", block.lead, number, block.page)] if shown else []
        text = readable(self.masked, block.span, is_markdown=self.is_markdown and block.kind is not BlockKind.CODE)
        lead = self._lead(block)
        return [
            self._unit(span, shown, lead, block.lead, number, block.page)
            for span, shown in spans(text, block.span, self.masked)
        ]

    def _unit(self, span: Span, text: str, lead: str, lead_span: Span | None, number: int, page: int | None) -> _Unit:
        whole = f"{lead} {text}" if lead else text
        return _Unit(Sentence(span, whole, page), text, lead, lead_span, number, count(text))

    def _lead(self, block: Block) -> str:
        """`introduction: outer item:` for an item of a nested list."""
        parts: list[str] = []
        lead, seen = block.lead, set()
        while lead is not None and lead not in seen and len(parts) < 4:
            seen.add(lead)
            text = readable(self.masked, lead, is_markdown=self.is_markdown)
            sentences = [shown for _, shown in spans(text, lead, self.masked)]
            parts.append(" ".join(sentences[-1:]).rstrip(" :…–-.") + ":")
            lead = self.leads.get(lead)
        return " ".join(reversed(parts))


def _packed(units: list[_Unit]) -> Iterator[list[_Unit]]:
    packed: list[_Unit] = []
    size = 0
    for unit in units:
        added = unit.tokens + (count(unit.lead) if _needs_lead(packed, unit) else 0)
        if (packed and size + added > MOST) or (packed and size >= TARGET and unit.block != packed[-1].block):
            yield packed
            packed, size = [], 0
            added = unit.tokens + count(unit.lead)
        packed.append(unit)
        size += added
    if packed:
        yield packed


def _needs_lead(packed: list[_Unit], unit: _Unit) -> bool:
    if not unit.lead or any(other.lead == unit.lead for other in packed):
        return False
    return not any(unit.lead_span and other.sentence.span.end == unit.lead_span.end for other in packed)


def _passage(document: Document, ordinal: int, block: Block, units: list[_Unit]) -> Passage:
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


def _shown(units: list[_Unit]) -> str:
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


def _title_line(text: str, document: Document) -> str:
    """Says which part of the title block a line is."""
    if ":" in text[:30]:
        return text[:1].upper() + text[1:]
    return f"Title: {text}" if text in document.title or document.title in text else text
