"""What PostgreSQL does on DELETE, run on real servers: every rule that the graph and the blast radius rely on."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import MakeDatabase, connect, needs
from workbench.server import Server
from workbench.targets import Target


def outcome(target: Target, statement: str) -> str:
    """Return ``succeeds`` or the SQLSTATE of a statement and the deferred checks behind it; nothing stays."""
    with connect(target) as connection:
        connection.execute("begin")
        try:
            connection.execute(statement.encode())
            connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            return str(error.sqlstate)
        finally:
            connection.execute("rollback")
    return "succeeds"


def rows_after(target: Target, statement: str, query: str) -> object:
    """Return what a query gives after a statement, in a transaction that is rolled back."""
    with connect(target) as connection:
        connection.execute("begin")
        connection.execute(statement.encode())
        result = connection.execute(query.encode()).fetchall()
        connection.execute("rollback")
    return [row[0] if len(row) == 1 else row for row in result]


RESTRICTED = {"23503", "23001"}  # foreign_key_violation; restrict_violation since 18

TABLES = """
create table a (id int primary key);
create table b (id int primary key, a int);
create table d (id int primary key, a int);
create table e (id int primary key, d int);
create table c (id int primary key, a int, b int, d int, e int);
insert into a values (1); insert into b values (1, 1); insert into d values (1, 1);
insert into e values (1, 1); insert into c values (1, 1, 1, 1, 1);
"""


def keys(*definitions: str) -> str:
    """Return statements that add keys written ``child.column>parent ACTION``, in this order."""
    statements = []
    for number, text in enumerate(definitions):
        ends, _, rest = text.partition(" ")
        child, parent = ends.split(">")
        table, column = child.split(".")
        statements.append(
            f"alter table {table} add constraint k{number} foreign key ({column}) references {parent} {rest};"
        )
    return "".join(statements)


CASCADE = "on delete cascade"


@pytest.mark.parametrize("guard", ["", "on delete restrict"])
def test_level_decides_a_diamond(server: Server, make_database: MakeDatabase, guard: str) -> None:
    # The cascade reaches c while the rows of a are handled, the guard on b looks a level later.
    chain = (f"b.a>a {CASCADE}", f"d.a>a {CASCADE}", f"e.d>d {CASCADE}")
    for order in (1, -1):
        earlier = (f"c.a>a {CASCADE}", f"c.b>b {guard}")[::order]
        assert outcome(make_database(server, TABLES + keys(*chain, *earlier)), "delete from a") == "succeeds"
        later = (f"c.e>e {CASCADE}", f"c.b>b {guard}")[::order]
        assert outcome(make_database(server, TABLES + keys(*chain, *later)), "delete from a") in RESTRICTED


@pytest.mark.parametrize("guard", ["", "on delete restrict"])
def test_a_tie_depends_on_the_order_of_creation(
    server: Server, make_database: MakeDatabase, guard: str
) -> None:
    to_b, to_d = f"b.a>a {CASCADE}", f"d.a>a {CASCADE}"
    tie = (f"c.d>d {CASCADE}", f"c.b>b {guard}")
    # d's rows are deleted, and so handled, before b's when its key on a is the older one.
    assert outcome(make_database(server, TABLES + keys(to_d, to_b, *tie)), "delete from a") == "succeeds"
    assert outcome(make_database(server, TABLES + keys(to_b, to_d, *tie)), "delete from a") in RESTRICTED


def test_two_keys_over_one_pair_of_tables_depend_on_their_order(
    server: Server, make_database: MakeDatabase
) -> None:
    pair = (f"c.a>a {CASCADE}", "c.b>a on delete restrict")
    assert outcome(make_database(server, TABLES + keys(*pair)), "delete from a") == "succeeds"
    assert outcome(make_database(server, TABLES + keys(*pair[::-1])), "delete from a") in RESTRICTED


def test_what_waits_for_the_commit(server: Server, make_database: MakeDatabase) -> None:
    chain = (f"b.a>a {CASCADE}", f"d.a>a {CASCADE}", f"e.d>d {CASCADE}", f"c.e>e {CASCADE}")
    deferred = "deferrable initially deferred"
    for guard, expected in (
        (f"on delete no action {deferred}", {"succeeds"}),
        ("on delete no action deferrable initially immediate", RESTRICTED),
        (f"on delete restrict {deferred}", RESTRICTED),
    ):
        target = make_database(server, TABLES + keys(*chain, f"c.b>b {guard}"))
        assert outcome(target, "delete from a") in expected
    # A deferred check still fails at the commit when the row is there.
    alone = make_database(server, TABLES + keys(f"b.a>a {CASCADE}", f"c.b>b {deferred}"))
    assert outcome(alone, "delete from a") in RESTRICTED
    # A cascade never waits.
    cascade = make_database(server, TABLES + keys(f"b.a>a {CASCADE} {deferred}"))
    assert rows_after(cascade, "delete from a", "select count(*) from b") == [0]


def test_a_restrict_does_not_wait_for_the_end_of_the_statement(
    server: Server, make_database: MakeDatabase
) -> None:
    # Both rows go in one statement; the guard looks after it, so row order does not matter.
    target = make_database(
        server,
        "create table n (id int primary key, up int references n on delete restrict);"
        "insert into n values (1, null), (2, 1), (3, 2);",
    )
    assert outcome(target, "delete from n") == "succeeds"
    assert outcome(target, "delete from n where id < 3") in RESTRICTED


def test_set_null_on_not_null_fails_and_the_ddl_does_not(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server, TABLES + "alter table c alter b set not null;" + keys("c.b>b on delete set null")
    )
    assert outcome(target, "delete from b") == "23502"


def test_set_null_meets_a_row_that_goes_anyway(server: Server, make_database: MakeDatabase) -> None:
    not_null = TABLES + "alter table c alter b set not null;"
    to_b, to_d = f"b.a>a {CASCADE}", f"d.a>a {CASCADE}"
    earlier = keys(to_b, f"c.a>a {CASCADE}", "c.b>b on delete set null")
    assert outcome(make_database(server, not_null + earlier), "delete from a") == "succeeds"
    later = keys(to_b, to_d, f"e.d>d {CASCADE}", f"c.e>e {CASCADE}", "c.b>b on delete set null")
    assert outcome(make_database(server, not_null + later), "delete from a") == "23502"
    # Without NOT NULL the row is changed first and deleted afterwards.
    target = make_database(server, TABLES + later)
    assert rows_after(target, "delete from a", "select count(*) from c") == [0]


def test_set_null_of_some_columns(server: Server, make_database: MakeDatabase) -> None:
    needs(server, 15)
    tables = """
        create table p (x int, y int, primary key (x, y));
        create table q (x int not null, y int, foreign key (x, y) references p {match} on delete set null (y));
        insert into p values (1, 1); insert into q values (1, 1);
    """
    target = make_database(server, tables.format(match=""))
    assert rows_after(target, "delete from p", "select x, y from q") == [(1, None)]
    # MATCH FULL does not allow a key that is partly null.
    assert outcome(make_database(server, tables.format(match="match full")), "delete from p") == "23503"


def test_set_default_needs_its_parent(server: Server, make_database: MakeDatabase) -> None:
    tables = """
        create table p (id int primary key);
        create table q (p int default {default} references p on delete set default);
        insert into p values (1), (2); insert into q values (1);
    """
    target = make_database(server, tables.format(default="2"))
    assert rows_after(target, "delete from p where id = 1", "select p from q") == [2]
    assert outcome(target, "delete from p") == "23503"
    assert outcome(make_database(server, tables.format(default="1")), "delete from p where id = 1") == "23503"
    assert outcome(make_database(server, tables.format(default="9")), "delete from p where id = 1") == "23503"
    unset = make_database(server, tables.format(default="null"))
    assert rows_after(unset, "delete from p", "select p from q") == [None]


def test_set_default_may_wait_for_its_parent(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table p (id int primary key);
        create table q (p int default 9 references p on delete set default deferrable initially deferred);
        insert into p values (1); insert into q values (1);
        """,
    )
    assert outcome(target, "delete from p") == "23503"
    assert rows_after(target, "delete from p", "select p from q") == [9]


def test_setting_a_referenced_column_is_an_update_of_it(server: Server, make_database: MakeDatabase) -> None:
    tables = """
        create table p (id int primary key);
        create table q (p int unique references p on delete set null);
        create table r (q int references q (p) on update {action});
        insert into p values (1); insert into q values (1); insert into r values (1);
    """
    passed_on = make_database(server, tables.format(action="cascade"))
    assert rows_after(passed_on, "delete from p", "select q from r") == [None]
    assert outcome(make_database(server, tables.format(action="no action")), "delete from p") in RESTRICTED


def test_a_column_shared_by_two_keys_ends_the_cascade(server: Server, make_database: MakeDatabase) -> None:
    # Deleting u sets q.t to null, so the cascade from t, one level later, finds no row.
    target = make_database(
        server,
        """
        create table r (id int primary key);
        create table m (id int primary key references r on delete cascade);
        create table t (id int primary key references m on delete cascade);
        create table u (t int, id int references r on delete cascade, primary key (t, id));
        create table q (t int references t on delete cascade, u int,
                        foreign key (t, u) references u on delete set null);
        insert into r values (1); insert into m values (1); insert into t values (1);
        insert into u values (1, 1); insert into q values (1, 1);
        """,
    )
    assert rows_after(target, "delete from r", "select t, u from q") == [(None, None)]


def test_cycles_and_self_references_delete_fully(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table x (id int primary key, y int);
        create table y (id int primary key, x int references x on delete cascade);
        alter table x add foreign key (y) references y on delete cascade;
        create table n (id int primary key, up int references n on delete cascade);
        insert into x values (1, null), (2, null); insert into y values (1, 1), (2, 2);
        update x set y = 3 - id; insert into n values (1, null), (2, 1), (3, 2), (4, 4);
        """,
    )
    assert rows_after(
        target, "delete from x where id = 1", "select (select count(*) from x) + (select count(*) from y)"
    ) == [0]
    assert rows_after(target, "delete from n where id = 1", "select id from n") == [4]


def test_partitions_act_and_heirs_do_not(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table p (id int, primary key (id)) partition by range (id);
        create table p1 partition of p for values from (0) to (10);
        create table q (id int, p int references p on delete cascade) partition by list (id);
        create table q1 partition of q for values in (1);
        create table base (id int primary key);
        create table heir (primary key (id)) inherits (base);
        create table child (base int references base on delete cascade);
        create table child_heir () inherits (child);
        insert into p values (1); insert into q values (1, 1);
        insert into base values (1), (2); insert into heir values (3); insert into child values (1);
        insert into child_heir values (1), (2);
        """,
    )
    assert rows_after(target, "delete from p1", "select count(*) from q") == [0]
    # The statement reaches the heirs of its own table; the action stays in the table of the key.
    left = rows_after(
        target, "delete from base", "select (select count(*) from base), (select count(*) from child)"
    )
    assert left == [(0, 2)]


def test_a_key_to_a_partition_sees_deletes_from_above(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table p (id int primary key) partition by range (id);
        create table p1 partition of p for values from (0) to (10);
        create table q (p int references p1 on delete cascade);
        insert into p values (1); insert into q values (1);
        """,
    )
    assert rows_after(target, "delete from p", "select count(*) from q") == [0]


def test_disabled_triggers_neither_cascade_nor_guard(server: Server, make_database: MakeDatabase) -> None:
    disabled = TABLES + keys("b.a>a {}") + "alter table a disable trigger all;"
    for action in (CASCADE, "on delete restrict"):
        target = make_database(server, disabled.format(action))
        assert rows_after(target, "delete from a", "select count(*) from b") == [1]
    # Those of the referencing table only check what is written there.
    other = make_database(server, TABLES + keys(f"b.a>a {CASCADE}") + "alter table b disable trigger all;")
    assert rows_after(other, "delete from a", "select count(*) from b") == [0]


def test_not_valid_cascades_and_not_enforced_does_not(
    pg18: Server, pg15: Server, make_database: MakeDatabase
) -> None:
    for server in (pg18, pg15):
        target = make_database(server, TABLES + keys(f"b.a>a {CASCADE} not valid"))
        assert rows_after(target, "delete from a", "select count(*) from b") == [0]
    for action in (CASCADE, "on delete restrict"):
        target = make_database(pg18, TABLES + keys(f"b.a>a {action} not enforced"))
        assert rows_after(target, "delete from a", "select count(*) from b") == [1]
    assert rows_after(target, "truncate a cascade", "select count(*) from b") == [0]


def test_a_temporal_key_guards_the_time_that_it_covers(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg18,
        """
        create table p (id int4range, at daterange, primary key (id, at without overlaps));
        create table q (id int4range, at daterange, foreign key (id, period at) references p);
        insert into p values ('[1,1]', '[2020-01-01,2021-01-01)'), ('[1,1]', '[2021-01-01,2022-01-01)'),
                             ('[1,1]', '[2022-01-01,2023-01-01)');
        insert into q values ('[1,1]', '[2020-06-01,2021-06-01)');
        """,
    )
    assert outcome(target, "delete from p where upper(at) = '2023-01-01'") == "succeeds"
    assert outcome(target, "delete from p where upper(at) = '2022-01-01'") in RESTRICTED


def test_a_null_in_the_key_exempts_the_row(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table p (x int, y int, primary key (x, y));
        create table q (x int, y int, foreign key (x, y) references p on delete restrict);
        insert into p values (1, 1); insert into q values (1, null), (null, 1);
        """,
    )
    assert outcome(target, "delete from p") == "succeeds"
