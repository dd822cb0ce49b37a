"""Addresses that try to leave what is served, sent as they are: no client tidies them up on the way."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx2
import pytest

from service.runtime import Runtime

SECRET = "canary-5f1c-of-a-file"
Serve = Callable[[Runtime], AbstractContextManager[str]]

TRICKS = [
    "/web/../secret.txt", "/web/../../secret.txt", "/web/../../../../../../../../etc/passwd", "/web/./../secret.txt",
    "/web/%2e%2e/secret.txt", "/web/%2e%2e%2fsecret.txt", "/web/..%2fsecret.txt", "/web/%252e%252e%252fsecret.txt",
    "/web/..%5c..%5csecret.txt", "/web/..\\..\\secret.txt", "/web/....//secret.txt", "/web/..;/secret.txt",
    "/web/%c0%ae%c0%ae/secret.txt", "/web/%uff0e%uff0e/secret.txt", "/web/..%00/secret.txt", "/web/index.html%00.js",
    "/web//etc/passwd", "/web/%2fetc%2fpasswd", "/web/file:///etc/passwd", "/web/js/../../service/settings.py",
    "/web/__init__.py", "/web/js", "/web/", "/web", "//etc/passwd", "//evil.example/%2e%2e", "/\\evil.example", "/%2f%2fevil.example",
    "/../secret.txt", "/../../../../etc/passwd", "/.git/config", "/.env", "/service/settings.py", "/trendwise.sqlite",
    "/keys.sqlite", "/data/secret.txt", "/api/documents/../../secret.txt", "/api/documents/%2e%2e%2fsecret.txt/original",
    "/api/documents/..%2f..%2fetc%2fpasswd/original", "/api/documents/%00/original", "/api/jobs/../documents%2f",
    "/api/passages/..%2f..%2fsecret.txt", "/api/conversations/..%2fsecret.txt/export?format=../../secret",
    "/api/conversations/x/export?format=md%00", "http://evil.example/web/style.css", "http://127.0.0.1@evil.example/",
    "/documents/..%2f..%2fsecret.txt", "/login/../api/documents", "/API/DOCUMENTS", "/api/documents/",
    "/v1/models/..%2f..%2fsecret.txt", "/v1/models/../../secret.txt", "/%", "/%zz", "/?/../secret.txt", "/#/../secret.txt",
]  # fmt: skip
LOCKED = {"/api/documents", "/api/status", "/metrics", "/openapi.json"}


def fetch(url: str, target: str) -> tuple[int, str, str]:
    """Status, place it redirects to, body."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, response.getheader("Location", ""), response.read().decode("utf-8", "replace")


@pytest.fixture
def url(runtime: Runtime, serve: Serve) -> Iterator[str]:
    for folder in (runtime.settings.data_dir, runtime.settings.data_dir.parent):
        (folder / "secret.txt").write_text(SECRET)
    with serve(runtime) as url:
        yield url


def test_no_address_leads_out(url: str) -> None:
    assert len(TRICKS) > 40
    page = fetch(url, "/")[2]
    for target in TRICKS:
        status, location, body = fetch(url, target)
        assert location == "", target
        assert SECRET not in body, target
        assert "root:" not in body, target
        assert status in (400, 404, 405, 421, 422) or body == page, (target, status)


def test_no_spelling_of_an_address_needs_no_key(url: str, runtime: Runtime) -> None:
    runtime.keys.add("Jane", "manage")
    for path in sorted(LOCKED):
        name = path.removeprefix("/")
        spelled = [
            f"/web/..{path}", f"/web/%2e%2e{path}", f"/login/..{path}", f"/healthz/..{path}", f"/{path}", f"{path}/", f"{path}%00",
            f"/%{ord(name[0]):02x}{name[1:]}", path.upper(), f"{path};x", f"{path}?x=/web/", f"/web{path}", f"/.{path}",
        ]  # fmt: skip
        for target in [path, *spelled]:
            status, _, body = fetch(url, target)
            assert status in (400, 401, 404, 405), (target, status)
            assert "Digital trends for councils" not in body, target


@contextmanager
def listening() -> Iterator[tuple[str, list[object]]]:
    """An address that must never be called, and who called it."""
    called: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    called.append(listener.accept())
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x", called
        listener.shutdown(socket.SHUT_RDWR)


def test_no_address_in_a_request_or_a_report_is_fetched(url: str) -> None:
    with listening() as (bait, called), httpx2.Client(base_url=url, timeout=60) as client:
        chat = {"question": f"What does {bait} say about councils?"}
        client.post("/api/chat", json=chat)
        client.post("/api/chat", json=chat | {"documents": [bait]})
        client.get("/api/search", params={"q": bait, "documents": bait})
        client.get(f"/api/documents/{bait}/original")
        part = {"type": "image_url", "image_url": {"url": bait}}
        client.post("/v1/chat/completions", json={"model": bait, "messages": [{"role": "user", "content": [part]}]})
        markdown = (
            f"# Report 2024\n\n![picture]({bait}) [link]({bait}) <img src='{bait}'>\n\nCouncils read {bait} daily.\n"
        )
        page = f"<html><head><link rel=stylesheet href='{bait}'><base href='{bait}'></head><body><h1>Report</h1><img src='{bait}'><iframe src='{bait}'></iframe><p>Councils read it.</p></body></html>"
        doctype = f"<?xml version='1.0'?><!DOCTYPE html [<!ENTITY x SYSTEM '{bait}'>]><html><body><p>&x; Councils.</p></body></html>"
        for name, body in (("a.md", markdown), ("b.html", page), ("c.xhtml", doctype), (bait, markdown)):
            job = client.post("/api/documents", params={"name": name}, content=body.encode()).json()
            while client.get(f"/api/jobs/{job.get('id')}").json().get("state") in ("waiting", "reading"):
                threading.Event().wait(0.1)
        client.post("/api/chat", json={"question": "What do councils read daily?"})
        assert called == []
