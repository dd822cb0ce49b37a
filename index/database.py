"""The SQLite file: connections, transactions, durability, and its errors in our words.

Every page carries a checksum (SQLite's `cksumvfs`), so a flipped bit on the disk is an error and never a wrong
quotation. Readers have a connection each and never wait for the writer (WAL); `BEGIN IMMEDIATE` lets one writer
in at a time, across processes too. It knows nothing of documents.
"""

import errno
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw
import apsw.sqlite_extra

from index.errors import StoreDamaged, StoreError, StoreFull, StoreLocked
from index.migrations import migrate

_CHECKSUM_BYTES = 8
_WAIT_MS = 30_000
_NO_CHANGE = "Nothing was changed."


class Database:
    """Opens or creates the file and brings its tables up to date. Safe to use from many threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[Any] = []
        self._lock = threading.Lock()
        self._writing = threading.RLock()
        self._closed = False
        with self.errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._connect()
            try:
                migrate(self._writer)
            except BaseException:
                self._writer.close()
                raise

    @contextmanager
    def read(self) -> Iterator[Any]:
        """A connection inside a transaction: everything read through it is of one moment."""
        with self.errors():
            connection = self._borrow()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:  # SQLite ends it by itself after an I/O error
                    connection.execute("ROLLBACK")
                self._return(connection)

    @contextmanager
    def write(self) -> Iterator[Any]:
        """The only writer. Committed to the disk when the block ends, or nothing of it is."""
        with self._writing, self.errors():
            connection = self._writer
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def forget_deleted(self) -> None:
        """Empties the write-ahead log, the last place where deleted text could be. Readers may delay it."""
        with self._writing, self.errors():
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Never fails: what was committed is in the write-ahead log, and a disk that cannot take the checkpoint now gets it
        from whoever opens the index next."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        with self._writing:
            for connection in (*idle, self._writer):
                with suppress(apsw.Error):
                    connection.close()

    def errors(self) -> AbstractContextManager[None]:
        """Translates SQLite's and the file system's errors where they enter."""
        return translated(self.path)

    def _borrow(self) -> Any:
        with self._lock:
            if self._closed:
                raise StoreError("The index is closed.")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _return(self, connection: Any) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self) -> Any:
        connection = _open(self.path)
        for name, value in (("journal_mode", "wal"), ("synchronous", "full"), ("secure_delete", "on")):
            connection.pragma(name, value)
        connection.pragma("foreign_keys", "on")
        connection.pragma("cache_size", -16_384)
        connection.pragma("temp_store", "memory")
        return connection


def copy(source: Path, target: Path) -> None:
    """Makes the target database equal to the source, in one transaction, while both may be in use."""
    with translated(target):
        read, written = _open(source), _open(target)
        try:
            with written.backup("main", read, "main") as backup:
                while not backup.done:
                    backup.step(-1)
            written.pragma("journal_mode", "wal")
        finally:
            written.close()
            read.close()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    try:
        yield
    except apsw.FullError as error:
        raise StoreFull(f"The disk with {path.parent} is full. {_NO_CHANGE} Free some space.") from error
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StoreLocked(f"Another process is writing to {path}. {_NO_CHANGE} Try again.") from error
    except (apsw.CorruptError, apsw.NotADBError, apsw.FormatError) as error:
        raise StoreDamaged(f"{path} is damaged: run `trendwise doctor --repair`.") from error
    except apsw.IOError as error:
        if getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_DATA:
            raise StoreDamaged(f"{path} is damaged (a checksum differs): run `trendwise doctor --repair`.") from error
        raise StoreError(f"{path} could not be read or written ({error}). {_NO_CHANGE} Check the disk.") from error
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError, PermissionError) as error:
        raise StoreError(f"{path} cannot be opened for writing. {_NO_CHANGE} Check its permissions.") from error
    except apsw.Error as error:
        raise StoreError(f"{path} cannot be used ({error}): run `trendwise doctor`.") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreFull(f"The disk with {path.parent} is full. {_NO_CHANGE} Free some space.") from error
        place = error.filename or path.parent
        raise StoreError(
            f"{place} could not be read or written ({error.strerror}). {_NO_CHANGE} Check the disk."
        ) from error


def _open(path: Path) -> Any:
    _load_checksums()
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(_WAIT_MS)
    connection.reserve_bytes(reserve=_CHECKSUM_BYTES)
    return connection


def raw_connection(path: Path) -> Any:
    """A connection to a file that may be damaged: nothing is migrated or set."""
    with translated(path):
        return _open(path)


def _load_checksums() -> None:
    """Loading the extension once makes its VFS the default of this process."""
    if "cksmvfs" not in apsw.vfs_names():
        memory = apsw.Connection(":memory:")
        apsw.sqlite_extra.load(memory, "cksumvfs")
        memory.close()
