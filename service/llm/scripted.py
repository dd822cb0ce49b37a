"""A model for tests and demonstrations: small, deterministic, honest about stops, lengths and cancellation.

Answers come from rules; where none matches, from the prompt itself: the sentences of its evidence (all parts but the
last) that share most words with the question (the last part). So streaming, alignment and refusal are tested for real.
"""

import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.errors import Cancelled, ModelFailed, PromptTooLong, RunError
from service.llm.engine_text import TextPieces
from service.llm.types import Cancel, Prompt

_WORD = re.compile(r"\w+")
_PIECE = re.compile(r"\s*\S+|\s+")
_SENTENCE = re.compile(r"[^\n.!?]*[^\n.!?\s][^\n.!?]*(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]?")
_LEADING_MARK = re.compile(r"^\s*(?:[-*•]|\d+[.)]|\[\d+\])\s+")
_MOST_SENTENCES = 2
_LEAST_WORD = 4
_AFFIRMATIVE = ("yes", "answer")
_CERTAIN = 0.98


@dataclass(frozen=True, slots=True)
class Rule:
    """Answers a prompt in whose last turn `pattern` (a regular expression) is found."""

    pattern: str
    answer: str
    error: RunError | None = None
    """Raised after the answer's text: an engine that breaks, before anything is said or in the middle."""


class ScriptedModel:
    def __init__(
        self, rules: Sequence[Rule] = (), *, delay: float = 0.0, context: int = 8192, name: str = "scripted",
        score: Callable[[Prompt, str], float] | None = None,
    ) -> None:  # fmt: skip
        """`delay` seconds pass before each piece; `score` gives the probability of an option after a prompt."""
        self._rules = tuple(rules)
        self._delay = delay
        self._context = context
        self._name = name
        self._score = score or probability
        self._closed = False
        self.prompts: list[Prompt] = []
        """Every prompt that was streamed, in order."""
        self.warmed: list[Prompt] = []

    @property
    def name(self) -> str:
        return self._name

    @property
    def context(self) -> int:
        return self._context

    def count(self, text: str) -> int:
        return len(_PIECE.findall(text))

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 256, stop: Sequence[str] = (), cancel: Cancel | None = None
    ) -> Iterator[str]:
        self._check(prompt, max_tokens, cancel)
        self.prompts.append(prompt)
        rule = next((rule for rule in self._rules if re.search(rule.pattern, prompt.user)), None)
        answer = (rule.answer if rule else extract(prompt)).removeprefix(prompt.prefill)
        out = TextPieces(stop)
        for piece in _PIECE.findall(answer)[:max_tokens]:
            self._pause(cancel)
            if text := out.feed(piece.encode()):
                yield text
            if out.stopped:
                return
        if text := out.finish():
            yield text
        if rule and rule.error:
            raise rule.error

    def score(
        self, prompts: Sequence[Prompt], options: Sequence[str], *, cancel: Cancel | None = None
    ) -> NDArray[np.float32]:
        for prompt in prompts:
            self._check(prompt, 0, cancel)
        self._pause(cancel)
        rows = [[math.log(max(self._score(prompt, option), 1e-9)) for option in options] for prompt in prompts]
        return np.array(rows, np.float32).reshape(len(prompts), len(options))

    def warm(self, prompt: Prompt, *, cancel: Cancel | None = None) -> None:
        self._pause(cancel)
        self.warmed.append(prompt)

    def healthy(self) -> bool:
        return not self._closed

    def close(self) -> None:
        self._closed = True

    def _check(self, prompt: Prompt, answer: int, cancel: Cancel | None) -> None:
        if self._closed:
            raise ModelFailed("The language model has been closed.")
        if cancel:
            raise Cancelled("The request was cancelled.")
        texts = [prompt.system, *(turn.content for turn in prompt.turns), *prompt.parts, prompt.prefill]
        if sum(map(self.count, texts)) + answer > self._context:
            raise PromptTooLong(f"The prompt and its answer do not fit the {self._context} tokens of {self._name}.")

    def _pause(self, cancel: Cancel | None) -> None:
        if cancel is None:
            time.sleep(self._delay)
        elif cancel or cancel.wait(self._delay):
            raise Cancelled("The request was cancelled.")


def extract(prompt: Prompt) -> str:
    """The evidence sentences that share most words with the question, in their own order."""
    sentences = [_LEADING_MARK.sub("", match).strip() for match in _SENTENCE.findall("".join(prompt.parts[:-1]))]
    evidence = [sentence for sentence in sentences if not sentence.endswith(":")]
    if not evidence:
        return "The passages do not say."
    asked = _words("".join(prompt.parts[-1:]))
    ranked = sorted(range(len(evidence)), key=lambda i: -len(asked & _words(evidence[i])))
    return " ".join(evidence[i] for i in sorted(ranked[:_MOST_SENTENCES]))


def probability(prompt: Prompt, option: str) -> float:
    """Of "Yes" and "Answer": the share of the last part's words that the parts before it contain. Of anything else: the rest."""
    words = _words("".join(prompt.parts[-1:]))
    found = len(words & _words("".join(prompt.parts[:-1]))) / max(1, len(words))
    yes = _CERTAIN * found + (1 - _CERTAIN) / 2
    return yes if option.strip().casefold().startswith(_AFFIRMATIVE) else 1 - yes


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.casefold()) if len(word) >= _LEAST_WORD or word.isdigit()}
