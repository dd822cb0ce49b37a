"""Chromium's own log of everything it does on a network: what it looked up and what it asked for, whoever made it do so."""

import json
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}
OWN = {"data", "blob", "about", "chrome", "chrome-extension", "devtools", "file"}
"""Schemes that never leave the browser."""
MAKERS = (".googleapis.com", ".google.com", ".gstatic.com", ".gvt1.com")
"""Whom Chromium asks of its own accord, for updates and the like. No string of the tests names them."""


def asked(log: Path) -> set[str]:
    """The hosts of every address and every look-up in the log. The browser has been closed."""
    hosts = set()
    for event in json.loads(log.read_text("utf-8"))["events"]:
        params = event.get("params", {})
        if not isinstance(params, dict):
            continue
        for name in ("url", "host", "location"):
            value = params.get(name)
            if isinstance(value, str) and value:
                hosts.add(_host(value))
    return hosts - {""}


def _host(value: str) -> str:
    """Of an address or of `host:port`; nothing where it stays on this machine or is the browser's own."""
    parts = urlsplit(value if "://" in value else f"//{value}")
    if parts.scheme in OWN or value.split(":", 1)[0] in OWN:
        return ""
    host = parts.hostname or ""
    return "" if host in LOOPBACK or host.endswith(MAKERS) else host
