"""Generations on the disk: a FAISS file, the passage keys of its rows, and a manifest with their hashes.

A generation is written beside the others, flushed, and renamed into place; only then does the database name it,
with the hash of its manifest. Nothing is given to FAISS before its hash has been checked: a torn or hostile file
would corrupt its memory.
"""

import errno
import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import StoreDamaged

_VECTORS, _IDS, _MANIFEST = "vectors.faiss", "ids.npy", "manifest.json"


@dataclass(frozen=True, slots=True)
class Generation:
    number: int
    index: Any
    """A FAISS index over inner products; row i is the vector of passage `keys[i]`."""
    keys: NDArray[np.int64]
    """Ascending."""
    kind: str
    manifest_sha256: str | None = None
    """Of the manifest on the disk; None before it is written."""


@dataclass(frozen=True, slots=True)
class Manifest:
    number: int
    kind: str
    count: int
    dimension: int
    metric: str
    embedder: str
    vectors_sha256: str
    ids_sha256: str


def write(folder: Path, generation: Generation, *, embedder: str) -> str:
    """Durable under its final name when this returns. Returns the manifest's hash. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    draft, final = folder / f"{generation.number}.draft", folder / str(generation.number)
    for leftover in (draft, final):
        shutil.rmtree(leftover, ignore_errors=True)
    draft.mkdir()
    _write_faiss(generation.index, draft / _VECTORS)
    np.save(draft / _IDS, generation.keys.astype("<i8"), allow_pickle=False)
    manifest = Manifest(
        generation.number, generation.kind, len(generation.keys), generation.index.d, "inner_product", embedder,
        _sha256(draft / _VECTORS), _sha256(draft / _IDS),
    )  # fmt: skip
    (draft / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
    for name in (_VECTORS, _IDS, _MANIFEST, ""):
        _flush(draft / name)
    draft.rename(final)
    _flush(folder)
    return _sha256(final / _MANIFEST)


def read(folder: Path, number: int, *, manifest_sha256: str) -> Generation:
    """Raises StoreDamaged where a file is missing or is not the one that was committed."""
    place = folder / str(number)
    try:
        _check(place / _MANIFEST, manifest_sha256)
        manifest = Manifest(**json.loads((place / _MANIFEST).read_text(encoding="utf-8")))
        _check(place / _VECTORS, manifest.vectors_sha256)
        _check(place / _IDS, manifest.ids_sha256)
        keys = np.load(place / _IDS, allow_pickle=False)
        index = faiss.read_index(str(place / _VECTORS))
    except OSError as error:
        raise StoreDamaged(f"{place} cannot be read ({error}): run `trendwise doctor --repair`.") from error
    return Generation(number, index, keys, manifest.kind, manifest_sha256)


def remove_others(folder: Path, number: int) -> None:
    """Deletes every generation but this one, and what an interrupted run left."""
    for place in folder.iterdir() if folder.is_dir() else ():
        if place.is_dir() and place.name != str(number):
            shutil.rmtree(place, ignore_errors=True)


def _write_faiss(index: Any, path: Path) -> None:
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        full = "No space left" in str(error)
        raise OSError(errno.ENOSPC if full else errno.EIO, str(error)) from error


def _check(path: Path, expected: str) -> None:
    if _sha256(path) != expected:
        raise StoreDamaged(f"{path} is not what was written: run `trendwise doctor --repair`.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
