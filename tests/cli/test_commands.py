"""The commands as people use them, and what they say when something is wrong."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = ["serve", "ask", "ingest", "search", "documents", "models", "config", "eval"]


def one_sentence(text: str) -> bool:
    lines = text.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("trendwise: ") and "Traceback" not in text


def test_a_bare_command_shows_short_help_with_two_examples(trendwise) -> None:
    result = trendwise()
    assert result.code == 0
    assert result.out.count("\n  trendwise ") == 2
    assert len(result.out.splitlines()) < 12


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(trendwise, command: str) -> None:
    result = trendwise(command, "-h")
    assert result.code == 0
    assert "Usage: trendwise" in result.out


@pytest.mark.parametrize("command", ["serve", "ask", "ingest", "search"])
def test_help_has_an_example(trendwise, command: str) -> None:
    assert f"Example: trendwise {command}" in trendwise(command, "-h").out


def test_help_starts_without_heavy_imports() -> None:
    code = (
        "import sys; from service.cli.program import run; run(['-h']); "
        "heavy = {'torch', 'faiss', 'llama_cpp', 'fastapi', 'uvicorn', 'numpy', 'tiktoken', 'apsw', 'pydantic'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_ingest_search_list_remove(trendwise, report: Path, quick_index: None) -> None:
    first = trendwise("ingest", report.parent, "--json")
    assert first.code == 0
    [row] = json.loads(first.out)["files"]
    assert (row["outcome"], row["title"]) == ("added", "Digital trends for councils 2024")
    assert json.loads(trendwise("ingest", report, "--json").out)["files"][0]["outcome"] == "unchanged"
    report.write_text(report.read_text("utf-8").replace("40 million", "50 million"), "utf-8")
    assert json.loads(trendwise("ingest", report, "--json").out)["files"][0]["outcome"] == "replaced"

    hits = json.loads(trendwise("search", "ransomware attacks", "--json").out)
    assert "50 million" in hits[0]["text"]
    assert "Cyber security" in trendwise("search", "ransomware attacks", "--limit", 1).out
    assert json.loads(trendwise("search", "ransomware", "--year", 1999, "--json").out) == []

    ready = [each for each in json.loads(trendwise("documents", "list", "--json").out) if each["state"] == "ready"]
    assert len(ready) == 1
    assert trendwise("documents", "remove", ready[0]["id"][:16]).code == 0
    assert trendwise("search", "ransomware").code == 1


def test_samples_are_added_to_an_empty_index_only_and_removed_by_one_command(
    trendwise, report: Path, quick_index: None
) -> None:
    added = json.loads(trendwise("ingest", "--samples", "--json").out)
    assert added["documents"] == 6
    again = trendwise("ingest", "--samples")
    assert "no samples were added" in again.err
    trendwise("ingest", report)
    assert "Removed 6" in trendwise("ingest", "--remove-samples").err
    [left] = json.loads(trendwise("documents", "list", "--json").out)
    assert left["title"] == "Digital trends for councils 2024"
    assert "no samples were added" in trendwise("ingest", "--samples").err


def test_one_bad_file_among_many_is_reported_and_the_others_are_added(
    trendwise, report: Path, quick_index: None
) -> None:
    (report.parent / "junk.md").write_bytes(bytes(range(256)) * 30)
    (report.parent / "empty.txt").write_text("")
    result = trendwise("ingest", report.parent, report.parent / "missing.md", "--json")
    assert result.code == 1
    outcomes = {Path(row["path"]).name: row["outcome"] for row in json.loads(result.out)["files"]}
    assert outcomes == {"trends.md": "added", "junk.md": "failed", "empty.txt": "failed", "missing.md": "failed"}
    assert len(result.err.strip().splitlines()) == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.md", None),
        ("program.exe", b"MZ"),
        ("empty.md", b""),
        ("junk.md", bytes(range(256)) * 30),
        ("folder", "folder"),
    ],
)
def test_files_that_cannot_be_reports(trendwise, tmp_path: Path, name: str, content: bytes | str | None) -> None:
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    result = trendwise("ingest", path)
    assert result.code == 2
    assert name in result.err
    assert "Traceback" not in result.err
    assert trendwise("documents", "list", "--json").out.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask", ""], 2, "empty"),
        (["ask"], 2, "question"),
        (["search", "  "], 2, "nothing to search"),
        (["search", "x"], 1, "no reports"),
        (["search", "x", "--limit", "0"], 2, "limit"),
        (["ingest"], 2, "name files"),
        (["documents", "remove", "abc"], 2, "abc"),
        (["nonsense"], 2, "nonsense"),
        (["search", "--colour", "x"], 2, "colour"),
        (["serve", "--host", "0.0.0.0"], 2, "key"),  # noqa: S104
        (["serve", "--port", "99999"], 2, "port"),
    ],
)
def test_mistakes_are_one_sentence_and_an_exit_code(trendwise, arguments: list[str], code: int, says: str) -> None:
    result = trendwise(*arguments)
    assert result.code == code
    assert one_sentence(result.err)
    assert says in result.err
    assert result.out == ""


def test_a_port_in_use(trendwise) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = trendwise("serve", "--port", taken.getsockname()[1])
    assert result.code == 2
    assert one_sentence(result.err)
    assert "--port" in result.err


def test_a_missing_model_names_the_command_that_fetches_it(
    trendwise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRENDWISE_MODELS_DIR", str(tmp_path / "no-models"))
    for arguments in (["ask", "What is it?"], ["search", "x"]):
        result = trendwise(*arguments)
        assert result.code == 1
        assert one_sentence(result.err)
        assert "trendwise models get" in result.err


def test_a_model_file_that_is_none(trendwise, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    monkeypatch.setenv("TRENDWISE_MODEL", str(broken))
    result = trendwise("ask", "What is the trend?")
    assert result.code in (1, 2)
    assert "broken.gguf" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(("name", "value"), [("PORT", "many"), ("ALLOWED_HOSTS", "{")])
def test_settings_that_cannot_be_used(trendwise, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"TRENDWISE_{name}", value)
    result = trendwise("config", "show")
    assert result.code == 2
    assert one_sentence(result.err)


def test_config_shows_where_each_value_comes_from(trendwise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("trendwise.toml").write_text("threads = 3\nqueue = 7\n", "utf-8")
    monkeypatch.setenv("TRENDWISE_QUEUE", "9")
    monkeypatch.setenv("TRENDWISE_MODEL_KEY", "very-secret")
    shown = json.loads(trendwise("config", "show", "--json").out)
    assert shown["threads"] == {"value": 3, "origin": "trendwise.toml"}
    assert shown["queue"] == {"value": 9, "origin": "TRENDWISE_QUEUE"}
    assert shown["port"]["origin"] == "default"
    assert "very-secret" not in json.dumps(shown)
    Path("trendwise.toml").write_text("threads = = 3", "utf-8")
    assert one_sentence(trendwise("config", "show").err)


@pytest.mark.slow
@pytest.mark.model
def test_ask_answers_with_numbered_sources_or_says_that_it_cannot(
    trendwise, report: Path, quick_index: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRENDWISE_MODEL", "test")
    trendwise("ingest", report)
    result = trendwise("ask", "What is the stand-out technology trend for councils in 2024?")
    assert result.code == 0
    assert "Sources" in result.out or "Nearest passages" in result.out
    answer = json.loads(trendwise("ask", "What was the most frequent kind of attack?", "--json").out)
    assert answer["evidence"][0]["document_title"] == "Digital trends for councils 2024"
    assert trendwise("ask", "What?", "--document", "nothing").code == 2


@pytest.mark.slow
def test_the_real_embedder_finds_by_meaning(trendwise, report: Path) -> None:
    assert trendwise("ingest", report).code == 0
    [first, *_] = json.loads(trendwise("search", "Which kind of hacking happened most?", "--json").out)
    assert first["heading"] == "Cyber security"


def test_debug_shows_the_traceback(trendwise, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"missing\.md"):
        trendwise("ingest", tmp_path / "missing.md", "--debug")


def test_a_reader_that_closes_the_pipe_is_no_error(report: Path, models_dir: Path) -> None:
    command = f"{sys.executable} -m service.cli config show | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, env=os.environ)
    assert "Traceback" not in done.stderr
