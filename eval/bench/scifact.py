"""SciFact (Wadden et al. 2020): scientific claims that an abstract supports or contradicts, as claims to be checked."""

import csv
import json
from pathlib import Path

from eval.bench.converted import Converted, sample


def convert(folder: Path, size: int) -> Converted:
    """From the dev claims with evidence; the passage is the whole abstract."""
    texts = {}
    with (folder / "corpus.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            abstract = json.loads(line)
            texts[abstract["_id"]] = f"{abstract['title']}\n\n{abstract['text']}"
    judged: dict[tuple[str, str], dict[str, str]] = {}
    with (folder / "claims_validation.csv").open(encoding="utf-8", newline="") as table:
        for entry in csv.DictReader(table):
            if entry["evidence_label"]:
                judged.setdefault((entry["id"], entry["evidence_doc_id"]), entry)
    rows = [
        {
            "id": f"{claim}-{abstract}",
            "claim": entry["claim"],
            "doc": abstract,
            "passage": texts[abstract],
            "label": "supported" if entry["evidence_label"] == "SUPPORT" else "unsupported",
            "corruption": None if entry["evidence_label"] == "SUPPORT" else "contradicted",
        }
        for (claim, abstract), entry in judged.items()
    ]
    return Converted(sample(rows, size))
