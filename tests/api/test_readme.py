"""What README tells programs to do works as it stands there."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from service.runtime import Runtime

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8765"
PYTHON = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
CURL = re.findall(r"^curl .*?(?<!\\)$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def url(runtime: Runtime, serve: Callable[[Runtime], AbstractContextManager[str]]) -> Iterator[str]:
    with serve(runtime) as url:
        yield url


def run(command: list[str], **environment: str) -> str:
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", CURL)
def test_curl(url: str, runtime: Runtime, command: str) -> None:
    key = runtime.keys.add("Jane Smith", "ask") if "$TRENDWISE_KEY" in command else ""
    said = run(["bash", "-c", command.replace(ADDRESS, url)], TRENDWISE_KEY=key)
    assert re.search('"status": ?"(partly_)?answered"|"object": ?"chat.completion"|"documents": ?\\[', said), said


@pytest.mark.slow
@pytest.mark.parametrize("snippet", PYTHON, ids=["openai", "mcp"])
def test_python(url: str, snippet: str) -> None:
    assert "ouncils" in run([sys.executable, "-c", snippet.replace(ADDRESS, url)])


def test_there_are_snippets_for_every_way_in() -> None:
    assert len(CURL) == 3
    assert any("Bearer" in command for command in CURL)
    assert ["openai" in snippet for snippet in PYTHON] == [True, False]
