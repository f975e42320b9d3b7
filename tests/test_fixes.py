"""Fixes: order and conflicts of a plan, the texts that are handed over, and the trial on a copy."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from click.testing import CliRunner

from tests.conftest import MakeDatabase, connect
from tests.scenarios import execute
from workbench import fixes, review
from workbench.commands.fix import fix as command
from workbench.findings import Finding, Fix, Severity
from workbench.fixes import clone, trial
from workbench.server import Server

SCHEMA = """
create table users (id uuid primary key, name text);
create table "Odd ""table" (
    id int primary key, user_id uuid references users, created_by uuid, unit_price float8 not null, doc json,
    "at" timestamp default now()
);
create index one on "Odd ""table" (created_by);
create index two on "Odd ""table" (created_by);
create function "Fn"(a int) returns int language sql security definer as 'select 1';
grant select, insert on users to public;
create view v as select id, user_id from "Odd ""table";
create policy p on users using (true);
insert into users select gen_random_uuid(), 'n' from generate_series(1, 2000);
analyze
"""


def finding(
    check: str, object: str, sql: str, undo: str = "", severity: Severity = Severity.LOW, **evidence: str
) -> Finding:
    return Finding(object, "t", "d", severity, evidence, Fix(sql, undo, "none"), check=check)


def test_statements_end_where_sql_says() -> None:
    text = "select ';' as \";\"; -- a; b\n/* ; */ do $x$ begin; end $x$;\n-- only words;\n"
    assert fixes.split_sql(text) == ["select ';' as \";\"", "-- a; b\n/* ; */ do $x$ begin; end $x$"]


def test_a_plan_is_ordered_and_free_of_conflicts() -> None:
    steps = fixes.plan(
        [
            finding("duplicate_index", "s.t.a", 'DROP INDEX CONCURRENTLY "s"."a";', kept="b"),
            finding("redundant_index", "s.t.b", 'DROP INDEX CONCURRENTLY "s"."b";', covered_by="c"),
            finding("duplicate_index", "s.t.d", 'DROP INDEX CONCURRENTLY "s"."d";', kept="e"),
            finding("unused_index", "s.t.e", 'DROP INDEX CONCURRENTLY "s"."e";'),
            finding("foreign_key_without_index", "s.t.k", 'CREATE INDEX CONCURRENTLY "i" ON "s"."t" ("x");'),
            finding("missing_index", "s.t.x", 'CREATE INDEX CONCURRENTLY "j" ON "s"."t" ("x", "y");'),
            finding("public_grant", "s.t", 'REVOKE SELECT ON "s"."t" FROM PUBLIC;'),
            finding("exposed", "s.t.c", 'REVOKE SELECT ON "s"."t" FROM PUBLIC;', severity=Severity.HIGH),
            finding("one", "s.t.f", 'ALTER TABLE "s"."t" DROP CONSTRAINT "f";', severity=Severity.HIGH),
            finding(
                "two", "s.t.f", 'ALTER TABLE "s"."t" DROP CONSTRAINT "f", ADD CONSTRAINT "f" CHECK (true);'
            ),
            finding(
                "keys",
                "s.t.n",
                'ALTER TABLE "s"."t" ADD CONSTRAINT "g" FOREIGN KEY ("n") REFERENCES u ON DELETE SET NULL;',
            ),
            finding(
                "nulls", "s.t.n", 'ALTER TABLE "s"."t" ALTER COLUMN "n" SET NOT NULL;', severity=Severity.INFO
            ),
            finding("types", "s.t.z", 'ALTER TABLE "s"."t" ALTER COLUMN "z" TYPE jsonb;'),
            Finding("s.t", "t", "d", Severity.LOW, check="without_fix"),
        ]
    )
    active = [step.findings[0].check for step in steps if not step.conflict]
    assert active == [
        *("exposed", "types", "missing_index", "one", "keys"),
        *("duplicate_index", "redundant_index", "unused_index"),
    ]
    assert {step.findings[0].check: step.conflict.split(":")[0] for step in steps if step.conflict} == {
        "duplicate_index": "it relies on the index e, which another step drops",
        "two": "another step changes the same object",
        "nulls": "another step changes the same object",
    }
    (shared,) = [step for step in steps if step.findings[0].check == "missing_index"]
    assert [one.check for one in shared.findings] == ["missing_index", "foreign_key_without_index"]


def test_no_name_leaves_its_comment_or_string() -> None:
    hostile = finding(
        "c", "s.x\n; DROP TABLE y; --", 'DROP INDEX "a""\nb`${1}";', 'CREATE INDEX "a" ON t (x);'
    )
    text = fixes.script(fixes.plan([hostile]))
    assert [s.splitlines()[-1] for s in fixes.split_sql(text)] == ["SET lock_timeout = '5s'", 'b`${1}"']
    migration = fixes.sequelize_migration(fixes.plan([hostile]))
    assert json.dumps('DROP INDEX "a""\nb`${1}"') in migration
    if shutil.which("node"):
        run = subprocess.run(
            ["node", "--check", "-"], input=migration, text=True, capture_output=True, check=False
        )
        assert run.returncode == 0, run.stderr


def test_fixes_are_tried_on_a_copy(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SCHEMA)
    found = review.judge(review.take(target, rows=False))
    chosen = [f for f in found.findings() if f.fix and f.object.startswith(("public.", "public"))]
    wrong = finding("public_grant", "public.users", "ALTER TABLE no_such_table ADD COLUMN x int;")
    lasting = finding("mixed_naming_style", "public.v", "DROP VIEW v;", "CREATE VIEW v AS SELECT 1 AS one;")
    steps = fixes.plan([*chosen, wrong, lasting])
    done = trial.verify(target, found.snapshot, steps)
    status = {t.step.findings[0].check: (t.status, t.reason) for t in done.tried}
    expected = {
        "money_as_float", "json_not_jsonb", "timestamp_without_time_zone", "audit_column_without_key",
        "security_definer_search_path", "policy_without_row_security", "duplicate_index",
    }  # fmt: skip
    assert expected <= {check for check, (told, _) in status.items() if told == trial.VERIFIED}
    broken = [t for t in done.tried if t.step.findings[0] is wrong]
    assert "no_such_table" in broken[0].reason
    assert not done.undo_restores
    (altered,) = [t for t in done.tried if t.step.findings[0] is lasting]
    assert "does not restore" in altered.reason
    good = trial.verify(target, found.snapshot, fixes.plan(chosen))
    assert good.undo_restores
    assert good.counts()[trial.FAILED] == 0
    with connect(target) as connection:
        row = connection.execute(
            "select count(*) from pg_index where indexrelid = 'two'::regclass"
        ).fetchone()
    assert row == (1,)


def test_the_script_mends_the_target_when_people_run_it(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg18, SCHEMA)
    before = review.judge(review.take(target, rows=False))
    steps = fixes.plan([f for f in before.findings("schema", "indexes") if f.severity >= Severity.LOW])
    execute(target, ";\n".join(fixes.split_sql(fixes.script(steps))) + ";\n")
    after = review.judge(review.take(target, rows=False))
    assert not {f.fingerprint for s in steps for f in s.findings if not s.conflict} & {
        f.fingerprint for f in after.findings()
    }


def test_a_snapshot_has_nothing_to_copy(pg18: Server, make_database: MakeDatabase, tmp_path: Path) -> None:
    snapshot = review.take(make_database(pg18, SCHEMA), rows=False)
    snapshot.save(tmp_path / "kept")
    result = CliRunner().invoke(command, [str(tmp_path / "kept"), "--verify"], standalone_mode=False)
    assert "name the live target" in str(result.exception)
    plain = CliRunner().invoke(
        command, [str(tmp_path / "kept"), "--check", "schema", "--format", "json"], standalone_mode=False
    )
    document = json.loads(plain.stdout)
    assert document["verified"] is False
    assert "money_as_float" in {check for step in document["steps"] for check in step["checks"]}


def test_the_password_is_in_no_argument() -> None:
    address, environment = clone.without_password(
        {"host": "h", "user": "u", "password": "hush", "dbname": "d"}
    )
    assert "hush" not in address
    assert environment["PGPASSWORD"] == "hush"
