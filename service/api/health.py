"""Whether it lives (`/healthz`), whether it can answer (`/readyz`), and what it is set up with (`/api/status`)."""

import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from index.types import IndexStats
from service.api.context import Asker, Ctx
from service.api.problems import NoEvaluation, documented
from service.errors import ModelFailed, RunError

router = APIRouter(tags=["service"])

EVALUATION = "evaluation.json"
"""In the data folder: the summary of the last evaluation."""
SHIPPED = Path(__file__).parents[2] / "eval" / "results" / "seed.json"
"""The project's own evaluation, of the default configuration."""


@dataclass(frozen=True, slots=True)
class Health:
    status: str = "ok"


@dataclass(frozen=True, slots=True)
class Ready:
    ready: bool
    documents: int
    passages: int
    model: str


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    version: str
    documents: int
    passages: int
    index: IndexStats
    model: str
    model_healthy: bool
    active: int
    """Questions that are being answered or wait."""
    queue: int
    """How many may be."""
    signed_in: bool
    """With a key; false on a server that needs none."""
    settings: dict[str, Any]
    """Without secrets, and empty for who may only ask."""


@router.get("/healthz", responses={200: {"content": {"application/json": {"example": {"status": "ok"}}}}})
async def healthz() -> Health:
    """The process answers. Touches neither model nor disk."""
    return Health()


READY = {"ready": True, "documents": 6, "passages": 60, "model": "qwen2.5-coder-1.5b-instruct-q4_k_m"}


@router.get("/readyz", responses={200: {"content": {"application/json": {"example": READY}}}, **documented(503)})
def readyz(ctx: Ctx) -> Ready:
    """The index can be read and the model's engine answers its heartbeat."""
    stats = ctx.runtime.index.stats()
    if not ctx.runtime.model.healthy():
        raise ModelFailed("The model's engine does not answer: wait a moment; restart Trendwise if it stays.")
    return Ready(True, stats.documents, stats.passages, ctx.runtime.model.name)


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"example": 'trendwise_questions_total{status="answered"} 12.0\n'}}}},
)
def metrics(ctx: Ctx) -> Response:
    """For Prometheus: questions by outcome, times, verdicts, queue, index, engine."""
    return Response(ctx.observer.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")


STATUS = {
    "version": "0.1.0",
    "documents": 6,
    "passages": 60,
    "index": {
        "documents": 6,
        "passages": 60,
        "dimension": 384,
        "embedder": "all-MiniLM-L6-v2@53aa5117",
        "generation": 1,
        "tail": 0,
        "backend": "SQLite + FAISS (flat)",
    },
    "model": READY["model"],
    "model_healthy": True,
    "active": 0,
    "queue": 64,
    "signed_in": False,
    "settings": {"host": "127.0.0.1", "port": 8765},
}


@router.get("/api/status", responses={200: {"content": {"application/json": {"example": STATUS}}}, **documented()})
def status(ctx: Ctx, person: Asker) -> ServiceStatus:
    """What answers come from: reports, model, settings."""
    runtime = ctx.runtime
    stats = runtime.index.stats()
    return ServiceStatus(
        version=installed_version(),
        documents=stats.documents,
        passages=stats.passages,
        index=stats,
        model=runtime.model.name,
        model_healthy=runtime.model.healthy(),
        active=ctx.admission.active,
        queue=ctx.admission.limit,
        signed_in=bool(person.id),
        settings=runtime.settings.model_dump(mode="json", exclude={"model_key"}) if person.role == "manage" else {},
    )


EVALUATED = {"own": True, "commit": "1c6d0cb", "metrics": {"evidence_recall_at_5": 0.93}}


@router.get(
    "/api/evaluation", responses={200: {"content": {"application/json": {"example": EVALUATED}}}, **documented(404)}
)
def evaluation(ctx: Ctx) -> dict[str, Any]:
    """The summary of the last evaluation on this machine; before there is one, of the project's own (`own` is false)."""
    path = ctx.runtime.settings.data_dir / EVALUATION
    try:
        return {"own": True, **_summary(path)}
    except FileNotFoundError:
        pass
    except ValueError as error:
        raise RunError(f"{EVALUATION} in the data folder is damaged: run the evaluation again.") from error
    try:
        return {"own": False, **_summary(SHIPPED)}
    except FileNotFoundError as error:
        raise NoEvaluation("There is no evaluation yet: run `trendwise eval questions FILE`.") from error


def _summary(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return {name: value for name, value in content.items() if name != "rows"}


def installed_version() -> str:
    try:
        return version("trendwise")
    except PackageNotFoundError:
        return "0"
