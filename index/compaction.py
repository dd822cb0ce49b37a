"""Generations against the database: loading a view, writing a new generation, purging deleted vectors."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from index import dense, generations, store
from index.database import Database
from index.dense import DenseView, Keys, keys_array
from index.errors import StoreDamaged
from index.generations import Generation
from index.kinds import EXACT_UP_TO, Vector
from index.types import Embedder

_LONG_TAIL = 1_000
_LOG = logging.getLogger(__name__)


def load_view(connection: Any, folder: Path, dimension: int, old: DenseView | None) -> DenseView:
    """The dense view of the connection's snapshot; reuses what the old one has in memory.

    A generation that is missing or damaged is left out: its vectors are read from the database, which is slower but
    never wrong.
    """
    manifest = store.meta(connection, "manifest")
    generation = old.generation if old is not None else None
    if generation is None or generation.manifest_sha256 != manifest:
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


def compact(database: Database, folder: Path, embedder: Embedder, *, exact_up_to: int = EXACT_UP_TO) -> None:
    """Writes everything that is searched as one new generation, then lets the database name it."""
    with _only_one(folder), database.errors():
        with database.read() as connection:
            number = store.meta(connection, "generation") + 1
            keys, vectors = read_vectors(connection, embedder.dimension)
        manifest = generations.write(
            folder, dense.build(number, keys, vectors, exact_up_to=exact_up_to), embedder=embedder.id
        )
        with database.write() as connection:
            store.set_meta(connection, "generation", number)
            store.set_meta(connection, "manifest", manifest)
            _renew_tombstones(connection, keys)
            store.mark_changed(connection)
        generations.remove_others(folder, number)


def purge(database: Database, folder: Path, embedder: Embedder, *, exact_up_to: int = EXACT_UP_TO) -> None:
    """Makes deletion real: no vector of a deleted passage stays in a generation, no text in the write-ahead log."""
    with database.read() as connection:
        gone = connection.execute("SELECT 1 FROM tombstones WHERE key NOT IN (SELECT key FROM passages)").fetchone()
        covered = store.meta(connection, "generation") > 0
    if gone and covered:
        compact(database, folder, embedder, exact_up_to=exact_up_to)
    if gone:
        database.forget_deleted()


def _renew_tombstones(connection: Any, keys: Keys) -> None:
    """Of the generation's keys, those that went while it was written."""
    searched = keys_array(key for (key,) in connection.execute("SELECT key FROM passages WHERE searched"))
    connection.execute("DELETE FROM tombstones")
    connection.executemany(
        "INSERT INTO tombstones VALUES (?)", [(key,) for key in np.setdiff1d(keys, searched).tolist()]
    )


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """One compaction at a time, across processes."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
