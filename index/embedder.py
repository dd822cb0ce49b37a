"""Text to unit vectors with a sentence-transformers model that lies in a local folder.

Only safetensors weights are read and nothing is fetched. Tokenizers raise "Already borrowed" when two threads
use one, so one thread embeds at a time; a waiting question goes before the next batch of a running ingest. Batches are
small, and there is a pause after each while people are answered: an ingest takes longer then, and their answers hardly.
"""

import hashlib
import json
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreError

_BATCH = 32
_CHARACTERS = 6_000
"""Of a batch: what is embedded in some tenths of a second, which is as long as a question may have to wait."""
_CHARACTERS_BESIDE = 1_500
"""The same while people are answered: their next words wait for a shorter moment."""
_PAUSE = 9
"""How many times as long as its batch a pause takes at most: an ingest has a tenth of the machine while people are answered."""
_LOOK = 0.02
"""Seconds between two looks whether they still are."""
_REMEMBERED = 256


class SentenceTransformerEmbedder:
    """The model is loaded at the first use, or by `load()`; `id` and `dimension` need only its files."""

    def __init__(self, model_dir: Path, threads: int = 0) -> None:
        self._dir = model_dir
        self._threads = threads
        self._weights = model_dir / "model.safetensors"
        if not self._weights.is_file():
            raise StoreError(f"There is no embedding model in {model_dir}: run `trendwise models get`.")
        self._dimension = _dimension(model_dir)
        self._id = f"{model_dir.name}@{_fingerprint(self._weights)[:8]}"
        self._encoder: Any = None
        self._turn = _Turn()
        self._busy: Callable[[], bool] = bool
        self._remembering = threading.Lock()
        self._queries: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    @property
    def id(self) -> str:
        return self._id

    @property
    def dimension(self) -> int:
        return self._dimension

    def load(self) -> None:
        with self._turn.take(first=True):
            self._ready()

    def give_way(self, busy: Callable[[], bool]) -> None:
        self._busy = busy

    def knows(self, word: str) -> bool:
        with self._turn.take(first=True):
            return bool(self._ready().knows(word))

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        if kind == "query":
            return self._embed_queries(texts)
        return self._embed(texts, kind)

    def _embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._remembering:
            found = {text: self._queries[text] for text in texts if text in self._queries}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        found |= zip(missing, self._embed(missing, "query"), strict=True)
        with self._remembering:
            for text, vector in found.items():
                self._queries[text] = vector
                self._queries.move_to_end(text)
            while len(self._queries) > _REMEMBERED:
                self._queries.popitem(last=False)
        return np.stack([found[text] for text in texts]) if texts else np.empty((0, self._dimension), np.float32)

    def _embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        rows = np.empty((len(texts), self._dimension), dtype=np.float32)
        if not texts:
            return rows
        first = kind == "query"
        with self._turn.take(first=first):
            tokens = self._ready().tokens(texts, kind)
        for numbers in _batches(texts, bool if first else self._busy):
            with self._turn.take(first=first):
                started = time.monotonic()
                rows[numbers] = self._ready().encode([tokens[number] for number in numbers])
            if not first:
                self._pause(_PAUSE * (time.monotonic() - started))
        return rows

    def _pause(self, most: float) -> None:
        until = time.monotonic() + most
        while self._busy() and time.monotonic() < until:
            time.sleep(_LOOK)

    def _ready(self) -> Any:
        if self._encoder is None:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
            import torch

            if self._threads:
                torch.set_num_threads(self._threads)
            self._encoder = _Encoder(self._dir)
        return self._encoder


def _batches(texts: Sequence[str], busy: Callable[[], bool] = bool) -> Iterator[list[int]]:
    """Numbers of texts of about the same length, so that little is padded. Whether people are answered is looked at anew
    for each batch."""
    batch: list[int] = []
    most = _CHARACTERS_BESIDE if busy() else _CHARACTERS
    for number in sorted(range(len(texts)), key=lambda number: len(texts[number])):
        if batch and (len(batch) == _BATCH or (len(batch) + 1) * len(texts[number]) > most):
            yield batch
            batch = []
            most = _CHARACTERS_BESIDE if busy() else _CHARACTERS
        batch.append(number)
    if batch:
        yield batch


class _Encoder:
    """The library's model in two steps, so that batches can be made of texts of about the same length."""

    def __init__(self, model_dir: Path) -> None:
        from sentence_transformers import SentenceTransformer

        options = {"use_safetensors": True}
        self._model: Any = SentenceTransformer(
            str(model_dir), device="cpu", local_files_only=True, trust_remote_code=False, model_kwargs=options
        )
        self._words = frozenset(self._model.tokenizer.get_vocab())

    def tokens(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> list[str]:
        prompt = self._model.prompts.get("query" if kind == "query" else "document") or ""
        return [prompt + text for text in texts]

    def knows(self, word: str) -> bool:
        return word in self._words

    def encode(self, batch: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(list(batch), prompt="", normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


class _Turn:
    """A lock that lets questions go before batches: an ingest must not make a person wait for its whole length."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._first_waiting = 0

    @contextmanager
    def take(self, *, first: bool) -> Iterator[None]:
        with self._changed:
            self._first_waiting += first
            self._changed.wait_for(lambda: not self._busy and (first or not self._first_waiting))
            self._first_waiting -= first
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()


def _dimension(model_dir: Path) -> int:
    config = json.loads((model_dir / "config.json").read_text(encoding="utf-8"))
    return int(config["hidden_size"])


def _fingerprint(weights: Path) -> str:
    """SHA-256 of the weights: two models of one name are two models."""
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
