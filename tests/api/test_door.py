"""While every place is taken, questions are turned away before anything is spent on them."""

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from service.api.context import Context
from service.api.door import QUESTIONS, Door
from service.runtime import Runtime

Open = Callable[..., Runtime]
Serve = Callable[[Runtime], AbstractContextManager[str]]


@pytest.fixture
def full(open_runtime: Open, client_of: Callable[[Runtime], TestClient]) -> TestClient:
    client = client_of(open_runtime(queue=1))
    client.app.state.context.admission.enter("")  # type: ignore[attr-defined]
    return client


@pytest.mark.parametrize("path", sorted(QUESTIONS))
def test_no_place_is_said_before_the_body_is_looked_at(full: TestClient, path: str) -> None:
    for body in (b"{", b'{"question": 7}', b"x" * 2_000_000):
        refused = full.post(path, content=body)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
    assert ("error" in refused.json()) is path.startswith("/v1/")


def test_every_route_that_takes_a_place_has_its_door(full: TestClient) -> None:
    paths = full.get("/openapi.json").json()["paths"]
    taking = {path for path, methods in paths.items() if "503" in methods.get("post", {}).get("responses", {})}
    assert taking - {"/api/warm", "/api/documents"} == QUESTIONS


def test_other_routes_go_on(full: TestClient) -> None:
    for path in ("/healthz", "/readyz", "/", "/api/documents", "/api/search?q=ransomware", "/v1/models"):
        assert full.get(path).status_code == 200
    assert full.post("/api/warm", json={"question": "Which trend?"}).status_code == 200


def test_nobody_who_has_not_sent_a_whole_question_holds_a_place(open_runtime: Open, serve: Serve) -> None:
    runtime = open_runtime(queue=1)
    with serve(runtime) as url:
        host, port = url.removeprefix("http://").split(":")
        head = f"POST /api/chat HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        with socket.create_connection((host, int(port)), timeout=10) as slow:
            slow.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
            body = b'{"question": "What is the stand-out technology trend for councils in 2024?"}'
            with socket.create_connection((host, int(port)), timeout=30) as quick:
                quick.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                assert b" 200 " in quick.recv(100)


def test_questions_of_one_moment_are_counted_one_by_one(open_runtime: Open) -> None:
    """No more pass the door than there are places, though none of them has taken one yet."""
    passed: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(scope)
        await anyio.sleep(0.05)

    async def flood(door: Door) -> int:
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(door, _asking(), _body, _nothing)
        return len(passed)

    context = Context(open_runtime(queue=3))
    try:
        assert anyio.run(flood, Door(app, context=context)) == 3
        assert anyio.run(flood, Door(app, context=context)) == 6  # who left without asking gave the place back
    finally:
        context.close()


def _asking() -> Scope:
    return {"type": "http", "method": "POST", "path": "/api/chat", "headers": [(b"content-length", b"2")]}


async def _body() -> Message:
    return {"type": "http.request", "body": b"{}", "more_body": False}


async def _nothing(message: Message) -> None:
    pass
