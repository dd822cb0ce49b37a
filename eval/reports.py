"""The reports of a run, indexed in a folder that is kept for the next run with the same files and the same code."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from eval import fingerprint
from index.types import Index
from ingest.files import find
from service.adding import prepare, source_path

KEPT = 12
"""Indexes kept; the least recently used beyond are deleted."""
_COMPLETE = "complete"


class IndexCache:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def data_dir(self, files: Sequence[Path]) -> Path:
        """The folder for these files: filled already, half filled after an interruption, or new."""
        key = fingerprint.of_values([fingerprint.of_files(files), fingerprint.of_code("ingest", "index")])
        folder = self._folder / key[:24]
        folder.mkdir(parents=True, exist_ok=True)
        folder.touch()
        self._prune()
        return folder

    def _prune(self) -> None:
        byage = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in byage[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


def is_complete(data_dir: Path) -> bool:
    return (data_dir / _COMPLETE).exists()


def fill(index: Index, files: Sequence[Path], data_dir: Path, advance: Callable[[str], None]) -> None:
    """Adds the files; those that an interrupted run already added cost nothing. Raises `IngestError`, `StoreError`."""
    for path in files:
        document, passages, _ = prepare(path)
        index.add(document, passages, source_path=source_path(path))
        advance(path.name)
    (data_dir / _COMPLETE).touch()


def report_files(reports: Sequence[Path]) -> list[Path]:
    """Raises `NoSuchFile`, `UnsupportedType`, `NoReports`."""
    return find(list(reports))
