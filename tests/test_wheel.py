"""The built package works elsewhere: every data file is in it, and it answers a question without this folder."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("ingest", "index", "prompts", "service", "web", "eval")
REPORT = """# Digital trends of Borsetshire, 2031

## Cyber security

Borsetshire County Council spent £4.2 million on cyber security in 2031. Its chief information officer calls ransomware
the greatest risk of the year.
"""

pytestmark = [pytest.mark.slow, pytest.mark.model]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, because setuptools keeps what it copied once in `build/`."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for part in PARTS:
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "THIRD_PARTY.md"):
        shutil.copy(ROOT / name, source / name)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(source))
    return next(out.glob("trendwise-*.whl"))


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`trendwise` in an environment that sees the packages installed here, but neither this folder nor its own."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment)
    python = environment / "bin" / "python"
    packages = next(environment.glob("lib/python*/site-packages"))
    (packages / "shared.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    return environment / "bin" / "trendwise"


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_everything_but_tests_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for part in PARTS
        for path in (ROOT / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == wanted


def test_the_installed_command_answers_from_a_report(
    command: Path, models_dir: Path, small_model: Path, tmp_path: Path
) -> None:
    report = tmp_path / "borsetshire.md"
    report.write_text(REPORT, encoding="utf-8")

    def run(*arguments: str) -> str:
        environment = {
            "PATH": os.defpath,
            "HOME": str(tmp_path),
            "TRENDWISE_DATA_DIR": str(tmp_path / "data"),
            "TRENDWISE_MODELS_DIR": str(models_dir),
            "TRENDWISE_MODEL": "test",
        }
        done = subprocess.run(
            [str(command), *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert json.loads(run("ingest", str(report), "--json"))["documents"] == 1
    answer = json.loads(run("ask", "How much did Borsetshire spend on cyber security?", "--json"))
    assert answer["evidence"][0]["document_title"] == "Digital trends of Borsetshire, 2031"
    assert "£4.2 million" in answer["evidence"][0]["text"]
    assert all(citation["quote"] in REPORT for citation in answer["citations"])
    assert small_model.stem in answer["model"]
