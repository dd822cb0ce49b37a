"""Claims: where their passages come from, how they are checked and what the figures are."""

import json
from pathlib import Path

import pytest

from eval.claim_results import ClaimResult, summarise_claims
from eval.claims_html import claims_page
from eval.claims_run import check, row
from eval.datasets import ClaimRow, load_claims
from eval.outcome import Outcome
from eval.passages import ReportTexts
from eval.records import BadDataset
from eval.report_json import head
from eval.splits import Split, select
from index.hash_embedder import HashEmbedder
from service.answering.verify import Verifier

PASSAGE = "Running costs had risen by 38% in two years. A small cluster proved cheaper."


def claim(name: str, text: str, supported: bool, **more: object) -> ClaimRow:
    fields: dict[str, object] = {
        "corruption": "none",
        "style": "none",
        "doc": "",
        "passage": PASSAGE,
        "passage_at": None,
    }
    return ClaimRow(name, text, supported, **{**fields, **more})  # type: ignore[arg-type]


@pytest.fixture
def reports(tmp_path: Path) -> list[Path]:
    (tmp_path / "seed").mkdir()
    (tmp_path / "field").mkdir()
    paths = [tmp_path / "seed" / "trends.txt", tmp_path / "field" / "costs.md", tmp_path / "field" / "other.md"]
    for path, text in zip(paths, ["A trends report about councils.", PASSAGE, "Another report."], strict=True):
        path.write_text(text, "utf-8")
    return paths


@pytest.mark.parametrize(
    ("doc", "span", "expected"),
    [("costs.md", (0, 43), PASSAGE[:43]), ("costs", (44, 76), PASSAGE[44:76]), ("seed", (2, 8), "trends")],
)
def test_a_passage_is_found_by_file_name_stem_or_folder(
    reports: list[Path], doc: str, span: tuple[int, int], expected: str
) -> None:
    assert ReportTexts(reports).passage(claim("c", "x", True, doc=doc, passage=None, passage_at=span)) == expected


@pytest.mark.parametrize(
    ("doc", "span", "message"),
    [("costs.md", (0, 9999), "has 76 characters"), ("none.md", (0, 1), "--reports"), ("field", (0, 1), "--reports")],
)
def test_a_passage_that_is_not_there_is_named(
    reports: list[Path], doc: str, span: tuple[int, int], message: str
) -> None:
    with pytest.raises(BadDataset, match=message):
        ReportTexts(reports).passage(claim("c", "x", True, doc=doc, passage=None, passage_at=span))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": "true"}, "“label” is not right: it must be “supported” or “unsupported”"),
        ({"passage": None}, "“passage” is not right"),
        ({"passage_at": [5, 5]}, "“passage_at” is not right"),
        ({"split": "train"}, "“split” is not right: it must be “tune” or “report”"),
    ],
)
def test_a_wrong_claim_is_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(json.dumps({"id": "c", "claim": "x", "passage": PASSAGE, "label": "supported", **change}))
    with pytest.raises(BadDataset, match=message):
        load_claims(path)


def test_a_wrong_number_is_caught_and_the_text_itself_passes() -> None:
    verifier = Verifier(HashEmbedder())
    true = check(claim("t", "Running costs had risen by 38% in two years.", True), PASSAGE, verifier)
    false = check(
        claim("f", "Running costs had risen by 83% in two years.", False, corruption="number"), PASSAGE, verifier
    )
    assert (true.passed, true.right) == (True, True)
    assert (false.passed, false.right) == (False, True)
    assert true.support > false.support
    assert row(false)["status"] == "unsupported"
    assert set(row(false)["scores"]) == {"support", "right", "ms"}


def result(name: str, supported: bool, verdict: str, support: float, corruption: str = "none") -> ClaimResult:
    style = "condense" if supported else "none"
    return ClaimResult(name, f"<claim {name}>", PASSAGE, supported, corruption, style, verdict, support, None, 10.0)


RESULTS = [
    result("a", True, "supported", 0.9),
    result("b", True, "partly", 0.5),
    result("c", False, "unsupported", 0.1, "number"),
    result("d", False, "supported", 0.7, "number"),
    result("e", False, "partly", 0.4, "negation"),
]


def test_rates_are_by_class_corruption_and_style() -> None:
    metrics = {metric.name: (metric.value, metric.n) for metric in summarise_claims(RESULTS)}
    assert metrics["auroc"] == (5 / 6, 5)
    assert metrics["true_passed"] == (1 / 2, 2)
    assert metrics["corrupted_passed"] == (1 / 3, 3)
    assert metrics["caught_number"] == (1 / 2, 2)
    assert metrics["caught_negation"] == (1, 1)
    assert metrics["passed_condense"] == (1 / 2, 2)


def test_the_page_shows_wrong_verdicts_as_text() -> None:
    content = {
        **head({"model": "m"}, summarise_claims(RESULTS)),
        "reliability": [[0.5, 0.5, 1]],
        "risk_coverage": [[1.0, 0.4]],
    }
    page = claims_page("Claims", RESULTS, content)
    assert page.count("<article>") == 2
    assert "d: &lt;claim d&gt;" in page
    assert "a: &lt;claim a&gt;" not in page


def test_halves_are_by_the_rows_own_word_or_else_by_its_number() -> None:
    rows = [claim("k3", "", True), claim("k4", "", True), claim("k5", "", True, split="tune"), claim("x", "", True)]
    assert [r.id for r in select(rows, Split.TUNE)] == ["k3", "k5"]
    assert [r.id for r in select(rows, Split.REPORT)] == ["k4", "x"]
    assert select(rows, Split.ALL) == rows


def test_an_earlier_report_that_is_none_is_refused(tmp_path: Path) -> None:
    outcome = Outcome("t", [], {"rows": [{"id": "a", "scores": {"right": 1.0}}]}, lambda: "")
    (tmp_path / "old.json").write_text('{"rows": [{"id": "a", "scores": {"right": 0.0}}]}')
    (tmp_path / "bad.json").write_text('{"rows": 3}')
    [difference] = outcome.compared_with(tmp_path / "old.json")
    assert (difference.score, difference.before, difference.after, difference.n) == ("right", 0, 1, 1)
    for name in ("bad.json", "missing.json"):
        with pytest.raises(BadDataset, match="not a JSON report"):
            outcome.compared_with(tmp_path / name)
