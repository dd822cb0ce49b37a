"""The bill of materials names what runs, and nothing of the tests."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict:
    file = tmp_path_factory.mktemp("bill") / "sbom.cdx.json"
    subprocess.run([sys.executable, str(ROOT / ".ci" / "sbom.py"), str(file)], check=True, capture_output=True)
    return json.loads(file.read_text(encoding="utf-8"))


def test_packages_are_those_that_are_locked(bill: dict) -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    locked = {f"pkg:pypi/{line.replace('==', '@')}" for line in lines if "==" in line}
    packages = {component["purl"].split("%2B")[0] for component in bill["components"] if component["type"] == "library"}
    assert len(packages) > 40
    assert packages <= locked  # but for what a build adds to its version, such as +cpu
    assert not {"pytest", "playwright", "ruff"} & {component["name"] for component in bill["components"]}


def test_every_model_has_its_hash(bill: dict) -> None:
    entries = tomllib.loads((ROOT / "service/llm/models.toml").read_text(encoding="utf-8"))["entry"]
    wanted = {file["sha256"] for entry in entries for file in entry["file"]}
    models = [component for component in bill["components"] if component["type"] == "machine-learning-model"]
    assert {model["hashes"][0]["content"] for model in models} == wanted


def test_every_component_has_a_reference_of_its_own_and_a_licence(bill: dict) -> None:
    references = [component["bom-ref"] for component in bill["components"]]
    assert len(references) == len(set(references))
    assert all(component["licenses"][0]["license"]["name"] for component in bill["components"])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
