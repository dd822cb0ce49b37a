"""Model files over HTTP from a model hub, or a mirror of it, at a fixed revision; a cut transfer is continued."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx2

from service.llm.catalogue import File, Hub
from service.llm.sources import Report, SourceError, part_of, size_of, tell

ATTEMPTS = 4
PAUSE_SECONDS = 1.0
TIMEOUT = httpx2.Timeout(30.0)


class Interrupted(SourceError):
    """Worth another attempt, from where it stopped."""


def fetch_from_hub(hub: Hub, base: str, wanted: list[File], work: Path, report: Report) -> None:
    """Completes the `.part` of each wanted file. Raises `SourceError`; what has arrived stays."""
    total = sum(file.size for file in wanted)
    done = 0
    with httpx2.Client(follow_redirects=True, timeout=TIMEOUT) as client:
        for file in wanted:
            url = f"{base.rstrip('/')}/{hub.repository}/resolve/{hub.revision}/{file.hub or file.path}"
            _complete(client, url, file, part_of(work, file), partial(tell, report, url, done, total))
            done += file.size


def _complete(client: httpx2.Client, url: str, file: File, part: Path, arrived: Callable[[int], None]) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        if size_of(part) == file.size:
            return
        try:
            _continue(client, url, file, part, arrived)
        except (Interrupted, httpx2.HTTPError) as error:
            if attempt == ATTEMPTS:
                raise SourceError(
                    f"{url} broke off {ATTEMPTS} times ({str(error) or type(error).__name__})."
                ) from error
            time.sleep(PAUSE_SECONDS)


def _continue(client: httpx2.Client, url: str, file: File, part: Path, arrived: Callable[[int], None]) -> None:
    have = size_of(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Interrupted(f"status {answer.status_code}")
        continued = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if not continued and answer.status_code != 200:
            raise SourceError(f"{url} answered {answer.status_code}.")
        with part.open("ab" if continued else "wb") as target:
            for block in answer.iter_bytes():
                if target.tell() + len(block) > file.size:
                    raise SourceError(f"{url} sends more than the {file.size} bytes of the catalogue.")
                target.write(block)
                arrived(target.tell())
    if size_of(part) < file.size:
        raise Interrupted(f"{size_of(part)} of {file.size} bytes")
