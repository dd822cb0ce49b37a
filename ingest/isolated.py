"""The child's side of `ingest.isolation`: limits first, then one file from standard input, JSON to standard output."""

import json
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict

from ingest.errors import IngestError, UnreadableReport

OUT_OF_MEMORY = 12
"""Exit status where an allocation failed (ENOMEM)."""
REPORT = "report"
"""The task to read and split; every other is the module of a reader."""
TOO_MUCH = 27
"""Exit status where the result is larger than may be written (EFBIG)."""


def main(arguments: Sequence[str]) -> None:
    task, name, memory, processor, result = arguments
    _limit(int(memory), int(processor), int(result))
    try:
        written = _done(task, sys.stdin.buffer.read(), name)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    try:
        sys.stdout.buffer.write(written)
        sys.stdout.flush()
    except OSError:
        os._exit(TOO_MUCH)
    os._exit(0)  # no destructors of parsers that have seen hostile bytes


def _limit(memory: int, processor: int, result: int) -> None:
    """What an operating system does not limit (macOS: memory) the parent's clock still does."""
    os.nice(10)  # whoever is answered goes first
    wanted = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, result),
        (resource.RLIMIT_CORE, 0),
    )
    for what, limit in wanted:
        try:
            resource.setrlimit(what, (limit, limit))
        except (ValueError, OSError):
            continue


def _done(task: str, data: bytes, name: str) -> bytes:
    try:
        return _report(data, name) if task == REPORT else _extract(task, data, name)
    except IngestError as error:
        return _error(error)
    except MemoryError:
        raise
    except Exception:  # parsers raise anything; the person needs one sentence
        return _error(UnreadableReport(f"{name} is damaged and cannot be read. Save it anew and add it again."))


def _report(data: bytes, name: str) -> bytes:
    from ingest.read import read_here  # after the limits: imports take memory too
    from ingest.split import split
    from ingest.wire import dump

    document = read_here(data, name)
    return dump((document, split(document)))


def _extract(module: str, data: bytes, name: str) -> bytes:
    from ingest.readers import by_module

    return json.dumps(asdict(by_module(module).read(data, name))).encode()


def _error(error: IngestError) -> bytes:
    return json.dumps({"error": type(error).__name__, "message": str(error)}).encode()
