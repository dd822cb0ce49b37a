"""A store's tables in a SQLite file of their own, which only its owner can read. Deleted rows are overwritten."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import apsw

from index.database import translated
from service.tables import Dialect, Rows, Run

T = TypeVar("T")

SQLITE = Dialect(rowid="", bytes="BLOB", real="REAL", strict="STRICT", clock="unixepoch('subsec')", skip_locked="")
_BUSY_MILLISECONDS = 30_000
"""SQLite gives the turn to whoever comes first: with many writers on a slow disk, one may miss it for seconds."""


class SqliteTables:
    """Implements `service.tables.Tables`. One connection, one writer."""

    dialect = SQLITE

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        """Raises `StoreError`, as everything here."""
        self._path = path
        self._lock = threading.Lock()
        with translated(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = apsw.Connection(str(path))
            path.chmod(0o600)
            self._db.set_busy_timeout(_BUSY_MILLISECONDS)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                self._db.execute(f"PRAGMA {pragma}")
        self._migrate(migrations)

    def read(self, sql: str, **values: Any) -> Rows:
        with translated(self._path), self._lock:
            return self._run(sql, **values)

    def write(self, change: Callable[[Run], T]) -> T:
        with self._transaction():
            return change(self._run)

    def forget(self) -> None:
        """Takes deleted text out of the write-ahead log too."""
        self.read("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Begun and ended by statements: the connection as a context manager would wait with the interpreter's lock held,
        so that every thread stood still, and with it the one that was waited for.
        """
        with translated(self._path), self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite ends it by itself after an I/O error
                    self._db.execute("ROLLBACK")
                raise

    def _run(self, sql: str, **values: Any) -> Rows:
        return self._db.execute(sql, values).fetchall()

    def _migrate(self, migrations: Sequence[str]) -> None:
        with self._transaction():
            [[done]] = self._run("PRAGMA user_version")
            for number, script in enumerate(migrations[done:], start=done + 1):
                self._db.execute(SQLITE.filled(script))
                self._db.execute(f"PRAGMA user_version={number}")
