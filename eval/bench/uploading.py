"""What people notice of an upload: four ask, alone and while a report of 200 pages is read and embedded.

    python -m eval.bench.uploading --json eval/bench/results/uploading.json

The service runs as a person starts it. In each round everybody asks their questions one after another, the same ones every
time: first once unmeasured, then some rounds alone, then some beside the upload while it lasts. The engine's cache is smaller than
what a round needs, so that each answer is read anew in every round, as it is for people who ask something new. An answer
beside the upload is compared with the same question's mean alone; so is each answer alone with the other rounds': that spread
is the machine's own.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from statistics import fmean
from typing import Any

import httpx2

from eval.bench import options
from eval.bench.figures import spread
from eval.bench.long_pdf import long_pdf
from eval.bench.served import served
from ingest import sample

PAGES, LINES = 200, 40
CONTEXT = 4096
"""Tokens in the engine's cache: four answers fit, the questions of a round do not."""
_TIMEOUT = 600.0
_EVERY = 0.25
Times = dict[str, float]
"""Seconds to the whole answer, by the question, of one round."""


@dataclass(slots=True)
class Measured:
    alone: list[Times] = field(default_factory=list)
    beside: list[Times] = field(default_factory=list)
    health: list[float] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    begun = options.about(given)
    questions = [row.question for row in options.standing_alone(given.questions)][: given.limit]
    environment = {"TRENDWISE_MODEL": options.settings(given).model, "TRENDWISE_CONTEXT": str(CONTEXT)}
    with tempfile.TemporaryDirectory() as folder:
        data = copytree(options.data_dir(given), Path(folder) / "data")
        with served(data, environment) as service, httpx2.Client(base_url=service.address, timeout=_TIMEOUT) as client:
            measured = measure(client, questions, given)
    rows = {"alone": measured.alone, "beside": measured.beside}
    options.deliver("uploading", {**begun, "pages": given.pages, "figures": tables(measured), "rows": rows}, given.json)


def measure(client: httpx2.Client, questions: Sequence[str], given: argparse.Namespace) -> Measured:
    groups = [questions[number :: given.people] for number in range(given.people)]
    paper = long_pdf(_sentences(), pages=given.pages, lines=LINES)
    asked(client, groups)
    measured = Measured(alone=[asked(client, groups) for _ in range(given.rounds)])
    job = client.post("/api/documents", params={"name": "long.pdf"}, content=paper).json()["id"]
    with probed(client, measured.health):
        measured.beside += _beside(client, groups, job, given.rounds)
    return measured


def _beside(client: httpx2.Client, groups: Sequence[Sequence[str]], job: str, most: int) -> Iterator[Times]:
    """Rounds that ended before the upload did; the first one in any case."""
    for number in range(most):
        times = asked(client, groups)
        if number and _is_over(client, job):
            return
        yield times


def asked(client: httpx2.Client, groups: Sequence[Sequence[str]]) -> Times:
    """Everybody asks their questions one after another, all at the same time."""

    def person(questions: Sequence[str]) -> Times:
        times: Times = {}
        for question in questions:
            started = time.perf_counter()
            client.post("/api/chat", json={"question": question}).raise_for_status()
            times[question] = time.perf_counter() - started
        return times

    with ThreadPoolExecutor(len(groups)) as pool:
        found = {question: seconds for times in pool.map(person, groups) for question, seconds in times.items()}
    print("seconds of each answer:", *(f"{seconds:.1f}" for seconds in found.values()), file=sys.stderr, flush=True)
    return found


def tables(measured: Measured) -> dict[str, Any]:
    alone, beside = compared(measured)
    return {
        "Times as long as the same question alone": {
            "beside an upload": spread(beside),
            "beside an upload, each question's mean": spread(_means(measured.beside, measured.alone)),
            "alone": spread(alone),
        },
        "Seconds to the whole answer": {
            "alone": spread([seconds for times in measured.alone for seconds in times.values()]),
            "beside an upload": spread([seconds for times in measured.beside for seconds in times.values()]),
        },
        "Milliseconds of /healthz beside the upload": {"all": spread([1000 * each for each in measured.health])},
    }


def compared(measured: Measured) -> tuple[list[float], list[float]]:
    """Each answer over the mean of the same question's in the rounds alone, its own left out; first those alone."""
    rounds = measured.alone
    alone = [
        ratio
        for number, times in enumerate(rounds)
        for ratio in _ratios(times, [*rounds[:number], *rounds[number + 1 :]])
    ]
    return alone, [ratio for times in measured.beside for ratio in _ratios(times, rounds)]


def _means(rounds: Sequence[Times], others: Sequence[Times]) -> list[float]:
    """Each question's mean over the rounds, by its mean over the others: who is answered beside whom evens out."""
    return _ratios({question: fmean(times[question] for times in rounds) for question in rounds[0]}, others)


def _ratios(times: Times, others: Sequence[Times]) -> list[float]:
    return [seconds / fmean(other[question] for other in others) for question, seconds in times.items()]


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


def _is_over(client: httpx2.Client, job: str) -> bool:
    found: dict[str, Any] = client.get(f"/api/jobs/{job}").raise_for_status().json()
    if found["state"] == "failed":
        raise RuntimeError(f"The upload failed: {found}")
    return bool(found["state"] == "done")


def _sentences() -> Iterator[str]:
    """Words of the sample reports in ever new order, so that no sentence has been embedded before."""
    words = " ".join(path.read_text("utf-8") for path in sample.paths()).split()
    chance = random.Random(11)  # noqa: S311 - chance, not secrets
    while True:
        yield " ".join(chance.choices(words, k=12)) + "."


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser(__doc__ or "", limit=8)
    parser.add_argument("--people", type=int, default=4, metavar="N")
    parser.add_argument("--pages", type=int, default=PAGES, metavar="N", help=f"of the report; {PAGES} by default")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="alone, and at most beside it; 3 by default")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
