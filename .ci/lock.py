"""Writes the versions of everything that pyproject.toml needs, directly or not, as they are installed here.

Run by `make lock`, in an environment with every extra. Packages that happen to be installed for other reasons stay out.
"""

import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

UNPINNED = {"pip", "setuptools"}
"""Come with the environment."""

HEADER = """\
# The exact versions that Trendwise is built and tested with: direct and transitive, with every extra.
# Written by `make lock`; pyproject.toml holds the ranges.
"""


def closure(project: Path) -> dict[str, str]:
    """Versions by canonical name."""
    table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    lines = [*table["dependencies"], *(line for extra in table["optional-dependencies"].values() for line in extra)]
    queue = [Requirement(line) for line in lines]
    seen: set[tuple[str, str]] = set()
    versions: dict[str, str] = {}
    while queue:
        wanted = queue.pop()
        name = canonicalize_name(wanted.name)
        for extra in ("", *wanted.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            if name in UNPINNED:
                continue
            try:
                found = distribution(name)
            except PackageNotFoundError:
                sys.exit(f"{name} is not installed: run `make set-up-tests` first.")
            versions[name] = Version(found.version).public
            queue += [
                requirement
                for requirement in map(Requirement, found.requires or [])
                if requirement.marker is None or requirement.marker.evaluate({"extra": canonicalize_name(extra)})
            ]
    return versions


if __name__ == "__main__":
    versions = closure(Path("pyproject.toml"))
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    Path(sys.argv[1]).write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"{sys.argv[1]}: {len(lines)} packages")
