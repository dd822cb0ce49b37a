"""The prompt of an answer: fixed system text, evidence sentences in reading order, conversation, question."""

from collections.abc import Sequence
from dataclasses import replace

from prompts import fill
from service.answering.sources import Source
from service.llm.types import Prompt


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
    return Prompt(system=fill("answer"), parts=tuple(part for part in parts if part))


def answerable_prompt(prompt: Prompt) -> Prompt:
    """Whether the evidence of an answer's prompt answers its question. It shares all of that prompt but the last words, so
    that an engine that has read the one has nearly read the other."""
    return replace(prompt, parts=(*prompt.parts, f"\n{fill('answerable')}"))


def begun_prompt(prompt: Prompt) -> Prompt:
    """The prompt of a question that is still being typed, for warming: the question so far counts as known, for it goes on at
    its end."""
    return replace(prompt, parts=(*prompt.parts, ""))
