"""The passage of a claim: given in the row, or code points of a report."""

from collections.abc import Sequence
from pathlib import Path

from eval.datasets import ClaimRow
from eval.records import BadDataset
from ingest.read import read_file


class ReportTexts:
    """Canonical texts of report files by the name that a row calls them: file name, name without its ending, or,
    where it holds a single file, the folder's name."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self._texts: dict[Path, str] = {}

    def passage(self, row: ClaimRow) -> str:
        """Raises `BadDataset`, `IngestError`."""
        if row.passage is not None:
            return row.passage
        start, end = row.passage_at or (0, 0)
        text = self._text(self._named(row))
        if end > len(text):
            raise BadDataset(f"Claim {row.id}: passage_at ends at {end:,}, but {row.doc} has {len(text):,} characters.")
        return text[start:end]

    def _named(self, row: ClaimRow) -> Path:
        for file in self._files:
            if row.doc in (file.name, file.stem):
                return file
        inside = [file for file in self._files if file.parent.name == row.doc]
        if len(inside) == 1:
            return inside[0]
        raise BadDataset(f"Claim {row.id} is about {row.doc or 'no report'}: give its folder with --reports.")

    def _text(self, file: Path) -> str:
        if file not in self._texts:
            self._texts[file] = read_file(file).text
        return self._texts[file]
