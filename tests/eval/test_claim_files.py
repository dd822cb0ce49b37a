"""The claims file: every row points at a passage of a report, and no report text beyond short quotations is in it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingest.read import read_file

ROOT = Path(__file__).parents[2]
CLAIMS = ROOT / "eval/claims/corpus.jsonl"
SHARED = ROOT.parent / "shared/corpus"
STYLES = {"near-verbatim", "paraphrase", "condense"}
CORRUPTIONS = {
    "number",
    "date",
    "entity",
    "negation",
    "modality",
    "quantifier",
    "attribution",
    "comparison",
    "extra-fact",
    "causal",
    "scope",
    "off-topic",
}

Row = dict[str, Any]


def rows() -> list[Row]:
    return [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]


def canonical(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def report_files() -> dict[str, Path]:
    if not SHARED.exists():
        pytest.skip(f"the reports of the corpus are not here: {SHARED}")
    files = [path for folder in ("seed", "field") for path in sorted((SHARED / folder).iterdir())]
    return {path.name: path for path in files if path.suffix in {".md", ".txt"}}


def test_every_row_has_the_form() -> None:
    for row in rows():
        start, end = row["passage_at"]
        assert 0 <= start < end, row["id"]
        assert row["doc"], row["id"]
        assert row["claim"].strip(), row["id"]
        assert "passage" not in row, row["id"]


def test_a_supported_claim_has_a_style_and_an_unsupported_one_a_corruption_with_its_reason() -> None:
    for row in rows():
        if row["label"] == "supported":
            assert (row["style"] in STYLES, row["corruption"]) == (True, None), row["id"]
        else:
            assert row["label"] == "unsupported", row["id"]
            assert (row["style"], row["corruption"] in CORRUPTIONS) == (None, True), row["id"]
            assert row["note"].strip(), row["id"]


def test_ids_and_claims_are_unique() -> None:
    for field in ("id", "claim"):
        assert [value for value, count in Counter(row[field] for row in rows()).items() if count > 1] == []


def test_there_are_enough_of_each_kind() -> None:
    labels = Counter(row["label"] for row in rows())
    assert sum(labels.values()) >= 400
    assert 0.4 <= labels["supported"] / sum(labels.values()) <= 0.6
    kinds = Counter(row["corruption"] for row in rows() if row["corruption"])
    assert {kind: count for kind, count in kinds.items() if count < 20} == {}
    assert set(kinds) == CORRUPTIONS


def test_the_halves_share_no_report() -> None:
    halves: dict[str, set[str]] = {"tune": set(), "report": set()}
    for row in rows():
        halves[row["split"]].add(row["doc"])
    assert not halves["tune"] & halves["report"]
    assert all(halves.values())


def test_every_passage_lies_in_its_report_and_is_of_a_passages_length() -> None:
    texts = {name: canonical(path) for name, path in report_files().items()}
    for row in rows():
        start, end = row["passage_at"]
        passage = texts[row["doc"]][start:end]
        assert len(passage) == end - start, row["id"]
        assert passage == passage.strip(), row["id"]
        assert 15 <= len(passage.split()) <= 200, row["id"]


def test_an_off_topic_claim_is_supported_elsewhere_in_the_report_only() -> None:
    texts = {name: canonical(path) for name, path in report_files().items()}
    for row in rows():
        if row["corruption"] == "off-topic":
            start, end = row["passage_at"]
            assert row["elsewhere"] in texts[row["doc"]], row["id"]
            assert row["elsewhere"] not in texts[row["doc"]][start:end], row["id"]


@pytest.mark.slow
def test_a_passage_is_the_same_in_the_file_and_in_the_text_that_is_read_from_it() -> None:
    passages: dict[str, set[tuple[int, int]]] = {}
    for row in rows():
        passages.setdefault(row["doc"], set()).add(tuple(row["passage_at"]))
    files = report_files()
    for name, spans in passages.items():
        file, document = canonical(files[name]), read_file(files[name]).text
        assert [span for span in spans if file[slice(*span)] != document[slice(*span)]] == [], name
