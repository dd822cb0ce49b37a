"""What a chat completion request may say: what is used, what is accepted and ignored, and what is refused by name."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.api import examples
from service.api.chat import QUESTION_CHARACTERS, DocumentIds, Years
from service.errors import CallerError
from service.llm.types import Turn

IGNORED = (
    "temperature, top_p, max_tokens, max_completion_tokens, presence_penalty, frequency_penalty, logit_bias, seed, stop, "
    "user, metadata, store, safety_identifier, prompt_cache_key, reasoning_effort, verbosity, service_tier, "
    "parallel_tool_calls, prediction, top_k, min_p, repeat_penalty"
)
"""Accepted, because clients send them unasked; how an answer is decoded and what it says is not theirs to change."""
_IGNORED = frozenset(IGNORED.split(", "))


class UnsupportedParameter(CallerError):
    """Names what is not supported."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class Part(BaseModel):
    model_config = ConfigDict(extra="allow")
    type: str = Field(max_length=100)
    text: str | None = None


class Message(BaseModel):
    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text or "" for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    model_config = ConfigDict(extra="allow")
    include_usage: bool = False


class CompletionRequest(BaseModel):
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {"model": "trendwise", "messages": [{"role": "user", "content": examples.QUESTION["question"]}]}
            ]
        },
    )
    model: str = Field(max_length=300)
    messages: list[Message] = Field(min_length=1, max_length=2000)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None
    documents: DocumentIds | None = Field(None, description="Our own: answer from these reports only.")
    years: Years | None = Field(None, description="Our own: answer from reports of these years only.")


def require_supported(asked: CompletionRequest) -> None:
    """Raises `UnsupportedParameter` for the first parameter or content part that cannot be honoured."""
    if asked.n not in (None, 1):
        raise _unsupported("n", "one answer is given")
    for name, value in (asked.model_extra or {}).items():
        if name not in _IGNORED and not _harmless(name, value):
            raise _unsupported(name)
    for number, message in enumerate(asked.messages):
        _require_text(message, f"messages.{number}")


def _harmless(name: str, value: Any) -> bool:
    """Parameters that say no more than the default."""
    if name == "response_format":
        return value is None or (isinstance(value, dict) and value.get("type") == "text")
    if name == "modalities":
        return value is None or value == ["text"]
    if name in ("tool_choice", "function_call"):
        return value in (None, "none", "auto")
    return value is None or value is False or value == []


def _require_text(message: Message, place: str) -> None:
    if message.role in ("tool", "function"):
        raise _unsupported(f"{place}.role", f"the role {message.role!r} has no meaning without tools")
    for number, part in enumerate(message.content if isinstance(message.content, list) else []):
        if part.type not in ("text", "refusal"):
            raise _unsupported(f"{place}.content.{number}", f"a content part of type {part.type!r} cannot be read")


def _unsupported(name: str, why: str = "leave it out") -> UnsupportedParameter:
    return UnsupportedParameter(name, f"The parameter '{name}' is not supported: {why}.")


def question_and_history(asked: CompletionRequest) -> tuple[str, tuple[Turn, ...]]:
    """The last user message, and the turns before it. Raises `UnsupportedParameter`."""
    spoken = [message for message in asked.messages if message.role in ("user", "assistant")]
    if not spoken or spoken[-1].role != "user":
        raise UnsupportedParameter("messages", "The last message has to be the user's question.")
    *earlier, last = spoken
    if len(last.text) > QUESTION_CHARACTERS:
        raise UnsupportedParameter(
            "messages",
            f"The question may have at most {QUESTION_CHARACTERS:,} characters and has {len(last.text):,}: shorten it.",
        )
    return last.text, tuple(Turn("user" if m.role == "user" else "assistant", m.text) for m in earlier)
