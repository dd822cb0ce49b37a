"""A store's tables beside the reports in PostgreSQL, so that every service process has the same."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from index.errors import SchemaTooNew
from index.postgres.database import Connection, Database
from service.tables import Dialect, Rows, Run

T = TypeVar("T")

POSTGRES = Dialect(
    rowid="rowid bigint GENERATED ALWAYS AS IDENTITY,",
    bytes="bytea",
    real="double precision",
    strict="",
    clock="extract(epoch FROM clock_timestamp())::float8",
    skip_locked="FOR UPDATE SKIP LOCKED",
)
_SCHEMAS = """
    SELECT pg_advisory_xact_lock(hashtextextended('trendwise schema', 0));
    CREATE SCHEMA IF NOT EXISTS trendwise;
    CREATE TABLE IF NOT EXISTS stores (name text PRIMARY KEY, schema integer NOT NULL);
"""


class PostgresTables:
    """Implements `service.tables.Tables` over a database that several stores may share and none of them closes."""

    dialect = POSTGRES

    def __init__(self, database: Database, name: str, migrations: Sequence[str]) -> None:
        """`name` is the store's, under which the state of its migrations is kept."""
        self._database = database
        if self._schema(name) != len(migrations):
            database.write(partial(_migrate, name=name, migrations=migrations))

    def read(self, sql: str, **values: Any) -> Rows:
        return [tuple(row) for row in self._database.read(sql, **values)]

    def write(self, change: Callable[[Run], T]) -> T:
        return self._database.write(lambda connection: change(partial(_run, connection)))

    def forget(self) -> None:
        """Nothing: the server reuses the space of deleted rows (docs/scale.md)."""

    def close(self) -> None:
        """Nothing: whoever opened the database closes it."""

    def _schema(self, name: str) -> int:
        """Looked at without writing, so that a service needs no right to make tables once they are there."""
        [[known]] = self._database.read("SELECT to_regclass('trendwise.stores') IS NOT NULL")
        rows = self._database.read("SELECT schema FROM stores WHERE name = :name", name=name) if known else []
        return int(rows[0][0]) if rows else 0


def _run(connection: Connection, sql: str, **values: Any) -> Rows:
    return [tuple(row) for row in connection.run(sql, **values)]


def _migrate(connection: Connection, name: str, migrations: Sequence[str]) -> None:
    connection.script(_SCHEMAS)
    rows = connection.run("SELECT schema FROM stores WHERE name = :name", name=name)
    done = rows[0][0] if rows else 0
    if done > len(migrations):
        raise SchemaTooNew(f"The {name} in the database were written by a newer Trendwise: update Trendwise.")
    for script in migrations[done:]:
        connection.script(POSTGRES.filled(script))
    connection.run(
        "INSERT INTO stores VALUES (:name, :schema) ON CONFLICT (name) DO UPDATE SET schema = excluded.schema",
        name=name,
        schema=len(migrations),
    )
