"""Load and faults on a real socket, at full size. Slow: each prints its figures (`pytest -s`)."""

import asyncio
import json
import math
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import psutil
import pytest

from service.llm.engine import LlamaModel
from service.llm.scripted import Rule, ScriptedModel
from service.runtime import Runtime

pytestmark = pytest.mark.slow

QUESTION = "What is the stand-out technology trend for councils in 2024?"
SENTENCE = "Artificial intelligence is the stand-out technology trend for councils in 2024. "
Open = Callable[..., Runtime]
Serve = Callable[[Runtime], AbstractContextManager[str]]
LIMITS = httpx2.Limits(max_connections=None)


def percentile(values: list[float], share: float) -> float:
    """By nearest rank."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


async def _ask(client: httpx2.AsyncClient, url: str, *, stream: bool = True) -> tuple[float, int, str]:
    started = time.perf_counter()
    response = await client.post(f"{url}/api/chat", json={"question": QUESTION, "stream": stream})
    return time.perf_counter() - started, response.status_code, response.text


async def _many(url: str, count: int) -> list[tuple[float, int, str]]:
    async with httpx2.AsyncClient(timeout=120, limits=LIMITS) as client:
        return await asyncio.gather(*(_ask(client, url) for _ in range(count)))


def test_64_streams_are_complete_and_treated_alike(open_runtime: Open, serve: Serve) -> None:
    model = ScriptedModel(
        [Rule(".", SENTENCE * 3)], delay=0.05, score=lambda _, o: 0.98 if o.lower() == "yes" else 0.02
    )
    with serve(open_runtime(model)) as url:
        results = asyncio.run(_many(url, 64))
    finals = [text.rstrip().rsplit("\n\n", 1)[-1] for _, _, text in results]
    complete = [final for final in finals if final.startswith("event: answer")]
    answers = {json.loads(final.split("data: ", 1)[1])["answer"] for final in complete}
    times = [seconds for seconds, _, _ in results]
    jain = sum(times) ** 2 / (len(times) * sum(t * t for t in times))
    print(
        f"\n64 streams: {len(complete)}/64 complete, {len(answers)} distinct answers, Jain {jain:.3f}, longest {max(times):.1f} s"
    )
    assert len(complete) == 64
    assert len(answers) == 1
    assert jain >= 0.9


def test_500_at_once(open_runtime: Open, serve: Serve) -> None:
    process = psutil.Process()
    model = ScriptedModel([Rule(".", SENTENCE)], delay=0.2)
    with serve(open_runtime(model)) as url:
        asyncio.run(_many(url, 100))
        before = process.memory_info().rss
        results = asyncio.run(_many(url, 500))
        grown = (process.memory_info().rss - before) / 1e6
        assert httpx2.get(f"{url}/api/status").json()["active"] == 0
    by_status = {status: [t for t, s, _ in results if s == status] for status in (200, 503)}
    print(f"\n500 at once: {len(by_status[200])} answered, {len(by_status[503])} refused, {grown:.0f} MB more")
    assert len(by_status[200]) + len(by_status[503]) == 500
    assert len(by_status[200]) >= 64


def test_a_refusal_takes_little_time_while_the_queue_is_full(open_runtime: Open, serve: Serve) -> None:
    model = ScriptedModel([Rule(".", SENTENCE * 40)], delay=5)

    async def refusals(url: str) -> list[float]:
        async with httpx2.AsyncClient(timeout=60, limits=LIMITS) as client:
            full = [asyncio.ensure_future(_ask(client, url)) for _ in range(64)]
            while (await client.get(f"{url}/api/status")).json()["active"] < 64:
                await asyncio.sleep(0.05)
            times = [await _ask(client, url) for _ in range(300)]
            for task in full:
                task.cancel()
            await asyncio.gather(*full, return_exceptions=True)
            assert {status for _, status, _ in times} == {503}
            return [seconds for seconds, _, _ in times]

    with serve(open_runtime(model)) as url:
        times = asyncio.run(refusals(url))
    print(f"\nrefusals: p50 {statistics.median(times) * 1000:.0f} ms, p99 {percentile(times, 0.99) * 1000:.0f} ms")


async def _leaving(url: str, engine: Callable[[], int]) -> tuple[list[float], list[str]]:
    """Ten at a time ask and leave, each time a little later, beside four that stay.

    Gives the seconds until nothing was left of each ten, and what the four were told.
    """
    freed: list[float] = []
    async with httpx2.AsyncClient(timeout=120, limits=LIMITS) as client:
        await _ask(client, url)  # the first question of a process loads what the others find there
        staying = [asyncio.ensure_future(_ask(client, url)) for _ in range(4)]
        for batch in range(20):
            leaving = [asyncio.ensure_future(_ask(client, url, stream=number % 2 == 0)) for number in range(10)]
            await asyncio.sleep(0.05 + 0.15 * (batch % 8))
            for task in leaving:
                task.cancel()
            started = time.perf_counter()
            await asyncio.gather(*leaving, return_exceptions=True)
            while True:
                left = sum(not task.done() for task in staying)
                if (await client.get(f"{url}/api/status")).json()["active"] <= left and engine() <= 2 * left:
                    break
                await asyncio.sleep(0.01)
            freed.append(time.perf_counter() - started)
        return freed, [text for _, _, text in await asyncio.gather(*staying)]


def _report(what: str, freed: list[float]) -> None:
    print(f"\n{what}, 200: idle after p50 {statistics.median(freed):.2f} s, p95 {percentile(freed, 0.95):.2f} s")


def test_200_disconnects_free_their_work_and_harm_nobody(open_runtime: Open, serve: Serve) -> None:
    with serve(open_runtime(ScriptedModel([Rule(".", SENTENCE * 8)], delay=0.05))) as url:
        freed, texts = asyncio.run(_leaving(url, lambda: 0))
    _report("disconnects", freed)
    assert all("event: answer" in text for text in texts)


@pytest.mark.model
def test_200_disconnects_free_the_engine(open_runtime: Open, serve: Serve, small_model: Path) -> None:
    model = LlamaModel(small_model, template="chatml")

    def in_engine() -> int:
        """A question that is answered has a stream and at times a score there."""
        return model.stats().running + model.stats().waiting

    with serve(open_runtime(model)) as url:
        freed, texts = asyncio.run(_leaving(url, in_engine))
    _report("disconnects from a real engine", freed)
    assert all("event: answer" in text for text in texts)


SERVER = """
import os
import sys
from pathlib import Path
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.read import read_bytes
from ingest.split import split
from service.api import serving
from service.api.app import create_app
from service.llm.engine import LlamaModel
from service.llm.scripted import Rule, ScriptedModel
from service.runtime import Runtime
from service.settings import Settings

folder, sentence = Path(sys.argv[1]), sys.argv[2]
index = LocalIndex.open(folder, HashEmbedder())
report = f"# Trends 2024\\n\\n{sentence}\\n".encode()
document = read_bytes(report, "trends.md")
index.add(document, split(document), source_path="/trends", original=report)
model = ScriptedModel([Rule(".", sentence * 200)], delay=0.1)
listener = serving.bind("127.0.0.1", 0)
with Runtime.assemble(Settings(data_dir=folder), index, model) as runtime:
    ready = lambda: print(serving.address(listener), flush=True)
    serving.serve(create_app(runtime), listener, ready=ready)
os._exit(0)  # as the command does
"""


def test_a_stop_signal_with_20_streams_and_an_upload(tmp_path: Path, models_dir: Path) -> None:
    command = [sys.executable, "-c", SERVER, str(tmp_path / "data"), SENTENCE]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout
    url = process.stdout.readline().strip()

    async def streams() -> tuple[float, list[str]]:
        async with httpx2.AsyncClient(timeout=60, limits=LIMITS) as client:
            open_ = [asyncio.ensure_future(_ask(client, url)) for _ in range(20)]
            while (await client.get(f"{url}/api/status")).json()["active"] < 20:
                await asyncio.sleep(0.05)
            body = "# Long\n\n" + "Councils spend money on systems. " * 20_000
            await client.post(f"{url}/api/documents", params={"name": "long.md"}, content=body)
            started = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            texts = [text for _, _, text in await asyncio.gather(*open_)]
            await asyncio.to_thread(process.wait, 30)
            return time.perf_counter() - started, texts

    seconds, texts = asyncio.run(streams())
    process.stdout.close()
    explicit = sum("event: error" in text or "event: answer" in text for text in texts)
    print(
        f"\nstop with 20 streams and an upload: {seconds:.1f} s, {explicit}/20 ended explicitly, code {process.returncode}"
    )
    assert explicit == 20
    assert process.returncode == 0
    assert seconds < 10


def test_slow_senders_and_readers_leave_others_alone(open_runtime: Open, serve: Serve) -> None:
    with serve(open_runtime(ScriptedModel([Rule(".", SENTENCE * 20)], delay=0.01))) as url:
        host, port = url.removeprefix("http://").split(":")
        lazy = [socket.create_connection((host, int(port))) for _ in range(100)]
        head = f"POST /api/chat HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        for number, connection in enumerate(lazy):
            connection.sendall(f"{head}Content-Length: 1000\r\n\r\n{{".encode() if number % 2 else head.encode())
        times = []
        with httpx2.Client() as client:
            for _ in range(300):
                started = time.perf_counter()
                assert client.get(f"{url}/healthz").status_code == 200
                times.append(time.perf_counter() - started)
        for connection in lazy:
            connection.close()
    print(f"\n/healthz beside 100 slow senders: p99 {percentile(times, 0.99) * 1000:.0f} ms")
