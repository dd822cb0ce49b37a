"""What is written about Trendwise is true: its settings, its licences, its commands."""

import ast
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BY_HAND = {"atheris"}
"""Only for fuzzing by hand; there is no build of it for every system."""
PART_OF_OTHERS = {"anyio", "mcp-types", "pydantic-core", "starlette"}
"""Which come with FastAPI, mcp and Pydantic as parts of what they offer."""
NOT_IMPORTED_BY_NAME = {"python-multipart", "uvloop"}
"""FastAPI imports the first where a form is read, uvicorn the second where it is installed."""
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def blocks(language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(README) if name == language]


@pytest.mark.parametrize("script", ["readme.py", "third_party.py"])
def test_what_is_written_by_a_script_is_up_to_date(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / ".ci"))
    monkeypatch.setattr(sys, "argv", [script, "--check"])
    runpy.run_path(str(ROOT / ".ci" / script), run_name="__main__")


def test_every_direct_package_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    wanted = {canonical(re.split(r"[^\w.-]", line)[0]) for line in lines}
    locked = {
        line.split("==")[0]
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    }
    assert wanted <= locked


def test_every_imported_package_is_declared() -> None:
    """What is imported but only installed because something else needs it would vanish one day."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    declared = {canonical(re.split(r"[^\w.-]", line)[0]) for line in lines} | PART_OF_OTHERS
    owners = packages_distributions()
    ours = {"tests", *(path.name for path in ROOT.iterdir()), *(path.stem for path in (ROOT / ".ci").iterdir())}
    ours |= BY_HAND | {path.stem for path in (ROOT / "tests" / "attacks").iterdir()}
    undeclared = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources()
        for name in imported(path)
        if name not in sys.stdlib_module_names | ours
        and not {canonical(owner) for owner in owners.get(name, [])} & declared
    }
    assert not undeclared


def test_every_declared_package_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {name: lines for name, lines in project["optional-dependencies"].items() if name != "dev"}
    lines = [*project["dependencies"], *(line for extra in extras.values() for line in extra)]
    owners = packages_distributions()
    used = {canonical(owner) for path in sources() for name in imported(path) for owner in owners.get(name, [])}
    assert {canonical(re.split(r"[^\w.-]", line)[0]) for line in lines} <= used | NOT_IMPORTED_BY_NAME


def sources() -> list[Path]:
    folders = ("ingest", "index", "prompts", "service", "eval", "tests", ".ci")
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


@cache
def imported(path: Path) -> frozenset[str]:
    """Top-level names, of imports anywhere in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return frozenset(found)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)) <= targets


def test_every_file_that_the_readme_links_to_exists() -> None:
    assert not [link for link in LINK.findall(README) if not (ROOT / link).exists()]


def test_the_example_of_a_catalogue_entry_is_valid(tmp_path: Path) -> None:
    from service.llm import catalogue

    [example] = [block for block in blocks("toml") if "[[entry]]" in block]
    (tmp_path / "extra.toml").write_text(example, encoding="utf-8")
    assert catalogue.entry("larger", tmp_path).hub is not None


def test_the_example_of_a_settings_file_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.settings import Settings

    [example] = [block for block in blocks("toml") if "port" in block]
    (tmp_path / "trendwise.toml").write_text(example, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert Settings().port == 9000


@pytest.mark.slow
@pytest.mark.model
def test_every_command_in_the_readme_runs(models_dir: Path, small_model: Path, tmp_path: Path) -> None:
    """In their order, with the smallest model, in a folder that has the reports they name."""
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("trendwise ")]
    assert len(commands) >= 6
    reports = tmp_path / "my-reports"
    shutil.copytree(ROOT / "ingest" / "sample", reports, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (tmp_path / "eval").symlink_to(ROOT / "eval")
    (tmp_path / "ingest").symlink_to(ROOT / "ingest")
    environment = os.environ | {
        "TRENDWISE_DATA_DIR": str(tmp_path / "data"),
        "TRENDWISE_MODELS_DIR": str(models_dir),
        "TRENDWISE_MODEL": "test",
        "PYTHONPATH": str(ROOT),
    }
    for command in ["trendwise ingest my-reports", *commands]:
        arguments = [sys.executable, "-m", "service.cli", *shlex.split(command)[1:]]
        done = subprocess.run(arguments, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
