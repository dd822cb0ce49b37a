"""What was taken from the watched folder, remembered in the data folder across restarts.

Losing it is harmless: files are then looked at again, and nothing is removed on account of what is not remembered.
"""

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

Stamp = tuple[int, int]
"""A file's time of change in nanoseconds, and its size."""


@dataclass(frozen=True, slots=True)
class Taken:
    stamp: Stamp
    document_id: str
    ours: bool
    """Whether the report came from here: one that was there before stays when the file goes."""


class Watched:
    """Files by their path, of one folder at a time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._folder: tuple[str, int, int] | None = None
        self.files: dict[str, Taken] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            kept = json.loads(file.read_text("utf-8"))
            name, device, number = kept["folder"]
            self.files = {
                path: Taken((row["stamp"][0], row["stamp"][1]), row["document_id"], row["ours"])
                for path, row in kept["files"].items()
            }
            self._folder = (name, device, number)

    def is_of(self, folder: Path) -> bool:
        """Whether this is still the folder that files were taken from; what is not it is remembered from now on.

        A disk that is not mounted leaves an empty folder of the same name: then nothing has gone away.
        """
        about = folder.stat()
        identity = (str(folder.resolve()), about.st_dev, about.st_ino)
        same, self._folder = self._folder == identity, identity
        return same

    def is_ours(self, document_id: str) -> bool:
        return any(taken.document_id == document_id and taken.ours for taken in self.files.values())

    def save(self) -> None:
        """Beside the old one first, so that there is always a whole one. Raises OSError."""
        draft = self._file.with_suffix(".part")
        files = {path: asdict(taken) for path, taken in self.files.items()}
        draft.write_text(json.dumps({"folder": self._folder, "files": files}, indent=1), "utf-8")
        draft.replace(self._file)
