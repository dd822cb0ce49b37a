"""One search out of several wordings of a question: each is searched, their rankings are fused."""

from collections.abc import Sequence

from index.types import Filters, Hit, Index

_K = 60
"""The usual constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009)."""


def search(index: Index, wordings: Sequence[str], *, limit: int, filters: Filters) -> list[Hit]:
    """Hits for all wordings, best first. The first wording's hit values are kept where several found a passage."""
    if len(wordings) == 1:
        return index.search(wordings[0], limit=limit, filters=filters)
    hits: dict[str, Hit] = {}
    scores: dict[str, float] = {}
    for wording in wordings:
        for rank, hit in enumerate(index.search(wording, limit=limit, filters=filters), start=1):
            hits.setdefault(hit.passage.id, hit)
            scores[hit.passage.id] = scores.get(hit.passage.id, 0.0) + 1 / (_K + rank)
    return [hits[passage_id] for passage_id in sorted(scores, key=lambda key: -scores[key])[:limit]]
