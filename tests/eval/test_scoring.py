"""Answers made by hand over a real index, so that every score is known."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.datasets import QuestionRow
from eval.results import FAILED, Result
from eval.scoring import Scorer
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.read import read_bytes
from ingest.split import split
from service.answering.types import Answer, AnswerSentence, Citation, Evidence, Status, Timings, Verdict, Withheld
from service.errors import ModelFailed

REPORT = """# Digital outlook

## Skills

Competition for digital staff is rising across every council. Pay alone cannot close the gap.

## Cloud

Most councils keep their payroll at home. Elastic scaling brought nothing to steady loads.
"""
SKILLS = "Competition for digital staff is rising"
PAY = "Pay alone cannot close the gap."
CLOUD = "Elastic scaling brought nothing"
ROW = QuestionRow(
    id="q1",
    question="Why is hiring digital staff hard?",
    kind="why/how",
    answer="",
    key_points=("competition rising", "pay cannot close gap"),
    evidence=(SKILLS, PAY),
    answerable=True,
)


@pytest.fixture
def index(tmp_path: Path, models_dir: Path) -> Iterator[LocalIndex]:
    opened = LocalIndex.open(tmp_path / "index", HashEmbedder())
    document = read_bytes(REPORT.encode(), "outlook.md")
    opened.add(document, split(document), source_path="outlook.md")
    yield opened
    opened.close()


def answer(index: LocalIndex, *, quotes: tuple[str, ...], shift: int = 0, status: Status = Status.ANSWERED) -> Answer:
    """Two sentences, the citations of these quotes (moved by `shift`), the passage about skills as evidence."""
    [info] = index.documents()
    text = index.document(info.id).text
    passage = next(p for p in index.passages(info.id) if SKILLS in p.text)
    citations = tuple(
        Citation(n, passage.id, info.id, info.title, "", None, quote, text.index(quote) + shift,
                 text.index(quote) + shift + len(quote), "")
        for n, quote in enumerate(quotes, start=1)
    )  # fmt: skip
    return Answer(
        id="a", status=status, reason=None, clarifications=(), question=ROW.question, standalone_question=ROW.question,
        answer="Competition is rising [1].",
        sentences=(AnswerSentence("Competition is rising [1].", 0, 26, Verdict.SUPPORTED, None, 0.9, (1,)),),
        citations=citations,
        evidence=(Evidence(passage.id, info.id, info.title, "", None, passage.readable, 0.5),),
        withheld=(Withheld("Robots did it.", Verdict.UNSUPPORTED, "Nothing says so."),),
        model="scripted", timings=Timings(5, 100, None, 300),
    )  # fmt: skip


def test_an_answered_row(index: LocalIndex) -> None:
    scores = Scorer(index).score(ROW, answer(index, quotes=(SKILLS, CLOUD)))
    assert (scores["key_points"], scores["fully_answered"], scores["false_refusal"]) == (1 / 2, 0, 0)
    assert (scores["evidence_recall_at_5"], scores["evidence_reachable"], scores["recall_at_10"]) == (1, 1, 1)
    assert (scores["citations_judged"], scores["citation_hits"], scores["gold_cited"]) == (2, 1, 1 / 2)
    assert (scores["citations"], scores["citations_exact"]) == (2, 2)
    assert (scores["sentences"], scores["sentences_supported"], scores["sentences_partly"], scores["withheld"]) == (
        1,
        1,
        0,
        1,
    )
    assert (scores["search_ms"], scores["first_token_ms"], scores["total_ms"]) == (5, 100, 300)
    assert "first_sentence_ms" not in scores
    assert "right_refusal" not in scores


def test_a_quote_that_is_not_at_its_offsets_is_not_exact(index: LocalIndex) -> None:
    assert Scorer(index).score(ROW, answer(index, quotes=(SKILLS,), shift=1))["citations_exact"] == 0


def test_a_gold_quote_that_no_passage_holds_is_missed_and_named_unreachable(index: LocalIndex) -> None:
    row = QuestionRow("q", "Why?", "list", "", ("pay",), (PAY, "words that stand nowhere"), True)
    scores = Scorer(index).score(row, answer(index, quotes=()))
    assert (scores["evidence_recall_at_5"], scores["evidence_reachable"], scores["gold_cited"]) == (1 / 2, 1 / 2, 0)


@pytest.mark.parametrize(
    ("status", "refused"),
    [(Status.ANSWERED, 0), (Status.PARTLY_ANSWERED, 0), (Status.FALSE_PREMISE, 1), (Status.NOT_IN_REPORTS, 1)],
)
def test_any_status_but_the_two_answered_ones_is_a_refusal(index: LocalIndex, status: Status, refused: int) -> None:
    unanswerable = QuestionRow("q", "Salary?", "unanswerable-near", "", (), (), False)
    given = answer(index, quotes=(), status=status)
    assert Scorer(index).score(unanswerable, given)["right_refusal"] == refused
    assert Scorer(index).score(ROW, given)["false_refusal"] == refused


def test_a_failed_row_scores_zero_everywhere(index: LocalIndex) -> None:
    scorer = Scorer(index)
    failed = Result.failure(ROW, ModelFailed("The model stopped."), scorer.failed(ROW))
    assert failed.status == FAILED
    assert failed.details["error"] == "ModelFailed: The model stopped."
    assert failed.scores.pop("false_refusal") == 1  # type: ignore[attr-defined]
    assert set(failed.scores.values()) == {0.0}
    means = {"key_points", "fully_answered", "recall_at_5", "mrr", "ndcg_at_10", "evidence_recall_at_5", "gold_cited"}
    assert means <= set(failed.scores)
