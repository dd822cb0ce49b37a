"""Attention states of prompt parts, kept so that a passage which was read once need not be read again anywhere.

A state is what the model computed for a part directly after a fixed prefix. Moved to another place in another prompt it is
an approximation: the part has not seen what now stands between. Off by default for that reason. The key of a state is all
that could invalidate it; a state that cannot be verified when it is read is deleted and counts as absent. Losing states
is always safe.
"""

import contextlib
import hashlib
import os
import struct
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import llama_cpp

from service.llm.llama_weights import Tokens

LEAST_TOKENS = 16
"""Shorter parts are computed: they cost less than moving their state."""
_MAGIC = b"TWSTATE1"
_SUFFIX = ".state"
_LAYOUT = "kv=f16/f16 flash=on unified"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part inside a prompt: its tokens are `prompt[start:end]`, its state has this key."""

    start: int
    end: int
    key: str


def model_identity(path: Path) -> str:
    """SHA-256 of the model file; about a second for each gigabyte."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def state_key(model: str, prefix: Tokens, part: Tokens) -> str:
    digest = hashlib.sha256()
    for field in (model.encode(), llama_cpp.__version__.encode(), _LAYOUT.encode(), prefix.tobytes(), part.tobytes()):
        digest.update(struct.pack("<Q", len(field)) + field)
    return digest.hexdigest()


class StateStore:
    """Least recently used states in memory, more of them on disk. Safe to use from several threads, not processes."""

    def __init__(self, folder: Path | None, *, memory_bytes: int = 512 << 20, disk_bytes: int = 2 << 30) -> None:
        """Without a folder nothing is written to disk. Raises `OSError` if the folder cannot be made."""
        self._folder = folder
        self._memory_bytes, self._disk_bytes = memory_bytes, disk_bytes
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def has(self, key: str) -> bool:
        with self._lock:
            return key in self._memory or (self._folder is not None and self._path(key).exists())

    def get(self, key: str) -> bytes | None:
        with self._lock:
            state = self._memory.get(key)
            if state is None and self._folder is not None:
                state = self._read(self._path(key))
            if state is not None:
                self._remember(key, state)
            return state

    def put(self, key: str, state: bytes) -> None:
        """A full or failing disk costs the state, never the request."""
        with self._lock:
            self._remember(key, state)
            if self._folder is not None and len(state) <= self._disk_bytes:
                with contextlib.suppress(OSError):
                    self._write(self._folder, self._path(key), state)
                    self._trim(self._folder)

    def clear(self) -> None:
        """Deletes every state: after a report was deleted nothing of it may remain."""
        with self._lock:
            self._memory.clear()
            if self._folder is not None:
                for path in self._folder.glob("*" + _SUFFIX):
                    path.unlink(missing_ok=True)

    def sizes(self) -> tuple[int, int]:
        """Bytes in memory and on disk."""
        with self._lock:
            disk = sum(size for _, size, _ in self._files(self._folder)) if self._folder is not None else 0
            return sum(map(len, self._memory.values())), disk

    def _path(self, key: str) -> Path:
        return (self._folder or Path()) / (key + _SUFFIX)

    def _remember(self, key: str, state: bytes) -> None:
        self._memory[key] = state
        self._memory.move_to_end(key)
        while sum(map(len, self._memory.values())) > self._memory_bytes:
            self._memory.popitem(last=False)

    def _read(self, path: Path) -> bytes | None:
        try:
            raw = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        head, state = raw[: len(_MAGIC) + 32], raw[len(_MAGIC) + 32 :]
        if head == _MAGIC + self._digest(path, state):
            return state
        path.unlink(missing_ok=True)
        return None

    def _write(self, folder: Path, path: Path, state: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".new", delete=False) as file:
            try:
                file.write(_MAGIC + self._digest(path, state) + state)
            except OSError:
                Path(file.name).unlink(missing_ok=True)
                raise
        Path(file.name).replace(path)

    def _digest(self, path: Path, state: bytes) -> bytes:
        """Of the name too: a whole state under another's name is foreign."""
        return hashlib.sha256(path.name.encode() + b"\0" + state).digest()

    def _files(self, folder: Path) -> list[tuple[float, int, Path]]:
        found = []
        for path in folder.glob("*" + _SUFFIX):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        return sorted(found)

    def _trim(self, folder: Path) -> None:
        files = self._files(folder)
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= self._disk_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size
