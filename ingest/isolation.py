"""Files that could exhaust or crash their parser are read in a process of their own.

The child has a limit on memory, on processor time, on what it may write, and on the clock; whatever it does, this
process sees a result or an `IngestError`. Bytes go in and JSON comes out: nothing of the child's is ever unpickled.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest import errors
from ingest.errors import IngestError, UnreadableReport
from ingest.extract import Extract
from ingest.isolated import OUT_OF_MEMORY, TOO_MUCH

_ROOT = Path(__file__).resolve().parent.parent
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from ingest.isolated import main; main(sys.argv[2:])"


@dataclass(frozen=True, slots=True)
class Limits:
    memory: int = 2 * 1024**3
    """Bytes of address space."""
    processor: int = 60
    """Seconds of processor time."""
    clock: float = 120.0
    """Seconds until the child is killed."""
    result: int = 64 * 1024**2
    """Bytes that the child may write."""


LIMITS = Limits()


def read(module: str, data: bytes, name: str, limits: Limits = LIMITS) -> Extract:
    """What `ingest.readers.<module>.read` makes of the bytes. Raises `IngestError` and nothing else."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as result:
        source.write(data)
        source.seek(0)
        status = _run(module, name, limits, source.fileno(), result.fileno())
        result.seek(0)
        if status == 0:
            return _extract(result.read(limits.result + 1), name, limits)
    raise UnreadableReport(_cause(status, name))


def _run(module: str, name: str, limits: Limits, source: int, result: int) -> int | None:
    """The child's exit status, or None where the clock ran out."""
    numbers = [str(limit) for limit in (limits.memory, limits.processor, limits.result)]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-I", "-c", _CHILD, str(_ROOT), module, name, *numbers],
        stdin=source,
        stdout=result,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
        env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"},
        start_new_session=True,
    )
    try:
        return child.wait(limits.clock)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _extract(written: bytes, name: str, limits: Limits) -> Extract:
    """Checks each value: the child has handled hostile bytes."""
    try:
        found: dict[str, Any] = json.loads(written) if len(written) <= limits.result else {}
        if "error" in found:
            raise _error(str(found["error"]), str(found["message"]))
        text, pages, year = found["text"], tuple(found["pages"]), found["year"]
        sound = isinstance(text, str) and all(isinstance(page, int) and 0 <= page <= len(text) for page in pages)
        if not (sound and list(pages) == sorted(pages) and (year is None or isinstance(year, int))):
            raise ValueError
        return Extract(text, str(found["media_type"]), int(found["neutralised"]), pages, year)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableReport(f"{name} could not be read: its parser gave no sound result. Save it anew.") from error


def _error(kind: str, message: str) -> IngestError:
    found = getattr(errors, kind, None)
    is_ingest = isinstance(found, type) and issubclass(found, IngestError)
    return found(message) if is_ingest else UnreadableReport(message)  # type: ignore[misc]


def _cause(status: int | None, name: str) -> str:
    if status is None or -status in (signal.SIGXCPU, signal.SIGKILL):
        return f"{name} took too long to read. Split it, or save it anew, and add it again."
    if status == OUT_OF_MEMORY or -status == signal.SIGABRT:
        return f"{name} needs more memory to read than is allowed. Split it, or save it without its images."
    if status == TOO_MUCH:
        return f"{name} holds more text than is allowed. Split it and add the parts."
    return f"{name} is damaged: its parser stopped. Open it, save it anew and add it again."
