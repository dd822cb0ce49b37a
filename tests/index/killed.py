"""A process that adds, replaces, removes and compacts until it is killed, and what must be there at each moment.

The steps follow from their numbers alone, so that whoever killed the process knows what it was doing.
"""

import os
from pathlib import Path

from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.types import Document
from tests.index.reports import add, report


def document(number: int) -> Document:
    lines = (f"Trend {number} is here, for the {place}th time." for place in range(1 + number % 7))
    return report("\n".join(lines), title=f"R{number}")


def step(index: LocalIndex, number: int) -> None:
    """Of six steps four add a report or replace the one at its path, one compacts and one removes."""
    if number % 6 == 4:
        index.compact()
    elif number % 6 == 5:
        index.remove(document(number - 2).id)
    else:
        add(index, document(number), _path(number))


def _path(number: int) -> str:
    """Of odd steps one of five, where a report may be already."""
    return f"r{number % 5}" if number % 2 else f"new{number}"


def titles(steps: int) -> list[str]:
    """What is found after so many steps."""
    at: dict[str, str] = {}
    for number in range(steps):
        if number % 6 == 5:
            at = {path: title for path, title in at.items() if title != f"R{number - 2}"}
        elif number % 6 != 4:
            at[_path(number)] = f"R{number}"
    return sorted(at.values())


def work(folder: str, journal: str, first: int, last: int) -> None:
    """Does the steps from the first on and writes down each that is done."""
    index = LocalIndex.open(Path(folder), HashEmbedder(16), exact_up_to=20)
    with open(journal, "ab", buffering=0) as done:  # noqa: PTH123 - every byte at once
        for number in range(first, last):
            step(index, number)
            os.write(done.fileno(), b".")
    index.close()
