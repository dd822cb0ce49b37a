"""`GET /api/search`: the passages nearest to a question, without a model."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from index.types import Filters
from ingest.neutralise import neutralise
from service.api import examples
from service.api.chat import QUESTION_CHARACTERS, require_documents
from service.api.context import Ctx
from service.api.problems import documented
from service.errors import BadQuestion
from service.found import FoundPassage, found

router = APIRouter(tags=["search"])


@dataclass(frozen=True, slots=True)
class Found:
    question: str
    hits: tuple[FoundPassage, ...]


HIT = examples.EVIDENCE | {"start": 1204, "end": 1296, "url": "/documents/5b1e9c0d4f6a7b82#1204-1296"}
HIT |= {"dense_score": 0.71, "dense_rank": 1, "lexical_score": 9.3, "lexical_rank": 1}


@router.get(
    "/api/search",
    responses={
        200: {"content": {"application/json": {"example": {"question": "stand-out trend", "hits": [HIT]}}}},
        **documented(404, 422),
    },
)
def search(
    ctx: Ctx,
    q: Annotated[str, Query(min_length=1, max_length=QUESTION_CHARACTERS, description="Words or a question.")],
    limit: Annotated[int, Query(ge=1, le=100)] = 5,
    documents: Annotated[list[str] | None, Query(description="Search in these reports only.")] = None,
    years: Annotated[list[Annotated[int, Query(ge=1, le=9999)]] | None, Query(description="Of these years.")] = None,
) -> Found:
    """Passages by meaning and by words, best first."""
    question = neutralise(q)[0].strip()
    if not question:
        raise BadQuestion("`q` is empty: write what you are looking for.")
    wanted = frozenset(documents or ())
    require_documents(ctx, wanted)
    filters = Filters(wanted or None, frozenset(years or ()) or None)
    return Found(
        question, tuple(found(hit) for hit in ctx.runtime.index.search(question, limit=limit, filters=filters))
    )
