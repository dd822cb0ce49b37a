"""One streamed exchange with an OpenAI-compatible server: a JSON body out, JSON chunks in, cancellable at any moment.

The request runs in a thread of its own, because reading a silent socket cannot be interrupted from the thread that
reads it; whoever waits looks at its `Cancel` meanwhile and, when done, shuts the socket down.
"""

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2

from service.errors import Cancelled, ModelBusy, ModelFailed, PromptTooLong, RunError
from service.llm.types import Cancel

_POLL_SECONDS = 0.1
_LONGEST_LINE = 1 << 20
_LONGEST_ERROR = 1 << 16
_QUEUED = 64
_BUSY = (429, 503)
_GATEWAY = (502, 504)
_END = "[DONE]"
_DEFAULT_RETRY = 5

Chunk = dict[str, Any]


class Disconnected(Exception):
    """No connection, or one that broke. The message completes "The model server at … "."""


class ServerLost(ModelFailed):
    """No answer, or no more of it: another server may have one."""


class BadRequest(ModelFailed):
    """The server understood the request and does not offer what it asks."""


def events(client: httpx2.Client, path: str, body: Mapping[str, Any], cancel: Cancel | None) -> Iterator[Chunk]:
    """Raises `Disconnected`, `Cancelled`, `ModelBusy`, `PromptTooLong`, `ModelFailed`. Closing it ends the exchange."""
    exchange = _Exchange(client, path, body)
    exchange.start()
    try:
        while True:
            if cancel:
                raise Cancelled("The request was cancelled.")
            try:
                item = exchange.inbox.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        exchange.abandon()


class _Exchange(threading.Thread):
    def __init__(self, client: httpx2.Client, path: str, body: Mapping[str, Any]) -> None:
        super().__init__(name="trendwise-remote", daemon=True)
        self._client, self._path, self._body = client, path, body
        self.inbox: queue.Queue[Chunk | Exception | None] = queue.Queue(_QUEUED)
        self._socket: socket.socket | None = None
        self._abandoned = threading.Event()

    def abandon(self) -> None:
        self._abandoned.set()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        try:
            for chunk in self._chunks():
                self._put(chunk)
            self._put(None)
        except (RunError, Disconnected) as error:
            self._put(error)
        except httpx2.ConnectError as error:
            self._put(_caused(Disconnected("cannot be reached; is it running?"), error))
        except httpx2.TimeoutException as error:
            self._put(
                _caused(ServerLost(f"The model server at {self._client.base_url} did not answer in time."), error)
            )
        except httpx2.HTTPError as error:
            self._put(_caused(Disconnected("closed the connection before the answer was finished"), error))
        except Exception as error:
            self._put(_caused(ModelFailed(f"The model server at {self._client.base_url} sent no valid answer."), error))

    def _put(self, item: Chunk | Exception | None) -> None:
        while not self._abandoned.is_set():
            with contextlib.suppress(queue.Full):
                self.inbox.put(item, timeout=_POLL_SECONDS)
                return

    def _chunks(self) -> Iterator[Chunk]:
        with self._client.stream("POST", self._path, json=self._body, extensions={"trace": self._trace}) as response:
            if response.status_code != httpx2.codes.OK:
                raise _refusal(response)
            finished = False
            for data in _data_lines(response.iter_bytes()):
                if data == _END:
                    return
                chunk = json.loads(data)
                if error := chunk.get("error"):
                    raise ModelFailed(f"The model server reported an error: {_message(error)}")
                choices = chunk.get("choices") or [{}]
                finished = finished or bool(choices[0].get("finish_reason"))
                yield chunk
            if not finished:
                raise Disconnected("closed the connection before the answer was finished")

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Keeps hold of the socket, even while the server has not answered yet."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
        if self._abandoned.is_set():
            self.abandon()


def _data_lines(stream: Iterator[bytes]) -> Iterator[str]:
    """The `data` fields. Lines end at line feeds only: text may contain what Unicode also calls a line end."""
    rest = b""
    for block in stream:
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise ModelFailed("The model server sent a line without end.")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].decode().strip(" \r")


def _refusal(response: httpx2.Response) -> RunError | Disconnected:
    """What a status that is no success means to the person."""
    status, where = response.status_code, f"The model server at {response.request.url.host}"
    reason = _reason(response)
    if status in _BUSY:
        retry = response.headers.get("Retry-After", "")
        return ModelBusy(f"{where} is busy; ask again in a moment.", int(retry) if retry.isdigit() else _DEFAULT_RETRY)
    if status in _GATEWAY:
        return Disconnected(f"answered {status}; the model behind it does not run")
    if status in (401, 403):
        return ModelFailed(f"{where} refused the key; set TRENDWISE_MODEL_KEY.")
    if status == 404:
        return ModelFailed(
            f"{where} knows no such model or address; check TRENDWISE_MODEL_URL and TRENDWISE_MODEL_NAME."
        )
    if status in (400, 413, 422) and "context" in reason.casefold():
        return PromptTooLong(f"{where} says that the prompt is too long: {reason}")
    family = BadRequest if status in (400, 422) else ModelFailed
    return family(f"{where} answered {status}: {reason}")


def _reason(response: httpx2.Response) -> str:
    raw = b""
    with contextlib.suppress(httpx2.HTTPError):
        for block in response.iter_bytes():
            raw += block
            if len(raw) > _LONGEST_ERROR:
                break
    try:
        return _message(json.loads(raw).get("error"))
    except (ValueError, AttributeError):
        return "no reason given"


def _message(error: object) -> str:
    text = error.get("message") if isinstance(error, Mapping) else error
    return str(text or "no reason given")[:300]


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error
