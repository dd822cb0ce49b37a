"""How many questions may be active or waiting at once, in all and for one person. Beyond that: 503 at once.

A slot is held until the thread that works on the question has ended, not only until its reader has gone.
"""

import threading
from collections import Counter
from collections.abc import Callable

from service.errors import ModelBusy

PER_PERSON = 2


class Admission:
    def __init__(self, limit: int, per_person: int = PER_PERSON) -> None:
        self.limit = limit
        self._per_person = per_person
        self._lock = threading.Lock()
        self._active: Counter[str] = Counter()

    @property
    def active(self) -> int:
        with self._lock:
            return self._active.total()

    def require_place(self, owner: str) -> None:
        """Raises `ModelBusy` where `enter` would now. Owner "" has no limit of its own."""
        with self._lock:
            self._require_place(owner)

    def enter(self, owner: str) -> Callable[[], None]:
        """Takes a slot and returns what gives it back. Raises `ModelBusy`."""
        with self._lock:
            self._require_place(owner)
            self._active[owner] += 1
        return lambda: self._leave(owner)

    def _require_place(self, owner: str) -> None:
        active = self._active.total()
        if active >= self.limit:
            raise ModelBusy(
                f"{active} questions are already being answered or waiting: try again shortly.",
                retry_after=max(5, active // 2),
            )
        if owner and self._active[owner] >= self._per_person:
            raise ModelBusy(f"This API key already has {self._per_person} questions running: wait for one to finish.")

    def _leave(self, owner: str) -> None:
        with self._lock:
            self._active[owner] -= 1
            if not self._active[owner]:
                del self._active[owner]
