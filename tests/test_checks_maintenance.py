"""Checks of maintenance against real servers."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import MakeDatabase, as_bare_role, connect
from tests.scenarios import execute, mends, objects_of, outcome_of
from workbench.findings import Severity
from workbench.review import judge, take
from workbench.server import Server
from workbench.targets import connection_string


def test_dead_tuples(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table visit (id int primary key, n int);
        insert into visit select g, 0 from generate_series(1, 5000) as g;
        create table quiet (id int);
        insert into quiet select generate_series(1, 5000)
        --;
        vacuum analyze
        --;
        update visit set n = n + 1
        --;
        update visit set n = n + 1
        """,
    )
    [finding] = outcome_of(target, "dead_tuples").findings
    assert finding.object == "public.visit" and finding.evidence["threshold_rows_count"] == 1050
    execute(target, finding.fix.sql + "\nselect pg_stat_force_next_flush();")  # type: ignore[union-attr]
    assert objects_of(target, "dead_tuples") == []


def test_autovacuum_disabled(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        "create table off (id int) with (autovacuum_enabled = 'No'); create table tuned (id int) with "
        "(autovacuum_vacuum_scale_factor = 0.01)",
    )
    # The test's server itself runs without autovacuum, which is the gravest of it.
    gravest, table = outcome_of(target, "autovacuum_disabled").findings
    assert (gravest.object, gravest.severity) == ("server", Severity.HIGH)
    assert table.object == "public.off" and table.fix is not None
    execute(target, table.fix.sql)
    assert objects_of(target, "autovacuum_disabled") == ["server"]
    execute(target, table.fix.undo)
    assert objects_of(target, "autovacuum_disabled") == ["public.off", "server"]


def test_never_analyzed(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        "create table t (id int); insert into t select generate_series(1, 2000);"
        "create table seen (id int); insert into seen select generate_series(1, 2000)\n--;\nanalyze seen",
    )
    [finding] = outcome_of(target, "never_analyzed").findings
    assert finding.object == "public.t"
    execute(target, finding.fix.sql)  # type: ignore[union-attr]
    assert objects_of(target, "never_analyzed") == []


def test_vacuum_held_back_by_a_prepared_transaction(server: Server, make_database: MakeDatabase) -> None:
    patient = {"vacuum_held_back": {"min_seconds": 0.0}}
    target = make_database(server, "create table t (id int)", thresholds=patient)
    with connect(target) as connection:
        connection.execute("begin; insert into t values (1); prepare transaction 'it''s left'")
    [finding] = outcome_of(target, "vacuum_held_back").findings
    assert finding.evidence["kind"] == "prepared transaction" and "it's left" in finding.title
    execute(target, finding.fix.sql)  # type: ignore[union-attr]
    assert objects_of(target, "vacuum_held_back") == []


def test_vacuum_held_back_by_an_open_snapshot(server: Server, make_database: MakeDatabase) -> None:
    patient = {"vacuum_held_back": {"min_seconds": 0.0}}
    target = make_database(server, "create table t (id int)", thresholds=patient)
    with psycopg.connect(connection_string(target)) as connection:
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("select count(*) from t")
        [finding] = outcome_of(target, "vacuum_held_back").findings
    assert finding.evidence["kind"] == "session" and finding.evidence["state"] == "idle in transaction"
    bare = outcome_of(as_bare_role(target), "vacuum_held_back")
    assert "pg_monitor" in bare.not_examined[0].reason


def test_wraparound(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, "create table t (id int)")
    assert objects_of(target, "wraparound") == []
    snapshot = take(target, rows=False)
    old = snapshot["tables"].assign(frozen_xid_age_count=1_200_000_000)
    snapshot.add("tables", old.astype(snapshot["tables"].dtypes.to_dict()), source="test")
    [finding] = judge(snapshot, ("wraparound",)).findings()
    assert finding.severity is Severity.CRITICAL
    assert finding.fix is not None and finding.fix.sql == 'VACUUM (FREEZE) "public"."t";'


KEYS = """
create table visit (id serial primary key);
select setval('visit_id_seq', 2000000000);
create table roomy (id bigserial primary key);
select setval('roomy_id_seq', 2000000000);
create table narrow (id bigserial primary key);
select setval('narrow_id_seq', 30000);
create table child (narrow_id smallint references narrow);
create sequence "Odd ""seq";
create table fed (id int default nextval('"Odd ""seq"'));
select setval('"Odd ""seq"', 1500000000);
create sequence round maxvalue 10 cycle;
select setval('round', 9)
"""


def test_key_exhaustion(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, KEYS)
    found = {f.object: f for f in outcome_of(target, "key_exhaustion").findings}
    # A bigint key is as narrow as the smallint column that refers to it.
    assert set(found) == {"public.visit.id", "public.narrow.id", "public.fed.id"}
    assert found["public.narrow.id"].evidence["limit"] == "public.child.narrow_id"
    assert found["public.visit.id"].severity is Severity.CRITICAL
    assert found["public.fed.id"].severity is Severity.HIGH
    bare = outcome_of(as_bare_role(target), "key_exhaustion")
    assert len(bare.not_examined) == 5 and not bare.findings


def test_low_hot_share(pg18: Server, make_database: MakeDatabase) -> None:
    busy = {"low_hot_share": {"min_updates": 1000, "min_bytes": 0}}
    target = make_database(
        pg18,
        "create table t (id int primary key, n int, note text);"
        "insert into t select g, 0, repeat('x', 200) from generate_series(1, 4000) as g\n--;\n"
        "vacuum analyze t\n--;\nupdate t set n = n + 1 where id % 2 = 0",
        thresholds=busy,
    )
    [finding] = mends(target, "low_hot_share")
    assert finding.object == "public.t" and finding.evidence["moved_ratio"] > 0.9


def test_low_hot_share_needs_the_counter_of_16(pg15: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg15,
        "create table t (id int); insert into t select generate_series(1, 2000); update t set id = id",
        thresholds={"low_hot_share": {"min_updates": 1000, "min_bytes": 0}},
    )
    assert "from 16 on" in outcome_of(target, "low_hot_share").not_examined[0].reason


def test_keys_are_counted_from_the_start(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create sequence down increment -1 minvalue -100 maxvalue -1 start -1; select setval('down', -95);
        create sequence shifted minvalue 1000 maxvalue 2000 start 1000; select setval('shifted', 1010);
        create sequence below minvalue -2147483648 start -2147483648;
        create table wide (id int primary key default nextval('below')); alter sequence below owned by wide.id;
        select setval('below', 2000000000);
        create sequence fresh
        """,
    )
    found = {f.object: f.evidence["used_ratio"] for f in outcome_of(target, "key_exhaustion").findings}
    assert found == {"public.down": 0.9495, "public.wide.id": pytest.approx(0.9657, abs=1e-3)}


def test_autovacuum_off_for_toast_alone(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, "create table t (v text) with (toast.autovacuum_enabled = off)")
    [toast] = [f for f in outcome_of(target, "autovacuum_disabled").findings if f.object != "server"]
    assert toast.object == "public.t" and toast.severity is Severity.LOW and toast.fix is not None
    execute(target, toast.fix.sql)
    assert objects_of(target, "autovacuum_disabled") == ["server"]
