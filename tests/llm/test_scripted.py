import math

import numpy as np
import pytest

from service.errors import Cancelled, ModelFailed, PromptTooLong
from service.llm.scripted import Rule, ScriptedModel
from service.llm.types import Cancel, Prompt

EVIDENCE = (
    "Passages:\n- Revenue grew by 2.5 per cent. Councils adopt chatbots slowly.\n- Data teams are short of people!\n"
)


def ask(question: str) -> Prompt:
    return Prompt("Be brief.", (EVIDENCE, question))


def said(model: ScriptedModel, prompt: Prompt, **settings: object) -> str:
    return "".join(model.stream(prompt, **settings))  # type: ignore[arg-type]


def test_without_a_rule_the_evidence_answers() -> None:
    model = ScriptedModel()
    assert said(model, ask("Which teams are short of people?")).endswith("Data teams are short of people!")
    assert said(model, ask("Do councils adopt chatbots?")).startswith("Revenue grew by 2.5 per cent. Councils adopt")
    assert said(model, Prompt("", ("Hello?",))) == "The passages do not say."


def test_the_first_rule_that_matches_answers() -> None:
    model = ScriptedModel([Rule("weather", "Rain."), Rule("(?i)WHO|weather", "Socitm wrote it.")])
    assert said(model, ask("And the weather?")) == "Rain."
    assert said(model, ask("who wrote it?")) == "Socitm wrote it."
    assert [prompt.parts[-1] for prompt in model.prompts] == ["And the weather?", "who wrote it?"]


def test_streams_in_pieces_up_to_length_and_stop() -> None:
    model = ScriptedModel([Rule("x", "One two three. Four five.")])
    assert list(model.stream(ask("x"))) == ["One", " two", " three.", " Four", " five."]
    assert said(model, ask("x"), max_tokens=2) == "One two"
    assert said(model, ask("x"), stop=["e. F"]) == "One two thre"


def test_a_rule_can_fail_before_or_in_the_middle() -> None:
    model = ScriptedModel([Rule("never", "", ModelFailed("broken")), Rule("late", "It began", ModelFailed("broken"))])
    with pytest.raises(ModelFailed):
        list(model.stream(ask("never")))
    stream = model.stream(ask("late"))
    assert [next(stream), next(stream)] == ["It", " began"]
    with pytest.raises(ModelFailed):
        next(stream)


def test_cancel_is_honoured_everywhere() -> None:
    model, cancel = ScriptedModel([Rule("x", "One two three")], delay=0.001), Cancel()
    stream = model.stream(ask("x"), cancel=cancel)
    assert next(stream) == "One"
    cancel.set()
    with pytest.raises(Cancelled):
        next(stream)
    with pytest.raises(Cancelled):
        model.score([ask("x")], ["Yes"], cancel=cancel)
    with pytest.raises(Cancelled):
        model.warm(ask("x"), cancel=cancel)


def test_scores_are_log_probabilities_from_the_evidence_or_the_given_rule() -> None:
    prompts = [Prompt("", (EVIDENCE, claim)) for claim in ("Councils adopt chatbots.", "Penguins juggle.")]
    yes, no = np.exp(ScriptedModel().score(prompts, ["Yes", "No"])).T
    assert yes[0] > 0.95
    assert yes[1] < 0.05
    np.testing.assert_allclose(yes + no, 1, atol=1e-6)
    ruled = ScriptedModel(score=lambda prompt, option: 0.25 if option == "Yes" else 0.5)
    np.testing.assert_allclose(ruled.score(prompts, ["Yes", "No"]), [[math.log(0.25), math.log(0.5)]] * 2, rtol=1e-6)
    assert ScriptedModel().score([], ["Yes"]).shape == (0, 1)


def test_too_long_and_closed() -> None:
    model = ScriptedModel(context=20)
    with pytest.raises(PromptTooLong):
        list(model.stream(ask("Which teams are short?"), max_tokens=10))
    model = ScriptedModel()
    model.warm(ask("x"))
    assert model.warmed == [ask("x")]
    assert model.healthy()
    model.close()
    assert not model.healthy()
    with pytest.raises(ModelFailed):
        list(model.stream(ask("x")))
