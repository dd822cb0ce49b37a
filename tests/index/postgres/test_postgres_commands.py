"""The command line with its index in PostgreSQL: one setting switches, one command moves the reports."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index.hash_embedder import HashEmbedder
from service import runtime
from service.cli.program import run
from tests.index.postgres.server import Server

REPORT = "# Digital trends 2024\n\nArtificial intelligence is the stand-out trend for councils in 2024.\n"

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def trendwise(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, models_dir: Path, database_url: str
) -> Command:
    """Runs one command, without the real embedder; gives its exit code and what it wrote."""
    monkeypatch.setattr(runtime, "open_embedder", lambda settings: HashEmbedder(64))
    monkeypatch.setenv("TRENDWISE_DATABASE_URL", database_url)

    def command(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return command


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "trends.md"
    path.write_text(REPORT, "utf-8")
    return path


def test_one_setting_puts_the_index_into_the_database(trendwise: Command, report: Path, tmp_path: Path) -> None:
    assert trendwise("ingest", report)[0] == 0
    code, out, _ = trendwise("search", "stand-out trend", "--json")
    assert code == 0
    assert "Artificial intelligence" in out
    assert not (tmp_path / "data" / "trendwise.sqlite").exists()
    findings = {each["check"]: each["ok"] for each in json.loads(trendwise("doctor", "--json")[1])}
    assert findings["passages"]
    assert findings["word index"]
    assert findings["embedding model of the index"]
    assert trendwise("doctor", "--repair")[0] == 2


def test_copying_moves_the_reports_both_ways(
    trendwise: Command, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    trendwise("ingest", report)
    there = trendwise("documents", "list", "--json")[1]
    assert "1 reports" in trendwise("index", "copy", "--from", "env")[2]
    monkeypatch.delenv("TRENDWISE_DATABASE_URL")
    assert trendwise("documents", "list", "--json")[1] == there
    assert "Copied 0 reports; 1 are there now." in trendwise("index", "copy", "--to", database_url)[2]


def test_copying_moves_the_keys_too(
    trendwise: Command, report: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    trendwise("keys", "add", "Jane")
    there = trendwise("keys", "list", "--json")[1]
    monkeypatch.delenv("TRENDWISE_DATABASE_URL")
    assert "0 conversations and 1 keys" in trendwise("index", "copy", "--from", database_url)[2]
    assert trendwise("keys", "list", "--json")[1] == there
    trendwise("keys", "add", "Joe")
    assert "0 conversations and 2 keys" in trendwise("index", "copy", "--to", database_url)[2]
    both = trendwise("keys", "list", "--json")[1]
    monkeypatch.setenv("TRENDWISE_DATABASE_URL", database_url)
    assert trendwise("keys", "list", "--json")[1] == both


def test_copying_needs_to_know_where(trendwise: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert trendwise("index", "copy")[0] == 2
    assert trendwise("index", "copy", "--to", "env", "--from", "env")[0] == 2
    code, _, err = trendwise("index", "copy", "--to", "mysql://user:hush@host/x")
    assert (code, "hush" in err) == (1, False)
    assert "is not the address of a database" in err
    monkeypatch.delenv("TRENDWISE_DATABASE_URL")
    code, _, err = trendwise("index", "copy", "--to", "env")
    assert code == 2
    assert "TRENDWISE_DATABASE_URL is not set" in err


def test_a_backup_holds_the_database_and_restores_it(
    trendwise: Command, report: Path, tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports and keys go to a file, and from there into another, empty database."""
    monkeypatch.setenv("PATH", str(postgres.programs), prepend=":")
    trendwise("ingest", report)
    trendwise("keys", "add", "Jane")
    there = [trendwise(*command, "--json")[1] for command in (("documents", "list"), ("keys", "list"))]
    file = tmp_path / "all.backup"
    assert trendwise("backup", file)[0] == 0
    assert file.stat().st_mode & 0o077 == 0
    assert not (tmp_path / "data").exists()
    code, _, err = trendwise("restore", file)
    assert (code, "--replace" in err) == (1, True)
    assert trendwise("restore", file, "--replace")[0] == 0
    other = postgres.new_database()
    monkeypatch.setenv("TRENDWISE_DATABASE_URL", other)
    assert trendwise("restore", file)[0] == 0
    assert [trendwise(*command, "--json")[1] for command in (("documents", "list"), ("keys", "list"))] == there
    assert "Artificial intelligence" in trendwise("search", "stand-out trend", "--json")[1]
    postgres.drop(other)


def test_a_backup_says_what_it_needs(
    trendwise: Command, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trendwise("ingest", report)
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = trendwise("backup", tmp_path / "all.backup")
    assert code == 1
    assert "pg_dump, which is not on this machine" in err
    assert not list(tmp_path.glob("all.backup*"))
    folder_backup = tmp_path / "folder.backup"
    folder_backup.write_bytes(b"PK")
    code, _, err = trendwise("restore", folder_backup, "--replace")
    assert (code, "is no backup of a database" in err) == (1, True)
