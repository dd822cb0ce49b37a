"""The sentences of a document's blocks, each with what it needs to be understood: its lead, its column names."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest import table
from ingest.mask import mask
from ingest.sentences import readable, spans
from ingest.structure import page_at
from ingest.tokens import count
from ingest.types import Block, BlockKind, Document, Sentence, Span

LONGEST_LEAD = 60
"""Tokens. A longer introduction is no introduction."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, and how it is shown in a passage."""

    sentence: Sentence
    text: str
    """The sentence as it reads after its lead."""
    lead: str
    lead_span: Span | None
    block: int
    """Position of its block, so that sentences of one block are shown together."""
    tokens: int
    lead_tokens: int


class Units:
    """Takes the blocks of one document apart."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._is_markdown = document.media_type != "text/plain"
        self._masked = mask(document.text) if self._is_markdown else document.text
        self._shown_leads: dict[Span, str] = {}
        self._leads = {block.span: block.lead for block in document.blocks if block.kind is BlockKind.LIST_ITEM}

    def of(self, number: int, block: Block) -> Iterator[Unit]:
        match block.kind:
            case BlockKind.TITLE:
                shown = readable(self._masked, block.span, is_markdown=self._is_markdown).text
                yield self._unit(number, block, block.span, _title_line(shown, self._document))
            case BlockKind.TABLE_ROW:
                for span, shown in table.sentences(self._masked, block):
                    yield self._unit(number, block, span, shown)
            case _:
                marked = self._is_markdown and block.kind is not BlockKind.CODE
                text = readable(self._masked, block.span, is_markdown=marked)
                lead = self._lead(block.lead) if block.lead else ""
                for span, shown in spans(text, block.span, self._masked):
                    yield self._unit(number, block, span, shown, lead)

    def _unit(self, number: int, block: Block, span: Span, text: str, lead: str = "") -> Unit:
        sentence = Sentence(span, f"{lead} {text}" if lead else text, page_at(self._document.pages, span.start))
        return Unit(sentence, text, lead, block.lead, number, count(text), count(lead) if lead else 0)

    def _lead(self, span: Span) -> str:
        """`introduction: outer item:` for an item of a nested list."""
        if span not in self._shown_leads:
            text = readable(self._masked, span, is_markdown=self._is_markdown)
            last = [shown for _, shown in spans(text, span, self._masked)][-1:]
            own = " ".join(last).rstrip(" :…–-.") + ":"
            outer = self._leads.get(span)
            whole = f"{self._lead(outer)} {own}" if outer else own
            fitting = next((lead for lead in (whole, own) if count(lead) <= LONGEST_LEAD), "")
            self._shown_leads[span] = fitting.strip()
        return self._shown_leads[span]


def _title_line(text: str, document: Document) -> str:
    """Says which part of the title block a line is."""
    field, colon, value = text.partition(":")
    if colon and len(field) < 30 and value.strip() and text != document.title:
        shown = document.date if field.lower() == "date" and document.date else value.strip().strip("\"'")
        return f"{field[:1].upper()}{field[1:]}: {shown}"
    return f"Title: {text}" if text == document.title else text
