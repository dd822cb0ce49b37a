"""The scores of one row, by the definitions of `eval.metrics`."""

from collections.abc import Sequence

from eval.datasets import QuestionRow
from eval.metrics import COVERED, hits, hits_any, key_point_score, ndcg_at, recall_at, reciprocal_rank, share
from eval.qrels import Qrels
from index.types import Index
from service.answering.types import Answer, Verdict

RANKS = (1, 3, 5, 10)
DEPTH = max(RANKS)
"""Passages searched for the retrieval figures; the answer itself returns at most five."""


class Scorer:
    def __init__(self, index: Index) -> None:
        self._index = index
        self._qrels = Qrels.of(index)

    def score(self, row: QuestionRow, answer: Answer) -> dict[str, float]:
        scores = {**_sentences(answer), **_latency(answer), **self._exact(answer)}
        if not row.answerable:
            return {**scores, "right_refusal": float(answer.status.refused)}
        scores |= _content(row, answer)
        if row.evidence:
            scores |= self._retrieval(row, answer) | _citations(row, answer)
        return scores

    def failed(self, row: QuestionRow) -> dict[str, float]:
        """A missing result scores zero."""
        if not row.answerable:
            return {"right_refusal": 0.0}
        zeros = {"false_refusal": 1.0}
        if row.key_points:
            zeros |= {"key_points": 0.0, "fully_answered": 0.0}
        if row.evidence:
            names = [f"recall_at_{k}" for k in RANKS]
            zeros |= dict.fromkeys(
                [*names, "mrr", "ndcg_at_10", "evidence_recall_at_5", "gold_cited", "citation_f1"], 0.0
            )
        return zeros

    def _exact(self, answer: Answer) -> dict[str, float]:
        """How many citations quote the document's text exactly at their offsets."""
        exact = sum(
            self._index.document(citation.document_id).text[citation.start : citation.end] == citation.quote
            for citation in answer.citations
        )
        return {"citations": len(answer.citations), "citations_exact": exact}

    def _retrieval(self, row: QuestionRow, answer: Answer) -> dict[str, float]:
        found = self._index.search(answer.standalone_question, limit=DEPTH)
        ids = [hit.passage.id for hit in found]
        ranking = [self._qrels.quotes_in(passage_id, row.evidence) for passage_id in ids]
        returned = [self._qrels.quotes_in(item.passage_id, row.evidence) for item in answer.evidence]
        return {
            **{f"recall_at_{k}": recall_at(k, ranking, row.evidence) for k in RANKS},
            "mrr": reciprocal_rank(ranking),
            "ndcg_at_10": ndcg_at(10, ids, self._qrels.gains(row.evidence)),
            "evidence_recall_at_5": recall_at(5, returned, row.evidence),
            "evidence_words_at_5": _by_words([item.text for item in answer.evidence[:5]], row.evidence),
            "evidence_reachable": self._qrels.reachable(row.evidence),
        }


def _by_words(passages: Sequence[str], gold: Sequence[str]) -> float:
    """A kinder evidence recall: 60% of a gold quote's content words in one of the passages."""
    return sum(any(share(quote, passage) >= COVERED for passage in passages) for quote in gold) / len(gold)


def _content(row: QuestionRow, answer: Answer) -> dict[str, float]:
    """A row without key points says only that there is an answer."""
    refused = {"false_refusal": float(answer.status.refused)}
    if not row.key_points:
        return refused
    covered = key_point_score(answer.answer, row.key_points)
    return {**refused, "key_points": covered, "fully_answered": float(covered == 1 and not answer.status.refused)}


def _citations(row: QuestionRow, answer: Answer) -> dict[str, float]:
    quotes = [citation.quote for citation in answer.citations]
    hit = sum(hits_any(quote, row.evidence) for quote in quotes)
    recall = sum(any(hits(quote, gold) for quote in quotes) for gold in row.evidence) / len(row.evidence)
    precision = hit / len(quotes) if quotes else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision and recall else 0.0
    return {"citations_judged": len(quotes), "citation_hits": hit, "gold_cited": recall, "citation_f1": f1}


def _sentences(answer: Answer) -> dict[str, float]:
    verdicts = [sentence.verdict for sentence in answer.sentences]
    return {
        "sentences": len(verdicts),
        "sentences_supported": verdicts.count(Verdict.SUPPORTED),
        "sentences_partly": verdicts.count(Verdict.PARTLY),
        "withheld": len(answer.withheld),
    }


def _latency(answer: Answer) -> dict[str, float]:
    """Milliseconds; absent where a refusal wrote nothing."""
    timings = answer.timings
    times = {
        "search_ms": timings.search_ms,
        "first_token_ms": timings.first_token_ms,
        "first_sentence_ms": timings.first_sentence_ms,
        "total_ms": timings.total_ms,
    }
    return {name: float(value) for name, value in times.items() if value is not None}
