"""Whether a model file is what it should be.

Hashing 1.1 GB takes seconds, so a file that was hashed is remembered with its size and change time; any write changes
them, and the file is hashed again. The memory is a convenience: without it everything is hashed.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from service.errors import BadSetting, ModelMissing

MEMORY = ".verified.json"
MAGIC = b"GGUF"
VERSIONS = (2, 3)
BLOCK = 1 << 20


class State(StrEnum):
    OK = "ok"
    MISSING = "missing"
    CORRUPT = "corrupt"


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def state(path: Path, size: int, expected: str, models_dir: Path, *, trust_memory: bool = True) -> State:
    """Compares a file with its size and hash."""
    if not path.is_file():
        return State.MISSING
    found = path.stat()
    if found.st_size != size:
        return State.CORRUPT
    memory = _remembered(models_dir)
    fingerprint = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, expected]
    key = str(path.relative_to(models_dir))
    if trust_memory and memory.get(key) == fingerprint:
        return State.OK
    if sha256(path) != expected:
        return State.CORRUPT
    _remember(models_dir, memory | {key: fingerprint})
    return State.OK


def _remembered(models_dir: Path) -> dict[str, object]:
    try:
        memory = json.loads((models_dir / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return memory if isinstance(memory, dict) else {}


def _remember(models_dir: Path, memory: dict[str, object]) -> None:
    with suppress(OSError):  # a read-only models folder works, only slower
        handle, name = tempfile.mkstemp(prefix=MEMORY, dir=models_dir)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(memory, file)
            Path(name).replace(models_dir / MEMORY)
        finally:
            Path(name).unlink(missing_ok=True)


def check_gguf(path: Path) -> Path:
    """A GGUF file that the user names: it exists and begins like one. Its template, which is code, is never read."""
    if not path.is_file():
        raise ModelMissing(f"There is no model file {path}. Give the path of a .gguf file, or a name of the catalogue.")
    try:
        with path.open("rb") as file:
            head = file.read(24)
    except OSError as error:
        raise ModelMissing(f"{path} cannot be read: {error.strerror}.") from error
    version = int.from_bytes(head[4:8], "little")
    if len(head) < 24 or head[:4] != MAGIC or version not in VERSIONS:
        raise BadSetting(f"{path} is not a GGUF file of version 2 or 3. Fetch it again, or choose another.")
    return path
