"""Reports made of real ones, so that an index can be filled with more than there are.

Each passage is a real one in which some words are exchanged: most for words of the other passages, as often as they occur there,
a few for words that nobody has written, so that the vocabulary grows with the reports. Its vectors are the real ones with
a share of another passage's and noise (`eval.bench.search` makes its vectors so). The same number makes the same report.
"""

from collections.abc import Sequence
from hashlib import blake2b, sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.copying import StoredReport
from index.local import LocalIndex
from index.local_copying import LocalShelf
from index.types import DocumentInfo, Embedder
from index.vectors import Vectors
from ingest.types import Block, BlockKind, Document, Passage, Sentence, Span

PASSAGES = 200
"""In a report."""
EXCHANGED, NEW = 0.25, 0.02
"""Shares of the words."""
OTHER, NOISE = 0.4, 0.4
"""Lengths of another passage's share and of the noise beside the vector's own 1."""
YEARS = tuple(range(2015, 2025))
_ADDED_AT = "2024-01-01T00:00:00+00:00"

Floats = NDArray[np.float32]


def real_reports(data_dir: Path, embedder: Embedder) -> list[StoredReport]:
    """Those of a data folder that are ready."""
    local = LocalIndex.open(data_dir, embedder)
    try:
        shelf = LocalShelf(local)
        return [shelf.take(info) for info in shelf.infos() if info.state == "ready"]
    finally:
        local.close()


class Grown:
    def __init__(self, base: Sequence[StoredReport]) -> None:
        pairs = [
            pair
            for report in base
            for pair in zip(report.passages, report.vectors or (), strict=True)
            if pair[1].sentence_hashes
        ]
        self._passages = [passage for passage, _ in pairs]
        self._vectors = [vectors for _, vectors in pairs]
        self._words = [word for passage in self._passages for word in passage.readable.split()]

    def report(self, number: int) -> StoredReport:
        chance = np.random.default_rng(number)
        picked = chance.integers(len(self._passages), size=PASSAGES).tolist()
        texts = [[self._rewritten(s.readable, chance) for s in self._passages[at].sentences] for at in picked]
        text = "\n".join(" ".join(sentences) for sentences in texts)
        document_id, year = sha256(text.encode()).hexdigest(), YEARS[number % len(YEARS)]
        passages = _passages(document_id, text, texts, [self._passages[at].headings for at in picked])
        blocks = tuple(Block(BlockKind.PARAGRAPH, passage.span) for passage in passages)
        name = f"made-{number}.md"
        document = Document(document_id, f"Report {number}", (), str(year), year, name, "text/markdown", text, blocks)
        vectors = [self._near(self._vectors[at], passage, chance) for at, passage in zip(picked, passages, strict=True)]
        return StoredReport(_info(document, len(passages)), document, passages, vectors, (name,), None)

    def _rewritten(self, sentence: str, chance: np.random.Generator) -> str:
        words = sentence.split()
        kinds = chance.random(len(words)).tolist()
        others = chance.integers(len(self._words), size=len(words)).tolist()
        return " ".join(
            _spelt(other) if kind < NEW else self._words[other] if kind < EXCHANGED else word
            for word, kind, other in zip(words, kinds, others, strict=True)
        )

    def _near(self, real: Vectors, passage: Passage, chance: np.random.Generator) -> Vectors:
        other = self._vectors[int(chance.integers(len(self._vectors)))].passage
        rows = np.vstack([real.passage, real.sentences])
        noise = chance.standard_normal(rows.shape, np.float32) / np.float32(np.sqrt(rows.shape[1]))
        rows = rows + OTHER * other + NOISE * noise
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        hashes = tuple(_hash(sentence.readable) for sentence in passage.sentences)
        return Vectors(_hash(passage.readable), rows[0], hashes, rows[1:])


def _passages(
    document_id: str, text: str, texts: Sequence[Sequence[str]], headings: Sequence[tuple[str, ...]]
) -> list[Passage]:
    passages, start = [], 0
    for ordinal, (sentences, path) in enumerate(zip(texts, headings, strict=True)):
        spans, at = [], start
        for sentence in sentences:
            spans.append(Sentence(Span(at, at + len(sentence)), sentence))
            at += len(sentence) + 1
        span = Span(start, at - 1)
        own = span.of(text)
        key = f"{document_id[:16]}-{ordinal}"
        passages.append(Passage(key, document_id, ordinal, path, None, span, own, own, tuple(spans)))
        start = at
    return passages


def _info(document: Document, passages: int) -> DocumentInfo:
    return DocumentInfo(
        document.id, document.title, (), document.date, document.year, document.source, document.media_type, None,
        len(document.text.split()), passages, _ADDED_AT, "ready",
    )  # fmt: skip


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()


def _spelt(number: int) -> str:
    """A word that no report has, the same for the same number; small numbers are as likely as large ones."""
    letters = "bcdfgklmnprstvz"
    word = "qu"
    while number:
        number, letter = divmod(number, len(letters))
        word += letters[letter] + "aeiou"[letter % 5]
    return word
