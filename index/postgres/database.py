"""PostgreSQL: connections, transactions, and its errors in our words. It knows nothing of documents.

Reading is one statement at a time, so that each sees one snapshot and costs one round trip; statements are prepared
once a connection. A connection that broke while it lay idle (the server was restarted) is replaced unnoticed.
"""

import io
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import pg8000.native
from pg8000.converters import array_out
from pg8000.exceptions import DatabaseError, InterfaceError

from index.errors import StoreDamaged, StoreError, StoreFull, StoreLocked
from index.postgres import binary
from index.postgres.address import Address

T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_NO_CHANGE = "Nothing was changed."
_BROKEN = (InterfaceError, OSError, EOFError)
_ENDED = ("57P01", "57P02", "57P05")
"""The server stopped, crashed, or ended an idle session."""
_TRY_AGAIN = ("40001", "40P01", "23503")
"""Serialisation failure, deadlock, and a row that came to depend on one that was being deleted: the server undid the
transaction, and run again it sees what the other one did."""
_ATTEMPTS = 5
_MOST = 12
_PLACE_SECONDS = 30.0
"""How many connections one process holds to a database, and how long is waited for one."""
_SESSION = (
    "SET search_path = trendwise, public",
    "SET jit = off",
    "SET plan_cache_mode = force_generic_plan",
    "SET hnsw.ef_search = 400",
    "SET hnsw.iterative_scan = strict_order",
)
"""Compiling a search would take longer than the search; iterative scans go on until the filters let enough through."""

_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class Connection:
    """One session. Not safe to use from two threads at once."""

    def __init__(self, address: Address) -> None:
        link = address.connect()
        try:
            self._session = pg8000.native.Connection(
                address.user, address.host, address.database, address.port, address.password,
                ssl_context=address.ssl_context(), application_name="trendwise", sock=link,
            )  # fmt: skip
            self._session.register_out_adapter(list, _array)
            for setting in _SESSION:
                self._session.run(setting)
        except InterfaceError as error:
            link.close()
            raise _refusal(error) or error from error
        except BaseException:
            link.close()
            raise
        self._prepared: dict[str, Any] = {}

    def run(self, sql: str, **values: Any) -> list[list[Any]]:
        """The rows of one statement. Its text must be one of few: each is prepared once and kept."""
        if sql not in self._prepared:
            self._prepared[sql] = self._session.prepare(sql)
        return self._prepared[sql].run(**{name: _storable(value) for name, value in values.items()}) or []

    def script(self, sql: str) -> None:
        """Several statements without values."""
        self._session.run(sql)

    @contextmanager
    def patient(self) -> Iterator[None]:
        """For what may take hours, such as building an index: TCP itself notices a server that has vanished."""
        link = self._session._usock  # which is not the one that was passed in, where TLS is around it
        usual = link.gettimeout()
        link.settimeout(None)
        try:
            yield
        finally:
            with suppress(OSError):  # closed meanwhile
                link.settimeout(usual)

    def copy(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Many rows at once; each has a value for every column. `table` may name the columns."""
        text = io.StringIO()
        for row in rows:
            text.write("\t".join(map(_field, row)) + "\n")
        self._session.run(f"COPY {table} FROM STDIN", stream=[text.getvalue()])

    def copy_binary(self, table: str, rows: Iterable[bytes]) -> None:
        """The same, of rows in binary form (`index.postgres.binary`)."""
        self._session.run(f"COPY {table} FROM STDIN WITH (FORMAT binary)", stream=binary.copied(rows))

    def close(self) -> None:
        with suppress(Exception):
            self._session.close()


def _storable(value: Any) -> Any:
    """PostgreSQL keeps no NUL and no lone surrogate: what has one is stored without it, and nothing is found by it."""
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _array(values: list[Any]) -> str:
    """Every text in quotes: PostgreSQL reads a bare `null`, in any case, as no value, and the driver leaves it bare."""
    quoted = [
        '"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(each, str) else array_out(each)
        for each in values
    ]
    return "{" + ",".join(quoted) + "}"


class Database:
    """Safe to use from many threads: each borrows a connection of its own."""

    def __init__(self, url: str) -> None:
        self.address = Address.parse(url)
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(_MOST)
        self._closed = False

    def read(self, sql: str, **values: Any) -> list[list[Any]]:
        """The rows of one statement, asked again on a fresh connection if the first one broke."""
        with _translated(self.address):
            try:
                with self._borrowed() as connection:
                    return connection.run(sql, **values)
            except (DatabaseError, *_BROKEN) as error:
                if not _is_broken(error):
                    raise
                self._drop_idle()
                with self._borrowed() as connection:
                    return connection.run(sql, **values)

    def write(self, change: Callable[[Connection], T]) -> T:
        """Runs the change in one transaction: committed when this returns, or nothing of it is.

        It may run again after a deadlock with another process, so it must have no effect but on the database.
        """
        with _translated(self.address):
            for _ in range(_ATTEMPTS - 1):
                try:
                    return self._transaction(change)
                except DatabaseError as error:
                    if code_of(error) not in _TRY_AGAIN:
                        raise
                    _LOG.info("a transaction is tried again: %s", code_of(error))
            return self._transaction(change)

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection of its own for what lasts longer than a transaction, such as locks, which end with it."""
        with _translated(self.address):
            connection = Connection(self.address)
        try:
            yield connection
        finally:
            connection.close()

    def run_alone(self, sql: str) -> None:
        """Statements that cannot be part of a transaction, or take long; several have semicolons between them."""
        with _translated(self.address), self._borrowed() as connection, connection.patient():
            for statement in sql.split(";"):
                connection.script(statement)

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._drop_idle()

    def _transaction(self, change: Callable[[Connection], T]) -> T:
        self.read("SELECT 1")  # which replaces a connection that broke while it lay idle
        with self._borrowed() as connection:
            connection.script("BEGIN")
            try:
                result = change(connection)
                connection.script("COMMIT")
            except BaseException:
                with suppress(*_BROKEN):
                    connection.script("ROLLBACK")
                raise
        return result

    @contextmanager
    def _borrowed(self) -> Iterator[Connection]:
        """One of a few connections: a server has places for some hundred, and more than its cores are no faster."""
        if not self._free.acquire(timeout=_PLACE_SECONDS):
            raise StoreLocked(f"All connections to {self.address} are in use. {_NO_CHANGE} Try again.")
        try:
            with self._own() as connection:
                yield connection
        finally:
            self._free.release()

    @contextmanager
    def _own(self) -> Iterator[Connection]:
        connection = self._borrow()
        try:
            yield connection
        except BaseException as error:
            if not isinstance(error, DatabaseError | StoreError | LookupError):
                connection.close()  # who knows in what state it is
                raise
            self._return(connection)
            raise
        self._return(connection)

    def _borrow(self) -> Connection:
        with self._lock:
            if self._closed:
                raise StoreError("The index is closed.")
            if self._idle:
                return self._idle.pop()
        return Connection(self.address)

    def _return(self, connection: Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _drop_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def _refusal(error: BaseException) -> DatabaseError | None:
    """Why the server hung up: the driver hides it behind its own failure to take leave."""
    reason: BaseException | None = error
    while reason is not None and not isinstance(reason, DatabaseError):
        reason = reason.__cause__ or reason.__context__
    return reason


def _is_broken(error: Exception) -> bool:
    """Whether the connection, not the statement, is to blame; a server that stops says so with a code of its own."""
    return not isinstance(error, DatabaseError) or code_of(error) in _ENDED


def code_of(error: DatabaseError) -> str:
    """The five characters by which PostgreSQL names an error."""
    details = error.args[0] if error.args else None
    return str(details.get("C", "")) if isinstance(details, dict) else ""


@contextmanager
def _translated(address: Address) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise _in_our_words(error, address) from error
    except _BROKEN as error:
        raise StoreError(
            f"The database {address} cannot be reached ({error.__cause__ or error}). {_NO_CHANGE} "
            "Is it running, and is TRENDWISE_DATABASE_URL right?"
        ) from error


def _in_our_words(error: DatabaseError, address: Address) -> StoreError:
    code = code_of(error)
    details = error.args[0] if error.args else ""
    reason = details.get("M", "") if isinstance(details, dict) else str(details)
    if code.startswith("28"):
        return StoreError(f"The database {address} refused its user or password: correct TRENDWISE_DATABASE_URL.")
    if code == "3D000":
        return StoreError(
            f"There is no database {address}: make it with `createdb`, or correct TRENDWISE_DATABASE_URL."
        )
    if "vector" in reason and code in ("0A000", "58P01", "42501"):
        return StoreError(
            f"The database {address} lacks pgvector ({reason}): install it, then let an administrator run "
            "`CREATE EXTENSION vector` in it."
        )
    if code == "25006":
        return StoreError(
            f"The database {address} is a replica that can only be read: TRENDWISE_DATABASE_URL must name the primary."
        )
    if code == "53100":
        return StoreFull(f"The disk of the database {address} is full. {_NO_CHANGE} Free some space.")
    if code in ("55P03", "57014", *_TRY_AGAIN):
        return StoreLocked(f"Another process holds what is needed in {address}. {_NO_CHANGE} Try again.")
    if code.startswith("XX"):
        return StoreDamaged(f"The database {address} is damaged ({reason}): restore a backup.")
    if code.startswith(("57P", "08", "53")):
        return StoreError(f"The database {address} cannot serve now ({reason}). {_NO_CHANGE} Try again.")
    return StoreError(f"The database {address} cannot be used ({reason}). {_NO_CHANGE}")


def _field(value: Any) -> str:
    """One value in the text format of COPY."""
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return r"\\x" + value.hex()
    return str(value).translate(_ESCAPED)
