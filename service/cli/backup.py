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


def restore(file: Annotated[Path, typer.Argument(metavar="FILE")], data: Data = None) -> None:
    """Put a backup in the place of what the data folder holds now.

    Example: trendwise restore trends.backup
    """
    from index.backup import restore as put_back

    folder = settings(data_dir=data).data_dir
    put_back(file, folder)
    note(f"Restored {file} to {folder}.")
