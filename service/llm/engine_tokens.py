"""Prompts to tokens: control tokens only where the template puts them, all else as text. Part by part, cached."""

import itertools
import re
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from service.errors import ModelFailed
from service.llm.llama_weights import Tokens, Weights
from service.llm.templates import Piece, Template
from service.llm.types import Prompt

_KEPT_PARTS = 1024


class Tokeniser:
    """Raises `ModelFailed` if the vocabulary lacks a control token of the template: then it is the wrong template."""

    def __init__(self, weights: Weights, template: Template) -> None:
        self._weights = weights
        self._template = template
        self._controls = {text: self._control(text) for text in template.controls()}
        self._spellings = re.compile("|".join(map(re.escape, sorted(self._controls))))
        self.end = self._controls[template.end]
        self.text = lru_cache(_KEPT_PARTS)(self._text)

    def preamble(self, prompt: Prompt) -> Tokens:
        return self._join(self._template.preamble(prompt))

    def stable(self, prompt: Prompt) -> Tokens:
        """All but the last part: what `warm` can compute before the question is finished."""
        return self._join([*self._template.preamble(prompt), *self._template.stable(prompt)])

    def prefix(self, prompt: Prompt) -> Tokens:
        """What stands before the parts of a prompt without history."""
        return self.stable(Prompt(prompt.system, (), examples=prompt.examples))

    def parts(self, prompt: Prompt) -> list[Tokens]:
        """The parts of `stable`, in order; they are its end."""
        return [self.text(part) for part in prompt.parts[:-1] if part]

    def prompt(self, prompt: Prompt) -> Tokens:
        return self._join(self._template.render(prompt))

    def _join(self, pieces: Iterable[Piece]) -> Tokens:
        parts = [self._controls[piece.text] if piece.control else self.text(piece.text) for piece in pieces]
        return np.concatenate([np.atleast_1d(np.asarray(part, np.int32)) for part in parts])

    def _control(self, text: str) -> int:
        tokens = self._weights.tokenise(text, special=True)
        if len(tokens) != 1:
            raise ModelFailed(
                f"The model {self._weights.path.name} does not know {text}, so the chat template "
                f"{self._template.name!r} does not fit it; set TRENDWISE_TEMPLATE to another one."
            )
        return int(tokens[0])

    def _text(self, text: str) -> Tokens:
        """Some files mark a template's own tokens as ordinary words, found in any text: those are cut apart."""
        tokens = self._weights.tokenise(text)
        if not np.isin(tokens, list(self._controls.values())).any():
            return tokens
        cuts = [0, *(match.start() + 1 for match in self._spellings.finditer(text)), len(text)]
        fragments = [text[start:end] for start, end in itertools.pairwise(cuts)]
        return np.concatenate([self._weights.tokenise(fragment) for fragment in fragments])
