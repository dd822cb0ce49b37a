"""What the sources of model files share: how they report, how they fail, where they write."""

from collections.abc import Callable
from pathlib import Path

from service.llm.catalogue import File

Report = Callable[[str, int, int], None]
"""Called with what is happening, and bytes done of bytes in all (0 of 0: only the words)."""


class SourceError(Exception):
    """This source cannot give the files; another may. One sentence, for the person."""


def tell(report: Report, what: str, before: int, total: int, here: int) -> None:
    """Reports progress within one of several files. The first four are fixed with `functools.partial`."""
    report(what, before + here, total)


def part_of(work: Path, file: File) -> Path:
    """Where a file grows. Flat: `1_Pooling/config.json` must not need a folder of its own."""
    return work / (file.path.replace("/", "__") + ".part")


def size_of(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
