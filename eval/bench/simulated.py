"""How long people would wait if there were more of them: questions that arrive at random, with recorded times to answer each.

    trendwise eval questions eval/questions/samples.jsonl --json run.json
    python -m eval.bench.simulated run.json --people 10 1000 --servers 1 32

A server answers one question after the other: side by side takes as long in all, because one answer uses the whole processor.
`--faster` divides the recorded times, for a machine of which you know by how much. Nothing is measured here.
"""

import argparse
import heapq
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

HOURLY, PEAK = 2.0, 3.0
"""Questions of a person an hour, and by how much the busiest hour exceeds that."""
QUEUE = 64
"""Questions active or waiting at one server before further ones are turned away."""
QUESTIONS = 20_000


@dataclass(frozen=True, slots=True)
class Load:
    people: int
    servers: int
    questions_per_s: float
    busy: float
    """Share of the servers' time."""
    waited_s_p50: float
    waited_s_p95: float
    answered_s_p95: float
    """Waiting and answering together."""
    turned_away: float
    """Share of the questions."""


def simulate(seconds: Sequence[float], *, people: int, servers: int, questions: int = QUESTIONS, seed: int = 7) -> Load:
    """Poisson arrivals at servers with one queue; each question takes one of the recorded times."""
    chance = random.Random(seed)  # noqa: S311
    rate = people * HOURLY * PEAK / 3600
    free, ends = [0.0] * servers, list[float]()
    waited, answered, worked, away, last = [], [], 0.0, 0, 0.0
    for moment in itertools.islice(_arrivals(rate, chance), questions):
        while ends and ends[0] <= moment:
            heapq.heappop(ends)
        last = moment
        if len(ends) >= QUEUE * servers:
            away += 1
            continue
        begins = max(moment, heapq.heappop(free))
        takes = chance.choice(seconds)
        heapq.heappush(free, begins + takes)
        heapq.heappush(ends, begins + takes)
        waited.append(begins - moment)
        answered.append(begins + takes - moment)
        worked += takes
    p50, p95 = np.percentile(waited, [50, 95])
    busy = worked / (servers * max(last, *free))
    figures = (rate, busy, p50, p95, np.percentile(answered, 95), away / questions)
    return Load(people, servers, *(round(float(figure), 3) for figure in figures))


def _arrivals(rate: float, chance: random.Random) -> Iterator[float]:
    moment = 0.0
    while True:
        moment += chance.expovariate(rate)
        yield moment


def recorded(path: Path) -> list[float]:
    """Seconds to answer each question of a run."""
    rows = json.loads(path.read_text("utf-8"))["rows"]
    return [row["scores"]["total_ms"] / 1000 for row in rows if "total_ms" in row.get("scores", {})]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, metavar="RUN", help="JSON of a run of questions")
    parser.add_argument("--people", type=int, nargs="+", default=[10, 1_000, 100_000])
    parser.add_argument("--servers", type=int, nargs="+", default=[1], help="one number, or one for each of the people")
    parser.add_argument("--faster", type=float, default=1.0, metavar="TIMES")
    given = parser.parse_args()
    seconds = [each / given.faster for each in recorded(given.run)]
    print(f"{len(seconds)} recorded times, median {np.median(seconds):.2f} s")
    servers = given.servers if len(given.servers) > 1 else given.servers * len(given.people)
    for people, count in zip(given.people, servers, strict=True):
        print(json.dumps(asdict(simulate(seconds, people=people, servers=count))))


if __name__ == "__main__":
    main()
