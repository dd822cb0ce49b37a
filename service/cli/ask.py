"""`trendwise ask`: a question at the terminal, answered sentence by sentence with numbered sources."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.common import AsJson, Data, print_json, settings

if TYPE_CHECKING:
    from service.answering.answerer import Answerer
    from service.answering.types import Answer, Question

Documents = Annotated[
    list[str] | None, typer.Option("--document", metavar="ID", help="Answer from this report only; repeatable.")
]
Years = Annotated[
    list[int] | None, typer.Option("--year", metavar="YEAR", help="Answer from reports of this year only; repeatable.")
]


def ask(
    question: Annotated[str, typer.Argument(help="What you would like to know.")],
    document: Documents = None,
    year: Years = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Answer a question from your reports, with citations.

    Example: trendwise ask "What is the stand-out technology trend for 2024?"
    """
    from service.answering.types import Question
    from service.errors import BadQuestion
    from service.runtime import Runtime

    if not question.strip():
        raise BadQuestion('The question is empty: trendwise ask "What would you like to know?"')
    with Runtime.open(settings(data_dir=data)) as runtime:
        require_reports(document or [], {info.id for info in runtime.index.documents()})
        asked = Question(question, (), frozenset(document or ()) or None, frozenset(year or ()) or None)
        if as_json:
            print_json(asdict(runtime.answerer.answer(asked)))
        else:
            _show(runtime.answerer, asked)


def require_reports(wanted: Iterable[str], known: set[str]) -> None:
    from index.errors import UnknownDocument

    for document_id in wanted:
        if document_id not in known:
            raise UnknownDocument(f"There is no report with the id {document_id!r}: `trendwise documents list`.")


def _show(answerer: "Answerer", question: "Question") -> None:
    from service.answering.types import AnswerEvent, SentenceEvent

    said = False
    for event in answerer.stream(question):
        if isinstance(event, SentenceEvent):
            typer.echo((" " if said else "") + event.sentence.text, nl=False)
            said = True
        elif isinstance(event, AnswerEvent):
            typer.echo("" if said else event.answer.answer)
            _sources(event.answer)


def _sources(answer: "Answer") -> None:
    if answer.reason and answer.reason != answer.answer:
        typer.echo(f"\n{answer.reason}")
    if answer.citations:
        typer.echo("\nSources")
    for citation in answer.citations:
        typer.echo(f"[{citation.number}] {_place(citation.document_title, citation.page, citation.heading)}")
        typer.echo(f"    “{citation.readable or citation.quote}”")
    if answer.status.refused and answer.evidence:
        typer.echo("\nNearest passages")
        for evidence in answer.evidence:
            typer.echo(f"  {_place(evidence.document_title, evidence.page, evidence.heading)}")
    for notice in answer.notices:
        typer.echo(f"\nNote: {notice}")


def _place(title: str, page: int | None, heading: str) -> str:
    return ", ".join(part for part in (title, f"p. {page}" if page else "", heading) if part)
