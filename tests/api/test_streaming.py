"""On a real socket: streams that are read, left, or cut by a stop."""

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import anyio
import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from service.api import security, serving
from service.api.app import create_app
from service.api.problems import GoneError
from service.llm.scripted import Rule, ScriptedModel
from service.runtime import Runtime

QUESTION = {"question": "What is the stand-out technology trend for councils in 2024?", "stream": True}
LONG = "Artificial intelligence is the stand-out technology trend for councils in 2024. " * 30
Open = Callable[..., Runtime]
Serve = Callable[[Runtime], AbstractContextManager[str]]


def slow_model(delay: float = 0.05) -> ScriptedModel:
    return ScriptedModel([Rule(".", LONG)], delay=delay)


def eventually(happened: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not happened() and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return happened()


def test_events_arrive_while_the_answer_is_written(open_runtime: Open, serve: Serve) -> None:
    with serve(open_runtime(slow_model())) as url, httpx2.stream("POST", f"{url}/api/chat", json=QUESTION) as response:
        lines = response.iter_lines()
        seen = {next(lines) for _ in range(8)}
    assert "event: evidence" in seen
    assert "event: token" in seen
    assert "event: answer" not in seen


@pytest.mark.parametrize("stream", [True, False])
def test_a_disconnect_frees_the_work(open_runtime: Open, serve: Serve, stream: bool) -> None:
    runtime = open_runtime(slow_model())
    body = json.dumps(QUESTION | {"stream": stream}).encode()
    with serve(runtime) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            head = f"POST /api/chat HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            assert eventually(lambda: httpx2.get(f"{url}/api/status").json()["active"] == 1)
        assert eventually(lambda: httpx2.get(f"{url}/api/status").json()["active"] == 0, 2)
        assert httpx2.get(f"{url}/api/conversations").json() == {"conversations": []}


def test_a_full_queue_is_refused_at_once_with_a_time_to_retry(open_runtime: Open, serve: Serve) -> None:
    with serve(open_runtime(ScriptedModel([Rule(".", "Yes indeed.")], delay=0.5), queue=2)) as url:
        results: list[httpx2.Response] = []
        ask = lambda: results.append(httpx2.post(f"{url}/api/chat", json=QUESTION | {"stream": False}, timeout=60))  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    answered = [response for response in results if response.status_code == 200]
    refused = [response for response in results if response.status_code == 503]
    assert (len(answered), len(refused)) == (2, 4)
    assert all(int(response.headers["retry-after"]) > 0 for response in refused)


def test_a_stop_ends_open_streams_with_an_error_event(open_runtime: Open) -> None:
    listener = serving.bind("127.0.0.1", 0)
    ready = threading.Event()
    server = serving.server(create_app(open_runtime(slow_model())), ready=ready.set, drain=0.5)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    assert ready.wait(10)
    with httpx2.stream("POST", f"{serving.address(listener)}/api/chat", json=QUESTION) as response:
        lines = response.iter_lines()
        next(lines)
        server.should_exit = True
        rest = list(lines)
    thread.join(10)
    assert not thread.is_alive()
    assert "event: error" in rest
    problem = json.loads(rest[rest.index("event: error") + 1].removeprefix("data: "))
    assert problem["status"] == 503
    assert "stopped" in problem["detail"]


def test_a_stop_lets_a_short_answer_finish(open_runtime: Open) -> None:
    listener = serving.bind("127.0.0.1", 0)
    ready = threading.Event()
    server = serving.server(create_app(open_runtime(ScriptedModel(delay=0.01))), ready=ready.set, drain=8)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    assert ready.wait(10)
    with httpx2.stream("POST", f"{serving.address(listener)}/api/chat", json=QUESTION) as response:
        lines = response.iter_lines()
        next(lines)
        server.should_exit = True
        assert "event: answer" in list(lines)
    thread.join(10)


def test_a_body_that_comes_too_slowly_is_refused(
    runtime: Runtime, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.api.security.SLOW", 0.2)
    with serve(runtime) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            head = f"POST /api/chat HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
            assert b" 408 " in connection.recv(100)


def test_a_reader_that_does_not_read_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "SLOW", 0.1)
    ended: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        finally:
            ended.append("freed")

    async def never(message: Message) -> None:
        await anyio.sleep_forever()

    async def ask() -> None:
        await security.Limits(app)({"type": "http", "path": "/", "headers": []}, anyio.sleep_forever, never)

    with pytest.raises(GoneError):
        anyio.run(ask)
    assert ended == ["freed"]


def test_silence_is_filled_with_comments(open_runtime: Open, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.api.sse.HEARTBEAT", 0.05)
    with serve(open_runtime(ScriptedModel([Rule(".", "Yes.")], delay=0.4))) as url:
        text = httpx2.post(f"{url}/api/chat", json=QUESTION).text
    assert ": still working\n\n" in text
    assert "event: answer" in text


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    from service.errors import BadSetting

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(BadSetting, match="choose another"):
        serving.bind("127.0.0.1", taken.getsockname()[1])


def test_many_streams_at_once_are_all_complete_and_not_crossed(open_runtime: Open, serve: Serve) -> None:
    words = [
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "kilo",
        "lima",
    ]
    rules = [Rule(f"called {word}", f"Twelve councils were hit, says {word}.") for word in words]
    wrong: list[str] = []

    def ask(url: str, word: str) -> None:
        question = f"Which councils were hit by ransomware, called {word}?"
        text = httpx2.post(f"{url}/api/chat", json={"question": question, "stream": True}, timeout=60).text
        payloads = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
        draft = "".join(payload["text"] for payload in payloads if "sentence" in payload and "text" in payload)
        if payloads[-1].get("question") != question or draft not in ("", f"Twelve councils were hit, says {word}."):
            wrong.append(f"{word}: {draft}")

    with serve(open_runtime(ScriptedModel(rules, delay=0.01))) as url:
        threads = [threading.Thread(target=ask, args=(url, word)) for word in words]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
