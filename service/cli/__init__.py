"""The command line: `trendwise`. One file a command; heavy imports are inside the functions that need them."""

import os
import sys


def main() -> None:
    """The entry point. Exit codes: 0 done, 1 the run failed, 2 the caller's mistake, 130 interrupted."""
    from service.cli.program import run

    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # everything is closed; taking the interpreter down with torch in it would take seconds
