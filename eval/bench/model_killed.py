"""Two real model servers, of which one is killed while people are being answered: what they notice, and for how long.

    pip install --target /tmp/peer xllamacpp starlette-context
    PYTHONPATH=/tmp/peer python -m eval.bench.model_killed --model test --server llama.cpp
    PYTHONPATH=/tmp/peer python -m eval.bench.model_killed --model test --server llama-cpp-python

Requests that the killed server had not begun to answer must move; those it had begun must fail with a sentence that says so; and
what is asked from then on must be answered by the other one. Some are asked the moment the server is killed: how long it is until the
other server is sent them says how fast new ones move; how long until their first piece of text, how busy the machine is too.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from eval.bench import options
from eval.bench.figures import spread
from eval.report_json import write
from service.errors import ModelFailed
from service.llm.remote import RemoteModel
from service.llm.servers import ModelServers
from service.llm.types import Prompt

PEOPLE, TOKENS, CELLS = 4, 48, 1024
BEFORE, AFTER = 2 * PEOPLE, 4 * PEOPLE
"""Answers before one server is killed, and in all before the other is left in peace."""
START_SECONDS = 300.0
KINDS = ("llama.cpp", "llama-cpp-python")
_STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    began: float
    """Seconds after the kill; below zero before it."""
    first: float | None
    """Until the first piece of text, in seconds."""
    failure: str | None


class Noted(RemoteModel):
    """Knows when it was sent which question."""

    def __init__(self, url: str) -> None:
        super().__init__(url, attempts=1)
        self.sent: dict[tuple[str, ...], float] = {}

    def stream(self, prompt: Prompt, **options: Any) -> Iterator[str]:
        self.sent[prompt.parts] = time.monotonic()
        return super().stream(prompt, **options)


class Server:
    def __init__(self, kind: str, model: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        cells, people = str(CELLS), str(PEOPLE)
        command = (
            ["-m", "llama_cpp.server", "--model", str(model), "--port", str(port), "--n_ctx", cells, "--n_threads", "1",
             "--interrupt_requests", "false"]
            if kind == "llama-cpp-python"
            else ["-m", "eval.bench.llama_server", str(model), "1", people, cells, str(port)]
        )  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
        )
        self._wait()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(_STOP_SECONDS)

    def _wait(self) -> None:
        model, deadline = RemoteModel(self.url), time.monotonic() + START_SECONDS
        while not model.answers(1.0):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ModelFailed(f"The server at {self.url} did not start; are its packages on PYTHONPATH?")
            time.sleep(0.2)
        model.close()


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    begun = options.about(given)
    model = options.model_file(options.settings(given))
    result = {"name": "model_killed", **begun, "server": given.server, "measured": measure(given.server, model)}
    print(json.dumps(result, indent=1))
    if given.json:
        write(given.json, result)


def measure(kind: str, model: Path) -> dict[str, Any]:
    with ExitStack() as stack:
        pair = [Server(kind, model) for _ in range(2)]
        for each in pair:
            stack.callback(each.kill)
        models = [Noted(each.url) for each in pair]
        servers = ModelServers(models)
        stack.callback(servers.close)
        asked: list[Asked] = []
        stop = threading.Event()
        people = [threading.Thread(target=_person, args=(servers, number, asked, stop)) for number in range(PEOPLE)]
        for person in people:
            person.start()
        _until(asked, BEFORE)
        pair[0].kill()
        killed = time.monotonic()
        new = _newcomers(servers, models[1])
        _until(asked, AFTER)
        stop.set()
        for person in people:
            person.join()
    return {**new, **figures([Asked(each.began - killed, each.first, each.failure) for each in asked])}


def _newcomers(servers: ModelServers, other: Noted) -> dict[str, Any]:
    """Questions about different evidence, all at once: some would have gone to the server that was killed."""
    prompts = [_prompt(f"Newcomer {number}") for number in range(PEOPLE)]
    began, first = time.monotonic(), list[float]()

    def ask(prompt: Prompt) -> None:
        for _ in servers.stream(prompt, max_tokens=1):
            first.append(time.monotonic() - began)

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(ask, prompts))
    return {
        "new_sent_to_the_other_after_s": spread([other.sent[prompt.parts] - began for prompt in prompts]),
        "new_first_piece_s": spread(first),
    }


def _until(asked: Sequence[Asked], answers: int) -> None:
    while len(asked) < answers:
        time.sleep(0.05)


def figures(asked: Sequence[Asked]) -> dict[str, Any]:
    before = [each for each in asked if each.began < 0]
    after = [each for each in asked if each.began >= 0]
    served = sorted(each.began + each.first for each in after if each.first is not None and not each.failure)
    return {
        "asked_before": len(before),
        "asked_after": len(after),
        "failed_that_were_begun": [each.failure for each in before if each.failure],
        "failed_that_came_after": [each.failure for each in after if each.failure],
        "first_answer_after_s": round(served[0], 3) if served else None,
        "first_piece_s_before": spread([each.first for each in before]),
        "first_piece_s_after": spread([each.first for each in after]),
    }


def _person(servers: ModelServers, number: int, asked: list[Asked], stop: threading.Event) -> None:
    for turn in count():
        if stop.is_set():
            return
        prompt = _prompt(f"Passage {number} {turn}")
        began, first, failure = time.monotonic(), None, None
        try:
            for _ in servers.stream(prompt, max_tokens=TOKENS):
                first = first if first is not None else time.monotonic() - began
        except ModelFailed as error:
            failure = str(error)
        asked.append(Asked(began, first, failure))


def _prompt(name: str) -> Prompt:
    return Prompt("Be brief.", (f"{name}: councils adopt cloud platforms.", "What do councils do?"))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options.parser(__doc__ or "", limit=0)
    parser.add_argument("--server", choices=KINDS, default=KINDS[0])
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
