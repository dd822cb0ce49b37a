"""`/docs`: the OpenAPI description as a page to read, written by this server: no script, nothing from anywhere else."""

import html
import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from service.api import shell

router = APIRouter(include_in_schema=False)

TITLE = "HTTP API"


@router.get("/docs")
async def reference(request: Request) -> Response:
    app: FastAPI = request.app
    return shell.respond(TITLE, body(app.openapi()), style="page reference")


def body(description: dict[str, Any]) -> str:
    schemas = description.get("components", {}).get("schemas", {})
    operations = [
        _operation(method, path, operation, schemas)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    info = description["info"]
    about = f'{_text(info["description"])} For programs: <a href="/openapi.json">/openapi.json</a>.'
    head = [f"<h1>HTTP API of Trendwise {_text(info['version'])}</h1>", f'<p class="lede">{about}</p>']
    return "\n".join([*head, *operations])


def _operation(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    parts = [
        f"<h2>{_text(method.upper())} {_text(path)}</h2>",
        f"<p>{_text(operation.get('description', ''))}</p>",
        _parameters(operation.get("parameters", [])),
        *_taken(operation.get("requestBody", {}).get("content", {}), schemas),
        *_given(operation["responses"]),
    ]
    return f"<section>{''.join(parts)}</section>"


def _parameters(parameters: list[dict[str, Any]]) -> str:
    lines = [
        f"<li><strong>{_text(each['name'])}</strong> ({_text(each['in'])}{', required' if each.get('required') else ''})"
        f" {_text(each.get('description', ''))}</li>"
        for each in parameters
    ]
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def _taken(content: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    """The fields of a body, and an example of it."""
    for kind, described in content.items():
        yield f"<h3>Takes {_text(kind)}</h3>"
        schema = schemas.get(described.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1], {})
        required = schema.get("required", [])
        fields = [
            f"<li><strong>{_text(name)}</strong>{' (required)' if name in required else ''}"
            f" {_text(field.get('description', ''))}</li>"
            for name, field in schema.get("properties", {}).items()
        ]
        yield f"<ul>{''.join(fields)}</ul>" if fields else ""
        yield from map(_example, schema.get("examples", []))


def _given(responses: dict[str, Any]) -> Iterator[str]:
    """Successes with an example, errors with what they mean."""
    for status, response in responses.items():
        for kind, described in response.get("content", {}).items():
            if status.startswith("2"):
                yield f"<h3>Gives {_text(status)}, {_text(kind)}</h3>{_example(described.get('example'))}"
    errors = [f"<li>{_text(s)} {_text(r['description'])}</li>" for s, r in responses.items() if not s.startswith("2")]
    yield f"<h3>Errors</h3><ul>{''.join(errors)}</ul>" if errors else ""


def _example(example: Any) -> str:
    if example is None:
        return ""
    shown = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
    return f'<pre class="code">{_text(shown)}</pre>'


def _text(text: str) -> str:
    return html.escape(str(text))
