"""Scenarios of the index checks on real servers: what they must find, and what they must leave alone."""

from __future__ import annotations

import dataclasses

import psycopg
import pytest

from tests.conftest import MakeDatabase, as_bare_role, connect
from tests.scenarios import execute, mends, objects_of, outcome_of
from workbench.findings import Severity, Status
from workbench.server import Server
from workbench.targets import Options, Target

KEYS = """
create table parent (id int primary key, code text unique, n numeric);
create table served (
    id int primary key,
    plain int references parent, hashed int references parent, not_null_only int references parent,
    set_prefix_a int, set_prefix_b int, unenforced int
);
create index on served (plain, id);
create index on served using hash (hashed);
create index on served (not_null_only) where not_null_only is not null;
create table wide (a int, b int, primary key (a, b));
alter table served add foreign key (set_prefix_a, set_prefix_b) references wide (a, b);
create index on served (set_prefix_b, set_prefix_a, id);
create table bare (
    id int primary key,
    none int references parent, partial int references parent, brin_only int references parent,
    included int references parent, second int references parent, "odd ""name" int references parent,
    "x IS NOT NULL" int references parent, collated text references parent (code), invalid int references parent
);
create index on bare (partial) where id > 0;
create index on bare using brin (brin_only);
create index on bare (id) include (included);
create index on bare (id, second);
create index on bare ("odd ""name") where "odd ""name" is not null and id > 0;
create index on bare ("x IS NOT NULL") where "x IS NOT NULL" is not null;
create index on bare (collated collate "C");
insert into parent select g, g::text from generate_series(1, 5) g;
insert into bare (id, invalid) values (1, 1), (2, 1);
--;
create unique index concurrently bare_invalid_idx on bare (invalid)
"""


def _database_with_invalid_index(make_database: MakeDatabase, server: Server, sql: str) -> Target:
    """Make a database; the last statement is a unique index that fails and stays behind invalid."""
    *before, failing = sql.split("--;")
    target = make_database(server, "--;".join(before))
    with connect(target) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(failing.encode())
    return target


def test_foreign_keys_without_index(server: Server, make_database: MakeDatabase) -> None:
    target = _database_with_invalid_index(make_database, server, KEYS)
    found = objects_of(target, "foreign_key_without_index")
    wanted = ["brin_only", "collated", "included", "invalid", "none", 'odd "name', "partial", "second"]
    assert found == sorted(f"public.bare.bare_{column}_fkey" for column in wanted)
    findings = mends(target, "foreign_key_without_index")
    invalid = next(f for f in findings if "invalid" in f.object)
    assert "bare_invalid_idx is invalid" in invalid.detail


def test_a_partitioned_table_is_judged_at_its_root(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table parent (id int primary key);
        create table log (id int, parent_id int references parent, other_id int references parent, k int)
            partition by list (k);
        create table log_1 partition of log for values in (1);
        create table log_2 partition of log for values in (2) partition by list (id);
        create table log_2a partition of log_2 for values in (1);
        create index on log_1 (parent_id);
        create index on log_2a (parent_id);
        """,
    )
    assert objects_of(target, "foreign_key_without_index") == ["public.log.log_other_id_fkey"]
    mends(target, "foreign_key_without_index")


TWINS = """
create extension if not exists btree_gin;
create table t (
    id int primary key, a int, b int, c text, d text collate "C", e jsonb, u int unique, c1 int, c12 int, p int
);
create index twin_1 on t (a, b);
create index twin_2 on t (a, b);
create index same_as_unique on t (u);
create unique index same_as_primary on t (id);
create index expression_1 on t (lower(c));
create index expression_2 on t (lower(c));
create index partial_1 on t (p) where b > 0;
create index partial_2 on t (p) where b > 0;
create index gin_1 on t using gin (e);
create index gin_2 on t using gin (e);
-- Prefixes of a wider index.
create index prefix on t (a);
create index prefix_with_include on t (a) include (b);
create index include_narrow on t (c12) include (b);
create index include_wide on t (c12) include (b, c);
-- None of these is redundant.
create index only_c1 on t (c1);
create index descending on t (a desc, b);
create index pattern on t (c text_pattern_ops);
create index plain_c on t (c, id);
create index other_collation on t (c collate "C");
create index partial_other on t (p) where b > 1;
create index gin_ops on t using gin (e jsonb_path_ops);
create index hashed on t using hash (a);
create unique index unique_prefix on t (b);
create index wider_than_unique on t (b, c);
"""


def test_twins_and_prefixes(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, TWINS)
    assert objects_of(target, "duplicate_index") == [
        f"public.t.{name}"
        for name in ("expression_2", "gin_2", "partial_2", "same_as_primary", "same_as_unique", "twin_2")
    ]
    assert objects_of(target, "redundant_index") == [
        "public.t.include_narrow",
        "public.t.prefix",
        "public.t.prefix_with_include",
    ]
    mends(target, "duplicate_index")
    mends(target, "redundant_index")


def test_dropping_all_that_is_superfluous_keeps_what_is_needed(
    server: Server, make_database: MakeDatabase
) -> None:
    target = make_database(server, TWINS)
    for check in ("redundant_index", "duplicate_index"):
        for finding in outcome_of(target, check).findings:
            execute(target, finding.fix.sql if finding.fix else "")
    with connect(target) as connection:
        left = {row[0] for row in connection.execute("select indexrelid::regclass::text from pg_index")}
    assert {"twin_1", "t_pkey", "t_u_key", "expression_1", "partial_1", "gin_1", "include_wide"} <= left
    assert not outcome_of(target, "redundant_index").findings


def test_invalid_index(server: Server, make_database: MakeDatabase) -> None:
    target = _database_with_invalid_index(make_database, server, KEYS)
    (finding,) = outcome_of(target, "invalid_index").findings
    assert finding.object == "public.bare.bare_invalid_idx"
    execute(target, finding.fix.sql if finding.fix else "")
    assert outcome_of(target, "invalid_index").status is Status.PASSED


def test_an_index_that_is_being_built_is_not_invalid(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, "create table t (id int); insert into t values (1)")
    with connect(target) as holder, connect(target) as builder:
        holder.execute("begin")
        holder.execute("insert into t values (2)")
        # The build waits for the open transaction until it is cancelled after the look.
        import threading

        def build() -> None:
            with pytest.raises(psycopg.errors.QueryCanceled):
                builder.execute("create index concurrently slow on t (id)")

        thread = threading.Thread(target=build)
        thread.start()
        while not holder.execute("select 1 from pg_index where not indisvalid").fetchone():
            pass
        during = outcome_of(target, "invalid_index")
        unprivileged = outcome_of(as_bare_role(target), "invalid_index")
        holder.execute("select pg_cancel_backend(%s)", [builder.info.backend_pid])
        thread.join()
        holder.execute("rollback")
    assert during.findings == unprivileged.findings == ()
    assert [one.reason for one in during.not_examined] == ["it is being built right now"]
    assert objects_of(target, "invalid_index") == ["public.t.slow"]


def test_tables_without_primary_key(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table keyed (id int primary key);
        create table bare (id int);
        create table candidate (id int not null);
        create unique index candidate_id on candidate (id);
        create table partial (id int not null);
        create unique index on partial (id) where id > 0;
        create table root (id int primary key) partition by list (id);
        create table leaf partition of root for values in (1);
        create view looked_at as select * from bare;
        create table noted (note text);
        create table joins (bare_id int not null references keyed, root_id int not null references root, at date);
        """,
    )
    findings = {f.object: f for f in outcome_of(target, "table_without_primary_key").findings}
    assert {path.split(".")[1] for path in findings} == {"bare", "candidate", "partial", "noted", "joins"}
    assert findings["public.candidate"].severity is Severity.LOW
    fixes = {path.split(".")[1]: finding.fix for path, finding in findings.items() if finding.fix}
    assert [name for name, fix in sorted(fixes.items()) if not fix.choice] == ["candidate"]
    assert 'PRIMARY KEY ("id")' in fixes["bare"].sql and "DROP NOT NULL" in fixes["bare"].undo
    assert 'PRIMARY KEY ("bare_id", "root_id")' in fixes["joins"].sql
    assert "IDENTITY PRIMARY KEY" in fixes["noted"].sql
    mends(target, "table_without_primary_key")


USAGE = """
create table parent (id int primary key);
insert into parent select generate_series(1, 100);
create table t (
    id int primary key, used int, unused int, sole int references parent, rare int, u int, updated_at int, free int
) with (fillfactor = 50);
insert into t select g, g, g, 1 + g % 100, g, g, 0, 0 from generate_series(1, 30000) g;
create index t_used on t (used);
create index t_unused on t (unused);
create index t_sole on t (sole);
create index t_rare on t (rare);
create unique index t_u on t (u);
create index t_updated on t (updated_at);
create table empty (id int);
create index on empty (id);
analyze;
--;
set enable_seqscan = off;
--;
update t set updated_at = id where id <= 5000;
"""


def _use(target: Target) -> None:
    with connect(target) as connection:
        connection.execute("set enable_seqscan = off")
        for _ in range(60):
            connection.execute("select * from t where used = 5")
        connection.execute("select * from t where rare = 5")
        connection.execute("set enable_seqscan = on")
        for _ in range(60):
            connection.execute("select count(free) from t where free = 1")


def test_usage(server: Server, make_database: MakeDatabase) -> None:
    thresholds = {name: {"min_days": 0.0} for name in ("unused_index", "rarely_used_index")}
    thresholds["rarely_used_index"]["min_bytes"] = 0.0
    target = make_database(server, USAGE, thresholds=thresholds)
    _use(target)
    unused = outcome_of(target, "unused_index")
    assert sorted(f.object for f in unused.findings) == ["public.t.t_unused", "public.t.t_updated"]
    assert [one.object for one in unused.not_examined] == ["public.empty.empty_id_idx"]
    assert objects_of(target, "rarely_used_index") == ["public.t.t_rare"]
    assert objects_of(target, "sequential_scans_on_large_table") == ["public.t"]
    blocked = outcome_of(target, "index_blocks_hot_updates").findings
    assert [f.object for f in blocked] == ["public.t.t_updated"]
    execute(target, "\n".join(f.fix.sql for f in unused.findings if f.fix))
    assert objects_of(target, "unused_index") == []


def test_young_statistics_give_no_verdict(pg18: Server, make_database: MakeDatabase) -> None:
    outcome = outcome_of(make_database(pg18, USAGE), "unused_index")
    assert (outcome.status, outcome.examined) == (Status.NOT_APPLICABLE, 0)
    assert "14 days are needed" in outcome.not_examined[0].reason


def test_over_indexed(pg18: Server, make_database: MakeDatabase) -> None:
    many = "create table t (a int, b int);" + "".join(
        f"create index i{n} on t ((a + {n}));" for n in range(11)
    )
    target = make_database(pg18, many + "create table few (a int); create index on few (a)")
    assert objects_of(target, "over_indexed_table") == ["public.t"]


ORDERED_TWINS = """
create table t (id int primary key, a text, b int, c int);
create index b_up on t (b); create index b_down on t (b desc);
create index b_nulls on t (b nulls first);
create index bc_mixed on t (b desc, c); create index cb on t (c, b desc);
create index cb_turned on t (c desc, b);
create unique index id_again on t (id);
create unique index once on t (a);
create table late (k int, constraint late_k unique (k) deferrable);
create unique index late_now on late (k)
"""


def test_twins_by_order_and_by_rule(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, ORDERED_TWINS)
    twins = {finding.object: finding for finding in mends(target, "duplicate_index")}
    # One is read backwards for the other; NULLS FIRST of an ascending index is another order. A deferrable rule is
    # not that of an index that checks at once.
    assert set(twins) == {"public.t.b_down", "public.t.cb_turned", "public.t.id_again"}
    assert objects_of(target, "redundant_index") == ["public.t.b_up"]


def test_one_index_stays_for_each_foreign_key(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table p (id int primary key);
        create table c (p_id int references p, k int);
        create index narrow on c (p_id); create index wide on c (p_id, k);
        insert into p select generate_series(1, 100);
        insert into c select g, g from generate_series(1, 100) as g
        --;
        analyze
        """,
    )
    target = dataclasses.replace(target, options=Options(thresholds={"unused_index": {"min_days": 0}}))
    unused = {f.object: f.fix is not None for f in outcome_of(target, "unused_index").findings}
    assert unused == {"public.c.narrow": True, "public.c.wide": False}
    assert objects_of(target, "redundant_index") == ["public.c.narrow"]
