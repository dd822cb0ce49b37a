"""A real nginx with the configuration that is shipped (`deploy/nginx.conf`), but for addresses and the certificate.

    python -m tests.storage.nginx /usr/sbin/nginx

says what people see of a process that breaks off before the first byte, after it, or refuses: only the last, and GET
before the first byte, may go unnoticed.
"""

import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx.conf"
_START_SECONDS = 30.0
_PLACES = "client_body_temp_path", "proxy_temp_path", "fastcgi_temp_path", "uwsgi_temp_path", "scgi_temp_path"
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
_BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\n{}"
_MAIN = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors info;
events {{ worker_connections 512; }}
http {{ access_log off; {places} {site} }}
"""


@contextmanager
def nginx(ports: Sequence[int], *, program: str = "nginx") -> Iterator[str]:
    """The address at which the processes that listen on these ports look like one."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        places = " ".join(f"{place} {folder}/{place};" for place in _PLACES)
        (folder / "conf").write_text(_MAIN.format(folder=folder, places=places, site=site(port, ports)))
        free.close()
        process = subprocess.Popen([program, "-p", folder, "-c", folder / "conf", "-e", folder / "errors"])
        try:
            _wait(port, process, folder / "errors")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(_START_SECONDS)


def site(port: int, ports: Sequence[int]) -> str:
    """The shipped configuration, for these processes of this machine and without TLS."""
    shipped = SHIPPED.read_text("utf-8")

    def servers(line: re.Match[str]) -> str:
        return "".join(f"    server 127.0.0.1:{each}{line[1]}\n" for each in ports)

    bare = re.sub(r"(?:^    server \S+( .*;)\n)+", servers, shipped, count=1, flags=re.MULTILINE)
    bare = re.sub(r"^    ssl_.*\n", "", bare, flags=re.MULTILINE)
    return bare.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")


def _wait(port: int, process: subprocess.Popen[bytes], errors: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"nginx did not start: {errors.read_text()[-1000:]}") from None
            time.sleep(0.05)
        else:
            return


def rules(program: str) -> dict[str, set[str]]:
    """What people see when one of two processes answers well and the other one fails in some way."""
    seen = {}
    for failure, reply in (("before the first byte", b""), ("after it", _BEGUN), ("refused", None)):
        with _process(_ANSWER) as good, _process(reply) as bad:
            for method in ("GET", "POST"):
                with nginx([bad, good], program=program) as address:
                    seen[f"{method}, {failure}"] = {
                        _asked(method, address) for _ in range(2)
                    }  # each is asked first once
    return seen


def _asked(method: str, address: str) -> str:
    try:
        return str(httpx2.request(method, address, content=b"{}", timeout=_START_SECONDS).status_code)
    except httpx2.RemoteProtocolError:
        return "broken off"


@contextmanager
def _process(reply: bytes | None) -> Iterator[int]:
    """The port of one that replies so to everything and hangs up; with None, of one that has gone."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    if reply is None:
        listener.close()
    else:
        threading.Thread(target=_reply, args=(listener, reply), daemon=True).start()
    yield port
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _reply(listener: socket.socket, reply: bytes) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            with client:
                data = b""
                while not data.endswith(b"{}"):
                    data += client.recv(1 << 16)
                client.sendall(reply)


if __name__ == "__main__":
    for case, outcomes in rules(sys.argv[1]).items():
        print(f"{case}: {' or '.join(sorted(outcomes))}")
