"""The reader of declared models agrees with Sequelize itself on every fact."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakeDatabase
from tests.sequelize_agreement import FIXTURES, compare
from workbench.resources import resource
from workbench.server import Server

EXTENSIONS = 'create extension if not exists citext; create extension if not exists "uuid-ossp"'


def _fixtures() -> list[Path]:
    return sorted(path for path in FIXTURES.iterdir() if path.is_dir() and path.name != "refused")


@pytest.mark.parametrize("folder", _fixtures(), ids=lambda path: path.name)
def test_reader_and_sequelize_agree(folder: Path, pg18: Server, make_database: MakeDatabase) -> None:
    extra = folder / "before.sql"
    comparison = compare(folder, make_database, pg18, extra.read_text() if extra.exists() else "")
    assert comparison.result["error"] is None
    assert comparison.differences == []
    assert comparison.facts > 0


@pytest.mark.parametrize("demo", ["white_cross", "lithic"])
def test_reader_and_sequelize_agree_on_the_demo(
    demo: str, pg18: Server, make_database: MakeDatabase, record_property: pytest.RecordProperty
) -> None:
    comparison = compare(Path(str(resource("data"))) / demo / "models", make_database, pg18)
    record_property("facts", comparison.facts)
    assert comparison.result["error"] is None
    assert comparison.differences == []
