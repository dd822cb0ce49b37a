"""SQuAD 2.0 (Rajpurkar, Jia and Liang 2018): questions that the given paragraph answers, and near misses that it does
not. Half of each."""

import json
from pathlib import Path
from typing import Any

from eval.bench.converted import Converted, sample


def convert(folder: Path, size: int) -> Converted:
    """From `dev.json`. Each question is confined to its own paragraph."""
    articles = json.loads((folder / "dev.json").read_text("utf-8"))["data"]
    asked: dict[bool, list[tuple[dict[str, Any], str]]] = {True: [], False: []}
    reports: dict[str, str] = {}
    for article in articles:
        for number, paragraph in enumerate(article["paragraphs"]):
            name = f"{article['title']}-{number}.md".replace("/", "-")
            reports[name] = f"# {article['title'].replace('_', ' ')}\n\n{paragraph['context'].strip()}\n"
            for question in paragraph["qas"]:
                asked[not question["is_impossible"]].append((question, name))
    chosen = [*sample(asked[True], size // 2), *sample(asked[False], size - size // 2)]
    used = {name for _, name in chosen}
    return Converted([_row(*each) for each in chosen], {name: reports[name] for name in sorted(used)})


def _row(question: dict[str, Any], name: str) -> dict[str, Any]:
    answers = sorted({answer["text"] for answer in question["answers"]}, key=len)
    return {
        "id": question["id"],
        "question": question["question"].strip(),
        "kind": "unanswerable-near" if question["is_impossible"] else "factoid",
        "answerable": not question["is_impossible"],
        "key_points": answers[:1],
        "within": [name],
        "docs": [name],
    }
