"""`trendwise backup` and `trendwise restore`: one file that holds the index and the conversations."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.common import Data, note, settings


def backup(file: Annotated[Path, typer.Argument(metavar="FILE")], data: Data = None) -> None:
    """Copy reports, vectors and conversations into one file, also while the service runs.

    It is as confidential as the reports. Example: trendwise backup trends.backup
    """
    from index.backup import back_up

    back_up(settings(data_dir=data).data_dir, file)
    note(f"Backed up to {file} ({file.stat().st_size / 1e6:.1f} MB).")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the reports and conversations that are there now.")
    ] = False,
    data: Data = None,
) -> None:
    """Put a backup into the data folder.

    What is there already is replaced only with --replace. Example: trendwise restore trends.backup
    """
    from index.backup import is_empty
    from index.backup import restore as put_back
    from service.errors import BadSetting

    folder = settings(data_dir=data).data_dir
    if not (replace or is_empty(folder)):
        raise BadSetting(
            f"{folder} holds an index already: back it up first, then repeat this with --replace, "
            "or name another folder with --data."
        )
    for aside in put_back(file, folder):
        note(f"What was there is damaged; it is kept in {aside}.")
    note(f"Restored {file} to {folder}.")
