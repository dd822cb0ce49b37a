"""A thumbs-down becomes a row of a question file, so that the same mistake is measured from then on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.datasets import load_questions
from service.conversations import Conversations, StoredTurn
from service.errors import CallerError

_ALL = 100_000


class NoFeedback(CallerError):
    pass


class NothingToScore(CallerError):
    pass


@dataclass(frozen=True, slots=True)
class Disliked:
    turn: StoredTurn
    before: Sequence[StoredTurn]


def add_from_feedback(
    file: Path,
    conversations: Conversations,
    *,
    answer_id: str | None = None,
    key_points: Sequence[str] = (),
    evidence: Sequence[str] = (),
    unanswerable: bool = False,
    owner: str = "",
) -> dict[str, Any]:
    """Appends the row of the answer, or of the latest one that the file does not hold yet, and returns it.

    Without key points the person's comment is the one key point. Raises `NoFeedback`, `NothingToScore`, `BadDataset`.
    """
    known = {row.id for row in load_questions(file)} if file.exists() else set()
    chosen = _choose(conversations, owner, answer_id, known)
    points = list(key_points) or ([chosen.turn.comment] if chosen.turn.comment.strip() else [])
    if not points and not unanswerable:
        raise NothingToScore(
            f"Nothing says what a right answer to “{chosen.turn.question}” holds. Give it with --key-point, or say "
            "--unanswerable if the reports do not answer it."
        )
    row = _row(chosen, [] if unanswerable else points, evidence, answerable=not unanswerable)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    return row


def _choose(conversations: Conversations, owner: str, answer_id: str | None, known: set[str]) -> Disliked:
    for disliked in _disliked(conversations, owner):
        if answer_id == disliked.turn.id or (answer_id is None and _row_id(disliked.turn) not in known):
            return disliked
    which = f"the id {answer_id} and a thumbs-down" if answer_id else "a thumbs-down that is not in the file yet"
    raise NoFeedback(f"There is no answer with {which}. Rate one on the page or with POST /api/feedback.")


def _disliked(conversations: Conversations, owner: str) -> list[Disliked]:
    """The latest question first."""
    found = []
    for info in conversations.search(limit=_ALL, owner=owner):
        turns = conversations.get(info.id, owner=owner).turns
        found += [Disliked(turn, turns[:number]) for number, turn in enumerate(turns) if turn.rating == "down"]
    return sorted(found, key=lambda disliked: disliked.turn.asked_at, reverse=True)


def _row(chosen: Disliked, points: Sequence[str], evidence: Sequence[str], *, answerable: bool) -> dict[str, Any]:
    history = [
        {"role": role, "content": content}
        for turn in chosen.before
        for role, content in (("user", turn.question), ("assistant", turn.answer["answer"]))
    ]
    return {
        "id": _row_id(chosen.turn),
        "question": chosen.turn.question,
        "kind": "feedback",
        "answerable": answerable,
        "key_points": list(points),
        "evidence": list(evidence),
        "history": history,
        "disliked_answer": chosen.turn.answer["answer"],
        "comment": chosen.turn.comment,
    }


def _row_id(turn: StoredTurn) -> str:
    return f"feedback-{turn.id[:12]}"
