"""Where a database is: a PostgreSQL URL taken apart, and a socket to it."""

import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from index.errors import StoreError

_CONNECT_SECONDS = 5.0
_SILENT_SECONDS = 120.0
"""Longest wait for an answer: a server that has vanished must not hold a thread for ever."""
_PORT = 5432


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    """A host name, or the folder of a Unix socket."""
    port: int
    database: str
    user: str
    password: str | None
    sslmode: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """`postgresql://user:password@host:5432/database?sslmode=verify-full`; `?host=/folder` for a Unix socket."""
        try:
            parts = urlsplit(url)
            options = {
                name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()
            }
            port = parts.port or _PORT
        except ValueError as error:
            raise StoreError(_not_an_address(error)) from error
        if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
            raise StoreError(_not_an_address("it must begin with postgresql:// and name a database"))
        if unknown := options.keys() - {"host", "sslmode"}:
            raise StoreError(_not_an_address(f"only host and sslmode may follow the question mark, not {min(unknown)}"))
        user = unquote(parts.username or os.environ.get("USER", "postgres"))
        password = unquote(parts.password) if parts.password is not None else None
        host = options.get("host") or parts.hostname or "localhost"
        return cls(host, port, unquote(parts.path.strip("/")), user, password, options.get("sslmode", "prefer"))

    def __str__(self) -> str:
        """For messages: never with the password."""
        return f"{self.database} at {self.host}:{self.port}"

    def connect(self) -> socket.socket:
        """Raises OSError."""
        if self.host.startswith("/"):
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.settimeout(_CONNECT_SECONDS)
            try:
                link.connect(str(Path(self.host) / f".s.PGSQL.{self.port}"))
            except OSError:
                link.close()
                raise
        else:
            link = socket.create_connection((self.host, self.port), _CONNECT_SECONDS)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        link.settimeout(_SILENT_SECONDS)
        return link

    def ssl_context(self) -> ssl.SSLContext | bool | None:
        """As pg8000 takes it: False for none, None for TLS where the server offers it, else how TLS is to be."""
        if self.host.startswith("/") or self.sslmode in ("disable", "allow"):
            return False
        if self.sslmode == "prefer":
            return None
        context = ssl.create_default_context()
        if self.sslmode != "verify-full":
            context.check_hostname = False
        if self.sslmode == "require":
            context.verify_mode = ssl.CERT_NONE
        return context


def _not_an_address(reason: object) -> str:
    return (
        f"TRENDWISE_DATABASE_URL is not the address of a database ({reason}); one looks like "
        "postgresql://user:password@host:5432/trendwise."
    )
