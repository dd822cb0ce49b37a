"""The command line in process, over real files and the real embedder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.cli.program import run
from service.settings import Settings

REPORT = """# Digital trends for councils 2024

## Artificial intelligence

Artificial intelligence is the stand-out technology trend for councils in 2024. Policies, skills and data readiness
have to be in place before a council can adopt it at scale.

## Cyber security

Councils spent 40 million pounds on cyber security in 2023. Ransomware was the most frequent kind of attack.
"""


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture
def trendwise(capfd: pytest.CaptureFixture[str], models_dir: Path) -> Command:
    """Runs one command; gives its exit code and what it wrote."""

    def command(*arguments: object) -> Result:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return command


@pytest.fixture
def quick_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index without the real embedder: for tests that are not about meaning."""
    from index.hash_embedder import HashEmbedder
    from index.local import LocalIndex
    from service import runtime

    def open_index(settings: Settings) -> LocalIndex:
        runtime.prepare_environment(settings)
        return LocalIndex.open(settings.data_dir, HashEmbedder())

    monkeypatch.setattr(runtime, "open_index", open_index)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "reports" / "trends.md"
    path.parent.mkdir()
    path.write_text(REPORT, "utf-8")
    return path
