"""Checks of storage: each finds its defect on a real server, leaves the sound alone, and its fix mends it."""

from __future__ import annotations

import pandas as pd

from tests.conftest import MakeDatabase
from tests.scenarios import execute, objects_of, outcome_of
from workbench.checks import run_checks
from workbench.checks.storage_columns import row_padding
from workbench.findings import Status
from workbench.review import take
from workbench.server import Server
from workbench.targets import Target

BLOATED = """
create extension pgstattuple;
create table visit (id int primary key, note text);
insert into visit select g, md5(g::text) from generate_series(1, 60000) as g;
create table sound (id int primary key, note text);
insert into sound select g, md5(g::text) from generate_series(1, 60000) as g;
create table letter (id int primary key, body text);
insert into letter select g, (select string_agg(md5((g * 99 + n)::text), '') from generate_series(1, 90) as n)
    from generate_series(1, 1500) as g
--;
delete from visit where id % 5 <> 0
--;
delete from letter where id % 3 <> 0
--;
vacuum analyze
"""


def _reindexed(target: Target, check: str, sql: str, before: list[str], after: list[str]) -> None:
    """A rebuild cannot be undone, so only the way there is held."""
    assert objects_of(target, check, rows=True) == before
    execute(target, sql)
    assert objects_of(target, check, rows=True) == after


def test_bloated_index_table_and_toast(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, BLOATED)
    [index] = outcome_of(target, "bloated_index", rows=True).findings
    assert index.object == "public.visit.visit_pkey" and index.evidence["tier"] == "measured"
    assert 0.75 < index.evidence["bloat_ratio"] < 0.85
    # Without reading pages the estimate finds the same.
    assert objects_of(target, "bloated_index") == [index.object]
    assert index.fix is not None and index.fix.sql == 'REINDEX INDEX CONCURRENTLY "public"."visit_pkey";'
    _reindexed(target, "bloated_index", index.fix.sql, [index.object], [])

    tables = outcome_of(target, "bloated_table", rows=True).findings
    assert [finding.object for finding in tables] == ["public.visit"]
    _reindexed(target, "bloated_table", tables[0].fix.sql, ["public.visit"], [])  # type: ignore[union-attr]
    [toast] = outcome_of(target, "bloated_toast", rows=True).findings
    assert toast.object == "public.letter.TOAST" and toast.fix is not None
    _reindexed(target, "bloated_toast", toast.fix.sql, [toast.object], [])


def test_bloat_of_partitions_is_told_of_the_root(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg18,
        """
        create table "Odd ""t" (id int not null, at date not null, note text) partition by range (at);
        create table p1 partition of "Odd ""t" for values from ('2026-01-01') to ('2026-07-01');
        create table p2 partition of "Odd ""t" for values from ('2026-07-01') to ('2027-01-01');
        insert into "Odd ""t" select g, date '2026-01-01' + g % 360, md5(g::text)
            from generate_series(1, 80000) as g;
        create index "by.id" on "Odd ""t" (id);
        delete from "Odd ""t" where id % 4 <> 0
        --;
        vacuum analyze
        """,
    )
    [index] = outcome_of(target, "bloated_index").findings
    assert index.object == 'public.Odd "t.by.id' and index.fix is not None
    _reindexed(target, "bloated_index", index.fix.sql, [index.object], [])
    assert objects_of(target, "bloated_table") == ['public.Odd "t']


def test_gin_pending_list(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create extension pgstattuple;
        create table letter (id int primary key, words tsvector);
        create index letter_words on letter using gin (words);
        create index letter_other on letter using gin (words) with (fastupdate = off);
        insert into letter select g, to_tsvector('simple', md5(g::text) || ' ' || md5((g + 7)::text))
            from generate_series(1, 3000) as g
        """,
    )
    [finding] = outcome_of(target, "gin_pending_list", rows=True).findings
    assert finding.object == "public.letter.letter_words"
    assert finding.evidence["pending_rows_count"] == 3000
    _reindexed(target, "gin_pending_list", finding.fix.sql, [finding.object], [])  # type: ignore[union-attr]
    # Without the extension nobody looked, which is no clean bill.
    execute(target, "drop extension pgstattuple;")
    assert outcome_of(target, "gin_pending_list", rows=True).status is Status.NOT_APPLICABLE


COLUMNS = """
create table padded (a bool not null, b bigint not null, c bool not null, d bigint not null, e smallint not null,
    f timestamptz not null, code char(20), never text, deleted_at timestamptz, note text);
insert into padded select true, g, false, g, 1, now(), 'abc', null, null, 'x' from generate_series(1, 20000) as g;
create table ordered (b bigint not null, f timestamptz not null, a bool not null, c bool not null, code varchar(20));
insert into ordered select g, now(), true, true, 'abc' from generate_series(1, 20000) as g
--;
vacuum analyze
"""


def test_columns_that_waste(server: Server, make_database: MakeDatabase) -> None:
    few = {"column_order_padding": {"min_table_bytes": 0}}
    target = make_database(server, COLUMNS, thresholds=few)
    assert objects_of(target, "column_order_padding") == ["public.padded"]
    assert objects_of(target, "wasteful_type") == ["public.padded.code"]
    assert objects_of(target, "unused_column") == ["public.padded.never"]
    execute(target, "update padded set never = 'now' where b < 9;\nanalyze padded;")
    assert objects_of(target, "unused_column") == []


def test_padding_counts_gaps_before_wide_columns() -> None:
    wide, narrow, text = (8, 8), (1, 1), (-1, 4)
    assert row_padding([narrow, wide, narrow, wide]) == (32, 24)
    assert row_padding([wide, wide, narrow, narrow]) == (24, 24)
    assert row_padding([text, wide, text]) == (8, 8)


def test_partition_candidate(server: Server, make_database: MakeDatabase) -> None:
    low = {"partition_candidate": {"min_bytes": 0, "min_rows": 5000}}
    target = make_database(
        server,
        """
        create table log (id int, at timestamptz not null, note text);
        insert into log select g, now() + g * interval '1 s', 'x' from generate_series(1, 20000) as g;
        create table changed (id int, at timestamptz not null);
        insert into changed select g, now() + g * interval '1 s' from generate_series(1, 20000) as g;
        update changed set id = id + 1;
        create table unordered (id int, at timestamptz not null);
        insert into unordered select g, now() + (g * 7919 % 20000) * interval '1 s'
            from generate_series(1, 20000) as g
        --;
        analyze
        """,
        thresholds=low,
    )
    assert objects_of(target, "partition_candidate") == ["public.log"]


def test_a_locked_table_is_a_reason(pg18: Server, make_database: MakeDatabase) -> None:
    snapshot = take(make_database(pg18, BLOATED), rows=False)
    # What the frame says of a table that somebody holds an ACCESS EXCLUSIVE lock on.
    tables = snapshot["tables"].copy()
    tables.loc[tables["table_name"] == "visit", ["heap_bytes", "total_bytes"]] = pd.NA
    snapshot.add("tables", tables, source="test")
    [outcome] = run_checks(snapshot, ("bloated_table",))
    assert outcome.status is Status.PASSED
    [reason] = [one.reason for one in outcome.not_examined if one.object == "public.visit"]
    assert "ACCESS EXCLUSIVE" in reason
