"""A page of another site whose name is bound anew to this machine, in a real browser."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import sync_playwright

from service.api import serving
from service.api.app import create_app
from service.runtime import Runtime
from tests.web.conftest import CHROMIUM, FLAGS

ATTACK = """async () => {
  const tried = ["/api/documents", "/api/status", "/api/conversations", "/v1/models", "/metrics", "/", "/openapi.json"];
  const got = [];
  for (const path of tried) {
    const response = await fetch(path);
    got.push([path, response.status, (await response.text()).slice(0, 300)]);
  }
  const asked = await fetch("/api/chat", {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({question: "Which trend?"}),
  });
  got.push(["/api/chat", asked.status, (await asked.text()).slice(0, 300)]);
  return got;
}"""


class Bait(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Bait</title>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


@contextmanager
def bait() -> Iterator[int]:
    """The attacker's site, on a port that it gives up afterwards."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Bait) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield site.server_address[1]
        site.shutdown()
        thread.join()


@contextmanager
def service(runtime: Runtime, port: int) -> Iterator[None]:
    ready = threading.Event()
    server = serving.server(create_app(runtime), ready=ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [serving.bind("127.0.0.1", port)]})
    thread.start()
    try:
        assert ready.wait(120)
        yield
    finally:
        server.should_exit = True
        thread.join(60)


@pytest.mark.browser
@pytest.mark.slow
def test_a_rebinding_page_learns_nothing(open_runtime: Callable[..., Runtime]) -> None:
    """The page comes from the attacker's server; then its name and port lead to Trendwise. For the browser nothing has
    changed: the requests are of the same origin."""
    runtime = open_runtime()
    flags = [*FLAGS, "--host-resolver-rules=MAP rebind.example 127.0.0.1"]
    if not CHROMIUM.exists():
        pytest.fail("Chromium is missing: set CHROMIUM to its path.", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*flags, "--no-sandbox"])
        page = browser.new_page()
        with bait() as port:
            page.goto(f"http://rebind.example:{port}/")
        with service(runtime, port):
            got = page.evaluate(ATTACK)
        browser.close()
    assert len(got) == 8
    assert {status for _, status, _ in got} == {421}
    assert "councils" not in json.dumps(got).lower()
    assert runtime.conversations.search("", limit=10, owner="") == []
