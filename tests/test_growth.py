"""Growth from the history: real reviews of a table that grows, with the clock of earlier ones set back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from tests.conftest import MakeDatabase
from tests.scenarios import execute, outcome_of
from workbench import figures, growth, history
from workbench.catalog import capture
from workbench.checks.storage_growth import fast_growing_table
from workbench.figures.tables import Note, Table
from workbench.review import Review, judge
from workbench.server import Server
from workbench.targets import Target

TABLE = "create table visit (id bigint primary key, note text); create table still (id int)"
FILL = (
    "insert into visit select g, repeat('x', 100) from generate_series({}, {}) as g;\n"
    "select pg_stat_force_next_flush();\nvacuum analyze visit;"
)
KEPT = ("fast_growing_table", "bloated_table", "bloated_index")


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    return history.open_history(f"sqlite:///{tmp_path / 'history.sqlite'}")


def _review(target: Target, engine: sa.Engine, *, days_ago: float = 0.0) -> Review:
    """Take a review and keep it as if it had been taken so many days ago."""
    snapshot = capture(target)
    history.add_past(engine, snapshot)
    judged = judge(snapshot, KEPT)
    number = history.record(engine, judged)
    moment = snapshot.captured_at - dt.timedelta(days=days_ago)
    with engine.begin() as connection:
        connection.execute(
            sa.text("update review_runs set captured_at = :at where run_id = :run"),
            {"at": moment.isoformat(), "run": number},
        )
    return judged


def test_growth_between_reviews(server: Server, make_database: MakeDatabase, engine: sa.Engine) -> None:
    target = make_database(server, TABLE)
    execute(target, FILL.format(1, 10_000))
    first = _review(target, engine, days_ago=20)
    assert "past_sizes" not in first and "one run only" in first.snapshot.manifest["missing"]["past_sizes"]
    note = figures.growth.growth(first)
    assert isinstance(note, Note)
    execute(target, FILL.format(10_001, 15_000))
    second = _review(target, engine, days_ago=10)
    [row] = second["table_growth"].query("table_name == 'visit'").itertuples()
    assert (row.readings_count, row.gained_rows_count) == (2, 5000) and row.gained_bytes > 500_000
    execute(target, FILL.format(15_001, 30_000))
    third = _review(target, engine)
    frame = third["table_growth"].set_index("table_name")
    grown, size = frame.loc["visit"], frame.loc["visit", "total_bytes"]
    assert grown["readings_count"] == 3 and grown["gained_rows_count"] == 20_000
    assert grown["window_days"] == pytest.approx(20, abs=0.1)
    assert grown["bytes_per_day"] == pytest.approx(grown["gained_bytes"] / 20, rel=0.25)
    assert grown["low_bytes_per_day"] < grown["bytes_per_day"] < grown["high_bytes_per_day"]
    assert grown["doubles_days"] == pytest.approx(size / grown["bytes_per_day"])
    assert frame.loc["still", "gained_bytes"] == 0 and pd.isna(frame.loc["still", "doubles_days"])
    assert isinstance(figures.growth.growth(third), Table)
    assert figures.growth.sizes_over_time(third).data
    # Three megabytes are no matter, however fast they grow.
    assert third.findings("fast_growing_table") == []
    verdict = fast_growing_table(third["table_growth"], min_bytes=1)
    assert [one.object for one in verdict.findings] == ["public.visit"]


def test_reviews_of_the_same_hour_project_nothing(
    pg18: Server, make_database: MakeDatabase, engine: sa.Engine
) -> None:
    target = make_database(pg18, TABLE)
    execute(target, FILL.format(1, 2_000))
    _review(target, engine)
    execute(target, FILL.format(2_001, 4_000))
    row = _review(target, engine)["table_growth"].set_index("table_name").loc["visit"]
    assert row["gained_bytes"] > 0 and pd.isna(row["bytes_per_day"]) and "nothing is projected" in row["note"]


def test_another_cluster_or_a_new_table_gives_no_growth(
    pg18: Server, pg15: Server, make_database: MakeDatabase, engine: sa.Engine
) -> None:
    target = make_database(pg18, TABLE)
    _review(target, engine, days_ago=5)
    elsewhere = make_database(pg15, TABLE)
    moved = Target(target.name, elsewhere.conninfo)
    assert "past_sizes" not in _review(moved, engine, days_ago=4)
    execute(target, "drop table still;\ncreate table still (id int);")
    later = _review(target, engine)
    assert list(later["table_growth"]["table_name"]) == ["visit"]


def test_bloat_before_and_after(pg18: Server, make_database: MakeDatabase, engine: sa.Engine) -> None:
    target = make_database(pg18, TABLE)
    execute(target, FILL.format(1, 20_000))
    execute(
        target,
        "delete from visit where id % 3 > 0;\nselect pg_stat_force_next_flush();\nvacuum analyze visit;",
    )
    before = _review(target, engine, days_ago=3)
    wasted = before["own_bloat"].set_index("object")["wasted_bytes"]
    execute(target, "vacuum (full, analyze) visit;")
    after = _review(target, engine)
    past = after["past_bloat"].set_index("object")["wasted_bytes"]
    assert past["public.visit"] == wasted["public.visit"] > 1_000_000
    assert after["own_bloat"].set_index("object")["wasted_bytes"]["public.visit"] < 50_000
    assert isinstance(figures.growth.bloat_since(after), Table)
    # The table shrank, so what it gained before says nothing of what it gains now.
    row = after["table_growth"].set_index("table_name").loc["visit"]
    assert pd.isna(row["bytes_per_day"]) and "starts anew" in row["note"]


@pytest.mark.parametrize(
    ("days", "sizes", "expected"),
    [
        ([0, 10], [100, 200], growth.Rate(10, None, None)),
        # Slopes of all pairs: 10, 10, 10, 40, 55, 100; of neighbours: 10, 10, 100.
        ([0, 1, 2, 3], [0, 10, 20, 120], growth.Rate(25, 10, 82)),
        ([0, 5, 10], [50, 50, 50], growth.Rate(0, 0, 0)),
    ],
)
def test_rates(days: list[float], sizes: list[float], expected: growth.Rate) -> None:
    assert growth.rate(days, sizes) == expected


def test_readings_are_spread_over_all_runs() -> None:
    chosen = history._spread(list(range(100)), 12)
    assert len(chosen) == 12 and chosen[0] == 0 and chosen[-2:] == [98, 99] and chosen == sorted(set(chosen))


def test_a_check_alone_says_that_growth_needs_earlier_reviews(
    pg18: Server, make_database: MakeDatabase
) -> None:
    [reason] = outcome_of(make_database(pg18), "fast_growing_table").not_examined
    assert "earlier reviews" in reason.reason
