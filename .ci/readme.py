"""Writes the table of settings in README.md from service/settings.py. `--check` only compares, for a test."""

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pydantic.fields import FieldInfo  # noqa: E402  after the path is set

from service.settings import Settings  # noqa: E402

FILE = ROOT / "README.md"
BEGIN, END = "<!-- settings -->\n", "<!-- /settings -->"


def table() -> str:
    rows = [
        f"| `TRENDWISE_{name.upper()}` | {default(field)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    ]
    return "| Variable | Default | What it is |\n| --- | --- | --- |\n" + "".join(rows)


def default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        made: Any = field.default_factory()  # type: ignore[call-arg]
        return "below" if isinstance(made, Path) else f"`{made}`"
    return "" if field.default is None else f"`{field.default}`"


if __name__ == "__main__":
    old = FILE.read_text(encoding="utf-8")
    before, rest = old.split(BEGIN)
    new = before + BEGIN + table() + END + rest.split(END, 1)[1]
    if "--check" not in sys.argv:
        FILE.write_text(new, encoding="utf-8")
    elif new != old:
        sys.exit(f"The settings in {FILE.name} are out of date: run `make docs`.")
