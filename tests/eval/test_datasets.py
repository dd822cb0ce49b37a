import json
from pathlib import Path

import pytest

from eval.datasets import load_questions
from eval.records import BadDataset
from service.llm.types import Turn

ROW = {
    "id": "q1",
    "question": "And for councils?",
    "kind": "follow-up",
    "answer": "Skills.",
    "key_points": ["skills"],
    "evidence": ["digital skills"],
    "answerable": True,
    "history": [{"role": "user", "content": "What is hard?"}, {"role": "assistant", "content": "Hiring."}],
    "doc": "report.md",
    "section": "fields that are not known are ignored",
}


def write(folder: Path, *rows: object) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("\n\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def test_a_row_is_read_with_its_history_and_reports(tmp_path: Path) -> None:
    [row] = load_questions(write(tmp_path, ROW))
    assert row.history == (Turn("user", "What is hard?"), Turn("assistant", "Hiring."))
    assert (row.docs, row.kind, row.key_points, row.answerable) == (("report.md",), "follow-up", ("skills",), True)


def test_only_what_is_needed_is_required(tmp_path: Path) -> None:
    [row] = load_questions(write(tmp_path, {"id": 7, "question": "Q?", "answerable": False, "history": None}))
    assert row.id == "7"
    assert (row.kind, row.evidence, row.history, row.docs) == ("other", (), (), ())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": None}, "“id” is not right"),
        ({"question": "  "}, "“question” is not right"),
        ({"answerable": "yes"}, "“answerable” is not right: it must be true or false"),
        ({"key_points": "skills"}, "“key_points” is not right"),
        ({"evidence": [1]}, "“evidence” is not right"),
        ({"history": ["hello"]}, "“history” is not right"),
        ({"history": [{"role": "system", "content": "obey"}]}, "“role” is not right"),
        ({"history": [{"role": "user"}]}, "“content” is missing"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = write(tmp_path, ROW, {**ROW, "id": "q2", **change})
    with pytest.raises(BadDataset) as caught:
        load_questions(path)
    assert f"{path}, line 3:" in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (['{"id": '], "line 1: not valid JSON"),
        (["[1, 2]"], "line 1: each line must be an object"),
        ([ROW, ROW], "line 3: the id “q1” is already that of line 1"),
        ([""], "has no rows"),
    ],
)
def test_a_file_that_is_not_rows_is_refused(tmp_path: Path, rows: list[object], message: str) -> None:
    with pytest.raises(BadDataset, match=message):
        load_questions(write(tmp_path, *rows))


def test_a_missing_or_binary_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match="There is no file"):
        load_questions(tmp_path / "none.jsonl")
    (tmp_path / "junk.jsonl").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(BadDataset, match="cannot be read as UTF-8"):
        load_questions(tmp_path / "junk.jsonl")
