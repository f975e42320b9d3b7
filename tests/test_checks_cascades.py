"""The cascade checks: bad, good and fixed on real servers."""

from __future__ import annotations

from tests.conftest import MakeDatabase
from tests.foreign_key_scenarios import assert_fix_and_undo, objects, outcome, run
from tests.test_semantics import CASCADE, TABLES, keys
from tests.test_semantics import outcome as of_delete
from workbench.server import Server

CHAIN = (f"b.a>a {CASCADE}", f"d.a>a {CASCADE}", f"e.d>d {CASCADE}")


def test_diamonds(server: Server, make_database: MakeDatabase) -> None:
    tie = make_database(server, TABLES + keys(*CHAIN, "c.b>b", f"c.d>d {CASCADE}"))
    assert objects(tie, "cascade_diamond") == {"public.c.k3": "high"}
    assert_fix_and_undo(tie, "cascade_diamond")
    late = make_database(server, TABLES + keys(*CHAIN, f"c.e>e {CASCADE}", "c.b>b on delete restrict"))
    (finding,) = outcome(late, "cascade_diamond").findings
    assert (finding.object, finding.severity.value) == ("public.c.k4", "medium")
    assert finding.evidence["roots"] == ["public.a"]
    assert finding.fix is not None
    assert of_delete(late, "delete from a") != "succeeds"
    run(late, finding.fix.sql)
    assert of_delete(late, "delete from a") == "succeeds"
    run(late, finding.fix.undo)
    early = make_database(server, TABLES + keys(*CHAIN, f"c.a>a {CASCADE}", "c.b>b"))
    assert objects(early, "cascade_diamond") == {"public.c.k4": "info"}


def test_two_roles_of_one_parent_are_a_small_matter(server: Server, make_database: MakeDatabase) -> None:
    """A row that names one parent in both roles depends on the order of the keys; all others do not."""
    target = make_database(
        server,
        """
        create table person (id int primary key);
        create table message (
            id int primary key,
            sender int references person on delete cascade,
            receiver int references person on delete restrict
        );
        """,
    )
    assert objects(target, "cascade_diamond") == {"public.message.message_receiver_fkey": "low"}
    assert_fix_and_undo(target, "cascade_diamond")


def test_a_diamond_is_told_where_it_begins(server: Server, make_database: MakeDatabase) -> None:
    above = f"create table z (id int primary key); alter table a add z int references z {CASCADE};"
    target = make_database(server, TABLES + above + keys(*CHAIN, f"c.e>e {CASCADE}", "c.b>b"))
    (finding,) = outcome(target, "cascade_diamond").findings
    assert finding.evidence["roots"] == ["public.a"]


def test_protected_data(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table school (id int primary key);
        create table student (id int primary key, school int references school on delete cascade);
        create table health_record (id int primary key, student int references student on delete cascade);
        create table health_note (record int references health_record on delete cascade);
        create table consent (student int references student on delete restrict);
        """,
        protected=("*.health_*", "*.consent"),
    )
    (finding,) = outcome(target, "cascade_reaches_protected_data").findings
    assert finding.object == "public.health_record.health_record_student_fkey"
    assert finding.evidence["roots"] == ["public.school", "public.student"]
    assert_fix_and_undo(target, "cascade_reaches_protected_data")


def test_unindexed_cascades(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table parent (id int primary key);
        insert into parent select generate_series(1, 100);
        create table bad (p int references parent on delete cascade, q int references parent on delete set null);
        insert into bad select 1, null from generate_series(1, 20000);
        create index on bad (q) where q > 5;
        create table small (p int references parent on delete cascade);
        create table good (p int references parent on delete cascade, q int references parent);
        create index on good (p);
        create table fresh (p int references parent on delete cascade);
        --;
        analyze parent, bad, small, good
        """,
    )
    found = outcome(target, "unindexed_cascade")
    graded = {f.object: f.severity.value for f in found.findings}
    assert graded == {
        "public.bad.bad_p_fkey": "medium",
        "public.bad.bad_q_fkey": "medium",
        "public.small.small_p_fkey": "low",
        "public.fresh.fresh_p_fkey": "low",
    }
    assert [n.object for n in found.not_examined] == ["public.fresh.fresh_p_fkey"]
    assert_fix_and_undo(target, "unindexed_cascade", [f for f in found.findings if ".bad." in f.object])
