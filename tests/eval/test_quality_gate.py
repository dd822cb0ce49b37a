"""A guard against regressions: the product as it ships, on its own sample reports and a quarter of their questions.

The thresholds are far below what is reached (see eval/RESULTS.md), so that only a real loss fails. Two minutes on an
idle machine with two cores.
"""

import json
from pathlib import Path

import pytest

from service.cli.program import run

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = ROOT / "eval" / "questions" / "samples.jsonl"
EVERY = 4


@pytest.mark.e2e
def test_answers_about_the_sample_reports(tmp_path: Path, default_model: Path, embedder_dir: Path) -> None:
    rows = QUESTIONS.read_text("utf-8").splitlines(keepends=True)[::EVERY]
    (tmp_path / "rows.jsonl").write_text("".join(rows), "utf-8")
    out = tmp_path / "results.json"
    arguments = ["eval", "questions", str(tmp_path / "rows.jsonl"), "--reports", str(ROOT / "ingest" / "sample")]
    assert run([*arguments, "--json", str(out), "--html", str(tmp_path / "results.html")]) == 0

    report = json.loads(out.read_text("utf-8"))
    assert "failed" not in report["statuses"]
    metrics = report["metrics"]
    assert metrics["citation_exact"] == 1.0, "every quotation is the document's text at its offsets"
    assert metrics["evidence_recall_at_5"] >= 0.75
    assert metrics["key_points"] >= 0.4
    assert metrics["citation_hits"] >= 0.35
    assert metrics["right_refusal"] >= 0.1
    assert metrics["false_refusal"] <= 0.25
    assert "<svg" in (tmp_path / "results.html").read_text("utf-8")
