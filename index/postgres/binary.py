"""Rows in the binary form of COPY, for what has too many numbers to be written out as text and parsed again."""

import struct
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.vectors import Vectors

_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_HASH = 16
_BIGINT, _INTEGER = (">i8", 8), (">i4", 4)
_TERM = struct.Struct("!hi")
_POSTING = struct.Struct("!iqifii")


def copied(rows: Iterable[bytes]) -> list[bytes]:
    """Everything that is sent to one `COPY … WITH (FORMAT binary)`."""
    return [_BEGIN, b"".join(rows), _END]


def passages(keys: Sequence[int], vectors: Sequence[Vectors]) -> bytes:
    """Rows of key, hash and `vector`."""
    return _vectors({"key": keys}, [each.hash for each in vectors], np.array([each.passage for each in vectors]), ">f4")


def sentences(keys: Sequence[int], vectors: Sequence[Vectors]) -> bytes:
    """Rows of key, number, hash and `halfvec`."""
    counts = [len(each.sentence_hashes) for each in vectors]
    columns = {"key": np.repeat(keys, counts), "number": np.concatenate([np.arange(count) for count in counts])}
    hashes = [digest for each in vectors for digest in each.sentence_hashes]
    return _vectors(columns, hashes, np.concatenate([each.sentences for each in vectors]), ">f2")


def posting(term: str, key: int, frequency: float, length: int) -> bytes:
    """A row of term, key, frequency (`real`) and length."""
    word = term.encode()
    return _TERM.pack(4, len(word)) + word + _POSTING.pack(8, key, 4, frequency, 4, length)


def _vectors(
    columns: Mapping[str, Sequence[int] | NDArray[np.int64]],
    hashes: Sequence[bytes],
    vectors: NDArray[np.float32],
    number: str,
) -> bytes:
    """Every field is preceded by its length in bytes, and a vector's numbers by their count and a reserved field."""
    types = {name: _BIGINT if name == "key" else _INTEGER for name in columns}
    dimension = vectors.shape[1] if vectors.ndim > 1 else 0
    layout: list[tuple[str, object]] = [("fields", ">i2")]
    for name, (kind, _) in types.items():
        layout += [(f"{name}_bytes", ">i4"), (name, kind)]
    layout += [("hash_bytes", ">i4"), ("hash", f"V{_HASH}"), ("vector_bytes", ">i4")]
    layout += [("dimension", ">i2"), ("reserved", ">i2"), ("vector", (number, dimension))]
    rows = np.zeros(len(hashes), np.dtype(layout))
    rows["fields"] = len(columns) + 2
    for name, (_, size) in types.items():
        rows[f"{name}_bytes"], rows[name] = size, columns[name]
    rows["hash_bytes"], rows["hash"] = _HASH, np.frombuffer(b"".join(hashes), f"V{_HASH}")
    rows["dimension"], rows["vector"] = dimension, vectors
    rows["vector_bytes"] = 4 + dimension * np.dtype(number).itemsize
    return rows.tobytes()
