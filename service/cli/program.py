"""Puts the commands together, and turns every error into one sentence and an exit code."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from service.cli import ask, backup, config, doctor, documents, index, ingest, keys, models, search, serve, work
from service.cli import eval as eval_

SHORT_HELP = """Trendwise answers questions about your reports, on this machine, with citations you can check.

  trendwise ingest report.md
  trendwise ask "What is the stand-out technology trend?"

Commands: serve, ask, ingest, search, documents, index, models, keys, config, doctor, backup, restore, work, eval.
More: trendwise -h"""

app = typer.Typer(
    name="trendwise",
    help="Answers questions about digital and technology trends reports, with citations you can check.",
    epilog='Examples: trendwise serve · trendwise ask "What is the stand-out technology trend for 2024?"',
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _bare(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error. Works anywhere.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"trendwise {installed('trendwise')}")
    elif context.invoked_subcommand is None:
        typer.echo(SHORT_HELP)


for command in (serve.serve, ask.ask, ingest.ingest, search.search, work.work, backup.backup, backup.restore):
    app.command()(command)
app.add_typer(documents.app, name="documents")
app.add_typer(index.app, name="index")
app.add_typer(models.app, name="models")
app.add_typer(config.app, name="config")
app.add_typer(keys.app, name="keys")
app.add_typer(doctor.app, name="doctor")
app.add_typer(eval_.app, name="eval")


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code."""
    debug = "--debug" in arguments
    try:
        code = app([each for each in arguments if each != "--debug"], prog_name="trendwise", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except typer.Abort:
        return 130
    except Exception as error:
        if debug:
            raise
        print(f"trendwise: {sentence(error)}", file=sys.stderr)
        return exit_code(error)
    return code if isinstance(code, int) else 0


def sentence(error: Exception) -> str:
    """What happened and what to do, for the errors that are ours; for others their name and how to see more."""
    if isinstance(error, typer.TyperException):
        return f"{error.format_message().rstrip('.')}. See: trendwise -h"
    if _is_ours(error) or isinstance(error, OSError):
        return str(error)
    return f"Something went wrong inside ({type(error).__name__}: {error}). Run it again with --debug to see where."


def exit_code(error: Exception) -> int:
    from index.errors import NotFound
    from ingest.errors import IngestError
    from service.errors import CallerError

    return 2 if isinstance(error, CallerError | NotFound | IngestError | typer.TyperException) else 1


def _is_ours(error: Exception) -> bool:
    return type(error).__module__.split(".")[0] in ("ingest", "index", "service", "eval")
