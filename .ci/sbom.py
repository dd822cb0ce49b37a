"""Writes build/sbom.cdx.json, or the file that is named: what Trendwise runs with, as a CycloneDX 1.6 document.

Packages are those installed here that the project needs, directly or not, without those for tests; models are those of
the catalogue, by their SHA-256. The same environment always gives the same document. Run by `make audit`.
"""

import json
import sys
import tomllib
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote

from closure import closure, extras
from third_party import NOT_RUNTIME, ROOT, licence

FILE = ROOT / "build" / "sbom.cdx.json"


def document() -> dict[str, Any]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = closure([extra for extra in extras() if extra not in NOT_RUNTIME])
    catalogue = tomllib.loads((ROOT / "service/llm/models.toml").read_text(encoding="utf-8"))["entry"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _application(project)},
        "components": [
            *(_package(name, found) for name, found in packages.items()),
            *(model for entry in catalogue for model in _models(entry)),
        ],
    }


def _application(project: dict[str, Any]) -> dict[str, Any]:
    name, version = project["name"], project["version"]
    return {"type": "application", "bom-ref": name, "name": name, "version": version, **_licences(project["license"])}


def _package(name: str, found: Distribution) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{quote(found.version)}"
    facts = {"type": "library", "bom-ref": purl, "name": name, "version": found.version, "purl": purl}
    return facts | _licences(licence(found))


def _licences(said: str) -> dict[str, Any]:
    return {"licenses": [{"license": {"name": said}}]}


def _models(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """One component a file."""
    return [
        {
            "type": "machine-learning-model",
            "bom-ref": f"model:{file['path']}",
            "name": file["path"],
            "version": entry.get("hub", {}).get("revision", file["sha256"][:12]),
            "description": f"{entry['title']} ({entry['kind']})",
            "hashes": [{"alg": "SHA-256", "content": file["sha256"]}],
            **_licences(entry["licence"]),
        }
        for file in entry["file"]
    ]


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document(), indent=2) + "\n", encoding="utf-8")
    print(f"What Trendwise runs with: {target}")
