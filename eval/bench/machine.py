"""What a measurement ran on, and how busy that was: figures of a busy machine mean something only as ratios."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import llama_cpp

_CPU_INFO = Path("/proc/cpuinfo")
_STATUS = Path("/proc/self/status")
_OPEN_FILES = Path("/proc/self/fd")


def describe() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "llama_cpp_python": llama_cpp.__version__,
        "load": load(),
    }


def load() -> list[float]:
    """Processes that ran or waited for a processor, averaged over 1, 5 and 15 minutes."""
    return [round(average, 2) for average in os.getloadavg()]


def resident_mb() -> float:
    """Memory of this process in MB, model file included. Linux only."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def open_files() -> int:
    return len(list(_OPEN_FILES.iterdir()))


def _cpu() -> str:
    if not _CPU_INFO.exists():
        return platform.processor()
    names = [line for line in _CPU_INFO.read_text().splitlines() if line.startswith("model name")]
    return names[0].split(":", 1)[1].strip() if names else platform.processor()
