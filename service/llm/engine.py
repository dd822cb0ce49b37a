"""`LlamaModel`: a GGUF file behind the `TextModel` seam, in this process. The parts:

- `llama_file`, `llama_weights`, `llama_context`: thin layers over llama.cpp
- `templates`, `engine_tokens`: a prompt becomes tokens
- `engine_cache`: what is already computed
- `engine_job`, `engine_loop`: one thread serves everybody; its docstring states the budget
- `engine_text`: tokens become text
- `engine_beginnings`: what every prompt begins with is kept on disk
- `engine_states`, `engine_parts`: an option: attention states of passages, kept and moved

Here is what runs in the asking threads: tokenising, queueing, and waiting for what comes back.
"""

import queue
import weakref
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from service.errors import Cancelled, ModelFailed, PromptTooLong, RunError
from service.llm.engine_beginnings import Beginnings
from service.llm.engine_job import Job, Logits, ScoreJob, StreamJob, WarmJob
from service.llm.engine_loop import Engine, EngineStats
from service.llm.engine_parts import segments
from service.llm.engine_states import StateStore, model_identity
from service.llm.engine_threads import physical_cores
from service.llm.engine_tokens import Tokeniser
from service.llm.llama_context import Context
from service.llm.llama_weights import Tokens, Weights
from service.llm.templates import template as find_template
from service.llm.types import Cancel, Prompt

_POLL_SECONDS = 0.1

Item = TypeVar("Item")


class LlamaModel:
    """Raises `ModelMissing`, `ModelFailed` (with what to do) or `BadSetting` when it cannot be made."""

    def __init__(
        self,
        path: Path,
        *,
        template: str,
        threads: int = 0,
        context: int = 8192,
        queue: int = 64,
        name: str | None = None,
        states: StateStore | None = None,
        beginnings: Path | None = None,
    ) -> None:
        """`context` tokens are shared by all running requests; `queue` is how many may be active or waiting.

        With `states`, parts that were read once are not read again: sooner, but not exact (see `engine_states`). With a folder
        `beginnings`, what prompts begin with is kept there from one start to the next, and exact (see `engine_beginnings`).
        """
        chat_template = find_template(template)
        self._weights = Weights(path)
        self._tokeniser = Tokeniser(self._weights, chat_template)
        make_context = partial(Context, self._weights, cells=context, threads=threads or physical_cores())
        self._engine = Engine(
            lambda sequences: make_context(sequences=sequences),
            queue=queue,
            states=states,
            make_beginnings=partial(Beginnings, beginnings, path) if beginnings else None,
        )
        self._identity = model_identity(path) if states is not None else None
        self._name = name or path.stem
        self._context = min(self._engine.cells, self._weights.trained_context)
        self._finalizer = weakref.finalize(self, _close, self._engine, self._weights)

    @property
    def name(self) -> str:
        return self._name

    @property
    def context(self) -> int:
        return self._context

    def count(self, text: str) -> int:
        return len(self._tokeniser.text(text))

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 256, stop: Sequence[str] = (), cancel: Cancel | None = None
    ) -> Iterator[str]:
        """The request begins with the first `next`. See `TextModel`."""
        if max_tokens < 1:
            raise ValueError("max_tokens must be at least 1")
        job = StreamJob(
            self._fitting(prompt, max_tokens), preamble=len(self._tokeniser.preamble(prompt)), max_tokens=max_tokens,
            stop=stop, cancel=cancel, piece=self._weights.piece, ends=self._ends,
        )  # fmt: skip
        self._submit([self._with_states(job, prompt)], cancel)
        try:
            while (text := self._receive(job.outbox, cancel)) is not None:
                yield text
        finally:
            job.abandoned = True

    def score(
        self, prompts: Sequence[Prompt], options: Sequence[str], *, cancel: Cancel | None = None
    ) -> NDArray[np.float32]:
        """An option counts by its first token, so options must differ there: "Yes" and "No", not "Yes" and "Yes!"."""
        first = np.array([self._first_token(option) for option in options], np.int32)
        outbox: queue.SimpleQueue[tuple[int, Logits] | RunError | None] = queue.SimpleQueue()
        jobs = [self._score_job(prompt, row, first, outbox, cancel) for row, prompt in enumerate(prompts)]
        scores = np.empty((len(prompts), len(options)), np.float32)
        self._submit(jobs, cancel)
        try:
            for _ in jobs:
                item = self._receive(outbox, cancel)
                if item is not None:
                    scores[item[0]] = item[1]
        finally:
            for job in jobs:
                job.abandoned = True
        return scores

    def warm(self, prompt: Prompt, *, cancel: Cancel | None = None) -> None:
        """Returns when the stable parts are computed, or when newer warming has taken this one's place."""
        tokens = self._tokeniser.stable(prompt)
        if len(tokens) >= self._context:
            return
        job = WarmJob(tokens, preamble=len(self._tokeniser.preamble(prompt)), cancel=cancel)
        try:
            self._submit([self._with_states(job, prompt)], cancel)
            self._receive(job.outbox, cancel)
        except ModelFailed:
            return
        finally:
            job.abandoned = True

    def healthy(self) -> bool:
        return self._engine.healthy()

    def stats(self) -> EngineStats:
        return self._engine.stats()

    def drain(self, seconds: float) -> bool:
        """Waits until no request runs or waits; False if that takes longer."""
        return self._engine.drain(seconds)

    def close(self) -> None:
        """Ends running requests with `ModelFailed` and frees the memory."""
        self._finalizer()

    def _ends(self, token: int) -> bool:
        return token == self._tokeniser.end or self._weights.ends(token)

    def _score_job(
        self, prompt: Prompt, row: int, options: Tokens, outbox: "queue.SimpleQueue[tuple[int, Logits] | RunError | None]",
        cancel: Cancel | None,
    ) -> Job:  # fmt: skip
        tokens, preamble = self._fitting(prompt, 0), len(self._tokeniser.preamble(prompt))
        job = ScoreJob(tokens, preamble=preamble, options=options, row=row, outbox=outbox, cancel=cancel)
        return self._with_states(job, prompt)

    def _with_states(self, job: Job, prompt: Prompt) -> Job:
        if self._identity is not None:
            parts = self._tokeniser.parts(prompt)
            job.prefix = self._tokeniser.prefix(prompt)
            start = len(self._tokeniser.stable(prompt)) - sum(map(len, parts))
            job.segments = segments(self._identity, job.prefix, start, parts)
        return job

    def _first_token(self, option: str) -> int:
        if not option:
            raise ValueError("an option cannot be empty")
        return int(self._tokeniser.text(option)[0])

    def _fitting(self, prompt: Prompt, answer: int) -> Tokens:
        tokens = self._tokeniser.prompt(prompt)
        if len(tokens) + answer > self._context:
            raise PromptTooLong(
                f"The prompt has {len(tokens)} tokens and the answer may have {answer}, but {self._name} reads "
                f"{self._context} in all; ask something shorter or set TRENDWISE_CONTEXT higher."
            )
        return tokens

    def _submit(self, jobs: Sequence[Job], cancel: Cancel | None) -> None:
        if cancel:
            raise Cancelled("The request was cancelled.")
        self._engine.submit(jobs)

    def _receive(self, outbox: "queue.SimpleQueue[Item | RunError]", cancel: Cancel | None) -> Item:
        """The next item, or the error that the engine sent, or `Cancelled`."""
        while True:
            if cancel:
                raise Cancelled("The request was cancelled.")
            try:
                item = outbox.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                if not self._engine.alive():
                    raise ModelFailed("The language model has stopped; start Trendwise again.") from None
                continue
            if isinstance(item, RunError):
                raise item
            return item


def _close(engine: Engine, weights: Weights) -> None:
    engine.close()
    weights.close()
