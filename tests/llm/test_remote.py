"""The remote model against a real HTTP server on this machine, which says what each test tells it to send."""

import math
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.errors import BadSetting, Cancelled, ModelBusy, ModelFailed, PromptTooLong
from service.llm.remote import RemoteModel
from service.llm.types import Cancel, Prompt, Turn
from tests.llm.model_server import PATIENCE, Answer, Handler, Server, piece, refusing, saying, serving

PROMPT = Prompt(
    "Be brief.",
    ("Passages.\n", "Why?"),
    (Turn("user", "Hi"), Turn("assistant", "Hello")),
    "Because",
    (Turn("user", "Ping?"), Turn("assistant", "Pong.")),
)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def remote(server: Server) -> Iterator[RemoteModel]:
    model = RemoteModel(server.url, key="secret", model="m", timeout=PATIENCE)
    yield model
    model.close()


def test_what_is_sent_and_what_comes_back(server: Server, remote: RemoteModel) -> None:
    server.answer = saying("It ", "rained", ".")
    assert list(remote.stream(PROMPT, max_tokens=7, stop=["END"])) == ["It ", "rained", "."]
    headers, body = server.requests[0]
    assert headers["Authorization"] == "Bearer secret"
    assert body == {
        "model": "m", "max_tokens": 7, "temperature": 0, "stream": True, "stop": ["END"],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Ping?"}, {"role": "assistant", "content": "Pong."},
            {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Passages.\nWhy?"},
        ],
    }  # fmt: skip


def test_without_a_name_the_first_served_model_is_asked(server: Server) -> None:
    server.answer = saying("Yes")
    model = RemoteModel(server.url + "/v1/")
    assert model.name == server.url + "/v1"
    assert list(model.stream(PROMPT)) == ["Yes"]
    assert server.requests[0][1]["model"] == model.name == "served-model"
    assert "Authorization" not in server.requests[0][0]
    assert model.healthy()
    model.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=10))
def test_any_text_arrives_as_it_was_sent(server: Server, remote: RemoteModel, pieces: list[str]) -> None:
    """Line separators of Unicode, carriage returns and forged fields are text."""
    pieces = [text.encode("utf-8", "replace").decode() for text in [*pieces, "\u2028\r\ndata: [DONE]\n\n\x85"]]
    server.answer = saying(*pieces)
    assert "".join(remote.stream(PROMPT)) == "".join(pieces)


def test_stops_that_the_server_ignores_are_applied(server: Server, remote: RemoteModel) -> None:
    server.answer = saying("One. S", "TO", "P two.")
    assert "".join(remote.stream(PROMPT, stop=["STOP"])) == "One. "


def test_two_breaks_before_the_first_word_fail_and_one_does_not(server: Server, remote: RemoteModel) -> None:
    def hang_up_once(handler: Handler, body: dict[str, Any]) -> None:
        if len(server.requests) == 1:
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            saying("Here")(handler, body)

    server.answer = hang_up_once
    assert list(remote.stream(PROMPT)) == ["Here"]
    server.answer = lambda handler, body: handler.connection.shutdown(socket.SHUT_RDWR)
    with pytest.raises(ModelFailed, match="closed the connection"):
        list(remote.stream(PROMPT))
    assert len(server.requests) == 4


def test_a_break_after_the_first_word_is_never_repeated(server: Server, remote: RemoteModel) -> None:
    def break_off(handler: Handler, body: dict[str, Any]) -> None:
        handler.begin()
        handler.data(piece("It"))

    server.answer = break_off
    stream = remote.stream(PROMPT)
    assert next(stream) == "It"
    with pytest.raises(ModelFailed, match="before the answer was finished"):
        next(stream)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (refusing(401), ModelFailed, "TRENDWISE_MODEL_KEY"),
        (refusing(404), ModelFailed, "TRENDWISE_MODEL_NAME"),
        (refusing(400, "maximum context length is 4096"), PromptTooLong, "4096"),
        (refusing(400, "unknown field"), ModelFailed, "unknown field"),
        (refusing(500, "boom"), ModelFailed, "500: boom"),
        (refusing(502), ModelFailed, "502"),
        (refusing(301, Location="http://elsewhere.invalid/"), ModelFailed, "301"),
        (lambda handler, body: handler.send(500, b"<html>"), ModelFailed, "no reason given"),
        (lambda handler, body: handler.send(200, b"data: not json\n\n"), ModelFailed, "no valid answer"),
        (lambda handler, body: handler.send(200, b"data: {'x'\n\n"), ModelFailed, "no valid answer"),
        (
            lambda handler, body: handler.send(200, b'data: {"error": {"message": "out of memory"}}\n\n'),
            ModelFailed,
            "memory",
        ),
        (lambda handler, body: handler.send(200, b"data: " + b"x" * 2_000_000), ModelFailed, "line without end"),
    ],
)
def test_errors_say_what_to_do(
    server: Server, remote: RemoteModel, answer: Answer, error: type[Exception], message: str
) -> None:
    server.answer = answer
    with pytest.raises(error, match=message):
        list(remote.stream(PROMPT))


@pytest.mark.parametrize(("status", "headers", "seconds"), [(429, {"Retry_After": "17"}, 17), (503, {}, 5)])
def test_a_busy_server(server: Server, remote: RemoteModel, status: int, headers: dict[str, str], seconds: int) -> None:
    server.answer = refusing(status, **headers)
    with pytest.raises(ModelBusy) as busy:
        list(remote.stream(PROMPT))
    assert busy.value.retry_after == seconds


def test_silence_ends_in_a_timeout(server: Server) -> None:
    server.answer = lambda handler, body: handler.wait_until_gone()
    model = RemoteModel(server.url, model="m", timeout=0.2)
    with pytest.raises(ModelFailed, match="in time"):
        list(model.stream(PROMPT))
    assert len(server.requests) == 1
    model.close()


@pytest.mark.parametrize("spoken", [False, True])
def test_cancelling_hangs_up_at_once(server: Server, remote: RemoteModel, spoken: bool) -> None:
    asked = threading.Event()

    def keep_silent(handler: Handler, body: dict[str, Any]) -> None:
        if spoken:
            handler.begin()
            handler.data(piece("It"))
        asked.set()
        handler.wait_until_gone()

    server.answer = keep_silent
    cancel = Cancel()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: list(remote.stream(PROMPT, cancel=cancel)))
        assert asked.wait(PATIENCE)
        cancel.set()
        with pytest.raises(Cancelled):
            waiting.result(PATIENCE)
    assert server.gone.wait(PATIENCE)


def test_closing_the_iterator_hangs_up(server: Server, remote: RemoteModel) -> None:
    def speak_once(handler: Handler, body: dict[str, Any]) -> None:
        handler.begin()
        handler.data(piece("It"))
        handler.wait_until_gone()

    server.answer = speak_once
    stream = remote.stream(PROMPT)
    assert next(stream) == "It"
    stream.close()  # type: ignore[attr-defined]
    assert server.gone.wait(PATIENCE)


def scoring(tops: dict[str, float]) -> Answer:
    top = [{"token": token, "logprob": value} for token, value in tops.items()]

    def answer(handler: Handler, body: dict[str, Any]) -> None:
        assert body["max_tokens"] == 1
        assert body["logprobs"] is True
        handler.begin()
        handler.data(piece("x", logprobs={"content": [{"token": "x", "logprob": -1.0, "top_logprobs": top}]}))
        handler.data("[DONE]")

    return answer


def test_scores_add_the_spellings_of_an_option(server: Server, remote: RemoteModel) -> None:
    server.answer = scoring({"Yes": math.log(0.5), " Yes": math.log(0.25), "Yesterday": -0.1, "Maybe": -7.0})
    scores = remote.score([PROMPT, PROMPT], ["Yes", "No"])
    assert scores is not None
    assert scores.shape == (2, 2)
    assert scores[:, 0] == pytest.approx(math.log(0.75))
    assert scores[:, 1] == pytest.approx(-7.0)


@pytest.mark.parametrize("answer", [saying("Yes"), refusing(400, "logprobs are not supported")])
def test_a_server_without_scores_is_asked_once(server: Server, remote: RemoteModel, answer: Answer) -> None:
    server.answer = answer
    assert remote.score([PROMPT], ["Yes", "No"]) is None
    assert remote.score([PROMPT], ["Yes", "No"]) is None
    assert len(server.requests) == 1


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    model = RemoteModel(url, model="m")
    with pytest.raises(ModelFailed, match="cannot be reached; is it running"):
        list(model.stream(PROMPT))
    with pytest.raises(ModelFailed, match="TRENDWISE_MODEL_NAME"):
        list(RemoteModel(url).stream(PROMPT))
    assert not model.healthy()


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://host/", "http://", "file:///etc/passwd"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(BadSetting, match="not the address"):
        RemoteModel(url)


def test_counts_are_upper_estimates() -> None:
    model = RemoteModel("http://127.0.0.1:1", model="m")
    assert model.count("Public sector digital trends") >= 5
    model.close()
