"""The speed benches, each in a process of its own, so that none inherits another's memory or warmth."""

import subprocess
import sys
from collections.abc import Sequence

from eval.bench.page import RESULTS, write_page
from eval.fingerprint import ROOT

BENCHES = ("first_token", "people", "engine", "stream", "ingest", "startup", "paint", "plateau")
"""Modules of this package. With the default model on two cores about 25 minutes, and ten for the last one."""


def run_benches(names: Sequence[str]) -> list[str]:
    """Writes each result and the page; gives the names of those that failed."""
    failed = [name for name in names if subprocess.run(_command(name), cwd=ROOT, check=False).returncode]
    write_page()
    return failed


def _command(name: str) -> list[str]:
    return [sys.executable, "-m", f"eval.bench.{name}", "--json", str(RESULTS / f"{name}.json")]
