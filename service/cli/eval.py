"""`trendwise eval`: how good the answers are, measured offline on files of questions, claims and conversations.

Heavy imports are inside the functions, so that other commands start quickly.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from service.cli.eval_output import deliver, publish

app = typer.Typer(no_args_is_help=True)


class TakenOut(StrEnum):
    """What `eval.ablations` can leave out."""

    DENSE = "dense"
    GATE = "gate"
    LEXICAL = "lexical"
    VERIFY = "verify"


File = Annotated[Path, typer.Argument(help="A JSONL file, one row a line.")]
Reports = Annotated[
    list[Path] | None,
    typer.Option(help="Files or folders of reports to evaluate on. Default: what is indexed already.", metavar="PATH"),
]
Json = Annotated[Path | None, typer.Option("--json", help="Write the figures and every row to this file.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write a report with plots to this file.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the first N rows.")]
Rows = Annotated[Literal["all", "tune", "report"], typer.Option("--split", help="Which half of the rows.")]
Model = Annotated[str | None, typer.Option(help="A name of the model catalogue, or the path of a GGUF file.")]
Compare = Annotated[Path | None, typer.Option(help="A JSON report of an earlier run: better, worse or the same?")]
Without = Annotated[
    list[TakenOut] | None,
    typer.Option("--without", help="Take this part out, to see what it contributes."),
]
Workers = Annotated[int, typer.Option(min=1, help="Rows evaluated at a time.")]


@app.callback()
def evaluate() -> None:
    """Measure retrieval, citations, answers, verdicts and refusals, offline.

    An interrupted run goes on where it stopped.
    """


@app.command(epilog="Example: trendwise eval questions mine.jsonl --reports reports/ --json results.json")
def questions(
    file: File,
    reports: Reports = None,
    json: Json = None,
    html: Html = None,
    limit: Limit = None,
    split: Rows = "all",
    model: Model = None,
    workers: Workers = 1,
    compare: Compare = None,
    without: Without = None,
) -> None:
    """Ask every question of FILE and score the answers."""
    from eval.questions_run import run_questions

    outcome = run_questions(
        file, reports or [], limit=limit, split=split, model=model, workers=workers, parts_out=without or ()
    )
    publish(outcome)
    deliver(outcome, json, html, compare)


@app.command(epilog="Example: trendwise eval answerability mine.jsonl --reports reports/")
def answerability(
    file: File,
    reports: Reports = None,
    json: Json = None,
    html: Html = None,
    limit: Limit = None,
    split: Rows = "all",
    model: Model = None,
    workers: Workers = 1,
    compare: Compare = None,
) -> None:
    """Only whether the reports answer each question of FILE, without the answers: quick."""
    from eval.answerability_run import run_answerability

    outcome = run_answerability(file, reports or [], limit=limit, split=split, model=model, workers=workers)
    deliver(outcome, json, html, compare)


@app.command(epilog="Example: trendwise eval claims claims.jsonl --reports reports/ --html claims.html")
def claims(
    file: File,
    reports: Reports = None,
    json: Json = None,
    html: Html = None,
    limit: Limit = None,
    split: Rows = "all",
    model: Model = None,
    workers: Workers = 1,
    compare: Compare = None,
    judge: Annotated[bool, typer.Option(help="Let the language model judge what the signals leave open.")] = True,
) -> None:
    """Check every claim of FILE against its passage: what passes as supported, and what is caught.

    REPORTS are needed where rows name their passage by `passage_at`.
    """
    from eval.claims_run import run_claims

    outcome = run_claims(file, reports or [], limit=limit, split=split, model=model, workers=workers, judge=judge)
    deliver(outcome, json, html, compare)


@app.command(epilog="Example: trendwise eval dialogues dialogues.jsonl --reports reports/")
def dialogues(
    file: File,
    reports: Reports = None,
    json: Json = None,
    html: Html = None,
    limit: Limit = None,
    model: Model = None,
    workers: Workers = 1,
    compare: Compare = None,
) -> None:
    """Hold every conversation of FILE, and score each turn and how it was understood."""
    from eval.dialogues_run import run_dialogues

    deliver(run_dialogues(file, reports or [], limit=limit, model=model, workers=workers), json, html, compare)


@app.command(epilog="Example: trendwise eval injected injected.jsonl --reports reports/")
def injected(
    file: File,
    reports: Reports = None,
    json: Json = None,
    html: Html = None,
    limit: Limit = None,
    model: Model = None,
    workers: Workers = 1,
    compare: Compare = None,
) -> None:
    """Ask honest questions about reports with planted attacks: what was obeyed, what of the answer was kept.

    The attacked reports lie beside FILE or in a folder `injected` there; REPORTS are indexed with them.
    """
    from eval.injected_run import run_injected

    deliver(run_injected(file, reports or [], limit=limit, model=model, workers=workers), json, html, compare)


@app.command(epilog='Example: trendwise eval add-from-feedback mine.jsonl --key-point "pay is too low"')
def add_from_feedback(
    file: File,
    answer: Annotated[
        str | None, typer.Option(help="The answer's id. Default: the latest one not in FILE yet.")
    ] = None,
    key_point: Annotated[
        list[str] | None, typer.Option(help="What a right answer holds. Default: the comment.")
    ] = None,
    evidence: Annotated[list[str] | None, typer.Option(help="A literal quotation that answers it.")] = None,
    unanswerable: Annotated[bool, typer.Option("--unanswerable", help="The reports do not answer it.")] = False,
    owner: Annotated[str, typer.Option(help="Id of the API key that the question was asked with.")] = "",
) -> None:
    """Make a row of FILE from an answer that got a thumbs-down."""
    from eval.feedback import add_from_feedback
    from service.settings import Settings
    from service.storage import Storage

    storage = Storage.open(Settings())
    try:
        row = add_from_feedback(
            file, storage.conversations, answer_id=answer, key_points=key_point or (), evidence=evidence or (),
            unanswerable=unanswerable, owner=owner,
        )  # fmt: skip
    finally:
        storage.close()
    typer.echo(f"Added {row['id']} to {file}: {row['question']}")
