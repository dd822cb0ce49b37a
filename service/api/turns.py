"""Questions search in turns, a few at once: more at a time would finish none of them sooner.

A search cannot be interrupted, but a wait can. So whoever leaves while others search costs nothing at all.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.errors import Cancelled
from service.llm.types import Cancel

POLL = 0.05
"""Seconds after which a waiting question looks whether it is still wanted."""


class Turns:
    def __init__(self, places: int) -> None:
        self._places = threading.Semaphore(places)

    @contextmanager
    def take(self, cancel: Cancel) -> Iterator[None]:
        """Waits for a place and holds it. Raises `Cancelled` where it is not wanted any more."""
        while not cancel:
            if self._places.acquire(timeout=POLL):
                break
        else:
            raise Cancelled("Whoever asked has gone.")
        try:
            yield
        finally:
            self._places.release()
