"""`trendwise eval`: how good the answers are, measured offline on files of questions.

Heavy imports are inside the functions, so that other commands start quickly.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.summary import Metric

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="A JSONL file, one row a line.")]
Reports = Annotated[
    list[Path] | None,
    typer.Option(help="Files or folders of reports to evaluate on. Default: what is indexed already.", metavar="PATH"),
]
Json = Annotated[Path | None, typer.Option("--json", help="Write the figures and every row to this file.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write a report with plots to this file.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the first N rows.")]
Model = Annotated[str | None, typer.Option(help="A name of the model catalogue, or the path of a GGUF file.")]
Workers = Annotated[int, typer.Option(min=1, help="Questions asked at a time.")]


@app.callback()
def evaluate() -> None:
    """Measure retrieval, citations, answers and refusals, offline."""


@app.command(
    epilog="Example: trendwise eval questions eval/questions/samples.jsonl --reports ingest/sample --json results.json"
)
def questions(
    file: File,
    reports: Reports = None,
    json: Json = None,
    html: Html = None,
    limit: Limit = None,
    model: Model = None,
    workers: Workers = 1,
) -> None:
    """Ask every question of FILE and score the answers.

    An interrupted run goes on where it stopped.
    """
    from eval.questions_run import run_questions

    outcome = run_questions(file, reports or [], limit=limit, model=model, workers=workers)
    if json:
        from eval.report_json import write

        write(json, outcome.content)
    if html:
        from eval.report_html import questions_page

        html.write_text(questions_page(outcome.results, outcome.content), "utf-8")
    show(f"{len(outcome.results)} questions of {file.name}", outcome.metrics)


def show(title: str, metrics: "Sequence[Metric]") -> None:
    from rich.console import Console
    from rich.table import Table

    from eval.report_html import shown

    table = Table(title=title)
    for heading in ("Metric", "Value", "95% interval", "n"):
        table.add_column(heading, justify="left" if heading == "Metric" else "right")
    for metric in metrics:
        table.add_row(metric.name, shown(metric), str(metric.interval or ""), str(metric.n))
    Console().print(table)
