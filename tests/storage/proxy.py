"""A small HTTP proxy before several service processes, for tests: what docs/scale.md asks of nginx.

Requests go round. One that could not be sent goes to the next process; one that was sent, and of which nothing came back, only
where asking twice changes nothing (GET). An answer that was begun is never begun again.
"""

import itertools
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

_SILENT_SECONDS = 120.0
_BLOCK = 1 << 16
_SAFE = (b"GET", b"HEAD")
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextmanager
def proxy(ports: Sequence[int]) -> Iterator[str]:
    """The address at which the processes that listen on these ports look like one."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    turns = itertools.count()
    threading.Thread(target=_accept, args=(listener, ports, turns), daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _accept(listener: socket.socket, ports: Sequence[int], turns: Iterator[int]) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            first = next(turns)
            order = [ports[(first + step) % len(ports)] for step in range(len(ports))]
            threading.Thread(target=_serve, args=(client, order), daemon=True).start()


def _serve(client: socket.socket, order: Sequence[int]) -> None:
    """One request a connection."""
    client.settimeout(_SILENT_SECONDS)
    with client, suppress(OSError):
        request = _request(client)
        for port in order:
            sent, begun = _exchange(client, request, port)
            if begun:
                return
            if sent and not request.startswith(_SAFE):
                break
        client.sendall(_BAD_GATEWAY)


def _exchange(client: socket.socket, request: bytes, port: int) -> tuple[bool, bool]:
    """Whether the process got the request, and whether an answer was begun."""
    try:
        upstream = socket.create_connection(("127.0.0.1", port), timeout=1.0)
    except OSError:
        return False, False
    begun = False
    with upstream, suppress(OSError):
        upstream.settimeout(_SILENT_SECONDS)
        upstream.sendall(request)
        while block := upstream.recv(_BLOCK):
            begun = True
            client.sendall(block)
    return True, begun


def _request(client: socket.socket) -> bytes:
    """Head and body; the connection ends with the answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(client)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    lengths = [int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")]
    while len(body) < sum(lengths):
        body += _some(client)
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body


def _some(client: socket.socket) -> bytes:
    block = client.recv(_BLOCK)
    if not block:
        raise ConnectionError("The client has gone.")
    return block
