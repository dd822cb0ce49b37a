"""In a network namespace without any route the whole product works, and it does not even try to reach anybody."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NAMESPACE = ("unshare", "--map-root-user", "--net")
_CONNECT = re.compile(r"connect\(\d+, \{sa_family=(AF_INET6?).*?(?:inet_addr\(\"|inet_pton\(AF_INET6, \")([^\"]+)")


def outbound(log: str) -> list[str]:
    """The addresses, other than loopback, that somebody tried to connect to."""
    called = [match[2] for match in _CONNECT.finditer(log)]
    return [address for address in called if not address.startswith("127.") and address != "::1"]


@pytest.mark.model
@pytest.mark.slow
def test_everything_works_and_nobody_is_called(tmp_path: Path, small_model: Path, embedder_dir: Path) -> None:
    if shutil.which("unshare") is None or subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode:
        pytest.skip("This machine gives no network namespaces to programs: nothing was tried without a network.")
    strace = shutil.which("strace")
    log = tmp_path / "connects"
    traced = [strace, "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect", "-o", str(log)] if strace else []
    environment = os.environ | {"TRENDWISE_DATA_DIR": str(tmp_path / "data"), "TRENDWISE_MODEL": "test"}
    del environment["HF_HUB_OFFLINE"]  # the product itself sees to it
    command = [*NAMESPACE, *traced, sys.executable, "-m", "tests.api.whole_product", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["routes"] == 0
    assert found["stopped"] == 0
    assert "<title>" in found["page"]
    assert "import" in found["script"]
    assert "40 million pounds" in found["answer"]["evidence"][0]["text"]
    assert found["answer"]["status"] in ("answered", "partly_answered", "not_in_reports")
    calls = outbound(log.read_text("utf-8", "replace")) if strace else None
    print(
        f"\nwithout a network: {found['answer']['status']}; outbound attempts: {'not counted' if calls is None else len(calls)}"
    )
    assert not calls


def test_attempts_are_found_in_a_log() -> None:
    lines = (
        '1 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.7")}, 16) = -1 ENETUNREACH\n'
        '1 connect(3, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", '
        "&sin6_addr), sin6_scope_id=0}, 28) = -1 ENETUNREACH\n"
        '1 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0\n'
        '1 connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 9) = -1 ENOENT\n'
    )
    assert outbound(lines) == ["192.0.2.7", "2001:db8::1"]
