"""A model server for tests: real HTTP on this machine, which says what each test tells it to send."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 60.0

Answer = Callable[["Handler", dict[str, Any]], None]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    answer: Answer
    requests: list[tuple[dict[str, str], dict[str, Any]]]
    gone: threading.Event
    listing: bool
    """Whether it lists its models, by which others see that it lives."""
    silent: threading.Event
    """Set: it takes the question for its models and does not answer it."""
    unanswered: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.server.silent.is_set():
            self.server.unanswered += 1
            self.wait_until_gone()
        elif self.server.listing:
            self.send(200, json.dumps({"data": [{"id": "served-model"}]}).encode())
        else:
            self.send(500, b"")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((dict(self.headers), body))
        self.server.answer(self, body)

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

    def data(self, value: object) -> None:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self.wfile.write(f"data: {text}\r\n\r\n".encode())

    def wait_until_gone(self) -> None:
        """Until the client has closed its end."""
        self.close_connection = True
        self.connection.settimeout(PATIENCE)
        if not self.connection.recv(1):
            self.server.gone.set()

    def log_message(self, *args: object) -> None:
        """Tests are quiet."""


def piece(text: str, **more: object) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": text}, **more}]}


def saying(*pieces: str) -> Answer:
    def answer(handler: Handler, body: dict[str, Any]) -> None:
        handler.begin()
        handler.data({"choices": [{"delta": {"role": "assistant"}}]})
        for text in pieces:
            handler.data(piece(text))
        handler.data({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        handler.data("[DONE]")

    return answer


def refusing(status: int, message: str = "no", **headers: str) -> Answer:
    return lambda handler, body: handler.send(status, json.dumps({"error": {"message": message}}).encode(), **headers)


@contextmanager
def serving() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.requests, server.gone, server.listing = [], threading.Event(), True
    server.silent, server.unanswered = threading.Event(), 0
    threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    yield server
    server.shutdown()
    server.server_close()
