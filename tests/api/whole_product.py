"""The whole product in a network that leads nowhere: reports are added, the page is fetched, a question is asked.

Run as `python -m tests.api.whole_product FOLDER` in a network namespace of its own; prints what came back.
"""

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

REPORT = """# Trends of Arnworth Council 2024

## Cyber security

Arnworth Council spent 40 million pounds on cyber security in 2024. Ransomware was the most frequent kind of attack.
"""
QUESTION = "How much did Arnworth Council spend on cyber security in 2024?"
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1


def loopback_up() -> None:
    """A new namespace has a loopback that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack("16sH14x", b"lo", 0))
        flags = struct.unpack("16sH14x", asked)[1]
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


def routes() -> int:
    return len(Path("/proc/net/route").read_text("ascii").splitlines()) - 1


def fetch(url: str, body: object = None) -> str:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as response:
        return str(response.read().decode("utf-8"))


def use(folder: Path) -> dict[str, Any]:
    (folder / "trends.md").write_text(REPORT, "utf-8")
    trendwise = [sys.executable, "-m", "service.cli"]
    subprocess.run([*trendwise, "ingest", str(folder / "trends.md")], check=True, capture_output=True)
    with subprocess.Popen([*trendwise, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        url = server.stdout.readline().split()[-1]
        page, script = fetch(f"{url}/"), fetch(f"{url}/web/js/main.js")
        answer = json.loads(fetch(f"{url}/api/chat", {"question": QUESTION}))
        server.terminate()
    return {"page": page, "script": script, "answer": answer, "stopped": server.returncode}


if __name__ == "__main__":
    loopback_up()
    found = {"routes": routes()} | use(Path(sys.argv[1]))
    print(json.dumps(found))
    os._exit(0)
