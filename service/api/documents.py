"""`/api/documents`: the reports. Their list, one with its text, its original file, upload, correction, deletion."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from index.errors import UnknownDocument
from index.types import DocumentInfo
from ingest.neutralise import neutralise
from ingest.types import Block, Span
from service.api import examples
from service.api.context import Ctx, require_manager
from service.api.problems import documented
from service.errors import CallerError
from service.watching import Failure

router = APIRouter(tags=["reports"])
Manager = Depends(require_manager)


@dataclass(frozen=True, slots=True)
class Documents:
    documents: tuple[DocumentInfo, ...]
    failed: tuple[Failure, ...] = ()
    """Files of the watched folder that could not be added."""


@dataclass(frozen=True, slots=True)
class SpanView:
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class BlockView:
    kind: str
    start: int
    end: int
    headings: tuple[str, ...]
    page: int | None
    lead: SpanView | None


@dataclass(frozen=True, slots=True)
class DocumentView(DocumentInfo):
    """A report with its canonical text, which citations index, and how it is built."""

    text: str = ""
    blocks: tuple[BlockView, ...] = ()
    neutralised: int = 0


class Correction(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"title": "Trends 2024", "year": 2024}]})
    title: str | None = Field(None, min_length=1, max_length=300)
    year: int | None = Field(None, ge=1, le=9999)


@router.get(
    "/api/documents",
    responses={200: {"content": {"application/json": {"example": {"documents": [examples.DOCUMENT]}}}}, **documented()},
)
def documents(ctx: Ctx) -> Documents:
    """The reports that answers come from."""
    return Documents(tuple(ctx.runtime.index.documents()), ctx.watcher.failures if ctx.watcher else ())


@router.get(
    "/api/documents/{document_id}",
    responses={
        200: {"content": {"application/json": {"example": examples.DOCUMENT | examples.DOCUMENT_TEXT}}},
        **documented(404),
    },
)
def document(document_id: str, ctx: Ctx) -> DocumentView:
    """A report with its whole text. Offsets are Unicode code points, half-open."""
    info = info_of(ctx, document_id)
    read = ctx.runtime.index.document(document_id)
    facts = {name: getattr(info, name) for name in DocumentInfo.__dataclass_fields__}
    return DocumentView(
        **facts, text=read.text, blocks=tuple(_view(block) for block in read.blocks), neutralised=read.neutralised
    )


def info_of(ctx: Ctx, document_id: str) -> DocumentInfo:
    """Raises `UnknownDocument`."""
    for info in ctx.runtime.index.documents():
        if info.id == document_id:
            return info
    raise UnknownDocument(f"There is no report with the id {document_id!r}: GET /api/documents lists them.")


def _view(block: Block) -> BlockView:
    lead = SpanView(block.lead.start, block.lead.end) if isinstance(block.lead, Span) else None
    return BlockView(block.kind.value, block.span.start, block.span.end, block.headings, block.page, lead)


@router.get(
    "/api/documents/{document_id}/original",
    response_class=Response,
    responses={
        200: {"description": "The file as it was added.", "content": {"application/octet-stream": {}}},
        **documented(404),
    },
)
def original(document_id: str, ctx: Ctx) -> Response:
    """The file as it was added: as a download, but for PDF."""
    kept = ctx.runtime.index.original(document_id)
    if kept is None:
        raise UnknownDocument("The original file of this report was not kept: its text is at /api/documents/{id}.")
    name, media_type, data = kept
    is_pdf = media_type == "application/pdf" and data.startswith(b"%PDF-")
    disposition = "inline" if is_pdf else "attachment"
    headers = {"Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(data, media_type="application/pdf" if is_pdf else "application/octet-stream", headers=headers)


@router.patch(
    "/api/documents/{document_id}",
    dependencies=[Manager],
    responses={
        200: {"content": {"application/json": {"example": examples.DOCUMENT}}},
        **documented(404, 413, 415, 422),
    },
)
def correct(document_id: str, correction: Correction, ctx: Ctx) -> DocumentInfo:
    """Corrects a report's title or year, as people see and filter them."""
    title = correction.title and " ".join(neutralise(correction.title)[0].split())
    if title == "" or (title is None and correction.year is None):
        raise CallerError("Give a `title` or a `year` to correct.")
    return ctx.runtime.index.edit(document_id, title=title, year=correction.year)


@router.delete("/api/documents/{document_id}", status_code=204, dependencies=[Manager], responses=documented(404))
def remove(document_id: str, ctx: Ctx) -> None:
    """Deletes a report for good: text, vectors, word index and original. Saved conversations keep what they told of it."""
    ctx.runtime.index.remove(document_id)
