"""What was not read is no difference: drift, registration and migrations say unknown where a guess decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakeDatabase
from tests.test_drift import drift_of
from workbench.catalog import Snapshot
from workbench.checks import run_checks
from workbench.declared import migrations
from workbench.declared.models import read
from workbench.findings import Severity
from workbench.server import Server

PEOPLE = """create table people (id serial primary key, "firstName" text not null, age int,
    "createdAt" timestamptz not null, "updatedAt" timestamptz not null)"""
OTHER = (
    "create table crew (uid uuid primary key, first_name text unique, age int, made timestamptz not null, "
    "tenant int not null)"
)
COLUMNS = "firstName: {type: D.TEXT, allowNull: false}, age: D.INTEGER"
MODEL = "const x = require('corp'); module.exports = (s, D) => s.define('Person', {{{}}}, {})"
# What is not read, and the kinds of differences that rest on it against the table crew.
GUESSES: dict[str, tuple[str, str, set[str]]] = {
    "options": (COLUMNS, "x.options", {"table_missing", "table_extra"}),
    "table name": (COLUMNS, "{tableName: x.name()}", {"table_missing", "table_extra"}),
    "environment": (COLUMNS, "{tableName: process.env.TABLE}", {"table_missing", "table_extra"}),
    "attributes": (
        "...x.base, firstName: {type: D.TEXT, field: 'first_name'}, age: D.INTEGER",
        "{tableName: 'crew', timestamps: false}",
        {"column_missing", "column_extra", "primary_key", "index_extra"},
    ),
    "column name": (
        "uid: {type: D.UUID, primaryKey: true}, age: D.INTEGER, owner: {type: D.INTEGER, field: x.owner, "
        "allowNull: false}, first_name: {type: D.TEXT, unique: x.unique}, made: {type: D.DATE, allowNull: false}",
        "{tableName: 'crew', timestamps: false}",
        {"column_missing", "column_extra", "index_extra"},
    ),
    "nullability and key": (
        "uid: {type: D.UUID, ...x.key}, age: D.INTEGER, first_name: {type: D.TEXT, unique: true}, "
        "tenant: {type: D.INTEGER, allowNull: x.strict}, made: {type: D.DATE, allowNull: false}",
        "{tableName: 'crew', timestamps: false}",
        {"column_missing", "nullability", "primary_key"},
    ),
    "timestamps": (
        "uid: {type: D.UUID, primaryKey: true}, age: D.INTEGER, first_name: {type: D.TEXT, unique: true}, "
        "tenant: {type: D.INTEGER, allowNull: false}",
        "{tableName: 'crew', createdAt: x.created, updatedAt: x.updated}",
        {"column_missing", "column_extra"},
    ),
    "spelling": (
        "uid: {type: D.UUID, primaryKey: true}, age: D.INTEGER, firstName: {type: D.TEXT, unique: true}, "
        "tenant: {type: D.INTEGER, allowNull: false}, made: {type: D.DATE, allowNull: false}",
        "{tableName: 'crew', timestamps: false, underscored: x.snake}",
        set(),
    ),
}


def folder_of(path: Path, **files: str) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / f"{name}.js").write_text(text)
    return path


@pytest.mark.parametrize("case", GUESSES)
def test_a_difference_that_rests_on_a_guess_is_unknown(
    case: str, tmp_path: Path, pg18: Server, make_database: MakeDatabase
) -> None:
    attributes, options, kinds = GUESSES[case]
    folder = folder_of(tmp_path / "models", person=MODEL.format(attributes, options))
    found = drift_of(folder, make_database(pg18, OTHER))
    assert set(found["sort"]) <= {"unread"}, found[["kind", "sort", "object"]].to_string()
    unsure = found[(found["sort"] == "unread") & (found["kind"] != "unread")]
    assert set(unsure["kind"]) == kinds
    assert unsure["sql"].isna().all()
    assert unsure["detail"].str.contains("person.js:1").all(), unsure["detail"].tolist()


def test_a_guess_that_the_database_bears_out_hides_nothing(
    tmp_path: Path, pg18: Server, make_database: MakeDatabase
) -> None:
    folder = folder_of(tmp_path / "models", person=MODEL.format(COLUMNS, "{tableName: 'people', ...x.more}"))
    people = PEOPLE.replace("age int", "age bigint")
    found = drift_of(folder, make_database(pg18, people))
    sure = found[found["sort"] != "unread"]
    assert sure[["kind", "object"]].values.tolist() == [["type", "public.people.age"]]


def test_a_base_class_that_was_not_read_may_bring_the_key(tmp_path: Path) -> None:
    source = """import {Table, Column, BelongsTo, ForeignKey} from 'sequelize-typescript';
        import {Base} from '@corp/base';
        @Table({tableName: 'a'}) export class A extends Base { @BelongsTo(() => B) b: B; }
        @Table({tableName: 'b'}) export class B extends Base { @Column name: string; }"""
    (tmp_path / "m.ts").write_text(source)
    frames = read(tmp_path).frames
    assert set(frames["declared_unread"]["kind"]) == {"unread"}
    outcomes = run_checks(Snapshot("base", frames), ["declared"])
    assert [f.title for one in outcomes for f in one.findings if f.severity >= Severity.MEDIUM] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("await q.createTable(require('x').name, {id: S.INTEGER})", "unknown"),
        ("await q.createTable('staff', {id: S.INTEGER}); await q.renameTable('staff', require('x').name)", "unknown"),
        ("await q.createTable('people' {id: S.INTEGER})", "unknown"),
        ("await q.createTable('staff', {id: S.INTEGER})", "missing"),
    ],
    ids=["computed name", "renamed to a computed name", "syntax error", "another table"],
)  # fmt: skip
def test_a_table_that_an_unread_migration_may_create(tmp_path: Path, body: str, status: str) -> None:
    models = folder_of(tmp_path / "models", person=MODEL.format(COLUMNS, "{tableName: 'people'}"))
    source = f"module.exports = {{up: async (q, S) => {{ {body} }}, down: async (q) => {{}}}}"
    folder = folder_of(tmp_path / "migrations", **{"20240101000000-people": source})
    coverage = migrations.frames(migrations.read(folder), read(models).frames)["migration_coverage"]
    assert coverage.loc[coverage["kind"] == "table", "status"].tolist() == [status]


def test_no_migration_is_missed_for_a_table_whose_name_is_a_guess(tmp_path: Path) -> None:
    models = folder_of(tmp_path / "models", person=MODEL.format(COLUMNS, "x.options"))
    source = "exports.up = async (q, S) => q.createTable('crew', {id: S.INTEGER})"
    folder = folder_of(tmp_path / "migrations", **{"20240101000000-crew": source})
    coverage = migrations.frames(migrations.read(folder), read(models).frames)["migration_coverage"]
    assert set(coverage["status"]) == {"unknown"}
    assert coverage["detail"].ne("").all()
