"""Blocks and sentences to JSON and back. Only the store uses it."""

import json
from collections.abc import Sequence
from typing import Any

from ingest.types import Block, BlockKind, Sentence, Span


def blocks_to_json(blocks: Sequence[Block]) -> str:
    rows = [[b.kind.value, b.span.start, b.span.end, b.headings, b.page, _span_to_row(b.lead)] for b in blocks]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def blocks_from_json(text: str) -> tuple[Block, ...]:
    return tuple(
        Block(BlockKind(kind), Span(start, end), tuple(headings), page, Span(*lead) if lead else None)
        for kind, start, end, headings, page, lead in json.loads(text)
    )


def sentences_to_json(sentences: Sequence[Sentence]) -> str:
    rows = [[s.span.start, s.span.end, s.readable, s.page] for s in sentences]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def sentences_from_json(text: str) -> tuple[Sentence, ...]:
    return tuple(Sentence(Span(start, end), readable, page) for start, end, readable, page in json.loads(text))


def _span_to_row(span: Span | None) -> list[Any] | None:
    return None if span is None else [span.start, span.end]
