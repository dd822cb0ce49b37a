"""The engine's speed against llama.cpp itself and, for several people at once, against another server.

    python -m eval.bench.engine MODEL.gguf --json eval/bench/results/engine.json
    python -m eval.bench.engine MODEL.gguf --peer http://127.0.0.1:9000 --people 1 2 4 8

`plain` is the shortest program on llama.cpp: one sequence, one batch, greedy. A peer is any OpenAI-compatible server that
serves the same file with as many slots as there are people. Rounds alternate, so that a busy machine is busy for both;
only ratios within a run are worth comparing.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.machine import describe
from service.llm.engine import LlamaModel
from service.llm.engine_threads import physical_cores
from service.llm.engine_tokens import Tokeniser
from service.llm.llama_context import BATCH, Context, Rows
from service.llm.llama_weights import Tokens, Weights
from service.llm.remote import RemoteModel
from service.llm.templates import template
from service.llm.types import Prompt, TextModel

SYSTEM = "You answer questions about reports in one to three plain sentences, using only the passages."
TOPICS = ("cloud", "skills", "data", "budgets", "procurement", "security", "inclusion", "automation")


def evidence(seed: str, sentences: int) -> str:
    return "".join(
        f"- In {2000 + i} report {seed} put {TOPICS[i % 8]} at {i * 7 % 90 + 3} per cent.\n" for i in range(sentences)
    )


def question(seed: str, sentences: int, person: int = 0) -> Prompt:
    return Prompt(
        SYSTEM, (evidence(seed, sentences), f"Question: what do the passages say about {TOPICS[person % 8]}?")
    )


class Plain:
    """llama.cpp without anything of ours: what the engine can at best equal."""

    def __init__(self, weights: Weights, threads: int) -> None:
        self._context = Context(weights, cells=2048, sequences=1, threads=threads)

    def prefill(self, tokens: Tokens) -> tuple[float, int]:
        """Seconds to the first token, and that token."""
        self._context.drop(0)
        started, logits = time.monotonic(), None
        for at in range(0, len(tokens), BATCH):
            part = tokens[at : at + BATCH]
            logits = self._context.decode([Rows(0, at, part, wanted=at + len(part) == len(tokens))])[0]
        assert logits is not None  # noqa: S101
        return time.monotonic() - started, int(logits.argmax())

    def decode(self, position: int, token: int, count: int) -> float:
        """Seconds a token."""
        started = time.monotonic()
        for at in range(position, position + count):
            logits = self._context.decode([Rows(0, at, np.array([token], np.int32), wanted=True)])[0]
            assert logits is not None  # noqa: S101
            token = int(logits.argmax())
        return (time.monotonic() - started) / count


def alone(path: Path, threads: int, rounds: int, sentences: int, answer: int) -> dict[str, Any]:
    """Prefill and decode of one request, ours and plain in turn."""
    weights = Weights(path)
    plain, tokeniser = Plain(weights, threads), Tokeniser(weights, template("chatml"))
    ours = LlamaModel(path, template="chatml", threads=threads)
    rows: dict[str, list[float]] = {"prefill": [], "plain prefill": [], "decode": [], "plain decode": []}
    for number in range(rounds):
        prompt = question(f"R{number}", sentences)
        tokens = tokeniser.prompt(prompt)
        seconds, token = plain.prefill(tokens)
        rows["plain prefill"].append(len(tokens) / seconds)
        rows["plain decode"].append(1 / plain.decode(len(tokens), token, answer))
        before = ours.stats().decoded
        moments = _moments(ours, prompt, answer)
        computed = ours.stats().decoded - before - (len(moments) - 2)
        rows["prefill"].append(computed / (moments[1] - moments[0]))
        if len(moments) > 3:
            rows["decode"].append((len(moments) - 2) / (moments[-1] - moments[1]))
    ours.close()
    return {
        "tokens_per_second": {name: summary(values) for name, values in rows.items()},
        "ratios": {name: ratio(rows[name], rows[f"plain {name}"]) for name in ("prefill", "decode")},
    }


def _moments(model: TextModel, prompt: Prompt, answer: int) -> list[float]:
    """When the request began and when each piece came."""
    moments = [time.monotonic()]
    moments.extend(time.monotonic() for _ in model.stream(prompt, max_tokens=answer))
    return moments


def together(model: TextModel, people: int, seed: str, sentences: int, answer: int) -> dict[str, float]:
    """Several people ask different questions about the same new evidence at the same time."""
    prompts = [question(seed, sentences, person) for person in range(people)]
    started = time.monotonic()
    with ThreadPoolExecutor(people) as pool:
        moments = list(pool.map(lambda prompt: _moments(model, prompt, answer), prompts))
    seconds = time.monotonic() - started
    pieces = [len(person) - 1 for person in moments]
    firsts = sorted(person[1] - started for person in moments if len(person) > 1)
    speeds = np.array([count / (person[-1] - started) for count, person in zip(pieces, moments, strict=True)])
    return {
        "pieces_per_second": sum(pieces) / seconds,
        "answers_per_minute": 60 * people / seconds,
        "first_p50": statistics.median(firsts),
        "first_last": firsts[-1],
        "jain": float(speeds.sum() ** 2 / (len(speeds) * (speeds**2).sum())),
    }


def crowd(ours: TextModel, peer: TextModel | None, people: Sequence[int], make: Callable[[str], tuple[int, int]],
          rounds: int) -> dict[str, Any]:  # fmt: skip
    found: dict[str, Any] = {}
    for count in people:
        runs: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
        for number in range(rounds):
            seed = f"P{count}-{number}"
            for name, model in (("ours", ours), ("peer", peer)):
                if model is not None:
                    runs[name].append(together(model, count, seed, *make(seed)))
        found[str(count)] = {
            name: {key: summary([run[key] for run in group]) for key in group[0]}
            for name, group in runs.items()
            if group
        }
        if peer is not None:
            speeds = ([run["answers_per_minute"] for run in runs[name]] for name in ("ours", "peer"))
            found[str(count)]["goodput_ratio"] = ratio(*speeds)
    return found


def summary(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "least": min(values), "most": max(values)} if values else {}


def ratio(ours: Sequence[float], other: Sequence[float]) -> float | None:
    """Median of the rounds' ratios: each compares two measurements taken one after the other."""
    pairs = [one / two for one, two in zip(ours, other, strict=False) if two]
    return round(statistics.median(pairs), 3) if pairs else None


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--peer", help="base URL of a server with the same model")
    parser.add_argument("--people", type=int, nargs="*", default=[1, 2, 4, 8])
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sentences", type=int, default=8, help="of evidence")
    parser.add_argument("--answer", type=int, default=48, help="tokens")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    threads = given.threads or physical_cores()
    result = {"machine": describe(), "model": given.model.name, "threads": threads, "rounds": given.rounds}
    result["alone"] = alone(given.model, threads, given.rounds, given.sentences, given.answer)
    if given.people:
        ours = LlamaModel(given.model, template="chatml", threads=threads)
        peer = RemoteModel(given.peer) if given.peer else None
        result["together"] = crowd(ours, peer, given.people, lambda _: (given.sentences, given.answer), given.rounds)
        ours.close()
    text = json.dumps(result, indent=1)
    print(text)
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
