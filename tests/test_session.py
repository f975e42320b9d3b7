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
            "do $$ begin create role wb_watcher login in role pg_monitor, pg_read_all_data; "
            "exception when duplicate_object or unique_violation then null; end $$"
        )
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
