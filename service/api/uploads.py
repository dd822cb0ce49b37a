"""`POST /api/documents`: a report is uploaded. `GET /api/jobs/{id}`: how far it is.

The body is the file itself (`?name=report.md`) or a form with one file. It is read by a job, one at a time.
"""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import UploadFile

from ingest.neutralise import neutralise
from service.api import examples
from service.api.context import Asker, Ctx, require_manager
from service.api.problems import documented, problem_of
from service.errors import CallerError
from service.jobs import Job

router = APIRouter(tags=["reports"])

NAME_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class JobView:
    id: str
    state: Literal["waiting", "reading", "done", "failed"]
    name: str
    document_id: str | None
    outcome: Literal["added", "unchanged", "replaced"] | None
    passages: int | None
    problem: dict[str, Any] | None
    """With `failed`: a problem document that says why and what to do."""


def view(job: Job) -> JobView:
    problem = problem_of(job.error).document if job.error else None
    return JobView(job.id, job.state, job.name, job.document_id, job.outcome, job.passages, problem)


BODY = {
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }
        },
    },
    "required": True,
}


@router.post(
    "/api/documents",
    status_code=202,
    dependencies=[Depends(require_manager)],
    openapi_extra={"requestBody": BODY},
    responses={
        202: {"content": {"application/json": {"example": examples.JOB | {"state": "waiting"}}}},
        **documented(413, 415, 422, 503),
    },
)
async def upload(
    request: Request,
    ctx: Ctx,
    person: Asker,
    name: Annotated[str | None, Query(max_length=1000, description="The file's name, for a raw body.")] = None,
) -> JobView:
    """Adds a report (Markdown, text, PDF, DOCX or HTML; up to 25 MB). Follow the job until it is done."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        data, sent = await _form_file(request)
    else:
        data, sent = await request.body(), name or ""
    shown = file_name(name or sent)
    return view(await asyncio.to_thread(ctx.jobs.submit, data, shown, owner=person.id))


async def _form_file(request: Request) -> tuple[bytes, str]:
    async with request.form(max_files=1, max_fields=10) as form:
        for value in form.values():
            if isinstance(value, UploadFile):
                return await value.read(), value.filename or ""
    raise CallerError("The form has no file: put the report into a field named `file`.")


def file_name(sent: str) -> str:
    """The last part of whatever name was sent, without characters that cannot be seen. It is only ever shown."""
    name = neutralise(sent)[0].replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not name.strip("."):
        raise CallerError("The file has no name: send one with `?name=report.md` or as the form's file name.")
    return name if len(name) <= NAME_CHARACTERS else name[: NAME_CHARACTERS - 20] + name[-20:]


@router.get(
    "/api/jobs/{job_id}",
    responses={200: {"content": {"application/json": {"example": examples.JOB}}}, **documented(404)},
)
def job(job_id: str, ctx: Ctx, person: Asker) -> JobView:
    """An upload's progress, until it is `done` or `failed`."""
    return view(ctx.jobs.get(job_id, owner=person.id))
