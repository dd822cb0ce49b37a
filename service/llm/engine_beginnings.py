"""What every prompt of a task begins with, kept on disk: to read it again at each start would take as long as many questions.

Unlike the states of passages these are exact: a beginning stands at the same place in every prompt. A state is one of one model
file, one llama.cpp and those very tokens; any that cannot be verified counts as absent.
"""

import logging
from pathlib import Path

import numpy as np

from service.llm.engine_cache import Cache, Sequence
from service.llm.engine_job import Job
from service.llm.engine_states import StateStore, state_key
from service.llm.llama_context import Context
from service.llm.llama_weights import Tokens

LEAST_TOKENS = 64
"""Shorter beginnings are read sooner than they are fetched."""
_DISK_BYTES = 256 << 20
_NOTHING = np.empty(0, np.int32)

_log = logging.getLogger("trendwise.engine")


class Beginnings:
    """Belongs to the engine's thread."""

    def __init__(self, folder: Path, model: Path, scratch: int) -> None:
        """`scratch` is a sequence number of the context that nothing else uses. Without a folder beginnings are read at each start."""
        try:
            self._store = StateStore(folder, memory_bytes=0, disk_bytes=_DISK_BYTES)
        except OSError as error:
            _log.warning("what prompts begin with is not kept: %s", error)
            self._store = StateStore(None, memory_bytes=0)
        self._model = _identity(model)
        self._scratch = scratch

    def has(self, job: Job, shared: int) -> bool:
        """Whether more of a job's beginning is stored than the `shared` tokens that somebody has computed."""
        stored = job.preamble >= LEAST_TOKENS and shared < job.preamble
        return stored and self._store.has(self._key(job.prompt[: job.preamble]))

    def place(self, job: Job, context: Context, cache: Cache) -> None:
        """Gives a job that begins the stored state, in place of what it shares with others."""
        if job.preamble < LEAST_TOKENS or job.held.length >= job.preamble:
            return
        tokens = job.prompt[: job.preamble]
        state = self._store.get(self._key(tokens))
        if state is None or not cache.make_room(len(tokens)):
            return
        cache.empty(job.held)
        if context.load(state, job.held.number, 0, 0, self._scratch):
            cache.extend(job.held, tokens)

    def keep(self, pinned: Sequence, context: Context) -> None:
        """Stores the state of a beginning that has just been pinned."""
        key = self._key(pinned.tokens)
        if pinned.length >= LEAST_TOKENS and not self._store.has(key):
            self._store.put(key, context.save(pinned.number, 0, self._scratch))

    def _key(self, tokens: Tokens) -> str:
        return state_key(self._model, _NOTHING, tokens)


def _identity(model: Path) -> str:
    """Which file it is, without reading it: a gigabyte takes seconds."""
    status = model.stat()
    return f"{model.resolve()} {status.st_size} {status.st_mtime_ns}"
