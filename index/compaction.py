"""Generations against the database: loading a view, writing a new generation, purging deleted vectors."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from index import dense, generations, kinds, store
from index.database import Database
from index.dense import DenseView, Keys, keys_array
from index.errors import StoreDamaged
from index.generations import Generation
from index.kinds import EXACT_UP_TO, Vector
from index.types import Embedder

_LONG_TAIL = 1_000
_LOG = logging.getLogger(__name__)


def load_view(connection: Any, folder: Path, dimension: int, *known: Generation) -> DenseView:
    """The dense view of the connection's snapshot; a generation that is known, and so in memory, is not read again.

    A generation that is missing or damaged is left out: its vectors are read from the database, which is slower but
    never wrong.
    """
    manifest = store.meta(connection, "manifest")
    generation = next((each for each in known if each.manifest_sha256 == manifest), None)
    if generation is None:
        generation = _read_generation(folder, store.meta(connection, "generation"), manifest)
    covered = int(generation.keys[-1]) if generation is not None and len(generation.keys) else 0
    dead = keys_array(key for (key,) in connection.execute("SELECT key FROM tombstones ORDER BY key"))
    deleted = dead[np.isin(dead, generation.keys)] if generation is not None else dead[:0]
    tail_keys, tail = read_vectors(connection, dimension, after=covered)
    return DenseView(store.meta(connection, "change"), generation, deleted, tail_keys, tail)


def _read_generation(folder: Path, number: int, manifest: str | None) -> Generation | None:
    if manifest is None:
        return None
    try:
        return generations.read(folder, number, manifest_sha256=manifest)
    except StoreDamaged as error:
        _LOG.warning("reading vectors from the database instead: %s", error)
        return None


def read_vectors(connection: Any, dimension: int, *, after: int = 0) -> tuple[Keys, Vector]:
    """Keys and vectors of the searched passages after a key, ascending. Holds each vector in memory once."""
    (count,) = connection.execute("SELECT count(*) FROM passages WHERE searched AND key > ?", (after,)).fetchone()
    keys, vectors = np.empty(count, np.int64), np.empty((count, dimension), np.float32)
    rows = connection.execute(
        "SELECT key, vector FROM passages JOIN vectors USING (key) WHERE searched AND key > ? ORDER BY key", (after,)
    )
    for row, (key, vector) in enumerate(rows):
        keys[row] = key
        vectors[row] = np.frombuffer(vector, np.float32)
    return keys, vectors


def is_due(view: DenseView) -> bool:
    """Whether the tail is long, in itself and beside the generation, or much of the generation is dead."""
    size = len(view.generation.keys) if view.generation is not None else 0
    return len(view.tail_keys) > max(_LONG_TAIL, size // 10) or len(view.deleted) > max(_LONG_TAIL, size // 4)


def compact(database: Database, folder: Path, embedder: Embedder, *, exact_up_to: int = EXACT_UP_TO) -> Generation:
    """Writes everything that is searched as one new generation, then lets the database name it."""
    with _only_one(folder), database.errors():
        return _compact(database, folder, embedder, exact_up_to)


def purge(database: Database, folder: Path, embedder: Embedder, *, exact_up_to: int = EXACT_UP_TO) -> Generation | None:
    """Makes deletion real: no vector of a deleted passage stays in a generation, no text in the write-ahead log.

    Returns the new generation, if there is one. Vectors are taken out of a copy of the last one, which costs reading and
    writing it: to build it anew would take a minute at a million of them.
    """
    with _only_one(folder), database.errors():
        with database.read() as connection:
            gone = keys_array(key for (key,) in connection.execute(_GONE))
        made = _without(database, folder, embedder, gone, exact_up_to) if len(gone) else None
    if len(gone):
        database.forget_deleted()
    return made


_GONE = "SELECT key FROM tombstones WHERE key NOT IN (SELECT key FROM passages) ORDER BY key"


def _without(database: Database, folder: Path, embedder: Embedder, gone: Keys, exact_up_to: int) -> Generation | None:
    with database.read() as connection:
        number, manifest = store.meta(connection, "generation"), store.meta(connection, "manifest")
    generation = _read_generation(folder, number, manifest)
    if generation is None and number > 0:
        return _compact(database, folder, embedder, exact_up_to)
    covered = generation.keys if generation is not None else gone[:0]
    if generation is None or not np.isin(gone, covered).any():
        with database.write() as connection:
            _renew_tombstones(connection, covered)
        return None
    smaller = dense.without(generation, gone)
    if kinds.kind_for(len(smaller.keys), exact_up_to) != smaller.kind:
        return _compact(database, folder, embedder, exact_up_to)
    return _commit(database, folder, embedder, smaller)


def _compact(database: Database, folder: Path, embedder: Embedder, exact_up_to: int) -> Generation:
    with database.read() as connection:
        number = store.meta(connection, "generation") + 1
        keys, vectors = read_vectors(connection, embedder.dimension)
    return _commit(database, folder, embedder, dense.build(number, keys, vectors, exact_up_to=exact_up_to))


def _commit(database: Database, folder: Path, embedder: Embedder, generation: Generation) -> Generation:
    """Writes the generation, lets the database name it, and removes the others."""
    manifest = generations.write(folder, generation, embedder=embedder.id)
    with database.write() as connection:
        store.set_meta(connection, "generation", generation.number)
        store.set_meta(connection, "manifest", manifest)
        _renew_tombstones(connection, generation.keys)
        store.mark_changed(connection)
    generations.remove_others(folder, generation.number)
    return replace(generation, manifest_sha256=manifest)


def _renew_tombstones(connection: Any, keys: Keys) -> None:
    """Only those of the generation's keys stay: the others are in no file. What is searched no more never is again."""
    dead = [key for (key,) in connection.execute("SELECT key FROM tombstones")]
    kept = set(keys[np.isin(keys, keys_array(dead))].tolist())
    connection.executemany("DELETE FROM tombstones WHERE key = ?", [(key,) for key in dead if key not in kept])


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """One compaction at a time, across processes."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
