"""When the first word, the first checked sentence and the whole answer come, against llama.cpp's own server.

    python -m eval.bench.first_token --json eval/bench/results/first_token.json

Ours, through the whole core, gate and verification on, each way in a freshly opened runtime:
  warmed    each question is typed at 200 characters a minute and the page's warming goes with it; timed from Enter
  cold      nothing warmed, as a client of the API asks
  history   follow-ups, nothing warmed: what was said before is in the prompt
The peer, with its prompt cache on and without a gate or a check (see `eval.bench.llama_server` for how it gets here):
  same      the very prompts of `cold`
  plain     whole chunks, as `eval.bench.plain` builds them
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from random import Random

from eval.bench import llama_server, options
from eval.bench.figures import Spread, spread, times_sooner
from eval.bench.keystrokes import typed, typing
from eval.bench.machine import load
from eval.bench.moments import Moments, figures, of_answer
from eval.bench.plain import CHUNKS, PlainPipeline
from eval.bench.recorder import Asked, Recorder
from eval.datasets import QuestionRow
from service.answering.answerer import Answerer
from service.answering.options import Options
from service.answering.types import Question
from service.errors import Cancelled
from service.llm.types import Cancel

Prompts = dict[str, Asked]
"""By the question's id."""
Found = dict[str, Moments]


def warmed(answerer: Answerer, row: QuestionRow) -> Moments:
    def warm(text: str, cancel: Cancel) -> None:
        with suppress(Cancelled):
            answerer.warm(Question(text, row.history), cancel=cancel)

    with typing(typed(row.question, Random(row.id)), warm):  # noqa: S311 - typing, not a secret
        return cold(answerer, row)


def cold(answerer: Answerer, row: QuestionRow) -> Moments:
    return of_answer(answerer.stream(Question(row.question, row.history)))


OURS: Mapping[str, Callable[[Answerer, QuestionRow], Moments]] = {"warmed": warmed, "cold": cold, "history": cold}
PEERS = ("same", "plain")


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    rows = options.chosen(given)
    loads: dict[str, list[float]] = {}
    found: dict[str, Found] = {}
    prompts: dict[str, Prompts] = {"plain": plain_prompts(given, rows[: given.plain])}
    begun = options.about(given)
    for way in OURS:
        loads[way] = load()
        found[way], prompts[way] = ours(given, way, options.following(given) if way == "history" else rows)
    prompts["same"] = prompts["cold"]
    if llama_server.available():
        for way in PEERS:
            loads[way] = load()
            found[way] = theirs(given, prompts[way])
    else:
        print(f"{llama_server.MISSING} The peer is left out.", file=sys.stderr)
    read = {way: spread([asked.tokens for asked in prompts[way].values()]) for way in ("cold", "history", "plain")}
    options.deliver(
        "first_token",
        {
            **begun,
            "peer": llama_server.version(),
            "load": loads,
            "figures": {**summary(found), "Tokens of the prompt": read},
            "rows": {way: {name: asdict(each) for name, each in group.items()} for way, group in found.items()},
        },
        given.json,
    )


def ours(given: argparse.Namespace, way: str, rows: Sequence[QuestionRow]) -> tuple[Found, Prompts]:
    """A refusal for which no model was asked has no prompt."""
    found: Found = {}
    prompts: Prompts = {}
    with options.opened(given) as runtime:
        recorder = Recorder(runtime.model)
        answerer = Answerer(runtime.index, recorder)
        for row in rows:
            found[row.id] = OURS[way](answerer, row)
            prompts.update((row.id, asked) for asked in recorder.taken())
    return found, prompts


def plain_prompts(given: argparse.Namespace, rows: Sequence[QuestionRow]) -> Prompts:
    with options.opened(given) as runtime:
        pipeline = PlainPipeline.of(runtime.index, chunks=given.chunks)
        return {row.id: Asked.of(pipeline.prompt(row.question), runtime.model) for row in rows}


def theirs(given: argparse.Namespace, prompts: Prompts) -> Found:
    if not prompts:
        return {}
    answer, base = Options().max_tokens, options.settings(given)
    cells = llama_server.cells(list(prompts.values()), answer)
    file, threads = options.model_file(base), options.threads(base)
    with llama_server.llama_server(file, threads=threads, slots=1, cells=cells) as peer:
        return {name: llama_server.ask(peer, asked, answer) for name, asked in prompts.items()}


def summary(found: Mapping[str, Found]) -> dict[str, dict[str, Spread]]:
    """Spreads for each way, and by how many times ours was sooner, question by question."""
    spoken = {way: [each for each in group.values() if each.first_token] for way, group in found.items()}
    tables = figures(spoken)
    for name in ("first token", "whole answer"):
        tables[f"Times sooner, {name}"] = {
            f"{way} than {peer}": ratio
            for way in ("warmed", "cold")
            for peer in PEERS
            if (ratio := _sooner(found[way], found.get(peer, {}), name.replace(" ", "_")))
        }
    return tables


def _sooner(ours: Found, peer: Found, moment: str) -> Spread:
    pairs = [(getattr(ours[name], moment), getattr(moments, moment)) for name, moments in peer.items()]
    return times_sooner([one for one, _ in pairs], [other for _, other in pairs])


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser(__doc__ or "", limit=8)
    parser.add_argument("--history", type=int, default=3, metavar="N", help="follow-ups; 3 by default")
    parser.add_argument(
        "--plain", type=int, default=2, metavar="N", help="questions to the plain pipeline; 2 by default"
    )
    parser.add_argument("--chunks", type=int, default=CHUNKS, metavar="N", help="whole chunks in its prompt")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
