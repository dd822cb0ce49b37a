"""Several model servers: spread fairly, and one that dies is felt by nobody whose answer had not begun."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from service.errors import Cancelled, ModelBusy, ModelFailed
from service.llm.remote import RemoteModel
from service.llm.servers import ModelServers, Timing
from service.llm.types import Cancel, Prompt
from service.runtime import open_model
from service.settings import Settings
from tests.llm.model_server import PATIENCE, Answer, Handler, Server, piece, refusing, saying, serving

QUICK = 0.05
"""Seconds between probes here."""
TIMING = Timing(every=QUICK)


def prompt(number: int = 0, question: str = "Why?") -> Prompt:
    return Prompt("Be brief.", (f"Passage {number}.", question))


@pytest.fixture
def pair() -> Iterator[tuple[Server, Server]]:
    with serving() as one, serving() as other:
        yield one, other


@pytest.fixture
def servers(pair: tuple[Server, Server]) -> Iterator[ModelServers]:
    model = ModelServers([RemoteModel(each.url, model="m", attempts=1) for each in pair], timing=TIMING)
    yield model
    model.close()


def hang_up(handler: Handler, body: dict[str, Any]) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def both(pair: tuple[Server, Server], answer: Answer) -> None:
    for server in pair:
        server.answer = answer


def test_the_same_passages_go_to_the_same_server_and_others_elsewhere(
    pair: tuple[Server, Server], servers: ModelServers
) -> None:
    both(pair, saying("Yes"))
    for number in range(24):
        for question in ("Why?", "How?"):
            assert list(servers.stream(prompt(number, question))) == ["Yes"]
    asked = [{body["messages"][-1]["content"].split(".")[0] for _, body in server.requests} for server in pair]
    assert not asked[0] & asked[1]
    assert min(len(asked[0]), len(asked[1])) >= 4


def test_a_busy_server_is_not_given_everything(pair: tuple[Server, Server], servers: ModelServers) -> None:
    """Eight people ask about the same passages at once."""
    release = threading.Event()

    def hold(handler: Handler, body: dict[str, Any]) -> None:
        release.wait(PATIENCE)
        saying("Yes")(handler, body)

    both(pair, hold)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(lambda: list(servers.stream(prompt()))) for _ in range(8)]
        wait_for(lambda: sum(len(server.requests) for server in pair) == 8)
        release.set()
        assert [each.result(PATIENCE) for each in waiting] == [["Yes"]] * 8
    assert min(len(server.requests) for server in pair) >= 3


@pytest.mark.parametrize("failing", [hang_up, refusing(503), refusing(429), refusing(502)])
def test_what_was_not_begun_moves_on(pair: tuple[Server, Server], servers: ModelServers, failing: Answer) -> None:
    first = chosen(pair, servers)
    first.answer = failing
    assert list(servers.stream(prompt())) == ["Yes"]
    assert [len(server.requests) for server in pair] == [1, 1]


def test_what_was_begun_fails_with_a_clear_message(pair: tuple[Server, Server], servers: ModelServers) -> None:
    first = chosen(pair, servers)

    def break_off(handler: Handler, body: dict[str, Any]) -> None:
        handler.begin()
        handler.data(piece("It"))

    first.answer = break_off
    stream = servers.stream(prompt())
    assert next(stream) == "It"
    with pytest.raises(ModelFailed, match=rf"{first.url}.* stopped in the middle of the answer: ask again"):
        next(stream)
    assert sum(len(server.requests) for server in pair) == 1


def test_a_silent_server_loses_its_requests_to_the_other(pair: tuple[Server, Server], servers: ModelServers) -> None:
    first = chosen(pair, servers)
    first.answer = lambda handler, body: handler.wait_until_gone()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: list(servers.stream(prompt())))
        wait_for(lambda: bool(first.requests))
        first.listing = False
        assert waiting.result(PATIENCE) == ["Yes"]
    assert first.gone.wait(PATIENCE)


def test_who_does_one_thing_at_a_time_keeps_its_requests_and_gets_no_others(pair: tuple[Server, Server]) -> None:
    """llama-cpp-python's server lists nothing while it writes to somebody."""
    with serving_slowly(pair, silence=PATIENCE) as servers:
        first, release = chosen(pair, servers), threading.Event()
        first.answer = lambda handler, body: (release.wait(PATIENCE), saying("Late")(handler, body))[1]
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(lambda: list(servers.stream(prompt())))
            wait_for(lambda: bool(first.requests))
            first.silent.set()
            wait_for(lambda: first.unanswered > 5)
            for number in range(10):
                assert list(servers.stream(prompt(number))) == ["Yes"]
            release.set()
            assert waiting.result(PATIENCE) == ["Late"]
        assert len(first.requests) == 1


def test_who_is_silent_for_long_loses_its_requests(pair: tuple[Server, Server]) -> None:
    with serving_slowly(pair, silence=4 * QUICK) as servers:
        first = chosen(pair, servers)
        first.answer = lambda handler, body: handler.wait_until_gone()
        first.silent.set()
        assert list(servers.stream(prompt())) == ["Yes"]


def test_a_server_that_came_back_is_asked_again(pair: tuple[Server, Server], servers: ModelServers) -> None:
    first = chosen(pair, servers)
    first.answer = hang_up
    list(servers.stream(prompt()))
    first.answer = saying("Back")
    wait_for(lambda: list(servers.stream(prompt())) == ["Back"])


def test_new_requests_avoid_a_dead_server(pair: tuple[Server, Server], servers: ModelServers) -> None:
    first = chosen(pair, servers)
    first.listing = False
    first.answer = hang_up
    time.sleep(4 * QUICK)  # a probe that was under way may still be answered
    assert list(servers.stream(prompt())) == ["Yes"]
    asked = len(first.requests)
    for number in range(10):
        assert list(servers.stream(prompt(number))) == ["Yes"]
    assert len(first.requests) == asked
    assert servers.healthy()


def test_when_all_are_lost_all_are_named(pair: tuple[Server, Server], servers: ModelServers) -> None:
    both(pair, hang_up)
    for server in pair:
        server.listing = False
    with pytest.raises(ModelFailed, match="None of the model servers answers") as raised:
        list(servers.stream(prompt()))
    assert all(server.url in str(raised.value) for server in pair)
    wait_for(lambda: not servers.healthy())
    both(pair, refusing(429, Retry_After="17"))
    with pytest.raises(ModelBusy) as busy:
        list(servers.stream(prompt()))
    assert busy.value.retry_after == 17


def test_whoever_leaves_frees_the_server(pair: tuple[Server, Server], servers: ModelServers) -> None:
    both(pair, lambda handler, body: handler.wait_until_gone())
    cancel = Cancel()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: list(servers.stream(prompt(), cancel=cancel)))
        wait_for(lambda: any(server.requests for server in pair))
        cancel.set()
        with pytest.raises(Cancelled):
            waiting.result(PATIENCE)
    assert sum(len(server.requests) for server in pair) == 1
    assert any(server.gone.wait(PATIENCE) for server in pair if server.requests)


def test_scores_move_on_too(pair: tuple[Server, Server], servers: ModelServers) -> None:
    def score(handler: Handler, body: dict[str, Any]) -> None:
        top = [{"token": "Yes", "logprob": -0.5}, {"token": "No", "logprob": -1.5}]
        handler.begin()
        handler.data(piece("x", logprobs={"content": [{"token": "x", "logprob": -1.0, "top_logprobs": top}]}))
        handler.data("[DONE]")

    first = chosen(pair, servers)
    both(pair, score)
    first.answer = hang_up
    scores = servers.score([prompt(), prompt(1)], ["Yes", "No"])
    assert scores is not None
    assert scores.tolist() == [[-0.5, -1.5]] * 2


def test_the_setting_takes_several_addresses(pair: tuple[Server, Server]) -> None:
    both(pair, saying("Yes"))
    with ExitStack() as closing:
        one = open_model(Settings(model_url=pair[0].url, model_name="m"))
        closing.callback(one.close)
        assert isinstance(one, RemoteModel)
        several = open_model(Settings(model_url=f"{pair[0].url}, {pair[1].url}/v1", model_name="m"))
        closing.callback(several.close)
        assert isinstance(several, ModelServers)
        for number in range(24):
            assert list(several.stream(prompt(number))) == ["Yes"]
    assert all(server.requests for server in pair)


@contextmanager
def serving_slowly(pair: tuple[Server, Server], *, silence: float) -> Iterator[ModelServers]:
    """Probes are given up as quickly as they are made."""
    models = [RemoteModel(each.url, model="m", attempts=1) for each in pair]
    servers = ModelServers(models, timing=Timing(every=QUICK, seconds=QUICK, silence=silence))
    yield servers
    servers.close()


def chosen(pair: tuple[Server, Server], servers: ModelServers) -> Server:
    """The server that `prompt()` goes to; both answer and have forgotten what they were asked."""
    both(pair, saying("Yes"))
    list(servers.stream(prompt()))
    [first] = [server for server in pair if server.requests]
    first.requests.clear()
    return first
