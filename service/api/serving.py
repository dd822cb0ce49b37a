"""The application on a socket: start, readiness line, and a stop that ends every stream explicitly.

A stop signal first lets running answers finish, then gives those that are left an `error` event, and is over in
less than ten seconds.
"""

import asyncio
import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from fastapi import FastAPI

from service.api.connections import Connection
from service.api.context import Context
from service.errors import BadSetting

DRAIN = 4.0
"""Seconds for running answers to finish after a stop signal."""
FORCE = 7
"""Seconds after which connections that are still open are cut."""
SWITCH = 0.0005
"""Seconds after which a computing thread makes way. With Python's 5 ms the one that serves all connections waits that long
after every read and write while two others compute: a round trip took 31 ms at the median, and takes 0.4 ms."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `BadSetting` where the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio does not switch Nagle's algorithm off, and every small write waits for 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise BadSetting(
            f"Port {port} on {host} cannot be used ({error.strerror}): choose another with `--port`, "
            "or stop what uses it."
        ) from error
    return listener


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: FastAPI, listener: socket.socket, *, ready: Callable[[], None]) -> None:
    """Serves until SIGINT or SIGTERM, then returns."""
    sys.setswitchinterval(SWITCH)
    server(app, ready=ready).run(sockets=[listener])


def server(app: FastAPI, *, ready: Callable[[], None], drain: float = DRAIN) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http=Connection,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=FORCE,
        limit_concurrency=2000,
    )
    return _Server(config, app.state.context, ready, drain)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, context: Context, ready: Callable[[], None], drain: float) -> None:
        super().__init__(config)
        self._context = context
        self._ready = ready
        self._drain = drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._context.stop_accepting()
        ending = asyncio.get_running_loop().call_later(self._drain, self._context.end_streams)
        try:
            await super().shutdown(sockets)
        finally:
            ending.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but a stop that went well is not raised again as a signal."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._stop) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit and number == signal.SIGINT
        self.should_exit = True
