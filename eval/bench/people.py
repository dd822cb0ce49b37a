"""Several people who ask at once, each something else about one report: goodput, first words, fairness.

    python -m eval.bench.people --json eval/bench/results/people.json

Ours is the whole core, gate and verification on. The peer is llama.cpp's own server with a slot for each (see
`eval.bench.llama_server`), without a gate or a check: `same` reads the very prompts that ours made, `plain` reads whole chunks.
Each number of people asks about another report, so that nothing is there already; the largest asks about the one with most questions.
"""

import argparse
import itertools
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial

from eval.bench import llama_server, options
from eval.bench.figures import Spread, fairness, per_minute, spread
from eval.bench.machine import load
from eval.bench.moments import Moments, of_answer
from eval.bench.plain import CHUNKS, PlainPipeline
from eval.bench.recorder import Asked, Recorder
from eval.datasets import QuestionRow
from service.answering.answerer import Answerer
from service.answering.options import Options
from service.answering.types import Question

Rounds = dict[int, list[Moments]]
"""By the number of people."""


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    groups = grouped(options.standing_alone(given.questions)[: given.limit], given.people)
    begun = options.about(given)
    loads = {"ours": load()}
    plain = plain_prompts(given, {count: groups[count] for count in given.plain_people if count in groups})
    found: dict[str, Rounds] = {}
    found["ours"], same = ours(given, groups)
    same = {count: prompts for count, prompts in same.items() if count in given.peer_people}
    if llama_server.available():
        for name, prompts in (("same", same), ("plain", plain)):
            loads[name] = load()
            found[name] = theirs(given, prompts)
    else:
        print(f"{llama_server.MISSING} The peer is left out.", file=sys.stderr)
    rows = {
        name: {str(n): [asdict(each) for each in group] for n, group in rounds.items()}
        for name, rounds in found.items()
    }
    result = {**begun, "peer": llama_server.version(), "load": loads, "figures": summary(found), "rows": rows}
    options.deliver("people", result, given.json)


def grouped(rows: Sequence[QuestionRow], counts: Sequence[int]) -> dict[int, list[QuestionRow]]:
    """So many questions about one report for each count; from the start again where there are too few."""
    reports: dict[tuple[str, ...], list[QuestionRow]] = defaultdict(list)
    for row in rows:
        reports[row.docs[:1]].append(row)
    largest = itertools.cycle(sorted(reports.values(), key=len, reverse=True))
    descending = sorted(set(counts), reverse=True)
    groups = {count: list(itertools.islice(itertools.cycle(next(largest)), count)) for count in descending}
    return dict(sorted(groups.items()))


def together(asks: Sequence[Callable[[], Moments]]) -> list[Moments]:
    """All at the same moment. Raises what any of them raises: nobody may be turned away."""
    start = threading.Barrier(len(asks))

    def one(ask: Callable[[], Moments]) -> Moments:
        start.wait()
        return ask()

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(one, asks))


def ours(
    given: argparse.Namespace, groups: Mapping[int, Sequence[QuestionRow]]
) -> tuple[Rounds, dict[int, list[Asked]]]:
    rounds: Rounds = {}
    prompts: dict[int, list[Asked]] = {}
    with options.opened(given) as runtime:
        recorder = Recorder(runtime.model)
        answerer = Answerer(runtime.index, recorder)
        for count, rows in groups.items():
            rounds[count] = together([partial(_answered, answerer, row.question) for row in rows])
            prompts[count] = recorder.taken()
    return rounds, prompts


def _answered(answerer: Answerer, question: str) -> Moments:
    return of_answer(answerer.stream(Question(question)))


def plain_prompts(given: argparse.Namespace, groups: Mapping[int, Sequence[QuestionRow]]) -> dict[int, list[Asked]]:
    if not groups:
        return {}
    with options.opened(given) as runtime:
        pipeline = PlainPipeline.of(runtime.index, chunks=given.chunks)
        return {
            count: [Asked.of(pipeline.prompt(row.question), runtime.model) for row in rows]
            for count, rows in groups.items()
        }


def theirs(given: argparse.Namespace, prompts: Mapping[int, Sequence[Asked]]) -> Rounds:
    """A slot for each of the largest group."""
    asked = list(itertools.chain.from_iterable(prompts.values()))
    if not asked:
        return {}
    answer, base = Options().max_tokens, options.settings(given)
    file, threads, cells = options.model_file(base), options.threads(base), llama_server.cells(asked, answer)
    with llama_server.llama_server(file, threads=threads, slots=max(prompts), cells=cells) as peer:
        return {
            count: together([partial(llama_server.ask, peer, each, answer) for each in group])
            for count, group in prompts.items()
            if group
        }


def summary(found: Mapping[str, Rounds]) -> dict[str, dict[str, Spread]]:
    """Answers with words only: what was refused without asking the model proves no speed."""
    tables: dict[str, dict[str, Spread]] = defaultdict(dict)
    spoken = {name: _spoken(rounds) for name, rounds in found.items()}
    for count in spoken["ours"]:
        for name, rounds in spoken.items():
            if group := rounds.get(count):
                label = f"{name}, {count} at once"
                tables["Answers a minute"][label] = spread([goodput(group)])
                tables["Seconds to the first token"][label] = spread([each.first_token for each in group])
                tables["Seconds to the whole answer"][label] = spread([each.whole_answer for each in group])
                if alone := rounds.get(1):
                    waits = [each.whole_answer for each in group]
                    tables["Longest wait over the fair share"][label] = spread([fairness(waits, alone[0].whole_answer)])
    for name in ("same", "plain"):
        for count, group in spoken.get(name, {}).items():
            if own := spoken["ours"].get(count):
                ratio = goodput(own) / goodput(group)
                tables["Goodput, ours over the peer's"][f"{name}, {count} at once"] = spread([ratio])
    return dict(tables)


def goodput(group: Sequence[Moments]) -> float:
    """From the moment when all asked to the end of the last answer."""
    return per_minute(len(group), max(each.whole_answer for each in group))


def _spoken(rounds: Rounds) -> Rounds:
    kept = {count: [each for each in group if each.first_token is not None] for count, group in rounds.items()}
    return {count: group for count, group in kept.items() if group}


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser(__doc__ or "", limit=100)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 2, 4, 8], metavar="N", help="1 2 4 8 by default")
    parser.add_argument(
        "--peer-people", type=int, nargs="*", default=[1, 8], metavar="N", help="for `same`; 1 8 by default"
    )
    parser.add_argument(
        "--plain-people", type=int, nargs="*", default=[8], metavar="N", help="for `plain`; 8 by default"
    )
    parser.add_argument("--chunks", type=int, default=CHUNKS, metavar="N", help="whole chunks in a plain prompt")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
