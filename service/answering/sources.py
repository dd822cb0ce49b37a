"""The source sentences of one question: every sentence of the passages found, scored for the question.

Evidence is cut to its best sentences here, because reading the prompt is what costs time on a CPU: six to eight
sentences carry what five whole passages carry, for half the reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.types import Embedder, Hit
from ingest.types import Sentence
from service.answering.words import asked, coverage, stems

RANK_WEIGHT = 0.08
"""How much a passage's place in the ranking counts beside a sentence's own likeness to the question."""
LEXICAL_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Source:
    hit: Hit
    rank: int
    """0-based rank of the passage in the search."""
    ordinal: int
    """0-based place of the sentence in its passage."""
    sentence: Sentence
    vector: NDArray[np.float32]
    relevance: float

    @property
    def key(self) -> tuple[str, int]:
        return self.hit.passage.id, self.ordinal


def gather(question: str, vector: NDArray[np.float32], hits: Sequence[Hit], embedder: Embedder) -> list[Source]:
    """All sentences of the hits in their order, each with its relevance to the question."""
    wanted = asked(question)
    sources = []
    for rank, hit in enumerate(hits):
        vectors = _vectors(hit, embedder)
        for ordinal, sentence in enumerate(hit.passage.sentences):
            likeness = float(vectors[ordinal] @ vector)
            lexical = coverage(wanted, stems(sentence.readable)) if wanted else 0.0
            relevance = likeness + LEXICAL_WEIGHT * lexical - RANK_WEIGHT * rank / max(1, len(hits) - 1)
            sources.append(Source(hit, rank, ordinal, sentence, vectors[ordinal], relevance))
    return sources


def _vectors(hit: Hit, embedder: Embedder) -> NDArray[np.float32]:
    if hit.sentence_vectors is not None and len(hit.sentence_vectors) == len(hit.passage.sentences):
        return hit.sentence_vectors.astype(np.float32, copy=False)
    return embedder.embed([sentence.readable for sentence in hit.passage.sentences], kind="passage")


def best(sources: Sequence[Source], *, words: int, most: int) -> list[Source]:
    """The most relevant sentences within a budget of words, without repeats, in reading order: passages by their rank,
    sentences as in the passage."""
    chosen: list[Source] = []
    used = 0
    seen: set[str] = set()
    for source in sorted(sources, key=lambda s: -s.relevance):
        size = len(source.sentence.readable.split())
        same = source.sentence.readable.casefold()
        if same in seen or (chosen and used + size > words):
            continue
        seen.add(same)
        chosen.append(source)
        used += size
        if len(chosen) == most:
            break
    return sorted(chosen, key=lambda s: (s.rank, s.ordinal))
