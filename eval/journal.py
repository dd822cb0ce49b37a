"""The rows of a run, written one by one, so that an interrupted run goes on where it stopped."""

import json
from pathlib import Path
from typing import Any


class Journal:
    """An append-only JSONL file named by the run's key: another configuration is another journal."""

    def __init__(self, folder: Path, key: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{key[:24]}.jsonl"

    def rows(self) -> list[dict[str, Any]]:
        """The rows written so far. A last line cut short by a crash is dropped, from the file too."""
        if not self._path.exists():
            return []
        whole = [line for line in self._path.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]
        self._path.write_text("".join(whole), "utf-8")
        return [json.loads(line) for line in whole]

    def append(self, row: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=True) + "\n")

    def finish(self) -> None:
        """The run is complete and its results are elsewhere."""
        self._path.unlink(missing_ok=True)
