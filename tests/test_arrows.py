"""Imports point one way, so that each part can be understood, tested and replaced alone.

Read from the source by AST, so that imports inside functions count too.
"""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("ingest", "index", "prompts", "service", "eval", "web")

ALLOWED: dict[str, set[str]] = {
    "ingest": set(),
    "index": {"ingest"},
    "prompts": {"service.llm"},
    "service.llm": {"service.errors"},
    "service.answering": {"service.llm", "service.errors", "prompts", "index", "ingest"},
    "service.errors": set(),
    "service.settings": set(),
}
"""What each part may import besides itself. `service.errors` and `service.settings` are single modules."""

ONLY_FROM_THE_COMMAND_LINE = ("service.api", "eval")


def modules() -> Iterator[tuple[str, Path]]:
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


MODULES = dict(modules())


@cache
def imports(name: str) -> tuple[tuple[str, bool], ...]:
    return tuple(_imports(name))


def _imports(name: str) -> Iterator[tuple[str, bool]]:
    """Our own modules that a module imports, and whether it does so inside a function or for types only."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    lazy = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If)
        for child in ast.walk(node)
        if child is not node
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(name, node)
            targets = [f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names]
        else:
            continue
        for target in targets:
            if target.split(".")[0] in PARTS:
                yield target, id(node) in lazy


def _absolute(name: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = name.split(".") if MODULES[name].name == "__init__.py" else name.split(".")[:-1]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def within(module: str, part: str) -> bool:
    return module == part or module.startswith(f"{part}.")


def test_there_are_modules_to_look_at() -> None:
    assert {name.split(".")[0] for name in MODULES} >= {"ingest", "index", "prompts", "service", "eval"}
    assert any(target == "service.llm.types" for target, _ in imports("service.answering.types"))


@pytest.mark.parametrize("part", ALLOWED)
def test_a_part_imports_only_what_is_below_it(part: str) -> None:
    wrong = [
        f"{name} imports {target}"
        for name in MODULES
        if within(name, part)
        for target, _ in imports(name)
        if not within(target, part) and not any(within(target, allowed) for allowed in ALLOWED[part])
    ]
    assert not wrong


@pytest.mark.parametrize("part", ONLY_FROM_THE_COMMAND_LINE)
def test_only_the_command_line_imports_the_outermost_parts_and_only_inside_functions(part: str) -> None:
    wrong = [
        f"{name} imports {target}"
        for name in MODULES
        if not within(name, part)
        for target, lazy in imports(name)
        if within(target, part) and not (within(name, "service.cli") and lazy)
    ]
    assert not wrong


def test_evaluation_does_not_know_http() -> None:
    assert not [
        f"{name} imports {target}"
        for name in MODULES
        if within(name, "eval")
        for target, _ in imports(name)
        if within(target, "service.api") or within(target, "web")
    ]


def test_no_module_imports_itself_through_others() -> None:
    """Imports at a module's top; a package's `__init__` counts for each of its modules that are imported."""
    graph = {name: {target for target, lazy in imports(name) if not lazy and target != name} for name in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
