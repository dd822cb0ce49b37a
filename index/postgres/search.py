"""Hybrid search in one statement: candidates from vectors and words, scored, ranked, and all that shows the best.

The same path as `index.search`, with the same `Tuning`: BM25 is SQLite's formula over SQLite's tokens, and scores are
fused as `index.fusion` does. Only what is shown leaves the database, because taking apart what it sends costs more
than the search. Where a question's words occur in very many passages, the rarer words bring the candidates and
the common ones only add to their scores, as in MaxScore (Turtle and Flood 1995); all words add to what the vectors brought.
"""

# SQL is put together from this module's constants and from whole numbers of `Tuning` only; values are always bound.

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.postgres.database import Database
from index.postgres.searched import halves, vector_text
from index.postgres.store import PASSAGE, passage_of
from index.postgres.tokens import Tokeniser
from index.query import Query
from index.search import TUNING, Tuning, distinct
from index.types import Filters, Hit

POSTINGS = 15_000
"""Passages that a question's rarest words may bring together; where even the rarest has more, the vectors alone bring any."""
_SHORTLIST = 500
"""Passages that the common words add to, of those that the rare ones brought."""
_TELLING = 0.7
"""Weight from which a common word does so: that of a word in a third of all passages."""
_SPARE = 2
"""Times as many passages are fetched as are wanted, because near copies fall away."""

_ALLOWED = """
    SELECT p.key FROM passages p JOIN documents d ON d.id = p.document_id
    WHERE d.state = 'ready' AND (:documents::text[] IS NULL OR d.id = ANY(:documents))
      AND (:years::integer[] IS NULL OR d.year = ANY(:years))
"""
_IMPACT = "2.2::float8 * sum(weight / (1 + (0.3::float8 + by_length * length) / frequency))"
"""BM25 with k1 1.2 and b 0.75, divided by the frequency, which takes the fewest steps a posting."""
_SEARCH = """
WITH asked AS MATERIALIZED (
    SELECT number, text::vector AS vector FROM unnest(:numbers::integer[], :vectors::text[]) AS t (number, text)
), size AS MATERIALIZED (
    SELECT passages::float8, 0.9 / greatest(tokens::float8 / greatest(passages, 1), 1) AS by_length FROM totals
), weighted AS MATERIALIZED (
    SELECT query AS number, term, terms.passages AS found, by_length,
           count(*) * greatest(ln((size.passages - terms.passages + 0.5) / (terms.passages + 0.5)), 1e-6) AS weight
    FROM unnest(:queries::integer[], :terms::text[]) AS t (query, term) JOIN terms USING (term), size
    WHERE size.passages >= terms.passages
    GROUP BY query, term, terms.passages, size.passages, by_length
), rarest_first AS MATERIALIZED (
    SELECT number, term, weight, by_length, sum(found) OVER sofar <= :postings AS rare
    FROM weighted WINDOW sofar AS (PARTITION BY number ORDER BY found, term ROWS UNBOUNDED PRECEDING)
), near AS MATERIALIZED (
    SELECT number, key, row_number() OVER (PARTITION BY number ORDER BY distance, key) AS rank
    FROM asked CROSS JOIN LATERAL (
        SELECT key, vectors.vector <#> asked.vector AS distance FROM vectors WHERE {allowed}
        ORDER BY distance LIMIT {dense}
    ) AS nearest
), brought AS MATERIALIZED (
    SELECT number, key, bm25
    FROM asked CROSS JOIN LATERAL (
        SELECT key, {impact} AS bm25 FROM rarest_first AS r JOIN postings USING (term)
        WHERE r.number = asked.number AND rare AND {allowed}
        GROUP BY key ORDER BY bm25 DESC, key LIMIT {shortlist}
    ) AS best
), unread AS MATERIALIZED (
    SELECT number, key FROM near EXCEPT SELECT number, key FROM brought
), looked_up AS MATERIALIZED (
    SELECT number, array_agg(key) FILTER (WHERE read) AS read, array_agg(key) FILTER (WHERE NOT read) AS unread
    FROM (SELECT number, key, TRUE AS read FROM brought UNION ALL SELECT number, key, FALSE FROM unread) AS chosen
    GROUP BY number
), added AS MATERIALIZED (
    SELECT number, key, {impact} AS bm25
    FROM (
        SELECT number, term, weight, by_length, CASE WHEN rare THEN unread ELSE read || unread END AS keys
        FROM rarest_first JOIN looked_up USING (number) WHERE rare OR weight > {telling}
    ) AS wanted CROSS JOIN LATERAL (
        SELECT key, frequency, length FROM postings WHERE postings.term = wanted.term AND key = ANY(wanted.keys)
    ) AS posted
    GROUP BY number, key
), worded AS MATERIALIZED (
    SELECT * FROM (
        SELECT number, key, sum(bm25) AS bm25, row_number() OVER (PARTITION BY number ORDER BY sum(bm25) DESC, key) AS rank
        FROM (SELECT * FROM brought UNION ALL SELECT * FROM added) AS parts GROUP BY number, key
    ) AS ranked WHERE rank <= {lexical}
), measured AS MATERIALIZED (
    SELECT key, number, cosine, bm25, worded.rank AS place FROM (
        SELECT key, number, -(vectors.vector <#> asked.vector) AS cosine
        FROM (SELECT key FROM near UNION SELECT key FROM worded) AS candidates JOIN vectors USING (key) CROSS JOIN asked
    ) AS cosines LEFT JOIN worded USING (key, number)
), first AS (
    SELECT key, number, (:by_vector::float8 + :by_sentence::float8) * cosine + :by_words::float8 * {relative} AS score
    FROM measured
), kept AS MATERIALIZED (
    SELECT key FROM first GROUP BY key ORDER BY {fused} DESC, key LIMIT {rerank}
), sentence AS (
    SELECT key, asked.number, coalesce(max(-(s.vector::vector <#> asked.vector)), -1) AS cosine
    FROM kept CROSS JOIN asked LEFT JOIN sentences s USING (key) GROUP BY key, asked.number
), second AS (
    SELECT key, number, measured.cosine, bm25, place,
           (:by_vector::float8 * measured.cosine + :by_sentence::float8 * sentence.cosine
            + :by_words::float8 * {relative}) AS score
    FROM sentence JOIN measured USING (key, number)
), best AS (
    SELECT key, {fused} / (:by_vector::float8 + :by_words::float8 + :by_sentence::float8) AS score,
           max(cosine) FILTER (WHERE number = 0) AS cosine, max(bm25) FILTER (WHERE number = 0) AS bm25,
           max(place) FILTER (WHERE number = 0) AS place
    FROM second GROUP BY key ORDER BY score DESC, key LIMIT :wanted
)
SELECT {passage}, d.title, d.year, best.score, best.cosine, near.rank, best.bm25, best.place,
       (SELECT string_agg(halfvec_send(s.vector), ''::bytea ORDER BY s.number) FROM sentences s WHERE s.key = best.key)
FROM best JOIN passages p USING (key) JOIN documents d ON d.id = p.document_id
LEFT JOIN near ON near.key = best.key AND near.number = 0
ORDER BY best.score DESC, best.key
"""
_RELATIVE = "coalesce(bm25 / nullif(max(bm25) OVER (PARTITION BY number), 0), 0)"
_FUSED = """
    CASE WHEN count(*) = 1 THEN max(score) ELSE
        (max(score) FILTER (WHERE number = 0) + :parts::float8 * max(score) FILTER (WHERE number > 0)) / (1 + :parts::float8)
    END
"""
_PASSAGE = ", ".join(f"p.{name.strip()}" for name in PASSAGE.split(","))


def search(
    database: Database,
    tokeniser: Tokeniser,
    queries: Sequence[Query],
    vectors: NDArray[np.float32],
    *,
    limit: int,
    filters: Filters | None = None,
    tuning: Tuning = TUNING,
    postings: int = POSTINGS,
) -> list[Hit]:
    """`queries` are the whole question and its parts, `vectors` their rows."""
    rerank = max(tuning.rerank, 2 * limit)
    values = _values(tokeniser, queries, vectors, tuning) | _allowed(filters) | {"postings": postings}
    sql = _statement(tuning.dense, tuning.lexical, rerank, "years" in values)
    wanted = min(rerank, _SPARE * limit)
    while True:
        found = [_hit(row, vectors.shape[1]) for row in database.read(sql, **values, wanted=wanted)]
        chosen = distinct([(place, hit.passage) for place, hit in enumerate(found)], limit, tuning.same)
        if len(chosen) == limit or len(found) < wanted or wanted == rerank:
            return [found[place] for place, _ in chosen]
        wanted = rerank  # so many were near copies of others


@lru_cache
def _statement(dense: int, lexical: int, rerank: int, filtered: bool) -> str:
    """Limits are part of the text, so that the plan that is made once is made for them."""
    return _SEARCH.format(
        allowed=f"key IN ({_ALLOWED})" if filtered else "TRUE",
        impact=_IMPACT, relative=_RELATIVE, fused=_FUSED, passage=_PASSAGE,
        dense=int(dense), lexical=int(lexical), shortlist=max(_SHORTLIST, int(lexical)), telling=_TELLING, rerank=int(rerank),
    )  # fmt: skip


def _values(
    tokeniser: Tokeniser, queries: Sequence[Query], vectors: NDArray[np.float32], tuning: Tuning
) -> dict[str, Any]:
    terms = [
        (number, token)
        for number, query in enumerate(queries)
        for term in query.terms
        for token in tokeniser.tokens(term)
    ]
    by_vector, by_words, by_sentence = tuning.weights
    return {
        "numbers": list(range(len(queries))), "vectors": [vector_text(vector) for vector in vectors],
        "queries": [number for number, _ in terms], "terms": [term for _, term in terms],
        "parts": tuning.parts, "by_vector": by_vector, "by_words": by_words, "by_sentence": by_sentence,
    }  # fmt: skip


def _allowed(filters: Filters | None) -> dict[str, Any]:
    """Nothing where nothing is filtered: that is another statement."""
    if filters is None or (filters.document_ids is None and filters.years is None):
        return {}
    return {
        "documents": None if filters.document_ids is None else sorted(filters.document_ids),
        "years": None if filters.years is None else sorted(filters.years),
    }


def _hit(row: Sequence[Any], dimension: int) -> Hit:
    title, year, score, cosine, dense_rank, bm25, lexical_rank, sentences = row[-8:]
    vectors = halves(sentences) if sentences else np.empty((0, dimension), np.float32)
    return Hit(
        passage_of(row), title, year, score, cosine if dense_rank else None, dense_rank, bm25, lexical_rank, vectors
    )
