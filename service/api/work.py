"""A blocking iterator runs on a thread of its own; one asyncio task reads what it yields.

The bridge is bounded: a thread whose reader does not keep up waits, and gives up after a while. Closing the work
sets its `Cancel`, so that whatever it waits for (the model, above all) is freed at once.
"""

import asyncio
import contextvars
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from typing import Generic, TypeVar

from service.errors import Cancelled
from service.llm.types import Cancel

T = TypeVar("T")

CAPACITY = 1024
"""Items that wait for the reader. An answer has about 300."""
PATIENCE = 30.0
"""Seconds a thread waits for a reader that does not read."""


class _End:
    pass


class Work(Generic[T]):
    """Made on the event loop; starts at once."""

    def __init__(
        self,
        executor: Executor,
        produce: Callable[[Cancel], Iterator[T]],
        *,
        finished: Callable[[], None] = lambda: None,
        capacity: int = CAPACITY,
        patience: float = PATIENCE,
    ) -> None:
        self.cancel = Cancel()
        self._loop = asyncio.get_running_loop()
        self._items: asyncio.Queue[T | Exception | _End] = asyncio.Queue()
        self._room = threading.Semaphore(capacity)
        self._patience = patience
        self._finished = finished
        executor.submit(contextvars.copy_context().run, self._run, produce)

    def _run(self, produce: Callable[[Cancel], Iterator[T]]) -> None:
        try:
            for item in produce(self.cancel):
                self._put(item)
            self._hand_over(_End())
        except Cancelled as error:
            self._hand_over(error)
        except Exception as error:
            self._hand_over(error)
        finally:
            self._finished()

    def _put(self, item: T) -> None:
        deadline = time.monotonic() + self._patience
        while not self._room.acquire(timeout=0.1):
            if self.cancel or time.monotonic() > deadline:
                raise Cancelled("Nobody read the answer.")
        self._hand_over(item)

    def _hand_over(self, item: T | Exception | _End) -> None:
        try:
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)
        except RuntimeError as error:  # the loop is closed: the server has stopped
            raise Cancelled("The server has stopped.") from error

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        """Raises what the thread raised."""
        item = await self._items.get()
        if isinstance(item, _End):
            self._items.put_nowait(item)
            raise StopAsyncIteration
        if isinstance(item, Exception):
            self._items.put_nowait(item)
            raise item
        self._room.release()
        return item

    def fail(self, error: Exception) -> None:
        """Ends it early: the reader gets this error after what it has not read yet."""
        self.cancel.set()
        self._items.put_nowait(error)

    def close(self) -> None:
        """Nobody reads any more. Safe to call twice."""
        self.cancel.set()
