"""Service processes and ingest workers under load, while one after the other is killed: nothing lost, doubled or stuck.

    python -m tests.storage.kill_run --minutes 10
    python -m tests.storage.kill_run --minutes 10 --proxy nginx    # a real one, with `deploy/nginx.conf`

Three service processes behind a proxy and two ingest workers share a PostgreSQL of their own. People upload reports and
hold conversations; every half minute a worker is killed, and once a service process. At the end everything is counted.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

import httpx2

from index.postgres.checks import check
from index.postgres.database import Database
from tests.index.postgres.server import Server
from tests.storage.nginx import nginx
from tests.storage.proxy import proxy

ROOT = Path(__file__).parents[2]
SERVICES, WORKERS, UPLOADERS, ASKERS = 3, 2, 2, 4
LEASE = 5.0
SETTLE_SECONDS = 600.0
SHOWN = 20
"""Conversations that are looked at through the proxy; the rows of all are counted."""
PARAGRAPHS = 400
"""Of a report, so that a worker is killed in the middle of some."""
Proxy = Callable[[Sequence[int]], AbstractContextManager[str]]
"""Makes the processes at some ports look like one."""
QUESTION = "What do councils adopt in 2024?"


@dataclass(frozen=True, slots=True)
class Asked:
    began: float
    """By the clock that only goes forward, as `ended`."""
    ended: float
    broke: bool


@dataclass
class Seen:
    """What people were told, to be compared with what is there at the end."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    jobs: list[str] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)
    busy: int = 0
    lost: list[str] = field(default_factory=list)
    """Requests that broke: allowed only of the service process that was killed."""
    wrong: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Killed:
    workers: int
    services: int
    began: float
    """When the service process was killed, and when it was ready again."""
    ended: float


class Member:
    """A process that can be killed and started anew."""

    def __init__(self, kind: str, url: str, folder: Path, log: IO[bytes]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._command = [
            sys.executable,
            "-m",
            "tests.storage.member",
            kind,
            url,
            str(folder),
            str(self.port),
            str(LEASE),
        ]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._drain: threading.Thread | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.PIPE, stderr=self._log)

    def wait_until_ready(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        if b"ready" not in self._process.stdout.readline():
            raise RuntimeError("A process did not start: see the log.")
        self._drain = threading.Thread(target=shutil.copyfileobj, args=(self._process.stdout, self._log), daemon=True)
        self._drain.start()  # a process whose pipe is full would wait for it for ever

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(60)
            if self._drain is not None:
                self._drain.join()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = self._drain = None


def run(
    server: Server, seconds: float, every: float, before: Proxy = proxy, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """What was done and what was found wrong. The last kills leave time for what they interrupted."""
    url, seen, stop = server.new_database(), Seen(), threading.Event()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        log = stack.enter_context((folder / "log").open("wb"))
        services = _started(stack, "service", SERVICES, url, folder, log)
        workers = _started(stack, "worker", WORKERS, url, folder, log)
        address = stack.enter_context(before([each.port for each in services]))
        people = [
            threading.Thread(target=person, args=(address, number, seen, stop))
            for person, count in ((_upload, UPLOADERS), (_ask, ASKERS))
            for number in range(count)
        ]
        for each in people:
            each.start()
        killed = _kill(services, workers, seconds, every, say)
        stop.set()
        for each in people:
            each.join()
        say("settling")
        left = _settled(url)
        found = {
            "workers_killed": killed.workers,
            "services_killed": killed.services,
            **_counted(url, address, seen),
            "seconds": _seconds(seen.asked, killed),
            "left": left,
            "log": _errors(folder / "log"),
        }
    server.drop(url)
    return found


def _started(stack: ExitStack, kind: str, count: int, url: str, folder: Path, log: IO[bytes]) -> list[Member]:
    members = [Member(kind, url, folder / kind, log) for _ in range(count)]
    for member in members:
        stack.callback(member.stop)
    for member in members:
        member.wait_until_ready()
    return members


def _kill(
    services: Sequence[Member], workers: Sequence[Member], seconds: float, every: float, say: Callable[[str], None]
) -> "Killed":
    """Workers in turn; half-way through one service process too, which stays away for a while."""
    rounds, away = max(2, int(seconds / every) - 1), (0.0, 0.0)
    for turn in range(rounds):
        time.sleep(every)
        victim = workers[turn % len(workers)]
        victim.kill()
        victim.start()
        if turn == rounds // 2:
            began = time.monotonic()
            services[0].kill()
            time.sleep(every / 3)
            services[0].start()
            services[0].wait_until_ready()
            away = began, time.monotonic()
            say("service process killed and started again")
        victim.wait_until_ready()
        say(f"worker killed {turn + 1} times")
    time.sleep(every)
    return Killed(rounds, 1, *away)


def _upload(address: str, number: int, seen: Seen, stop: threading.Event) -> None:
    """A report that nobody else has, then its job until it ends, which is asked of whatever process comes next."""
    count = 0
    with httpx2.Client(base_url=address, timeout=120) as client:
        while not stop.is_set():
            count += 1
            says = f"Councils adopt cloud platforms in 2024, says report {number}-{count} in its paragraph"
            text = f"# Report {number}-{count}\n\n" + "".join(f"{says} {at}.\n\n" for at in range(PARAGRAPHS))
            sent = _tried(seen, lambda text=text: client.post("/api/documents?name=r.md", content=text.encode()))  # type: ignore[misc]
            if sent is None:
                stop.wait(0.2)
                continue
            with seen.lock:
                seen.jobs.append(sent["id"])
            stop.wait(0.1)


def _ask(address: str, number: int, seen: Seen, stop: threading.Event) -> None:
    """Conversations of three questions."""
    with httpx2.Client(base_url=address, timeout=120) as client:
        while not stop.is_set():
            body: dict[str, Any] = {"question": QUESTION}
            for _ in range(3):
                answer = _tried(seen, lambda body=body: client.post("/api/chat", json=body))  # type: ignore[misc]
                if answer is None:
                    break
                kept = answer["conversation_id"]
                with seen.lock:
                    seen.turns[kept] = seen.turns.get(kept, 0) + 1
                body = {"question": QUESTION, "conversation_id": kept}
            stop.wait(0.05 + 0.1 * random.random())  # noqa: S311


def _tried(seen: Seen, request: Callable[[], httpx2.Response]) -> dict[str, Any] | None:
    """What was answered; None where it was turned away or broke, which is noted."""
    began = time.monotonic()
    try:
        response = request()
    except httpx2.HTTPError as error:
        with seen.lock:
            seen.lost.append(type(error).__name__)
            seen.asked.append(Asked(began, time.monotonic(), broke=True))
        return None
    with seen.lock:
        seen.asked.append(Asked(began, time.monotonic(), broke=response.status_code == httpx2.codes.BAD_GATEWAY))
        if response.status_code == httpx2.codes.BAD_GATEWAY:
            seen.lost.append("502")
        elif response.status_code == httpx2.codes.SERVICE_UNAVAILABLE and "retry-after" in response.headers:
            seen.busy += 1
        elif (
            not response.is_success
            and "no reports" not in response.text.casefold()
            and response.status_code != httpx2.codes.CONFLICT
        ):
            seen.wrong.append(f"{response.status_code} {response.text[:200]}")
    return response.json() if response.is_success else None


def _settled(url: str) -> int:
    """How many jobs are still not done when there was time for all of them."""
    database, deadline = Database(url), time.monotonic() + SETTLE_SECONDS
    try:
        while True:
            [[left]] = database.read("SELECT count(*) FROM jobs WHERE state IN ('waiting', 'reading')")
            if not left or time.monotonic() > deadline:
                return int(left)
            time.sleep(0.5)
    finally:
        database.close()


def _counted(url: str, address: str, seen: Seen) -> dict[str, Any]:
    database = Database(url)
    try:
        states = dict(database.read("SELECT id, state FROM jobs"))
        [[again]] = database.read("SELECT count(*) FROM jobs WHERE attempts > 1")
        documents = [text for (text,) in database.read("SELECT text FROM documents WHERE state = 'ready'")]
        turns = dict(database.read("SELECT conversation_id, count(*) FROM turns GROUP BY conversation_id"))
    finally:
        database.close()
    shown = {kept: _shown(address, kept) for kept in list(seen.turns)[:SHOWN]}
    return {
        "uploads": len(seen.jobs),
        "uploads_begun_again": again,
        "uploads_not_done": [job for job in seen.jobs if states.get(job, "forgotten") not in ("done", "forgotten")],
        "reports": len(documents),
        "reports_twice": len(documents) - len(set(documents)),
        "reports_lost": max(0, len(seen.jobs) - len(documents)),
        "turns": sum(seen.turns.values()),
        "turns_lost": [kept for kept, count in seen.turns.items() if turns.get(kept, 0) < count],
        "turns_not_shown": [kept for kept, count in shown.items() if count < seen.turns[kept]],
        "busy": seen.busy,
        "broken_requests": seen.lost,
        "wrong": seen.wrong[:10],
        "checks": [f"{finding.check}: {finding.detail}" for finding in check(url) if not finding.ok],
    }


def _shown(address: str, conversation: str) -> int:
    """How many turns a person sees; asked until processes that get little of a busy machine had time to answer."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx2.HTTPError):
            response = httpx2.get(f"{address}/api/conversations/{conversation}", timeout=60)
            if response.is_success:
                return len(response.json()["turns"])
        time.sleep(1)
    return 0


def _seconds(asked: Sequence[Asked], killed: Killed) -> dict[str, Any]:
    """How long people waited: while all service processes were there, and while one was away."""
    times: dict[bool, list[float]] = {False: [], True: []}
    for each in asked:
        if not each.broke:
            times[each.began < killed.ended and each.ended > killed.began].append(each.ended - each.began)
    return {"all_there": _spread(times[False]), "one_away": _spread(times[True])}


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    at = {"p50": 0.5, "p95": 0.95, "most": 1.0}
    figures = (
        {name: round(ordered[int(share * (len(ordered) - 1))], 2) for name, share in at.items()} if ordered else {}
    )
    return {"requests": len(ordered), **figures}


def _errors(log: Path) -> list[str]:
    """Lines with a traceback, which the service's log has as one; the end says what happened."""
    return [line[-500:] for line in log.read_text(errors="replace").splitlines() if "Traceback" in line][:5]


def faults(found: dict[str, Any]) -> dict[str, Any]:
    """What must be nothing: requests may break only where a service process was killed, one a person at most."""
    must = (
        "uploads_not_done",
        "reports_twice",
        "reports_lost",
        "turns_lost",
        "turns_not_shown",
        "wrong",
        "checks",
        "left",
        "log",
    )
    wrong = {name: found[name] for name in must if found[name]}
    if len(found["broken_requests"]) > (UPLOADERS + ASKERS) * found["services_killed"]:
        wrong["broken_requests"] = found["broken_requests"]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--every", type=float, default=30, metavar="SECONDS", help="between two kills of a worker")
    parser.add_argument("--proxy", metavar="NGINX", help="an nginx program, instead of the small proxy of the tests")
    given = parser.parse_args()
    before = partial(nginx, program=given.proxy) if given.proxy else proxy
    server = Server()
    try:
        found = run(server, 60 * given.minutes, given.every, before, lambda text: print(text, flush=True))
    finally:
        server.close()
    print(json.dumps({**found, "load": os.getloadavg()}, indent=1))
    wrong = faults(found)
    print("FAULTS" if wrong else "Nothing lost, doubled or stuck.", wrong or "")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
