"""The whole product as a person meets it: sample reports, the default model, a server process, a question over HTTP."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).parents[1]
READY = re.compile(r"ready at (http://\S+)")

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def environment(models_dir: Path, default_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An index that `make serve` would have made: empty, then the samples."""
    folder = tmp_path_factory.mktemp("product")
    settings = {
        "TRENDWISE_DATA_DIR": str(folder / "data"),
        "TRENDWISE_MODELS_DIR": str(models_dir),
        "TRENDWISE_MODEL": "default",
        "PYTHONPATH": str(ROOT),
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRENDWISE_")} | settings
    added = subprocess.run(trendwise("ingest", "--samples", "--json"), env=environment, capture_output=True, text=True)
    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout)["documents"] == 6
    return environment


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen(
        trendwise("serve", "--port", "0"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = ""
        while not (ready := READY.search(said)):
            line = process.stdout.readline()
            assert line, said
            said += line
        yield process, ready.group(1)
        if process.poll() is None:
            process.kill()


def trendwise(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "service.cli", *arguments]


def test_a_question_is_answered_with_citations_that_stand_in_the_report(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    _, url = server
    with httpx2.Client(base_url=url, timeout=600) as client:
        question = {"question": "What is the stand-out technology trend for 2024?"}
        answer = client.post("/api/chat", json=question).raise_for_status().json()
        assert answer["status"] == "answered"
        assert re.search(r"\bAI\b|artificial intelligence", answer["answer"])
        assert {sentence["verdict"] for sentence in answer["sentences"]} == {"supported"}
        assert answer["citations"]
        for citation in answer["citations"]:
            text = client.get(f"/api/documents/{citation['document_id']}").raise_for_status().json()["text"]
            assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_a_question_that_the_reports_do_not_answer_is_not_answered(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    _, url = server
    question = {"question": "What did the city of Lyon pay for its tram line in 1997?"}
    answer = httpx2.post(f"{url}/api/chat", json=question, timeout=600).raise_for_status().json()
    assert answer["status"] in ("not_in_reports", "out_of_scope", "false_premise")
    assert not answer["citations"]


def test_the_page_and_its_parts_come_from_the_server_itself(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    page = httpx2.get(url, timeout=60).raise_for_status()
    assert "<title>" in page.text
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page.text)


def test_the_server_stops_when_told(server: tuple[subprocess.Popen[str], str]) -> None:
    process, _ = server
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
