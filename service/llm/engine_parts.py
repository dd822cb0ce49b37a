"""How the engine uses states of parts: places those there are, notes those that are missing, makes them when idle.

`segments` is a plain function for the asking threads; `Parts` belongs to the engine's thread.
"""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from service.llm.engine_cache import Cache
from service.llm.engine_job import Job, StateJob
from service.llm.engine_states import LEAST_TOKENS, Segment, StateStore, state_key
from service.llm.llama_context import Context
from service.llm.llama_weights import Tokens

_MOST_MISSING = 256


def segments(model: str, prefix: Tokens, start: int, parts: Sequence[Tokens]) -> list[Segment]:
    """Where the parts, which follow each other from `start` on, stand in a prompt, and the keys of their states."""
    found = []
    for part in parts:
        end = start + len(part)
        if len(part) >= LEAST_TOKENS:
            found.append(Segment(start, end, state_key(model, prefix, part)))
        start = end
    return found


class Parts:
    def __init__(self, store: StateStore, scratch: int) -> None:
        """`scratch` is a sequence number of the context that nothing else uses."""
        self._store = store
        self._scratch = scratch
        self._missing: OrderedDict[str, tuple[Tokens, Tokens]] = OrderedDict()

    def place(self, job: Job, context: Context, cache: Cache) -> None:
        """Appends the states of the parts that come next in the job's prompt, as far as there are any."""
        prefix = len(job.prefix)
        for segment in job.segments:
            if segment.start != job.held.length:
                continue
            state = self._store.get(segment.key)
            if state is None:
                self._note(job, segment)
            elif cache.make_room(segment.end - segment.start) and context.load(
                state, job.held.number, prefix, segment.start - prefix, self._scratch
            ):
                cache.extend(job.held, job.prompt[segment.start : segment.end])

    def next_missing(self) -> StateJob | None:
        while self._missing:
            key, (prefix, part) = self._missing.popitem(last=False)
            if not self._store.has(key):
                return StateJob(prefix, part, key)
        return None

    def keep(self, job: StateJob, context: Context) -> None:
        self._store.put(job.key, context.save(job.held.number, job.start, self._scratch))

    def _note(self, job: Job, segment: Segment) -> None:
        self._missing[segment.key] = (np.array(job.prefix), job.prompt[segment.start : segment.end])
        while len(self._missing) > _MOST_MISSING:
            self._missing.popitem(last=False)
