"""One piece of work for the engine, and what comes of it: a text that streams, a score, or a warmed beginning.

A job is made by the asking thread, then belongs to the engine's thread; the two meet only in `outbox` and `abandoned`.
"""

import queue
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from service.errors import RunError
from service.llm.engine_cache import Sequence as CachedSequence
from service.llm.engine_states import Segment
from service.llm.engine_text import TextPieces, loops
from service.llm.llama_weights import Tokens
from service.llm.types import Cancel

Logits = NDArray[np.float32]


class Priority(IntEnum):
    """Lower goes first. Scores are short, and each belongs to a question that is already being answered."""

    SCORE = 0
    STREAM = 1
    WARM = 2


class Job(ABC):
    priority: Priority
    wants_logits = True

    def __init__(self, prompt: Tokens, *, preamble: int, room: int, cancel: Cancel | None) -> None:
        self.prompt = prompt
        self.preamble = preamble
        """Leading tokens that are pinned once they are decoded."""
        self.room = room
        """Most tokens that the job can come to hold: prompt and answer."""
        self.cancel = cancel
        self.arrived = time.monotonic()
        self.attempts = 0
        self.abandoned = False
        """Set by the asking thread when it stops listening."""
        self.sequence: CachedSequence | None = None
        self.next_token: int | None = None
        self.segments: list[Segment] = []
        """Parts whose stored states may stand in for their prefill, in order."""
        self.prefix = prompt[:0]
        """What those states were computed after."""

    @property
    def unwanted(self) -> bool:
        return self.abandoned or bool(self.cancel)

    @property
    def held(self) -> CachedSequence:
        if self.sequence is None:
            raise RuntimeError("the job is not running")
        return self.sequence

    @property
    def to_prefill(self) -> int:
        return max(0, len(self.prompt) - self.held.length)

    @property
    def prefill_stop(self) -> int:
        """Where the next chunk must end at the latest: a state may follow there."""
        starts = (segment.start for segment in self.segments if segment.start > self.held.length)
        return min(starts, default=len(self.prompt))

    @property
    def can_restart(self) -> bool:
        """Whether nothing has left the engine yet."""
        return True

    @abstractmethod
    def take(self, logits: Logits) -> bool:
        """Uses the logits of the next token; True when the job is done."""

    @abstractmethod
    def end(self) -> None:
        """Tells the asking thread that no more comes."""

    @abstractmethod
    def fail(self, error: RunError) -> None: ...


class StreamJob(Job):
    priority = Priority.STREAM

    def __init__(
        self, prompt: Tokens, *, preamble: int, max_tokens: int, stop: Sequence[str], cancel: Cancel | None,
        piece: Callable[[int], bytes], ends: Callable[[int], bool],
    ) -> None:  # fmt: skip
        super().__init__(prompt, preamble=preamble, room=len(prompt) + max_tokens, cancel=cancel)
        self.outbox: queue.SimpleQueue[str | RunError | None] = queue.SimpleQueue()
        self._max_tokens = max_tokens
        self._pieces = TextPieces(stop)
        self._piece, self._ends = piece, ends
        self._written: list[int] = []

    @property
    def prefill_stop(self) -> int:
        """Where the next chunk must end at the latest: a state may follow there."""
        starts = (segment.start for segment in self.segments if segment.start > self.held.length)
        return min(starts, default=len(self.prompt))

    @property
    def can_restart(self) -> bool:
        return not self._written

    def take(self, logits: Logits) -> bool:
        token = int(logits.argmax())
        if self._ends(token):
            return True
        self._written.append(token)
        self.next_token = token
        self._send(self._pieces.feed(self._piece(token)))
        return self._pieces.stopped or len(self._written) >= self._max_tokens or loops(self._written)

    def end(self) -> None:
        self._send(self._pieces.finish())
        self.outbox.put(None)

    def fail(self, error: RunError) -> None:
        self.outbox.put(error)

    def _send(self, text: str) -> None:
        if text:
            self.outbox.put(text)


class ScoreJob(Job):
    """One prompt of a `score` call; its results go to the call's own outbox, by row."""

    priority = Priority.SCORE

    def __init__(
        self, prompt: Tokens, *, preamble: int, options: NDArray[np.int32], row: int,
        outbox: "queue.SimpleQueue[tuple[int, Logits] | RunError | None]", cancel: Cancel | None,
    ) -> None:  # fmt: skip
        super().__init__(prompt, preamble=preamble, room=len(prompt), cancel=cancel)
        self.outbox = outbox
        self._options, self._row = options, row

    def take(self, logits: Logits) -> bool:
        highest = logits.max()
        total = highest + np.log(np.exp(logits - highest).sum(dtype=np.float64))
        self.outbox.put((self._row, (logits[self._options] - total).astype(np.float32)))
        return True

    def end(self) -> None:
        """The row was all there is to say."""

    def fail(self, error: RunError) -> None:
        self.outbox.put(error)


class WarmJob(Job):
    priority = Priority.WARM
    wants_logits = False

    def __init__(self, prompt: Tokens, *, preamble: int, cancel: Cancel | None) -> None:
        super().__init__(prompt, preamble=preamble, room=len(prompt), cancel=cancel)
        self.outbox: queue.SimpleQueue[RunError | None] = queue.SimpleQueue()

    def take(self, logits: Logits) -> bool:
        raise RuntimeError("a warming job wants no logits")

    def end(self) -> None:
        self.outbox.put(None)

    def fail(self, error: RunError) -> None:
        """A hint cannot fail."""
        self.end()


class StateJob(WarmJob):
    """Computes the state of one part after its prefix, in idle time."""

    def __init__(self, prefix: Tokens, part: Tokens, key: str) -> None:
        super().__init__(np.concatenate([prefix, part]), preamble=0, cancel=None)
        self.key = key
        self.start = len(prefix)
