"""The seam to a language model: a prompt in, text pieces or next-token scores out.

The model knows nothing of passages or citations. A `Prompt` is laid out so that what is equal between
requests comes first: system text and examples, then the parts of the person's turn from most to least stable (evidence
before question). Each part is tokenised on its own, so that equal leading parts give equal leading tokens and
an engine can keep what it already computed.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Turn:
    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything here is text, whatever it looks like: no part is ever parsed for control tokens."""

    system: str
    parts: tuple[str, ...]
    """The last user turn, in pieces; their concatenation is the turn."""
    history: tuple[Turn, ...] = ()
    """Earlier turns, oldest first, before the last turn."""
    prefill: str = ""
    """Beginning of the assistant's turn, which a model in this process continues; another's begins by itself, perhaps with it."""
    examples: tuple[Turn, ...] = ()
    """Worked examples after the system text: like it, the same for every question of a task."""

    @property
    def user(self) -> str:
        return "".join(self.parts)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn before the last one."""
        return (*self.examples, *self.history)


class Cancel:
    """A request's stop switch. Set by whoever no longer wants the work; read by the engine between steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def __bool__(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        return self._event.wait(seconds)


class TextModel(Protocol):
    """A model that writes. Safe to use from many threads; each call is one request.

    Raises `ModelBusy` (queue full, with `retry_after` seconds), `PromptTooLong`, `ModelFailed`, `Cancelled`.
    """

    @property
    def name(self) -> str: ...

    @property
    def context(self) -> int:
        """Tokens that one request's prompt and answer may have together."""
        ...

    def count(self, text: str) -> int:
        """Tokens of a text (exact where the tokeniser is at hand, else an upper estimate)."""
        ...

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 256, stop: Sequence[str] = (), cancel: Cancel | None = None
    ) -> Iterator[str]:
        """Greedy decoding. Yields text pieces, whole code points, never empty; ends at the model's own end,
        at `max_tokens` or before the first of `stop`. Closing the iterator frees the request."""
        ...

    def score(
        self, prompts: Sequence[Prompt], options: Sequence[str], *, cancel: Cancel | None = None
    ) -> NDArray[np.float32] | None:
        """Log-probability of each option's first token as the next token, shape (len(prompts), len(options)).
        None where the engine cannot give them."""
        ...

    def warm(self, prompt: Prompt, *, cancel: Cancel | None = None) -> None:
        """Computes the prompt's stable parts in idle time, so that a later request with the same beginning starts
        sooner. A hint: it may do nothing, yields to every real request, and raises nothing but `Cancelled`."""
        ...

    def healthy(self) -> bool:
        """Whether the engine answered its heartbeat lately. Cheap."""
        ...

    def close(self) -> None: ...
