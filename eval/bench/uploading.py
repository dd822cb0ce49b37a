"""What people notice of an upload: four ask, alone and while a report of 200 pages is read and embedded.

    python -m eval.bench.uploading --json eval/bench/results/uploading.json

The service runs as a person starts it. Everybody asks one question after another, the same ones in every round: first once
unmeasured, so that each later round finds the same in memory, then without the upload, then with it.
"""

import argparse
import itertools
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import httpx2

from eval.bench import options
from eval.bench.figures import spread
from eval.bench.long_pdf import long_pdf
from eval.bench.served import served
from ingest import sample

PAGES, LINES = 200, 40
_TIMEOUT = 600.0
_EVERY = 0.25
Times = dict[str, list[float]]
"""Seconds to the whole answer, by the question."""


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    begun = options.about(given)
    questions = [row.question for row in options.standing_alone(given.questions)][: given.limit]
    base = options.settings(given)
    environment = {"TRENDWISE_MODEL": base.model}
    with tempfile.TemporaryDirectory() as folder:
        data = copytree(options.data_dir(given), Path(folder) / "data")
        with served(data, environment) as service, httpx2.Client(base_url=service.address, timeout=_TIMEOUT) as client:
            alone, beside, health = measure(client, questions, given)
    tables = {
        "Times as long beside the upload": {"whole answer": spread(slower(alone, beside))},
        "Seconds to the whole answer": {
            "alone": spread(list(itertools.chain(*alone.values()))),
            "beside the upload": spread(list(itertools.chain(*beside.values()))),
        },
        "Milliseconds of /healthz beside the upload": {"all": spread([1000 * seconds for seconds in health])},
    }
    options.deliver("uploading", {**begun, "figures": tables}, given.json)


def measure(
    client: httpx2.Client, questions: Sequence[str], given: argparse.Namespace
) -> tuple[Times, Times, list[float]]:
    """The times alone and beside an upload, and those of `/healthz` beside it."""
    groups = [questions[number :: given.people] for number in range(given.people)]
    asked(client, groups)
    alone: Times = {}
    beside: Times = {}
    health: list[float] = []
    paper = long_pdf(_text(), pages=PAGES, lines=LINES)
    for _ in range(given.rounds):
        _merge(alone, asked(client, groups))
    job = client.post("/api/documents", params={"name": "long.pdf"}, content=paper).json()["id"]
    with probed(client, health):
        for _ in range(given.rounds):
            _merge(beside, asked(client, groups))
    state = client.get(f"/api/jobs/{job}").json()["state"]
    print(f"After {given.rounds} rounds the upload is {state}.")
    return alone, beside, health


def asked(client: httpx2.Client, groups: Sequence[Sequence[str]]) -> Times:
    """Everybody asks their questions one after another, all at the same time."""

    def person(questions: Sequence[str]) -> Times:
        times: Times = {}
        for question in questions:
            started = time.perf_counter()
            client.post("/api/chat", json={"question": question}).raise_for_status()
            times.setdefault(question, []).append(time.perf_counter() - started)
        return times

    merged: Times = {}
    with ThreadPoolExecutor(len(groups)) as pool:
        for times in pool.map(person, groups):
            _merge(merged, times)
    return merged


def slower(alone: Times, beside: Times) -> list[float]:
    """Each answer beside the upload over the mean of the same question's alone."""
    return [
        seconds * len(alone[question]) / sum(alone[question]) for question in beside for seconds in beside[question]
    ]


@contextmanager
def probed(client: httpx2.Client, times: list[float]) -> Iterator[None]:
    stop = threading.Event()

    def probe() -> None:
        while not stop.wait(_EVERY):
            started = time.perf_counter()
            client.get("/healthz").raise_for_status()
            times.append(time.perf_counter() - started)

    thread = threading.Thread(target=probe)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _merge(into: Times, times: Times) -> None:
    for question, seconds in times.items():
        into.setdefault(question, []).extend(seconds)


def _text() -> Iterator[str]:
    """Words of the sample reports in ever new order, so that no sentence has been embedded before."""
    words = " ".join(path.read_text("utf-8") for path in sample.paths()).split()
    chance = random.Random(11)  # noqa: S311 - chance, not secrets
    while True:
        yield " ".join(chance.choices(words, k=12)) + "."


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser(__doc__ or "", limit=8)
    parser.add_argument("--people", type=int, default=4, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="without and with the upload; 3 by default")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
