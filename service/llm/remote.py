"""Any OpenAI-compatible server (vLLM, llama-server, Ollama, a hosted model) behind the `TextModel` seam.

Sends prompts as messages, so control tokens in them are the server's to neutralise. Retries once as long as nothing was
streamed, never after. `servers.py` spreads requests over several. A `prefill` is not sent: some servers would continue an
unfinished message of the assistant, others would take it for finished. So a reply may begin with it.
"""

import math
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any, Literal

import httpx2
import numpy as np
from numpy.typing import NDArray

from service.errors import BadSetting, Cancelled
from service.llm.engine_text import TextPieces
from service.llm.remote_exchange import BadRequest, Chunk, Disconnected, ServerLost, events
from service.llm.types import Cancel, Prompt

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 300.0
_HEALTH_SECONDS = 2.0
_HEALTH_KEPT_SECONDS = 5.0
_ATTEMPTS = 2
_TOP_LOGPROBS = 20
_SCORES_AT_ONCE = 4
_MOST_STOPS = 4
"""Servers accept no more; all stops are applied here too."""
_BYTES_PER_TOKEN = 2
"""English has four or more: an upper estimate of the count."""

Probe = Literal["lists", "silent", "fails"]
"""What came of asking a server for its models."""


class RemoteModel:
    def __init__(
        self, url: str, *, key: str | None = None, model: str | None = None, context: int = 8192,
        timeout: float = _READ_SECONDS, attempts: int = _ATTEMPTS, transport: httpx2.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        """`url` is the base, with or without `/v1`. Without `model` the first that the server lists is asked.

        `timeout` is the longest silence, in seconds; `attempts` how often is asked while nothing was streamed. Raises `BadSetting` for what is not an address.
        """
        self._url = _base(url)
        self._model = model
        self._context = context
        self._attempts = attempts
        self._health: tuple[float, bool] | None = None
        self._can_score = True
        self._client = httpx2.Client(
            base_url=self._url + "/",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx2.Timeout(timeout, connect=_CONNECT_SECONDS),
            limits=httpx2.Limits(max_keepalive_connections=0),
            transport=transport,
        )

    @property
    def name(self) -> str:
        return self._model or self._url

    @property
    def url(self) -> str:
        return self._url

    @property
    def context(self) -> int:
        return self._context

    def count(self, text: str) -> int:
        return len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN + 1

    def stream(
        self, prompt: Prompt, *, max_tokens: int = 256, stop: Sequence[str] = (), cancel: Cancel | None = None
    ) -> Iterator[str]:
        body = self._body(prompt, max_tokens, cancel) | ({"stop": list(stop)[:_MOST_STOPS]} if stop else {})
        out = TextPieces(stop)
        with closing(self._ask(body, cancel)) as chunks:
            for chunk in chunks:
                if text := out.feed(_content(chunk).encode("utf-8", "replace")):
                    yield text
                if out.stopped:
                    return
        if text := out.finish():
            yield text

    def score(
        self, prompts: Sequence[Prompt], options: Sequence[str], *, cancel: Cancel | None = None
    ) -> NDArray[np.float32] | None:
        """From the server's `top_logprobs`; None if it offers none. An option outside them gets the least of them."""
        if not self._can_score:
            return None
        with ThreadPoolExecutor(_SCORES_AT_ONCE) as pool:
            rows = list(pool.map(partial(self._score_one, options=options, cancel=cancel), prompts))
        found = [row for row in rows if row is not None]
        self._can_score = len(found) == len(rows)
        return np.array(found, np.float32).reshape(len(rows), len(options)) if self._can_score else None

    def warm(self, prompt: Prompt, *, cancel: Cancel | None = None) -> None:
        """Nothing: another's server is not to be kept busy on the chance that a question comes."""
        if cancel:
            raise Cancelled("The request was cancelled.")

    def healthy(self) -> bool:
        """Whether the server lists its models; asked again after a few seconds."""
        now = time.monotonic()
        if self._health is None or now - self._health[0] > _HEALTH_KEPT_SECONDS:
            self._health = now, self.answers(_HEALTH_SECONDS)
        return self._health[1]

    def answers(self, seconds: float) -> bool:
        """Whether the server lists its models, now and in that time."""
        return self.probe(seconds) == "lists"

    def probe(self, seconds: float) -> Probe:
        """`silent` is one that took the question and has not answered it yet: it hangs, or it does one thing at a time."""
        try:
            return "lists" if self._client.get("models", timeout=seconds).is_success else "fails"
        except httpx2.ReadTimeout:
            return "silent"
        except (httpx2.HTTPError, RuntimeError):  # the second: closed meanwhile
            return "fails"

    def close(self) -> None:
        self._client.close()

    def _ask(self, body: dict[str, Any], cancel: Cancel | None) -> Generator[Chunk, None, None]:
        """The server's chunks; asks again if the connection broke before the first one."""
        for attempt in range(1, self._attempts + 1):
            begun = False
            try:
                for chunk in events(self._client, "chat/completions", body, cancel):
                    begun = True
                    yield chunk
                return
            except Disconnected as error:
                if begun or attempt == self._attempts:
                    raise ServerLost(f"The model server at {self._url} {error}.") from error

    def _body(self, prompt: Prompt, max_tokens: int, cancel: Cancel | None) -> dict[str, Any]:
        if cancel:
            raise Cancelled("The request was cancelled.")
        messages = [{"role": turn.role, "content": turn.content} for turn in prompt.turns]
        if prompt.system:
            messages.insert(0, {"role": "system", "content": prompt.system})
        messages.append({"role": "user", "content": prompt.user})
        return {
            "model": self._served_model(),
            "messages": messages,
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
        }

    def _served_model(self) -> str:
        if self._model is None:
            try:
                listed = self._client.get("models").raise_for_status().json()
                self._model = str(listed["data"][0]["id"])
            except (httpx2.HTTPError, ValueError, LookupError, TypeError) as error:
                raise ServerLost(
                    f"The model server at {self._url} does not list its models; set TRENDWISE_MODEL_NAME."
                ) from error
        return self._model

    def _score_one(self, prompt: Prompt, options: Sequence[str], cancel: Cancel | None) -> list[float] | None:
        body = self._body(prompt, 1, cancel) | {"logprobs": True, "top_logprobs": _TOP_LOGPROBS}
        try:
            with closing(self._ask(body, cancel)) as chunks:
                tops = [top for chunk in chunks if (top := _top_logprobs(chunk))]
        except BadRequest:
            return None
        return [_option_logprob(tops[0], option) for option in options] if tops else None


def _base(url: str) -> str:
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError):
        parsed = httpx2.URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise BadSetting(f"{url!r} is not the address of a model server; one looks like http://127.0.0.1:8000/v1.")
    bare = url.rstrip("/")
    return bare if bare.endswith("/v1") else bare + "/v1"


def _content(chunk: Chunk) -> str:
    choices = chunk.get("choices") or [{}]
    return str((choices[0].get("delta") or {}).get("content") or "")


def _top_logprobs(chunk: Chunk) -> dict[str, float]:
    """The likeliest first tokens, in the chat form or the older one of completions."""
    choices = chunk.get("choices") or [{}]
    logprobs = choices[0].get("logprobs") or {}
    if content := logprobs.get("content"):
        return {str(top["token"]): float(top["logprob"]) for top in content[0].get("top_logprobs") or ()}
    if older := logprobs.get("top_logprobs"):
        return {str(token): float(value) for token, value in older[0].items()}
    return {}


def _option_logprob(tops: dict[str, float], option: str) -> float:
    """The sum over the spellings of the option's first token, with and without a space before it."""
    wanted = option.strip()
    found = [value for token, value in tops.items() if token.strip() and wanted.startswith(token.strip())]
    return math.log(sum(map(math.exp, found))) if found else min(tops.values())
