"""Keys for what may be kept between runs: hashes of files, of code and of values."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_CODE = ("*.py", "*.txt", "*.toml", "*.json")


def of_files(paths: Iterable[Path]) -> str:
    """Names and contents of the files, in sorted order."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def of_code(*folders: str) -> str:
    """The code and data of these top-level folders: any change of them is another version."""
    return of_files(path for folder in folders for pattern in _CODE for path in (ROOT / folder).rglob(pattern))


def of_values(values: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()
