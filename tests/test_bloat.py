"""Bloat against the truth of a rebuild, and what each tier says when it cannot tell."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import psycopg
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.bloat_heap_shapes import HEAP_SHAPES
from benchmarks.bloat_index_shapes import INDEX_SHAPES
from benchmarks.bloat_truth import compare, summary
from tests.conftest import MakeDatabase, as_bare_role, connect
from tests.scenarios import execute
from workbench import catalog
from workbench.bloat import COLUMNS, NEEDED, bloat_frame, by_root, estimates
from workbench.bloat.btree import Keys, btree_estimate
from workbench.bloat.build import posting_cost
from workbench.bloat.layout import Attribute, heap_rows_per_page, index_entry_sizes, tilt
from workbench.catalog import MissingFrameError
from workbench.commands.bloat import bloat
from workbench.probes.bloat import Budget, page_bloat, read_pages
from workbench.server import Server
from workbench.targets import Target, parse_url

CHOSEN = {
    *("churned_key", "queue", "low_cardinality_grown", "status_moves", "children_random", "half_null"),
    *("numeric_price", "expression_lower", "include", "partial_shared", "stale", "composite_nulls"),
    *("h_deleted", "h_queue", "h_dropped_column", "h_half_null", "h_toast_mixed", "h_fillfactor_70_churned"),
    *("h_stale", "unread_dead_rows"),
}


def test_every_tier_keeps_its_error(server: Server, make_database: MakeDatabase) -> None:
    shapes = [shape for shape in INDEX_SHAPES + HEAP_SHAPES if shape.name in CHOSEN]
    frame = compare(make_database(server), shapes)
    found = summary(frame).set_index(["kind", "way"])
    assert found.loc[("index", "estimated"), "mean_error"] < 3
    assert found.loc[("heap", "estimated"), "mean_error"] < 5
    for kind in ("index", "heap"):
        assert found.loc[(kind, "measured"), "mean_error"] < 2
        assert found.loc[(kind, "sampled"), "mean_error"] < 3
        assert found.loc[(kind, "estimated"), "greatest_error"] < 10
        assert found.loc[(kind, "estimated"), "mean_error"] < found.loc[(kind, "ioguix"), "mean_error"]
        for way in ("estimated", "sampled", "measured"):
            assert found.loc[(kind, way), "inside_ratio"] >= 0.75
    refused = frame[frame["refused"]]
    assert refused["estimated"].isna().all() and refused["not_examined"].notna().all()
    assert frame[~frame["refused"]]["estimated"].notna().all()


SCHEMA = """
create table record (id bigserial primary key, ward int, note text, body text, data jsonb);
insert into record (ward, note, body, data)
select g % 40, 'note ' || g, (select string_agg(md5((g * 99 + n)::text), '') from generate_series(1, 90) as n),
    jsonb_build_object('n', g) from generate_series(1, 4000) as g;
create index record_note on record (note);
create index record_data on record using gin (data);
create table small (id int primary key);
insert into small values (1);
--;
vacuum analyze record
--;
analyze small
"""


def _look(target: Target) -> pd.DataFrame:
    snapshot = catalog.capture(target)
    return bloat_frame({name: snapshot[name] for name in NEEDED}, None).set_index("object")


def test_what_cannot_be_told_has_a_reason_and_no_number(server: Server, make_database: MakeDatabase) -> None:
    look = _look(make_database(server, SCHEMA))
    assert list(look.reset_index().columns) == list(COLUMNS)
    reasons = look["not_examined"]
    assert reasons["public.small"].startswith("smaller than 8 pages")
    assert "how often each word or key occurs" in reasons["public.record.record_data"]
    assert "no statistics of TOAST tables" in reasons["public.record.TOAST"]
    unknown = look[reasons.notna()]
    assert unknown[["wasted_bytes", "bloat_ratio", "tier"]].isna().all().all()
    assert look.loc["public.record.record_pkey", "tier"] == "estimated"


def test_a_role_without_rights_gets_reasons_and_a_monitor_gets_figures(
    server: Server, make_database: MakeDatabase
) -> None:
    extensions = """--;\ncreate schema "Odd ""one"; create extension pgstattuple schema "Odd ""one";
    create extension pageinspect"""
    target = make_database(server, SCHEMA + extensions)
    with connect(target) as connection:
        connection.execute(
            "do $$ begin create role wb_monitor login in role pg_monitor; "
            "exception when duplicate_object or unique_violation then null; end $$"
        )
    bare = as_bare_role(target)
    look = _look(bare)
    assert "no SELECT" in look.loc["public.record", "not_examined"]
    assert "no SELECT" in look.loc["public.record.record_note", "not_examined"]
    # A key of fixed width that is never NULL needs no statistics of its column.
    assert look.loc["public.record.record_pkey", "tier"] == "estimated"
    snapshot = catalog.capture(bare)
    with pytest.raises(MissingFrameError, match="USAGE on schema Odd"):
        read_pages(bare, snapshot, "measured", Budget(1e9, 10))
    execute(target, 'grant usage on schema "Odd ""one" to public;')
    with pytest.raises(MissingFrameError, match="pg_stat_scan_tables"):
        read_pages(bare, snapshot, "measured", Budget(1e9, 10))

    monitor = Target(target.name, parse_url(server.url(target.name, "wb_monitor")))
    pages = read_pages(monitor, catalog.capture(monitor), "measured", Budget(1e9, 10)).set_index("object")
    for name in ("public.record", "public.record.record_note", "public.record.TOAST"):
        assert pages.loc[name, "tier"] == "measured"
    with pytest.raises(MissingFrameError, match="superuser"):
        read_pages(monitor, catalog.capture(monitor), "sampled", Budget(1e9, 10))


def test_the_budget_reads_the_largest_suspects_and_names_the_rest(
    pg18: Server, make_database: MakeDatabase
) -> None:
    target = make_database(pg18, SCHEMA + "--;\ncreate extension pgstattuple")
    snapshot = catalog.capture(target)
    largest = snapshot["toast_tables"]["bytes"].max()
    pages = read_pages(target, snapshot, "measured", Budget(float(largest), 10))
    assert pages[pages["tier"].notna()]["object"].tolist() == ["public.record.TOAST"]
    assert pages[pages["tier"].isna()]["not_examined"].str.contains("byte budget").all()
    late = read_pages(target, snapshot, "measured", Budget(1e9, 0))
    assert late["not_examined"].str.contains("time budget").all()


def test_without_the_extension_the_estimate_stands_and_the_capture_is_whole(
    pg18: Server, make_database: MakeDatabase
) -> None:
    target = make_database(pg18, SCHEMA)
    snapshot = catalog.capture(target)
    page_bloat(target, snapshot)
    assert "CREATE EXTENSION pgstattuple" in snapshot.manifest["missing"]["page_bloat"]
    assert not snapshot.is_partial


def test_an_invalid_index_is_never_read(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg18, SCHEMA + "--;\ncreate extension pgstattuple")
    with connect(target) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("create unique index concurrently record_twice on record (ward)")
    snapshot = catalog.capture(target)
    pages = read_pages(target, snapshot, "measured", Budget(1e9, 10)).set_index("object")
    look = _look(target).loc["public.record.record_twice"]
    broken = pages["not_examined"].get("public.record.record_twice", look["not_examined"])
    assert "invalid index" in broken or broken.startswith("smaller")


def test_partitions_are_summed_at_their_root(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg18,
        """
        create table event (id int not null, at date not null, note text) partition by range (at);
        create table event_1 partition of event for values from ('2026-01-01') to ('2026-07-01');
        create table event_2 partition of event for values from ('2026-07-01') to ('2027-01-01');
        insert into event select g, date '2026-01-01' + g % 360, md5(g::text) from generate_series(1, 20000) as g;
        create index event_id on event (id);
        delete from event where id % 2 = 0;
        --;
        vacuum analyze event
        """,
    )
    snapshot = catalog.capture(target)
    frame = bloat_frame({name: snapshot[name] for name in NEEDED}, None)
    [root] = by_root(frame, snapshot["tables"]).to_dict("records")
    assert root["object"] == "public.event" and root["tiers"] == ("estimated",)
    assert root["bytes"] == frame["bytes"].sum()
    assert 0.45 < root["bloat_ratio"] < 0.55


def test_the_command_prints_one_document(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg18, SCHEMA)
    result = CliRunner().invoke(bloat, [pg18.url(target.name), "--tier", "estimated", "--format", "json"])
    document = json.loads(result.stdout)
    found = {one["object"]: one for one in document["objects"]}
    key = found["public.record.record_pkey"]
    assert set(key) == {
        *("object", "kind", "bytes", "wasted_bytes", "bloat_ratio", "tier", "interval", "not_examined")
    }
    assert key["tier"] == "estimated" and key["interval"][0] <= key["bloat_ratio"] <= key["interval"][1]
    assert found["public.small"]["bloat_ratio"] is None and found["public.small"]["interval"] is None


@pytest.mark.parametrize(
    ("counted", "reason"),
    [
        ("", None),
        ("select pg_stat_reset()", "reset"),
        ("delete from record where id % 2 = 0", "changed since the last ANALYZE"),
    ],
)
def test_an_estimate_needs_counters_that_saw_every_change(
    pg18: Server, make_database: MakeDatabase, counted: str, reason: str | None
) -> None:
    target = make_database(pg18, SCHEMA)
    with connect(target) as connection:
        connection.execute(counted.encode() or b"select 1")
        connection.execute("select pg_stat_force_next_flush()")
    found = estimates({name: catalog.capture(target)[name] for name in NEEDED}).set_index("object")
    told = found.loc["public.record.record_pkey", "not_examined"]
    assert pd.isna(told) if reason is None else reason in told


def test_a_fresh_integer_index_takes_what_postgresql_gives_it() -> None:
    # 366 entries of 16 bytes and a line pointer fill a leaf to 90 %.
    rows = 366 * 100
    [pages] = {round(btree_estimate([Attribute(4, 4)], None, rows, 90).expected)}
    assert pages in (102, 103)


@given(st.integers(1, 5000), st.sampled_from([16.0, 24.0, 40.0]))
def test_a_posting_list_never_costs_more_than_its_rows_apart(count: int, base: float) -> None:
    [cost] = posting_cost(np.array([float(count)]), base)
    assert cost <= count * (base + 4) + 8
    assert cost >= 6 * (count - 1)


@settings(max_examples=50)
@given(st.floats(1, 50), st.floats(0, 1))
def test_bounds_hold_the_expected_pages(rows_per_key: float, nulls: float) -> None:
    keys = Keys(30_000 / rows_per_key, 30_000 / rows_per_key, (), nulls)
    pages = btree_estimate([Attribute(8, 8, nulls)], keys, 30_000, 90)
    assert pages.low <= pages.expected <= pages.high


def test_null_entries_take_a_longer_header() -> None:
    assert index_entry_sizes([Attribute(4, 4)]).mean() == 16
    assert index_entry_sizes([Attribute(4, 4, null_ratio=1.0)]).mean() == 16
    mixed = index_entry_sizes([Attribute(4, 4, null_ratio=0.5), Attribute(8, 8)]).mean()
    assert math.isclose(mixed, 24, abs_tol=0.1)


def test_tilting_meets_the_known_average() -> None:
    shares = tilt((10, 20, 30), (0.5, 0.3, 0.2), 21)
    mean = sum(width * share for width, share in zip((10, 20, 30), shares, strict=True))
    assert 21 <= mean <= 22 and math.isclose(sum(shares), 1)


def test_wide_rows_leave_the_tail_of_a_page() -> None:
    assert heap_rows_per_page(np.array([2700.0]), 100) == 3
    assert heap_rows_per_page(np.array([9000.0]), 100) == 1
