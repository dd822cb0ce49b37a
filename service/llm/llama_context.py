"""One llama.cpp context: attention state in cells, sequences that share them, and the batch that is decoded next.

Not thread-safe: exactly one thread may use it. Knows nothing of requests, queues or text. A sequence is a number below
`sequences`; cells hold one token each and may belong to several sequences (`kv_unified`), so forking copies nothing.
"""

import contextlib
import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import llama_cpp as llama
import numpy as np
from numpy.typing import NDArray

from service.errors import ModelFailed
from service.llm.llama_weights import Tokens, Weights, last_error

BATCH = 512
"""Most tokens in one decode."""
_NO_SLOT = 1


class NoFreeCells(Exception):
    """llama.cpp found no room for the batch; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Tokens to append to one sequence. `wanted` asks for the logits after the last of them."""

    sequence: int
    position: int
    tokens: Tokens
    wanted: bool


class Context:
    def __init__(self, weights: Weights, *, cells: int, sequences: int, threads: int) -> None:
        params = llama.llama_context_default_params()
        params.n_ctx, params.n_seq_max = cells, sequences
        params.n_batch = params.n_ubatch = BATCH
        params.n_outputs_max = sequences
        params.n_threads = params.n_threads_batch = threads
        params.kv_unified = True
        params.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_ENABLED
        params.no_perf = True
        self._pointer = llama.llama_init_from_model(weights.pointer, params)
        if not self._pointer:
            raise ModelFailed(
                f"llama.cpp has no context of {cells} tokens for {weights.path.name} "
                f"({last_error() or 'no reason given'}); set TRENDWISE_CONTEXT lower or free memory."
            )
        self._memory = llama.llama_get_memory(self._pointer)
        self._vocabulary_size = weights.vocabulary_size
        self.cells: int = llama.llama_n_ctx(self._pointer)
        self._make_batch()

    def _make_batch(self) -> None:
        """The batch's arrays are ours, so that filling them is a slice assignment and not a loop over ctypes."""
        self._tokens = np.zeros(BATCH, np.int32)
        self._positions = np.zeros(BATCH, np.int32)
        self._counts = np.ones(BATCH, np.int32)
        self._sequences = np.zeros(BATCH, np.int32)
        self._flags = np.zeros(BATCH, np.int8)
        starts = self._sequences.ctypes.data + 4 * np.arange(BATCH, dtype=np.uintp)
        self._sequence_pointers = np.ascontiguousarray(starts)
        self._batch = llama.llama_batch(
            n_tokens=0,
            token=self._tokens.ctypes.data_as(ctypes.POINTER(llama.llama_token)),
            embd=None,
            pos=self._positions.ctypes.data_as(ctypes.POINTER(llama.llama_pos)),
            n_seq_id=self._counts.ctypes.data_as(ctypes.POINTER(ctypes.c_int32)),
            seq_id=self._sequence_pointers.ctypes.data_as(ctypes.POINTER(ctypes.POINTER(llama.llama_seq_id))),
            logits=self._flags.ctypes.data_as(ctypes.POINTER(ctypes.c_int8)),
        )

    def decode(self, rows: Sequence[Rows]) -> list[NDArray[np.float32] | None]:
        """Appends all rows in one pass. Per row: a view of the logits after it, valid until the next decode, or None.

        Raises `NoFreeCells`, after which nothing has changed, or `ModelFailed`, after which nothing can be relied on.
        """
        ends, at = [], 0
        for row in rows:
            end = at + len(row.tokens)
            self._tokens[at:end] = row.tokens
            self._positions[at:end] = np.arange(row.position, row.position + len(row.tokens))
            self._sequences[at:end] = row.sequence
            self._flags[at:end] = 0
            self._flags[end - 1] = row.wanted
            ends.append(end - 1)
            at = end
        self._batch.n_tokens = at
        code = llama.llama_decode(self._pointer, self._batch)
        if code == _NO_SLOT:
            raise NoFreeCells
        if code != 0:
            raise ModelFailed(f"llama.cpp stopped with code {code} ({last_error() or 'no reason given'}).")
        return [self._logits(end) if row.wanted else None for row, end in zip(rows, ends, strict=True)]

    def _logits(self, row: int) -> NDArray[np.float32]:
        pointer = llama.llama_get_logits_ith(self._pointer, row)
        return np.ctypeslib.as_array(pointer, (self._vocabulary_size,))

    def fork(self, source: int, target: int, length: int) -> None:
        """Lets an empty sequence share the first `length` tokens of another."""
        llama.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def drop(self, sequence: int) -> None:
        llama.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def save(self, sequence: int, start: int, scratch: int) -> bytes:
        """The state of a sequence from position `start` on. `scratch` is a number that nothing uses."""
        llama.llama_memory_seq_cp(self._memory, sequence, scratch, start, -1)
        size = llama.llama_state_seq_get_size(self._pointer, scratch)
        buffer = (ctypes.c_uint8 * size)()
        written = llama.llama_state_seq_get_data(self._pointer, buffer, size, scratch)
        self.drop(scratch)
        return bytes(buffer[:written])

    def load(self, state: bytes, sequence: int, start: int, shift: int, scratch: int) -> bool:
        """Appends a saved state that began at `start` to a sequence, moved by `shift` positions.

        False, and nothing changed, if llama.cpp does not take the state.
        """
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if not llama.llama_state_seq_set_data(self._pointer, buffer, len(state), scratch):
            self.drop(scratch)
            return False
        if shift:
            llama.llama_memory_seq_add(self._memory, scratch, start, -1, shift)
        llama.llama_memory_seq_cp(self._memory, scratch, sequence, -1, -1)
        self.drop(scratch)
        return True

    def length(self, sequence: int) -> int:
        last: int = llama.llama_memory_seq_pos_max(self._memory, sequence)
        return last + 1

    def close(self) -> None:
        if self._pointer:
            llama.llama_free(self._pointer)
            self._pointer = None

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError, TypeError):
            self.close()
