"""How many questions may be active or waiting at once, in all and for one person. Beyond that: 503 at once.

A slot is held until the thread that works on the question has ended, not only until its reader has gone.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from service.errors import ModelBusy

PER_PERSON = 2


@dataclass(slots=True, eq=False)
class Place:
    """What a question holds between the door and its slot."""

    held: bool = True


class Admission:
    def __init__(self, limit: int, per_person: int = PER_PERSON) -> None:
        self.limit = limit
        self._per_person = per_person
        self._lock = threading.Lock()
        self._active: Counter[str] = Counter()
        self._coming = 0

    @property
    def active(self) -> int:
        with self._lock:
            return self._active.total()

    def require_place(self) -> None:
        """Raises `ModelBusy` where nobody could enter now."""
        with self._lock:
            self._require_place()

    def require_own_place(self, owner: str) -> None:
        """Raises `ModelBusy` where this person could not. Owner "" has no limit of its own."""
        with self._lock:
            self._require_own_place(owner)

    def expect(self) -> Place:
        """Keeps a place until `enter` or `forget`. Raises `ModelBusy`."""
        with self._lock:
            self._require_place()
            self._coming += 1
        return Place()

    def forget(self, place: Place) -> None:
        """Safe to call twice, and after `enter`."""
        with self._lock:
            self._give_up(place)

    def enter(self, owner: str, place: Place | None = None) -> Callable[[], None]:
        """Takes a slot and returns what gives it back. Raises `ModelBusy`."""
        with self._lock:
            if place is not None:
                self._give_up(place)
            self._require_place()
            self._require_own_place(owner)
            self._active[owner] += 1
        return lambda: self._leave(owner)

    def _require_place(self) -> None:
        taken = self._active.total() + self._coming
        if taken >= self.limit:
            raise ModelBusy(
                f"{taken} questions are already being answered or waiting: try again shortly.",
                retry_after=max(5, taken // 2),
            )

    def _require_own_place(self, owner: str) -> None:
        if owner and self._active[owner] >= self._per_person:
            raise ModelBusy(f"This API key already has {self._per_person} questions running: wait for one to finish.")

    def _give_up(self, place: Place) -> None:
        self._coming -= place.held
        place.held = False

    def _leave(self, owner: str) -> None:
        with self._lock:
            self._active[owner] -= 1
            if not self._active[owner]:
                del self._active[owner]
