"""Writes constraints.txt from what is installed here. Run by `make lock`, in an environment with every extra."""

from pathlib import Path

from closure import closure, extras
from packaging.version import Version

LOCK = Path(__file__).parents[1] / "constraints.txt"
HEADER = """\
# The exact versions that Trendwise is built and tested with: direct and transitive, with every extra.
# Written by `make lock`; pyproject.toml holds the ranges.
"""

if __name__ == "__main__":
    versions = {name: Version(found.version).public for name, found in closure(extras()).items()}
    LOCK.write_text(HEADER + "".join(f"{name}=={version}\n" for name, version in versions.items()), encoding="utf-8")
    print(f"{LOCK.name}: {len(versions)} packages")
