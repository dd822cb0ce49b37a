"""The engine's speed against llama.cpp itself, on the same file with the same threads.

    python -m eval.bench.engine --json eval/bench/results/engine.json

`plain` is the shortest program on llama.cpp: one sequence, one batch, greedy. Rounds alternate, so that a busy machine is busy for
both; only ratios and differences within a run are worth comparing.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.bench import options
from eval.bench.figures import Spread, spread
from service.llm.engine import LlamaModel
from service.llm.engine_tokens import Tokeniser
from service.llm.llama_context import BATCH, Context, Rows
from service.llm.llama_weights import Tokens, Weights
from service.llm.templates import template
from service.llm.types import Prompt, TextModel

SYSTEM = "You answer questions about reports in one to three plain sentences, using only the passages."
LEAST_PIECES = 4
"""Answers that end sooner say nothing about the speed of decoding."""
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


def alone(path: Path, threads: int, rounds: int, sentences: int, answer: int) -> dict[str, dict[str, Spread]]:
    """Prefill and decode of one request, ours and plain in turn."""
    weights = Weights(path)
    plain, tokeniser = Plain(weights, threads), Tokeniser(weights, template("chatml"))
    ours = LlamaModel(path, template="chatml", threads=threads)
    rates: dict[str, list[float]] = {"prefill": [], "plain prefill": [], "decode": [], "plain decode": []}
    for number in range(rounds):
        prompt = question(f"R{number}", sentences)
        tokens = tokeniser.prompt(prompt)
        seconds, token = plain.prefill(tokens)
        plain_decode = 1 / plain.decode(len(tokens), token, answer)
        before = ours.stats().decoded
        moments = _moments(ours, prompt, answer)
        pieces = len(moments) - 1
        if pieces < LEAST_PIECES:
            continue
        rates["plain prefill"].append(len(tokens) / seconds)
        rates["plain decode"].append(plain_decode)
        rates["prefill"].append((ours.stats().decoded - before - (pieces - 1)) / (moments[1] - moments[0]))
        rates["decode"].append((pieces - 1) / (moments[-1] - moments[1]))
    ours.close()
    return compared(rates)


def compared(rates: dict[str, list[float]]) -> dict[str, dict[str, Spread]]:
    """Each round's two measurements, taken one after the other, with each other."""
    ratios = {
        name: spread([one / two for one, two in zip(rates[name], rates[f"plain {name}"], strict=True)])
        for name in ("prefill", "decode")
    }
    beyond = [1000 / one - 1000 / two for one, two in zip(rates["decode"], rates["plain decode"], strict=True)]
    return {
        "Tokens a second": {name: spread(values) for name, values in rates.items()},
        "Ours over plain llama.cpp": ratios,
        "Milliseconds a token beyond plain llama.cpp": {"decode": spread(beyond)},
    }


def _moments(model: TextModel, prompt: Prompt, answer: int) -> list[float]:
    """When the request began and when each piece came."""
    moments = [time.monotonic()]
    moments.extend(time.monotonic() for _ in model.stream(prompt, max_tokens=answer))
    return moments


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options.parser(__doc__ or "", limit=3)
    parser.add_argument("--sentences", type=int, default=8, help="of evidence")
    parser.add_argument("--answer", type=int, default=48, help="tokens")
    given = parser.parse_args(arguments)
    base, begun = options.settings(given), options.about(given)
    tables = alone(options.model_file(base), options.threads(base), given.limit, given.sentences, given.answer)
    options.deliver("engine", {**begun, "figures": tables}, given.json)


if __name__ == "__main__":
    main()
