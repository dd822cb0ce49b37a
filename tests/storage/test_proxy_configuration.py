"""The configuration for nginx that is shipped says what the service needs; `tests.storage.nginx` tries it on a real one."""

import re

from ingest.read import LARGEST
from tests.storage.nginx import SHIPPED, site


def directives(name: str) -> list[str]:
    return re.findall(rf"^\s*{name} (.*);$", SHIPPED.read_text("utf-8"), re.MULTILINE)


def test_what_changes_something_is_never_sent_twice() -> None:
    assert directives("proxy_next_upstream") == ["error timeout"]
    assert directives("keepalive") == []


def test_answers_stream_and_the_largest_report_passes() -> None:
    assert directives("proxy_buffering") == ["off"]
    [limit] = directives("client_max_body_size")
    assert int(limit.removesuffix("m")) << 20 > LARGEST


def test_it_is_tried_with_other_addresses_and_the_same_rules() -> None:
    tried = site(8000, [8001, 8002])
    assert re.findall(r"server (127\S+) max_fails=1 fail_timeout=2s;", tried) == ["127.0.0.1:8001", "127.0.0.1:8002"]
    assert "listen 127.0.0.1:8000;" in tried
    assert "ssl_" not in tried
    assert "10.0.0" not in tried
