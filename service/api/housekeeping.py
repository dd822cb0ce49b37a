"""Chat front ends ask the model itself for a title, tags or follow-up questions of a conversation.

These are not questions about the reports, so they are answered here by code: a title is the beginning of the first
question, everything else is empty. Recognised by how such prompts begin or what they demand.
"""

import json
import re
from collections.abc import Sequence

from ingest.neutralise import neutralise
from service.llm.types import Turn

TITLE_CHARACTERS = 60
_TASK = re.compile(
    r"^\W*(?:task\W+)?(?:(?:please|now|you are|your task is to|based on|given|here is|considering)\b.{0,200}?)?"
    r"\b(?:generate|create|provide|suggest|write|come up with|produce|summari[sz]e|give|analy[sz]e)\b.{0,120}?"
    r"\b(?P<kind>titles?|tags?|follow[- ]?up|questions|quer(?:y|ies))\b",
    re.IGNORECASE | re.DOTALL,
)
_CONVERSATION = re.compile(
    r"chat[ _]history|conversation|</?chat|^\s*(?:user|human)\s*:|\bthis chat\b|\bthe (?:chat|dialogue|messages)\b",
    re.IGNORECASE | re.MULTILINE,
)
_FIRST_QUESTION = re.compile(r"^\s*(?:user|human)\s*:\s*(?P<text>\S.*)$", re.IGNORECASE | re.MULTILINE)
_EMPTY: dict[str, dict[str, list[str]]] = {
    "tag": {"tags": []},
    "follow": {"follow_ups": []},
    "quest": {"follow_ups": []},
    "quer": {"queries": []},
}


def housekeeping(text: str, history: Sequence[Turn] = ()) -> str | None:
    """What to answer, or None for a real question."""
    task = _TASK.match(text)
    if not task or not _CONVERSATION.search(text):
        return None
    kind = task["kind"].lower()
    wants_json = "json" in text.lower()
    if not kind.startswith("title"):
        empty = next(value for start, value in _EMPTY.items() if kind.startswith(start))
        return json.dumps(empty) if wants_json else ""
    title = _title(text, history)
    return json.dumps({"title": title}) if wants_json else title


def _title(text: str, history: Sequence[Turn]) -> str:
    asked = next((turn.content for turn in history if turn.role == "user"), None)
    if asked is None:
        found = _FIRST_QUESTION.search(text)
        asked = found["text"] if found else "Questions about reports"
    words = " ".join(neutralise(asked)[0].split())
    return words if len(words) <= TITLE_CHARACTERS else words[:TITLE_CHARACTERS].rsplit(" ", 1)[0] + "…"
