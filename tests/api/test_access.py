"""Servers with API keys: nothing without one, nothing of another's with one, nothing after it was revoked."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.routing import Route

from service.cli.program import run
from service.keys import Keys
from service.runtime import Runtime

QUESTION = {"question": "What is the stand-out technology trend for councils in 2024?"}
OPEN = {"/healthz", "/readyz", "/login", "/web/{path:path}"}
PAGES = {"/", "/docs", "/documents/{document_id}"}


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


@pytest.fixture
def jane(runtime: Runtime) -> str:
    return runtime.keys.add("Jane", "manage")


@pytest.fixture
def omar(runtime: Runtime) -> str:
    return runtime.keys.add("Omar", "ask")


def routes(client: TestClient) -> list[tuple[str, str]]:
    found = []
    pending = list(client.app.router.routes)  # type: ignore[attr-defined]
    while pending:
        route = pending.pop()
        pending += getattr(getattr(route, "original_router", None), "routes", [])
        if isinstance(route, Route) and route.methods:
            found += [(method, route.path) for method in route.methods]
    return sorted(set(found))


def test_every_route_but_the_open_ones_needs_a_key(client: TestClient, jane: str) -> None:
    tried = routes(client)
    assert len(tried) > 25
    for method, path in tried:
        response = client.request(method, path.replace("{", "x").replace("}", ""), follow_redirects=False)
        if path in PAGES:
            assert (response.status_code, response.headers["location"]) == (303, "/login")
        elif path not in OPEN:
            assert response.status_code == 401, (method, path)
            assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer tw_x_y", "Basic dHc6dHc=", "Bearer tw_{id}_wrong", "Bearer {secret}", "tw {key}"],
)
def test_wrong_keys_open_nothing(client: TestClient, jane: str, header: str) -> None:
    _, key_id, secret = jane.split("_", 2)
    presented = header.format(id=key_id, secret=secret, key=jane)
    assert client.get("/api/documents", headers={"authorization": presented}).status_code == 401


def test_conversations_and_jobs_belong_to_their_key(client: TestClient, jane: str, omar: str) -> None:
    answer = client.post("/api/chat", json=QUESTION, headers=bearer(jane)).json()
    mine = answer["conversation_id"]
    upload = client.post("/api/documents", params={"name": "x.md"}, content=b"# X\n\nText of it.", headers=bearer(jane))
    job = upload.json()["id"]
    attempts = [
        ("GET", f"/api/conversations/{mine}", None),
        ("DELETE", f"/api/conversations/{mine}", None),
        ("GET", f"/api/conversations/{mine}/export", None),
        ("POST", "/api/chat", QUESTION | {"conversation_id": mine}),
        ("POST", "/api/warm", QUESTION | {"conversation_id": mine}),
        ("POST", "/api/feedback", {"answer_id": answer["id"], "rating": "up"}),
        ("GET", f"/api/jobs/{job}", None),
    ]
    for method, path, body in attempts:
        assert client.request(method, path, json=body, headers=bearer(omar)).status_code == 404, path
        assert client.request(method, path.replace(mine, "nothing"), json=body, headers=bearer(omar)).status_code == 404
    assert client.get("/api/conversations", headers=bearer(omar)).json() == {"conversations": []}
    assert len(client.get("/api/conversations", headers=bearer(jane)).json()["conversations"]) == 1
    assert client.get(f"/api/jobs/{job}", headers=bearer(jane)).status_code == 200


SHARED = {"document_id", "passage_id", "name", "documents"}
"""Ids of what belongs to everybody: reports, passages, models."""
CANARY = "kelpwater 7731"


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, set[str], dict[str, Any]]]:
    """Of every route: method, path, the names of all that can be an id, and an example of its JSON body."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            found = description["components"]["schemas"].get(schema.get("$ref", "").rsplit("/", 1)[-1], {})
            named = {*re.findall(r"{(\w+)}", path), *found.get("properties", {})}
            ids = {name for name in named if re.search(r"(^|_)ids?$|^documents$|^name$", name)}
            yield method.upper(), path, ids, next(iter(found.get("examples", [])), {})


def test_no_route_gives_one_key_what_belongs_to_another(client: TestClient, runtime: Runtime, jane: str) -> None:
    """Every route that is described, so also one that somebody adds tomorrow, with every id of somebody else's."""
    other = runtime.keys.add("Olga", "manage")
    question = f"{QUESTION['question']} Think of {CANARY}."
    answer = client.post("/api/chat", json={"question": question}, headers=bearer(jane)).json()
    upload = client.post("/api/documents?name=x.md", content=b"# X\n\nText of it.", headers=bearer(jane)).json()
    owned = {"conversation_id": answer["conversation_id"], "job_id": upload["id"], "answer_id": answer["id"]}
    tried = set()
    for method, path, ids, example in operations(client.get("/openapi.json", headers=bearer(other)).json()):
        assert ids <= owned.keys() | SHARED, f"whose is what {method} {path} names? Say it here."
        theirs = owned.keys() & ids
        address = path
        for name in re.findall(r"{(\w+)}", path):
            address = address.replace(f"{{{name}}}", owned.get(name, "nothing"))
        body = example | {name: owned[name] for name in theirs if f"{{{name}}}" not in path}
        parameters = {"q": CANARY.split()[0], "name": "x.exe"} if method != "DELETE" else {}
        response = client.request(method, address, json=body or None, params=parameters, headers=bearer(other))
        assert CANARY not in response.text, (method, path)
        assert response.status_code < 500, (method, path)
        if theirs:
            assert response.status_code == 404, (method, path)
            tried |= theirs
    assert tried == owned.keys()
    kept = client.get(f"/api/conversations/{owned['conversation_id']}", headers=bearer(jane)).json()
    assert [(turn["question"], turn["rating"]) for turn in kept["turns"]] == [(question, None)]


def test_who_may_ask_may_not_change_reports(client: TestClient, jane: str, omar: str) -> None:
    document_id = client.get("/api/documents", headers=bearer(omar)).json()["documents"][0]["id"]
    for method, path, body in (
        ("POST", "/api/documents?name=x.md", {}),
        ("PATCH", f"/api/documents/{document_id}", {"title": "Mine"}),
        ("DELETE", f"/api/documents/{document_id}", None),
    ):
        refused = client.request(method, path, json=body, headers=bearer(omar))
        assert refused.status_code == 403
        assert "manage" in refused.json()["detail"]
    assert client.get("/api/status", headers=bearer(omar)).json()["settings"] == {}
    assert (
        client.patch(f"/api/documents/{document_id}", json={"title": "Ours"}, headers=bearer(jane)).status_code == 200
    )


def test_a_revoked_key_is_refused_at_once_and_the_server_stays_locked(
    client: TestClient, runtime: Runtime, jane: str
) -> None:
    signed_in = client.post("/login", data={"key": jane}, follow_redirects=False)
    assert client.get("/api/documents", headers=bearer(jane)).status_code == 200
    assert client.get("/api/documents").status_code == 200
    elsewhere = Keys.open(runtime.settings.data_dir)
    elsewhere.revoke(jane.split("_")[1])
    elsewhere.close()
    assert client.get("/api/documents", headers=bearer(jane)).status_code == 401
    assert client.get("/api/documents", headers={"cookie": signed_in.headers["set-cookie"]}).status_code == 401
    assert client.get("/api/documents").status_code == 401
    assert client.post("/login", data={"key": jane}).status_code == 401


def test_the_page_is_signed_in_to_with_a_cookie_that_scripts_cannot_read(client: TestClient, omar: str) -> None:
    assert "API key" in client.get("/").text
    wrong = client.post("/login", data={"key": "tw_<script>_x"})
    assert wrong.status_code == 401
    assert "<script>_x" not in wrong.text
    signed_in = client.post("/login", data={"key": omar}, follow_redirects=False)
    cookie = signed_in.headers["set-cookie"].lower()
    assert signed_in.headers["location"] == "/"
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert omar.split("_", 2)[2].lower() not in cookie
    assert client.post("/api/chat", json=QUESTION).status_code == 200
    client.post("/logout")
    assert client.get("/api/documents").status_code == 401


def test_the_cookie_is_secure_behind_tls(client: TestClient, omar: str) -> None:
    headers = {"origin": "https://127.0.0.1:8765"}
    assert (
        "Secure"
        in client.post("/login", data={"key": omar}, headers=headers, follow_redirects=False).headers["set-cookie"]
    )


def test_secrets_are_not_on_the_disk(runtime: Runtime, jane: str) -> None:
    secret = jane.split("_", 2)[2].encode()
    token = runtime.keys.begin_session(runtime.keys.find(jane)).encode()  # type: ignore[arg-type]
    files = [file.read_bytes() for file in runtime.settings.data_dir.glob("keys.sqlite*")]
    assert files
    assert not any(secret in data or token in data for data in files)


def test_a_key_has_two_questions_at_once(
    open_runtime: Callable[..., Runtime], client_of: Callable[[Runtime], TestClient]
) -> None:
    runtime = open_runtime()
    key = runtime.keys.add("Jane", "ask")
    client = client_of(runtime)
    admission = client.app.state.context.admission  # type: ignore[attr-defined]
    leave = [admission.enter(key.split("_")[1]) for _ in range(2)]
    refused = client.post("/api/chat", json=QUESTION, headers=bearer(key))
    assert (refused.status_code, bool(refused.headers["retry-after"])) == (503, True)
    leave[0]()
    assert client.post("/api/chat", json=QUESTION, headers=bearer(key)).status_code == 200


def test_keys_on_the_command_line(runtime: Runtime, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(runtime.settings.data_dir)
    assert run(["keys", "add", "Jane", "--role", "manage", "--data", folder]) == 0
    key = capsys.readouterr().out.strip()
    found = runtime.keys.find(key)
    assert found
    assert found.role == "manage"
    assert run(["keys", "list", "--data", folder]) == 0
    listed = capsys.readouterr().out
    assert "Jane" in listed
    assert key.split("_", 2)[2] not in listed
    assert run(["keys", "revoke", found.id, "--data", folder]) == 0
    assert runtime.keys.find(key) is None
    assert run(["keys", "revoke", "nothing", "--data", folder]) == 2
