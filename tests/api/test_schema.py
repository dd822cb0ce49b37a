"""The OpenAPI description against the running application, with generated requests."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from service.api import reference

CASES = int(os.environ.get("SCHEMA_CASES", "0"))
"""In all, for the long run: `SCHEMA_CASES=10000 pytest -s --timeout 0 tests/api/test_schema.py`."""
HOST = {"host": "127.0.0.1"}


def test_every_route_has_an_example_of_what_it_takes_and_gives(reader: TestClient) -> None:
    description = reader.get("/openapi.json").json()
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
            for kind, content in success.get("content", {}).items():
                if kind in ("application/json", "text/event-stream"):
                    assert "example" in content, (method, path, kind)
            taken = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            if reference := taken.get("$ref"):
                assert description["components"]["schemas"][reference.rsplit("/", 1)[-1]]["examples"], path
            assert {"400", "403"} <= set(operation["responses"]) or path in ("/healthz", "/metrics"), path


def test_what_an_example_says_can_be_sent(reader: TestClient) -> None:
    description = reader.get("/openapi.json").json()
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            taken = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            if reference := taken.get("$ref"):
                example = description["components"]["schemas"][reference.rsplit("/", 1)[-1]]["examples"][0]
                response = reader.request(method, path.replace("{document_id}", "nothing"), json=example)
                assert response.status_code in (200, 404), (method, path, response.text)


def test_the_description_is_served_without_any_foreign_address(reader: TestClient) -> None:
    text = reader.get("/openapi.json").text
    assert "https://" not in text
    assert Path(reader.get("/openapi.json").url.path).name == "openapi.json"


def test_the_description_can_be_read_as_a_page(reader: TestClient) -> None:
    description = reader.get("/openapi.json").json()
    page = reader.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    for path, methods in description["paths"].items():
        for method in methods:
            assert f"<h2>{method.upper()} {path}</h2>" in page.text
    assert "<strong>question</strong> (required)" in page.text
    assert "<script" not in page.text
    assert "//" not in re.sub(r"<pre.*?</pre>", "", page.text, flags=re.DOTALL)


def test_nothing_in_a_description_becomes_markup() -> None:
    text = "<script>alert(1)</script>"
    operation = {
        "description": text,
        "parameters": [{"name": text, "in": "query"}],
        "responses": {"404": {"description": text}},
    }
    page = reference.body({"info": {"version": text, "description": text}, "paths": {f"/{text}": {"get": operation}}})
    assert "<script" not in page


@pytest.mark.slow
def test_no_request_breaks_the_service(client: TestClient) -> None:
    """With an application of its own: what sends the requests closes it at its end."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", client.app, headers=HOST)
    operations = [result.ok() for result in schema.get_all_operations()]

    cases = 0

    def check(operation: Any) -> None:
        @given(case=operation.as_strategy())
        @settings(
            max_examples=CASES // len(operations) or 5,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )
        def holds(case: Any) -> None:
            nonlocal cases
            cases += 1
            # A schema cannot say that a question of invisible characters is empty, or that two fields exclude each other.
            case.call_and_validate(headers=HOST, excluded_checks=[positive_data_acceptance])

        holds()

    for operation in operations:
        check(operation)
        print(f"\n{operation.label}: {cases} generated requests so far", end="", flush=True)
