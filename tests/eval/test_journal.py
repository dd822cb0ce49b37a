from pathlib import Path

from eval.journal import Journal


def test_rows_survive_and_a_row_cut_short_is_dropped(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "runs", "key")
    assert journal.rows() == []
    journal.append({"id": "a", "answer": "line\u2028break\n"})
    journal.append({"id": "b"})
    [path] = (tmp_path / "runs").iterdir()
    path.write_bytes(path.read_bytes()[:-4])

    again = Journal(tmp_path / "runs", "key")
    assert again.rows() == [{"id": "a", "answer": "line\u2028break\n"}]
    again.append({"id": "c"})
    assert [row["id"] for row in again.rows()] == ["a", "c"]
    assert Journal(tmp_path / "runs", "other key").rows() == []
    again.finish()
    assert Journal(tmp_path / "runs", "key").rows() == []
