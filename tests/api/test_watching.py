"""A watched folder, with real files: what is put there is found, what goes away is not, and nothing else is touched."""

import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.errors import StoreFull
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.read import read_bytes
from ingest.split import split
from service.api import context
from service.api.app import create_app
from service.watching import Watcher

DRONES = "# Drones 2024\n\nDrones survey flooded land.\n"
SKILLS = "# Skills 2021\n\nCouncils teach digital skills.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder


@pytest.fixture
def index(tmp_path: Path, models_dir: Path) -> Iterator[LocalIndex]:
    index = LocalIndex.open(tmp_path / "service", HashEmbedder(64))
    yield index
    index.close()


@pytest.fixture
def watcher(index: LocalIndex, folder: Path, tmp_path: Path) -> Watcher:
    return Watcher(index, folder, tmp_path / "service")


def _settle(watcher: Watcher) -> None:
    """As many looks as any change needs."""
    for _ in range(3):
        watcher.look()


def _titles(index: LocalIndex) -> list[str]:
    return sorted(info.title for info in index.documents() if info.state == "ready")


def test_files_are_added_replaced_and_removed(index: LocalIndex, folder: Path, watcher: Watcher) -> None:
    (folder / "drones.md").write_text(DRONES, "utf-8")
    (folder / "2021").mkdir()
    (folder / "2021" / "skills.md").write_text(SKILLS, "utf-8")
    _settle(watcher)
    assert _titles(index) == ["Drones 2024", "Skills 2021"]
    assert index.search("drones", limit=1)[0].passage.text == "Drones survey flooded land."

    (folder / "drones.md").write_text(DRONES.replace("flooded", "dry"), "utf-8")
    _settle(watcher)
    assert index.search("drones", limit=1)[0].passage.text == "Drones survey dry land."
    assert len(_titles(index)) == 2

    (folder / "drones.md").unlink()
    _settle(watcher)
    assert _titles(index) == ["Skills 2021"]
    assert [info.state for info in index.documents()] == ["ready"]


def test_a_file_is_not_read_while_it_is_copied(index: LocalIndex, folder: Path, watcher: Watcher) -> None:
    path = folder / "drones.md"
    for part in range(1, 4):
        path.write_text(DRONES[: part * 12], "utf-8")
        watcher.look()
        assert _titles(index) == []
    path.write_text(DRONES, "utf-8")
    _settle(watcher)
    assert [info.passages for info in index.documents()] == [len(split(read_bytes(DRONES.encode(), "drones.md")))]


def test_a_file_that_is_away_for_a_moment_stays(index: LocalIndex, folder: Path, watcher: Watcher) -> None:
    path = folder / "drones.md"
    path.write_text(DRONES, "utf-8")
    _settle(watcher)
    path.rename(folder / ".saving")
    watcher.look()
    (folder / ".saving").rename(path)
    _settle(watcher)
    assert _titles(index) == ["Drones 2024"]


def test_a_renamed_file_and_one_of_two_copies_keep_their_report(
    index: LocalIndex, folder: Path, watcher: Watcher
) -> None:
    (folder / "drones.md").write_text(DRONES, "utf-8")
    (folder / "copy.md").write_text(DRONES, "utf-8")
    _settle(watcher)
    (folder / "copy.md").unlink()
    (folder / "drones.md").rename(folder / "surveys.md")
    _settle(watcher)
    assert _titles(index) == ["Drones 2024"]
    (folder / "surveys.md").unlink()
    _settle(watcher)
    assert _titles(index) == []


def test_reports_from_elsewhere_stay(index: LocalIndex, folder: Path, watcher: Watcher) -> None:
    for source, text in (("upload:1", DRONES), ("upload:2", SKILLS)):
        document = read_bytes(text.encode(), "report.md")
        index.add(document, split(document), source_path=source)
    (folder / "drones.md").write_text(DRONES, "utf-8")
    _settle(watcher)
    (folder / "drones.md").unlink()
    _settle(watcher)
    assert _titles(index) == ["Drones 2024", "Skills 2021"]


def test_what_goes_away_while_nobody_looks_is_removed_at_the_next_start(
    index: LocalIndex, folder: Path, watcher: Watcher, tmp_path: Path
) -> None:
    (folder / "drones.md").write_text(DRONES, "utf-8")
    (folder / "skills.md").write_text(SKILLS, "utf-8")
    _settle(watcher)
    (folder / "drones.md").unlink()
    _settle(Watcher(index, folder, tmp_path / "service"))
    assert _titles(index) == ["Skills 2021"]


@pytest.mark.parametrize("memory", ["{", "[]", '{"folder": ["x", 1, 2], "files": {"a": 1}}'])
def test_a_damaged_memory_removes_nothing(index: LocalIndex, folder: Path, tmp_path: Path, memory: str) -> None:
    (folder / "drones.md").write_text(DRONES, "utf-8")
    _settle(Watcher(index, folder, tmp_path / "service"))
    (folder / "drones.md").unlink()
    (tmp_path / "service" / "watched.json").write_text(memory)
    (folder / "skills.md").write_text(SKILLS, "utf-8")
    _settle(Watcher(index, folder, tmp_path / "service"))
    assert _titles(index) == ["Drones 2024", "Skills 2021"]


def test_a_folder_that_is_not_mounted_removes_nothing(index: LocalIndex, folder: Path, watcher: Watcher) -> None:
    (folder / "drones.md").write_text(DRONES, "utf-8")
    _settle(watcher)
    folder.rename(folder.with_name("away"))
    _settle(watcher)
    [trouble] = watcher.failures
    assert "no such folder" in trouble.reason
    folder.mkdir()
    _settle(watcher)
    assert watcher.failures == ()
    assert _titles(index) == ["Drones 2024"]


def test_bad_files_are_listed_and_the_others_added(index: LocalIndex, folder: Path, watcher: Watcher) -> None:
    (folder / "empty.md").write_text("")
    (folder / "junk.pdf").write_bytes(bytes(range(256)) * 30)
    (folder / "drones.md").write_text(DRONES, "utf-8")
    (folder / os.fsdecode(b"latin-\xe9.md")).write_text(SKILLS, "utf-8")
    _settle(watcher)
    assert "Drones 2024" in _titles(index)
    reasons = {failure.name: failure.reason for failure in watcher.failures}
    assert {"empty.md", "junk.pdf"} <= set(reasons)
    assert all(reason.endswith(".") and "Traceback" not in reason for reason in reasons.values())
    assert all(text.encode() for pair in reasons.items() for text in pair)

    (folder / "empty.md").write_text(SKILLS, "utf-8")
    (folder / "junk.pdf").unlink()
    _settle(watcher)
    assert not {"empty.md", "junk.pdf"} & {failure.name for failure in watcher.failures}
    assert _titles(index) == ["Drones 2024", "Skills 2021"]


def test_a_report_removed_by_hand_comes_back_only_when_its_file_changes(
    index: LocalIndex, folder: Path, watcher: Watcher
) -> None:
    (folder / "drones.md").write_text(DRONES, "utf-8")
    _settle(watcher)
    index.remove(index.documents()[0].id)
    _settle(watcher)
    assert _titles(index) == []
    (folder / "drones.md").write_text(DRONES.replace("2024", "2025"), "utf-8")
    _settle(watcher)
    assert _titles(index) == ["Drones 2025"]


def test_a_full_disk_is_tried_again(
    index: LocalIndex, folder: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "drones.md").write_text(DRONES, "utf-8")
    with monkeypatch.context() as broken:

        def full(*_: object, **__: object) -> None:
            raise StoreFull("The disk is full. Nothing was changed. Free some space.")

        broken.setattr(index, "add", full)
        _settle(watcher)
        assert [failure.reason for failure in watcher.failures] == [
            "The disk is full. Nothing was changed. Free some space."
        ]
    _settle(watcher)
    assert watcher.failures == ()
    assert _titles(index) == ["Drones 2024"]


def test_the_service_watches_and_lists_what_failed(open_runtime, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "Watcher", partial(Watcher, every=0.05))
    (folder / "drones.md").write_text(DRONES, "utf-8")
    (folder / "empty.md").write_text("")
    app = create_app(open_runtime(reports_dir=folder))
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        listed = _wait_for(client, lambda listed: len(listed["documents"]) == 3 and listed["failed"])
        assert "Drones 2024" in [document["title"] for document in listed["documents"]]
        [failed] = listed["failed"]
        assert failed["name"] == "empty.md"
        assert "empty" in failed["reason"]
        (folder / "drones.md").unlink()
        (folder / "empty.md").unlink()
        assert _wait_for(client, lambda listed: len(listed["documents"]) == 2 and not listed["failed"])


def _wait_for(client: TestClient, enough) -> dict:
    until = time.monotonic() + 120
    while not enough(listed := client.get("/api/documents").json()):
        assert time.monotonic() < until, listed
        time.sleep(0.05)
    return listed
