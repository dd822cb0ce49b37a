"""Fetching: real pip on wheels made here, and a real HTTP server as the hub. What arrives broken is never used."""

import fcntl
import hashlib
import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from service.errors import FetchFailed
from service.llm import fetch as fetching
from service.llm import hub
from service.llm.catalogue import Entry
from service.llm.fetch import LOCK, WORK, fetch
from service.llm.verify import State, state

FIRST, SECOND = os.urandom(300_000), b"the second part " * 1000
CONTENT = FIRST + SECOND
REPOSITORY, REVISION = "someone/model", "a" * 40
TRAP = "import pathlib; pathlib.Path(__file__).with_name('imported').touch()"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(folder: Path, name: str, data: bytes) -> Path:
    """A real wheel with a data member, and with code that must never run."""
    stem = name.replace("-", "_")
    path = folder / f"{stem}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{stem}/__init__.py", TRAP)
        archive.writestr(f"{stem}/data.bin", data)
        archive.writestr(f"{stem}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{stem}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{stem}-1.0.dist-info/RECORD", "")
    return path


def entry(
    wheels: dict[str, tuple[Path, bytes]] | None = None, *, with_hub: bool = False, content: bytes = CONTENT
) -> Entry:
    """An entry with one file, `model.gguf`. `wheels`: where each is, and the data it should hold."""
    return Entry.model_validate(
        {
            "name": "model",
            "title": "A model",
            "kind": "language model",
            "licence": "MIT",
            "template": "chatml",
            "file": [{"path": "model.gguf", "size": len(content), "sha256": digest(content)}],
            "wheel": [
                {
                    "name": name,
                    "version": "1.0",
                    "sha256": digest(path.read_bytes()),
                    "member": [{"name": f"{name.replace('-', '_')}/data.bin", "size": len(data), "file": "model.gguf"}],
                }
                for name, (path, data) in (wheels or {}).items()
            ],
            "hub": {"repository": REPOSITORY, "revision": REVISION} if with_hub else None,
        }
    )


class Reports:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.done: list[int] = []

    def __call__(self, what: str, done: int, total: int) -> None:
        if total:
            assert 0 <= done <= total
            self.done.append(done)
        else:
            self.said.append(what)


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all that pip knows."""
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def parts(shop: Path) -> dict[str, tuple[Path, bytes]]:
    return {"part-one": (wheel(shop, "part-one", FIRST), FIRST), "part-two": (wheel(shop, "part-two", SECOND), SECOND)}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def leftovers(models: Path) -> list[str]:
    return sorted(path.name for path in models.rglob("*") if path.is_file() and not path.name.startswith("."))


@pytest.mark.slow
def test_parts_from_wheels_become_one_verified_file_and_nothing_else(
    parts: dict[str, tuple[Path, bytes]], models: Path, reports: Reports, tmp_path: Path
) -> None:
    assert fetch(entry(parts), models, reports, hub_url="") is True
    assert (models / "model.gguf").read_bytes() == CONTENT
    assert leftovers(models) == ["model.gguf"]
    assert reports.done == sorted(reports.done)
    assert reports.done[-1] == len(CONTENT)
    assert not list(tmp_path.rglob("imported"))


@pytest.mark.slow
def test_what_is_there_is_not_fetched_again(
    parts: dict[str, tuple[Path, bytes]], models: Path, reports: Reports
) -> None:
    chosen = entry(parts)
    fetch(chosen, models, reports, hub_url="")
    for path, _ in parts.values():
        path.unlink()
    assert fetch(chosen, models, reports, hub_url="") is False


@pytest.mark.slow
def test_an_interrupted_fetch_goes_on_after_its_last_whole_part(
    parts: dict[str, tuple[Path, bytes]], models: Path, reports: Reports
) -> None:
    chosen = entry(parts)
    two = parts["part-two"][0].rename(parts["part-two"][0].with_suffix(".away"))
    with pytest.raises(FetchFailed, match=r"part-two 1\.0.*trendwise models get model` to go on"):
        fetch(chosen, models, reports, hub_url="")
    part = next(models.rglob("*.part"))
    with part.open("ab") as file:
        file.write(SECOND[:100])  # as if killed while the second part was written
    parts["part-one"][0].unlink()
    two.rename(parts["part-two"][0])
    fetch(chosen, models, reports, hub_url="")
    assert (models / "model.gguf").read_bytes() == CONTENT


@pytest.mark.slow
def test_a_corrupt_file_is_fetched_again(parts: dict[str, tuple[Path, bytes]], models: Path, reports: Reports) -> None:
    chosen = entry(parts)
    fetch(chosen, models, reports, hub_url="")
    (models / "model.gguf").write_bytes(CONTENT[:-1] + b"?")
    assert fetch(chosen, models, reports, hub_url="") is True
    assert (models / "model.gguf").read_bytes() == CONTENT


@pytest.mark.slow
def test_a_wheel_with_a_wrong_hash_is_named_with_both_hashes_and_nothing_of_it_is_kept(
    parts: dict[str, tuple[Path, bytes]], models: Path, reports: Reports, shop: Path
) -> None:
    chosen = entry(parts)
    other = digest(wheel(shop, "part-two", SECOND[:-1] + b"?").read_bytes())
    with pytest.raises(FetchFailed) as caught:
        fetch(chosen, models, reports, hub_url="")
    expected = chosen.wheels[1].sha256
    assert f"part-two 1.0 has a wrong hash (expected {expected}, got {other})" in str(caught.value)
    assert "second try" in str(caught.value)
    assert leftovers(models) == ["model.gguf.part"]
    assert next(models.rglob("*.part")).read_bytes() == FIRST


@pytest.mark.slow
def test_a_damaged_part_is_found_by_the_hash_of_the_whole_and_fetched_once_more(
    parts: dict[str, tuple[Path, bytes]], models: Path, reports: Reports
) -> None:
    work = models / WORK / "model"
    work.mkdir(parents=True)
    (work / "model.gguf.part").write_bytes(bytes(len(FIRST)))
    fetch(entry(parts), models, reports, hub_url="")
    assert (models / "model.gguf").read_bytes() == CONTENT
    assert any("model.gguf has a wrong hash" in line and digest(CONTENT) in line for line in reports.said)


@pytest.mark.slow
def test_a_member_larger_than_the_catalogue_says_is_not_unpacked(shop: Path, models: Path, reports: Reports) -> None:
    bomb = wheel(shop, "part-one", bytes(50_000_000))
    chosen = entry({"part-one": (bomb, CONTENT)})
    with pytest.raises(FetchFailed, match="not of the size in the catalogue"):
        fetch(chosen, models, reports, hub_url="")
    assert all(path.stat().st_size <= len(CONTENT) for path in models.rglob("*.part"))


@pytest.mark.slow
def test_a_wheel_without_the_member_is_a_clear_error(shop: Path, models: Path, reports: Reports) -> None:
    path = wheel(shop, "part-one", CONTENT)
    chosen = entry({"part-one": (path, CONTENT)})
    moved = chosen.wheels[0].members[0].model_copy(update={"name": "elsewhere.bin"})
    chosen = chosen.model_copy(update={"wheels": (chosen.wheels[0].model_copy(update={"members": (moved,)}),)})
    with pytest.raises(FetchFailed, match=r"part-one 1\.0 does not hold elsewhere\.bin"):
        fetch(chosen, models, reports, hub_url="")


def test_too_little_room_is_said_before_anything_is_fetched(
    parts: dict[str, tuple[Path, bytes]], models: Path, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "ROOM", 1 << 60)
    with pytest.raises(FetchFailed, match=r"too full for model .*TRENDWISE_MODELS_DIR"):
        fetch(entry(parts), models, reports, hub_url="")
    assert not reports.done


@pytest.mark.slow
def test_a_disk_that_fills_up_keeps_what_is_whole_and_says_so(
    parts: dict[str, tuple[Path, bytes]], models: Path, reports: Reports
) -> None:
    """A real limit of the operating system on the size of files stands for the full disk."""
    import resource
    import signal

    chosen = entry(parts)
    old_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    old_handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(FIRST) + 1000, old_limit[1]))
    try:
        with pytest.raises(FetchFailed, match=r"Could not write|too full"):
            fetch(chosen, models, reports, hub_url="")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old_limit)
        signal.signal(signal.SIGXFSZ, old_handler)
    fetch(chosen, models, reports, hub_url="")
    assert (models / "model.gguf").read_bytes() == CONTENT


def test_a_second_fetch_waits_for_the_first_and_then_finds_the_file(
    parts: dict[str, tuple[Path, bytes]], models: Path, reports: Reports
) -> None:
    models.mkdir()
    told = threading.Event()
    chosen = entry(parts)

    def report(what: str, done: int, total: int) -> None:
        if "waiting" in what:
            told.set()

    outcome: list[bool] = []
    with (models / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=lambda: outcome.append(fetch(chosen, models, report, hub_url="")))
        second.start()
        assert told.wait(10)
        (models / "model.gguf").write_bytes(CONTENT)
    second.join(30)
    assert outcome == [False]


Behaviour = Callable[[BaseHTTPRequestHandler, int], None]


class HubServer(ThreadingHTTPServer):
    """A hub with one file. `behaviours` are used up one a request; afterwards it serves the file as it should."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours: list[Behaviour] = []
        self.requests: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: HubServer

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.requests.append((self.path, asked))
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        behaviour = self.server.behaviours.pop(0) if self.server.behaviours else whole
        behaviour(self, start)

    def send(self, start: int, data: bytes, *, status: int | None = None) -> None:
        self.send_response(status or (206 if start else 200))
        self.send_header("Content-Length", str(len(CONTENT) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Quiet."""


def whole(handler: BaseHTTPRequestHandler, start: int) -> None:
    handler.send(start, CONTENT[start:])  # type: ignore[attr-defined]


def cut_after(count: int) -> Behaviour:
    def behaviour(handler: BaseHTTPRequestHandler, start: int) -> None:
        handler.send(start, CONTENT[start : start + count])  # type: ignore[attr-defined]
        handler.close_connection = True

    return behaviour


def broken_byte(handler: BaseHTTPRequestHandler, start: int) -> None:
    handler.send(start, CONTENT[start:-1] + bytes([CONTENT[-1] ^ 1]))  # type: ignore[attr-defined]


def answer(status: int) -> Behaviour:
    def behaviour(handler: BaseHTTPRequestHandler, start: int) -> None:
        handler.send_error(status)

    return behaviour


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    monkeypatch.setattr(hub, "PAUSE_SECONDS", 0)
    with HubServer() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_a_file_comes_from_the_hub_at_its_revision(server: HubServer, models: Path, reports: Reports) -> None:
    fetch(entry(with_hub=True), models, reports, hub_url=server.url)
    assert (models / "model.gguf").read_bytes() == CONTENT
    assert server.requests == [(f"/{REPOSITORY}/resolve/{REVISION}/model.gguf", None)]


def test_a_cut_transfer_is_continued_where_it_stopped(server: HubServer, models: Path, reports: Reports) -> None:
    server.behaviours = [cut_after(100_000), cut_after(50_000)]
    fetch(entry(with_hub=True), models, reports, hub_url=server.url)
    assert (models / "model.gguf").read_bytes() == CONTENT
    assert [asked for _, asked in server.requests] == [None, "bytes=100000-", "bytes=150000-"]


def test_a_hub_that_ignores_ranges_starts_the_file_again(server: HubServer, models: Path, reports: Reports) -> None:
    server.behaviours = [cut_after(100_000), lambda handler, _: whole(handler, 0)]
    fetch(entry(with_hub=True), models, reports, hub_url=server.url)
    assert (models / "model.gguf").read_bytes() == CONTENT


def test_one_broken_byte_is_named_and_the_file_fetched_once_more(
    server: HubServer, models: Path, reports: Reports
) -> None:
    server.behaviours = [broken_byte]
    fetch(entry(with_hub=True), models, reports, hub_url=server.url)
    assert (models / "model.gguf").read_bytes() == CONTENT
    assert any("model.gguf has a wrong hash" in line and "deleted" in line for line in reports.said)


def test_a_file_that_is_broken_twice_is_an_error_and_leaves_nothing(
    server: HubServer, models: Path, reports: Reports
) -> None:
    server.behaviours = [broken_byte, broken_byte]
    with pytest.raises(FetchFailed, match=r"model\.gguf came twice with a wrong hash"):
        fetch(entry(with_hub=True), models, reports, hub_url=server.url)
    assert leftovers(models) == []


@pytest.mark.parametrize("status", [404, 401, 416])
def test_a_refusal_is_reported_with_its_address(server: HubServer, models: Path, reports: Reports, status: int) -> None:
    server.behaviours = [answer(status)]
    with pytest.raises(FetchFailed, match=rf"model\.gguf answered {status}\."):
        fetch(entry(with_hub=True), models, reports, hub_url=server.url)
    assert len(server.requests) == 1


def test_a_busy_hub_is_asked_again(server: HubServer, models: Path, reports: Reports) -> None:
    server.behaviours = [answer(503), answer(429)]
    fetch(entry(with_hub=True), models, reports, hub_url=server.url)
    assert (models / "model.gguf").read_bytes() == CONTENT


def test_a_hub_that_sends_too_much_is_stopped(server: HubServer, models: Path, reports: Reports) -> None:
    with pytest.raises(FetchFailed, match=r"sends more than the 1000 bytes"):
        fetch(entry(with_hub=True, content=CONTENT[:1000]), models, reports, hub_url=server.url)
    assert all(path.stat().st_size <= 1000 for path in models.rglob("*.part"))


def test_an_unreachable_hub_is_a_clear_error(models: Path, reports: Reports, server: HubServer) -> None:
    server.server_close()
    with pytest.raises(FetchFailed, match=r"broke off 4 times"):
        fetch(entry(with_hub=True), models, reports, hub_url=server.url)


@pytest.mark.slow
def test_the_hub_continues_what_the_wheels_began(
    parts: dict[str, tuple[Path, bytes]], server: HubServer, models: Path, reports: Reports
) -> None:
    parts["part-two"][0].rename(parts["part-two"][0].with_suffix(".away"))
    chosen = entry({"part-one": parts["part-one"], "part-two": (parts["part-one"][0], SECOND)}, with_hub=True)
    fetch(chosen, models, reports, hub_url=server.url)
    assert (models / "model.gguf").read_bytes() == CONTENT
    assert [asked for _, asked in server.requests] == [f"bytes={len(FIRST)}-"]
    assert any("part-two" in line for line in reports.said)


def test_a_source_that_is_whole_but_of_another_model_is_refused(
    server: HubServer, models: Path, reports: Reports
) -> None:
    other = CONTENT[:-1] + b"?"
    with pytest.raises(FetchFailed, match="wrong hash"):
        fetch(entry(with_hub=True, content=other), models, reports, hub_url=server.url)
    assert state(models / "model.gguf", len(other), digest(other), models) is State.MISSING
