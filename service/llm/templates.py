"""Chat templates of our own: a prompt becomes pieces, each either a control token or plain text.

A template in a model file is a program of whoever made the file, and rendering a conversation to one string and
tokenising that string lets a report that spells `<|im_end|>` close its own turn. So the templates live here, by name,
and hand over pieces: only control pieces are looked up as control tokens, all else is tokenised as text, whatever it
spells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from service.errors import BadSetting
from service.llm.types import Prompt, Turn


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    control: bool = False


def _control(text: str) -> Piece:
    return Piece(text, control=True)


@dataclass(frozen=True, slots=True)
class Template:
    """How one family of models marks turns. `{role}` in a piece of `opening` becomes the role's name.

    Prompts are cut in three, so that an engine can keep what it computed: `preamble` (system text and examples, the same for every
    question of one task), `stable` (history and the parts that come first) and `rest` (the last part and the start of the reply).
    """

    name: str
    end: str
    """The control token with which the model ends its turn."""
    opening: tuple[Piece, ...]
    closing: dict[str, tuple[Piece, ...]]
    begin: tuple[Piece, ...] = ()
    roles: dict[str, str] = field(default_factory=dict)
    """Names that differ from `system`, `user` and `assistant`."""
    unmarked: frozenset[str] = frozenset()
    """Roles whose turns have no opening."""
    system_turn: bool = True
    """Without one the system text begins the first turn of the person."""

    def render(self, prompt: Prompt) -> list[Piece]:
        return [*self.preamble(prompt), *self.stable(prompt), *self.rest(prompt)]

    def preamble(self, prompt: Prompt) -> list[Piece]:
        pieces = list(self.begin)
        if prompt.system and self.system_turn:
            pieces += [*self._open("system"), Piece(prompt.system), *self.closing["system"]]
        elif prompt.system:
            pieces += [*self._open("user"), Piece(prompt.system + "\n\n")]
        return [*pieces, *self._turns(prompt, prompt.examples, first=True)]

    def stable(self, prompt: Prompt) -> list[Piece]:
        pieces = list(self._turns(prompt, prompt.history, first=not prompt.examples))
        pieces += self._continue(prompt, "user", first=not prompt.turns)
        return pieces + [Piece(part) for part in prompt.parts[:-1] if part]

    def rest(self, prompt: Prompt) -> list[Piece]:
        pieces = [Piece(part) for part in prompt.parts[-1:] if part]
        pieces += [*self.closing["user"], *self._open("assistant")]
        return pieces + ([Piece(prompt.prefill)] if prompt.prefill else [])

    def controls(self) -> set[str]:
        """Every control token that the template writes or waits for."""
        pieces = [*self.begin, *self.opening, *(piece for group in self.closing.values() for piece in group)]
        return {piece.text for piece in pieces if piece.control} | {self.end}

    def _turns(self, prompt: Prompt, turns: Sequence[Turn], *, first: bool) -> Iterator[Piece]:
        for turn in turns:
            yield from self._continue(prompt, turn.role, first=first)
            yield Piece(turn.content)
            yield from self.closing[turn.role]
            first = False

    def _continue(self, prompt: Prompt, role: str, *, first: bool) -> Iterator[Piece]:
        if first and prompt.system and not self.system_turn:  # the system text has opened a turn of the person
            if role == "user":
                return
            yield from self.closing["user"]
        yield from self._open(role)

    def _open(self, role: str) -> Iterator[Piece]:
        if role in self.unmarked:
            return
        name = self.roles.get(role, role)
        for piece in self.opening:
            yield piece if piece.control else Piece(piece.text.replace("{role}", name))


def _same(*pieces: Piece) -> dict[str, tuple[Piece, ...]]:
    return dict.fromkeys(("system", "user", "assistant"), pieces)


_TEMPLATES = {
    template.name: template
    for template in (
        Template(
            name="chatml",
            end="<|im_end|>",
            opening=(_control("<|im_start|>"), Piece("{role}\n")),
            closing=_same(_control("<|im_end|>"), Piece("\n")),
        ),
        Template(
            name="llama3",
            end="<|eot_id|>",
            begin=(_control("<|begin_of_text|>"),),
            opening=(_control("<|start_header_id|>"), Piece("{role}"), _control("<|end_header_id|>"), Piece("\n\n")),
            closing=_same(_control("<|eot_id|>")),
        ),
        Template(
            name="gemma",
            end="<end_of_turn>",
            begin=(_control("<bos>"),),
            opening=(_control("<start_of_turn>"), Piece("{role}\n")),
            closing=_same(_control("<end_of_turn>"), Piece("\n")),
            roles={"assistant": "model"},
            system_turn=False,
        ),
        Template(
            name="mistral",
            end="</s>",
            begin=(_control("<s>"),),
            opening=(_control("[INST]"),),
            closing={"user": (_control("[/INST]"),), "assistant": (_control("</s>"),)},
            unmarked=frozenset({"assistant"}),
            system_turn=False,
        ),
    )
}


def template(name: str) -> Template:
    """Raises `BadSetting` for a name that no template has."""
    try:
        return _TEMPLATES[name]
    except KeyError:
        known = ", ".join(_TEMPLATES)
        raise BadSetting(f"There is no chat template called {name!r}; choose one of {known}.") from None
