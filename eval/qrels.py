"""Which passages hold which gold quotes: relevance judgements made from literal quotes, not from passage ids, so
that they outlive every change of splitting."""

from collections.abc import Sequence

from eval.text import normalised
from index.types import Index
from ingest.types import Passage


class Qrels:
    """Over all passages that can be searched. A quote counts where its words stand in order and without a gap."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._texts = {passage.id: (normalised(passage.text), normalised(passage.readable)) for passage in passages}

    @classmethod
    def of(cls, index: Index) -> "Qrels":
        ready = [info.id for info in index.documents() if info.state == "ready"]
        return cls([passage for document_id in ready for passage in index.passages(document_id)])

    def quotes_in(self, passage_id: str, quotes: Sequence[str]) -> frozenset[str]:
        forms = self._texts.get(passage_id, ())
        return frozenset(quote for quote in quotes if any(normalised(quote) in form for form in forms))

    def gains(self, quotes: Sequence[str]) -> dict[str, int]:
        """Passage id to number of gold quotes in it, for the passages with at least one."""
        counted = {passage_id: len(self.quotes_in(passage_id, quotes)) for passage_id in self._texts}
        return {passage_id: gain for passage_id, gain in counted.items() if gain}

    def reachable(self, quotes: Sequence[str]) -> float:
        """Share of the quotes that are whole in some passage: the most that any search could find."""
        found = {quote for passage_id in self._texts for quote in self.quotes_in(passage_id, quotes)}
        return len(found) / len(set(quotes))
