"""The prompt of an answer: fixed system text, evidence sentences in reading order, conversation, question."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from prompts import examples, fill
from service.answering.sources import Source
from service.llm.types import Prompt

ANSWERS = "Answer:"
REPLIES = ("Answer", "Not")
"""How the replies of the worked examples begin: answered, and "Not stated."."""


def answer_prompt(
    question: str, evidence: Sequence[Source], *, context: str = "", name_reports: bool = False
) -> Prompt:
    """`name_reports` puts each report's title before its sentences: with several reports the answer must tell them apart."""
    parts = ["Passages:\n"]
    shown: tuple[str, tuple[str, ...]] | None = None
    for source in evidence:
        passage = source.hit.passage
        place = (source.hit.document_title if name_reports else "", passage.headings)
        if place != shown:
            label = ": ".join(text for text in (place[0], passage.headings[-1] if passage.headings else "") if text)
            parts.append(f"[{label}]\n" if label else "")
            shown = place
        parts.append(f"- {source.sentence.readable}\n")
    parts.append(f"\n{context}Question: {question}")
    return Prompt(fill("answer"), tuple(part for part in parts if part), examples=examples(), prefill=ANSWERS)


def answerable_prompt(prompt: Prompt) -> Prompt:
    """An answer's prompt without the word with which an answer begins: whether the model would write that word, or the other
    one of `REPLIES`, says whether it finds the answer in the evidence. An engine that has read the one has read the other."""
    return replace(prompt, prefill="")


def beginning() -> Prompt:
    """What the prompt of every answer begins with, to be read before anybody asks."""
    return Prompt(fill("answer"), ("",), examples=examples())


def answered(reply: Iterator[str]) -> Iterator[str]:
    """The pieces of a reply without the word that it begins with, should a server write that again, and without space before."""
    begun = ""
    for piece in reply:
        begun = (begun + piece).lstrip()
        if not ANSWERS.startswith(begun):
            break
    begun = begun.removeprefix(ANSWERS).lstrip()
    if begun:
        yield begun
    yield from reply


def begun_prompt(prompt: Prompt) -> Prompt:
    """The prompt of a question that is still being typed, for warming: the question so far counts as known, for it goes on at
    its end."""
    return replace(prompt, parts=(*prompt.parts, ""))
