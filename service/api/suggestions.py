"""`GET /api/suggestions`: questions to begin with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from index.types import Filters
from service.api.chat import require_documents
from service.api.context import Ctx
from service.api.problems import documented

router = APIRouter(tags=["search"])


@dataclass(frozen=True, slots=True)
class Suggestions:
    questions: tuple[str, ...]


@router.get(
    "/api/suggestions",
    responses={
        200: {
            "content": {
                "application/json": {
                    "example": {"questions": ["What do the reports say about artificial intelligence?"]}
                }
            }
        },
        **documented(404, 422),
    },
)
def suggestions(
    ctx: Ctx,
    limit: Annotated[int, Query(ge=1, le=20)] = 4,
    documents: Annotated[list[str] | None, Query(description="About these reports only.")] = None,
    years: Annotated[list[Annotated[int, Query(ge=1, le=9999)]] | None, Query(description="Of these years.")] = None,
) -> Suggestions:
    """Questions that the reports can answer, from several of them in turn."""
    wanted = frozenset(documents or ())
    require_documents(ctx, wanted)
    filters = Filters(wanted or None, frozenset(years or ()) or None)
    return Suggestions(ctx.suggester.questions(filters, limit))
