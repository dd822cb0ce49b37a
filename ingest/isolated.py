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
TOO_MUCH = 27
"""Exit status where the result is larger than may be written (EFBIG)."""


def main(arguments: Sequence[str]) -> None:
    module, name, memory, processor, result = arguments
    _limit(int(memory), int(processor), int(result))
    try:
        written = json.dumps(_read(module, sys.stdin.buffer.read(), name))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    try:
        sys.stdout.write(written)
        sys.stdout.flush()
    except OSError:
        os._exit(TOO_MUCH)
    os._exit(0)  # no destructors of parsers that have seen hostile bytes


def _limit(memory: int, processor: int, result: int) -> None:
    """What an operating system does not limit (macOS: memory) the parent's clock still does."""
    os.nice(5)
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


def _read(module: str, data: bytes, name: str) -> dict[str, object]:
    from ingest.readers import by_module  # after the limits: imports take memory too

    try:
        return asdict(by_module(module).read(data, name))
    except IngestError as error:
        return _error(error)
    except MemoryError:
        raise
    except Exception:  # parsers raise anything; the person needs one sentence
        return _error(UnreadableReport(f"{name} is damaged and cannot be read. Save it anew and add it again."))


def _error(error: IngestError) -> dict[str, object]:
    return {"error": type(error).__name__, "message": str(error)}
