"""Drift against Sequelize itself: what sync() makes has none; what is changed afterwards is told, and only that."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from tests.conftest import MakeDatabase, connect
from tests.sequelize_agreement import FIXTURES, run_sequelize
from workbench import catalog, drift
from workbench.catalog import Snapshot
from workbench.checks import run_checks
from workbench.commands.drift import verdict
from workbench.declared.models.reader import read
from workbench.drift.expressions import same
from workbench.drift.types import is_widening
from workbench.findings import Finding
from workbench.server import Server
from workbench.targets import Target, parse_url

FOLDERS = sorted(folder for folder in FIXTURES.iterdir() if folder.is_dir())
MODELS = FIXTURES.parent / "drift"


def drift_of(folder: Path, target: Target) -> pd.DataFrame:
    snapshot = catalog.capture(target, only=("database", *drift.CATALOG_FRAMES))
    actual = {name: snapshot[name] for name in drift.CATALOG_FRAMES}
    return drift.compare(read(folder).frames, actual)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_sync_makes_has_no_drift(folder: Path, pg18: Server, make_database: MakeDatabase) -> None:
    schemas = sorted(set(read(folder).frames["declared_tables"]["schema_name"]) - {"public"})
    target = make_database(pg18, "--;".join(f'create schema "{name}"' for name in schemas))
    result = run_sequelize(folder, target)
    found = drift_of(folder, target)
    told = found[found["sort"] != "unread"]
    if folder.name == "circle":
        # With a circle of keys sync() alters the tables that it just made, which doubles unique constraints.
        assert told["object"].tolist() == ["public.Teams.Teams_name_key1"]
    elif result["error"] is None:
        assert told.empty, told[["kind", "object", "detail"]].to_string()
    else:
        assert not found.empty, "Sequelize stopped, so something must be missing"


@pytest.fixture(scope="module")
def synced(pg18: Server) -> Iterator[str]:
    """The name of a database that sync() filled with the models of fixtures/drift."""
    name = f"synced_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(pg18.url(), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    try:
        result = run_sequelize(MODELS, Target(name, parse_url(pg18.url(name))))
        assert result["error"] is None
        yield name
    finally:
        with psycopg.connect(pg18.url(), autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def copy(pg18: Server, synced: str) -> Iterator[Target]:
    """A copy of that database."""
    name = f"copy_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(pg18.url(), autocommit=True) as connection:
        connection.execute(f"create database {name} template {synced}".encode())
    yield Target(name, parse_url(pg18.url(name)))
    with psycopg.connect(pg18.url(), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())


RECREATED_KEY = (
    'alter table items drop constraint "items_ownerId_fkey";'
    'alter table items add constraint "items_ownerId_fkey" foreign key ("ownerId") references owners {}'
)
# A change of the database, and the differences that it makes: kind and object.
MUTATIONS: dict[str, tuple[str, set[tuple[str, str]]]] = {
    "nothing": ("select 1", set()),
    "table dropped": ("drop table parts; drop type enum_parts_colour", {("table_missing", "public.parts")}),
    "table added": ("create table extra (id int)", {("table_extra", "public.extra")}),
    "table renamed": ("alter table parts rename to part", {("table_name", "public.part")}),
    "view added": ("create view extra as select * from items", set()),
    "hostile names": (
        """create table "a""b; drop table parts; --" ("x'y" int); alter table items add "c""d\\\\" int;"""
        """create index "i""j" on items ("c""d\\\\"); create type "enum_x""y" as enum ('it''s', 'a\\\\b')""",
        {
            ("table_extra", 'public.a"b; drop table parts; --'),
            ("column_extra", 'public.items.c"d\\\\'),
            ("index_extra", 'public.items.i"j'),
            ("enum_extra", 'public.enum_x"y'),
        },
    ),
    "table behind a view": (
        "alter table parts rename to parts_kept; create view parts as select * from parts_kept",
        {("table_extra", "public.parts_kept")},
    ),
    "table in partitions": (
        "create table parted (id int primary key) partition by range (id);"
        "create table parted_1 partition of parted for values from (1) to (9);"
        'alter table parts add constraint to_parted foreign key ("itemId") references parted',
        {("table_extra", "public.parted"), ("key_extra", "public.parts.to_parted")},
    ),
    "column dropped": ("alter table items drop title", {("column_missing", "public.items.title")}),
    "column added": ("alter table items add note text", {("column_extra", "public.items.note")}),
    "column in snake case": (
        'alter table owners rename "displayName" to display_name',
        {("column_name", "public.owners.display_name")},
    ),
    "key column in snake case": (
        'alter table items rename "ownerId" to owner_id',
        {("column_name", "public.items.owner_id")},
    ),
    "longer text": (
        'alter table owners alter "displayName" type varchar(90)',
        {("type", "public.owners.displayName")},
    ),
    "text for varchar": ("alter table owners alter email type text", {("type", "public.owners.email")}),
    "bigint for integer": ("alter table owners alter rank type bigint", {("type", "public.owners.rank")}),
    "other precision": ("alter table owners alter rate type numeric(12,2)", {("type", "public.owners.rate")}),
    "time without zone": (
        'alter table owners alter "seenAt" type timestamp',
        {("type", "public.owners.seenAt")},
    ),
    "enum as text": (
        "drop index owners_kinds; alter table owners alter kind drop default, alter kind type text;"
        "alter table owners alter kind set default 'person'; drop type enum_owners_kind",
        {("type", "public.owners.kind"), ("index_missing", "public.owners.owners_kinds")},
    ),
    "null let in": ("alter table items alter title drop not null", {("nullability", "public.items.title")}),
    "null refused": ("alter table owners alter rank set not null", {("nullability", "public.owners.rank")}),
    "default dropped": ("alter table owners alter rank drop default", {("default", "public.owners.rank")}),
    "default changed": ("alter table owners alter rank set default 7", {("default", "public.owners.rank")}),
    "default added": ("alter table items alter title set default 'x'", {("default", "public.items.title")}),
    "default of the client": (
        "alter table owners alter id set default gen_random_uuid()",
        {("default", "public.owners.id")},
    ),
    "same default otherwise": (
        'alter table owners alter "seenAt" set default now(), alter rate set default 1.50,'
        " alter tags set default '{}', alter settings set default '{ }', alter rank set default '0'::int",
        set(),
    ),
    "primary key dropped": (
        "alter table parts drop constraint parts_pkey",
        {("primary_key", "public.parts")},
    ),
    "primary key changed": (
        "alter table parts drop constraint parts_pkey; alter table parts add primary key (number)",
        {("primary_key", "public.parts")},
    ),
    "enum value added": (
        "alter type enum_parts_colour add value 'blue'",
        {("enum_values", "public.enum_parts_colour")},
    ),
    "enum value lacking": (
        "alter table parts alter colour type text; drop type enum_parts_colour;"
        "create type enum_parts_colour as enum ('red');"
        "alter table parts alter colour type enum_parts_colour using colour::enum_parts_colour",
        {("enum_values", "public.enum_parts_colour")},
    ),
    "enum in another order": (
        "alter table parts alter colour type text; drop type enum_parts_colour;"
        "create type enum_parts_colour as enum ('green', 'red');"
        "alter table parts alter colour type enum_parts_colour using colour::enum_parts_colour",
        {("enum_order", "public.enum_parts_colour")},
    ),
    "enum renamed": (
        "alter type enum_owners_kind rename to owner_kind",
        {("enum_name", "public.owner_kind")},
    ),
    "enum left behind": (
        "create type enum_gone_kind as enum ('a')",
        {("enum_extra", "public.enum_gone_kind")},
    ),
    "key dropped": (
        'alter table items drop constraint "items_ownerId_fkey"',
        {("key_missing", "public.items.items_ownerId_fkey")},
    ),
    "key added": (
        "alter table parts add constraint more foreign key (number) references items",
        {("key_extra", "public.parts.more")},
    ),
    "key twice": (
        'alter table items add constraint twice foreign key ("ownerId") references owners on delete cascade'
        " on update cascade",
        {("key_extra", "public.items.twice")},
    ),
    "key renamed": (
        'alter table items rename constraint "items_ownerId_fkey" to fk_owner',
        {("key_name", "public.items.fk_owner")},
    ),
    "other action": (
        RECREATED_KEY.format("on delete set null on update cascade"),
        {("key_action", "public.items.items_ownerId_fkey")},
    ),
    "deferrable": (
        RECREATED_KEY.format("on delete cascade on update cascade deferrable"),
        {("key_action", "public.items.items_ownerId_fkey")},
    ),
    "not valid": (
        RECREATED_KEY.format("on delete cascade on update cascade not valid"),
        {("key_not_enforced", "public.items.items_ownerId_fkey")},
    ),
    "triggers disabled": (
        "alter table parts disable trigger all",
        {("key_not_enforced", "public.parts.parts_itemId_fkey")},
    ),
    "index dropped": ("drop index items_owner", {("index_missing", "public.items.items_owner")}),
    "index added": ("create index more on items (title)", {("index_extra", "public.items.more")}),
    "index renamed": ("alter index items_owner rename to mine", {("index_name", "public.items.mine")}),
    "index on other columns": (
        'drop index items_owner; create index items_owner on items ("ownerId", title)',
        {("index_missing", "public.items.items_owner"), ("index_extra", "public.items.items_owner")},
    ),
    "condition of an index changed": (
        'drop index owners_active; create index owners_active on owners ("displayName") where not "isActive"',
        {("index_missing", "public.owners.owners_active"), ("index_extra", "public.owners.owners_active")},
    ),
    "unique constraint dropped": (
        "alter table owners drop constraint owners_email_key",
        {("index_missing", "public.owners.owners_email_key")},
    ),
    "unique index for the constraint": (
        "alter table owners drop constraint owners_email_key;"
        "create unique index owners_email_key on owners (email)",
        set(),
    ),
}


# Which check tells which kinds of difference.
TOLD_BY = {
    "drift_table": {"table_missing", "table_extra"},
    "drift_column": {"column_missing", "column_extra"},
    "drift_type": {"type"},
    "drift_nullability": {"nullability"},
    "drift_default": {"default"},
    "drift_primary_key": {"primary_key"},
    "drift_enum": {"enum_values", "enum_order", "enum_extra"},
    "drift_foreign_key": {"key_missing", "key_extra", "key_not_enforced"},
    "drift_foreign_key_action": {"key_action"},
    "drift_index": {"index_missing", "index_extra", "index_invalid"},
    "drift_name": {"table_name", "column_name", "enum_name", "key_name", "index_name"},
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_change_is_told_and_mended(name: str, copy: Target) -> None:
    sql, expected = MUTATIONS[name]
    with connect(copy) as connection:
        connection.execute(sql.encode())
    found = drift_of(MODELS, copy)
    assert {(row.kind, row.object) for row in found.itertuples()} == expected
    assert all(found["file"].isna() | (found["file"] == "models.js"))
    assert {(f.distinct, f.object) for f in judged(found)} == expected
    assert all(f.distinct in TOLD_BY[f.check] for f in judged(found))
    if name == "table behind a view":
        return  # What lies behind a view is not dropped to please a model.
    apply(copy, found)
    assert drift_of(MODELS, copy).empty
    undoable = found[found["undo"].notna()]
    if len(undoable) == len(found) == 1:
        apply(copy, found.assign(sql=found["undo"]))
        again = drift_of(MODELS, copy)
        assert {(row.kind, row.object) for row in again.itertuples()} == expected


def judged(found: pd.DataFrame) -> list[Finding]:
    """Return what the checks say about a frame of differences; each must be told by one of them."""
    frames = {**read(MODELS).frames, "drift": found}
    return [one for outcome in run_checks(Snapshot("test", frames), ["drift"]) for one in outcome.findings]


def test_what_cannot_be_read_blocks_the_verdict(copy: Target, tmp_path: Path) -> None:
    (tmp_path / "broken.js").write_text(
        "module.exports = (sequelize, DataTypes) => sequelize.define(process.env.NAME, {});"
    )
    (tmp_path / "models.js").write_text((MODELS / "models.js").read_text())
    found = drift_of(tmp_path, copy)
    assert set(found["sort"]) == {"unread"}
    assert verdict(found) == "unknown"
    frames = {**read(tmp_path).frames, "drift": found}
    (outcome,) = run_checks(Snapshot("test", frames), ["drift_table"])
    assert outcome.not_examined


def apply(target: Target, found: pd.DataFrame) -> None:
    """Run each difference's SQL, statement by statement where CONCURRENTLY asks for it."""
    with connect(target) as connection:
        order = ["index_extra", "key_extra", *drift.KINDS]
        for row in found.sort_values("kind", key=lambda kinds: kinds.map(order.index)).itertuples():
            assert isinstance(row.sql, str), row
            for statement in row.sql.split(";\n") if "CONCURRENTLY" in row.sql else [row.sql]:
                connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (
            "status IN ('a', 'b')",
            "((status)::text = ANY ((ARRAY['a'::character varying, 'b'::text])::text[]))",
            True,
        ),
        ("status IN ('a', 'b')", "(status = ANY (ARRAY['b'::public.kind, 'a'::public.kind]))", True),
        ("status IN ('a', 'b')", "(status = ANY (ARRAY['a'::text, 'c'::text]))", False),
        ('"isActive" = true', '("isActive" = true)', True),
        ('"deletedAt" IS NULL', '("deletedAt" IS NULL)', True),
        ('"deletedAt" IS NULL', '("deletedAt" IS NOT NULL)', False),
        ("now()", "CURRENT_TIMESTAMP", True),
        ("0", "'0'::numeric", True),
        ("1.50", "1.5", True),
        ("-1", "'-1'::integer", True),
        ("'x'", "'x'::character varying", True),
        ("'x'", "'X'::character varying", False),
        ('\'{"a": 1, "b": 2}\'', '\'{"b": 2, "a": 1}\'::jsonb', True),
        ("false", "true", False),
        ("gen_random_uuid()", "uuid_generate_v4()", False),
        ("lower(email)", "lower((email)::text)", True),
        ("a > 3", "(a >= 3)", False),
        ("ARRAY[]::varchar[]", "'{}'::character varying[]", True),
    ],
)
def test_expressions_that_mean_the_same(one: str, other: str, expected: bool) -> None:
    assert same(one, other) is expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("integer", "bigint", True),
        ("bigint", "integer", False),
        ("character varying(255)", "character varying(100)", False),
        ("character(20)", "character varying(20)", True),
        ("text", "character varying(9)", False),
        ("uuid", "text", True),
        ("numeric(10,2)", "numeric(12,2)", True),
        ("numeric(10,2)", "numeric(10,4)", False),
        ("timestamp without time zone", "timestamp with time zone", False),
        ("integer", "integer[]", False),
        ("text", '"Odd"."mood"', False),
    ],
)
def test_types_that_take_every_value(old: str, new: str, expected: bool) -> None:
    assert is_widening(old, new) is expected
