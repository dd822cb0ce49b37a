"""Heads of requests that are too slow, too large or not HTTP, on a real socket."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress

import pytest

from service.api import connections
from service.runtime import Runtime

Serve = Callable[[Runtime], AbstractContextManager[str]]
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
CHUNKED = b"POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = b"x" * (2 * connections.HEAD_BYTES)


@pytest.fixture
def connection(runtime: Runtime, serve: Serve) -> Iterator[socket.socket]:
    with serve(runtime) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as made:
            yield made


def rest(connection: socket.socket) -> bytes:
    """Until the server hangs up."""
    received = b""
    with suppress(ConnectionResetError):
        while data := connection.recv(65536):
            received += data
    return received


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow:", HEALTH + b"GET / HT"])
def test_a_head_that_does_not_come_in_time_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, sent: bytes, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    connection = request.getfixturevalue("connection")
    connection.sendall(sent)
    answers = rest(connection)
    assert answers.count(b"HTTP/1.1 200") == (1 if sent.startswith(HEALTH) else 0)
    assert answers.count(b"HTTP/1.1") <= 1


@pytest.mark.parametrize(
    "before",
    [
        b"GET /",
        b"GET / HTTP/1.1\r\nX-Large: ",
        HEALTH + b"GET /",
        CHUNKED + b"2;",
        CHUNKED + b"2\r\n{}\r\n0\r\nX-End: ",
    ],
    ids=["address", "header", "second head", "chunk's size", "trailer"],
)
def test_what_is_too_large_for_a_head_is_refused(connection: socket.socket, before: bytes) -> None:
    connection.sendall(before)
    with suppress(ConnectionError):
        for _ in range(20):
            connection.sendall(LARGE)
    assert b"HTTP/1.1 200" not in rest(connection).replace(b"HTTP/1.1 200 OK", b"", before.startswith(HEALTH))


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\nHost 127.0.0.1\n\n",
        b"POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"GET http://127.0.0.1/healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
    ids=["TLS", "no header", "two lengths", "another length", "a proxy's address", "tunnel", "not an address"],
)
def test_what_is_not_http_is_refused(connection: socket.socket, sent: bytes) -> None:
    connection.sendall(sent)
    assert rest(connection).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("offered", ["h2c", "websocket", "TLS/1.0, HTTP/1.1"])
@pytest.mark.parametrize("cut", [None, 60, -5])
def test_who_offers_another_protocol_is_answered_in_this_one(
    connection: socket.socket, offered: str, cut: int | None
) -> None:
    body = b'{"question": "Which trend is the stand-out one in 2024?"}'
    head = "POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
    head += f"Upgrade: {offered}\r\nHTTP2-Settings: AAMA\r\nContent-Type: application/json\r\n"
    sent = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    connection.sendall(sent[:cut])
    if cut:
        time.sleep(0.1)
        connection.sendall(sent[cut:])
    received = rest(connection)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"stand-out" in received


def test_a_head_that_is_too_large_is_refused_when_it_comes_at_once(connection: socket.socket) -> None:
    connection.sendall(HEALTH[:-2] + b"X-Large: " + b"x" * (connections.HEAD_BYTES + 1) + b"\r\n\r\n")
    assert rest(connection).startswith(b"HTTP/1.1 400 ")


def test_requests_follow_each_other_on_a_connection(connection: socket.socket) -> None:
    for _ in range(3):
        connection.sendall(HEALTH)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    connection.sendall(HEALTH * 3 + HEALTH.replace(b"Host", b"Connection: close\r\nHost"))
    assert rest(connection).count(b"HTTP/1.1 200 ") == 4
