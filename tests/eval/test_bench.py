"""Converters on small pieces in the form of the public sets, and the page made of results."""

import json
from pathlib import Path

from eval.bench import clapnq, rgb, scifact, squad2
from eval.bench.converted import sample
from eval.datasets import load_claims, load_questions
from eval.report_json import slim
from eval.results_page import write_results


def test_squad_questions_are_confined_to_their_paragraph(tmp_path: Path) -> None:
    answerable = {
        "id": "a",
        "question": " Where? ",
        "is_impossible": False,
        "answers": [{"text": "in Rome"}, {"text": "Rome"}],
    }
    impossible = {"id": "b", "question": "When?", "is_impossible": True, "answers": []}
    paragraphs = [{"context": "It was in Rome.", "qas": [answerable]}, {"context": "Nothing.", "qas": [impossible]}]
    data = {"data": [{"title": "The_Fall", "paragraphs": paragraphs}]}
    (tmp_path / "dev.json").write_text(json.dumps(data))
    rows_file, reports = squad2.convert(tmp_path, 10).write(tmp_path / "out")
    first, second = load_questions(rows_file)
    assert (first.question, first.answerable, first.key_points) == ("Where?", True, ("Rome",))
    assert (second.answerable, second.within) == (False, ("The_Fall-1.md",))
    assert (reports / first.within[0]).read_text() == "# The Fall\n\nIt was in Rome.\n"


def test_clapnq_marked_sentences_are_the_gold(tmp_path: Path) -> None:
    passage = {"title": "Snow", "sentences": ["It is cold .", "It is white ."]}
    full = {"id": "1", "input": "what is snow", "passages": [passage],
            "output": [{"answer": "White.", "selected_sentences": ["It is white ."]}]}  # fmt: skip
    empty = {**full, "id": "-2", "output": [{"answer": "", "selected_sentences": []}]}
    (tmp_path / "clapnq_dev_answerable.jsonl").write_text(json.dumps(full) + "\n")
    (tmp_path / "clapnq_dev_unanswerable.jsonl").write_text(json.dumps(empty) + "\n")
    rows_file, reports = clapnq.convert(tmp_path, 2).write(tmp_path / "out")
    first, second = load_questions(rows_file)
    assert (first.evidence, first.within, first.answerable) == (("It is white .",), ("1.md",), True)
    assert (second.answerable, second.evidence) == (False, ())
    assert (reports / "1.md").read_text() == "# Snow\n\nIt is cold . It is white .\n"


def test_rgb_makes_three_cases_of_a_fact(tmp_path: Path) -> None:
    entry = {"id": 7, "query": "location of the final", "answer": ["Tampa", "Tampa, Florida"], "fakeanswer": "Glendale",
             "positive": ["In Tampa."] * 3, "positive_wrong": ["In Glendale."], "negative": ["Tickets."] * 9}  # fmt: skip
    (tmp_path / "en_fact.json").write_text(json.dumps(entry) + "\n")
    rows_file, reports = rgb.convert(tmp_path, 3).write(tmp_path / "out")
    noise, rejection, counterfactual = load_questions(rows_file)
    assert [(reports / name).read_text() for name in noise.within] == ["In Tampa.\n"] * 2 + ["Tickets.\n"] * 3
    assert (noise.key_points, rejection.answerable, counterfactual.key_points) == (("Tampa",), False, ("Glendale",))
    assert len(rejection.within) == 5


def test_scifact_claims_without_evidence_are_left_out(tmp_path: Path) -> None:
    abstract = {"_id": "9", "title": "On mice", "text": "Mice sleep."}
    (tmp_path / "corpus.jsonl").write_text(json.dumps(abstract) + "\n")
    (tmp_path / "claims_validation.csv").write_text(
        "id,claim,evidence_doc_id,evidence_label,evidence_sentences,cited_doc_ids\n"
        "1,Mice sleep.,9,SUPPORT,[0],[9]\n1,Mice sleep.,9,SUPPORT,[1],[9]\n2,Mice never sleep.,9,CONTRADICT,[0],[9]\n"
        "3,Cats sleep.,,,[],[9]\n"
    )
    rows_file, _ = scifact.convert(tmp_path, 10).write(tmp_path / "out")
    assert [(row.claim, row.supported, row.corruption) for row in load_claims(rows_file)] == [
        ("Mice sleep.", True, "none"),
        ("Mice never sleep.", False, "contradicted"),
    ]


def test_a_sample_is_the_same_each_time_and_in_order() -> None:
    drawn = sample(range(1000), 50)
    assert drawn == sample(range(1000), 50) == sorted(set(drawn))
    assert len(drawn) == 50
    assert sample([1, 2], 50) == [1, 2]


def test_the_results_page_is_made_of_the_committed_results_alone(tmp_path: Path) -> None:
    content = {
        "commit": "abc", "config": {"dataset": "q.jsonl", "model": "m", "split": "report", "reports": ["a.md", "b.md"]},
        "metrics": {"key_points": 0.75, "total_ms_p50": 6100.0}, "intervals": {"key_points": [0.5, 0.9]},
        "counts": {"key_points": 8, "total_ms_p50": 8}, "statuses": {"answered": 8},
        "slices": {"list": {"key_points": 0.5, "rows": 4}, "factoid": {"key_points": 1.0, "rows": 4}},
        "rows": [{"id": "q", "status": "answered", "scores": {"key_points": 1}, "answer": "long text", "question": "Q?"}],
    }  # fmt: skip
    committed = slim("seed", content)
    assert committed["rows"] == [{"id": "q", "status": "answered", "scores": {"key_points": 1}}]
    assert committed["config"]["reports"] == 2
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "seed.json").write_text(json.dumps(committed))
    write_results(tmp_path / "results")
    page = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert "## seed" in page
    assert "1 rows of q.jsonl; split report; model m; commit abc; 8 answered." in page
    assert "| key_points | 0.750 | 0.500–0.900 | 8 |" in page
    assert "| total_ms_p50 | 6,100 ms |  | 8 |" in page
    assert "| factoid | 4 | 1.00 |  |  |  |" in page
