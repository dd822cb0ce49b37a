"""`trendwise documents`: the reports that are indexed."""

from dataclasses import asdict
from typing import Annotated

import typer

from service.cli.common import AsJson, Data, note, print_json, settings

app = typer.Typer(no_args_is_help=True, help="List or remove the reports that are indexed.", rich_markup_mode=None)


@app.command("list")
def list_(as_json: AsJson = False, data: Data = None) -> None:
    """List the reports.

    Example: trendwise documents list
    """
    from service.runtime import opened_index

    with opened_index(settings(data_dir=data)) as index:
        reports = index.documents()
    if as_json:
        print_json([asdict(report) for report in reports])
        return
    if not reports:
        note("There are no reports yet: add some with `trendwise ingest PATH`.")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Id", "Title", "Year", "Passages", "State")
    for report in reports:
        year = str(report.year or "")
        table.add_row(report.id[:16], Text(report.title), year, str(report.passages), report.state)
    Console().print(table)


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids, or beginnings of ids that fit one report.")],
    data: Data = None,
) -> None:
    """Really delete reports: text, vectors, word index and original.

    Example: trendwise documents remove 5b1e9c0d4f6a7b82
    """
    from service.runtime import opened_index

    with opened_index(settings(data_dir=data)) as index:
        known = [report.id for report in index.documents()]
        for document_id in [_one(known, prefix) for prefix in ids]:
            index.remove(document_id)
            note(f"Removed {document_id[:16]}.")


def _one(known: list[str], prefix: str) -> str:
    from index.errors import UnknownDocument

    fitting = [document_id for document_id in known if prefix and document_id.startswith(prefix)]
    if len(fitting) != 1:
        problem = f"{len(fitting)} reports have" if fitting else "No report has"
        raise UnknownDocument(f"{problem} an id that begins with {prefix!r}: `trendwise documents list` shows them.")
    return fitting[0]
