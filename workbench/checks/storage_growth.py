"""Growth of tables between reviews, where the history has earlier ones."""

from __future__ import annotations

import pandas as pd

from workbench.catalog import Snapshot
from workbench.checks import check, derived
from workbench.checks.indexes import MEBIBYTE
from workbench.findings import Finding, NotExamined, Severity, Verdict
from workbench.growth import growth, sizes
from workbench.naming import dotted
from workbench.rows import rows


@derived
def table_growth(
    past_sizes: pd.DataFrame,
    tables: pd.DataFrame,
    table_activity: pd.DataFrame,
    snapshot: Snapshot,
) -> pd.DataFrame:
    """Return the growth of every table since earlier reviews; columns as :data:`workbench.growth.GROWTH_COLUMNS`."""
    return growth(past_sizes, sizes(tables, table_activity), pd.Timestamp(snapshot.captured_at))


@check(subject="storage", kind="runtime")
def fast_growing_table(
    table_growth: pd.DataFrame,
    *,
    within_days: float = 90.0,
    min_bytes: int = 100 * MEBIBYTE,
    min_gained_ratio: float = 0.05,
) -> Verdict:
    """Table that doubles soon.

    Problem: By its growth between reviews the table, indexes included, doubles within within_days.
    Impact: Disk, backups, VACUUM and every sequential scan grow with it; what is quick today is not then.
    Fix: Decide how long rows are kept; partition by time while the table is small enough to be moved.
    False positives: A bulk load between two reviews looks like steady growth; the window and the number of readings
    are in the evidence. Tables without an earlier reading, or whose reviews span less than a day, are not judged.
    """
    judged = table_growth[table_growth["bytes_per_day"].notna()]
    unread = [
        NotExamined(dotted(row.schema_name, row.table_name), str(row.note))
        for row in rows(table_growth[table_growth["bytes_per_day"].isna()])
        if row.total_bytes >= min_bytes
    ]
    findings = [
        Finding(
            object=dotted(row.schema_name, row.table_name),
            title=f"Table {row.table_name} doubles in about {row.doubles_days:,.0f} days",
            detail=(
                f"It gained {row.gained_bytes / MEBIBYTE:,.0f} MB in {row.window_days:,.1f} days "
                f"({row.readings_count} readings) and takes {row.total_bytes / MEBIBYTE:,.0f} MB"
                + ("." if pd.isna(row.note) else f"; {row.note}.")
            ),
            severity=Severity.LOW if row.readings_count > 2 else Severity.INFO,
            evidence={
                "bytes": int(row.total_bytes),
                "gained_bytes": int(row.gained_bytes),
                "window_days": round(row.window_days, 2),
                "readings_count": int(row.readings_count),
                "bytes_per_day": round(row.bytes_per_day),
                "doubles_days": round(row.doubles_days, 1),
            },
        )
        for row in rows(judged[judged["doubles_days"] <= within_days])
        if row.total_bytes >= min_bytes and row.gained_bytes >= min_gained_ratio * row.total_bytes
    ]
    return Verdict(len(judged), findings, unread)
