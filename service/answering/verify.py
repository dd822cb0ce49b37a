"""Whether a cited text supports a sentence: hard checks first, then a calibrated score, then words for the reason.

A number, date or name that is not in the cited text can never pass, whatever the score says. The score is a logistic
mix of the signals and, where the engine gives next-token scores, of the model's own yes against no: a small model is a
poor judge in prose but a good one by its logits. Weights and thresholds are in
`calibration.json`; `calibration.py` says which are fitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.types import Embedder
from prompts import fill
from service.answering.calibration import Calibration, load
from service.answering.segment import sentences
from service.answering.signals import Signals, measure
from service.answering.types import Verdict
from service.llm.types import Cancel, Prompt, TextModel

YES_NO = ("Yes", "No")
FLAWED = 0.05
"""The most that the support of a flawed claim can be."""
COPIED = 0.9
"""Share of content words, in order, from which a claim without new words is a copy."""
MATCHED = 0.1
LIKENESS = 0.3
"""Below both, a claim and its source have nothing to do with each other. No such pair was among those that the score is
fitted to, and it is wrong about them: 0.86 and 0.95 for claims of other subjects beside a report's title."""


@dataclass(frozen=True, slots=True)
class Check:
    verdict: Verdict
    support: float
    """Calibrated probability that the source supports every part of the claim."""
    reason: str | None
    """Why it is not fully supported, in a sentence for the reader."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence and the text that it is said to rest on."""

    text: str
    sources: tuple[str, ...]
    """Readable source sentences."""
    context: str = ""
    """Title, date and headings of the report."""
    vector: NDArray[np.float32] | None = None
    source_vectors: NDArray[np.float32] | None = None


class Verifier:
    """Checks claims. `model` is optional: without it, or where it gives no scores, signals alone decide."""

    def __init__(
        self, embedder: Embedder, model: TextModel | None = None, calibration: Calibration | None = None
    ) -> None:
        self.embedder = embedder
        self._model = model
        self._calibration = calibration or load()

    def check(self, claims: Sequence[tuple[str, str]]) -> list[Check]:
        """Each pair is a claim and a passage that should support it."""
        return self.check_all([Claim(text, tuple(sentences(passage))) for text, passage in claims])

    def check_all(self, claims: Sequence[Claim], *, cancel: Cancel | None = None) -> list[Check]:
        signals = [self.signals(claim) for claim in claims]
        logits = self._judge(claims, signals, cancel)
        return [self._decide(s, logit) for s, logit in zip(signals, logits, strict=True)]

    def signals(self, claim: Claim) -> Signals:
        vector = claim.vector
        if vector is None:
            vector = self.embedder.embed([claim.text], kind="passage")[0]
        vectors = claim.source_vectors
        if vectors is None:
            vectors = (
                self.embedder.embed(list(claim.sources), kind="passage")
                if claim.sources
                else np.zeros((0, self.embedder.dimension), np.float32)
            )
        return measure(claim.text, vector, claim.sources, vectors, context=claim.context)

    def _judge(self, claims: Sequence[Claim], signals: Sequence[Signals], cancel: Cancel | None) -> list[float | None]:
        """The model's log-odds of yes against no, only for claims that the signals leave open."""
        logits: list[float | None] = [None] * len(claims)
        if self._model is None:
            return logits
        open_ = [i for i, s in enumerate(signals) if self._is_open(s)]
        if open_:
            scores = self._model.score([judge_prompt(claims[i]) for i in open_], YES_NO, cancel=cancel)
            if scores is not None:
                for i, row in zip(open_, scores, strict=True):
                    logits[i] = float(row[0] - row[1])
        return logits

    def _is_open(self, signals: Signals) -> bool:
        """Whether the model's word is needed: not for a copy of the source, nor where the signals are sure. It takes seconds."""
        if signals.flaws or is_copy(signals) or is_unrelated(signals):
            return False
        return self._calibration.open_low <= self._score(signals, None) < self._calibration.open_high

    def _score(self, signals: Signals, logit: float | None) -> float:
        return self._calibration.support(signals.values, logit)

    def _decide(self, signals: Signals, logit: float | None) -> Check:
        support = self._score(signals, logit)
        if signals.flaws:
            return Check(Verdict.UNSUPPORTED, min(support, FLAWED), signals.flaws[0])
        if is_unrelated(signals):
            return Check(Verdict.UNSUPPORTED, min(support, FLAWED), "The cited text speaks of something else.")
        doubted = logit is not None and logit < self._calibration.judge_floor
        if support >= self._calibration.supported and not doubted:
            return Check(Verdict.SUPPORTED, support, None)
        reason = self._reason(signals)
        if doubted:
            return Check(Verdict.UNSUPPORTED, min(support, self._calibration.partly), reason)
        verdict = Verdict.PARTLY if support >= self._calibration.partly else Verdict.UNSUPPORTED
        return Check(verdict, support, reason)

    @staticmethod
    def _reason(signals: Signals) -> str:
        for names, reason in _REASONS:
            if any(signals.values[name] for name in names):
                return reason
        return "Not every part of the sentence is stated in the cited text."


def is_copy(signals: Signals) -> bool:
    """Whether the claim says nothing but what its source says, in the same words and order."""
    values = signals.values
    changed = any(values[name] for name in values if name.startswith(("near_inserted_", "near_deleted_")))
    return values["content_matched"] >= COPIED and values["novel"] == 0 and not changed


def is_unrelated(signals: Signals) -> bool:
    """Whether a claim shares neither words nor meaning with its source."""
    return signals.values["matched"] < MATCHED and signals.values["likeness"] < LIKENESS


_REASONS = (
    (
        ("polarity", "near_inserted_negation", "near_deleted_negation"),
        "The sentence and the cited text differ in what they deny.",
    ),
    (("reversed",), "The cited text states the opposite direction."),
    (("modality", "near_inserted_duty", "near_inserted_certainty"), "The cited text does not put it as strongly."),
    (("hedge_lost", "near_deleted_hedge"), "The cited text puts it more carefully."),
    (
        ("quantifier", "near_inserted_all", "near_deleted_some", "near_deleted_most"),
        "The cited text does not say that it holds for all.",
    ),
    (("near_inserted_cause",), "The cited text does not give this as a cause."),
)
"""What to say of a claim that falls short, by the first of these signals that it shows."""


def judge_prompt(claim: Claim) -> Prompt:
    passage = "\n".join(claim.sources)
    if claim.context:
        passage = f"({claim.context})\n{passage}"
    return Prompt(
        system=fill("check"),
        parts=(
            f"Passage: {passage}\n",
            f"Claim: {claim.text}\nIs every part of the claim stated in the passage? Answer Yes or No.",
        ),
    )
