"""Flipped bits and cut files: refused or repaired, never a wrong quotation. INDEX_HARMS=1000 is the long run."""

# ruff: noqa: S311 - chance, not secrets

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.backup import back_up, restore
from index.errors import StoreDamaged, StoreError
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from index.repair import examine, repair
from ingest.read import read_bytes
from ingest.split import split
from tests.index.reports import add, report, texts

NAMES = ("trendwise.sqlite", "vectors.faiss", "ids.npy", "manifest.json")
HARMS = int(os.environ.get("INDEX_HARMS", "60"))
QUESTION = "Which trend stands out: intelligence?"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Path:
    """A data folder with six small reports and a generation."""
    folder = tmp_path_factory.mktemp("built")
    index = LocalIndex.open(folder, HashEmbedder(64))
    for number in range(6):
        text = f"# Report {number}\n\nArtificial intelligence is trend number {number}.\n\nCouncils use cloud {number} times.\n"
        document = read_bytes(text.encode(), f"report-{number}.md")
        index.add(document, split(document), source_path=f"report-{number}.md", original=text.encode())
    index.compact()
    index.database.forget_deleted()
    index.close()
    return folder


def _everything(folder: Path) -> list[tuple[str, list[str]]]:
    """Every text and a search, as a reader of the index sees them."""
    index = LocalIndex.open(folder, HashEmbedder(64))
    try:
        seen = [(info.id, [index.document(info.id).text]) for info in index.documents()]
        seen += [(info.id, [p.text for p in index.passages(info.id)]) for info in index.documents()]
        return [*sorted(seen), ("search", texts(index, QUESTION))]
    finally:
        index.close()


def _flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(data))


def _cut(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data))])


KINDS = [(harm, name) for harm in (_flip, _cut) for name in NAMES]


@pytest.mark.parametrize(("harm", "name"), KINDS)
def test_damage_is_refused_or_made_good(
    built: Path, tmp_path: Path, name: str, harm: Callable[[Path, random.Random], None]
) -> None:
    _harm_often(built, tmp_path, name, harm, times=4)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("harm", "name"), KINDS)
def test_many_damages_are_refused_or_made_good(
    built: Path, tmp_path: Path, name: str, harm: Callable[[Path, random.Random], None]
) -> None:
    refused = _harm_often(built, tmp_path, name, harm, times=HARMS // len(KINDS))
    print(f"{name}: {refused} of {HARMS // len(KINDS)} refused, the others made good")


def _harm_often(
    built: Path, tmp_path: Path, name: str, harm: Callable[[Path, random.Random], None], *, times: int
) -> int:
    """How many were refused; all others made no difference."""
    whole, refused = _everything(built), 0
    for seed in range(times):
        folder = tmp_path / "harmed"
        shutil.copytree(built, folder)
        harm(next(folder.rglob(name)), random.Random(f"{name} {seed}"))
        try:
            assert _everything(folder) == whole, seed
        except StoreError:
            assert name == "trendwise.sqlite", "what is derived must not matter"
            refused += 1
        shutil.rmtree(folder)
    return refused


def test_damage_is_found_and_repaired_from_the_stored_reports(built: Path, tmp_path: Path) -> None:
    repaired = 0
    for seed in range(12):
        folder = tmp_path / str(seed)
        shutil.copytree(built, folder)
        path = folder / "trendwise.sqlite"
        data = bytearray(path.read_bytes())
        page = 4096 * random.Random(seed).randrange(1, len(data) // 4096)
        data[page + 2000] ^= 4
        path.write_bytes(bytes(data))
        assert not all(finding.ok for finding in examine(folder)), "every flipped bit is found"
        try:
            repair(folder, HashEmbedder(64), lambda _: None)
        except StoreDamaged:
            continue  # the page that names everything else
        assert all(finding.ok for finding in examine(folder))
        index = LocalIndex.open(folder, HashEmbedder(64))
        for info in index.documents():
            stored = index.original(info.id)
            assert stored is None or stored[2].decode() == index.document(info.id).text
        repaired += len(index.documents()) == 6
        index.close()
    assert repaired >= 6


def test_a_lost_generation_is_made_again(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(built, folder)
    shutil.rmtree(folder / "generations")
    assert [finding.check for finding in examine(folder) if not finding.ok] == ["generation"]
    assert _everything(folder) == _everything(built)
    repair(folder, HashEmbedder(64), lambda _: None)
    assert all(finding.ok for finding in examine(folder))


def test_backup_and_restore_while_in_use(built: Path, tmp_path: Path) -> None:
    folder, archive = tmp_path / "data", tmp_path / "trends.backup"
    shutil.copytree(built, folder)
    index = LocalIndex.open(folder, HashEmbedder(64))
    before = texts(index, QUESTION)
    back_up(folder, archive)
    add(index, report("Artificial intelligence: which trend stands out, intelligence?"))
    assert texts(index, QUESTION) != before
    restore(archive, folder)
    assert texts(index, QUESTION) == before
    index.close()
    restore(archive, tmp_path / "elsewhere")
    assert _everything(tmp_path / "elsewhere") == _everything(built)


def test_a_damaged_backup_changes_nothing(built: Path, tmp_path: Path) -> None:
    archive = tmp_path / "trends.backup"
    back_up(built, archive)
    _cut(archive, random.Random(1))
    with pytest.raises(StoreDamaged, match="not a whole backup"):
        restore(archive, tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []
    with pytest.raises(StoreError, match="nothing to back up"):
        back_up(tmp_path / "nowhere", archive)
