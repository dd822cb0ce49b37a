"""A GGUF file in memory: its weights and its vocabulary. Thin over llama.cpp, safe to use from any thread.

Knows nothing of contexts, sequences or chat templates.
"""

import contextlib
import ctypes
import logging
import threading
from pathlib import Path

import llama_cpp as llama
import numpy as np
from numpy.typing import NDArray

from service.errors import ModelFailed
from service.llm.llama_file import check_gguf

Tokens = NDArray[np.int32]

_log = logging.getLogger("trendwise.llama")
_ERROR_LEVEL = 4  # GGML_LOG_LEVEL_ERROR
_last_error = ""


@llama.llama_log_callback  # type: ignore[untyped-decorator]
def _forward_log(level: int, text: bytes, _data: int | None) -> None:
    """llama.cpp writes to standard error; here its lines go to a logger that is silent unless asked."""
    global _last_error
    line = text.decode("utf-8", "replace").strip()
    if level == _ERROR_LEVEL and line:
        _last_error = line
    _log.debug(line)


llama.llama_log_set(_forward_log, ctypes.c_void_p(0))


def last_error() -> str:
    """What llama.cpp complained about last, for the cause in an error message."""
    return _last_error


class Weights:
    """Raises `ModelMissing` or `ModelFailed`; a file that llama.cpp could stumble over never reaches it."""

    def __init__(self, path: Path) -> None:
        check_gguf(path)
        llama.llama_backend_init()
        params = llama.llama_model_default_params()
        params.n_gpu_layers = 0
        # llama.cpp re-packs most weights for the processor; a mapped file stays resident beside the copy (1.5B: 0.6 GB).
        params.load_mode = llama.LLAMA_LOAD_MODE_NONE
        self._open = threading.Lock()
        """Held while the vocabulary is read by a thread other than the engine's, and while it is freed."""
        self.pointer = llama.llama_model_load_from_file(bytes(path), params)
        if not self.pointer:
            raise ModelFailed(
                f"llama.cpp cannot load the model file {path} ({last_error() or 'no reason given'}); "
                "fetch it again with `trendwise models get`, or name another file."
            )
        self.path = path
        self._vocabulary = llama.llama_model_get_vocab(self.pointer)
        self.vocabulary_size: int = llama.llama_vocab_n_tokens(self._vocabulary)
        self.trained_context: int = llama.llama_model_n_ctx_train(self.pointer)

    def tokenise(self, text: str, *, special: bool = False) -> Tokens:
        """`special` looks control tokens up by their spelling; without it every character is text."""
        raw = text.encode("utf-8", "replace")
        buffer = np.empty(len(raw) + 8, np.int32)
        target = buffer.ctypes.data_as(ctypes.POINTER(llama.llama_token))
        with self._open:
            if not self.pointer:
                raise ModelFailed("The language model has been closed.")
            count = llama.llama_tokenize(self._vocabulary, raw, len(raw), target, len(buffer), False, special)
        if count < 0:
            raise ModelFailed(f"The tokeniser of {self.path.name} could not read a text of {len(raw)} bytes.")
        return buffer[:count].copy()

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """The bytes that a token stands for: empty for control tokens, maybe half a character."""
        buffer = ctypes.create_string_buffer(256)
        size = llama.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, special)
        if size < 0:
            buffer = ctypes.create_string_buffer(-size)
            size = llama.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, special)
        return buffer.raw[:size]

    def is_control(self, token: int) -> bool:
        return bool(llama.llama_vocab_is_control(self._vocabulary, token))

    def ends(self, token: int) -> bool:
        """Whether the model is done: its end tokens, or any control token, which no answer may contain."""
        return bool(llama.llama_vocab_is_eog(self._vocabulary, token)) or self.is_control(token)

    def close(self) -> None:
        with self._open:
            if self.pointer:
                llama.llama_model_free(self.pointer)
                self.pointer = None

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError, TypeError):
            self.close()
