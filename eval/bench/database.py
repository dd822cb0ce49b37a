"""How fast an index in PostgreSQL is filled and searched, and what HNSW misses, on reports made up for it.

    python -m eval.bench.database postgresql://… --passages 20000

Words are drawn by Zipf's law and vectors from clusters, so that common words are common and near passages exist. The
database must be empty.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from hashlib import blake2b, sha256
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.batches import NewDocument
from index.postgres.database import Database
from index.postgres.index import PostgresIndex
from index.postgres.searched import vector_text
from index.types import Filters
from ingest.types import Block, BlockKind, Document, Passage, Sentence, Span

DIMENSION, CLUSTERS, SPREAD = 384, 500, 0.7
VOCABULARY, SENTENCES, WORDS = 30_000, 6, 20
IN_A_REPORT = 50
EXACT = "SET LOCAL enable_indexscan = off"
NEAREST = "SELECT key FROM vectors ORDER BY vector <#> :vector::vector LIMIT 10"


class Clusters:
    """An embedder that costs nothing: a text's vector is near one of the clusters, chosen by the text."""

    id, dimension = f"clusters-{DIMENSION}@1", DIMENSION

    def __init__(self) -> None:
        self._centres = np.random.default_rng(0).standard_normal((CLUSTERS, DIMENSION), np.float32)

    def knows(self, word: str) -> bool:
        return True

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        rows = np.empty((len(texts), DIMENSION), np.float32)
        for row, text in zip(rows, texts, strict=True):
            chance = np.random.default_rng(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little"))
            centre = self._centres[chance.integers(CLUSTERS)]
            row[:] = centre + SPREAD * chance.standard_normal(DIMENSION, np.float32)
            row /= np.linalg.norm(row)
        return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--questions", type=int, default=100)
    arguments = parser.parse_args()
    index = PostgresIndex.open(arguments.url, Clusters())
    began = time.perf_counter()
    index.add_many(_reports(arguments.passages // IN_A_REPORT))
    seconds = time.perf_counter() - began
    index.database.run_alone("VACUUM ANALYZE")
    print(f"{index.stats().backend}: {arguments.passages} passages, {arguments.passages / seconds:.0f} a second added")
    questions = [" ".join(_words(np.random.default_rng(10**6 + n), 7)) for n in range(arguments.questions)]
    print(f"search: {_times(index, questions, None)}")
    print(f"search in one year of ten: {_times(index, questions, Filters(years=frozenset({2024})))}")
    print(f"recall@10 of HNSW: {_recall(index.database, index.embedder.embed(questions, kind='query')):.3f}")
    [[size]] = index.database.read("SELECT pg_size_pretty(pg_database_size(current_database()))")
    print(f"size: {size}")
    index.close()


def _times(index: PostgresIndex, questions: Sequence[str], filters: Filters | None) -> str:
    for question in questions[:10]:
        index.search(question, filters=filters)
    times = []
    for question in questions:
        began = time.perf_counter()
        index.search(question, filters=filters)
        times.append(1000 * (time.perf_counter() - began))
    return f"p50 {np.percentile(times, 50):.0f} ms, p95 {np.percentile(times, 95):.0f} ms"


def _recall(database: Database, vectors: NDArray[np.float32]) -> float:
    shares = []
    for vector in vectors:
        found = database.read(NEAREST, vector=vector_text(vector))
        exact = database.write(lambda c, v=vector: (c.script(EXACT), c.run(NEAREST + " ", vector=vector_text(v)))[1])  # type: ignore[misc]
        shares.append(len({key for (key,) in found} & {key for (key,) in exact}) / 10)
    return float(np.mean(shares))


def _reports(count: int) -> Iterator[NewDocument]:
    for number in range(count):
        chance = np.random.default_rng(number)
        paragraphs = [[" ".join(_words(chance, WORDS)) + "." for _ in range(SENTENCES)] for _ in range(IN_A_REPORT)]
        text = "\n".join(" ".join(sentences) for sentences in paragraphs)
        document_id = sha256(text.encode()).hexdigest()
        passages, blocks, start = [], [], 0
        for ordinal, sentences in enumerate(paragraphs):
            spans, at = [], start
            for sentence in sentences:
                spans.append(Sentence(Span(at, at + len(sentence)), sentence, None))
                at += len(sentence) + 1
            span = Span(start, at - 1)
            own = span.of(text)
            passages.append(
                Passage(f"{document_id[:16]}-{ordinal}", document_id, ordinal, (), None, span, own, own, tuple(spans))
            )
            blocks.append(Block(BlockKind.PARAGRAPH, span))
            start = at
        year = 2015 + number % 10
        document = Document(
            document_id, f"Report {number}", (), str(year), year, f"{number}.md", "text/markdown", text, tuple(blocks)
        )
        yield NewDocument(document, passages, document.source)


def _words(chance: np.random.Generator, count: int) -> list[str]:
    """Ranks of Zipf's law with exponent one, spelt in letters."""
    ranks = np.exp(chance.random(count) * np.log(VOCABULARY)).astype(int)
    return [_spelt(rank) for rank in ranks.tolist()]


def _spelt(rank: int) -> str:
    letters = "bcdfgklmnprstvz"
    word = ""
    while rank:
        rank, letter = divmod(rank, len(letters))
        word += letters[letter] + "aeiou"[letter % 5]
    return word + "x"


if __name__ == "__main__":
    main()
