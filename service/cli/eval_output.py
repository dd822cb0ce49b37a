"""What `trendwise eval` leaves behind: files, tables, and the summary that the page shows."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.outcome import Outcome

EVALUATION = "evaluation.json"
"""In the data folder, where the API looks for it."""
METRIC = ("Metric", "Value", "95% interval", "n")
DIFFERENCE = ("Score", "Before", "After", "Verdict", "p", "n")


def deliver(outcome: "Outcome", json: Path | None, html: Path | None, compare: Path | None) -> None:
    """Files first, so that a closed pipe loses nothing; then the tables."""
    from eval.report_html import shown

    differences = outcome.compared_with(compare) if compare else None
    if json:
        from eval.report_json import write

        write(json, outcome.content)
    if html:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(outcome.html(), "utf-8")
    _print(outcome.title, [(m.name, shown(m), str(m.interval or ""), str(m.n)) for m in outcome.metrics], METRIC)
    if differences is not None:
        rows = [(d.score, f"{d.before:.3f}", f"{d.after:.3f}", d.verdict, f"{d.p:.3f}", str(d.n)) for d in differences]
        _print(f"Against {compare}", rows, DIFFERENCE)


def _print(title: str, rows: "Sequence[Sequence[str]]", headings: "Sequence[str]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title)
    for heading in headings:
        table.add_column(heading, justify="left" if heading == headings[0] else "right")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def publish(outcome: "Outcome") -> None:
    """The figures without the rows, for `GET /api/evaluation`."""
    from eval.report_json import write
    from service.settings import Settings

    summary = {name: value for name, value in outcome.content.items() if name != "rows"}
    write(Settings().data_dir / EVALUATION, {"title": outcome.title, **summary})
