"""What every prompt begins with is read once in the life of an installation, and gives exactly what reading it gives."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from service.llm.engine import LlamaModel
from service.llm.types import Prompt, Turn

TOWNS = ("Ashby", "Bicester", "Corby", "Derby", "Ely", "Fareham")
EXAMPLES = tuple(
    turn
    for number, town in enumerate(TOWNS, start=2)
    for turn in (
        Turn("user", f"How many libraries does {town} have?"),
        Turn("assistant", f"{town} has {number} libraries."),
    )
)
OPTIONS = (" three", " four", " libraries", " G")


def ask(town: str) -> Prompt:
    return Prompt("Answer briefly.", (f"How many libraries does {town} have?",), examples=EXAMPLES)


@pytest.fixture
def make(small_model: Path, tmp_path: Path) -> Iterator[Callable[..., LlamaModel]]:
    made: list[LlamaModel] = []

    def one(folder: Path | None = tmp_path / "beginnings", file: Path = small_model) -> LlamaModel:
        made.append(LlamaModel(file, template="chatml", threads=1, context=1024, beginnings=folder))
        return made[-1]

    yield one
    for model in made:
        model.close()


def beginning(model: LlamaModel) -> int:
    return len(model._tokeniser.preamble(ask("Grantham")))


def asked(model: LlamaModel) -> tuple[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]], int]:
    """What it writes and scores, and how many tokens it computed before it wrote."""
    before = model.stats().decoded
    scores = model.score([ask("Grantham")], OPTIONS)
    read = model.stats().decoded - before
    return "".join(model.stream(ask("Grantham"), max_tokens=8)), scores, read


@pytest.mark.model
def test_the_next_start_does_not_read_it_again(make: Callable[..., LlamaModel]) -> None:
    written, scores, read = asked(make(None))
    first, again = make(), make()
    assert asked(first)[2] == read > beginning(first)
    written_again, scores_again, read_again = asked(again)
    assert written_again == written
    np.testing.assert_allclose(scores_again, scores, atol=1e-3)
    assert read_again == read - beginning(again)


@pytest.mark.model
def test_it_takes_the_place_of_a_few_tokens_that_are_there(make: Callable[..., LlamaModel]) -> None:
    asked(make())
    again = make()
    again.score([Prompt("Answer at length.", ("Where is Rutland?",))], OPTIONS)
    read = asked(again)[2]
    assert read <= len(again._tokeniser.prompt(ask("Grantham"))) - beginning(again)
    cache, context = again._engine._cache, again._engine._context
    assert context is not None
    assert all(context.length(kept.number) == kept.length for kept in [*cache.finished, *cache.pinned])
    assert again.stats().free_cells == again.stats().cells - cache.held([*cache.finished, *cache.pinned], None, 0)


@pytest.mark.model
def test_damage_or_another_model_costs_only_time(
    make: Callable[..., LlamaModel], tmp_path: Path, small_model: Path
) -> None:
    written, _, read = asked(make())
    state = next((tmp_path / "beginnings").iterdir())
    state.write_bytes(state.read_bytes()[:-1])
    assert asked(make())[::2] == (written, read)
    assert asked(make())[2] < read
    other = tmp_path / "other.gguf"
    os.link(small_model, other)
    assert asked(make(file=other))[2] == read
    assert len(list((tmp_path / "beginnings").iterdir())) == 2


@pytest.mark.model
def test_a_folder_that_cannot_be_made_costs_only_time(make: Callable[..., LlamaModel], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    folder = tmp_path / "taken" / "beginnings"
    written, _, read = asked(make(None))
    assert asked(make(folder))[::2] == (written, read)
    assert asked(make(folder))[::2] == (written, read)


@pytest.mark.model
def test_examples_stand_between_system_text_and_conversation(make: Callable[..., LlamaModel]) -> None:
    model = make(None)
    turns = (Turn("user", "Hello."), Turn("assistant", "Good day."))
    prompt = Prompt("Be brief.", ("Evidence. ", "A question?"), examples=EXAMPLES[:2], history=turns)
    same = Prompt("Be brief.", prompt.parts, history=(*EXAMPLES[:2], *turns))
    tokens = model._tokeniser
    np.testing.assert_array_equal(tokens.prompt(prompt), tokens.prompt(same))
    np.testing.assert_array_equal(tokens.stable(prompt), tokens.stable(same))
    assert len(tokens.preamble(prompt)) > len(tokens.preamble(same))
    np.testing.assert_array_equal(tokens.preamble(prompt), tokens.prompt(prompt)[: len(tokens.preamble(prompt))])
