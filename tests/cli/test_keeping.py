"""`doctor`, `doctor --repair`, `backup` and `restore`, as people use them after something went wrong."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from index.hash_embedder import HashEmbedder
from service.conversations import Conversations

QUESTION = "ransomware attacks"


@pytest.fixture(autouse=True)
def _word_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors made from words: what is tested is not about meaning."""
    monkeypatch.setattr("index.embedder.SentenceTransformerEmbedder", lambda folder: HashEmbedder())


@pytest.fixture
def data(trendwise, report: Path, tmp_path: Path) -> Path:
    """A data folder with two reports and a conversation."""
    (report.parent / "skills.md").write_text("# Skills 2023\n\nCouncils train people in digital skills.\n", "utf-8")
    assert trendwise("ingest", report.parent).code == 0
    Conversations.open(tmp_path / "data").close()
    return tmp_path / "data"


def _failed(trendwise) -> list[str]:
    """The checks of the index that find something, once `doctor` has looked; models are not this file's subject."""
    result = trendwise("doctor", "--json")
    findings = json.loads(result.out)
    assert result.code == (0 if all(finding["ok"] for finding in findings) else 1)
    return [each["check"] for each in findings if not each["ok"] and not each["check"].startswith(("model", "disk"))]


def _found(trendwise, *options: object) -> list[str]:
    return [hit["text"] for hit in json.loads(trendwise("search", QUESTION, "--json", *options).out)]


def _one_sentence(text: str) -> bool:
    return len(text.strip().splitlines()) == 1 and text.startswith("trendwise: ") and "Errno" not in text


def _damage_a_page(database: Path) -> None:
    """One flipped bit in a page that holds a report's text."""
    content = bytearray(database.read_bytes())
    content[content.index(b"Ransomware was the most frequent")] ^= 1
    database.write_bytes(bytes(content))


def test_doctor_finds_a_whole_index_whole(trendwise, data: Path) -> None:
    assert _failed(trendwise) == []
    lines = trendwise("doctor").out.splitlines()
    assert [line for line in lines if "database file" in line] == ["ok   database file: ok"]
    assert all(line.startswith(("ok ", "BAD")) for line in lines)


def test_doctor_of_a_folder_without_an_index_makes_none(trendwise, tmp_path: Path) -> None:
    assert _failed(trendwise) == []
    assert not (tmp_path / "data").exists()


def test_doctor_finds_a_flipped_bit_and_repairs_it_from_the_stored_report(trendwise, data: Path) -> None:
    before = _found(trendwise)
    _damage_a_page(data / "trendwise.sqlite")
    assert "database file" in _failed(trendwise)
    assert "doctor --repair" in trendwise("doctor").err
    repaired = trendwise("doctor", "--repair")
    assert "2 reports were saved" in repaired.err
    assert _failed(trendwise) == []
    assert _found(trendwise) == before
    [aside] = data.glob("damaged-*")
    assert (aside / "trendwise.sqlite").is_file()


def test_doctor_makes_a_word_index_again(trendwise, data: Path) -> None:
    from index.database import Database

    database = Database(data / "trendwise.sqlite")
    with database.write() as connection:
        connection.execute("DELETE FROM words")
    database.close()
    assert _failed(trendwise) == ["vocabulary"]
    assert "made again" in trendwise("doctor", "--repair").err
    assert _failed(trendwise) == []


def test_nothing_to_repair(trendwise, data: Path) -> None:
    result = trendwise("doctor", "--repair")
    assert result.err.splitlines()[0] == "Nothing to repair."
    assert list(data.glob("damaged-*")) == []


def test_what_cannot_be_repaired_is_restored_from_a_backup(trendwise, data: Path, tmp_path: Path) -> None:
    before = _found(trendwise)
    assert trendwise("backup", tmp_path / "trends.backup").code == 0
    (data / "trendwise.sqlite").write_bytes(b"overwritten by something else " * 1000)
    refused = trendwise("doctor", "--repair")
    assert refused.code == 1
    assert _one_sentence(refused.err)
    assert "restore a backup" in refused.err
    restored = trendwise("restore", tmp_path / "trends.backup", "--replace")
    assert restored.code == 0
    assert "is kept in" in restored.err
    assert _failed(trendwise) == []
    assert _found(trendwise) == before


def test_a_backup_goes_round(trendwise, data: Path, tmp_path: Path) -> None:
    archive, elsewhere = tmp_path / "backups" / "trends.backup", tmp_path / "elsewhere"
    assert "MB" in trendwise("backup", archive).err
    assert [path.name for path in archive.parent.iterdir()] == ["trends.backup"]
    assert trendwise("restore", archive, "--data", elsewhere).code == 0
    assert _found(trendwise, "--data", elsewhere) == _found(trendwise) != []
    assert {path.name for path in elsewhere.iterdir()} >= {"trendwise.sqlite", "conversations.sqlite"}
    listed = [trendwise("documents", "list", "--json", "--data", folder).out for folder in (data, elsewhere)]
    assert listed[0] == listed[1]


def test_a_restored_index_with_a_generation_is_whole(trendwise, data: Path, tmp_path: Path) -> None:
    from index.local import LocalIndex

    index = LocalIndex.open(data, HashEmbedder())
    index.compact()
    index.close()
    trendwise("backup", tmp_path / "trends.backup")
    elsewhere = tmp_path / "elsewhere"
    trendwise("restore", tmp_path / "trends.backup", "--data", elsewhere)
    checked = json.loads(trendwise("doctor", "--json", "--data", elsewhere).out)
    assert {"check": "generation", "ok": True, "detail": "ok"} in checked


def test_a_restore_replaces_only_when_told_to(trendwise, data: Path, report: Path, tmp_path: Path) -> None:
    archive = tmp_path / "trends.backup"
    trendwise("backup", archive)
    report.write_text("# Digital trends 2025\n\nRansomware attacks fell.\n", "utf-8")
    trendwise("ingest", report)
    newer = _found(trendwise)
    refused = trendwise("restore", archive)
    assert refused.code == 2
    assert _one_sentence(refused.err)
    assert "--replace" in refused.err
    assert _found(trendwise) == newer
    assert trendwise("restore", archive, "--replace").code == 0
    assert _found(trendwise) != newer
    assert "Ransomware was the most frequent" in _found(trendwise)[0]


def _archive(path: Path, **members: bytes) -> None:
    """An archive whose hashes are right, whatever is in it."""
    named = {f"{name}.sqlite": content for name, content in members.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in named.items():
            archive.writestr(name, content)
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in named.items()}
        archive.writestr("sha256.json", json.dumps(hashes))


@pytest.mark.parametrize("kind", ["missing", "text", "cut", "flipped", "folder", "foreign", "newer", "incomplete"])
def test_what_is_no_backup_is_refused_and_changes_nothing(trendwise, data: Path, tmp_path: Path, kind: str) -> None:
    archive = tmp_path / f"{kind}.backup"
    _bad_backup(trendwise, data, archive, kind)
    before = _found(trendwise)
    result = trendwise("restore", archive, "--replace")
    assert result.code == 1
    assert _one_sentence(result.err), result.err
    assert archive.name in result.err
    assert _found(trendwise) == before
    assert list(data.glob("damaged-*")) == list(data.glob(".backup-*")) == []


def _bad_backup(trendwise, data: Path, archive: Path, kind: str) -> None:
    trendwise("backup", archive)
    content = archive.read_bytes()
    if kind == "missing":
        archive.unlink()
    elif kind == "text":
        archive.write_text("This is a text.")
    elif kind == "cut":
        archive.write_bytes(content[: len(content) // 2])
    elif kind == "flipped":
        archive.write_bytes(content[:2000] + bytes([content[2000] ^ 16]) + content[2001:])
    elif kind == "folder":
        archive.unlink()
        archive.mkdir()
    elif kind == "foreign":
        _archive(archive, trendwise=b"not a database " * 1000)
    elif kind == "incomplete":
        _archive(archive, conversations=(data / "conversations.sqlite").read_bytes())
    elif kind == "newer":
        later = data.parent / "later"
        shutil.copytree(data, later)
        _make_newer(later / "trendwise.sqlite")
        _archive(archive, trendwise=(later / "trendwise.sqlite").read_bytes())


def _make_newer(database: Path) -> None:
    from index.database import Database

    opened = Database(database)
    with opened.write() as connection:
        connection.pragma("user_version", 999)
    opened.close()


@pytest.mark.parametrize("place", ["folder", "file"])
def test_a_backup_that_cannot_be_written_is_one_sentence(trendwise, data: Path, tmp_path: Path, place: str) -> None:
    target = tmp_path / "taken" if place == "folder" else tmp_path / "taken" / "trends.backup"
    if place == "folder":
        target.mkdir()
    else:
        target.parent.write_text("a file where a folder should be")
    result = trendwise("backup", target)
    assert result.code == 1
    assert _one_sentence(result.err), result.err
    assert str(target) in result.err


def test_there_is_nothing_to_back_up(trendwise, tmp_path: Path) -> None:
    result = trendwise("backup", tmp_path / "trends.backup")
    assert result.code == 1
    assert _one_sentence(result.err)
    assert "nothing to back up" in result.err
    assert not (tmp_path / "trends.backup").exists()
