"""CLAPnq (Rosenthal et al. 2024): long answers grounded in one passage, with the sentences that support them marked, and
questions that the passage does not answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.bench.converted import Converted, sample


def convert(folder: Path, size: int) -> Converted:
    """Each question is confined to its own passage; the marked sentences are the gold quotes, so `citation_f1` is
    sentence-level citation F1."""
    chosen = [
        *sample(list(_lines(folder / "clapnq_dev_answerable.jsonl")), size // 2),
        *sample(list(_lines(folder / "clapnq_dev_unanswerable.jsonl")), size - size // 2),
    ]
    return Converted([_row(each) for each in chosen], {_name(each): _report(each) for each in chosen})


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line)


def _row(entry: dict[str, Any]) -> dict[str, Any]:
    output = entry["output"][0]
    marked = [sentence for sentence in output["selected_sentences"] if sentence.strip()]
    return {
        "id": entry["id"],
        "question": entry["input"],
        "kind": "long-form" if marked else "unanswerable-near",
        "answerable": bool(marked),
        "answer": output["answer"],
        "key_points": marked,
        "evidence": marked,
        "within": [_name(entry)],
        "docs": [_name(entry)],
    }


def _name(entry: dict[str, Any]) -> str:
    return f"{entry['id']}.md"


def _report(entry: dict[str, Any]) -> str:
    passage = entry["passages"][0]
    return f"# {passage['title']}\n\n{' '.join(passage['sentences']).strip()}\n"
