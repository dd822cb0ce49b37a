"""Answers and their events in the form of OpenAI's chat completions, with citations as `url_citation` annotations."""

import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

from service.answering.types import Answer, AnswerEvent, Event, SentenceEvent

Chunk = dict[str, Any]
_MARKER = re.compile(r"\[(\d+)\]")


class Writer:
    """Writes one completion. `count` gives the tokens of a text; `base` makes addresses absolute."""

    def __init__(self, model: str, base: str, count: Callable[[str], int], *, with_usage: bool = False) -> None:
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": model}
        self._base = base
        self._count = count
        self._with_usage = with_usage

    def whole(self, events: Iterable[Event]) -> Iterator[Chunk]:
        """One completion, when the answer is there."""
        for event in events:
            if isinstance(event, AnswerEvent):
                completion = self._completion(event.answer.answer, event.answer.question) | self._extras(event.answer)
                completion["choices"][0]["message"]["annotations"] = self._annotations(event.answer)
                yield completion

    def chunks(self, events: Iterable[Event]) -> Iterator[Chunk]:
        """Verified sentences as they come; the last chunk carries what the completion carries besides its text."""
        written = ""
        for number, event in enumerate(events):
            if number == 0:
                yield self._delta({"role": "assistant", "content": ""})
            if isinstance(event, SentenceEvent):
                piece = (" " if written else "") + event.sentence.text
                written += piece
                yield self._delta({"content": piece})
            elif isinstance(event, AnswerEvent):
                if rest := event.answer.answer.removeprefix(written):
                    yield self._delta({"content": rest})
                annotations = {"annotations": self._annotations(event.answer)}
                yield self._delta(annotations, finish="stop") | self._extras(event.answer)
                yield from self._usage_chunk(event.answer.answer, event.answer.question)

    def plain(self, text: str, question: str, *, stream: bool) -> Iterator[Chunk]:
        """A text that is not an answer from the reports."""
        if not stream:
            yield self._completion(text, question)
            return
        yield self._delta({"role": "assistant", "content": text})
        yield self._delta({}, finish="stop")
        yield from self._usage_chunk(text, question)

    def _completion(self, text: str, question: str) -> Chunk:
        message: Chunk = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        head = {"id": self._head["id"], "object": "chat.completion"} | self._head
        return head | {"choices": [choice], "usage": self._usage(text, question)}

    def _delta(self, delta: Chunk, *, finish: str | None = None) -> Chunk:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {"id": self._head["id"], "object": "chat.completion.chunk"} | self._head | {"choices": [choice]}

    def _usage_chunk(self, text: str, question: str) -> Iterator[Chunk]:
        if self._with_usage:
            yield self._delta({}) | {"choices": [], "usage": self._usage(text, question)}

    def _usage(self, text: str, question: str) -> Chunk:
        """Of what was asked and said; the evidence that the model read is not counted."""
        asked, said = self._count(question), self._count(text)
        return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}

    def _annotations(self, answer: Answer) -> list[Chunk]:
        cited = {citation.number: citation for citation in answer.citations}
        annotations = []
        for marker in _MARKER.finditer(answer.answer):
            if citation := cited.get(int(marker[1])):
                place = {"start_index": marker.start(), "end_index": marker.end()}
                target = {"url": self._base + citation.url, "title": citation.document_title}
                annotations.append({"type": "url_citation", "url_citation": place | target})
        return annotations

    def _extras(self, answer: Answer) -> Chunk:
        facts = asdict(answer)
        citations = [citation | {"url": self._base + citation["url"]} for citation in facts["citations"]]
        grounding = {
            name: facts[name]
            for name in ("id", "status", "reason", "clarifications", "standalone_question", "sentences", "evidence",
                         "notices", "neutralised", "timings")
        }  # fmt: skip
        return {"citations": citations, "grounding": grounding | {"model": answer.model}}
