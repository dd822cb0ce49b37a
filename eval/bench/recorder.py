"""A model that notes the prompts it answers, so that a peer can be given the very same texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.llm.types import Cancel, Prompt, TextModel


@dataclass(frozen=True, slots=True)
class Asked:
    prompt: Prompt
    tokens: int
    """Of its texts; the marks of a chat template come on top."""

    @classmethod
    def of(cls, prompt: Prompt, model: TextModel) -> "Asked":
        turns = (turn.content for turn in prompt.turns)
        return cls(prompt, sum(model.count(text) for text in (prompt.system, *turns, prompt.user)))


class Recorder:
    """Everything but the noting is the recorded model's."""

    def __init__(self, model: TextModel) -> None:
        self._model = model
        self._asked: list[Asked] = []

    def taken(self) -> list[Asked]:
        """What was asked since this was called before."""
        asked, self._asked = self._asked, []
        return asked

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def context(self) -> int:
        return self._model.context

    def count(self, text: str) -> int:
        return self._model.count(text)

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 256, stop: Sequence[str] = (), cancel: Cancel | None = None
    ) -> Iterator[str]:
        self._asked.append(Asked.of(prompt, self._model))
        return self._model.stream(prompt, max_tokens=max_tokens, stop=stop, cancel=cancel)

    def score(
        self, prompts: Sequence[Prompt], options: Sequence[str], *, cancel: Cancel | None = None
    ) -> NDArray[np.float32] | None:
        return self._model.score(prompts, options, cancel=cancel)

    def warm(self, prompt: Prompt, *, cancel: Cancel | None = None) -> None:
        self._model.warm(prompt, cancel=cancel)

    def healthy(self) -> bool:
        return self._model.healthy()

    def close(self) -> None:
        self._model.close()
