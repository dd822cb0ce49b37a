"""How many questions one person may have running in all service processes together.

A running question holds one of the person's places: a session lock of the database, which the server itself releases when
the process that holds it dies. One connection holds all places of a process.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from pg8000.exceptions import DatabaseError, InterfaceError

from index.postgres.address import Address
from index.postgres.database import Connection
from service.errors import ModelBusy

PLACES = 2
_TAKE = "SELECT pg_try_advisory_lock(hashtext(:owner), :place)"
_LEAVE = "SELECT pg_advisory_unlock(hashtext(:owner), :place)"
_BROKEN = (DatabaseError, InterfaceError, OSError, EOFError)
_LOG = logging.getLogger(__name__)


class SharedLimits:
    """Safe to use from many threads. A database that is away limits nobody: what needs it says so better."""

    def __init__(self, address: Address, places: int = PLACES) -> None:
        self._address = address
        self._places = range(places)
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._held: defaultdict[str, set[int]] = defaultdict(set)

    @contextmanager
    def place(self, owner: str) -> Iterator[None]:
        """Raises `ModelBusy` where the person has none left. Owner "" has no limit."""
        if not owner:
            yield
            return
        taken = self._take(owner)
        try:
            yield
        finally:
            self._leave(owner, taken)

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _take(self, owner: str) -> int | None:
        with self._lock:
            try:
                for place in self._places:
                    if place not in self._held[owner] and self._ask(_TAKE, owner, place):
                        self._held[owner].add(place)
                        return place
            except _BROKEN as error:
                _LOG.warning("a limit could not be looked up: %s", error)
                self._drop()
                return None
        raise ModelBusy(f"This API key already has {len(self._places)} questions running: wait for one to finish.")

    def _leave(self, owner: str, place: int | None) -> None:
        with self._lock:
            if place is None or place not in self._held[owner]:
                return
            self._held[owner].discard(place)
            if not self._held[owner]:
                del self._held[owner]
            try:
                self._ask(_LEAVE, owner, place)
            except _BROKEN:
                self._drop()

    def _ask(self, sql: str, owner: str, place: int) -> bool:
        if self._connection is None:
            self._connection = Connection(self._address)
        [[answer]] = self._connection.run(sql, owner=owner, place=place)
        return bool(answer)

    def _drop(self) -> None:
        """With the connection go all places that it held."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._held.clear()
