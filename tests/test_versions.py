"""Servers of every version: one review of a compact schema with every check, held against the same on 18.

What differs must be what the versions differ in. Fixes are run on the server that they are proposed for: the
trial on a copy always runs on the embedded version.
"""

from __future__ import annotations

import uuid
from itertools import chain
from pathlib import Path

import pytest

from tests.conftest import MakeDatabase, as_bare_role, as_monitor, connect
from tests.scenarios import mends
from workbench import catalog, checks, fixes, review
from workbench.findings import Outcome, Severity, Status
from workbench.fixes import clone
from workbench.fixes.clone import CloneError
from workbench.review import Review
from workbench.server import Server
from workbench.targets import Target

# Most other tests run on 15 and 18.
VERSIONS = ("14", "16", "17")
SCHEMA = """
create extension pg_stat_statements;
create extension pgstattuple;
create extension pageinspect;
create table district (id int primary key, name text not null);
create table student (
    id int generated always as identity primary key, district_id int not null references district,
    name text, born date, "fullName" text generated always as (lower(name)) stored, notes json,
    seen_at timestamp, nick varchar(20), deleted_at timestamptz, unique (district_id, id)
);
create table visit (
    id bigserial primary key, district_id int not null, student_id int, nurse_id int, cost real not null,
    constraint of_student foreign key (district_id, student_id) references student (district_id, id)
        on delete set null,
    constraint old foreign key (student_id) references student on delete cascade not valid
);
create index visit_cost on visit (cost);
create index visit_cost_again on visit (cost);
create index visit_cost_wide on visit (cost, id);
create index visit_student on visit (student_id) where student_id is not null;
create table measured (taken_on date not null, value numeric) partition by range (taken_on);
create table measured_2024 partition of measured for values from ('2024-01-01') to ('2025-01-01');
create table measured_2025 partition of measured for values from ('2025-01-01') to ('2026-01-01');
create table document (id uuid default gen_random_uuid() primary key, data jsonb, words tsvector);
create index document_data on document using gin (data);
create table booking (id int, during tsrange, exclude using gist (during with &&));
create table heap (a int, b text);
create type mood as enum ('good', 'bad');
create sequence lonely as smallint maxvalue 100;
create function trusted(a int) returns int language sql security definer as 'select a + 1';
create function stamp() returns trigger language plpgsql as 'begin return new; end';
create trigger stamped before update on student for each row execute function stamp();
alter table student enable row level security;
create policy own on student using (district_id = 1);
create view known as select id, name from student;
create materialized view costs as select student_id, count(*) from visit group by 1;
grant select, insert on visit to public;
grant select on known to pg_read_all_stats;
insert into district select g, 'd' || g from generate_series(1, 5) as g;
insert into student (district_id, name, born)
    select g % 5 + 1, 'n' || g % 100, '2010-01-01' from generate_series(1, 4000) as g;
insert into visit (district_id, student_id, nurse_id, cost)
    select s.district_id, s.id, s.id, 1 from student as s cross join generate_series(1, 3);
insert into measured select date '2024-01-01' + g % 700, g from generate_series(1, 3000) as g;
insert into document (data) select jsonb_build_object('a', g) from generate_series(1, 300) as g;
--;
vacuum (analyze)
--;
delete from visit where id % 3 > 0
--;
select setval('lonely', 95)
"""
OF_ROLES = {"role_without_expiry", "superuser_role", "role_bypasses_row_security"}
# What a version lacks, and what is right to say of it alone: before 15 everybody may create in public.
LACKING = {"14": {"io"}, "16": set(), "17": set()}
OWN = {"14": {("public_grant", "public", "medium")}, "16": set(), "17": set()}


def taken(target: Target) -> Review:
    return review.judge(review.take(target))


def missing(found: Review) -> dict[str, str]:
    """Return the missing frames but those of files that the target does not name, and the reasons."""
    reasons: dict[str, str] = found.snapshot.manifest["missing"]
    return {name: reason for name, reason in reasons.items() if "targets.toml" not in reason}


def comparable(found: Review) -> list[Outcome]:
    """Return the outcomes that depend neither on the statements that ran nor on the roles of other tests."""
    return [
        o
        for o in found.outcomes
        if o.subject != "workload"
        and "statements" not in checks.frames_of(o.check)
        and o.check not in OF_ROLES
    ]


def told(found: Review) -> set[tuple[str, str, str]]:
    return {(o.check, f.object, f.severity.value) for o in comparable(found) for f in o.findings}


def examined(found: Review) -> dict[str, int]:
    return {o.check: o.examined for o in comparable(found)}


def assert_whole(found: Review) -> None:
    assert [(o.check, o.not_examined) for o in found.outcomes if o.status is Status.ERROR] == []
    assert found.snapshot.manifest["failed"] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_review_says_the_same_on_every_version(
    version: str, request: pytest.FixtureRequest, make_database: MakeDatabase, pg18: Server
) -> None:
    server: Server = request.getfixturevalue(f"pg{version}")
    found = taken(make_database(server, SCHEMA))
    assert_whole(found)
    assert missing(found) == dict.fromkeys(LACKING[version], f"PostgreSQL {version} does not have it")
    newest = taken(make_database(pg18, SCHEMA))
    assert told(found) ^ told(newest) == OWN[version]
    assert examined(found) == examined(newest)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_role_with_few_rights_misses_what_needs_them(
    version: str, request: pytest.FixtureRequest, make_database: MakeDatabase
) -> None:
    target = make_database(request.getfixturevalue(f"pg{version}"), SCHEMA)
    refused = {as_monitor: {"hba_rules"}}
    if version == "14":
        refused[as_bare_role] = {"hba_rules", "page_bloat"}
    for seen_by, frames in refused.items():
        found = taken(seen_by(target))
        assert_whole(found)
        gone = missing(found)
        assert gone.keys() == LACKING[version] | frames
        assert all("superuser" in gone[name] or "pg_monitor" in gone[name] for name in frames)


@pytest.mark.parametrize("version", VERSIONS)
def test_fixes_run_on_the_version_that_they_are_for(
    version: str, request: pytest.FixtureRequest, make_database: MakeDatabase
) -> None:
    target = make_database(request.getfixturevalue(f"pg{version}"), SCHEMA)
    steps = [step for step in fixes.plan(taken(target).findings()) if not step.conflict]
    sql = "\n".join(step.fix.sql for step in steps)
    # Only some columns can be set to NULL from 15 on, and a view reads with its caller's rights.
    newer = ("SET NULL (", "security_invoker")
    assert [word in sql for word in newer] == [version != "14"] * len(newer)
    with connect(target) as connection:
        for statement in chain.from_iterable(step.statements for step in steps):
            connection.execute(statement.encode())
        for statement in chain.from_iterable(step.undo_statements for step in reversed(steps)):
            connection.execute(statement.encode())


def test_a_copy_runs_on_the_programs_that_are_named(
    pg18: Server, pg15: Server, pg14: Server, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_SCRATCH_BIN", str(Path(pg15.program("pg_dump")).parent))
    target = make_database(pg14, "create table t (id int)")
    copy = clone.make(target, catalog.capture(target, only=["roles", "database"]))
    try:
        assert catalog.capture(copy.target, only=["database"]).server_version.startswith("15.")
    finally:
        copy.remove()
    newer = make_database(pg18)
    with pytest.raises(CloneError, match=r"PostgreSQL 18.*WORKBENCH_SCRATCH_BIN"):
        clone.make(newer, catalog.capture(newer, only=["roles", "database"]))
    monkeypatch.setenv("WORKBENCH_SCRATCH_BIN", str(pg15.folder))
    with pytest.raises(CloneError, match="does not hold initdb"):
        clone.make(target, catalog.capture(target, only=["roles", "database"]))


def test_nothing_of_an_older_server_is_lost_in_a_copy(pg15: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg15, "create table t (id int); alter table t alter id set (n_distinct = 5)")
    copy = clone.make(target, catalog.capture(target, only=["roles", "database"]))
    try:
        assert copy.losses == []
        assert b"SET (n_distinct=5)" in copy.dump()
    finally:
        copy.remove()


def test_a_membership_that_gives_no_right_is_none(pg16: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg16)
    a, b, c, d = (f"r_{uuid.uuid4().hex[:10]}" for _ in range(4))
    with connect(target) as connection:
        connection.execute(f"create role {a} createrole; create role {d}".encode())
        # Whoever creates a role becomes a member with ADMIN alone; a second grantor makes a second membership.
        connection.execute(f"set role {a}; create role {b}; create role {c}".encode())
        connection.execute(f"grant {b} to {a} with inherit false, set true; grant {c} to {d}".encode())
        connection.execute(f"reset role; grant {c} to {d}".encode())
        try:
            roles = catalog.capture(target, only=["roles", "database"])["roles"].set_index("role_name")
        finally:
            connection.execute(f"drop role {b}, {c}; drop role {d}; drop role {a}".encode())
    assert roles.loc[[a, d], "member_of"].tolist() == [(b,), (c,)]


def test_the_right_to_maintain_is_no_right_to_read(pg17: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg17, "create table t (id int); grant maintain on t to public")
    (finding,) = mends(target, "public_grant")
    assert (finding.severity, finding.title) == (Severity.MEDIUM, "Every role may lock and rewrite the table")
