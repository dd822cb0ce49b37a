"""What pyproject.toml needs, directly or not, as installed here. Needs an environment with the extras asked for."""

import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
WITH_PYTHON = {"pip"}
"""Comes with every environment."""


def extras() -> list[str]:
    return list(_project()["optional-dependencies"])


def closure(with_extras: Iterable[str]) -> dict[str, Distribution]:
    """Distributions by canonical name, of the dependencies and the extras named. Other packages that happen to be
    installed stay out."""
    project = _project()
    lines = [
        *project["dependencies"],
        *(line for extra in with_extras for line in project["optional-dependencies"][extra]),
    ]
    queue = [Requirement(line) for line in lines]
    seen: set[tuple[str, str]] = set()
    found: dict[str, Distribution] = {}
    while queue:
        wanted = queue.pop()
        name = canonicalize_name(wanted.name)
        for extra in ("", *wanted.extras):
            if (name, extra) in seen or name in WITH_PYTHON:
                continue
            seen.add((name, extra))
            try:
                found[name] = distribution(name)
            except PackageNotFoundError:
                sys.exit(f"{name} is not installed: run `make set-up-tests` first.")
            queue += _needs(found[name], extra)
    return dict(sorted(found.items()))


def _needs(found: Distribution, extra: str) -> list[Requirement]:
    requirements = map(Requirement, found.requires or [])
    environment = {"extra": canonicalize_name(extra)}
    return [each for each in requirements if each.marker is None or each.marker.evaluate(environment)]


def _project() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
