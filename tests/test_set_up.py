"""Set-up goes on where it was interrupted, does nothing twice, and never takes a failed step for a done one.

The real Makefile and scripts, with stand-ins for what they call: pip, Python and the compiler.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

INSTALL = """#!/usr/bin/env bash
echo "$1" >> calls
[ "$1" = "$(cat fails 2>/dev/null)" ] && exit 1
mkdir -p .venv/bin .stamps
printf '#!/bin/sh\\necho "$(basename $0) $*" >> calls\\n' | tee .venv/bin/python > .venv/bin/trendwise
chmod +x .venv/bin/*
"""

PIP = """#!/bin/sh
case "$*" in
    *fails*) echo "ERROR: no such thing"; exit 1 ;;
    *killed*) kill -KILL $$ ;;
    *pass*) exit 0 ;;
esac
echo "Installing collected packages: all"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("Makefile", "constraints.txt", "pyproject.toml", "service/llm/llama_cpp.cmake"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def stubbed(project: Path) -> Path:
    (project / ".ci" / "install").write_text(INSTALL)
    return project


def run(project: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        command, cwd=project, env=clean | environment, capture_output=True, text=True, check=False, timeout=120
    )


def calls(project: Path) -> list[str]:
    log = project / "calls"
    said = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return said


def test_everything_is_done_once_and_in_order(stubbed: Path) -> None:
    assert run(stubbed, "make", "set-up").returncode == 0
    first = calls(stubbed)
    assert sorted(first) == sorted(
        ["tidy", "environment", "torch", "packages", "llama-wheel", "python -m service.cli models get", "project"]
    )
    for before, after in [
        ("environment", "torch"),
        ("torch", "packages"),
        ("packages", "project"),
        ("llama-wheel", "project"),
    ]:
        assert first.index(before) < first.index(after)
    assert run(stubbed, "make", "set-up").returncode == 0
    assert calls(stubbed) == ["tidy", "python -m service.cli models get"]


@pytest.mark.parametrize("step", ["environment", "torch", "packages", "llama-wheel", "project"])
def test_a_failed_step_fails_set_up_and_is_tried_again(stubbed: Path, step: str) -> None:
    (stubbed / "fails").write_text(step)
    failed = run(stubbed, "make", "set-up")
    assert failed.returncode != 0
    assert "failed after" in failed.stderr
    done = set(calls(stubbed)) - {step, "tidy"}
    (stubbed / "fails").unlink()
    assert run(stubbed, "make", "set-up").returncode == 0
    again = calls(stubbed)
    assert step in again
    assert not {each for each in done if not each.startswith("python")} & set(again)


def test_a_new_lock_installs_again_but_does_not_compile_again(stubbed: Path) -> None:
    run(stubbed, "make", "set-up")
    calls(stubbed)
    with (stubbed / "constraints.txt").open("a") as lock:
        lock.write("another==1.0\n")
    run(stubbed, "make", "set-up")
    again = calls(stubbed)
    assert {"packages", "project"} <= set(again)
    assert not {"environment", "llama-wheel"} & set(again)


def test_a_moved_project_gets_a_new_environment(stubbed: Path) -> None:
    run(stubbed, "make", "set-up")
    moved = stubbed.rename(stubbed.with_name("moved"))
    calls(moved)
    run(moved, "make", "set-up")
    assert "environment" in calls(moved)


def test_serve_adds_the_samples_before_it_serves(stubbed: Path) -> None:
    assert run(stubbed, "make", "serve").returncode == 0
    assert calls(stubbed)[-2:] == ["trendwise ingest --samples", "trendwise serve"]


def fake_environment(project: Path) -> Path:
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PIP)
    python.chmod(0o755)
    return project / ".venv" / ".installing"


def test_a_pip_that_fails_fails_its_step_and_names_its_log(project: Path) -> None:
    mark = fake_environment(project)
    (project / "constraints.txt").write_text("torch==fails\n")
    done = run(project, ".ci/step", "PyTorch", "bash", "-c", "source .ci/install tidy; install fails && touch hidden")
    assert done.returncode != 0
    assert "ERROR: no such thing" in done.stdout
    assert ".stamps/pip.log" in done.stderr
    assert not (project / "hidden").exists()
    assert not mark.exists()


def test_a_pip_that_was_killed_means_a_new_environment(project: Path) -> None:
    mark = fake_environment(project)
    done = run(project, "bash", "-c", "source .ci/install tidy; install killed")
    assert done.returncode != 0
    assert mark.exists()
    tidied = run(project, ".ci/install", "tidy")
    assert "not whole" in tidied.stdout
    assert not (project / ".venv").exists()


def test_an_environment_without_its_python_is_made_anew(project: Path) -> None:
    fake_environment(project)
    (project / ".venv" / "bin" / "python").unlink()
    run(project, ".ci/install", "tidy")
    assert not (project / ".venv").exists()


def test_without_a_python_it_says_what_to_install(project: Path) -> None:
    done = run(project, ".ci/install", "environment", PYTHON="/nowhere/python3")
    assert done.returncode != 0
    assert "no Python 3.11, 3.12 or 3.13 (tried: /nowhere/python3)" in done.stderr
    assert "make serve PYTHON=" in done.stderr


def test_without_a_compiler_it_says_what_to_install(project: Path) -> None:
    done = run(project, ".ci/install", "environment", CXX="/nowhere/c++")
    assert done.returncode != 0
    assert "no C++ compiler" in done.stderr
    assert not (project / ".venv").exists()


def test_a_compile_that_fails_shows_the_end_of_its_log_and_leaves_no_wheel(project: Path) -> None:
    fake_environment(project)
    (project / "constraints.txt").write_text("llama-cpp-python==fails\n")
    done = run(project, ".ci/install", "llama-wheel")
    assert done.returncode != 0
    assert "ERROR: no such thing" in done.stderr
    assert "did not compile. The whole log: .stamps/llama-cpp-python.log" in done.stderr


def test_a_step_passes_its_exit_code_on(project: Path) -> None:
    assert run(project, ".ci/step", "Something", "bash", "-c", "exit 7").returncode == 7
    done = run(project, ".ci/step", "Something", "true")
    assert done.stdout.startswith("==> Something\n    Something: ")
