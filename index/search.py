"""Hybrid search as plain functions over parts that are ready: one connection, one dense view, one question.

Vectors and words each bring candidates; what ranks them is one score from the passage's vector, its words and its
best sentence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index import lexical, store
from index.dense import DenseView, Keys, keys_array
from index.fusion import combine, whole_and_parts
from index.kinds import Vector
from index.query import Query
from index.types import Filters, Hit
from ingest.types import Passage

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was tuned on the development questions; eval/NOTES.md has the figures."""

    dense: int = 50
    """Candidates from the vectors."""
    lexical: int = 200
    """Candidates from the words, which cost less."""
    rerank: int = 60
    """Candidates whose sentences are compared with the question."""
    weights: tuple[float, float, float] = (1.0, 0.5, 1.5)
    """Of the passage's cosine, its relative BM25 and its best sentence's cosine."""
    parts: float = 1.0
    """Weight of the best fitting part of a question beside the whole."""
    same: float = 0.9
    """Share of common words from which two passages are one."""


TUNING = Tuning()
Ranked = list[tuple[int, float]]


def search(
    connection: Any,
    view: DenseView,
    queries: Sequence[Query],
    vectors: Vector,
    *,
    limit: int,
    filters: Filters | None = None,
    tuning: Tuning = TUNING,
) -> list[Hit]:
    """`queries` are the whole question and its parts, `vectors` their rows."""
    documents = allowed_documents(connection, filters)
    only = None if documents is None else _keys_of(connection, documents)
    dense = [view.search(vector, limit=tuning.dense, only=only) for vector in vectors]
    words = [lexical.search(connection, query.terms, limit=tuning.lexical, documents=documents) for query in queries]
    keys = list(dict.fromkeys(key for ranking in (*dense, *words) for key, _ in ranking))
    if not keys:
        return []
    cosines = _cosines(connection, keys, vectors)
    bm25 = np.stack([_scores_of(ranking, keys) for ranking in words])
    first = fused_scores(cosines, bm25, cosines, tuning)
    best = np.argsort(-first, kind="stable")[: max(tuning.rerank, 2 * limit)]
    kept = [keys[row] for row in best]
    sentences = store.sentence_vectors(connection, kept, vectors.shape[1])
    nearest = nearest_sentences([sentences[key] for key in kept], vectors)
    fused = fused_scores(cosines[:, best], bm25[:, best], nearest, tuning)
    scores = {kept[row]: float(fused[row]) for row in np.argsort(-fused, kind="stable")}
    passages = store.passages_by_key(connection, kept)
    chosen = distinct([(key, passages[key]) for key in scores], limit, tuning.same)
    return _hits(connection, chosen, scores, _by_cosine(dense[0], keys, cosines[0]), words[0], sentences)


def fused_scores(cosines: Vector, bm25: Vector, sentences: Vector, tuning: Tuning) -> Vector:
    """One score a candidate from scores of shape (queries, candidates)."""
    whole, *parts = (combine(*rows, weights=tuning.weights) for rows in zip(cosines, bm25, sentences, strict=True))
    return whole_and_parts(whole, parts, weight=tuning.parts)


def _cosines(connection: Any, keys: Sequence[int], vectors: Vector) -> Vector:
    """Of each query (row) with each passage (column), also with those that only their words brought."""
    found = store.passage_vectors(connection, keys)
    return vectors @ np.stack([found[key] for key in keys]).T


def _by_cosine(ranking: Ranked, keys: Sequence[int], cosines: Vector) -> Ranked:
    """The ranking by its exact cosines: those of a large index are rounded."""
    exact = dict(zip(keys, cosines.tolist(), strict=True))
    return sorted(((key, exact[key]) for key, _ in ranking), key=lambda item: (-item[1], item[0]))


def _scores_of(ranking: Ranked, keys: Sequence[int]) -> Vector:
    scores = dict(ranking)
    return np.array([scores.get(key, 0.0) for key in keys], dtype=np.float32)


def nearest_sentences(sentences: Sequence[Vector], vectors: Vector) -> Vector:
    """Cosine of each query (row) with the best sentence of each passage (column)."""
    return np.stack([(rows @ vectors.T).max(axis=0, initial=-1.0) for rows in sentences], axis=1, dtype=np.float32)


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


def _keys_of(connection: Any, documents: Sequence[str]) -> Keys:
    return keys_array(
        key
        for document in documents
        for (key,) in connection.execute("SELECT key FROM passages WHERE document_id = ?", (document,))
    )


def distinct(ranked: Sequence[tuple[int, Passage]], limit: int, same: float) -> list[tuple[int, Passage]]:
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
    dense: Ranked,
    words: Ranked,
    sentences: dict[int, Vector],
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
