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
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import apsw

from index.aside import put_aside
from index.database import copy, raw_connection
from index.errors import SchemaTooNew, StoreDamaged, StoreError
from index.migrations import MIGRATIONS

_HASHES = "sha256.json"
_REPORTS = "trendwise.sqlite"
_NAMES = (_REPORTS, "conversations.sqlite")


def back_up(data_dir: Path, target: Path) -> None:
    """Writes the archive beside the target and renames it: the target is whole or as it was."""
    if not (data_dir / _REPORTS).is_file():
        raise StoreError(f"There is no index in {data_dir}: nothing to back up.")
    try:
        with _scratch(target.parent) as scratch:
            draft = _pack(data_dir, scratch)
            draft.replace(target)
    except OSError as error:
        raise StoreError(
            f"The backup {target} could not be written ({error.strerror}). Nothing was changed. Choose another place."
        ) from error


def _pack(data_dir: Path, scratch: Path) -> Path:
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
    return draft


def is_empty(data_dir: Path) -> bool:
    """Whether a restore would replace nothing there."""
    return not any((data_dir / name).exists() for name in _NAMES)


def restore(source: Path, data_dir: Path) -> list[Path]:
    """Puts the backup's databases in the place of those there, each in one transaction, even while they are in use.

    A database that is too damaged to be written to is put aside; the folders with such are returned. Raises
    StoreDamaged or SchemaTooNew where the file is no whole backup that this version reads; then nothing was changed.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with _scratch(data_dir) as scratch:
        names = _unpack(source, scratch)
        for name in names:
            _check(scratch / name, source)
        aside = [folder for name in names if (folder := _put(scratch / name, data_dir / name))]
    shutil.rmtree(data_dir / "generations", ignore_errors=True)
    return aside


def _put(source: Path, target: Path) -> Path | None:
    try:
        copy(source, target)
    except StoreDamaged:
        folder = put_aside(target)
        copy(source, target)
        return folder
    return None


def _unpack(source: Path, scratch: Path) -> Sequence[str]:
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
    except OSError as error:
        raise StoreError(f"{source} could not be read ({error.strerror}). Nothing was changed.") from error
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, RuntimeError, zlib.error) as error:
        raise StoreDamaged(f"{source} is not a whole backup ({error}). Nothing was changed.") from error
    if _REPORTS not in names or any(_sha256(scratch / name) != hashes[name] for name in names):
        raise StoreDamaged(f"{source} is not a whole backup (a hash differs). Nothing was changed.")
    return names


def _check(database: Path, source: Path) -> None:
    """Raises where this version cannot read it. A generation that it names is not in the backup: it is forgotten."""
    try:
        connection = raw_connection(database)
        try:
            schema = connection.pragma("user_version")
            if database.name == _REPORTS and schema <= len(MIGRATIONS):
                connection.execute("DELETE FROM meta WHERE name = 'manifest'")
        finally:
            connection.close()
    except (StoreError, apsw.Error) as error:
        raise StoreDamaged(f"{source} is not a backup of Trendwise. Nothing was changed.") from error
    if database.name == _REPORTS and schema > len(MIGRATIONS):
        raise SchemaTooNew(f"{source} was written by a newer Trendwise (schema {schema}): update Trendwise.")


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as name:
        yield Path(name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
