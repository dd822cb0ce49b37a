"""Hybrid search as plain functions over parts that are ready: one connection, one dense view, one question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import lexical, store
from index.dense import DenseView, keys_array
from index.fusion import reciprocal_rank_fusion
from index.types import Filters, Hit
from ingest.types import Passage

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was tuned on the development questions; see eval/NOTES.md for the figures."""

    depth: int = 50
    """Candidates of each ranking."""
    rerank: int = 30
    """Fused candidates whose sentences are compared with the question."""
    k: float = 60.0
    weights: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Of the dense, the lexical and the sentence ranking."""
    same: float = 0.9
    """Share of common words from which two passages are one."""


TUNING = Tuning()


def search(
    connection: Any,
    view: DenseView,
    vector: NDArray[np.float32],
    terms: Sequence[str],
    *,
    limit: int,
    filters: Filters | None = None,
    tuning: Tuning = TUNING,
) -> list[Hit]:
    documents = allowed_documents(connection, filters)
    only = None if documents is None else _keys_of(connection, documents)
    dense = view.search(vector, limit=tuning.depth, only=only)
    words = lexical.search(connection, terms, limit=tuning.depth, documents=documents)
    rankings = [[key for key, _ in dense], [key for key, _ in words]]
    fused = reciprocal_rank_fusion(rankings, weights=tuning.weights[:2], k=tuning.k)
    candidates = list(fused)[: max(tuning.rerank, limit * 2)]
    sentences = store.sentence_vectors(connection, candidates, len(vector))
    best = {key: float((sentences[key] @ vector).max(initial=-1.0)) for key in candidates}
    by_sentence = sorted(candidates, key=lambda key: -best[key])
    fused = reciprocal_rank_fusion([*rankings, by_sentence], weights=tuning.weights, k=tuning.k)
    ranked = [key for key in fused if key in best]
    passages = store.passages_by_key(connection, ranked)
    chosen = _distinct([(key, passages[key]) for key in ranked], limit, tuning.same)
    return _hits(connection, chosen, fused, dense, words, sentences)


def allowed_documents(connection: Any, filters: Filters | None) -> list[str] | None:
    """Ids of the searched documents that pass the filters; None where there is no filter."""
    if filters is None or (filters.document_ids is None and filters.years is None):
        return None
    rows = connection.execute("SELECT id, year FROM documents WHERE state = 'ready'")
    return [
        key
        for key, year in rows
        if (filters.document_ids is None or key in filters.document_ids)
        and (filters.years is None or year in filters.years)
    ]


def _keys_of(connection: Any, documents: Sequence[str]) -> NDArray[np.int64]:
    return keys_array(
        key
        for document in documents
        for (key,) in connection.execute("SELECT key FROM passages WHERE document_id = ?", (document,))
    )


def _distinct(ranked: Sequence[tuple[int, Passage]], limit: int, same: float) -> list[tuple[int, Passage]]:
    """The best `limit` passages, of each group of near copies only the first. Other numbers make another passage."""
    chosen: list[tuple[int, Passage]] = []
    bags: list[set[str]] = []
    for key, passage in ranked:
        bag = set(_WORD.findall(passage.readable.casefold()))
        if any(_nearly_equal(bag, other, same) for other in bags):
            continue
        chosen.append((key, passage))
        bags.append(bag)
        if len(chosen) == limit:
            break
    return chosen


def _nearly_equal(left: set[str], right: set[str], same: float) -> bool:
    differing = left ^ right
    return len(differing) <= (1 - same) * len(left | right) and not any(word[0].isdigit() for word in differing)


def _hits(
    connection: Any,
    chosen: Sequence[tuple[int, Passage]],
    fused: dict[int, float],
    dense: Sequence[tuple[int, float]],
    words: Sequence[tuple[int, float]],
    sentences: dict[int, NDArray[np.float32]],
) -> list[Hit]:
    dense_places = {key: (score, rank) for rank, (key, score) in enumerate(dense, start=1)}
    word_places = {key: (score, rank) for rank, (key, score) in enumerate(words, start=1)}
    hits = []
    for key, passage in chosen:
        title, year = store.title_and_year(connection, passage.document_id)
        dense_score, dense_rank = dense_places.get(key, (None, None))
        bm25, lexical_rank = word_places.get(key, (None, None))
        vectors = sentences.get(key)
        hits.append(Hit(passage, title, year, fused[key], dense_score, dense_rank, bm25, lexical_rank, vectors))
    return hits
