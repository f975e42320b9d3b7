"""What another session has locked costs its own facts only; and the workbench is not taken for the application."""

from __future__ import annotations

import dataclasses
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.conftest import MakeDatabase, connect
from workbench import catalog, session
from workbench.catalog import Query, capture, queries, query_for
from workbench.checks import run_checks
from workbench.findings import Status
from workbench.review import judge, take
from workbench.server import Server
from workbench.targets import Options, Target, connection_string

TABLES = """
create table t (
    id serial primary key, a int, doubled int generated always as (a * 2) stored, state text, check (a > 0)
);
create index by_state on t (state) where a > 3;
create index by_state_again on t (state) where a > 3;
create index sum on t ((a + id));
insert into t (a, state) select g, 'x' from generate_series(1, 3000) as g;
create table other (id int primary key, t_id int);
alter table other add foreign key (t_id) references t not valid;
create index other_one on other (t_id);
create index other_two on other (t_id);
create policy own on other using (exists (select from t where t.id = t_id));
create table measured (at date, n int) partition by range (at);
create table measured_2020 partition of measured for values from ('2020-01-01') to ('2021-01-01');
create view seen as select id from other;
create sequence alone
"""
LOCKS = {
    "table": ("lock table t in access exclusive mode", "t", "t"),
    "index": ("reindex index by_state", "t", "by_state"),
    "partitioned": ("lock table measured in access exclusive mode", "measured", "measured"),
    "view": ("create or replace view seen as select id, t_id from other", "seen", "seen"),
    "prepared": ("begin; lock table t in access exclusive mode; prepare transaction 'wb_lock'", "t", "t"),
    "awaited": ("alter table t add column later int", "t", "t"),
}


def _patient(target: Target) -> Target:
    return dataclasses.replace(target, options=Options(lock_timeout=0.4))


@contextmanager
def _locked(target: Target, kind: str) -> Iterator[None]:
    with psycopg.connect(connection_string(target), autocommit=kind == "prepared") as holder:
        if kind == "awaited":
            reader = psycopg.connect(connection_string(target))
            reader.execute("select from t limit 1")
            waiting = threading.Thread(target=lambda: holder.execute(LOCKS[kind][0].encode()))
            waiting.start()
            with connect(target) as watch:
                while not watch.execute("select from pg_locks where not granted").fetchall():
                    time.sleep(0.02)
            yield
            reader.close()
            waiting.join()
        else:
            holder.execute(LOCKS[kind][0].encode())
            yield
        if kind == "prepared":
            holder.execute("rollback prepared 'wb_lock'")
        else:
            holder.rollback()


@pytest.mark.parametrize("kind", LOCKS)
def test_a_lock_costs_the_facts_of_its_table_only(
    kind: str, server: Server, make_database: MakeDatabase
) -> None:
    target = _patient(make_database(server, TABLES))
    with _locked(target, kind):
        snapshot = capture(target)
    assert snapshot.manifest["failed"] == []
    _, table, relation = LOCKS[kind]
    row = snapshot["locked_relations"].set_index("relation_name").loc[relation]
    assert (row["table_name"], bool(row["is_granted"])) == (table, kind != "awaited")
    sizes = snapshot["tables"].set_index("table_name")["total_bytes"]
    assert sizes.notna()["other"] and sizes.isna()[table]
    (outcome,) = run_checks(snapshot, ("locked_relation",))
    reasons = {one.object: one.reason for one in outcome.not_examined}
    who = "a prepared transaction" if kind == "prepared" else "process "
    assert f"public.{table}" in reasons and reasons[f"public.{table}"].startswith(who)
    assert {o.check for o in judge(snapshot).outcomes if o.status is Status.ERROR} == set()


def test_what_was_not_read_is_not_judged(server: Server, make_database: MakeDatabase) -> None:
    target = _patient(make_database(server, TABLES))
    clear = {f.object for f in judge(capture(target)).findings("duplicate_index")}
    assert clear == {"public.t.by_state_again", "public.other.other_two"}
    with _locked(target, "table"):
        snapshot = capture(target)
    indexes = snapshot["indexes"].set_index("index_name")
    assert indexes.loc["by_state", "predicate"] == indexes.loc["sum", "key_columns"][0] == "(not read)"
    columns = snapshot["columns"].set_index(["table_name", "column_name"])["default_expression"]
    assert columns["t", "doubled"] == "(not read)" and columns["t", "id"].startswith("nextval(")
    # The policy stands on another table, yet its condition asks the locked one.
    assert list(snapshot["policies"]["using_expression"]) == ["(not read)"]
    (outcome,) = run_checks(snapshot, ("duplicate_index",))
    assert [finding.object for finding in outcome.findings] == ["public.other.other_two"]
    assert {one.object for one in outcome.not_examined} == {"public.t.by_state_again"}


def test_a_lock_taken_meanwhile_is_known_at_the_next_attempt(
    pg18: Server, make_database: MakeDatabase
) -> None:
    target = _patient(make_database(pg18, TABLES))
    query = query_for("tables", 18)
    assert query is not None
    # As if the lock came after the query had looked for locks: the first attempt runs into it.
    blind = dataclasses.replace(
        query,
        sql=query.sql.replace("l.mode = 'AccessExclusiveLock'", "l.mode = 'AccessExclusiveLock' and <seen>"),
    )
    attempts: list[str] = []

    def run(connection: psycopg.Connection, asked: Query) -> object:
        seen = "false" if not attempts else "true"
        attempts.append(seen)
        return plain(connection, dataclasses.replace(blind, sql=blind.sql.replace("<seen>", seen)))

    plain = catalog._run
    with (
        _locked(target, "table"),
        session.session(target) as connection,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(catalog, "_run", run)
        frame = catalog._run_again(connection, query)
    assert attempts == ["false", "true"] and frame.set_index("table_name")["is_locked"]["t"]


def test_probes_leave_what_is_locked(server: Server, make_database: MakeDatabase) -> None:
    target = _patient(make_database(server, TABLES + "; create extension pgstattuple"))
    with _locked(target, "table"):
        snapshot = take(target)
    assert snapshot.manifest["failed"] == []
    [skipped] = snapshot["orphans"].query("kind == 'constraint'")["skipped"]
    assert "ACCESS EXCLUSIVE" in skipped


_OPENS_RELATIONS = re.compile(
    r"pg_get_(indexdef|constraintdef|partkeydef|viewdef|ruledef|triggerdef|statisticsobjdef|function_sqlbody)"
    r"|pg_get_expr\((?!\w+\.\w+, 0\))|pg_(relation|indexes|table|total_relation)_size|pg_sequence_last_value"
)


def test_queries_that_open_relations_ask_for_locks_first() -> None:
    asking = {
        name: bool(re.search("AccessExclusiveLock", query.sql))
        for name, variants in queries().items()
        for query in variants
        if _OPENS_RELATIONS.search(query.sql)
    }
    # Foreign keys are spelled from the columns' names and domains have no table: nothing is opened.
    del asking["foreign_keys"], asking["domain_checks"]
    assert len(asking) >= 7 and all(asking.values()), asking
