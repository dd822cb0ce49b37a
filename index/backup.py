"""One file that holds everything of a data folder that cannot be made again.

It is a zip archive of SQLite databases, each copied consistently while others read and write, and their hashes.
Generations are not in it: they are made from the database.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from index.database import copy
from index.errors import StoreDamaged, StoreError

_HASHES = "sha256.json"
_NAMES = ("trendwise.sqlite", "conversations.sqlite")


def back_up(data_dir: Path, target: Path) -> None:
    """Writes the archive beside the target and renames it: the target is whole or as it was."""
    if not (data_dir / _NAMES[0]).is_file():
        raise StoreError(f"There is no index in {data_dir}: nothing to back up.")
    with _scratch(target.parent) as scratch:
        draft, hashes = scratch / "archive", {}
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            for name in _NAMES:
                if (data_dir / name).is_file():
                    copy(data_dir / name, scratch / name)
                    hashes[name] = _sha256(scratch / name)
                    archive.write(scratch / name, name)
            archive.writestr(_HASHES, json.dumps(hashes, indent=1))
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)


def restore(source: Path, data_dir: Path) -> None:
    """Puts the backup's databases in the place of those there, each in one transaction, even while they are in use.

    Raises StoreDamaged where the file is no backup or is not whole; then nothing was changed.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with _scratch(data_dir) as scratch:
        for name in _unpack(source, scratch):
            copy(scratch / name, data_dir / name)


def _unpack(source: Path, scratch: Path) -> list[str]:
    """Only the names that a backup has are taken out of the archive, and only if their hashes are right."""
    try:
        with zipfile.ZipFile(source) as archive:
            hashes = json.loads(archive.read(_HASHES))
            names = [name for name in _NAMES if name in hashes]
            for name in names:
                with archive.open(name) as packed, (scratch / name).open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
    except FileNotFoundError as error:
        raise StoreError(f"There is no file {source}.") from error
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as error:
        raise StoreDamaged(f"{source} is not a whole backup ({error}). Nothing was changed.") from error
    if _NAMES[0] not in names or any(_sha256(scratch / name) != hashes[name] for name in names):
        raise StoreDamaged(f"{source} is not a whole backup (a hash differs). Nothing was changed.")
    return names


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as name:
        yield Path(name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
