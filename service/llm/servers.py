"""Several model servers behind the one `TextModel` seam: who is asked, and what happens when one falls silent.

A request goes to a server that is up and not busier than the others; among those to the one that its evidence points
to, so that what is asked twice about the same passages finds them in that server's prefix cache (rendezvous hashing
with bounded loads: Thaler and Ravishankar 1998, Mirrokni et al. 2018). A request of which nothing was streamed yet
moves on when its server is lost or busy; one that was begun fails, because its words cannot be taken back.

A server that is silent may only be busy: llama-cpp-python's answers nothing else while it writes to somebody. New requests
avoid it; those that it has are taken from it when no piece of an answer came for long, either.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from service.errors import Cancelled, ModelBusy, ModelFailed
from service.llm.remote import RemoteModel
from service.llm.remote_exchange import ServerLost
from service.llm.types import Cancel, Prompt

T = TypeVar("T")
_Ask = Callable[[RemoteModel, Cancel], Generator[T, None, None]]

_PROBE_EVERY = 0.5
_PROBE_SECONDS = 1.0
_STRIKES = 2
"""Probes in a row that must fail for a server to count as down: one may be lost in a burst of work."""
_SILENT_SECONDS = 30.0
"""After which one that has requests and says nothing counts as down: as long as reading a long prompt may take."""
_SLACK = 1
"""Requests that a server may have more than the least busy one, and still get those whose evidence points to it."""


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds."""

    every: float = _PROBE_EVERY
    seconds: float = _PROBE_SECONDS
    silence: float = _SILENT_SECONDS


class _Server:
    """One server: how many requests it has, and whether it answers."""

    def __init__(self, model: RemoteModel, timing: Timing) -> None:
        self.model = model
        self.running = 0
        self.up = True
        self.silent = False
        self._timing = timing
        self._strikes = 0
        self._heard = time.monotonic()
        self._closing = threading.Event()
        self._prober = threading.Thread(target=self._probe, name="model-server", daemon=True)
        self._prober.start()

    def __str__(self) -> str:
        return f"The model server at {self.model.url}"

    def weight(self, prompt: Prompt | None) -> bytes:
        """How much what is stable in the prompt points to this server: the same each time, and another for each."""
        stable = (prompt.system, *prompt.parts[:-1]) if prompt else ()
        return hashlib.blake2b("\0".join((self.model.url, *stable)).encode("utf-8", "replace")).digest()

    def close(self) -> None:
        """Waits for a probe under way: it would open a connection that nobody closes."""
        self._closing.set()
        self._prober.join(self._timing.seconds)
        self.model.close()

    def hear(self) -> None:
        """A sign of life."""
        self._strikes, self._heard, self.silent = 0, time.monotonic(), False

    def _probe(self) -> None:
        while not self._closing.wait(self._timing.every):
            outcome = self.model.probe(self._timing.seconds)
            if outcome == "lists":
                self.hear()
                self.up = True
                continue
            self.silent = outcome == "silent"
            if self.silent and self.running:
                self.up = self.up and time.monotonic() - self._heard < self._timing.silence
            else:
                self._strikes += 1
                self.up = self.up and self._strikes < _STRIKES


class ModelServers:
    """Implements `TextModel`. All servers must serve the same model."""

    def __init__(self, models: Sequence[RemoteModel], *, timing: Timing = Timing()) -> None:
        self._servers = [_Server(model, timing) for model in models]
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._servers[0].model.name

    @property
    def context(self) -> int:
        return self._servers[0].model.context

    def count(self, text: str) -> int:
        return self._servers[0].model.count(text)

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 256, stop: Sequence[str] = (), cancel: Cancel | None = None
    ) -> Iterator[str]:
        def ask(model: RemoteModel, either: Cancel) -> Generator[str, None, None]:
            yield from model.stream(prompt, max_tokens=max_tokens, stop=stop, cancel=either)

        return self._ask(prompt, ask, cancel)

    def score(
        self, prompts: Sequence[Prompt], options: Sequence[str], *, cancel: Cancel | None = None
    ) -> NDArray[np.float32] | None:
        def ask(model: RemoteModel, either: Cancel) -> Generator[NDArray[np.float32] | None, None, None]:
            yield model.score(prompts, options, cancel=either)

        return next(self._ask(prompts[0] if prompts else None, ask, cancel))

    def warm(self, prompt: Prompt, *, cancel: Cancel | None = None) -> None:
        """Nothing, as with one server."""
        if cancel:
            raise Cancelled("The request was cancelled.")

    def healthy(self) -> bool:
        return any(server.up for server in self._servers)

    def close(self) -> None:
        for server in self._servers:
            server.close()

    def _ask(self, prompt: Prompt | None, ask: _Ask[T], cancel: Cancel | None) -> Iterator[T]:
        """What the first server yields that has begun to answer."""
        tried: list[_Server] = []
        failure: ModelBusy | ServerLost | Cancelled | None = None
        while server := self._enter(prompt, tried):
            begun = False
            try:
                with closing(ask(server.model, _Either(cancel, server))) as answer:
                    for item in answer:
                        begun = True
                        server.hear()
                        yield item
                    return
            except (ModelBusy, ServerLost, Cancelled) as error:
                if cancel:
                    raise Cancelled("The request was cancelled.") from error
                if not isinstance(error, ModelBusy):
                    server.up = False
                if begun:
                    raise ModelFailed(f"{server} stopped in the middle of the answer: ask again.") from error
                failure = error
            finally:
                self._leave(server)
        if isinstance(failure, ModelBusy):
            raise failure
        names = ", ".join(each.model.url for each in self._servers)
        raise ModelFailed(f"None of the model servers answers ({names}); is one running?") from failure

    def _enter(self, prompt: Prompt | None, tried: list[_Server]) -> _Server | None:
        """The server to ask next; those that are silent only when no other is left, and those that are down after them."""
        with self._lock:
            left = [server for server in self._servers if server not in tried]
            left = [server for server in left if server.up] or left
            left = [server for server in left if not server.silent] or left
            if not left:
                return None
            least = min(server.running for server in left)
            chosen = max((s for s in left if s.running <= least + _SLACK), key=lambda s: s.weight(prompt))
            chosen.running += 1
        tried.append(chosen)
        return chosen

    def _leave(self, server: _Server) -> None:
        with self._lock:
            server.running -= 1


class _Either(Cancel):
    """Set when the person no longer wants the answer, or when the server that was up goes down."""

    def __init__(self, cancel: Cancel | None, server: _Server) -> None:
        super().__init__()
        self._cancel = cancel
        self._server = server
        self._was_up = server.up

    def __bool__(self) -> bool:
        return bool(self._cancel) or (self._was_up and not self._server.up)
