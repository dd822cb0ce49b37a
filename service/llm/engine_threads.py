"""How many threads the model should use: one per physical core that this process may run on."""

import os
import sys
from pathlib import Path

_TOPOLOGY = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def physical_cores() -> int:
    return max(1, min(_cores(), _quota()))


def _cores() -> int:
    if sys.platform != "linux":
        return max(1, (os.cpu_count() or 2) // (1 if sys.platform == "darwin" else 2))
    usable = os.sched_getaffinity(0)
    siblings = set()
    for cpu in usable:
        try:
            siblings.add((_TOPOLOGY / f"cpu{cpu}/topology/thread_siblings_list").read_text())
        except OSError:
            return len(usable)
    return len(siblings)


def _quota() -> int:
    """A container's share of the processors, rounded up; more threads than that only wait for each other."""
    try:
        limit, period = _QUOTA.read_text().split()
        return -(-int(limit) // int(period))
    except (OSError, ValueError):
        return os.cpu_count() or 1
