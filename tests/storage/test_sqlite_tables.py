"""Two connections of one process to one file: who waits for the other leaves it the interpreter."""

import threading
import time
from pathlib import Path
from typing import Any

from service.sqlite_tables import SqliteTables

MIGRATIONS = ("CREATE TABLE kept (number INTEGER PRIMARY KEY) STRICT",)


def test_a_writer_that_waits_lets_the_other_threads_go_on(tmp_path: Path) -> None:
    first, second = (SqliteTables(tmp_path / "kept.sqlite", MIGRATIONS) for _ in range(2))
    waiting = threading.Thread(target=lambda: second.write(lambda run: run("INSERT INTO kept VALUES (2)")))

    def slowly(run: Any) -> None:
        run("INSERT INTO kept VALUES (1)")
        waiting.start()
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            time.sleep(0.01)

    first.write(slowly)
    waiting.join()
    assert first.read("SELECT number FROM kept") == [(1,), (2,)]
    for tables in (first, second):
        tables.close()
