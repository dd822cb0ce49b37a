"""The metrics: pure functions of texts and judgements, each with its definition.

A missing result scores zero; it never vanishes from a mean.
"""

import math
from collections.abc import Collection, Mapping, Sequence

from eval.text import content_words, stems

COVERED = 0.6
"""A key point is covered, and a citation hits, from this share of content words on."""


def share(part: str, whole: str) -> float:
    """Share of the stemmed content words of `part` that are in `whole`."""
    wanted = content_words(part)
    return len(wanted & stems(whole)) / len(wanted) if wanted else 0.0


def covers(answer: str, key_point: str) -> bool:
    """A key point counts when 60% of its stemmed content words are in the answer."""
    return share(key_point, answer) >= COVERED


def key_point_score(answer: str, key_points: Sequence[str]) -> float:
    """Share of the key points that the answer covers."""
    if not key_points:
        raise ValueError("a key-point score needs at least one key point")
    return sum(covers(answer, point) for point in key_points) / len(key_points)


def hits(quote: str, gold: str) -> bool:
    """A citation hits when its quote and a gold quote share 60% of either's content words."""
    return max(share(quote, gold), share(gold, quote)) >= COVERED


def hits_any(quote: str, gold: Collection[str]) -> bool:
    return any(hits(quote, one) for one in gold)


def recall_at(k: int, ranking: Sequence[Collection[str]], gold: Collection[str]) -> float:
    """Share of the gold quotes found in the first k passages. A ranking is, for each passage, the quotes in it."""
    found = {quote for passage in ranking[:k] for quote in passage}
    return len(found & set(gold)) / len(set(gold))


def reciprocal_rank(ranking: Sequence[Collection[str]]) -> float:
    """1 / rank of the first passage with a gold quote, 0 without one."""
    return next((1 / rank for rank, found in enumerate(ranking, start=1) if found), 0.0)


def ndcg_at(k: int, ranking: Sequence[str], gains: Mapping[str, int]) -> float:
    """nDCG with gain = number of gold quotes in a passage (Järvelin and Kekäläinen 2002, log2 discount).

    `gains` holds every relevant passage of the index; the ideal ranking is by them. 0 where there is none.
    """
    ideal = _dcg(sorted(gains.values(), reverse=True)[:k])
    return _dcg([gains.get(passage_id, 0) for passage_id in ranking[:k]]) / ideal if ideal else 0.0


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
