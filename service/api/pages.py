"""The chat page and its files, read once at start and served from memory: no path of a request reaches the disk."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class File:
    data: bytes
    media_type: str
    etag: str


def load() -> dict[str, File]:
    """The files of the package `web` by their path in it."""
    return dict(_walk(files("web"), ""))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, File]]:
    found: list[tuple[str, File]] = []
    for entry in folder.iterdir():
        suffix = "." + entry.name.rsplit(".", 1)[-1]
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif suffix in TYPES:
            data = entry.read_bytes()
            found.append((prefix + entry.name, File(data, TYPES[suffix], f'"{hashlib.sha256(data).hexdigest()[:32]}"')))
    return found


def router() -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    web = load()

    def respond(path: str, request: Request) -> Response:
        if path not in web:
            raise HTTPException(404, "There is no such file.")
        file = web[path]
        headers = {"ETag": file.etag, "Cache-Control": "no-cache"}
        if file.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(file.data, media_type=file.media_type, headers=headers)

    @pages.get("/")
    @pages.get("/documents/{document_id}")
    async def page(request: Request) -> Response:
        return respond("index.html", request)

    @pages.get("/web/{path:path}")
    async def file(path: str, request: Request) -> Response:
        return respond(path, request)

    return pages
