"""`POST /api/chat`: the same answer as JSON and as events; follow-ups; what cannot be answered and why."""

import json
from collections.abc import Callable

from fastapi.testclient import TestClient

from service.errors import ModelFailed
from service.llm.scripted import Rule, ScriptedModel
from service.runtime import Runtime

QUESTION = "What is the stand-out technology trend for councils in 2024?"
FIELDS = [
    "id", "status", "reason", "clarifications", "question", "standalone_question", "answer", "sentences", "citations",
    "evidence", "withheld", "model", "timings",
]  # fmt: skip


def events(body: str) -> list[tuple[str, dict]]:
    found = []
    for block in body.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        if lines:
            fields = dict(line.split(": ", 1) for line in lines)
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_an_answer_has_the_fields_of_the_contract_and_real_citations(client: TestClient) -> None:
    answer = client.post("/api/chat", json={"question": QUESTION}).json()
    assert list(answer)[: len(FIELDS)] == FIELDS
    assert answer["status"] == "answered"
    assert answer["citations"]
    for citation in answer["citations"]:
        document = client.get(f"/api/documents/{citation['document_id']}").json()
        assert document["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert citation["url"] == f"/documents/{citation['document_id']}#{citation['start']}-{citation['end']}"
    for sentence in answer["sentences"]:
        assert answer["answer"][sentence["start"] : sentence["end"]] == sentence["text"]


def test_the_stream_ends_with_the_same_answer(client: TestClient) -> None:
    plain = client.post("/api/chat", json={"question": QUESTION}).json()
    response = client.post("/api/chat", json={"question": QUESTION, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    names = [name for name, _ in events(response.text)]
    assert names[0] == "evidence"
    assert names[-1] == "answer"
    assert {"token", "sentence"} <= set(names)
    last = events(response.text)[-1][1]
    different = {"id", "conversation_id", "timings"}
    assert {k: v for k, v in last.items() if k not in different} == {
        k: v for k, v in plain.items() if k not in different
    }


def test_a_stream_can_be_asked_for_by_the_accept_header_and_refused_by_the_body(client: TestClient) -> None:
    headers = {"Accept": "text/event-stream"}
    streamed = client.post("/api/chat", json={"question": QUESTION}, headers=headers)
    assert events(streamed.text)[-1][0] == "answer"
    assert client.post("/api/chat", json={"question": QUESTION, "stream": False}, headers=headers).json()["answer"]


def test_a_follow_up_reads_its_conversation(client: TestClient) -> None:
    first = client.post("/api/chat", json={"question": QUESTION}).json()
    kept_in = first["conversation_id"]
    body = {"question": "Which basics does it need first?", "conversation_id": kept_in}
    assert client.post("/api/chat", json=body).json()["conversation_id"] == kept_in
    turns = client.get(f"/api/conversations/{kept_in}").json()["turns"]
    assert [turn["question"] for turn in turns] == [QUESTION, body["question"]]
    assert turns[0]["answer"] == first


def test_history_is_the_clients_own_and_nothing_is_stored(client: TestClient) -> None:
    history = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "Artificial intelligence."}]
    answer = client.post("/api/chat", json={"question": "And what does it need?", "history": history}).json()
    assert answer["conversation_id"] is None
    assert client.get("/api/conversations").json() == {"conversations": []}


def test_filters_keep_other_reports_out(client: TestClient) -> None:
    ids = {info["year"]: info["id"] for info in client.get("/api/documents").json()["documents"]}
    for chosen in ({"documents": [ids[2021]]}, {"years": [2021]}):
        answer = client.post("/api/chat", json={"question": QUESTION, **chosen}).json()
        assert {evidence["document_id"] for evidence in answer["evidence"]} <= {ids[2021]}


def test_a_failure_before_the_first_event_keeps_its_status(
    open_runtime: Callable[..., Runtime], client_of: Callable[[Runtime], TestClient]
) -> None:
    client = client_of(open_runtime(texts=()))
    response = client.post("/api/chat", json={"question": QUESTION, "stream": True})
    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    assert "no reports" in response.json()["detail"]


def test_a_failure_in_the_middle_is_an_event(
    open_runtime: Callable[..., Runtime], client_of: Callable[[Runtime], TestClient]
) -> None:
    broken = ScriptedModel([Rule(".", "Artificial intelligence is", ModelFailed("The engine stopped."))])
    client = client_of(open_runtime(broken))
    response = client.post("/api/chat", json={"question": QUESTION, "stream": True})
    assert response.status_code == 200
    name, problem = events(response.text)[-1]
    assert (name, problem["status"], problem["detail"]) == ("error", 503, "The engine stopped.")
    plain = client.post("/api/chat", json={"question": QUESTION})
    assert plain.status_code == 503
    assert plain.headers["retry-after"]
    assert client.get("/api/conversations").json() == {"conversations": []}


def test_an_unforeseen_error_says_nothing_of_the_inside(
    open_runtime: Callable[..., Runtime], client_of: Callable[[Runtime], TestClient]
) -> None:
    secret = ScriptedModel([Rule(".", "", ZeroDivisionError("secret path /etc/passwd"))])  # type: ignore[arg-type]
    response = client_of(open_runtime(secret)).post("/api/chat", json={"question": QUESTION})
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


def test_warming_gives_the_evidence_and_prepares_the_model(client: TestClient, runtime: Runtime) -> None:
    warmed = client.post("/api/warm", json={"question": QUESTION}).json()
    asked = client.post("/api/chat", json={"question": QUESTION}).json()
    assert warmed["evidence"] == asked["evidence"]
    assert runtime.model.warmed  # type: ignore[attr-defined]
