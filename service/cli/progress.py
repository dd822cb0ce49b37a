"""Progress of a fetch on standard error: a bar at a terminal, a line every tenth of the way elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from service.llm.sources import Report


@contextmanager
def reporting(name: str) -> Iterator[Report]:
    if sys.stderr.isatty():
        with _bar(name) as report:
            yield report
    else:
        yield _Lines(name)


class _Lines:
    def __init__(self, name: str) -> None:
        self._name = name
        self._tenths = -1

    def __call__(self, what: str, done: int, total: int) -> None:
        if not total:
            print(f"{self._name}: {what}", file=sys.stderr, flush=True)
        elif (tenths := 10 * done // total) > self._tenths:
            self._tenths = tenths
            print(f"{self._name}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB", file=sys.stderr, flush=True)


@contextmanager
def _bar(name: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=None)

        def report(what: str, done: int, total: int) -> None:
            if total:
                progress.update(task, completed=done, total=total)
            else:
                progress.console.print(f"{name}: {what}", highlight=False, markup=False)

        yield report
