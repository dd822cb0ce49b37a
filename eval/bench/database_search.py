"""What a search in PostgreSQL takes and of what parts, and what the HNSW graph misses.

Each question is asked in several rounds. A part's time is what the whole search spent in it: embedding (next to nothing, since the
round that warms leaves each question's vector in the embedder's memory), the look-up of the
question's words, the statement that finds and ranks (with the driver), and the rest, which is ours. The fastest round says what
the code takes where nothing else runs; the plain median what people wait.
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.postgres.database import Connection, Database
from index.postgres.index import PostgresIndex
from index.postgres.migrations import migrate
from index.postgres.searched import vector_text
from index.search import TUNING
from index.types import Dictionary, Embedder, Filters

T = TypeVar("T")

FOUND = 10
NEAREST = f"SELECT key FROM vectors ORDER BY vector <#> :vector::vector LIMIT {TUNING.dense}"  # noqa: S608
RANKED = f"SELECT key FROM vectors WHERE key = ANY(:keys) ORDER BY vector <#> :vector::vector LIMIT {FOUND}"  # noqa: S608
EXACT = f"/* every vector */ {RANKED.replace('WHERE key = ANY(:keys)', '')}"
_SPENT = Path("/proc")
_MOST_SECONDS = 60
"""Of a statement: a search that takes longer is told as an error, not waited for."""


@dataclass(slots=True)
class Milliseconds:
    """Of one search."""

    whole: float = 0.0
    embedding: float = 0.0
    words: float = 0.0
    statement: float = 0.0
    client_cpu: float = 0.0
    server_cpu: float = 0.0
    """0 where the server's processes cannot be seen from here."""


PARTS: tuple[str, ...] = tuple(Milliseconds.__dataclass_fields__)


class WatchedIndex(PostgresIndex):
    """An index that notes where its searches spend their time. For one thread."""

    def __init__(self, url: str, embedder: Embedder) -> None:
        self.noted = Milliseconds()
        database = WatchedDatabase(url, self)
        super().__init__(database, database, WatchedEmbedder(embedder, self))
        migrate(database, embedder)
        [[self._backend]] = database.read("SELECT pg_backend_pid()")

    def limited(self) -> None:
        """From here on no statement of this thread's one connection goes on for long."""
        self.database.read(f"SELECT set_config('statement_timeout', '{_MOST_SECONDS}s', FALSE)")

    def searched(self, question: str, filters: Filters | None = None) -> Milliseconds:
        self.noted = Milliseconds()
        ours, theirs = time.process_time(), _spent_ms(self._backend)
        self.clocked("whole", lambda: self.search(question, limit=FOUND, filters=filters))
        self.noted.client_cpu = 1000 * (time.process_time() - ours)
        self.noted.server_cpu = _spent_ms(self._backend) - theirs
        return self.noted

    def clocked(self, part: str, work: Callable[[], T]) -> T:
        began = time.perf_counter()
        result = work()
        setattr(self.noted, part, getattr(self.noted, part) + 1000 * (time.perf_counter() - began))
        return result


class WatchedDatabase(Database):
    def __init__(self, url: str, index: WatchedIndex) -> None:
        super().__init__(url)
        self._index = index

    def read(self, sql: str, **values: Any) -> list[list[Any]]:
        part = "statement" if "numbers" in values else "words"
        return self._index.clocked(part, lambda: super(WatchedDatabase, self).read(sql, **values))


class WatchedEmbedder:
    def __init__(self, embedder: Embedder, index: WatchedIndex) -> None:
        self._embedder, self._index = embedder, index
        self.id, self.dimension = embedder.id, embedder.dimension

    def knows(self, word: str) -> bool:
        return isinstance(self._embedder, Dictionary) and self._embedder.knows(word)

    def embed(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        return self._index.clocked("embedding", lambda: self._embedder.embed(texts, kind=kind))


def times(index: WatchedIndex, questions: Sequence[str], rounds: int, filters: Filters | None = None) -> NDArray[Any]:
    """Milliseconds of shape (rounds, questions, parts); a round before them warms everything. Each is told on stderr."""
    index.limited()
    found = [_round(index, questions, filters) for _ in range(rounds + 1)]
    return np.array(found[1:])


def _round(index: WatchedIndex, questions: Sequence[str], filters: Filters | None) -> list[list[float]]:
    searched = [index.searched(question, filters) for question in questions]
    whole = sorted(each.whole for each in searched)
    middle, most = whole[len(whole) // 2], whole[-1]
    print(f"{'filtered' if filters else 'all'}: p50 {middle:.1f} ms, most {most:.0f} ms", file=sys.stderr, flush=True)
    return [list(asdict(each).values()) for each in searched]


def recall(index: PostgresIndex, questions: Sequence[str]) -> list[float]:
    """Of the nearest by exact comparison, the share among the candidates that the graph brings and a search then ranks."""
    shares = []
    for vector in index.embedder.embed(questions, kind="query"):
        text = vector_text(vector)
        keys = [key for (key,) in index.database.read(NEAREST, vector=text)]
        found = index.database.read(RANKED, vector=text, keys=keys)
        exact = index.database.write(partial(_exact, vector=text))
        shares.append(len({key for (key,) in found} & exact) / FOUND)
    return shares


def _exact(connection: Connection, vector: str) -> set[int]:
    connection.script("SET LOCAL enable_indexscan = off; SET LOCAL plan_cache_mode = force_custom_plan")
    return {key for (key,) in connection.run(EXACT, vector=vector)}


def _spent_ms(process: int) -> float:
    """Of the processor, by the server's process for this connection, where it runs on this machine (Linux)."""
    spent = _SPENT / str(process) / "schedstat"
    return int(spent.read_text().split()[0]) / 1e6 if spent.exists() else 0.0
