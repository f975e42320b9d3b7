"""``workbench drift`` and ``workbench migrations``: one JSON document, exit statuses, and what is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.conftest import MakeDatabase
from tests.test_migrations import BASE, DEMO
from workbench.commands.drift import drift
from workbench.commands.migrations import migrations
from workbench.server import Server
from workbench.targets import TargetError

MODELS = Path(__file__).parent / "fixtures" / "drift"


def document(command: Any, *arguments: str, status: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(command, [*arguments, "--format", "json"], catch_exceptions=False)
    assert result.exit_code == status, result.stderr
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def test_drift_of_an_empty_database(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg18, "create type enum_parts_colour as enum ('red', 'green')")
    found = document(drift, pg18.url(target.conninfo["dbname"]), "--models", str(MODELS))
    assert found["verdict"] == "drift"
    assert found["compared"]["tables_count"] == 3
    kinds = {one["kind"]: one["count"] for one in found["counts"]}
    assert kinds == {"table_missing": 3}
    first = next(one for one in found["differences"] if one["object"] == "public.owners")
    assert (first["file"], first["sort"]) == ("models.js", "semantic")
    assert first["line"] > 0
    assert "CREATE TABLE" in first["sql"]
    assert "DROP TABLE" in first["undo"]


def test_drift_says_when_something_was_not_read(
    pg18: Server, make_database: MakeDatabase, tmp_path: Path
) -> None:
    text = "module.exports = (sequelize, DataTypes) => sequelize.define(process.env.NAME, {});"
    (tmp_path / "a.js").write_text(text)
    target = make_database(pg18)
    found = document(drift, pg18.url(target.conninfo["dbname"]), "--models", str(tmp_path), status=4)
    assert found["verdict"] == "unknown"


def test_drift_needs_models(pg18: Server, make_database: MakeDatabase) -> None:
    url = pg18.url(make_database(pg18).conninfo["dbname"])
    with pytest.raises(TargetError, match="--models"):
        CliRunner().invoke(drift, [url], catch_exceptions=False)


def test_migrations_of_the_demo() -> None:
    found = document(migrations, str(DEMO / "migrations"), "--models", str(DEMO / "models"))
    assert len(found["migrations"]) == 13
    base = found["migrations"][0]
    assert base["left_behind"][0] == "type public.enum_users_role"
    assert {one["object"] for one in base["operations"]} >= {"public.users", "public.users.email"}
    assert {one["status"] for one in found["coverage"]["counts"]} == {"created", "missing", "backup only"}
    assert found["plan"][0]["phase_name"] == "Foundation"
    assert found["replay"] is None
    assert found["written"] == []


def test_migrations_writes_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "20250101000000-base.js").write_text(BASE.replace("'users'", "'owners'"))
    out = tmp_path / "new"
    arguments = [str(tmp_path), "--models", str(MODELS), "--write", str(out)]
    written = document(migrations, *arguments)["written"]
    names = [Path(one).name.split("-", 1)[1] for one in written]
    assert names == ["create-foundation-tables.js", "create-indexes.js"]
    assert 'CREATE TABLE \\"public\\".\\"items\\"' in Path(written[0]).read_text() or (
        'CREATE TABLE "public"."items"' in Path(written[0]).read_text()
    )
    assert "owners" not in Path(written[0]).name


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_migrations_names_a_wrong_folder(folder: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(TargetError, match=folder):
        CliRunner().invoke(migrations, [str(tmp_path / folder)], catch_exceptions=False)
