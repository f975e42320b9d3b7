"""The project itself: generated files are current, layers hold, notebooks are clean, checks are documented."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
import yaml

from workbench import docs
from workbench.catalog import queries
from workbench.checks import SECTIONS, checks

ROOT = docs.ROOT
PACKAGE = ROOT / "workbench"
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# Rooms from the ground up: a room may import what stands in an earlier line, or in its own.
LAYERS = (
    (
        "resources",
        "server",
        "findings",
        "naming",
        "words",
        "sensitive",
        "statements",
        "sweep",
        "graph",
        "terminal",
        "rows",
        "sql_parse",
    ),
    ("accesses",),
    ("demo", "targets"),
    ("session",),
    ("catalog",),
    ("collectors",),
    ("bloat", "growth", "probes", "declared", "drift", "replay"),
    ("checks",),
    ("scorecard", "review", "sarif"),
    ("history", "fixes"),
    ("figures",),
    ("widgets", "report"),
    ("lab", "commands", "docs"),
    ("cli",),
    ("__main__", "__init__"),
)
# Libraries that belong to few rooms.
ROOMS_OF = {
    "plotly": {"figures", "report", "widgets"},
    "papermill": {"report"},
    "nbconvert": {"report"},
    "ipywidgets": {"widgets"},
    "sqlalchemy": {"history"},
}


def _room(module: Path) -> str:
    first = module.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def _imports(module: Path) -> set[str]:
    """Return the dotted names that a module imports when it runs, type-checking blocks left out."""
    names: set[str] = set()
    tree = ast.parse(module.read_text(encoding="utf-8"))
    guarded = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in guarded:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _rank(room: str) -> int:
    return next(i for i, layer in enumerate(LAYERS) if room in layer)


@pytest.mark.parametrize("module", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_go_down_only(module: Path) -> None:
    own = _room(module)
    for name in _imports(module):
        parts = name.split(".")
        if parts[0] == "workbench" and len(parts) > 1 and parts[1] in {r for layer in LAYERS for r in layer}:
            assert _rank(parts[1]) <= _rank(own), f"{own} imports {name}, which stands above it"
        for library, rooms in ROOMS_OF.items():
            assert parts[0] != library or own in rooms, f"{library} belongs to {rooms}, not to {own}"


def test_every_room_has_its_layer() -> None:
    assert {_room(module) for module in MODULES} <= {room for layer in LAYERS for room in layer}


def test_generated_files_are_current() -> None:
    assert docs.stale() == []


def test_environment_file_holds_the_same_dependencies_as_pyproject() -> None:
    parsed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = parsed["dependencies"]
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = {*conda, *pip["pip"]} - {"pip", "--editable .", f"python{project['requires-python']}"}
    assert listed == set(project["dependencies"])


def test_lock_file_names_no_index() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list(checks()))
def test_every_check_is_documented_and_tested(name: str) -> None:
    one = checks()[name]
    assert one.title
    assert list(one.sections) == list(SECTIONS), f"the docstring of {name} lacks a section"
    assert all(one.sections.values())
    # What the demos plant is a scenario too: a test holds the checks against those lists.
    scenarios = [*(ROOT / "tests").glob("test_*.py"), *(ROOT / "data").glob("*/expected.csv")]
    tests = "".join(path.read_text(encoding="utf-8") for path in scenarios)
    assert re.search(rf"\b{name}\b", tests), f"no scenario names the check {name}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_are_clean(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    sources = ["".join(cell["source"]) for cell in code]
    assert sum("parameters" in cell["metadata"].get("tags", []) for cell in code) == 1
    for source in sources:
        tree = ast.parse(source)
        assert not any(isinstance(n, (ast.FunctionDef, ast.ClassDef, ast.Lambda)) for n in ast.walk(tree))
        imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        assert imported <= {"workbench"}


def test_queries_keep_the_house_rules() -> None:
    for variants in queries().values():
        for query in variants:
            one_row = "One row" in query.about
            assert "order by" in query.sql or one_row, f"the rows of {query.name} come in no order"
            assert query.descriptions.keys() == query.columns.keys()
