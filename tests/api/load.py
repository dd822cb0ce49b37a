"""A client that costs little, so that many at once measure the service and not themselves."""

import asyncio
import json
import time
from dataclasses import dataclass

QUESTION = "What is the stand-out technology trend for councils in 2024?"


@dataclass(frozen=True, slots=True)
class Reply:
    seconds: float
    """From sending the request to the first byte of the response."""
    whole: float
    """To the last."""
    status: int
    text: str

    @property
    def last_event(self) -> str:
        return self.text.rstrip().rsplit("\n\n", 1)[-1].rsplit("event: ", 1)[-1].split("\n")[0]


class Asker:
    """One connection, open before anything is sent, for one question."""

    def __init__(self, address: tuple[str, int], *, stream: bool = True) -> None:
        self._address = address
        body = json.dumps({"question": QUESTION, "stream": stream}).encode()
        host = f"{address[0]}:{address[1]}"
        head = f"POST /api/chat HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n"
        self._request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def connect(self) -> "Asker":
        self._reader, self._writer = await asyncio.open_connection(*self._address, limit=2**22)
        return self

    def send(self) -> None:
        self._started = time.perf_counter()
        self._writer.write(self._request)

    async def reply(self) -> Reply:
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("ascii")
            first = time.perf_counter() - self._started
            body = await self._reader.read()
        finally:
            self.hang_up()
        text = (dechunked(body) if "transfer-encoding: chunked" in head.lower() else body).decode("utf-8")
        return Reply(first, time.perf_counter() - self._started, int(head.split()[1]), text)

    def hang_up(self) -> None:
        self._writer.transport.abort()


def dechunked(body: bytes) -> bytes:
    """The body without the sizes of its chunks."""
    chunks = []
    while body:
        size, _, body = body.partition(b"\r\n")
        chunks.append(body[: int(size, 16)])
        body = body[int(size, 16) + 2 :]
    return b"".join(chunks)


async def ask(address: tuple[str, int], *, stream: bool = True) -> Reply:
    asker = await Asker(address, stream=stream).connect()
    asker.send()
    return await asker.reply()


async def at_once(address: tuple[str, int], count: int) -> list[Reply]:
    """All connected before the first sends."""
    askers = [await Asker(address).connect() for _ in range(count)]
    for asker in askers:
        asker.send()
    return await asyncio.gather(*(asker.reply() for asker in askers))
