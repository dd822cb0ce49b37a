"""A backup of the database in one file, by PostgreSQL's own programs: `pg_dump` and `pg_restore`.

Everything of ours is in one schema. The password goes through the environment, where other users of the machine cannot see it.
"""

import os
import shutil
import subprocess
from pathlib import Path

from index.errors import StoreError
from index.postgres.address import Address
from index.postgres.database import Database

_SCHEMA = "trendwise"
_MAGIC = b"PGDMP"


def dump(url: str, target: Path) -> None:
    """Written beside the target and renamed: the target is whole or as it was. Raises `StoreError`."""
    if not _has_tables(url):
        raise StoreError(f"There is no index in the database {Address.parse(url)}: nothing to back up.")
    draft = target.with_name(target.name + ".part")
    try:
        draft.touch(mode=0o600)
        _run("pg_dump", url, "--format=custom", f"--schema={_SCHEMA}", "--no-owner", f"--file={draft.absolute()}")
        draft.replace(target)
    except OSError as error:
        raise StoreError(
            f"The backup {target} could not be written ({error.strerror}). Nothing was changed. Choose another place."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def restore(url: str, source: Path, *, replace: bool) -> None:
    """In one transaction: the database is as the backup, or as it was. Raises `StoreError`."""
    try:
        with source.open("rb") as file:
            known = file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise StoreError(f"{source} could not be read ({error.strerror}). Nothing was changed.") from error
    if not known:
        raise StoreError(
            f"{source} is no backup of a database: one of a data folder is restored without TRENDWISE_DATABASE_URL, "
            "and then copied by `trendwise index copy`."
        )
    there = _has_tables(url)
    if there and not replace:
        raise StoreError(
            f"The database {Address.parse(url)} holds an index already: back it up first, then repeat this with "
            "--replace, or name another database."
        )
    database = Database(url)
    try:
        database.run_alone("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
    finally:
        database.close()
    clean = ("--clean", "--if-exists") if there else ()
    _run("pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", *clean, str(source.absolute()))


def _has_tables(url: str) -> bool:
    database = Database(url)
    try:
        return bool(database.read("SELECT 1 WHERE to_regclass('trendwise.documents') IS NOT NULL"))
    finally:
        database.close()


def _run(program: str, url: str, *arguments: str) -> None:
    address = Address.parse(url)
    path = shutil.which(program)
    if path is None:
        raise StoreError(
            f"Backups of a database are made by PostgreSQL's own {program}, which is not on this machine: install "
            f"PostgreSQL's client programs of the server's version, or run {program} where it is."
        )
    environment = os.environ | {
        "PGHOST": address.host, "PGPORT": str(address.port), "PGUSER": address.user, "PGSSLMODE": address.sslmode,
    }  # fmt: skip
    if address.password is not None:
        environment["PGPASSWORD"] = address.password
    done = subprocess.run(  # noqa: S603
        [path, f"--dbname={address.database}", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise StoreError(f"{program} failed for {address} ({reason}). Nothing was changed.")
