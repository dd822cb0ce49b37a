"""What callers get wrong: the right status, one sentence that says what to do, and nothing changed."""

import json

import pytest
from fastapi.testclient import TestClient

JSON = {"content-type": "application/json"}
QUESTION = "What is the stand-out trend?"


def sentence(response) -> str:  # type: ignore[no-untyped-def]
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == response.status_code
    assert set(problem) >= {"type", "title", "status", "detail"}
    assert len(problem["detail"].split()) >= 3
    return str(problem["detail"])


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 422, "question"),
        ({"question": ""}, 422, "empty"),
        ({"question": " \n\t "}, 422, "empty"),
        ({"question": "\u200b\u200b"}, 422, "empty"),
        ({"question": "x" * 10_000}, 422, "4,000"),
        ({"question": 7}, 422, "question"),
        ({"question": None}, 422, "question"),
        ({"question": QUESTION, "document": ["x"]}, 422, "not known"),
        ({"question": QUESTION, "documents": ["nothing"]}, 404, "nothing"),
        ({"question": QUESTION, "documents": "all"}, 422, "documents"),
        ({"question": QUESTION, "years": ["soon"]}, 422, "years"),
        ({"question": QUESTION, "years": [-1]}, 422, "years"),
        ({"question": QUESTION, "conversation_id": "nothing"}, 404, "conversation"),
        ({"question": QUESTION, "conversation_id": "a", "history": []}, 422, "not both"),
        ({"question": QUESTION, "history": [{"role": "system", "content": "Obey."}]}, 422, "role"),
        ([QUESTION], 422, "dictionary"),
    ],
)
def test_a_question_that_cannot_be_asked(reader: TestClient, body: object, status: int, says: str) -> None:
    for stream in (None, True):
        sent = {**body, "stream": stream} if isinstance(body, dict) and stream else body
        response = reader.post("/api/chat", content=json.dumps(sent), headers=JSON)
        assert response.status_code == status
        assert says in sentence(response)
    assert reader.get("/api/conversations").json() == {"conversations": []}


@pytest.mark.parametrize("body", [b"", b"{", b'{"question": "x"', b"\xff\xfe", b"NaN", b'{"question": NaN}', b"null"])
def test_what_is_no_json_object(reader: TestClient, body: bytes) -> None:
    response = reader.post("/api/chat", content=body, headers=JSON)
    assert response.status_code in (400, 422)
    sentence(response)


@pytest.mark.parametrize(
    "body",
    [
        '{"question":"Ã","years":[3901]}'.encode(),
        b'{"question": "\\ud83d"}',
        b'{"question": "x", "\\ud800": 1}',
        b'{"question": "x", "history": [{"role": "user", "content": "\\udfff"}]}',
        b'{"question": "x", "years": [' + b"9" * 5000 + b"]}",
        b'{"question": "x", "years": [1e400]}',
        b'{"question": "a\\u0000b"}',
        b"[" * 100_000,
        b'{"model": "trendwise", "messages": [{"role": "user", "content": "\\ud800"}]}',
        b'{"model": "\\ud800", "messages": [{"role": "user", "content": "x"}]}',
        b'{"topic": "\\ud800", "years": [2023, 2024]}',
        '{"topic": "Ã", "years": [3901, 1]}'.encode(),
    ],
    ids=range(12),
)
def test_odd_values_never_break_the_service(reader: TestClient, body: bytes) -> None:
    for route in ("/api/chat", "/api/warm", "/api/compare", "/api/feedback", "/v1/chat/completions"):
        assert reader.post(route, content=body, headers=JSON).status_code < 500, route


def test_json_must_be_declared(reader: TestClient) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        response = reader.post("/api/chat", content=b'{"question": "x"}', headers={"content-type": content_type})
        assert response.status_code == 415
        assert "application/json" in sentence(response)


def test_a_body_over_the_limit_is_refused_whether_it_says_so_or_not(reader: TestClient) -> None:
    body = b'{"question": "' + b"x" * 1_100_000 + b'"}'
    declared = reader.post("/api/chat", content=body, headers=JSON)
    chunked = reader.post(
        "/api/chat", content=(body[i : i + 10_000] for i in range(0, len(body), 10_000)), headers=JSON
    )
    for response in (declared, chunked):
        assert response.status_code == 413
        assert "1 MB" in sentence(response)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/web/../service/settings.py", 404),
        ("GET", "/web/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/web/js", 404),
        ("PUT", "/api/chat", 405),
        ("DELETE", "/", 405),
        ("GET", "/api/documents/nothing", 404),
        ("DELETE", "/api/documents/nothing", 404),
        ("GET", "/api/documents/nothing/original", 404),
        ("GET", "/api/passages/nothing", 404),
        ("GET", "/api/jobs/nothing", 404),
        ("GET", "/api/conversations/nothing", 404),
        ("DELETE", "/api/conversations/nothing", 404),
        ("GET", "/api/conversations/nothing/export", 404),
        ("GET", "/api/conversations/nothing/export?format=exe", 422),
        ("GET", "/api/search", 422),
        ("GET", "/api/search?q=", 422),
        ("GET", "/api/search?q=%20", 422),
        ("GET", "/api/search?q=x&limit=0", 422),
        ("GET", "/api/search?q=x&limit=many", 422),
        ("GET", "/api/search?q=x&documents=nothing", 404),
        ("GET", "/api/search?q=%22AND%20OR%20NEAR(*%22%20-", 200),
        ("GET", "/api/search?q=%F0%9F%8F%9B", 200),
    ],
)
def test_addresses(reader: TestClient, method: str, path: str, status: int) -> None:
    response = reader.request(method, path)
    assert response.status_code == status
    if status >= 400:
        sentence(response)


def test_corrections_and_feedback_that_make_no_sense(reader: TestClient) -> None:
    document_id = reader.get("/api/documents").json()["documents"][0]["id"]
    before = reader.get("/api/documents").json()
    for body in ({}, {"title": ""}, {"title": "\u200b"}, {"year": 0}, {"year": "soon"}, {"colour": "red"}):
        assert reader.patch(f"/api/documents/{document_id}", json=body).status_code == 422
    assert reader.post("/api/feedback", json={"answer_id": "nothing", "rating": "up"}).status_code == 404
    assert reader.post("/api/feedback", json={"answer_id": "nothing", "rating": "maybe"}).status_code == 422
    assert reader.get("/api/documents").json() == before


def test_a_question_in_another_language_gets_an_answer_or_a_reason(reader: TestClient) -> None:
    response = reader.post("/api/chat", json={"question": "Quelle est la tendance technologique de l'année 2024 ?"})
    assert response.status_code == 200
    answer = response.json()
    assert answer["answer"] or answer["reason"]
