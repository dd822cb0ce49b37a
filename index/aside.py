"""Damaged files are put aside, never deleted: somebody may know how to read more out of them."""

from datetime import UTC, datetime
from pathlib import Path


def put_aside(database: Path) -> Path:
    """Moves an SQLite file and its logs into a folder beside it, which is returned."""
    folder = database.parent / f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    folder.mkdir(exist_ok=True)
    for path in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm", "-journal"))):
        if path.exists():
            path.rename(folder / path.name)
    return folder
