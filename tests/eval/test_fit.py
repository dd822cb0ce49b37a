"""The fit on made-up features whose truth is known."""

import random

from eval.features import Features
from eval.fit import fit_gate, fit_verifier


def rows(count: int = 200) -> list[Features]:
    """Coverage tells a little, the model's word more; every tenth corrupted claim has a flaw, whatever they say."""
    chance = random.Random(7)  # noqa: S311
    made = []
    for n in range(count):
        label = n % 2 == 0
        values = {"coverage": chance.gauss(0.6 if label else 0.4, 0.2), "idle": 1.0}
        if n % 5:
            values["judge"] = chance.gauss(3 if label else -3, 1)
        made.append(Features(f"r{n}", f"report {n % 7}", label, values, flawed=n % 20 == 1))
    return made


def test_the_verifier_weighs_what_tells_and_lets_few_corrupted_claims_pass() -> None:
    found = fit_verifier(rows(), penalty=1.0)
    assert found["judged"]["weights"]["judge"] > 0
    assert found["signals"]["weights"]["coverage"] > 0
    assert found["signals"]["weights"]["idle"] == 0
    assert "judge" not in found["signals"]["weights"]
    assert 0 < found["open_low"] < found["partly"] <= found["supported"] <= found["open_high"] < 1
    worth = found["verifier_fit"]
    assert worth["auroc_out_of_fold"] > worth["signals_alone"] > 0.6
    assert worth["true_passed"] > 0.5


def test_without_the_models_word_only_signals_are_fitted() -> None:
    silent = [Features(r.id, r.group, r.label, {"coverage": r.values["coverage"]}) for r in rows()]
    found = fit_verifier(silent, penalty=1.0)
    assert "judged" not in found
    assert found["verifier_fit"]["auroc_out_of_fold"] == found["verifier_fit"]["signals_alone"]


def test_the_gate_refuses_few_answerable_questions() -> None:
    found = fit_gate(rows(), penalty=1.0)
    assert set(found["answerable"]["weights"]) == {"coverage", "idle", "judge"}
    assert 0 < found["answerable_threshold"] < 0.9
    worth = found["gate_fit"]["judged"]
    assert worth["auroc_out_of_fold"] > 0.94
    assert worth["auroc_out_of_fold"] > found["gate_fit"]["search_alone"]
