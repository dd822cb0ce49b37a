"""An OpenAI-compatible server that writes at once, so that what is left is what everything around a model costs."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def instant(pieces: int) -> Iterator[str]:
    """The address of a model that answers everything with one long sentence of so many pieces."""

    class Handler(_Handler):
        words = pieces

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    words = 0

    def do_GET(self) -> None:
        self._send(200, "application/json", json.dumps({"data": [{"id": "instant"}]}).encode())

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if asked.get("logprobs"):
            self._send(400, "application/json", b'{"error": {"message": "no scores here"}}')
            return
        chunks = [{"choices": [{"delta": {"content": f" word{number}"}}]} for number in range(self.words)]
        lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
        self._send(200, "text/event-stream", "".join([*lines, "data: [DONE]\n\n"]).encode())

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002
        """Nothing: the bench's own output is the result."""

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
