"""`trendwise doctor`: is everything whole, and how to make it so again."""

import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.common import AsJson, Data, note, print_json, settings

if TYPE_CHECKING:
    from index.checks import Finding
    from service.settings import Settings

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)

_LEAST_FREE = 1_000_000_000


@app.callback(invoke_without_command=True)
def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Make a damaged index whole. Stop the service first.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Check the index, the models and the disk; with --repair rebuild the index from the stored reports.

    Exit code 1 where something is wrong. Example: trendwise doctor --repair
    """
    current = settings(data_dir=data)
    if repair:
        _repair(current)
    findings = [*_index(current), _embedder(current), *_models(current), _disk(current)]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok ' if finding.ok else 'BAD'}  {finding.check}: {finding.detail}")
    if not all(finding.ok for finding in findings):
        if not repair and not as_json:
            note(
                "Something is wrong. `trendwise doctor --repair` repairs an index, `trendwise models get` fetches models."
            )
        raise typer.Exit(1)


def _index(current: "Settings") -> list["Finding"]:
    if current.database_url is not None:
        from index.postgres.checks import check

        return check(current.database_url.get_secret_value())
    from index.repair import examine

    return examine(current.data_dir)


def _repair(current: "Settings") -> None:
    if current.database_url is not None:
        from service.errors import BadSetting

        raise BadSetting("The index is in PostgreSQL, which is repaired by restoring a backup of the database.")
    from index.embedder import SentenceTransformerEmbedder
    from index.repair import repair
    from service.llm import catalogue
    from service.runtime import prepare_environment

    prepare_environment(current)
    embedder = SentenceTransformerEmbedder(catalogue.path("embedder", current.models_dir))
    repair(current.data_dir, embedder, note)


def _models(current: "Settings") -> list["Finding"]:
    from index.checks import Finding
    from service.errors import ModelMissing
    from service.llm import catalogue

    findings = []
    for name in ("embedder", "tokeniser", *([] if current.model_url else [current.model])):
        try:
            findings.append(Finding(f"model {name}", True, str(catalogue.path(name, current.models_dir))))
        except ModelMissing as error:
            findings.append(Finding(f"model {name}", False, str(error)))
    return findings


def _embedder(current: "Settings") -> "Finding":
    """Whether the index can be opened with the embedding model that is set up."""
    from index.checks import Finding
    from index.errors import StoreError
    from service.errors import ModelMissing
    from service.runtime import opened_index

    if current.database_url is None and not (current.data_dir / "trendwise.sqlite").is_file():
        return Finding("embedding model of the index", True, "no index yet")
    try:
        with opened_index(current) as index:
            return Finding("embedding model of the index", True, index.embedder.id)
    except (StoreError, ModelMissing) as error:
        return Finding("embedding model of the index", False, str(error))


def _disk(current: "Settings") -> "Finding":
    from index.checks import Finding

    place = current.data_dir
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return Finding("disk", free >= _LEAST_FREE, f"{free / 1e9:.1f} GB free at {place}")
