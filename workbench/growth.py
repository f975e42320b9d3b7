"""Growth of tables between reviews: rates from the sizes that the history keeps, and how far they carry.

Pure functions over frames. A rate is a matter of its window: two readings give a line through two points,
three or more give a median of slopes with its spread. Nothing is projected from a short window, nor farther
than :data:`HORIZON` windows ahead.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.rows import cells, grouped, records

SIZE_COLUMNS = ("captured_at", "table_oid", "schema_name", "table_name", "total_bytes", "rows_count")
GROWTH_COLUMNS = (
    "table_oid",
    "schema_name",
    "table_name",
    "total_bytes",
    "rows_count",
    "since_at",
    "window_days",
    "readings_count",
    "gained_bytes",
    "gained_rows_count",
    "bytes_per_day",
    "low_bytes_per_day",
    "high_bytes_per_day",
    "doubles_days",
    "doubles_low_days",
    "doubles_high_days",
    "note",
)
SHORTEST_DAYS = 1.0
"""A window shorter than this gives no projection: the hours of a day differ too much."""
HORIZON = 10.0
"""Windows that a projection may reach ahead."""
SHRUNK_RATIO = 0.9
"""A table that lost more than a tenth was rewritten or emptied; what came before says nothing of its growth."""


@dataclass(frozen=True)
class Rate:
    """Bytes per day over a window; ``low`` and ``high`` are missing when two readings alone give it."""

    per_day: float
    low: float | None
    high: float | None


def sizes(tables: pd.DataFrame, table_activity: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the size of every table, partitions summed at their root; those of unknown size are left out.

    Columns: ``table_oid``, ``schema_name``, ``table_name``, ``heap_bytes``, ``toast_bytes``,
    ``indexes_bytes``, ``total_bytes`` and ``rows_count``: the cumulative counter's where a VACUUM or ANALYZE has
    set it since the last reset, else the planner's; missing when neither knows.
    """
    stored = tables[tables["kind"].isin(["table", "materialized view"]) & tables["extension"].isna()]
    parts = ["heap_bytes", "toast_bytes", "indexes_bytes", "total_bytes"]
    found = stored[["root_oid", "table_oid", *parts]].astype(dict.fromkeys(parts, "float64"))
    found["rows_count"] = stored["estimated_rows"]
    if table_activity is not None:
        found["rows_count"] = found["table_oid"].map(_live_rows(table_activity)).fillna(found["rows_count"])
    # A sum over partitions of which one is unknown would look like shrinking.
    summed = found.groupby("root_oid")[[*parts, "rows_count"]].sum(min_count=1)
    unknown = found.assign(blank=found["total_bytes"].isna()).groupby("root_oid")["blank"].any()
    summed = summed[~unknown.reindex(summed.index)]
    names = tables.set_index("table_oid")[["schema_name", "table_name"]]
    joined = summed.join(names, how="inner").rename_axis("table_oid").reset_index()
    return joined[["table_oid", "schema_name", "table_name", *parts, "rows_count"]]


def _live_rows(table_activity: pd.DataFrame) -> pd.Series[float]:
    """Return live rows by table OID where the counter can be trusted: after a reset it counts from zero."""
    moments = ["last_vacuum_at", "last_autovacuum_at", "last_analyze_at", "last_autoanalyze_at"]
    was_set = table_activity[moments].notna().any(axis=1)
    return table_activity[was_set].set_index("table_oid")["live_rows_count"].astype("float64")


def growth(past: pd.DataFrame, now: pd.DataFrame, captured_at: pd.Timestamp) -> pd.DataFrame:
    """Return one row per table that an earlier review has seen, the fastest growing first.

    Args:
        past: earlier readings in the columns of :data:`SIZE_COLUMNS`.
        now: today's, as :func:`sizes` returns them.
        captured_at: when today's were taken.

    Returns:
        The columns of :data:`GROWTH_COLUMNS`; bytes per day and days are missing where nothing can be said,
        and ``note`` then says why. ``doubles_low_days`` and ``doubles_high_days`` need three readings.
    """
    earlier = grouped(past, "table_oid")
    rows = []
    for table in records(now):
        readings = [
            (one["captured_at"], float(one["total_bytes"]), one["rows_count"])
            for one in earlier.get(table["table_oid"], [])
            # A restored database may give the same OID to another table.
            if one["captured_at"] < captured_at
            and (one["schema_name"], one["table_name"]) == (table["schema_name"], table["table_name"])
        ]
        if readings:
            here = (captured_at, float(table["total_bytes"]), table["rows_count"])
            rows.append({**table, **_of_table([*sorted(readings, key=lambda r: r[0]), here])})
    frame = pd.DataFrame(rows, columns=list(GROWTH_COLUMNS))
    return frame.sort_values("gained_bytes", ascending=False, kind="stable", ignore_index=True)


def _of_table(readings: Sequence[tuple[pd.Timestamp, float, float]]) -> dict[str, object]:
    """Return what the readings of one table, in their order, say of its growth."""
    kept, was_rewritten = _since_rewritten(readings)
    days = [(at - kept[0][0]).total_seconds() / 86_400 for at, _, _ in kept]
    bytes_, window = [size for _, size, _ in kept], days[-1]
    facts: dict[str, object] = {
        "since_at": kept[0][0],
        "window_days": window,
        "readings_count": len(kept),
        "gained_bytes": bytes_[-1] - bytes_[0],
        "gained_rows_count": kept[-1][2] - kept[0][2],
        "note": None,
    }
    blank = dict.fromkeys([c for c in GROWTH_COLUMNS if "per_day" in c or "doubles" in c], np.nan)
    if len(kept) < 2:
        return (
            facts | blank | {"note": "it was rewritten or emptied since the last review, so it starts anew"}
        )
    if window < SHORTEST_DAYS:
        reason = f"the reviews span {window * 1440:,.0f} minutes: from less than a day nothing is projected"
        return facts | blank | {"note": reason}
    found = rate(days, bytes_)
    facts |= {
        "bytes_per_day": found.per_day,
        "low_bytes_per_day": np.nan if found.low is None else found.low,
        "high_bytes_per_day": np.nan if found.high is None else found.high,
    }
    return facts | _doubling(found, bytes_[-1], window, was_rewritten)


def _since_rewritten(
    readings: Sequence[tuple[pd.Timestamp, float, float]],
) -> tuple[list[tuple[pd.Timestamp, float, float]], bool]:
    """Return the readings after the last one by which the table had shrunk, and whether there was one."""
    start = 0
    for number, (before, after) in enumerate(itertools.pairwise(readings), start=1):
        if after[1] < SHRUNK_RATIO * before[1]:
            start = number
    return list(readings[start:]), start > 0


def rate(days: Sequence[float], sizes_: Sequence[float]) -> Rate:
    """Return the growth per day: the median of the slopes between all pairs of readings (Theil and Sen).

    With three readings or more ``low`` and ``high`` are the tenth and ninetieth percentile of the slopes between
    neighbours: what the table did in calm and in busy times, not a confidence interval of the median.
    """
    pairs = list(itertools.combinations(zip(days, sizes_, strict=True), 2))
    slopes = [(b - a) / (t - s) for (s, a), (t, b) in pairs if t > s]
    if not slopes:
        return Rate(0.0, None, None)
    near = zip(itertools.pairwise(days), itertools.pairwise(sizes_), strict=True)
    steps = [(b - a) / (t - s) for (s, t), (a, b) in near if t > s]
    median = float(np.median(slopes))
    if len(steps) < 2:
        return Rate(median, None, None)
    low, high = np.percentile(steps, [10, 90])
    return Rate(median, min(float(low), median), max(float(high), median))


def _doubling(found: Rate, size: float, window: float, was_rewritten: bool) -> dict[str, object]:
    """Return in how many days a table doubles, and a note that says how much that is worth."""
    farthest = HORIZON * window

    def days(per_day: float | None) -> float:
        return size / per_day if per_day is not None and per_day > 0 else np.inf

    expected, soonest, latest = days(found.per_day), days(found.high), days(found.low)
    notes = ["counted from when it was rewritten or emptied"] if was_rewritten else []
    if expected > farthest:
        notes.append(f"does not double within {farthest:,.0f} days, as far as the window carries")
        blank = {"doubles_days": np.nan, "doubles_low_days": np.nan, "doubles_high_days": np.nan}
        return {**blank, "note": "; ".join(notes)}
    if found.low is None:
        notes.append("a line through two readings: how steady it is, a third will tell")
    elif not np.isfinite(latest):
        notes.append("it did not grow in every interval")
    return {
        "doubles_days": expected,
        "doubles_low_days": soonest if found.low is not None else np.nan,
        "doubles_high_days": latest if found.low is not None and np.isfinite(latest) else np.nan,
        "note": "; ".join(notes) or None,
    }


def reaches_days(frame: pd.DataFrame, limit_bytes: float) -> list[float]:
    """Return in how many days each table of a growth frame reaches a size; missing when it is beyond the window."""
    found = []
    for size, per_day, window in zip(
        *(cells(frame[name]) for name in ("total_bytes", "bytes_per_day", "window_days")), strict=True
    ):
        days = (limit_bytes - size) / per_day if per_day > 0 else np.inf
        found.append(max(0.0, days) if days <= HORIZON * window else np.nan)
    return found
