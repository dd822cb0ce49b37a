"""Whether memory, sequences, files and threads stay flat over many questions, a fifth of them broken off.

python -m eval.bench.plateau MODEL.gguf --questions 1000 --json eval/bench/results/plateau.json
"""

import argparse
import json
import random
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.engine import question
from eval.bench.machine import describe, open_files, resident_mb
from service.llm.engine import LlamaModel

_SAMPLES = 40
_BROKEN_OFF = 0.2


def ask_many(model: LlamaModel, questions: int, dice: random.Random) -> list[dict[str, float]]:
    """Some questions repeat, so that reuse, eviction and new evidence all happen."""
    samples, every = [], max(1, questions // _SAMPLES)
    for number in range(questions):
        prompt = question(f"Q{dice.randrange(questions // 3 + 1)}", dice.randrange(1, 8), dice.randrange(8))
        with closing(model.stream(prompt, max_tokens=dice.randrange(1, 12))) as stream:  # type: ignore[type-var]
            for _ in stream:
                if dice.random() < _BROKEN_OFF:
                    break
        if number % every == 0:
            model.drain(60)
            samples.append(sample(model, number))
    return samples


def sample(model: LlamaModel, number: int) -> dict[str, float]:
    stats = model.stats()
    return {
        "question": number,
        "resident_mb": resident_mb(),
        "files": open_files(),
        "threads": threading.active_count(),
        "free_cells": stats.free_cells,
        "free_sequences": stats.free_sequences,
    }


def slope(samples: Sequence[dict[str, float]]) -> float:
    """Growth of memory over the second half, in MB, by least squares."""
    half = samples[len(samples) // 2 :]
    numbers = [row["question"] for row in half]
    per_question, _ = np.polyfit(numbers, [row["resident_mb"] for row in half], 1)
    return float(per_question * (numbers[-1] - numbers[0]))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    model = LlamaModel(given.model, template="chatml", threads=given.threads, context=given.context)
    samples = ask_many(model, given.questions, random.Random(3))  # noqa: S311
    result: dict[str, Any] = {
        "machine": describe(), "model": given.model.name, "questions": given.questions,
        "growth_mb_second_half": round(slope(samples), 2), "samples": samples,
    }  # fmt: skip
    model.close()
    print(json.dumps({key: value for key, value in result.items() if key != "samples"}, indent=1))
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
