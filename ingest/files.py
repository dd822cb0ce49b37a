"""Paths that a person names become the files that can be read."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.errors import NoReports, NoSuchFile
from ingest.readers import BY_ENDING, format_of


def find(paths: Sequence[Path]) -> list[Path]:
    """Files as they are, folders by every readable file under them, sorted, each once. Hidden files are skipped.

    Raises `NoSuchFile`, `UnsupportedType` for a named file that no reader takes, `NoReports` for a folder
    without any that one does.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _files(path):
            found.setdefault(file.resolve(), file)
    return sorted(found.values())


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*")) if _readable(file.relative_to(path)) and file.is_file()]
        if not files:
            known = ", ".join(sorted(BY_ENDING))
            raise NoReports(
                f"There are no reports in {path}. Put files ending in {known} there, or name another folder."
            )
        yield from files
    elif not path.exists():
        raise NoSuchFile(f"There is no file {path}. Check the path and its spelling.")
    else:
        format_of(path.name)
        yield path


def _readable(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and path.suffix.lower() in BY_ENDING
