"""`trendwise serve` as a process, as a person starts it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eval.fingerprint import ROOT
from service.errors import ModelFailed

_STOP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Served:
    address: str
    seconds: float
    """From the command to the line that says it is ready."""


@contextmanager
def served(data: Path, environment: Mapping[str, str]) -> Iterator[Served]:
    """On a free port of this machine. Raises `ModelFailed` where it does not start."""
    command = [sys.executable, "-m", "service.cli", "serve", "--port", "0", "--data", str(data)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None  # noqa: S101
    try:
        line = process.stdout.readline()
        if "http" not in line:
            raise ModelFailed("`trendwise serve` did not start: run it by itself to see why.")
        yield Served(line.split()[-1], time.perf_counter() - started)
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)
        process.stdout.close()
