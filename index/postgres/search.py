"""Hybrid search in one statement: candidates from vectors and words, scored, with all that ranks and shows them.

The same path as `index.search`, with the same `Tuning`. The database brings every query's candidates, scores them by
vector and words and keeps the best, with their texts and the vectors of their sentences; the last ranking, by the
best sentence, is the code that the local index uses. BM25 is SQLite's formula over SQLite's tokens.
"""

# SQL is put together from this module's constants only; values are always bound.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.postgres.database import Database
from index.postgres.searched import halves, vector_text
from index.postgres.store import PASSAGE, passage_of
from index.postgres.tokens import Tokeniser
from index.query import Query
from index.search import TUNING, Tuning, distinct, fused_scores, nearest_sentences
from index.types import Filters, Hit
from ingest.types import Passage

_ALLOWED = """
    SELECT p.key FROM passages p JOIN documents d ON d.id = p.document_id
    WHERE d.state = 'ready' AND (:documents::text[] IS NULL OR d.id = ANY(:documents))
      AND (:years::integer[] IS NULL OR d.year = ANY(:years))
"""
_SEARCH = """
WITH asked AS MATERIALIZED (
    SELECT number, text::vector AS vector FROM unnest(:numbers::integer[], :vectors::text[]) AS t (number, text)
), size AS MATERIALIZED (
    SELECT sum(searched_passages)::float8 AS passages,
           greatest(sum(searched_tokens)::float8 / greatest(sum(searched_passages), 1), 1) AS mean_length
    FROM documents
), weighted AS MATERIALIZED (
    SELECT query, term,
           count(*) * greatest(ln((size.passages - terms.passages + 0.5) / (terms.passages + 0.5)), 1e-6) AS weight
    FROM unnest(:queries::integer[], :terms::text[]) AS t (query, term) JOIN terms USING (term), size
    WHERE size.passages >= terms.passages
    GROUP BY query, term, terms.passages, size.passages
), near AS MATERIALIZED (
    SELECT number, key, row_number() OVER (PARTITION BY number ORDER BY distance, key) AS rank
    FROM asked CROSS JOIN LATERAL (
        SELECT key, vectors.vector <#> asked.vector AS distance FROM vectors WHERE {allowed}
        ORDER BY distance LIMIT :dense
    ) AS nearest
), worded AS MATERIALIZED (
    SELECT number, key, bm25, row_number() OVER (PARTITION BY number ORDER BY bm25 DESC, key) AS rank
    FROM asked CROSS JOIN LATERAL (
        SELECT key, sum(weight * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / mean_length))) AS bm25
        FROM size, weighted JOIN postings USING (term) WHERE query = asked.number AND {allowed}
        GROUP BY key ORDER BY bm25 DESC, key LIMIT :lexical
    ) AS best
), rated AS (
    SELECT key, asked.number, -(vectors.vector <#> asked.vector) AS cosine, coalesce(bm25, 0) AS bm25,
           coalesce(bm25 / max(bm25) OVER (PARTITION BY asked.number), 0) AS relative_bm25
    FROM (SELECT key FROM near UNION SELECT key FROM worded) AS candidates
    JOIN vectors USING (key) CROSS JOIN asked LEFT JOIN worded USING (key, number)
), kept AS (
    SELECT key, array_agg(cosine ORDER BY number) AS cosines, array_agg(bm25 ORDER BY number) AS bm25,
           max(score) FILTER (WHERE number = 0) + :parts * coalesce(max(score) FILTER (WHERE number > 0), 0) AS score
    FROM (SELECT *, :by_vector * cosine + :by_words * relative_bm25 AS score FROM rated) AS scored
    GROUP BY key ORDER BY score DESC, key LIMIT :rerank
)
SELECT {passage}, d.title, d.year, kept.cosines, kept.bm25, near.rank, worded.rank,
       (SELECT string_agg(halfvec_send(vector), ''::bytea ORDER BY number) FROM sentences s WHERE s.key = kept.key)
FROM kept JOIN passages p USING (key) JOIN documents d ON d.id = p.document_id
LEFT JOIN near ON near.key = kept.key AND near.number = 0
LEFT JOIN worded ON worded.key = kept.key AND worded.number = 0
ORDER BY kept.score DESC, kept.key
"""
_PASSAGE = ", ".join(f"p.{name.strip()}" for name in PASSAGE.split(","))
_EVERYWHERE = _SEARCH.format(allowed="TRUE", passage=_PASSAGE)
_FILTERED = _SEARCH.format(allowed=f"key IN ({_ALLOWED})", passage=_PASSAGE)


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage: Passage
    title: str
    year: int | None
    cosines: list[float]
    """With the whole question and its parts; so is BM25."""
    bm25: list[float]
    dense_rank: int | None
    lexical_rank: int | None
    sentences: NDArray[np.float32]


def search(
    database: Database,
    tokeniser: Tokeniser,
    queries: Sequence[Query],
    vectors: NDArray[np.float32],
    *,
    limit: int,
    filters: Filters | None = None,
    tuning: Tuning = TUNING,
) -> list[Hit]:
    """`queries` are the whole question and its parts, `vectors` their rows."""
    rows = _rows(database, tokeniser, queries, vectors, limit, filters, tuning)
    found = [_candidate(row, vectors.shape[1]) for row in rows]
    if not found:
        return []
    cosines = np.array([each.cosines for each in found], np.float32).T
    bm25 = np.array([each.bm25 for each in found], np.float32).T
    scores = fused_scores(cosines, bm25, nearest_sentences([each.sentences for each in found], vectors), tuning)
    ranked = np.argsort(-scores, kind="stable").tolist()
    chosen = distinct([(place, found[place].passage) for place in ranked], limit, tuning.same)
    return [_hit(found[place], float(scores[place])) for place, _ in chosen]


def _rows(
    database: Database,
    tokeniser: Tokeniser,
    queries: Sequence[Query],
    vectors: NDArray[np.float32],
    limit: int,
    filters: Filters | None,
    tuning: Tuning,
) -> list[list[Any]]:
    terms = [
        (number, token)
        for number, query in enumerate(queries)
        for term in query.terms
        for token in tokeniser.tokens(term)
    ]
    by_dense, by_lexical, by_sentence = tuning.weights
    values = {
        "numbers": list(range(len(queries))), "vectors": [vector_text(vector) for vector in vectors],
        "queries": [number for number, _ in terms], "terms": [term for _, term in terms],
        "dense": tuning.dense, "lexical": tuning.lexical, "rerank": max(tuning.rerank, 2 * limit),
        "parts": tuning.parts, "by_vector": by_dense + by_sentence, "by_words": by_lexical,
    }  # fmt: skip
    if filters is None or (filters.document_ids is None and filters.years is None):
        return database.read(_EVERYWHERE, **values)
    documents = None if filters.document_ids is None else sorted(filters.document_ids)
    years = None if filters.years is None else sorted(filters.years)
    return database.read(_FILTERED, **values, documents=documents, years=years)


def _candidate(row: Sequence[Any], dimension: int) -> _Candidate:
    title, year, cosines, bm25, dense_rank, lexical_rank, sentences = row[-7:]
    vectors = halves(sentences) if sentences else np.empty((0, dimension), np.float32)
    return _Candidate(passage_of(row), title, year, cosines, bm25, dense_rank, lexical_rank, vectors)


def _hit(found: _Candidate, score: float) -> Hit:
    return Hit(
        found.passage, found.title, found.year, score,
        found.cosines[0] if found.dense_rank else None, found.dense_rank,
        found.bm25[0] if found.lexical_rank else None, found.lexical_rank, found.sentences,
    )  # fmt: skip
