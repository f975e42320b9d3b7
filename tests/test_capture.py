"""Capture against real servers: contracts, round trip, rights, hostile names, locks and a server that dies."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from tests.conftest import MakeDatabase, as_bare_role, connect
from tests.hostile import NAMES, hostile_sql
from workbench import catalog, checks, review
from workbench.findings import Status
from workbench.server import Server
from workbench.targets import Target, parse_url

SCHEMA = """
create table parent (id int primary key, name text not null);
create table child (id bigserial primary key, parent_id int references parent on delete cascade, tags text[]);
create index on child (parent_id) where parent_id is not null;
analyze
"""


@pytest.mark.parametrize("version", ["18", "17", "16", "15", "14"])
def test_every_query_keeps_its_contract(
    request: pytest.FixtureRequest, make_database: MakeDatabase, version: str
) -> None:
    server: Server = request.getfixturevalue(f"pg{version}")
    snapshot = catalog.capture(make_database(server, SCHEMA))
    assert snapshot.manifest["failed"] == []
    key = snapshot["foreign_keys"].iloc[0]
    assert (key["on_delete"], key["column_names"], key["referenced_columns"]) == (
        "CASCADE",
        ("parent_id",),
        ("id",),
    )


def test_a_saved_snapshot_comes_back_the_same(
    server: Server, make_database: MakeDatabase, tmp_path: Path
) -> None:
    target = make_database(
        server, SCHEMA, schemas=("public",), thresholds={"unused_index": {"min_days": 1.0}}
    )
    snapshot = catalog.capture(target)
    again = catalog.Snapshot.load(snapshot.save(tmp_path / "snapshot"))
    assert again.names() == snapshot.names()
    assert (again.options, again.manifest["captured_at"]) == (
        target.options,
        snapshot.manifest["captured_at"],
    )
    for name in snapshot.names():
        pd.testing.assert_frame_equal(snapshot[name], again[name])


def test_an_empty_database_is_reviewed(server: Server, make_database: MakeDatabase) -> None:
    judged = review.judge(review.take(make_database(server)))
    assert not [o for o in judged.outcomes if o.status is Status.ERROR]
    assert not judged.snapshot.is_partial


def test_hostile_names_survive_every_check(
    server: Server, make_database: MakeDatabase, tmp_path: Path
) -> None:
    judged = review.judge(review.take(make_database(server, hostile_sql())))
    assert [(o.check, o.not_examined) for o in judged.outcomes if o.status is Status.ERROR] == []
    assert judged.snapshot.manifest["failed"] == []
    assert set(NAMES) <= set(judged["tables"]["table_name"])
    # Each name has a pair of identical indexes, and every fix must be right SQL for it.
    assert len(judged.outcome("duplicate_index").findings) == len(NAMES)
    judged.save(tmp_path)
    assert catalog.Snapshot.load(tmp_path).names() == judged.snapshot.names()


def test_fixes_of_hostile_names_are_right_sql(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, hostile_sql())
    wanted = ("duplicate_index", "foreign_key_without_index")
    findings = [f for o in checks.run_checks(catalog.capture(target), wanted) for f in o.findings]
    with connect(target) as connection:
        for finding in findings:
            assert finding.fix
            connection.execute(finding.fix.sql.encode())
            connection.execute(finding.fix.undo.encode())
    assert len(findings) == 2 * len(NAMES)


def test_a_role_without_rights_gets_a_review_that_says_what_it_lacks(
    server: Server, make_database: MakeDatabase
) -> None:
    target = make_database(server, SCHEMA)
    judged = review.judge(review.take(as_bare_role(target)))
    assert [(o.check, o.not_examined) for o in judged.outcomes if o.status is Status.ERROR] == []
    assert not judged["tables"]["can_select"].any()
    assert judged["column_statistics"].empty
    unexamined = [one for outcome in judged.outcomes for one in outcome.not_examined]
    assert any("SELECT" in one.reason or "pg_read_all_data" in one.reason for one in unexamined)


def test_a_locked_table_costs_its_sizes_only(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SCHEMA, lock_timeout=1.0)
    with connect(target) as holder:
        holder.execute("begin")
        holder.execute("lock table child in access exclusive mode")
        snapshot = catalog.capture(target, only=["database", "tables"])
        holder.execute("rollback")
    sizes = snapshot["tables"].set_index("table_name")["total_bytes"]
    assert pd.isna(sizes["child"]) and sizes["parent"] > 0
    assert not snapshot.is_partial


def test_a_frame_that_fails_costs_itself_only(
    server: Server, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_database(server, SCHEMA)
    broken = catalog.parse_query(
        "tables", "-- title: t\n-- about: a\n-- rights: none\n-- columns:\n--   x int8 y\nselect 1/0"
    )
    known = dict(catalog.queries())
    monkeypatch.setattr(catalog, "queries", lambda: {**known, "tables": (broken,)})
    snapshot = catalog.capture(target)
    assert snapshot.manifest["failed"] == ["tables"]
    assert "division by zero" in snapshot.manifest["missing"]["tables"]
    assert "indexes" in snapshot
    statuses = {
        o.check: o for o in checks.run_checks(snapshot, ("duplicate_index", "table_without_primary_key"))
    }
    assert statuses["duplicate_index"].status is Status.PASSED
    assert statuses["table_without_primary_key"].status is Status.ERROR
    assert "division by zero" in statuses["table_without_primary_key"].not_examined[0].reason


def test_a_server_that_dies_leaves_what_was_captured(
    server_folder: Path, make_database: MakeDatabase
) -> None:
    server = Server(server_folder / "server")
    with server:
        target = Target("dying", parse_url(server.url()))
        with connect(target) as connection:
            connection.execute(SCHEMA.encode())
        seen: list[str] = []

        def stop_after_some(name: str, number: int, total: int) -> None:
            seen.append(name)
            if number == 6:
                command = [server.program("pg_ctl"), "-D", str(server.data), "-m", "immediate", "stop"]
                server._call("pg_ctl", *command[1:])

        snapshot = catalog.capture(target, progress=stop_after_some)
        server.start()
    assert set(seen[:5]) == set(snapshot.names())
    assert snapshot.is_partial
    assert "the connection was lost" in snapshot.manifest["missing"].values()
    assert checks.run_checks(snapshot)


def test_the_transaction_cannot_write(server: Server, make_database: MakeDatabase) -> None:
    with (
        catalog.session(make_database(server, SCHEMA)) as connection,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        connection.execute("create table public.evil (id int)")


def test_two_processes_share_one_server(server_folder: Path) -> None:
    script = (
        "import sys, psycopg; from pathlib import Path; from workbench.server import Server\n"
        "with Server(Path(sys.argv[1])) as s:\n"
        "    print(psycopg.connect(s.url()).execute('select pg_backend_pid() > 0').fetchone()[0])"
    )
    import sys

    folder = server_folder / "server"
    command = [sys.executable, "-c", script, str(folder)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0].strip() for process in started] == ["True"] * 3
    assert not Server(folder).running()


def test_schemas_and_ignore_patterns_limit_the_review(server: Server, make_database: MakeDatabase) -> None:
    sql = """
    create schema a; create table a.x (i int); create table a.tmp_1 (i int);
    create schema b; create table b.x (i int);
    """
    snapshot = catalog.capture(make_database(server, sql, schemas=("a",), ignore=("a.tmp_*",)))
    assert list(snapshot["tables"]["table_name"]) == ["x"]
    assert set(snapshot["columns"]["schema_name"]) == {"a"}


def test_partitions_are_known_with_their_root(server: Server, make_database: MakeDatabase) -> None:
    sql = """
    create table root (id int, k int) partition by list (k);
    create table mid partition of root for values in (1) partition by list (id);
    create table leaf partition of mid for values in (1);
    create table base (id int); create table heir () inherits (base);
    """
    tables = catalog.capture(make_database(server, sql))["tables"].set_index("table_name")
    assert (tables["root_oid"] == tables.loc["root", "table_oid"]).sum() == 3
    assert tables["is_partition"].to_dict() == {
        "base": False, "heir": False, "leaf": True, "mid": True, "root": False,
    }  # fmt: skip
    assert (tables.loc["heir", "inherits_count"], tables.loc["base", "heirs_count"]) == (1, 1)


def test_reading_rows_leaves_no_trace_in_the_counters(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SCHEMA)
    question = "select pg_stat_get_numscans('parent'::regclass)"
    with connect(target) as connection:
        before = connection.execute(question).fetchone()
    with catalog.session(target) as connection:
        connection.execute("select count(*) from public.parent")
    with connect(target) as connection:
        assert connection.execute(question).fetchone() == before
