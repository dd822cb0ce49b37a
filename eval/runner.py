"""Rows through whatever evaluates them, one by one or several at a time, going on where an earlier run stopped."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, Self, TypeVar

from eval.journal import Journal


class Row(Protocol):
    @property
    def id(self) -> str: ...


class Saved(Protocol):
    """A result that can be kept as JSON."""

    @property
    def id(self) -> str: ...

    def to_json(self) -> dict[str, Any]: ...

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self: ...


R = TypeVar("R", bound=Row)
S = TypeVar("S", bound=Saved)


def run(
    rows: Sequence[R],
    evaluate: Callable[[R], S],
    kind: type[S],
    journal: Journal,
    *,
    workers: int = 1,
    advance: Callable[[str], None] = lambda description: None,
) -> list[S]:
    """The results in the order of the rows. Rows already in the journal are taken from it.

    With several workers the questions share the model, so latencies are those of a busy server.
    """
    done = {result.id: result for result in map(kind.from_json, journal.rows())}
    writing = threading.Lock()

    def settle(row: R) -> S:
        result = done.get(row.id)
        if result is None:
            result = evaluate(row)
            with writing:
                journal.append(result.to_json())
        advance(row.id)
        return result

    if workers == 1:
        return [settle(row) for row in rows]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(settle, rows))
