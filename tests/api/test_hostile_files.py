"""Hostile files sent to the service as a person starts it: each ends as one sentence, and nobody else notices.

Slow; prints its figures (`pytest -s`).
"""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
import psutil
import pytest

from eval.bench.served import served
from ingest.isolation import LIMITS
from tests.ingest.hostile import HOSTILE

pytestmark = [pytest.mark.slow, pytest.mark.model]

EVERY = 0.02
STUCK = 1000
"""Milliseconds of a `/healthz` that waits for a file. A speed is not tested: how busy the machine is decides that, so it is printed."""
MOST_GROWN = 300 * 2**20
"""Bytes that the service may hold more at any moment than before; whoever reads a file has a limit of its own."""


class Watch:
    """How long `/healthz` takes, and how much memory the service and the processes that it starts hold."""

    def __init__(self, address: str, client: httpx2.Client) -> None:
        self._client = client
        port = int(address.rstrip("/").rsplit(":", 1)[1])
        me = psutil.Process()
        self._service = next(
            child
            for child in me.children(recursive=True)
            if port in [c.laddr.port for c in child.net_connections("tcp")]
        )
        self.before = self._service.memory_info().rss
        self.milliseconds: list[float] = []
        self.most = self.most_child = 0

    def look(self) -> None:
        started = time.perf_counter()
        assert self._client.get("/healthz").status_code == 200
        self.milliseconds.append(1000 * (time.perf_counter() - started))
        self.most = max(self.most, self._service.memory_info().rss)
        for child in self._service.children(recursive=True):
            try:
                self.most_child = max(self.most_child, child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue


@contextmanager
def watched(address: str) -> Iterator[Watch]:
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(EVERY):
            watch.look()

    with httpx2.Client(base_url=address, timeout=30) as client:
        watch, thread = Watch(address, client), threading.Thread(target=run)
        thread.start()
        try:
            yield watch
        finally:
            stop.set()
            thread.join()


def _told(client: httpx2.Client, name: str, data: bytes) -> str:
    """What the person is told of an upload that failed, at once or in the end."""
    response = client.post("/api/documents", files={"file": (name, data)})
    if response.status_code != 202:
        return str(response.json()["detail"])
    job = response.json()
    while job["state"] in ("waiting", "reading"):
        time.sleep(0.05)
        job = client.get(f"/api/jobs/{job['id']}").json()
    assert job["state"] == "failed", name[-40:]
    return str(job["problem"]["detail"])


def test_each_ends_in_words_and_the_service_does_not_notice(tmp_path: Path, small_model: Path) -> None:
    environment = {"TRENDWISE_MODEL": str(small_model), "TRENDWISE_TEMPLATE": "chatml"}
    with (
        served(tmp_path / "data", environment) as service,
        httpx2.Client(base_url=service.address, timeout=60) as client,
    ):
        with watched(service.address) as watch:
            for name, make, says in HOSTILE:
                told = _told(client, name, make())
                assert re.search(says, told), (name[-40:], told)
                assert len(told) < 400
                assert "Traceback" not in told
        assert client.get("/api/documents").json()["documents"] == []
    p50, p99 = np.percentile(watch.milliseconds, [50, 99])
    grown = (watch.most - watch.before) / 2**20
    print(
        f"\n{len(HOSTILE)} hostile files: /healthz p50 {p50:.0f} ms, p99 {p99:.0f} ms over {len(watch.milliseconds)}; the service"
        f" held {grown:.0f} MB more at most, a reader {watch.most_child / 2**20:.0f} MB"
    )
    assert len(HOSTILE) >= 25
    assert p50 < STUCK
    assert watch.most - watch.before < MOST_GROWN
    assert watch.most_child < LIMITS.memory
