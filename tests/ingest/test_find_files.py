"""Files and folders that a person names become the files that can be read."""

from pathlib import Path

import pytest

from ingest.errors import NoReports, NoSuchFile, UnsupportedType
from ingest.files import find


def test_folders_are_searched_sorted_and_hidden_files_skipped(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/c.MD", ".hidden.md", ".git/d.md", "e.bin", "f"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    assert find([tmp_path]) == [tmp_path / "a.txt", tmp_path / "b.md", tmp_path / "sub" / "c.MD"]


def test_a_file_named_twice_is_found_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("text")
    assert find([tmp_path / "a.md", tmp_path]) == [tmp_path / "a.md"]


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "e.bin").write_text("text")
    with pytest.raises(NoReports, match="no reports in"):
        find([tmp_path])
    with pytest.raises(NoSuchFile, match="There is no file"):
        find([tmp_path / "gone.md"])
    with pytest.raises(UnsupportedType, match=r"e\.bin cannot be read"):
        find([tmp_path / "e.bin"])
