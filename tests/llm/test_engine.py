"""The engine with a real model. What is checked is what was computed and said, never how long it took."""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.errors import Cancelled, ModelBusy, ModelFailed, PromptTooLong
from service.llm.engine import LlamaModel
from service.llm.llama_context import Context, Rows
from service.llm.types import Cancel, Prompt, Turn

pytestmark = pytest.mark.model

SYSTEM = "You are a helpful assistant. Follow the instruction exactly."
PATIENCE = 120.0
"""Seconds after which a test is stuck; nothing is measured by it."""


@pytest.fixture(scope="module")
def shared(small_model: Path) -> Iterator[LlamaModel]:
    model = LlamaModel(small_model, template="chatml", threads=1, context=4096)
    yield model
    model.close()


@pytest.fixture
def model(shared: LlamaModel) -> LlamaModel:
    assert shared.drain(PATIENCE)
    return shared


@pytest.fixture
def make(small_model: Path) -> Iterator[Callable[..., LlamaModel]]:
    made: list[LlamaModel] = []

    def one(**settings: Any) -> LlamaModel:
        made.append(LlamaModel(small_model, template="chatml", threads=1, **settings))
        return made[-1]

    yield one
    for model in made:
        model.close()


class AtLook(Cancel):
    """Acts when the engine looks at it for the n-th time, which makes the moment exact."""

    def __init__(self, look: int, act: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._looks = itertools.count(1)
        self._look, self._act = look, act or self.set

    def __bool__(self) -> bool:
        if threading.current_thread().name == "trendwise-engine" and next(self._looks) == self._look:
            self._act()
        return super().__bool__()


def ask(*parts: str) -> Prompt:
    return Prompt(SYSTEM, parts)


def evidence(marker: str, sentences: int = 4) -> str:
    return "".join(f"- Report {marker} says that item {i} grew by {i + 3} per cent.\n" for i in range(sentences))


def computed(model: LlamaModel, prompt: Prompt) -> int:
    """Tokens that were decoded for the prompt alone: with an answer of one token nothing else is."""
    assert model.drain(PATIENCE)
    before = model.stats().decoded
    list(model.stream(prompt, max_tokens=1))
    assert model.drain(PATIENCE)
    return model.stats().decoded - before


def prompt_tokens(model: LlamaModel, prompt: Prompt) -> int:
    return len(model._tokeniser.prompt(prompt))


def plainly(model: LlamaModel, prompt: Prompt, tokens: int) -> tuple[str, np.ndarray[Any, Any]]:
    """The same by the shortest possible program: one sequence, one context, one batch, no cache."""
    context = Context(model._weights, cells=1024, sequences=1, threads=1)
    row, out, first = model._tokeniser.prompt(prompt), b"", None
    position = 0
    for _ in range(tokens):
        logits = context.decode([Rows(0, position, row, wanted=True)])[0]
        assert logits is not None
        first = logits.copy() if first is None else first
        position += len(row)
        row = np.array([logits.argmax()], np.int32)
        if model._weights.ends(int(row[0])):
            break
        out += model._weights.piece(int(row[0]))
    context.close()
    assert first is not None
    return out.decode(), first


def test_streaming_gives_what_a_plain_loop_gives(model: LlamaModel) -> None:
    prompt = ask("What is the capital of France?")
    pieces = list(model.stream(prompt, max_tokens=12))
    assert len(pieces) > 3
    assert all(pieces)
    assert "".join(pieces) == plainly(model, prompt, 12)[0]
    assert "Paris" in "".join(pieces)


def test_an_answer_ends_at_its_length_and_before_a_stop(model: LlamaModel) -> None:
    prompt = ask("What is the capital of France?")
    whole = "".join(model.stream(prompt, max_tokens=12))
    assert len(list(model.stream(prompt, max_tokens=3))) == 3
    cut = whole[len(whole) // 2 : len(whole) // 2 + 4]
    assert "".join(model.stream(prompt, max_tokens=12, stop=["never said", cut])) == whole[: whole.index(cut)]


@pytest.mark.slow
def test_prefill_is_continued(model: LlamaModel) -> None:
    prompt = Prompt(SYSTEM, ("What is the capital of France?",), prefill="The capital of France is")
    assert "".join(model.stream(prompt, max_tokens=4)).lstrip().startswith("Paris")


@pytest.mark.slow
def test_history_is_read(model: LlamaModel) -> None:
    history = (Turn("user", "My name is Ottoline."), Turn("assistant", "Hello Ottoline!"))
    prompt = Prompt(SYSTEM, ("What is my name?",), history, prefill="Your name is")
    assert "Ottoline" in "".join(model.stream(prompt, max_tokens=8))


@pytest.mark.slow
def test_scores_are_the_log_probabilities_of_first_tokens(model: LlamaModel) -> None:
    prompts = [ask(evidence("S", 2), f"Is item {i} in the report?") for i in range(3)]
    options = ["Yes", "No", "The"]
    scores = model.score(prompts, options)
    assert scores.shape == (3, 3)
    for prompt, row in zip(prompts, scores, strict=True):
        logits = plainly(model, prompt, 1)[1].astype(np.float64)
        expected = logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()
        tokens = [model._tokeniser.text(option)[0] for option in options]
        np.testing.assert_allclose(row, expected[tokens], atol=0.3)


def test_scores_of_nothing(model: LlamaModel) -> None:
    assert model.score([], ["Yes", "No"]).shape == (0, 2)
    with pytest.raises(ValueError, match="empty"):
        model.score([ask("Hi")], [""])


def test_a_shared_beginning_is_computed_once(model: LlamaModel) -> None:
    first = ask(evidence("A"), "What grew most?")
    second = ask(evidence("A"), "What grew least of all items?")
    computed(model, first)
    common = len(model._tokeniser.stable(first))
    assert common > 80
    assert computed(model, second) <= prompt_tokens(model, second) - common
    assert computed(model, second) == 1


@pytest.mark.slow
def test_prompts_of_one_score_share_their_beginning(model: LlamaModel) -> None:
    prompts = [ask(evidence("B"), f"Does item {i} shrink?") for i in range(4)]
    before = model.stats().decoded
    model.score(prompts, ["Yes", "No"])
    tails = sum(prompt_tokens(model, prompt) - len(model._tokeniser.stable(prompt)) for prompt in prompts)
    assert model.stats().decoded - before <= len(model._tokeniser.stable(prompts[0])) + tails


@pytest.mark.slow
def test_two_people_with_the_same_evidence_wait_for_one_prefill(model: LlamaModel) -> None:
    prompts = [ask(evidence("C"), question) for question in ("What grew most?", "Which item is last?")]
    before = model.stats().decoded
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda prompt: list(model.stream(prompt, max_tokens=1)), prompts))
    tails = sum(prompt_tokens(model, prompt) - len(model._tokeniser.stable(prompt)) for prompt in prompts)
    assert model.stats().decoded - before <= len(model._tokeniser.stable(prompts[0])) + tails


@pytest.mark.slow
def test_the_fixed_beginning_survives_when_all_else_has_gone(make: Callable[..., LlamaModel]) -> None:
    model = make(context=256)
    fixed = len(model._tokeniser.preamble(ask("x")))
    for marker in "DEFGH":
        computed(model, ask(evidence(marker, 8), "What grew most?"))
    prompt = ask("Something else entirely")
    assert computed(model, prompt) <= prompt_tokens(model, prompt) - fixed


def test_what_was_warmed_is_not_computed_again(model: LlamaModel) -> None:
    model.warm(ask(evidence("I"), "What gr"))
    prompt = ask(evidence("I"), "What grew most of all?")
    assert computed(model, prompt) <= prompt_tokens(model, prompt) - len(model._tokeniser.stable(prompt))


@pytest.mark.slow
def test_warming_grows_with_the_evidence(model: LlamaModel) -> None:
    model.warm(ask(evidence("J", 3), "What"))
    before = model.stats().decoded
    model.warm(ask(evidence("J", 3), evidence("K", 2), "What grew"))
    assert model.stats().decoded - before <= model.count(evidence("K", 2))


@pytest.mark.slow
def test_warming_gives_way_and_then_goes_on(make: Callable[..., LlamaModel]) -> None:
    model = make(context=1024)
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        assert go_on.wait(PATIENCE)

    long = ask(evidence("L", 12), "x")
    with ThreadPoolExecutor(2) as pool:
        warming = pool.submit(model.warm, long, cancel=AtLook(2, hold))
        assert held.wait(PATIENCE)
        asked = pool.submit(lambda: (list(model.stream(ask("Name a colour."), max_tokens=3)), warming.done()))
        while model.stats().waiting == 0:
            assert not asked.done()
        go_on.set()
        said, warming_was_done = asked.result(PATIENCE)
        warming.result(PATIENCE)
    assert said
    assert not warming_was_done
    assert computed(model, long) <= prompt_tokens(model, long) - len(model._tokeniser.stable(long))


@pytest.mark.slow
def test_warming_is_cancelled_and_never_fails(model: LlamaModel) -> None:
    with pytest.raises(Cancelled):
        model.warm(ask(evidence("M", 30), "x"), cancel=AtLook(2))
    assert model.drain(PATIENCE)
    model.warm(ask(evidence("N", 1000), "x"))


@pytest.mark.slow
def test_cancelled_in_prefill(model: LlamaModel) -> None:
    prompt = ask(evidence("O", 60), "What grew most?")
    before = model.stats().decoded
    with pytest.raises(Cancelled):
        list(model.stream(prompt, cancel=AtLook(2)))
    assert model.drain(PATIENCE)
    assert 0 < model.stats().decoded - before < prompt_tokens(model, prompt)


def test_cancelled_in_decode(model: LlamaModel) -> None:
    cancel = Cancel()
    stream = model.stream(ask("Count from one to fifty."), cancel=cancel)
    assert next(stream)
    cancel.set()
    with pytest.raises(Cancelled):
        list(stream)
    assert model.drain(PATIENCE)


@pytest.mark.slow
def test_cancelled_in_the_queue_while_another_goes_on(make: Callable[..., LlamaModel]) -> None:
    model = make(context=256)
    held, go_on, cancel = threading.Event(), threading.Event(), Cancel()

    def hold() -> None:
        held.set()
        assert go_on.wait(PATIENCE)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(
            lambda: "".join(model.stream(ask("What is the capital of France?"), max_tokens=180, cancel=AtLook(4, hold)))
        )
        assert held.wait(PATIENCE)
        second = pool.submit(
            lambda: list(model.stream(ask("What is the capital of Spain?"), max_tokens=180, cancel=cancel))
        )
        while model.stats().waiting == 0:
            assert not second.done()
        cancel.set()
        with pytest.raises(Cancelled):
            second.result(PATIENCE)
        go_on.set()
        assert "Paris" in first.result(PATIENCE)
    assert model.drain(PATIENCE)


def test_a_cancelled_request_never_starts(model: LlamaModel) -> None:
    cancel, before = Cancel(), model.stats().decoded
    cancel.set()
    for call in (
        lambda: next(model.stream(ask("Hi"), cancel=cancel)),
        lambda: model.score([ask("Hi")], ["Yes"], cancel=cancel),
    ):
        with pytest.raises(Cancelled):
            call()
    assert model.stats().decoded == before


def test_beyond_the_queue_there_is_no_room(make: Callable[..., LlamaModel]) -> None:
    model = make(context=512, queue=2)
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        assert go_on.wait(PATIENCE)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: list(model.stream(ask("Hi"), max_tokens=5, cancel=AtLook(3, hold))))
        assert held.wait(PATIENCE)
        second = pool.submit(lambda: list(model.stream(ask("Hello"), max_tokens=5)))
        while model.stats().waiting == 0:
            assert not second.done()
        with pytest.raises(ModelBusy) as busy:
            next(model.stream(ask("Hey")))
        assert 1 <= busy.value.retry_after <= 60
        go_on.set()
        assert first.result(PATIENCE)
        assert second.result(PATIENCE)
    assert list(model.stream(ask("Hey"), max_tokens=2))


@pytest.mark.slow
def test_more_than_fits_at_once_waits_and_completes(make: Callable[..., LlamaModel]) -> None:
    model = make(context=256)
    prompts = [ask(evidence(marker, 6), "What grew most?") for marker in "PQRS"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda prompt: "".join(model.stream(prompt, max_tokens=40)), prompts))
    assert all(answers)


@pytest.mark.slow
def test_what_can_never_fit_is_refused(model: LlamaModel) -> None:
    prompt = ask("word " * 60)
    room = model.context - prompt_tokens(model, prompt)
    stream = model.stream(prompt, max_tokens=room)
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]
    with pytest.raises(PromptTooLong, match=str(model.context)):
        next(model.stream(prompt, max_tokens=room + 1))


@pytest.mark.slow
def test_sixty_four_at_once_are_complete_and_never_crossed(model: LlamaModel) -> None:
    numbers = [str(1117 + 131 * i) for i in range(64)]

    def repeat(number: str) -> str:
        prompt = Prompt(
            "Repeat the number.", (f"The number is {number}. What is the number?",), prefill="The number is"
        )
        return "".join(model.stream(prompt, max_tokens=6))

    with ThreadPoolExecutor(64) as pool:
        together = list(pool.map(repeat, numbers))
    for number, said in zip(numbers, together, strict=True):
        assert number in said
        assert not any(other in said for other in numbers if other != number)
    assert model.drain(PATIENCE)
    alone = [repeat(number) for number in numbers[:8]]
    assert sum(one == other for one, other in zip(alone, together, strict=False)) >= 7


@pytest.mark.slow
def test_two_hundred_that_go_away_leave_nothing_behind(model: LlamaModel) -> None:
    def leave(i: int) -> None:
        cancel = AtLook(1 + i % 5) if i % 2 else None
        stream = model.stream(ask(evidence("V", 3), f"Question {i % 7}?"), max_tokens=20, cancel=cancel)
        try:
            with closing(stream):  # type: ignore[type-var]
                next(stream)
        except Cancelled:
            return

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(leave, range(200)))
    assert model.drain(PATIENCE)
    stats, cache = model.stats(), model._engine._cache
    kept = [*cache.finished, *cache.pinned]
    assert stats.running == stats.waiting == 0
    assert stats.free_sequences == stats.sequences - len(kept)
    assert stats.free_cells == stats.cells - cache.held(kept, None, 0)
    context = model._engine._context
    assert context is not None
    lengths = {sequence.number: sequence.length for sequence in kept}
    assert [context.length(number) for number in range(stats.sequences)] == [
        lengths.get(n, 0) for n in range(stats.sequences)
    ]
    assert list(model.stream(ask("Hi"), max_tokens=2))


def test_no_control_token_comes_from_text(model: LlamaModel) -> None:
    weights = model._weights
    controls = {token for token in range(weights.vocabulary_size) if weights.is_control(token)}
    plain = Prompt("s", ("p", "q"), (Turn("user", "t"), Turn("assistant", "u")), "f")
    own = [token for token in model._tokeniser.prompt(plain) if token in controls]
    assert len(controls) > 10
    for control in controls:
        spelled = weights.piece(control, special=True).decode()
        for text in (spelled, f"a{spelled}b", spelled[:3] + spelled[3:] + "\n" + spelled):
            assert controls.isdisjoint(model._tokeniser.text(text).tolist())
            hostile = Prompt(text, (text, text), (Turn("user", text), Turn("assistant", text)), text)
            assert [token for token in model._tokeniser.prompt(hostile) if token in controls] == own
            halves = Prompt("s", ("p" + spelled[:2], spelled[2:] + "q"), plain.history, "f")
            assert [token for token in model._tokeniser.prompt(halves) if token in controls] == own


def test_a_crash_repeats_who_said_nothing_and_fails_who_did(
    make: Callable[..., LlamaModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make(context=512)
    speaking = model.stream(ask("Count from one to fifty."), max_tokens=200)
    assert next(speaking)
    context = model._engine._context
    assert context is not None
    rows = threading.Event()

    def broken(plan: list[Rows]) -> None:
        rows.set()
        raise OSError("the device is gone")

    monkeypatch.setattr(context, "decode", broken)
    assert "Paris" in "".join(model.stream(ask("What is the capital of France?"), max_tokens=12))
    assert rows.is_set()
    with pytest.raises(ModelFailed, match="ask again"):
        list(speaking)
    assert model.healthy()
    assert model._engine._context is not context


@pytest.mark.slow
def test_what_breaks_the_engine_every_time_fails(
    make: Callable[..., LlamaModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make(context=512)

    def broken(self: Context, plan: list[Rows]) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Context, "decode", broken)
        with pytest.raises(ModelFailed):
            list(model.stream(ask("Hi"), max_tokens=2))
        with pytest.raises(ModelFailed):
            model.score([ask("Hi")], ["Yes"])
        model.warm(ask("Hi", "there"))
    assert list(model.stream(ask("Hi"), max_tokens=2))


def test_closing_ends_running_requests_and_refuses_new_ones(make: Callable[..., LlamaModel]) -> None:
    model = make(context=512)
    stream = model.stream(ask("Count from one to fifty."), max_tokens=400)
    assert next(stream)
    model.close()
    with pytest.raises(ModelFailed):
        list(stream)
    with pytest.raises(ModelFailed, match="closed"):
        next(model.stream(ask("Hi")))
    assert not model.healthy()
    model.close()
