"""The blast radius on hand-made cases: how rows are named, what is refused, what is said to be incomplete."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from tests.conftest import MakeDatabase, connect
from workbench.catalog import CaptureError
from workbench.commands.blast_radius import blast_radius as command
from workbench.probes.blast_radius import blast_radius
from workbench.server import Server
from workbench.targets import Target, TargetError, connection_string

SCHEMA = """
create table owner (tenant int, id int, name text, primary key (tenant, id));
create table item (id int primary key, tenant int, owner int,
    constraint item_owner foreign key (tenant, owner) references owner on delete cascade);
create table note (id int primary key, item int constraint note_item references item on delete set null);
create table lock (item int constraint lock_item references item on delete restrict);
create index on item (owner, tenant);
insert into owner values (1, 1, 'a%b'), (1, 2, 'c'), (2, 1, 'd');
insert into item select n, 1, 1 + n % 2 from generate_series(1, 10) as n;
insert into note select n, n from generate_series(1, 10) as n;
insert into lock values (1);
"""


@pytest.fixture
def target(server: Server, make_database: MakeDatabase) -> Target:
    return make_database(server, SCHEMA)


def test_rows_are_named_by_key_or_by_condition(target: Target) -> None:
    by_key = blast_radius(target, "owner", keys=["1", "1"])
    assert by_key.to_json() | {"seconds": 0} == {
        "root": "public.owner",
        "rows": 1,
        "deleted": {"public.owner": 1, "public.item": 5},
        "set_null": {"public.note.note_item": 5},
        "set_default": {},
        "blocked_by": [],
        "verdict": "succeeds",
        "complete": True,
        "undecided_by": [],
        "levels": [
            {"level": 0, "table": "public.owner", "rows": 1},
            {"level": 1, "table": "public.item", "rows": 5},
        ],
        "not_examined": [],
        "caveats": [],
        "seconds": 0,
    }
    by_condition = blast_radius(target, "public.owner", where="owner.name like 'a%' -- the first")
    assert by_condition.deleted == by_key.deleted
    everything = blast_radius(target, "owner")
    assert everything.rows == 3
    assert everything.verdict == "fails"
    (blocker,) = everything.blocked_by
    assert (blocker["constraint"], blocker["table"], blocker["rows"]) == (
        "public.lock.lock_item",
        "public.lock",
        1,
    )


@pytest.mark.parametrize(
    "condition",
    [
        "true) as x; delete from public.lock; select (1",
        "true); commit; delete from public.lock; --",
        "id in (delete from public.lock returning item)",
        "no_such_column = 1",
        "public.wipe() = 1",
    ],
)
def test_a_condition_can_only_read(target: Target, condition: str) -> None:
    with connect(target) as connection:
        connection.execute(
            "create function wipe() returns int language sql as 'delete from public.lock returning item'"
        )
    with pytest.raises(TargetError):
        blast_radius(target, "owner", where=condition)
    with connect(target) as connection:
        assert connection.execute("select count(*) from lock").fetchone() == (1,)


def test_what_cannot_be_named_is_refused(target: Target) -> None:
    with connect(target) as connection:
        connection.execute("create schema other; create table other.item (id int); create view v as select 1")
    for table, arguments in (
        ("item", {}),
        ("nothing", {}),
        ("v", {}),
        ("owner", {"keys": ["1"]}),
        ("other.item", {"keys": ["1"]}),
        ("owner", {"keys": ["1", "2"], "where": "true"}),
        ("owner", {"keys": ["1", "x"]}),
    ):
        with pytest.raises(TargetError):
            blast_radius(target, table, **arguments)  # type: ignore[arg-type]
    with pytest.raises(CaptureError):
        blast_radius(Target("snapshot", snapshot=Path()), "owner")


def test_a_budget_gives_lower_bounds(target: Target) -> None:
    few = blast_radius(target, "owner", max_rows=4)
    assert not few.complete
    assert few.not_examined
    none = blast_radius(target, "owner", seconds=0)
    assert not none.complete
    assert none.rows == 0


def test_missing_rights_and_row_security_are_told(target: Target, server: Server) -> None:
    role = f"r_{target.name}"
    with connect(target) as connection:
        connection.execute(f"create role {role} login; grant select on owner, item, note to {role}".encode())
        connection.execute("alter table note enable row level security")
    limited = Target(target.name, {**target.conninfo, "user": role}, options=target.options)
    seen = blast_radius(limited, "owner")
    assert not seen.complete
    reasons = dict(seen.not_examined)
    assert reasons["public.lock.lock_item"] == "no SELECT right on it"
    assert "row-level security" in reasons["public.note.note_item"]
    assert seen.deleted["public.item"] == 10
    with connect(target) as connection:
        connection.execute(f"drop owned by {role}; drop role {role}".encode())


def test_keys_compare_as_the_constraint_does(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create schema types; create extension citext schema types;
        create table word (id types.citext primary key);
        create table use (word types.citext references word on delete cascade);
        create table big (id numeric primary key);
        create table small (big int references big on delete cascade);
        insert into word values ('A'); insert into use values ('a');
        insert into big values (1.0); insert into small values (1);
        """,
    )
    for root, other in (("word", "use"), ("big", "small")):
        assert blast_radius(target, root).deleted[f"public.{other}"] == 1, root


def test_keys_compare_under_the_collation_of_the_referenced_column(
    pg15: Server, make_database: MakeDatabase
) -> None:
    # The embedded 18 comes without ICU, which alone has collations that take different texts as equal.
    target = make_database(
        pg15,
        """
        create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        create table tag (id text collate ci primary key);
        create table tagged (tag text collate "C" references tag on delete cascade);
        insert into tag values ('B'); insert into tagged values ('b');
        """,
    )
    with connect(target) as connection:
        removed = connection.execute(
            "with d as (delete from tag returning 1) select count(*) from d"
        ).fetchone()
        left = connection.execute("select count(*) from tagged").fetchone()
        connection.execute(
            "insert into tag values ('B'); insert into tagged select 'b' where not exists (table tagged)"
        )
    assert (removed, left) == ((1,), (0,))
    assert blast_radius(target, "tag").deleted == {"public.tag": 1, "public.tagged": 1}


def test_temporal_keys(pg18: Server, make_database: MakeDatabase) -> None:
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
    assert blast_radius(target, "p", where="upper(at) = '2023-01-01'").verdict == "succeeds"
    assert blast_radius(target, "p", where="upper(at) = '2022-01-01'").verdict == "fails"


def test_a_computed_default_and_further_updates_are_not_followed(
    server: Server, make_database: MakeDatabase
) -> None:
    target = make_database(
        server,
        """
        create sequence counter;
        create table p (id int primary key);
        create table q (p int unique default nextval('counter') references p on delete set default);
        create table s (p int unique references p on delete set null);
        create table r (s int references s (p) on update cascade);
        insert into p values (1); insert into q values (1); insert into s values (1); insert into r values (1);
        """,
    )
    seen = blast_radius(target, "p")
    assert not seen.complete
    assert {name for name, _ in seen.not_examined} == {"public.q.q_p_fkey", "public.r.r_s_fkey"}
    with connect(target) as connection:
        assert connection.execute("select is_called from counter").fetchone() == (False,)


def test_what_acts_beside_the_keys_is_named(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table p (id int primary key);
        create table q (p int references p on delete set null, constraint filled check (p is not null));
        create table r (p int references p on delete cascade);
        create function keep() returns trigger language plpgsql as 'begin return null; end';
        create trigger after_delete after delete on p for each row execute function keep();
        insert into p values (1); insert into q values (1); insert into r values (1);
        """,
    )
    seen = blast_radius(target, "p")
    assert seen.complete
    assert [name for name, _ in seen.caveats] == ["public.p.after_delete", "public.q.filled"]
    with connect(target) as connection:
        connection.execute("create trigger kept before delete on r for each row execute function keep()")
    kept = blast_radius(target, "p")
    assert not kept.complete
    assert [name for name, _ in kept.not_examined] == ["public.r.kept"]


def test_a_long_chain_is_followed_to_its_end(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table n (id int primary key, up int references n on delete cascade);
        insert into n select i, nullif(i - 1, 0) from generate_series(1, 150) as i;
        create index on n (up);
        """,
    )
    seen = blast_radius(target, "n", keys=["1"])
    assert seen.deleted == {"public.n": 150}
    assert max(level for level, _ in seen.levels) == 149


def test_hostile_names(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table "a ""from"" %s.b" ("id %s" int primary key);
        create table "x' -- " ("$1" int, constraint "k"";" foreign key ("$1")
            references "a ""from"" %s.b" on delete cascade);
        insert into "a ""from"" %s.b" values (1); insert into "x' -- " values (1);
        """,
    )
    seen = blast_radius(target, 'public.a "from" %s.b', keys=["1"])
    assert seen.deleted["public.x' -- "] == 1


def test_the_command_prints_one_document(target: Target) -> None:
    url = _url(target)
    done = CliRunner().invoke(command, [url, "owner", "--format", "json"], standalone_mode=False)
    document = json.loads(done.stdout)
    assert document["verdict"] == "fails"
    scanned = {scan["constraint"] for scan in document["scans"]}
    assert scanned == {"public.lock.lock_item", "public.note.note_item"}
    short = CliRunner().invoke(command, [url, "owner", "--max-rows", "1"], standalone_mode=False)
    assert short.return_value == 4
    assert "not examined" in short.stdout


def _url(target: Target) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(connection_string(target))
    return f"postgresql://{parts['user']}@/{parts['dbname']}?host={str(parts['host']).replace('/', '%2F')}"
