"""Fits the numbers of `service/answering/calibration.json` on the tuning halves of development sets.

    python -m eval.fit verifier eval/claims/corpus.jsonl --reports reports/
    python -m eval.fit gate eval/questions/corpus.jsonl --reports reports/ --write

Prints what the fit is worth on reports that it did not see; writes only with `--write`.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.classification import auroc, auroc_interval
from eval.datasets import load_claims, load_questions
from eval.features import Features, names_of, of_claim, of_question
from eval.fingerprint import ROOT
from eval.journal import Journal
from eval.logistic import fit, out_of_fold
from eval.passages import ReportTexts
from eval.progress import progress
from eval.reports import report_files
from eval.runner import run
from eval.session import cache_dir, checking, configuration, opened, run_key, settings
from eval.splits import Split, select

CALIBRATION = ROOT / "service" / "answering" / "calibration.json"
CORRUPTED_PASSED = 0.04
"""Corrupted claims that may pass as supported: a little under the 5% that is promised."""
CORRUPTED_UNASKED = 0.02
"""Corrupted claims that may pass without the model's word."""
TRUE_WITHHELD = 0.03
"""True claims that may be unsupported rather than partly supported."""
FALSE_REFUSALS = 0.03
"""Answerable questions that the gate may refuse; verification and the kind of value asked for refuse some more."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["verifier", "gate"])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--reports", type=Path, nargs="+", required=True)
    parser.add_argument("--penalty", type=float, default=5.0)
    parser.add_argument("--write", action="store_true", help=f"Write {CALIBRATION.name}.")
    given = parser.parse_args(arguments)
    if given.part == "verifier":
        found = fit_verifier(claim_features(given.dataset, given.reports), given.penalty)
    else:
        found = fit_gate(question_features(given.dataset, given.reports), given.penalty)
    print(json.dumps(found, indent=2))
    if given.write:
        CALIBRATION.write_text(json.dumps({**json.loads(CALIBRATION.read_text()), **found}, indent=2) + "\n")


def fit_verifier(rows: Sequence[Features], penalty: float) -> dict[str, Any]:
    """Both models, and thresholds read off out-of-fold scores. A flawed claim scores 0: it cannot pass. The model's
    word counts where it was asked; copies of the source and flawed claims stay with the signals."""
    labels, groups = _labels(rows), [row.group for row in rows]
    sound = np.array([not row.flawed for row in rows])
    asked = np.array(["judge" in row.values for row in rows])
    names = [name for name in names_of(rows) if name != "judge"]
    values = _matrix(rows, names)
    alone = out_of_fold(values, labels, groups, penalty) * sound
    found: dict[str, Any] = {"signals": _weights(values, labels, names, penalty)}
    scores = alone.copy()
    if asked.any():
        judged = _matrix(rows, [*names, "judge"])[asked]
        scores[asked] = out_of_fold(
            judged, labels[asked], [g for g, a in zip(groups, asked, strict=True) if a], penalty
        )
        found["judged"] = _weights(judged, labels[asked], [*names, "judge"], penalty)
    true, false = scores[labels == 1], scores[labels == 0]
    supported = float(np.quantile(false, 1 - CORRUPTED_PASSED, method="higher"))
    return {
        **found,
        "supported": round(supported, 3),
        "partly": round(min(supported, float(np.quantile(true[true > 0], TRUE_WITHHELD))), 3),
        "open_low": round(float(np.quantile(alone[sound & (labels == 1)], 0.01)), 3),
        "open_high": round(max(supported, float(np.quantile(alone[labels == 0], 1 - CORRUPTED_UNASKED))), 3),
        "verifier_fit": {
            **_worth(scores, labels),
            "signals_alone": round(_auroc(alone, labels), 3),
            "true_passed": round(float((true >= supported).mean()), 3),
        },
    }


def fit_gate(rows: Sequence[Features], penalty: float) -> dict[str, Any]:
    """What search found on all rows, then its log-odds and the model's word on those that the model judged: few rows cannot carry
    all weights at once."""
    labels, groups = _labels(rows), [row.group for row in rows]
    names = [name for name in names_of(rows) if name != "judge"]
    values = _matrix(rows, names)
    search = fit(values, labels, penalty)
    alone = out_of_fold(values, labels, groups, penalty)
    judged = np.array(["judge" in row.values for row in rows])
    pairs = np.column_stack([np.log(alone / (1 - alone)), _matrix(rows, ["judge"])])[judged]
    both = fit(pairs, labels[judged])
    scores = out_of_fold(pairs, labels[judged], [g for g, j in zip(groups, judged, strict=True) if j])
    weights = {name: both.weights[0] * weight for name, weight in zip(names, search.weights, strict=True)}
    weights["judge"] = both.weights[1]
    return {
        "answerable": {
            "weights": {name: round(weight, 4) for name, weight in weights.items()},
            "bias": round(both.weights[0] * search.bias + both.bias, 4),
        },
        "answerable_threshold": round(float(np.quantile(scores[labels[judged] == 1], FALSE_REFUSALS)), 3),
        "gate_fit": {
            "rows": len(rows),
            "search_alone": round(_auroc(alone, labels), 3),
            "judged": _worth(scores, labels[judged]),
        },
    }


def claim_features(dataset: Path, reports: Sequence[Path]) -> list[Features]:
    rows = select(load_claims(dataset), Split.TUNE)
    texts = ReportTexts(report_files(reports))
    with checking(settings()) as (verifier, model):
        config = {"features": dataset.name, "model": model.name, "rows": [(row.id, row.claim) for row in rows]}
        journal = Journal(cache_dir() / "features", run_key(config))
        with progress("Judging", len(rows)) as advance:
            return run(
                rows, lambda row: of_claim(row, texts.passage(row), verifier, model), Features, journal, advance=advance
            )


def question_features(dataset: Path, reports: Sequence[Path]) -> list[Features]:
    rows = select(load_questions(dataset), Split.TUNE)
    with opened(reports, settings()) as runtime:
        journal = Journal(cache_dir() / "features", run_key(configuration(runtime, dataset, features="gate")))
        with progress("Searching", len(rows)) as advance:
            return run(rows, lambda row: of_question(row, runtime.answerer), Features, journal, advance=advance)


def _matrix(rows: Sequence[Features], names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[row.values.get(name, 0.0) for name in names] for row in rows])


def _labels(rows: Sequence[Features]) -> NDArray[np.float64]:
    return np.array([float(row.label) for row in rows])


def _weights(
    values: NDArray[np.float64], labels: NDArray[np.float64], names: Sequence[str], penalty: float
) -> Mapping[str, Any]:
    fitted = fit(values, labels, penalty)
    weights = {name: round(weight, 4) for name, weight in zip(names, fitted.weights, strict=True)}
    return {"weights": weights, "bias": round(fitted.bias, 4)}


def _worth(scores: NDArray[np.float64], labels: NDArray[np.float64]) -> dict[str, Any]:
    interval = auroc_interval(scores.tolist(), (labels == 1).tolist())
    return {
        "rows": len(labels),
        "auroc_out_of_fold": round(_auroc(scores, labels), 3),
        "interval": [round(interval.low, 3), round(interval.high, 3)],
    }


def _auroc(scores: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    return auroc(scores.tolist(), (labels == 1).tolist())


if __name__ == "__main__":
    main()
