"""Compacts in the background, when the tail has grown so long that searching it costs more than FAISS would."""

import logging
import threading
from collections.abc import Callable

from index.errors import StoreError

_LOG = logging.getLogger(__name__)


class Compactor:
    """Runs one compaction at a time in a thread of its own; a failed one is tried again at the next occasion."""

    def __init__(self, compact: Callable[[], None]) -> None:
        self._compact = compact
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="compaction")
                self._thread.start()

    def close(self) -> None:
        """Waits for what is running."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        try:
            self._compact()
        except StoreError as error:
            _LOG.warning("compaction failed: %s", error)
