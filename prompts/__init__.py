"""The texts given to the language model, one file each, and the one function that fills them.

They are read once. A text has named places in braces, filled with plain text; what is filled in is never
read as a place itself, nor as a control token (the engine tokenises it as text).
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

from service.llm.types import Turn

_PLACE = re.compile(r"\{(\w+)\}")


@cache
def _read(name: str) -> str:
    return files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8").strip()


def fill(name: str, **values: str) -> str:
    """The prompt text `name`.txt with its places filled. Raises KeyError for a place without a value."""
    return _PLACE.sub(lambda place: values[place[1]], _read(name))


@cache
def examples() -> tuple[Turn, ...]:
    """The worked examples of answering: alternately what a person sends, in the form of an answer's prompt, and the reply."""
    told = tomllib.loads(files(__name__).joinpath("examples.toml").read_text(encoding="utf-8"))
    turns: list[Turn] = []
    for example in told["example"]:
        passages = told["passages"][example["passages"]].strip()
        asked = f"{example.get('context', '')}Question: {example['question']}"
        turns.append(Turn("user", f"Passages:\n{passages}\n\n{asked}"))
        turns.append(Turn("assistant", example["reply"]))
    return tuple(turns)
