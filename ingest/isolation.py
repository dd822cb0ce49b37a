"""Files that could exhaust or crash their parser are read in a process of their own.

The child has a limit on memory, on processor time, on what it may write, and on the clock; whatever it does, this
process sees a result or an `IngestError`. Bytes go in and JSON comes out: nothing of the child's is ever unpickled.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest import errors, wire
from ingest.errors import IngestError, UnreadableReport
from ingest.extract import Extract
from ingest.isolated import OUT_OF_MEMORY, REPORT, TOO_MUCH
from ingest.wire import Report

_ROOT = Path(__file__).resolve().parent.parent
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from ingest.isolated import main; main(sys.argv[2:])"


@dataclass(frozen=True, slots=True)
class Limits:
    memory: int = 2 * 1024**3
    """Bytes of address space."""
    processor: int = 60
    """Seconds of processor time."""
    clock: float = 600.0
    """Seconds until the child is killed: ten times the processor time, which it has to leave to whoever is answered."""
    result: int = 64 * 1024**2
    """Bytes that the child may write."""


LIMITS = Limits()
_KEPT = ("PATH", "TIKTOKEN_CACHE_DIR")
"""What a child gets to know of the environment."""
_LONGEST_ERROR = 10_000
"""Bytes of an error that a child tells."""
_UNSOUND = "{} could not be read: its parser gave no sound result. Save it anew."


def read(module: str, data: bytes, name: str, limits: Limits = LIMITS) -> Extract:
    """What `ingest.readers.<module>.read` makes of the bytes. Raises `IngestError` and nothing else."""
    return _extract(_written(module, data, name, limits), name, limits)


def report(data: bytes, name: str, limits: Limits = LIMITS) -> Report:
    """The file's document and passages: nothing of it is worked on in this process. Raises `IngestError` and nothing else."""
    written = _written(REPORT, data, name, limits)
    if len(written) < _LONGEST_ERROR:
        _raise_error(written)
    try:
        return wire.load(written, data)
    except (ValueError, RecursionError) as error:
        raise UnreadableReport(_UNSOUND.format(name)) from error


def _written(task: str, data: bytes, name: str, limits: Limits) -> bytes:
    """What the child writes. Raises `UnreadableReport` where it does not come to an end."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as result:
        source.write(data)
        source.seek(0)
        status = _run(task, name, limits, source.fileno(), result.fileno())
        result.seek(0)
        if status == 0:
            return result.read(limits.result)
    raise UnreadableReport(_cause(status, name))


def _run(task: str, name: str, limits: Limits, source: int, result: int) -> int | None:
    """The child's exit status, or None where the clock ran out."""
    numbers = [str(limit) for limit in (limits.memory, limits.processor, limits.result)]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-I", "-c", _CHILD, str(_ROOT), task, name, *numbers],
        stdin=source,
        stdout=result,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
        env={"LANG": "C.UTF-8", **{key: os.environ[key] for key in _KEPT if key in os.environ}},
        process_group=0,  # and no session of its own: Linux gives each session an equal share, whatever its priority
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
        found: dict[str, Any] = json.loads(written)
        if "error" in found:
            raise _error(str(found["error"]), str(found["message"]))
        text, pages, year = found["text"], tuple(found["pages"]), found["year"]
        sound = isinstance(text, str) and all(isinstance(page, int) and 0 <= page <= len(text) for page in pages)
        if not (sound and list(pages) == sorted(pages) and (year is None or isinstance(year, int))):
            raise ValueError
        return Extract(text, str(found["media_type"]), int(found["neutralised"]), pages, year)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableReport(_UNSOUND.format(name)) from error


def _raise_error(written: bytes) -> None:
    """The error that the child tells, if it tells one."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(written)
        if isinstance(found, dict) and {"error", "message"} <= found.keys():
            raise _error(str(found["error"]), str(found["message"]))


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
