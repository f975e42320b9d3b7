"""Checks of the schema: each with a bad table, a good one beside it, and its fix applied and taken back."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import MakeDatabase, connect
from tests.scenarios import mends, objects_of, outcome_of
from workbench.checks.schema_style import naming_style
from workbench.findings import Severity, Status
from workbench.server import Server

TYPES = """
create table bill (
    id int primary key, total_price float8 not null, unit_cost real, dosage_amount float8, price numeric(10,2),
    cost_score float8, payload json default '{}', good jsonb, at timestamp(3) default now(), seen timestamptz,
    local_at timestamp default (now() at time zone 'utc')
);
create view reader as select id, price from bill
"""
STATISTICS = """
create table visit (
    id int primary key, status text, kind varchar(10) check (kind in ('a', 'b')), city text, label_x text, x text,
    email text, code int, note text, deleted_at date
);
insert into visit
select i, (array['open', 'closed', 'void'])[i % 3 + 1], (array['a', 'b'])[i % 2 + 1],
    (array['Ulm', 'Bonn'])[i % 2 + 1], 'y', (array['p', 'q', 'r'])[i % 3 + 1], 'e' || i, i,
    case when i % 5 = 0 then null else 'n' || i end, now()
from generate_series(1, 3000) as i;
create table fresh (id int primary key, status text);
create table little (id int primary key, status text);
insert into little select i, 'a' from generate_series(1, 20) as i;
analyze visit, little
"""
KEYS = """
create table users (id uuid primary key, email text);
create table student (id int primary key, created_by uuid, updated_by uuid references users, verified_by text);
create table contact (
    id int primary key, student_id int not null references student, is_primary boolean, is_active boolean,
    deleted_at timestamptz
);
create table address (id int primary key, student_id int not null references student, is_default boolean);
create unique index on address (student_id) where is_default;
create table school (id int primary key, name text, "primary" boolean);
create table enrolment (id serial primary key, student_id int references student, school_id int references school,
    created_at timestamptz);
create table membership (id serial primary key, student_id int references student, school_id int references school,
    unique (school_id, student_id));
create table grading (id serial primary key, student_id int references student, school_id int references school,
    grade text);
create table seen (student_id int references student, school_id int references school, seen_at timestamptz);
create table club_members (id int primary key, student_id int not null references student, club_id int not null,
    role text, deleted_at timestamptz);
create table bus (id int primary key, student_id int not null references student, is_default boolean);
alter table student add primary_school_id int references school
"""


def test_types_that_do_not_fit(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, TYPES)
    money = mends(target, "money_as_float")
    assert {finding.object: finding.severity for finding in money} == {
        "public.bill.total_price": Severity.MEDIUM,
        "public.bill.unit_cost": Severity.MEDIUM,
    }
    assert [finding.object for finding in mends(target, "json_not_jsonb")] == ["public.bill.payload"]
    zoneless = mends(target, "timestamp_without_time_zone")
    assert {finding.object: finding.fix is not None for finding in zoneless} == {
        "public.bill.at": True,
        "public.bill.local_at": False,
    }


def test_sets_and_nulls_come_from_statistics(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, STATISTICS)
    sets = outcome_of(target, "enum_like_text")
    assert [finding.object for finding in sets.findings] == ["public.visit.status", "public.visit.x"]
    assert [one.object for one in sets.not_examined] == ["public.fresh"]
    assert "never analysed" in sets.not_examined[0].reason
    never_null = mends(target, "nullable_never_null")
    assert "public.visit.status" in {finding.object for finding in never_null}
    assert not {"public.visit.note", "public.visit.deleted_at", "public.visit.kind", "public.visit.id"} & {
        finding.object for finding in never_null
    }


def test_without_select_statistics_are_not_examined(server: Server, make_database: MakeDatabase) -> None:
    role = "create role schema_reader login in role pg_monitor"
    sql = STATISTICS + f"\n--;\ndo $$ begin {role}; exception when duplicate_object then null; end $$"
    outcome = outcome_of(make_database(server, sql, user="schema_reader"), "enum_like_text")
    assert outcome.status is Status.NOT_APPLICABLE
    assert any("role may SELECT" in one.reason for one in outcome.not_examined)


def test_keys_left_to_applications(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, KEYS)
    found = mends(target, "missing_unique")
    assert [finding.object for finding in found] == [
        "public.bus.is_default",
        "public.club_members",
        "public.contact.is_primary",
        "public.enrolment",
        "public.seen",
    ]
    assert found[2].fix is not None
    assert '"is_primary" AND "is_active" AND "deleted_at" IS NULL' in found[2].fix.sql
    unclear = outcome_of(target, "missing_unique").not_examined
    assert [one.object for one in unclear] == ["public.school.primary"]
    assert [f.object for f in mends(target, "audit_column_without_key")] == ["public.student.created_by"]


def test_what_looks_like_a_missing_key_and_is_none(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        KEYS
        + """; create extension if not exists btree_gist;
        create table phone (id int primary key, student_id int not null references student, is_primary boolean,
            exclude using gist (student_id with =) where (is_primary));
        create table team_members (id int primary key, student_id int not null references student,
            team_id int not null, joined_at timestamptz, left_at timestamptz);
        create table town (id int primary key); create table shire (id int primary key);
        alter table town add shire_id int not null references shire;
        create table lakes (id int primary key, town_id int not null references town, shire_id int not null
            references shire, created_at timestamptz);
        create table remarks (id int primary key, student_id int not null references student, town_id int
            references town);
        create table stays (id int primary key, student_id int not null references student, town_id int not null
            references town, stayed_at timestamptz);
        create table town_student (id int primary key, student_id int references student, town_id int
            references town);
        create table letters (id int primary key, student_id int not null references student, kind text not null,
            is_default boolean);
        create table roster (student_id int references student, school_id int references school, ended_at date);
        alter table student add superseded_by uuid, add sort_by uuid""",
    )
    found = objects_of(target, "missing_unique")
    things = {"public.lakes", "public.remarks", "public.stays"}
    assert not {"public.phone.is_primary", "public.team_members", "public.roster", *things} & set(found)
    assert "public.town_student" in found
    letters = next(f for f in outcome_of(target, "missing_unique").findings if "letters" in f.object)
    assert letters.severity is Severity.INFO and "one row per public.student and kind" in letters.detail
    assert letters.fix is not None and '("student_id", "kind") WHERE' in letters.fix.sql
    assert objects_of(target, "audit_column_without_key") == ["public.student.created_by"]


def test_totals_of_bills_are_money(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        "create table invoices (id int, total float8, tax real, tax_pct float8, total_hours float8);"
        "create table exams (id int, total float8)",
    )
    found = {f.object: f.severity for f in outcome_of(target, "money_as_float").findings}
    assert found == {"public.invoices.total": Severity.MEDIUM, "public.invoices.tax": Severity.MEDIUM}


def test_an_invalid_unique_index_enforces_nothing(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, KEYS + "; insert into student values (1); "
                           "insert into bus values (1, 1, true), (2, 1, true)")  # fmt: skip
    with connect(target) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("create unique index concurrently broken on bus (student_id) where is_default")
    assert "public.bus.is_default" in objects_of(target, "missing_unique")


def test_a_natural_key_needs_statistics(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, STATISTICS)
    assert objects_of(target, "missing_unique") == ["public.visit.email"]
    lower = make_database(server, STATISTICS + "\n--;\ncreate unique index on visit (lower(email))")
    assert objects_of(lower, "missing_unique") == []


@pytest.mark.parametrize(
    ("name", "style"),
    [("users", None), ("user_id", "snake_case"), ("userId", "camelCase"), ("UserId", "PascalCase"),
     ("USER_ID", "UPPER_CASE"), ("User_id", "other"), ("straße", None), ("a b", "other")],
)  # fmt: skip
def test_naming_style(name: str, style: str | None) -> None:
    assert naming_style(name) == style


def test_style_comments_and_width(server: Server, make_database: MakeDatabase) -> None:
    camel = ", ".join(f'"aB{i}" int' for i in range(5))
    wide = ", ".join(f"column_{i} int" for i in range(51))
    target = make_database(
        server,
        f"create table order_line ({camel}); create table order_head ({wide}); create table one (x int); "
        "comment on table one is 'x'; comment on table order_head is 'y'; create schema tidy; "
        "create table tidy.order_line (order_id int, line_no int); create table tidy.b_c (b_c int)",
    )
    assert objects_of(target, "mixed_naming_style") == ["public"]
    assert objects_of(target, "table_without_comment") == ["public.order_line", "tidy"]
    assert objects_of(target, "wide_table") == ["public.order_head"]
    narrow = outcome_of(
        make_database(server, "create table tidy (order_id int, line_no int, b_c int)"), "mixed_naming_style"
    )
    assert (narrow.status, narrow.examined) == (Status.PASSED, 4)


def test_a_table_in_two_styles_within_a_schema_in_one(server: Server, make_database: MakeDatabase) -> None:
    many = ", ".join(f'"someName{i}" int' for i in range(250))
    target = make_database(
        server,
        f"create table plain ({many}, created_at int, updated_at int); "
        'create table mixed ("retryCount" int, "lastError" int, "doneBy" int, is_on int, last_run int, a_b int)',
    )
    assert objects_of(target, "mixed_naming_style") == ["public.mixed"]
