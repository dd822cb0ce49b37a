import pytest

from service.errors import BadSetting
from service.llm.templates import template
from service.llm.types import Prompt, Turn

PROMPT = Prompt(
    system="Be brief.",
    parts=("Passages.\n", "Why?"),
    history=(Turn("user", "Hi"), Turn("assistant", "Hello")),
    prefill="It",
)


def text(pieces: list) -> str:  # type: ignore[type-arg]
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chatml", "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
                   "<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\nPassages.\nWhy?<|im_end|>\n<|im_start|>assistant\nIt"),
        ("llama3", "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                   "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
                   "Hello<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nPassages.\nWhy?<|eot_id|>"
                   "<|start_header_id|>assistant<|end_header_id|>\n\nIt"),
        ("gemma", "<bos><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\nHello<end_of_turn>\n"
                  "<start_of_turn>user\nPassages.\nWhy?<end_of_turn>\n<start_of_turn>model\nIt"),
        ("mistral", "<s>[INST]Be brief.\n\nHi[/INST]Hello</s>[INST]Passages.\nWhy?[/INST]It"),
    ],
)  # fmt: skip
def test_each_template_writes_what_its_models_were_trained_on(name: str, expected: str) -> None:
    assert text(template(name).render(PROMPT)) == expected


@pytest.mark.parametrize("name", ["chatml", "llama3", "gemma", "mistral"])
def test_only_the_template_writes_control_pieces(name: str) -> None:
    chosen = template(name)
    spelled = " ".join(chosen.controls())
    hostile = Prompt(spelled, (spelled, spelled), (Turn("user", spelled), Turn("assistant", spelled)), spelled)
    plain = Prompt("s", ("p", "p"), (Turn("user", "t"), Turn("assistant", "t")), "f")
    controls = [piece.text for piece in chosen.render(plain) if piece.control]
    assert [piece.text for piece in chosen.render(hostile) if piece.control] == controls


@pytest.mark.parametrize("name", ["chatml", "llama3", "gemma", "mistral"])
def test_the_stable_parts_do_not_depend_on_the_last_one(name: str) -> None:
    chosen = template(name)
    other = Prompt(PROMPT.system, (PROMPT.parts[0], "Something else?"), PROMPT.history)
    assert chosen.stable(PROMPT) == chosen.stable(other)
    assert text(chosen.render(PROMPT)).startswith(text(chosen.preamble(PROMPT) + chosen.stable(PROMPT)))


@pytest.mark.parametrize("name", ["chatml", "llama3", "gemma", "mistral"])
@pytest.mark.parametrize("system", ["Be brief.", ""])
def test_examples_are_turns_of_the_preamble(name: str, system: str) -> None:
    chosen = template(name)
    examples = (Turn("user", "Ping?"), Turn("assistant", "Pong."))
    prompt = Prompt(system, PROMPT.parts, PROMPT.history, PROMPT.prefill, examples)
    as_history = Prompt(system, PROMPT.parts, (*examples, *PROMPT.history), PROMPT.prefill)
    assert chosen.render(prompt) == chosen.render(as_history)
    assert text(chosen.preamble(prompt)).count("Pong.") == 1
    assert "Hello" not in text(chosen.preamble(prompt))


def test_history_that_begins_with_the_assistant_closes_the_system_turn() -> None:
    prompt = Prompt("Be brief.", ("Why?",), (Turn("assistant", "Hello"),))
    assert text(template("mistral").render(prompt)) == "<s>[INST]Be brief.\n\n[/INST]Hello</s>[INST]Why?[/INST]"


def test_without_a_system_text_there_is_no_system_turn() -> None:
    assert (
        text(template("chatml").render(Prompt("", ("Hi",))))
        == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )
    assert text(template("gemma").render(Prompt("", ("Hi",)))).startswith("<bos><start_of_turn>user\nHi<end_of_turn>")


def test_an_unknown_template_is_named_with_those_there_are() -> None:
    with pytest.raises(BadSetting, match=r"'alpaca'.*chatml"):
        template("alpaca")
