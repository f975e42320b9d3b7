"""Rules on values: candidates that rows obey, rules that some break, and what only looks like a rule."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import MakeDatabase
from tests.scenarios import execute, mends, objects_of, outcome_of
from workbench.findings import Severity, Status
from workbench.probes.rules import bounds
from workbench.server import Server

RULES = """
create table course (
    id int primary key, start_date date, end_date date, quantity int, weight_change int, "ageGroup" text,
    price numeric constraint course_price_check check (price <= 1000000), "startedAt" timestamptz,
    "endedAt" timestamptz, page_id int, message_size int, package_count int check (package_count is not null),
    discount_percent numeric, max_days int, "Total Cost" money
);
create table held (id int primary key, valid_from date, valid_to date, check (valid_to >= valid_from));
create domain positive as numeric check (value > 0);
create domain small_positive as positive check (value < 100);
create domain label as int check (value <> 7);
create table guarded (id int primary key, price small_positive, fee label, cost int check (cost between 0 and 5),
    days int check (0 <= days), hours int check (hours is null or hours > 0), age int check (age in (1, 2)))
"""
BROKEN = """
create table "Order" (id int primary key, price numeric, quantity int, amount numeric, discount_percent numeric,
    duration_minutes int, created_at timestamptz, updated_at timestamptz, "net amount" int, stock int,
    check (stock >= 0) not valid);
insert into "Order" select g, case when g in (3, 4) then -g else g end, case when g % 2 = 0 then -1 else 1 end,
    case when g % 20 = 0 then -5 else 5 end, case when g = 9 then 120 else g % 100 end,
    case when g % 10 = 0 then -1 else 1 end, now(), now(), -g, g
from generate_series(1, 1000) as g;
update "Order" set updated_at = now() - interval '1 day' where id = 1;
create table stock_movements (id int primary key, quantity int, price int);
insert into stock_movements select g, case when g = 7 then -g else g end, 1 from generate_series(1, 1000) as g
"""
SETS = """
create table visit (id int primary key, status text, kind varchar(20), grade char(2), outcome text, city text,
    priority text check (priority in ('low', 'Low', 'high')), role text);
insert into visit select g, (array['in_progress', 'done', 'open'])[g % 3 + 1], (array['A', 'B'])[g % 2 + 1],
    (array['A+', 'A-', 'A'])[g % 3 + 1], (array['kept', 'void'])[g % 2 + 1], (array['Ulm', 'ulm'])[g % 2 + 1],
    (array['low', 'Low'])[g % 2 + 1], (array['nurse', 'chief nurse'])[g % 2 + 1]
from generate_series(1, 2000) as g;
update visit set status = 'In Progress' where id in (1, 2, 3);
update visit set kind = 'a' where id = 4;
update visit set outcome = 'voidd' where id = 5;
analyze visit
"""


def test_rules_that_no_constraint_states(server: Server, make_database: MakeDatabase) -> None:
    found = [
        (finding.object.partition(".")[2], finding.evidence["condition"])
        for finding in mends(make_database(server, RULES), "check_candidate")
    ]
    assert sorted(found) == [
        ("course.Total Cost", '"Total Cost" >= 0::money'),
        ("course.discount_percent", '"discount_percent" <= 100'),
        ("course.discount_percent", '"discount_percent" >= 0'),
        ("course.end_date", '"end_date" >= "start_date"'),
        ("course.endedAt", '"endedAt" >= "startedAt"'),
        ("course.message_size", '"message_size" >= 0'),
        ("course.package_count", '"package_count" >= 0'),
        ("course.price", '"price" >= 0'),
        ("course.quantity", '"quantity" >= 0'),
        ("guarded.fee", '"fee" >= 0'),
    ]


@pytest.mark.parametrize(
    ("definition", "kind", "states"),
    [
        ("CHECK ((price >= (0)::numeric))", "least", True),
        ("CHECK ((price <= (9)::numeric))", "least", False),
        ("CHECK (((9)::numeric >= price))", "least", False),
        ("CHECK (((price)::numeric <= (9)::numeric))", "most", True),
        ("CHECK (((price > (0)::numeric) AND (price < (9)::numeric)))", "most", True),
        ("CHECK ((price IS NOT NULL))", "least", False),
        ("CHECK ((list_price >= (0)::numeric))", "least", False),
        ("CHECK (is_sound(price))", "least", True),
        ("CHECK ((price <> (0)::numeric))", "least", False),
        ('CHECK (("price" > (0)::numeric))', "least", True),
    ],
)
def test_what_a_check_says_of_a_bound(definition: str, kind: str, *, states: bool) -> None:
    assert bounds(definition, "price", kind) is states


def test_rows_that_break_a_rule(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, BROKEN)
    outcome = outcome_of(target, "value_rule_violation", rows=True)
    found = {
        (f.object, f.distinct): (f.severity, f.evidence["violating_rows_count"]) for f in outcome.findings
    }
    assert found == {
        ("public.Order.price", '"price" >= 0'): (Severity.MEDIUM, 2),
        ("public.Order.discount_percent", '"discount_percent" <= 100'): (Severity.MEDIUM, 1),
        ("public.Order.duration_minutes", '"duration_minutes" >= 0'): (Severity.LOW, 100),
        ("public.Order.amount", '"amount" >= 0'): (Severity.LOW, 50),
    }
    # A price in the table of movements is no sum that is booked both ways.
    obeyed = objects_of(target, "check_candidate", rows=True)
    assert obeyed == ["public.Order.discount_percent", "public.stock_movements.price"]
    (bookkeeping,) = outcome_of(target, "date_order_violation", rows=True).findings
    assert (bookkeeping.object, bookkeeping.severity) == ("public.Order.updated_at", Severity.LOW)
    for finding in outcome.findings:
        assert finding.fix is not None
        execute(target, finding.fix.sql)
    with pytest.raises(psycopg.errors.CheckViolation):
        execute(target, 'update "Order" set price = -1 where id = 7')
    execute(target, 'update "Order" set price = 1, discount_percent = 1, duration_minutes = 1, amount = 1')
    assert objects_of(target, "value_rule_violation", rows=True) == []
    for finding in outcome.findings:
        assert finding.fix is not None
        execute(target, finding.fix.undo)
    execute(target, 'update "Order" set price = -1 where id = 7')
    assert objects_of(target, "value_rule_violation", rows=True) == ["public.Order.price"]


def test_values_outside_a_set(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SETS)
    findings = outcome_of(target, "apparent_set_violation", rows=True).findings
    found = {(f.object, f.distinct): (f.severity, f.evidence["violating_rows_count"]) for f in findings}
    assert found == {
        ("public.visit.status", "spelling"): (Severity.MEDIUM, 3),
        ("public.visit.outcome", "apparent_set"): (Severity.LOW, 1),
        ("public.visit.kind", "apparent_set"): (Severity.LOW, 1),
    }
    execute(target, "update visit set status = 'in_progress', kind = 'A', outcome = 'kept'; analyze visit")
    assert objects_of(target, "apparent_set_violation", rows=True) == []


def test_without_rows_no_rule_is_said_to_be_obeyed(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg18, BROKEN)
    (finding, *_) = [
        f for f in outcome_of(target, "check_candidate").findings if f.object == "public.Order.price"
    ]
    assert "rows were not read" in finding.detail
    assert outcome_of(target, "value_rule_violation").status is Status.NOT_APPLICABLE


def test_a_check_that_rows_may_break(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """create table part (id int, price int, constraint sound check (price < 9)) partition by range (id);
        create table part_1 partition of part for values from (0) to (9);
        alter table part add constraint "new; rule" check (price >= 0) not valid;
        create table kept (price int check (price > 0))""",
    )
    (found,) = mends(target, "check_not_enforced")
    assert (found.object, found.severity) == ("public.part.new; rule", Severity.LOW)


def test_a_check_that_is_not_enforced(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg18, "create table t (price int); alter table t add constraint c check (price >= 0) not enforced"
    )
    (found,) = mends(target, "check_not_enforced")
    assert (found.object, found.severity) == ("public.t.c", Severity.MEDIUM)
    assert objects_of(target, "check_candidate") == ["public.t.price"]


def test_a_range_that_excludes_overlaps_orders_its_ends(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        "create table stay (id int, starts_at timestamptz, ends_at timestamptz,"
        " exclude using gist (tstzrange(starts_at, ends_at) with &&))",
    )
    assert objects_of(target, "check_candidate") == []


def test_rows_that_may_not_be_read_are_not_examined(pg18: Server, make_database: MakeDatabase) -> None:
    role = "do $$ begin create role rule_blind login; exception when duplicate_object then null; end $$"
    target = make_database(pg18, f"{BROKEN};\n--;\n{role}", user="rule_blind")
    outcome = outcome_of(target, "value_rule_violation", rows=True)
    assert outcome.findings == ()
    assert {"no SELECT right"} == {one.reason.partition(" on ")[0] for one in outcome.not_examined}
