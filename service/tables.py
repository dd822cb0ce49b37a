"""Tables of the service's own (conversations, keys, uploads): in a file of the data folder, or in PostgreSQL.

A store is written once, in SQL that both understand, with named values (`:name`). What differs is named in `Dialect`.
`sqlite_tables.py` and `postgres_tables.py` are the two backends; one contract test runs over both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Pieces of SQL. `{name}` in a migration stands for one of them."""

    rowid: str
    """The column `rowid`, which counts rows as they are added, where a table does not have it anyway."""
    bytes: str
    real: str
    strict: str
    """What follows a table's columns."""
    clock: str
    """Seconds since 1970, by the clock that all who share the tables read."""
    skip_locked: str
    """What lets a query pass over rows that another transaction is changing, where there can be one."""

    def filled(self, sql: str) -> str:
        return sql.format(rowid=self.rowid, bytes=self.bytes, real=self.real, strict=self.strict)


class Run(Protocol):
    def __call__(self, sql: str, **values: Any) -> Rows: ...


class Tables(Protocol):
    """Safe to use from many threads and processes. Statements must be few: each may be prepared once and kept."""

    @property
    def dialect(self) -> Dialect: ...

    def read(self, sql: str, **values: Any) -> Rows:
        """One statement outside of any transaction: what is committed now."""
        ...

    def write(self, change: Callable[[Run], T]) -> T:
        """One transaction: committed when this returns, or nothing of it is. It may run more than once."""
        ...

    def forget(self) -> None:
        """Something was deleted: the backend does what it can that no copy stays behind."""
        ...

    def close(self) -> None: ...
