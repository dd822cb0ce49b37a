"""Switches that take one part out, to see what it contributes. For evaluation only: the product has them all."""

from collections.abc import Sequence
from typing import Any, Literal, cast

from index.types import Filters, Hit, Index
from service.answering.answerer import Answerer
from service.answering.options import Options
from service.answering.types import Verdict
from service.answering.verify import Check, Claim, Verifier
from service.llm.types import Cancel
from service.runtime import Runtime

DEPTH = 50
"""Fused hits from which a single ranking is read; those of it that the fusion ranked deeper are lost."""


def without(runtime: Runtime, parts: Sequence[str]) -> Answerer:
    """The runtime's answerer, less these parts: `dense`, `gate`, `lexical`, `verify`."""
    if not parts:
        return runtime.answerer
    index = runtime.index
    if "dense" in parts:
        index = cast(Index, OneRanking(index, "lexical_rank"))
    if "lexical" in parts:
        index = cast(Index, OneRanking(index, "dense_rank"))
    answerer = Answerer(index, runtime.model, options=Options(gate="gate" not in parts))
    if "verify" in parts:
        answerer.verifier = Unverified(index.embedder)
    return answerer


class Unverified(Verifier):
    """Takes every drafted sentence for supported."""

    def check_all(self, claims: Sequence[Claim], *, cancel: Cancel | None = None) -> list[Check]:
        return [Check(Verdict.SUPPORTED, 1.0, None) for _ in claims]


class OneRanking:
    """An index that ranks by one of its rankings alone. Everything but searching is the index's own."""

    def __init__(self, index: Index, rank: Literal["dense_rank", "lexical_rank"]) -> None:
        self._index = index
        self._rank = rank

    def search(self, question: str, *, limit: int = 5, filters: Filters | None = None) -> list[Hit]:
        hits = self._index.search(question, limit=DEPTH, filters=filters)
        ranked = [(rank, hit) for hit in hits if (rank := getattr(hit, self._rank)) is not None]
        return [hit for _, hit in sorted(ranked, key=lambda pair: pair[0])][:limit]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)
