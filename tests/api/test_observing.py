"""Metrics and logs: what operators see, and the texts that they do not see unless they ask."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from service import logs
from service.errors import ModelFailed
from service.llm.engine import LlamaModel
from service.llm.scripted import Rule, ScriptedModel
from service.runtime import Runtime

QUESTION = "What is the stand-out technology trend for councils in 2024?"
ROOT = Path(__file__).parents[2]
CANARY = "canary-jane.smith@example.org"


def samples(client: TestClient) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


@pytest.fixture
def configured() -> Iterator[Callable[..., None]]:
    yield logs.configure
    structlog.reset_defaults()


def test_metrics_count_questions_verdicts_and_times(client: TestClient) -> None:
    answer = client.post("/api/chat", json={"question": QUESTION}).json()
    client.post("/api/chat", json={"question": ""})
    client.request("BREW", "/api/teapot-1")
    found = samples(client)
    assert found["trendwise_questions_total", answer["status"]] == 1
    said = [sentence["verdict"] for sentence in answer["sentences"]]
    assert found["trendwise_sentences_total", said[0]] == said.count(said[0])
    assert found["trendwise_total_seconds_count",] == 1
    assert found["trendwise_documents",] == 2
    assert found["trendwise_questions_active",] == 0
    assert found["trendwise_requests_total", "POST", "/api/chat", "200"] == 1
    assert found["trendwise_requests_total", "POST", "/api/chat", "422"] == 1
    assert found["trendwise_requests_total", "other", "none", "404"] == 1


@pytest.mark.slow
@pytest.mark.model
def test_every_documented_metric_is_there_and_the_engine_tells_what_it_need_not_compute_again(
    open_runtime: Callable[..., Runtime], client_of: Callable[[Runtime], TestClient], small_model: Path
) -> None:
    client = client_of(open_runtime(LlamaModel(small_model, template="chatml")))
    for asked in range(2):
        client.post("/api/chat", json={"question": QUESTION})
        found = samples(client)
        if not asked:
            computed = found["trendwise_engine_tokens_total",]
    named = set(re.findall(r"`(trendwise_\w+)`", (ROOT / "SECURITY.md").read_text("utf-8")))
    assert len(named) > 12
    assert named <= {name for name, *_ in found}
    assert found["trendwise_engine_reused_tokens_total",] > 100
    assert found["trendwise_engine_tokens_total",] - computed < computed


def test_a_failed_question_is_counted_as_failed(
    open_runtime: Callable[..., Runtime], client_of: Callable[[Runtime], TestClient]
) -> None:
    client = client_of(open_runtime(ScriptedModel([Rule(".", "", ModelFailed("It broke."))])))
    client.post("/api/chat", json={"question": QUESTION})
    assert samples(client)["trendwise_questions_total", "failed"] == 1


@pytest.mark.parametrize("log_texts", [False, True])
def test_logs_have_texts_only_when_asked(
    open_runtime: Callable[..., Runtime],
    client_of: Callable[[Runtime], TestClient],
    configured: Callable[..., None],
    capfd: pytest.CaptureFixture[str],
    log_texts: bool,
) -> None:
    report = f"# Staff survey 2024\n\nThe contact for ransomware is {CANARY}, who answered for councils.\n"
    broken = ScriptedModel([Rule("explode", "", ZeroDivisionError(CANARY))])  # type: ignore[arg-type]
    client = client_of(open_runtime(broken, texts=(report,)))
    configured(log_texts=log_texts)
    client.post("/api/chat", json={"question": f"Who is the contact for ransomware, {CANARY}?"})
    client.post("/api/chat", json={"question": "Will the contact for ransomware explode?"})
    client.get("/api/search", params={"q": CANARY})
    client.get(f"/api/{CANARY}")
    client.post("/api/documents", params={"name": f"{CANARY}.exe"}, content=CANARY.encode())
    written = capfd.readouterr()
    lines = [json.loads(line) for line in written.err.splitlines()]
    assert {line["event"] for line in lines} >= {"request", "answered"}
    assert all(line["timestamp"] and line["level"] for line in lines)
    assert (CANARY in written.err) is log_texts
    assert CANARY not in written.out


def test_a_log_that_nobody_reads_breaks_no_answer(
    client: TestClient, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path(os.devnull).open("w") as gone:
        monkeypatch.setattr("sys.stderr", gone)
        configured(log_texts=False)
    assert client.post("/api/chat", json={"question": QUESTION}).json()["status"] == "answered"


def test_a_request_and_its_answer_share_an_id(
    client: TestClient, configured: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    configured(log_texts=False)
    response = client.post("/api/chat", json={"question": QUESTION}, headers={"x-request-id": "from-proxy-1"})
    assert response.headers["x-request-id"] == "from-proxy-1"
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert {line["event"] for line in lines if line["request_id"] == "from-proxy-1"} == {"answered", "request"}
    forged = client.get("/healthz", headers={"x-request-id": 'x" evil="1'})
    assert forged.headers["x-request-id"].isalnum()


def test_questions_refused_for_lack_of_places_are_logged_together(
    open_runtime: Callable[..., Runtime],
    client_of: Callable[[Runtime], TestClient],
    configured: Callable[..., None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    client = client_of(open_runtime(queue=1))
    client.app.state.context.admission.enter("")  # type: ignore[attr-defined]
    configured(log_texts=False)
    statuses = {client.post("/api/chat", json={"question": QUESTION}).status_code for _ in range(5)}
    told, deadline = "", time.monotonic() + 60
    while told.count("questions refused") < 1 and time.monotonic() < deadline:
        time.sleep(0.05)
        told += capfd.readouterr().err
    lines = [json.loads(line) for line in told.splitlines()]
    assert statuses == {503}
    assert {line["event"] for line in lines} == {"questions refused"}
    assert samples(client)["trendwise_requests_total", "POST", "none", "503"] == 5
