"""`trendwise ingest`: files and folders become searchable reports."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.common import AsJson, Data, note, print_json, settings

if TYPE_CHECKING:
    from index.batches import NewDocument
    from index.types import Added, Index
    from ingest.types import Document


@dataclass(slots=True)
class Outcome:
    """What became of each file, in the order in which they were read."""

    read: "list[tuple[Path, Document]]" = field(default_factory=list)
    added: "list[Added]" = field(default_factory=list)
    failed: list[tuple[Path, Exception]] = field(default_factory=list)

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows = [
            {
                "path": str(path),
                "title": document.title,
                "document_id": document.id,
                "outcome": added.outcome,
                "passages": added.passages,
            }
            for (path, document), added in zip(self.read, self.added, strict=False)
        ]
        failures = [{"path": str(path), "outcome": "failed", "error": str(error)} for path, error in self.failed]
        return [*rows, *failures]


def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]…", help="Files, and folders with all files under them.")
    ] = None,
    samples: Annotated[bool, typer.Option("--samples", help="Add the sample reports to an empty index.")] = False,
    remove_samples: Annotated[bool, typer.Option("--remove-samples", help="Remove the sample reports.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Add reports: Markdown, text, PDF, DOCX and HTML.

    What is there already is left alone; a changed file replaces its old version.

    Example: trendwise ingest reports/ trends-2024.md
    """
    from service.errors import BadSetting
    from service.runtime import opened_index

    if not (paths or samples or remove_samples):
        raise BadSetting("Nothing to ingest: name files or folders, as in `trendwise ingest reports/`.")
    chosen = settings(data_dir=data)
    outcome = Outcome()
    files = _find(paths or [], outcome)
    with opened_index(chosen) as index:
        if remove_samples:
            _remove_samples(index)
        if samples:
            _add_samples(index, outcome)
        if files:
            _add(index, files, outcome)
        stats = index.stats()
    if as_json:
        print_json({"files": outcome.rows, "documents": stats.documents, "passages": stats.passages})
    elif outcome.rows:
        _table(outcome)
        note(f"{stats.documents} reports with {stats.passages} passages are indexed.")
    for path, error in outcome.failed:
        note(f"trendwise: {path}: {error}")
    if outcome.failed:
        raise typer.Exit(1 if outcome.read else 2)


def _find(paths: Sequence[Path], outcome: Outcome) -> list[Path]:
    """The files to read; what cannot be is noted. Raises the first `IngestError` if nothing is left."""
    from ingest.errors import IngestError
    from ingest.files import find

    files: dict[Path, None] = {}
    for path in paths:
        try:
            files |= dict.fromkeys(find([path]))
        except IngestError as error:
            outcome.failed.append((path, error))
    if outcome.failed and not files:
        raise outcome.failed[0][1]
    return list(files)


def _add(index: "Index", files: Sequence[Path], outcome: Outcome, *, sample: bool = False) -> None:
    with _progress(len(files)) as advance:
        for _ in index.add_many(_prepared(files, outcome, advance, sample), progress=outcome.added.append):
            pass


def _prepared(files: Sequence[Path], outcome: Outcome, advance: Any, sample: bool) -> "Iterator[NewDocument]":
    from index.batches import NewDocument
    from ingest.errors import IngestError
    from service.adding import prepare, source_path

    for path in files:
        try:
            document, passages, original = prepare(path)
        except IngestError as error:
            outcome.failed.append((path, error))
        else:
            outcome.read.append((path, document))
            yield NewDocument(document, passages, source_path(path), original, sample)
        advance(path.name)


def _add_samples(index: "Index", outcome: Outcome) -> None:
    from ingest import sample

    if index.stats().documents:
        note("The index has reports already: no samples were added.")
    else:
        _add(index, sample.paths(), outcome, sample=True)


def _remove_samples(index: "Index") -> None:
    samples = [report for report in index.documents() if report.sample]
    for report in samples:
        index.remove(report.id)
    note(f"Removed {len(samples)} sample reports.")


def _progress(total: int) -> AbstractContextManager[Any]:
    """A bar on standard error at a terminal, nothing elsewhere; gives what to call with each file's name."""
    if not sys.stderr.isatty():
        return nullcontext(lambda _: None)
    from service.cli.bar import file_bar

    return file_bar(total)


def _table(outcome: Outcome) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("File", "Report", "Outcome", "Passages")
    for row in outcome.rows:
        table.add_row(Text(row["path"]), Text(row.get("title", "")), row["outcome"], str(row.get("passages", "")))
    Console().print(table)
