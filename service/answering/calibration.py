"""The numbers of gate and verifier, kept out of the code so that they can be fitted (`python -m eval.fit`).

`answerable` is fitted on 82 tuning questions (all 37 that have no answer, 45 that have one), `signals` on the tuning claims.
`judged` adds the model's word to the signals. What each fit is worth on reports it did not see stands beside it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Logistic:
    """Logistic regression: probability of `sum(weight * value) + bias`."""

    weights: Mapping[str, float]
    bias: float

    def probability(self, values: Mapping[str, float]) -> float:
        z = self.bias + sum(weight * values.get(name, 0.0) for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))


@dataclass(frozen=True, slots=True)
class Calibration:
    signals: Logistic
    """Support from signals alone."""
    judged: Logistic
    """Support from signals and the model's yes/no log-odds (`judge`)."""
    supported: float
    """At least this is supported."""
    partly: float
    """At least this, and less than `supported`, is partly supported."""
    judge_floor: float
    """Log-odds of the model's yes under which nothing is supported, whatever the signals say."""
    open_low: float
    """Support by signals under which the model is not asked."""
    open_high: float
    """Support by signals from which the model is not asked."""
    answerable: Logistic
    answerable_threshold: float

    def support(self, signals: Mapping[str, float], judge: float | None) -> float:
        if judge is None:
            return self.signals.probability(signals)
        return self.judged.probability({**signals, "judge": judge})


_NUMBERS = ("supported", "partly", "judge_floor", "open_low", "open_high", "answerable_threshold")


def parse(raw: str) -> Calibration:
    loaded = json.loads(raw)
    return Calibration(
        signals=Logistic(**loaded["signals"]),
        judged=Logistic(**loaded["judged"]),
        answerable=Logistic(**loaded["answerable"]),
        **{name: float(loaded[name]) for name in _NUMBERS},
    )


@cache
def load() -> Calibration:
    """What ships with this version."""
    return parse(files(__package__).joinpath("calibration.json").read_text(encoding="utf-8"))
