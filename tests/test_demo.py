"""The demo databases: what is in them, that they are always the same, and that several users can share them."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from tests.conftest import connect
from workbench import demo
from workbench.commands.demo import demo as command
from workbench.resources import resource
from workbench.server import Server
from workbench.targets import Target, TargetError, parse_url

# Checks of files name files and objects that the database does not have.
OF_FILES = (
    "declared_",
    "drift_",
    "registration_",
    "migration_",
    "finder_",
    "interpolated_",
    "mixed_isolation_",
)
# Objects of expected.csv: relations, and what belongs to a relation, by their dotted path.
OBJECTS = """
select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
union all select c.relname || '.TOAST' from pg_class c where c.relnamespace = 'public'::regnamespace
union all select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
union all select t.relname || '.' || c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
  join pg_class t on t.oid = i.indrelid where t.relnamespace = 'public'::regnamespace
union all select t.relname || '.' || k.conname from pg_constraint k join pg_class t on t.oid = k.conrelid
  where k.connamespace = 'public'::regnamespace
union all select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace
"""


def planted(name: str) -> list[dict[str, str]]:
    with (resource("data") / name / "expected.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@contextmanager
def untraced(target: Target) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Open a connection whose reads do not count: other tests judge how the demo's indexes are used."""
    with connect(target) as connection:
        connection.execute("set track_counts = off")
        yield connection


def counts(target: Target) -> dict[str, int]:
    with untraced(target) as connection:
        tables = [
            str(name)
            for (name,) in connection.execute(
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
            )
        ]
        return {
            name: int(str(connection.execute(f'select count(*) from "{name}"'.encode()).fetchone()[0]))  # type: ignore[index]
            for name in tables
        }


def test_white_cross_has_the_models_and_rows_of_a_hospital(white_cross: Target) -> None:
    rows = counts(white_cross)
    assert len(rows) == 93
    assert 400_000 <= sum(rows.values()) <= 700_000
    assert rows["students"] == 12_000
    assert rows["audit_logs"] == 122_500
    assert not [name for name, count in rows.items() if count < 10]
    small = [name for name, count in rows.items() if count <= 10_000]
    assert len(small) > 60


def test_lithic_has_five_relations_with_tenants_crossed_and_orphans(lithic: Target) -> None:
    assert counts(lithic) == {"accounts": 50, "users": 600, "spending_profiles": 200, "cards": 4000}
    with connect(lithic) as connection:
        assert connection.execute("select count(*) from pg_constraint where contype = 'f'").fetchone() == (5,)
        crossed = connection.execute(
            "select count(*) filter (where u.account_id <> c.account_id),"
            " count(*) filter (where p.account_id <> c.account_id)"
            " from cards c left join users u on u.id = c.user_id"
            " left join spending_profiles p on p.id = c.spending_profile_id"
        ).fetchone()
        orphans = connection.execute(
            "select count(*) filter (where u.id is null),"
            " count(*) filter (where c.spending_profile_id is not null and p.id is null)"
            " from cards c left join users u on u.id = c.user_id"
            " left join spending_profiles p on p.id = c.spending_profile_id"
        ).fetchone()
    assert crossed == (10, 7)
    assert orphans == (5, 4)


@pytest.mark.parametrize("name", demo.DATABASES)
def test_every_planted_object_exists(name: str, request: pytest.FixtureRequest) -> None:
    target: Target = request.getfixturevalue(name)
    with connect(target) as connection:
        there = {f"public.{path}" for (path,) in connection.execute(OBJECTS.encode())} | set(demo.ROLES)
    of_database = [row for row in planted(name) if not row["check"].startswith(OF_FILES)]
    assert len(of_database) > 10
    assert [row for row in of_database if row["object"] not in there] == []


@pytest.mark.parametrize("name", demo.DATABASES)
def test_expected_lists_are_sorted_and_free_of_repetition(name: str) -> None:
    pairs = [(row["check"], row["object"]) for row in planted(name)]
    assert pairs == sorted(set(pairs))


def test_two_builds_give_the_same_rows(demo_server: Server, lithic: Target) -> None:
    def checksum(target: Target) -> str:
        digest = hashlib.sha256()
        with untraced(target) as connection:
            for table in ("accounts", "users", "spending_profiles", "cards"):
                for row in connection.execute(f"select t::text from {table} t order by id".encode()):
                    digest.update(str(row[0]).encode())
        return digest.hexdigest()

    before = checksum(lithic)
    with connect(Target("postgres", parse_url(demo_server.url()))) as connection:
        connection.execute("comment on database lithic is 'stale'")
    assert demo.ensure_built("lithic", parse_url(demo_server.url()))
    assert checksum(lithic) == before


def test_hospital_rows_are_those_of_every_build(white_cross: Target) -> None:
    # Sums over generated tables that no statement of the workload changes; a change here means that the rows have.
    with untraced(white_cross) as connection:
        students = connection.execute(
            'select md5(string_agg("id"::text || "studentNumber" || "lastName" || "dateOfBirth", \'\' order by "id"))'
            ' from "students"'
        ).fetchone()
        records = connection.execute(
            'select md5(string_agg("title" || "recordType" || coalesce("followUpDate"::date::text, \'-\'), \'\''
            ' order by "id")) from "health_records"'
        ).fetchone()
    assert (students, records) == (
        ("50c21cba84f3a6109ae6608a4ebbbce9",),
        ("5400a2b2aa48ce88fe740bba935b105c",),
    )


def test_statistics_are_of_a_workload_that_ran(white_cross: Target) -> None:
    with connect(white_cross) as connection:
        look_ups = connection.execute(
            "select max(calls) from pg_stat_statements where dbid = (select oid from pg_database where datname ="
            ' current_database()) and query like \'%FROM "users" WHERE "id" = $1%\''
        ).fetchone()
        dead = connection.execute(
            "select n_dead_tup from pg_stat_user_tables where relname = 'push_notifications'"
        ).fetchone()
        invalid = connection.execute(
            "select indexrelid::regclass::text from pg_index where not indisvalid"
        ).fetchall()
    assert look_ups is not None and int(str(look_ups[0])) >= 3000
    assert dead is not None and int(str(dead[0])) > 10_000
    assert invalid == [("idx_emergency_contacts_student_primary",)]


def test_roles_with_few_rights_can_log_in_and_read_no_rows(white_cross: Target) -> None:
    for role in demo.ROLES:
        with connect(Target(role, {**white_cross.conninfo, "user": role})) as connection:
            allowed = connection.execute("select has_table_privilege('students', 'select')").fetchone()
            monitors = connection.execute("select pg_has_role('pg_monitor', 'member')").fetchone()
        assert allowed == (False,)
        assert monitors == (role == "reviewer",)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of its own, open to the account that runs the server when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="wb-demo-") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setenv("WORKBENCH_CACHE", folder)
        monkeypatch.delenv("WORKBENCH_DEMO_URL", raising=False)
        yield Path(folder)


def test_two_commands_at_once_share_one_build(cache: Path) -> None:
    words = [sys.executable, "-m", "workbench", "demo", "url", "lithic"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [subprocess.Popen(words, text=True, **pipes) for _ in range(2)]
    try:
        outputs = [process.communicate(timeout=120) for process in processes]
        assert [process.returncode for process in processes] == [0, 0], outputs
        assert outputs[0][0] == outputs[1][0]
        assert sum("building" in err for _, err in outputs) == 1
        # Both commands have ended, and the server they were asked to keep is there.
        with connect(Target("lithic", parse_url(outputs[0][0].strip()))) as connection:
            assert connection.execute("select count(*) from cards").fetchone() == (4000,)
        status = json.loads(invoke("status", "--format", "json"))
        assert status["is_running"] is True
        assert [one["is_built"] for one in status["databases"]] == [False, True]
        invoke("stop")
        assert json.loads(invoke("status", "--format", "json"))["is_running"] is False
        assert (cache / "demo" / "data").exists()
    finally:
        invoke("reset")
    assert not (cache / "demo").exists()


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    return result.stdout


def test_another_server_can_hold_the_demo(pg15: Server, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DEMO_URL", pg15.url())
    with connect(demo.target("lithic")) as connection:
        assert connection.info.server_version // 10000 == 15
        assert connection.execute("select count(*) from cards").fetchone() == (4000,)
    assert not (cache / "demo").exists()
    assert json.loads(invoke("status", "--format", "json"))["folder"] is None
    for name in ("stop", "reset"):
        with pytest.raises(TargetError, match="a server of its own"):
            invoke(name)


def test_a_password_in_the_url_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DEMO_URL", "postgresql://me:s3cret@localhost/postgres")
    with pytest.raises(TargetError, match="PGPASSWORD") as caught:
        demo.target("lithic")
    assert "s3cret" not in str(caught.value)


def test_an_unknown_demo_is_refused(demo_server: Server) -> None:
    with pytest.raises(TargetError, match="there are white_cross, lithic"):
        demo.ensure_built("postgres", parse_url(demo_server.url()))
