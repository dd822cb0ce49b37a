"""One search out of several: each wording of a question, and each side of a comparison."""

from collections.abc import Sequence

from index.types import Filters, Hit, Index

_K = 60
"""The usual constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009)."""


def search(index: Index, wordings: Sequence[str], *, limit: int, filters: Filters) -> list[Hit]:
    """Hits for all wordings, best first. The first wording's hit values are kept where several found a passage."""
    if len(wordings) == 1:
        return index.search(wordings[0], limit=limit, filters=filters)
    return fuse([index.search(wording, limit=limit, filters=filters) for wording in wordings], limit)


def search_each(
    index: Index, wordings: Sequence[str], scopes: Sequence[Filters], filters: Filters, *, limit: int
) -> list[Hit]:
    """Passages of each scope in turn, so that no side of a comparison is left out.

    A single scope narrower than `filters` (a report that is named) is searched beside everything: it counts twice.
    """
    if len(scopes) == 1:
        if scopes[0] == filters:
            return search(index, wordings, limit=limit, filters=filters)
        both = [search(index, wordings, limit=limit, filters=scope) for scope in (scopes[0], filters)]
        return fuse(both, limit)
    return in_turn([search(index, wordings, limit=limit, filters=scope) for scope in scopes], limit)


def fuse(rankings: Sequence[Sequence[Hit]], limit: int) -> list[Hit]:
    hits: dict[str, Hit] = {}
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            hits.setdefault(hit.passage.id, hit)
            scores[hit.passage.id] = scores.get(hit.passage.id, 0.0) + 1 / (_K + rank)
    return [hits[passage_id] for passage_id in sorted(scores, key=lambda key: -scores[key])[:limit]]


def in_turn(rankings: Sequence[Sequence[Hit]], limit: int) -> list[Hit]:
    """The first of each ranking, then the second of each, without repeats."""
    hits: dict[str, Hit] = {}
    for place in range(max(map(len, rankings), default=0)):
        for ranking in rankings:
            if place < len(ranking):
                hits.setdefault(ranking[place].passage.id, ranking[place])
    return list(hits.values())[:limit]
