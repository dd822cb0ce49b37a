"""The question files: every row has the one form, and every gold quotation is literally in its report."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingest.sample import paths

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "eval/questions"
SHARED = ROOT.parent / "shared/corpus"
KINDS = {
    "factoid",
    "list",
    "why/how",
    "summary",
    "compare",
    "follow-up",
    "unanswerable-near",
    "unanswerable-far",
    "adversarial",
    "false-premise",
    "ambiguous",
}
TEXTS = ("id", "question", "kind", "doc", "answer")
LONGEST_QUOTE = 25

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    lines = (QUESTIONS / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def question_files() -> list[str]:
    return sorted(path.name for path in QUESTIONS.glob("*.jsonl"))


def canonical(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def sample_texts() -> dict[str, str]:
    return {path.name: canonical(path) for path in paths()}


def corpus_texts() -> dict[str, str]:
    if not SHARED.exists():
        pytest.skip(f"the reports of the corpus are not here: {SHARED}")
    files = [path for folder in ("seed", "field") for path in sorted((SHARED / folder).iterdir())]
    return {path.name: canonical(path) for path in files}


def missing_quotes(name: str, texts: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (row["id"], quote)
        for row in rows(name)
        for quote, document in zip(row["evidence"], row["evidence_docs"], strict=True)
        if document not in row["docs"] or quote not in texts[document]
    ]


@pytest.mark.parametrize("name", question_files())
def test_every_row_has_the_form(name: str) -> None:
    for row in rows(name):
        assert all(isinstance(row[field], str) and row[field].strip() for field in TEXTS), row["id"]
        assert row["kind"] in KINDS, row["id"]
        assert row["docs"], row["id"]
        assert row["doc"] == " | ".join(row["docs"]), row["id"]
        assert row["key_points"], row["id"]
        assert all(row["key_points"]), row["id"]


@pytest.mark.parametrize("name", question_files())
def test_ids_and_questions_are_unique(name: str) -> None:
    for field in ("id", "question"):
        assert [value for value, count in Counter(row[field] for row in rows(name)).items() if count > 1] == []


@pytest.mark.parametrize("name", question_files())
def test_answerable_rows_and_no_others_have_evidence(name: str) -> None:
    for row in rows(name):
        assert bool(row["evidence"]) is row["answerable"], row["id"]
        assert not (row["kind"].startswith("unanswerable") and row["answerable"]), row["id"]
        assert not (row["kind"] == "ambiguous" and row["answerable"]), row["id"]


@pytest.mark.parametrize("name", question_files())
def test_follow_ups_and_no_others_have_a_history_that_alternates(name: str) -> None:
    for row in rows(name):
        assert ("history" in row) is (row["kind"] == "follow-up"), row["id"]
        roles = [turn["role"] for turn in row.get("history", ())]
        assert roles == ["user", "assistant"] * (len(roles) // 2), row["id"]


@pytest.mark.parametrize("name", question_files())
def test_every_kind_is_there(name: str) -> None:
    assert {row["kind"] for row in rows(name)} == KINDS


def test_the_sample_questions_are_enough_and_quote_the_samples() -> None:
    assert len(rows("samples.jsonl")) >= 66
    assert sum(not row["answerable"] for row in rows("samples.jsonl")) >= 20
    assert missing_quotes("samples.jsonl", sample_texts()) == []


def test_the_corpus_questions_are_enough_and_of_many_reports() -> None:
    every = rows("corpus.jsonl")
    assert len(every) >= 150
    assert sum(not row["answerable"] for row in every) >= 60
    assert len({document for row in every if row["answerable"] for document in row["docs"]}) >= 35


def test_the_corpus_questions_are_split_by_report() -> None:
    halves: dict[str, set[str]] = {"tune": set(), "report": set()}
    for row in rows("corpus.jsonl"):
        halves[row["split"]].update(row["docs"])
    assert not halves["tune"] & halves["report"]
    assert all(halves.values())


def test_the_corpus_quotes_are_short() -> None:
    quotes = [quote for row in rows("corpus.jsonl") for quote in row["evidence"]]
    assert [quote for quote in quotes if len(quote.split()) > LONGEST_QUOTE] == []


def test_the_corpus_questions_quote_the_reports() -> None:
    assert missing_quotes("corpus.jsonl", corpus_texts()) == []
