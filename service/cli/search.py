"""`trendwise search`: the passages nearest to a question, without a language model."""

from dataclasses import asdict
from typing import Annotated

import typer

from service.cli.ask import Documents, Years, require_reports
from service.cli.common import AsJson, Data, print_json, settings


def search(
    question: Annotated[str, typer.Argument(help="Words or a question.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many passages.")] = 5,
    document: Documents = None,
    year: Years = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show the passages nearest to a question.

    Example: trendwise search "ransomware" --limit 3
    """
    from index.types import Filters
    from ingest.neutralise import neutralise
    from service.errors import BadQuestion, IndexEmpty
    from service.runtime import opened_index

    text = neutralise(question)[0].strip()
    if not text:
        raise BadQuestion('There is nothing to search for: trendwise search "ransomware"')
    with opened_index(settings(data_dir=data)) as index:
        require_reports(document or [], {info.id for info in index.documents()})
        if not index.stats().passages:
            raise IndexEmpty("There are no reports yet: add some with `trendwise ingest PATH`.")
        filters = Filters(frozenset(document or ()) or None, frozenset(year or ()) or None)
        hits = index.search(text, limit=limit, filters=filters)
    if as_json:
        from service.found import found

        print_json([asdict(found(hit)) for hit in hits])
        return
    for rank, hit in enumerate(hits, 1):
        place = ", ".join(part for part in (hit.document_title, hit.passage.heading) if part)
        typer.echo(f"{rank}. {place}  ({hit.passage.id})\n   {hit.passage.readable}\n")
    if not hits:
        typer.echo("Nothing was found.")
