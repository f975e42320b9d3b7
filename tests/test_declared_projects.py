"""Whole projects in the styles of real code bases are read as Sequelize loads them by the project's own entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakeDatabase
from tests.sequelize_agreement import HERE, compile_typescript, hold, run_project
from workbench.declared.models import read
from workbench.server import Server

PROJECTS = HERE / "fixtures" / "projects"
# Project, its entry, the folder that is read.
STYLES = [
    ("sequelize_cli", "models/index.js", "models"),
    ("init_models", "src/db/index.ts", "src"),
    ("shared_connection", "src/index.js", "src"),
    ("es_modules", "models/index.mjs", "."),
    ("wrappers", "src/index.ts", "src"),
    ("typescript", "src/models/index.ts", "."),
    ("nestjs", "entry.ts", "src/models"),
    ("container", "src/index.ts", "."),
]


@pytest.mark.parametrize(("project", "entry", "folder"), STYLES, ids=lambda one: one)
def test_project_is_read_as_sequelize_loads_it(
    project: str, entry: str, folder: str, pg18: Server, make_database: MakeDatabase
) -> None:
    target = make_database(pg18)
    result = run_project(PROJECTS / project / entry, target)
    declared = read(PROJECTS / project / folder)
    comparison = hold(declared, result, target)
    assert comparison.differences == []
    assert declared.frames["declared_unread"].empty
    assert len(result["models"]) > 1


def test_compiled_models_are_read_like_their_sources(tmp_path: Path) -> None:
    compile_typescript(PROJECTS / "nestjs" / "src", tmp_path / "lib")
    for file in (tmp_path / "lib" / "models").iterdir():
        file.write_text(file.read_text().replace('"@enums"', '"../enums"'))
    frames, sources = read(tmp_path / "lib").frames, read(PROJECTS / "nestjs" / "src").frames
    places = ["file", "line", "source"]
    for name in (
        "declared_tables",
        "declared_columns",
        "declared_foreign_keys",
        "declared_indexes",
        "declared_enums",
    ):
        mine, theirs = frames[name], sources[name].drop(columns=places, errors="ignore")
        assert mine.drop(columns=places, errors="ignore").to_dict("records") == theirs.to_dict("records")
