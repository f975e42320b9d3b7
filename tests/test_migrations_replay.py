"""Migrations as they really run: what replay reports, and that written migrations leave no drift."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest

from tests.test_migrations import BASE, DEMO, with_up
from workbench import drift, replay
from workbench.declared.migrations import write as writer
from workbench.declared.migrations.files import read_migrations
from workbench.declared.models.reader import read as read_models
from workbench.server import Server, cache_folder

DRIFT_MODELS = Path(__file__).parent / "fixtures" / "drift"
START = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _node() -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node and npm are not installed")
    try:
        replay.find_modules(DEMO)
    except replay.ReplayError as error:
        pytest.skip(str(error))


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name.replace('_', '.')}").write_text(text, encoding="utf-8")
    return folder


def test_each_direction_is_tried_and_compared(tmp_path: Path, pg18: Server) -> None:
    spy = "if (Object.keys(process.env).some((k) => /PASS|SECRET|TOKEN|PG/.test(k))) throw new Error('secrets');\n"
    folder = write(
        tmp_path,
        **{
            "1-base_js": spy + BASE,
            "2-leaves_js": with_up(
                "await queryInterface.addColumn('users', 'a', Sequelize.ENUM('x'));",
                "await queryInterface.removeColumn('users', 'a');",
            ),
            "3-fails_js": with_up(
                "await queryInterface.addColumn('users', 'b', Sequelize.DATE);\n"
                "await queryInterface.sequelize.query('CREATE INDEX i ON users (schoolId)');"
            ),
            "4-refuses_js": with_up("await queryInterface.addColumn('users', 'c', Sequelize.DATE);"),
            "5-copy_js_bak": with_up("await queryInterface.addColumn('users', 'd', Sequelize.DATE);", ""),
        },
    )
    result = replay.replay(folder, include_backups=True, server=pg18)
    base, leaves, fails, refuses, copy = result.steps
    assert (base.up.ok, base.restores, base.again and base.again.ok) == (True, True, True)
    assert (leaves.restores, leaves.lost) == (False, ())
    assert "enum_users_a" in "".join(leaves.left)
    assert (fails.up.ok, fails.up.code, fails.up.line, fails.down) == (False, "42703", 4, None)
    assert any('"b"' in statement or " b " in statement for statement in fails.partial)
    assert refuses.down is not None
    assert refuses.down.error == "never"
    assert (copy.file, copy.up.ok, copy.restores) == ("5-copy.js.bak", True, False)
    assert result.snapshot is not None
    assert {"a", "b", "c", "d"} <= set(result.snapshot["columns"]["column_name"])
    assert [run.ok for _, run in result.rollback] == [True, False]
    assert (folder / "5-copy.js.bak").exists(), "the reviewed folder is left as it was"


def test_reviewed_code_writes_nowhere_and_starts_nothing(tmp_path: Path, pg18: Server) -> None:
    target = tmp_path / "stolen"
    (tmp_path / "m").mkdir()
    attempts = {
        "1-write_js": f"require('fs').writeFileSync({str(target)!r}, 'x');",
        "2-spawn_js": f"require('child_process').execSync('touch {target}');",
    }
    write(tmp_path / "m", **{name: with_up(code, "") for name, code in attempts.items()})
    result = replay.replay(tmp_path / "m", server=pg18)
    if int(result.node.lstrip("v").split(".")[0]) >= 20:
        assert [step.up.code for step in result.steps] == ["ERR_ACCESS_DENIED"] * 2
        assert not target.exists()


def test_the_projects_own_cli_runs_where_it_is(tmp_path: Path, pg18: Server) -> None:
    modules = replay.find_modules(DEMO)
    if not (modules / "sequelize-cli").is_dir():
        pytest.skip("the cache holds no sequelize-cli")
    project = tmp_path / "project"
    (project / "migrations").mkdir(parents=True)
    (project / "node_modules").mkdir()
    for package in modules.iterdir():
        (project / "node_modules" / package.name).symlink_to(package)
    bad = with_up("await queryInterface.addColumn('gone', 'b', Sequelize.DATE);")
    write(project / "migrations", **{"1-base_js": BASE, "2-bad_js": bad})
    result = replay.replay(project, server=pg18)
    assert result.runner.startswith("sequelize-cli")
    assert [step.up.ok for step in result.steps] == [True, False]
    assert result.steps[0].restores is True
    assert "gone" in str(result.steps[1].up.error)


@pytest.mark.parametrize("models", [DEMO / "models", DRIFT_MODELS], ids=["white_cross", "drift"])
@pytest.mark.parametrize("extension", [".js", ".ts"])
def test_written_migrations_leave_no_drift(
    models: Path, extension: str, tmp_path: Path, pg18: Server
) -> None:
    if extension == ".ts" and models != DRIFT_MODELS:
        pytest.skip("one folder in TypeScript is enough")
    declared = read_models(models).frames
    tables = declared["declared_tables"]
    missing = set(zip(tables["schema_name"], tables["table_name"], strict=True))
    naming = writer.Convention(extension=extension)
    chosen = writer.missing_migrations(declared, missing)
    paths = writer.write(tmp_path, chosen, naming, START)
    assert not any(one.troubles for one in read_migrations(tmp_path))
    result = replay.replay(tmp_path, server=pg18)
    assert [step.up.error for step in result.steps] == [None] * len(paths)
    assert all(step.restores and step.again and step.again.ok for step in result.steps)
    assert all(run.ok for _, run in result.rollback)
    assert result.left_after_rollback == ()
    assert result.snapshot is not None
    actual = {name: result.snapshot[name] for name in drift.CATALOG_FRAMES}
    assert drift.compare(declared, actual).empty


def test_existing_tables_are_mended_in_the_projects_convention(tmp_path: Path, pg18: Server) -> None:
    declared = read_models(DRIFT_MODELS).frames
    first = with_up(
        "await queryInterface.createTable('owners', { id: { type: Sequelize.UUID, primaryKey: true },"
        " email: Sequelize.TEXT, kind: Sequelize.ENUM('person', 'firm') });",
        "await queryInterface.dropTable('owners');"
        " await queryInterface.sequelize.query('DROP TYPE enum_owners_kind');",
    )
    write(tmp_path, **{"20250101_first_thing_js": first})
    (tmp_path / "20250101.first.thing.js").rename(tmp_path / "20250101_first_thing.js")
    before = replay.replay(tmp_path, server=pg18).snapshot
    assert before is not None
    found = drift.compare(declared, {name: before[name] for name in drift.CATALOG_FRAMES})
    missing = {("public", "items"), ("public", "parts")}
    chosen = writer.missing_migrations(declared, missing, [("public", "enum_owners_kind")], found)
    naming = writer.convention(read_migrations(tmp_path))
    paths = writer.write(tmp_path, chosen, naming, START)
    assert [path.name for path in paths][:2] == [
        "20260102_create_foundation_tables.js",
        "20260103_create_indexes.js",
    ]
    result = replay.replay(tmp_path, server=pg18)
    assert [step.up.error for step in result.steps] == [None] * (len(paths) + 1)
    assert result.snapshot is not None
    left = drift.compare(declared, {name: result.snapshot[name] for name in drift.CATALOG_FRAMES})
    assert set(left["kind"]) <= {"enum_extra"}, left[["kind", "object", "detail"]].to_string()


def test_without_node_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    write(tmp_path, **{"1-a_js": BASE})
    with pytest.raises(replay.ReplayError, match="needs Node"):
        replay.replay(tmp_path)


def test_the_cache_is_outside_the_project() -> None:
    assert not cache_folder().is_relative_to(Path(__file__).parent.parent)
