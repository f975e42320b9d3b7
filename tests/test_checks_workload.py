"""Checks of the workload against servers that really did it: statements, transactions, sessions, settings."""

from __future__ import annotations

import threading
import time

import pandas as pd
import psycopg
import pytest

from tests.conftest import MakeDatabase, connect
from tests.scenarios import execute, objects_of, outcome_of
from workbench import checks
from workbench.catalog import capture
from workbench.checks.workload import per_day
from workbench.findings import Severity, Status
from workbench.server import Server
from workbench.statements import Lookup, lookup, tables_named
from workbench.targets import Target

SHOP = """
create extension pg_stat_statements;
--;
create table customers (id int primary key, name text);
create table orders (id int primary key, customer_id int not null references customers, total numeric);
create table settings (id int primary key);
insert into customers select i, 'c' || i from generate_series(1, 200) as i;
insert into orders select i, i % 200 + 1, i from generate_series(1, 600) as i;
insert into settings select i from generate_series(1, 10) as i;
analyze
"""


def test_n_plus_one_needs_a_parent(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SHOP)
    with connect(target) as connection:
        for _ in range(2):
            connection.execute("select id, customer_id from orders order by id")
        for number in range(1200):
            connection.execute("select name from customers where id = %s", [number % 200])
            connection.execute("select id from settings where id = %s", [number % 10])
    (finding,) = outcome_of(target, "n_plus_one").findings
    assert (finding.object, finding.severity) == ("public.customers.id", Severity.MEDIUM)
    assert finding.evidence["calls_count"] == 1200
    joined = make_database(server, SHOP)
    with connect(joined) as connection:
        for _ in range(2):
            connection.execute("select o.id, c.name from orders o join customers c on c.id = o.customer_id")
        for number in range(1200):
            connection.execute("select id from settings where id = %s", [number % 10])
    assert outcome_of(joined, "n_plus_one").status is Status.PASSED


def test_costly_statements(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SHOP)
    with connect(target) as connection:
        connection.execute("set work_mem = '64kB'")
        for _ in range(3):
            connection.execute("select pg_sleep(0.12) from settings where id = 1")
            connection.execute(
                "select o.id, g from orders o cross join generate_series(1, 400) as g order by g, o.total"
            )
        for number in range(60):
            connection.execute(
                "select pg_sleep(%s) from customers where id = 1", [0.3 if number == 0 else 0.0]
            )
    slow = {f.object: f.severity for f in outcome_of(target, "slow_statement").findings}
    assert slow["public.settings"] is Severity.LOW
    assert "public.customers" not in slow
    assert objects_of(target, "unstable_statement") == ["public.customers"]
    assert objects_of(target, "temp_file_statement") == ["public.orders"]


def test_without_the_extension_statements_are_not_judged(server: Server, make_database: MakeDatabase) -> None:
    outcome = outcome_of(make_database(server, "select 1"), "slow_statement")
    assert outcome.status is Status.NOT_APPLICABLE
    assert "shared_preload_libraries" in outcome.not_examined[0].reason


def test_statement_texts_hold_no_literal(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SHOP)
    execute(
        target, "select id from orders where id = 4711 /* by bob */;\ncomment on table orders is 'secret';"
    )
    texts = capture(target)["statements"]["statement"].dropna()
    assert texts.str.contains("from orders where id").any()
    assert not texts.str.contains("4711|bob|secret").any()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('SELECT "id" FROM "users" WHERE "id" = $1', Lookup("", "users", ("id",))),
        ('select a from s."T x" as t where t."Id" = $1::uuid and b limit $2', Lookup("s", "T x", ("Id",))),
        ("select a from t where id = $1 order by x limit $2", Lookup("", "t", ("id",))),
        ("select a from t join u on t.id = u.id where t.id = $1", None),
        ("select a from t where id in ($1, $2)", None),
        ("select a from t where id = $1 or b = $2", None),
        ("select a from t where b > $1", None),
        ("select (select 1 from u) from t where id = $1", None),
        ("update t set a = $1 where id = $2", None),
    ],
)
def test_look_ups_are_told_from_other_statements(text: str, expected: Lookup | None) -> None:
    assert lookup(text) == expected


def test_tables_named() -> None:
    text = 'with x as (select 1) select * from A."B" join only c on true where exists (select from "d""e")'
    assert tables_named(text) == (("a", "B"), ("", "c"), ("", 'd"e'))


def test_isolation_override(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, "select 1")
    name = target.conninfo["dbname"]
    assert outcome_of(target, "isolation_override").status is Status.PASSED
    execute(target, f'alter database "{name}" set default_transaction_isolation = serializable;')
    assert objects_of(target, "isolation_override") == [name]


def test_deadlocks(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, "create table t (id int primary key); insert into t values (1), (2)")
    assert outcome_of(target, "deadlocks").status is Status.PASSED
    _deadlock(target)
    (finding,) = outcome_of(target, "deadlocks").findings
    assert finding.evidence["deadlocks_count"] == 1


def _deadlock(target: Target) -> None:
    """Lock two rows crosswise from two sessions; the first to notice is ended."""
    with connect(target) as one, connect(target) as other:
        for connection in (one, other):
            connection.execute("set deadlock_timeout = '50ms'")
        one.execute("begin; select from t where id = 1 for update")
        other.execute("begin; select from t where id = 2 for update")
        waiting = threading.Thread(target=_try, args=(one, "select from t where id = 2 for update"))
        waiting.start()
        _try(other, "select from t where id = 1 for update")
        waiting.join()
        for connection in (one, other):
            connection.execute("rollback")
            if connection.info.server_version >= 150000:
                connection.execute("select pg_stat_force_next_flush()")
            else:
                # The collector hands out a file that is up to half a second old.
                time.sleep(0.6)


def _try(connection: psycopg.Connection[tuple[object, ...]], sql: str) -> None:
    try:
        connection.execute(sql.encode())
    except psycopg.errors.DeadlockDetected:
        connection.execute("rollback")


def test_a_rate_needs_an_hour() -> None:
    start = pd.Timestamp("2026-01-01T00:00Z")
    assert per_day(1, start, start + pd.Timedelta(seconds=5)) == 24
    assert per_day(10, start, start + pd.Timedelta(days=10)) == 1


def test_sessions(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, "create table t (id int)", thresholds={
        "long_transaction": {"max_idle_seconds": 0.0}, "lock_wait": {"min_seconds": 0.0},
    })  # fmt: skip
    assert outcome_of(target, "long_transaction").findings == ()
    with connect(target) as connection:
        connection.execute("set application_name = 'forgotten'; begin; lock table t")
        blocked = threading.Thread(target=_wait_for_table, args=(target,))
        blocked.start()
        while connection.execute("select count(*) from pg_locks where not granted").fetchone() == (0,):
            pass
        results = {o.check: o for o in checks.run_checks(capture(target), ("long_transaction", "lock_wait"))}
        connection.execute("rollback")
        blocked.join()
    (idle,) = results["long_transaction"].findings
    assert (idle.object, idle.evidence["application_name"]) == ("postgres", "forgotten")
    assert [f.evidence["blocked_by_count"] for f in results["lock_wait"].findings] == [1]


def _wait_for_table(target: Target) -> None:
    with connect(target) as connection:
        connection.execute("select from t")


def test_other_roles_sessions_are_not_examined_without_rights(
    server: Server, make_database: MakeDatabase
) -> None:
    execute(
        make_database(server),
        "do $$ begin create role plain_reader login; exception when others then null; end $$;",
    )
    target = make_database(server, "select 1", user="plain_reader")
    with psycopg.connect(server.url(target.conninfo["dbname"])):
        outcome = outcome_of(target, "long_transaction")
    assert "pg_read_all_stats" in outcome.not_examined[0].reason


def test_server_counters(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        "create table t as select generate_series(1, 2000) as id; analyze t",
        thresholds={
            "high_rollback_share": {"min_transactions": 10},
            "low_cache_hit": {"min_blocks": 10, "min_ratio": 1.01},
            "connection_limit": {"max_ratio": 0.0},
            "checkpoint_pressure": {"min_checkpoints": 0},
            "autovacuum_settings": {"large_rows": 1000},
        },
    )
    with connect(target) as connection:
        for _ in range(30):
            connection.execute("begin; select 1; rollback")
    names = tuple(target.options.thresholds)
    found = {o.check: o for o in checks.run_checks(capture(target), names)}
    name = target.conninfo["dbname"]
    assert [f.object for f in found["high_rollback_share"].findings] == [name]
    assert [f.object for f in found["low_cache_hit"].findings] == [name]
    assert [f.object for f in found["connection_limit"].findings] == ["server"]
    assert found["checkpoint_pressure"].status in (Status.PASSED, Status.FAILED)
    for pressure in found["checkpoint_pressure"].findings:
        assert isinstance(pressure.evidence["max_wal_size_megabytes"], int)
    # The test servers run without autovacuum, so that no test meets it by chance.
    assert [f.object for f in found["autovacuum_settings"].findings] == ["server", "public.t"]
    by_default = {o.check: o for o in checks.run_checks(capture(make_database(server)), names)}
    assert by_default["high_rollback_share"].status is Status.NOT_APPLICABLE
    assert by_default["low_cache_hit"].status is Status.NOT_APPLICABLE
    assert by_default["connection_limit"].status is Status.PASSED


def test_a_large_table_can_be_vacuumed_earlier(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        "create table t as select generate_series(1, 2000) as id; analyze t",
        thresholds={"autovacuum_settings": {"large_rows": 1000}},
    )
    (finding,) = [f for f in outcome_of(target, "autovacuum_settings").findings if f.object == "public.t"]
    assert finding.fix is not None
    execute(target, finding.fix.sql)
    assert objects_of(target, "autovacuum_settings") == ["server"]
    execute(target, finding.fix.undo)
    assert objects_of(target, "autovacuum_settings") == ["public.t", "server"]
