"""Who may talk to the server, and what browsers are told."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.api.security import host_name, is_loopback, same_origin

HOSTS = [
    ("127.0.0.1:8765", True), ("localhost:8765", True), ("localhost", True), ("[::1]:8765", True), ("LOCALHOST", True),
    ("evil.example", False), ("127.0.0.1.evil.example", False), ("localhost.evil.example:8765", False),
    ("evil.example:8765", False), ("192.168.0.7:8765", False), ("0.0.0.0:8765", False), ("127.0.0.1@evil", False),
    ("evil.example#127.0.0.1", False), ("127.0.0.1:port", False), ("", False), ("localhost,evil.example", False),
    ("2130706433", False), ("0x7f000001", False), ("localhost/..", False), ("127.1", False), ("0177.0.0.1", False),
    ("[::ffff:127.0.0.1]:8765", False), ("localhost.:8765", False), ("localtest.me:8765", False), ("127.0.0.1:", True),
    ("127.0.0.1:8765:80", False), ("127.0.0.1\\@evil.example", False), ("rebind.example:8765", False),
]  # fmt: skip
ORIGINS = [
    ("http://127.0.0.1:8765", True), ("https://127.0.0.1:8765", True), ("http://127.0.0.1:3000", False),
    ("http://localhost:8765", False), ("http://evil.example", False), ("null", False), ("", False),
    ("file://127.0.0.1:8765", False), ("http://127.0.0.1:8765.evil.example", False),
    ("http://evil@127.0.0.1:8765", False), ("http://127.0.0.1:8765/", False), ("http://127.0.0.1", False),
    ("chrome-extension://abcdefgh", False), ("http://[::1]:8765", False), ("HTTP://EVIL.EXAMPLE", False),
]  # fmt: skip


@pytest.mark.parametrize(("host", "accepted"), HOSTS)
def test_hosts(reader: TestClient, host: str, accepted: bool) -> None:
    response = reader.get("/api/status", headers={"host": host})
    assert response.status_code == (200 if accepted else 421)


@pytest.mark.parametrize(("origin", "accepted"), ORIGINS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_origins(reader: TestClient, origin: str, accepted: bool, method: str) -> None:
    response = reader.request(
        method, "/api/conversations" if method == "GET" else "/api/warm", headers={"origin": origin}
    )
    assert (response.status_code == 403) is not accepted
    assert "access-control-allow-origin" not in response.headers


PAIRS = [
    (host, origin)
    for host in ("127.0.0.1:8765", "localhost:8765", "rebind.example:8765", "192.168.0.7:8765", "127.0.0.1.evil.example")
    for origin in ("http://rebind.example:8765", "http://evil.example", "null", "http://127.0.0.1:1", "https://localhost",
                   "file://", "http://192.168.0.7:8765")
]  # fmt: skip


@pytest.mark.parametrize(("host", "origin"), PAIRS)
def test_no_foreign_pair_of_host_and_origin_is_accepted(reader: TestClient, host: str, origin: str) -> None:
    for method, path in (
        ("GET", "/api/documents"),
        ("POST", "/api/chat"),
        ("POST", "/v1/chat/completions"),
        ("GET", "/"),
    ):
        response = reader.request(method, path, headers={"host": host, "origin": origin})
        assert response.status_code in (403, 421)
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    ("site", "accepted"), [("same-origin", True), ("none", True), ("same-site", True), ("cross-site", False)]
)
def test_requests_from_other_sites_are_refused_everywhere(reader: TestClient, site: str, accepted: bool) -> None:
    for path in ("/", "/web/style.css", "/api/documents", "/healthz", "/openapi.json"):
        response = reader.get(path, headers={"sec-fetch-site": site})
        assert (response.status_code == 403) is not accepted


def test_every_answer_carries_the_security_headers(reader: TestClient) -> None:
    for path in ("/", "/api/documents", "/api/nothing", "/healthz"):
        headers = reader.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
    refused = reader.get("/", headers={"host": "evil.example"}).headers
    assert refused["content-security-policy"].startswith("default-src 'none'")


def test_the_page_is_served_whole_and_revalidated(reader: TestClient) -> None:
    page = reader.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert reader.get("/documents/anything").text == page.text
    again = reader.get("/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert reader.get("/web/js/main.js").headers["content-type"].startswith("text/javascript")


def test_no_secret_in_status(open_runtime, client_of) -> None:  # type: ignore[no-untyped-def]
    client = client_of(open_runtime(model_key="very-secret"))
    assert "very-secret" not in client.get("/api/status").text
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["ready"] is True


def test_readiness_tells_the_truth(client: TestClient, runtime) -> None:  # type: ignore[no-untyped-def]
    runtime.model.close()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert client.get("/healthz").status_code == 200


def test_parsing_of_hosts_and_origins() -> None:
    assert host_name("a:1") == "a"
    assert host_name("a:99999") is None
    assert not same_origin("http://", "")
    assert is_loopback("127.0.0.53")
    assert not is_loopback("0.0.0.0")  # noqa: S104
    assert not is_loopback("example.org")


def test_the_tests_that_the_security_page_names_exist() -> None:
    root = Path(__file__).parents[2]
    named = set(re.findall(r"`(tests/[\w./]+)`", (root / "SECURITY.md").read_text("utf-8")))
    assert len(named) > 12
    assert [name for name in named if not (root / name).exists()] == []
