"""Whether memory, sequences, files and threads stay flat over many questions in a row.

    python -m eval.bench.plateau --json eval/bench/results/plateau.json
    python -m eval.bench.plateau --core --model default --limit 50

The engine alone is asked, a fifth of the questions broken off, some asked again, so that reuse, eviction and new evidence all happen. With
`--core` whole answers are made, index, embedder, gate and verification included. Linux only.
"""

import itertools
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import numpy as np

from eval.bench import options
from eval.bench.engine import question
from eval.bench.figures import Spread, spread
from eval.bench.machine import open_files, resident_mb
from service.answering.types import Question
from service.llm.engine import LlamaModel

_SAMPLES = 40
_BROKEN_OFF = 0.2
_CELLS = 4096

Sample = dict[str, float]


def ask_many(model: LlamaModel, ask: Callable[[], object], questions: int) -> list[Sample]:
    samples, every = [], max(1, questions // _SAMPLES)
    for number in range(1, questions + 1):
        ask()
        if number % every == 0:
            model.drain(60)
            samples.append(sample(model, number))
    return samples


def ask_engine(model: LlamaModel, questions: int, dice: random.Random) -> None:
    prompt = question(f"Q{dice.randrange(questions // 3 + 1)}", dice.randrange(1, 8), dice.randrange(8))
    with closing(model.stream(prompt, max_tokens=dice.randrange(1, 12))) as stream:  # type: ignore[type-var]
        for _ in stream:
            if dice.random() < _BROKEN_OFF:
                break


def sample(model: LlamaModel, number: int) -> Sample:
    stats = model.stats()
    return {
        "question": number,
        "resident_mb": resident_mb(),
        "files": open_files(),
        "threads": threading.active_count(),
        "running": stats.running + stats.waiting,
        "free_cells": stats.free_cells,
        "free_sequences": stats.free_sequences,
    }


def grown(samples: Sequence[Sample]) -> dict[str, dict[str, Spread]]:
    """What the second half added: memory by least squares, the rest by its largest difference from the middle on."""
    half = samples[len(samples) // 2 :]
    leaks = {
        name: spread([max(abs(row[name] - half[0][name]) for row in half)]) for name in ("files", "threads", "running")
    }
    return {
        "Growth of memory over the second half, MB": {"resident": spread([slope(half)])},
        "Largest change over the second half": leaks,
    }


def slope(samples: Sequence[Sample]) -> float:
    """Growth of memory from the first to the last, in MB, by least squares."""
    numbers = [row["question"] for row in samples]
    per_question, _ = np.polyfit(numbers, [row["resident_mb"] for row in samples], 1)
    return float(per_question * (numbers[-1] - numbers[0]))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options.parser(__doc__ or "", limit=1000)
    parser.set_defaults(model="test")
    parser.add_argument("--core", action="store_true", help="whole answers instead of the engine alone")
    given = parser.parse_args(arguments)
    begun = options.about(given)
    with _asking(given) as (model, ask):
        samples = ask_many(model, ask, given.limit)
    asked = "whole answers" if given.core else "the engine alone"
    options.deliver(
        "plateau",
        {**begun, "questions": given.limit, "asked": asked, "figures": grown(samples), "rows": samples},
        given.json,
    )


@contextmanager
def _asking(given: Any) -> Iterator[tuple[LlamaModel, Callable[[], object]]]:
    if given.core:
        rows = itertools.cycle(options.standing_alone(given.questions))
        with options.opened(given) as runtime:
            assert isinstance(runtime.model, LlamaModel)  # noqa: S101 - a remote model has no cells to leak
            yield runtime.model, lambda: runtime.answerer.answer(Question(next(rows).question))
        return
    base = options.settings(given)
    model = LlamaModel(options.model_file(base), template="chatml", threads=base.threads, context=_CELLS)
    dice = random.Random(3)  # noqa: S311 - a choice of questions, not a secret
    with closing(model):
        yield model, lambda: ask_engine(model, given.limit, dice)


if __name__ == "__main__":
    main()
