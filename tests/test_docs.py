"""What is written about Trendwise is true: its settings, its licences, its commands."""

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
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
    wanted = {re.split(r"[^\w.-]", line)[0].lower().replace("_", "-").replace(".", "-") for line in lines}
    locked = {
        line.split("==")[0]
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    }
    assert wanted <= locked


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
