"""Who asks and leaves is worked for no longer, and harms nobody. Slow: each prints its figures (`pytest -s`)."""

import asyncio
import math
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import httpx2
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
    print(f"\n200 {what}: idle after p50 {statistics.median(freed):.2f} s, p95 {percentile(freed, 0.95):.2f} s")


def test_200_disconnects_free_their_work_and_harm_nobody(open_runtime: Open, serve: Serve) -> None:
    with serve(open_runtime(ScriptedModel([Rule(".", SENTENCE * 8)], delay=0.05))) as url:
        freed, texts = asyncio.run(_leaving(url, lambda: 0))
    _report("disconnects", freed)
    assert all("event: answer" in text for text in texts)


@pytest.mark.model
def test_200_disconnects_free_the_engine(open_runtime: Open, serve: Serve, small_model: Path) -> None:
    model = LlamaModel(small_model, template="chatml")
    with serve(open_runtime(model)) as url:
        freed, texts = asyncio.run(_leaving(url, partial(in_engine, model)))
    _report("disconnects from a real engine", freed)
    assert all("event: answer" in text for text in texts)


@pytest.mark.model
@pytest.mark.parametrize(("phase", "at_once"), [("queue", 40), ("prefill", 10), ("decode", 10)])
def test_disconnects_in_each_phase_free_the_engine(
    open_runtime: Open, serve: Serve, small_model: Path, phase: str, at_once: int
) -> None:
    """200 in each: before the first of a crowd is answered, when the prompt begins to be read, at its first token."""
    model = LlamaModel(small_model, template="chatml")
    with serve(open_runtime(model)) as url:
        freed, waiting = asyncio.run(_leaving_in(phase, at_once, url, model))
    _report(f"disconnects in {phase} ({waiting} waited for the engine)", freed)
    assert waiting > 0 or phase != "queue"


def in_engine(model: LlamaModel) -> int:
    """A question that is answered has a stream and at times a score there."""
    return model.stats().running + model.stats().waiting


async def _leaving_in(phase: str, at_once: int, url: str, model: LlamaModel) -> tuple[list[float], int]:
    """Seconds until the engine was idle after each crowd had left, and how many of all waited for it when they did."""
    freed, waiting = [], 0
    async with httpx2.AsyncClient(timeout=120, limits=LIMITS) as client:
        await _ask(client, url)
        for _ in range(200 // at_once):
            event = {"queue": "token", "prefill": "evidence", "decode": "token"}[phase]
            crowd = [asyncio.ensure_future(_ask_until(client, url, event)) for _ in range(at_once)]
            await asyncio.wait(crowd, return_when="FIRST_COMPLETED" if phase == "queue" else "ALL_COMPLETED")
            waiting += model.stats().waiting
            for task in crowd:
                task.cancel()
            started = time.perf_counter()
            await asyncio.gather(*crowd, return_exceptions=True)
            while in_engine(model) or (await client.get(f"{url}/api/status")).json()["active"]:
                await asyncio.sleep(0.01)
            freed.append(time.perf_counter() - started)
    return freed, waiting


async def _ask_until(client: httpx2.AsyncClient, url: str, event: str) -> None:
    """Asks, and leaves at the first event of this name."""
    async with client.stream("POST", f"{url}/api/chat", json={"question": QUESTION, "stream": True}) as response:
        async for line in response.aiter_lines():
            if line == f"event: {event}":
                return
