"""Sessions leave no trace that could be taken for the application's."""

from __future__ import annotations

import dataclasses

import pytest

from tests.conftest import MakeDatabase, connect
from workbench.catalog import capture
from workbench.review import take
from workbench.server import Server
from workbench.session import marked
from workbench.targets import Target

TABLES = """
create extension pg_stat_statements;
create table parent (id int primary key, name text, at timestamptz default now());
create table child (id int primary key, parent_id int, name text, deleted_at timestamptz);
insert into parent select g, 'n' || g from generate_series(1, 3000) as g;
insert into child select g, g % 2500, 'n' || g from generate_series(1, 5000) as g;
alter table child add foreign key (parent_id) references parent not valid;
create index on child using gin (to_tsvector('simple', name))
--;
analyze
"""
OWN = "select s.query from pg_stat_statements as s join pg_database as d on d.oid = s.dbid and d.datname = %s"


@pytest.fixture(params=["monitor", "superuser"])
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _as(target: Target, role: str) -> Target:
    if role == "superuser":
        return target
    with connect(target) as connection:
        connection.execute(
            "do $$ begin create role wb_watcher login in role pg_monitor; "
            "exception when duplicate_object or unique_violation then null; end $$"
        )
        # In this database only: other tests ask who may read what in theirs.
        connection.execute("grant select on all tables in schema public to wb_watcher")
    return dataclasses.replace(target, conninfo={**target.conninfo, "user": "wb_watcher"})


def test_own_statements_are_told_apart(role: str, server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, TABLES)
    watcher = _as(target, role)
    take(watcher)
    with connect(target) as connection:
        kept = [str(row[0]) for row in connection.execute(OWN, [target.conninfo["dbname"]])]
    asked = [text for text in kept if "child" in text and "create" not in text and "insert" not in text]
    asked = [text for text in asked if not text.startswith("alter")]
    # A superuser's reading is not counted at all; that of others carries the mark.
    assert all("/* workbench */" in text for text in asked) and bool(asked) == (role == "monitor")
    statements = capture(watcher, only=("database", "statements"))["statements"]["statement"].dropna()
    assert not statements.str.contains("child c|child as c|count\\(").any()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("select 1", "select /* workbench */ 1"),
        ("\n  with a as (select 1) select", "\n  with /* workbench */ a as (select 1) select"),
        ("begin", "begin /* workbench */"),
    ],
)
def test_the_mark_stands_behind_the_first_word(statement: str, expected: str) -> None:
    assert marked(statement) == expected


def test_no_setting_of_the_role_changes_what_is_read(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, TABLES)
    settings = {
        "statement_timeout": "1s",
        "datestyle": "German, DMY",
        "intervalstyle": "sql_standard",
        "client_encoding": "LATIN1",
        "quote_all_identifiers": "on",
        "search_path": "trap, public",
        "timezone": "Asia/Kolkata",
    }
    with connect(target) as connection:
        connection.execute(
            "do $$ begin create role wb_odd login in role pg_monitor; "
            "exception when duplicate_object or unique_violation then null; end $$"
        )
        connection.execute("grant select on all tables in schema public to wb_odd")
        connection.execute("create schema trap; grant usage on schema trap to wb_odd")
        connection.execute("create view trap.pg_class as select 1 / 0 as oid")
        connection.execute("create table trap.größe_日本 (id int primary key)")
        for name, value in settings.items():
            connection.execute(f"alter role wb_odd set {name} = {value if ',' in value else repr(value)}")
    odd = capture(dataclasses.replace(target, conninfo={**target.conninfo, "user": "wb_odd"}))
    plain = capture(target)
    assert odd.manifest["failed"] == []
    assert odd["database"]["captured_at"].iloc[0].tzname() == "UTC"
    for name in ("indexes", "foreign_keys", "columns"):
        shared = [c for c in odd[name] if not c.startswith("can_")]
        assert odd[name][shared].equals(plain[name][shared])


def test_bytes_that_are_no_utf8_are_spelled_out(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, "select 1")
    name = f"{target.conninfo['dbname']}_ascii"
    with connect(target) as connection:
        connection.execute(
            f"create database {name} encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0"
        )
    odd = dataclasses.replace(target, conninfo={**target.conninfo, "dbname": name})
    with connect(odd) as connection:
        connection.execute("set client_encoding = 'SQL_ASCII'")
        connection.execute(b'create table "caf\xe9" (id int primary key, "\xc3\xbc" text)')
        connection.execute(b'create table child (p int references "caf\xe9")')
    snapshot = take(odd)
    assert snapshot.manifest["failed"] == []
    assert set(snapshot["columns"]["column_name"]) == {"id", "ü", "p"}
    assert set(snapshot["tables"]["table_name"]) == {"caf\\xe9", "child"}
    with connect(target) as connection:
        # No database of another encoding could read the texts of these statements.
        connection.execute("create extension pg_stat_statements")
        reset = "select pg_stat_statements_reset(0, (select oid from pg_database where datname = %s), 0)"
        connection.execute(reset, [name])
        connection.execute(f"drop database {name}")
