"""Whether a file is a whole GGUF model, found out before llama.cpp reads it.

Native code that meets a torn file may end the process, so the header, the metadata and the table of tensors are walked
here with every length checked against the file. Nothing is interpreted but what is needed to know where the data ends.
"""

import mmap
import struct
from pathlib import Path

from service.errors import ModelFailed, ModelMissing

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_SCALAR_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_MOST_ENTRIES = 1 << 20
_MOST_DEPTH = 4
_MOST_DIMENSIONS = 4
_DEFAULT_ALIGNMENT = 32


class _Torn(Exception):
    pass


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def number(self, form: str) -> int:
        size = struct.calcsize(form)
        self.need(size)
        value: int = struct.unpack_from(form, self.data, self.at)[0]
        self.at += size
        return value

    def skip(self, size: int) -> None:
        self.need(size)
        self.at += size

    def need(self, size: int) -> None:
        if size < 0 or self.at + size > len(self.data):
            raise _Torn("it ends early")

    def text(self) -> bytes:
        size = self.number("<Q")
        self.need(size)
        self.at += size
        return self.data[self.at - size : self.at]

    def value(self, kind: int, depth: int = 0) -> None:
        if kind in _SCALAR_BYTES:
            self.skip(_SCALAR_BYTES[kind])
        elif kind == _STRING:
            self.skip(self.number("<Q"))
        elif kind == _ARRAY and depth < _MOST_DEPTH:
            self.values(self.number("<I"), self.number("<Q"), depth + 1)
        else:
            raise _Torn(f"metadata of unknown type {kind}")

    def values(self, kind: int, count: int, depth: int) -> None:
        if kind in _SCALAR_BYTES:
            self.skip(_SCALAR_BYTES[kind] * count)
            return
        if count > _MOST_ENTRIES:
            raise _Torn("an impossible list in its metadata")
        for _ in range(count):
            self.value(kind, depth)


def check_gguf(path: Path) -> None:
    """Raises `ModelMissing` or `ModelFailed`, each with what to do."""
    if not path.is_file():
        raise ModelMissing(f"There is no model file at {path}; fetch it with `trendwise models get`.")
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            _check(_Reader(data))
    except _Torn as reason:
        raise _unusable(path, str(reason)) from None
    except (OSError, ValueError) as error:
        raise _unusable(path, "it is empty or cannot be read") from error


def _unusable(path: Path, reason: str) -> ModelFailed:
    return ModelFailed(
        f"The model file {path} cannot be used: {reason}. Fetch it again with `trendwise models get`, "
        "or name a whole GGUF file."
    )


def _check(reader: _Reader) -> None:
    reader.need(4)
    if reader.data[:4] != _MAGIC:
        raise _Torn("it is not a GGUF file")
    reader.skip(4)
    if (version := reader.number("<I")) not in _VERSIONS:
        raise _Torn(f"it has GGUF version {version}, which is not supported")
    tensors, entries = reader.number("<Q"), reader.number("<Q")
    if not 0 < tensors < _MOST_ENTRIES or entries > _MOST_ENTRIES:
        raise _Torn("its header is damaged")
    alignment = _metadata(reader, entries)
    last = _last_offset(reader, tensors)
    start = -(-reader.at // alignment) * alignment
    if start + last >= len(reader.data):
        raise _Torn("it ends early")


def _metadata(reader: _Reader, entries: int) -> int:
    """Walks the metadata; returns the alignment of the tensors."""
    alignment = _DEFAULT_ALIGNMENT
    for _ in range(entries):
        key, kind = reader.text(), reader.number("<I")
        if key == b"general.alignment" and kind == 4:
            alignment = reader.number("<I")
        else:
            reader.value(kind)
    if not 0 < alignment <= 1 << 16:
        raise _Torn("its metadata is damaged")
    return alignment


def _last_offset(reader: _Reader, tensors: int) -> int:
    """Walks the table of tensors; returns where the last one begins. llama.cpp checks where each one ends."""
    last = 0
    for _ in range(tensors):
        name, dimensions = reader.text(), reader.number("<I")
        if not name or not 0 < dimensions <= _MOST_DIMENSIONS:
            raise _Torn("its table of tensors is damaged")
        reader.skip(8 * dimensions + 4)
        last = max(last, reader.number("<Q"))
    return last
