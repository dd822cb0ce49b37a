"""RGB (Chen et al. 2024): snippets of the web around a fact. Noise: two that give it among five. Rejection: none gives
it. Counterfactual: all give a wrong one, which an honest reader of the reports repeats."""

import json
from pathlib import Path
from typing import Any

from eval.bench.converted import Converted, sample

SNIPPETS = 5


def convert(folder: Path, size: int) -> Converted:
    """`size` rows over the three kinds. A snippet is a report; each question is confined to its own five."""
    lines = (folder / "en_fact.json").read_text("utf-8").splitlines()
    entries = sample([json.loads(line) for line in lines if line.strip()], size // 3)
    rows: list[dict[str, Any]] = []
    reports: dict[str, str] = {}
    for entry in entries:
        for kind, texts, fact in _cases(entry):
            names = [f"rgb-{entry['id']}-{kind}-{number}.md" for number in range(len(texts))]
            reports |= {name: f"{text.strip()}\n" for name, text in zip(names, texts, strict=True)}
            rows.append(_row(entry, kind, names, fact))
    return Converted(rows, reports)


def _cases(entry: dict[str, Any]) -> list[tuple[str, list[str], str | None]]:
    wrong, right, beside = entry["positive_wrong"], entry["positive"], entry["negative"]
    cases: list[tuple[str, list[str], str | None]] = [
        ("noise", [*right[:2], *beside[: SNIPPETS - 2]], _first(entry["answer"])),
        ("rejection", beside[:SNIPPETS], None),
        ("counterfactual", wrong[:SNIPPETS], _first(entry["fakeanswer"])),
    ]
    return [case for case in cases if case[1]]


def _first(answer: str | list[Any]) -> str:
    """Of alternative spellings, or of answers in several parts, the first."""
    return answer if isinstance(answer, str) else _first(answer[0])


def _row(entry: dict[str, Any], kind: str, names: list[str], fact: str | None) -> dict[str, Any]:
    return {
        "id": f"rgb-{entry['id']}-{kind}",
        "question": entry["query"],
        "kind": kind,
        "answerable": fact is not None,
        "key_points": [fact] if fact else [],
        "within": names,
        "docs": names,
    }
