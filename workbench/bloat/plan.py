"""The order of work that gives wasted space back: what to run, what it frees, how long, under which lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.naming import dotted, qualified
from workbench.rows import records

# Bytes per second that a server reads and writes while it does this, from slow shared disks to fast local
# ones; a range and no promise.
_SPEEDS = {"VACUUM": (40e6, 400e6), "REINDEX": (15e6, 120e6), "rewrite": (15e6, 150e6)}


def maintenance_plan(
    own_bloat: pd.DataFrame,
    tables: pd.DataFrame,
    vacuum_thresholds: pd.DataFrame,
    *,
    min_ratio: float = 0.35,
    min_wasted_bytes: int = 1 << 19,
) -> pd.DataFrame:
    """Return the steps in the order to take them.

    First VACUUM where dead rows are past autovacuum's threshold: it locks nobody out, and a rebuild before
    it would copy dead rows' neighbours for nothing. Then REINDEX CONCURRENTLY of bloated indexes, the largest
    gain first. Tables come last, for VACUUM FULL locks readers out; it rebuilds their indexes as well, so
    these are not rebuilt twice.

    Columns: ``step``, ``object``, ``action``, ``statement_sql``, ``frees_bytes``, ``room_bytes`` (needed
    meanwhile), ``least_seconds``, ``most_seconds``, ``lock``, ``tier``.
    """
    judged = own_bloat[own_bloat["tier"].notna()]
    is_worth = (judged["bloat_ratio"] >= min_ratio) & (
        judged["wasted_bytes"].astype("float64") >= min_wasted_bytes
    )
    worth = judged[is_worth]
    size = {row["table_oid"]: row for row in records(tables[["table_oid", "total_bytes", "indexes_bytes"]])}
    rewritten = {(r["schema_name"], r["table_name"]) for r in records(worth) if r["kind"] != "index"}
    steps = [
        _vacuum(row, size)
        for row in records(vacuum_thresholds)
        if row["dead_rows_count"] > row["threshold_rows"]
    ]
    by_waste = worth.sort_values("wasted_bytes", ascending=False, kind="stable")
    indexes = [row for row in records(by_waste) if row["kind"] == "index"]
    steps += [_reindex(row) for row in indexes if (row["schema_name"], row["table_name"]) not in rewritten]
    steps += _rewrites([row for row in records(by_waste) if row["kind"] != "index"], judged, size)
    frame = pd.DataFrame(steps, columns=list(_COLUMNS))
    frame.insert(0, "step", range(1, len(frame) + 1))
    return frame


_COLUMNS = (
    "object",
    "action",
    "statement_sql",
    "frees_bytes",
    "room_bytes",
    "least_seconds",
    "most_seconds",
    "lock",
    "tier",
)


def _step(
    path: str, action: str, sql: str, frees: float, room: float, work: float, lock: str, tier: Any
) -> dict[str, Any]:
    slow, fast = _SPEEDS[
        "VACUUM" if action == "VACUUM" else "REINDEX" if action.startswith("REINDEX") else "rewrite"
    ]
    return {
        "object": path,
        "action": action,
        "statement_sql": sql,
        "frees_bytes": int(frees),
        "room_bytes": int(room),
        "least_seconds": round(work / fast, 1),
        "most_seconds": round(work / slow, 1),
        "lock": lock,
        "tier": tier,
    }


def _total(size: Mapping[int, Mapping[str, Any]], oid: int) -> float:
    found = size.get(oid, {}).get("total_bytes", pd.NA)
    return 0.0 if pd.isna(found) else float(found)


def _vacuum(row: Mapping[str, Any], size: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    sql = f"VACUUM (ANALYZE) {qualified(row['schema_name'], row['table_name'])};"
    path, lock = (
        dotted(row["schema_name"], row["table_name"]),
        "SHARE UPDATE EXCLUSIVE",
    )
    # It gives back empty pages at the end alone; the rest becomes free for new rows.
    return _step(path, "VACUUM", sql, 0, 0, _total(size, row["table_oid"]), lock, "counters")


def _reindex(row: Mapping[str, Any]) -> dict[str, Any]:
    bare = row["object"][len(dotted(row["schema_name"], row["table_name"])) + 1 :]
    sql = f"REINDEX INDEX CONCURRENTLY {qualified(row['schema_name'], bare)};"
    left = row["bytes"] - row["wasted_bytes"]
    lock = "SHARE UPDATE EXCLUSIVE"
    return _step(
        row["object"],
        "REINDEX CONCURRENTLY",
        sql,
        row["wasted_bytes"],
        left,
        row["bytes"] + left,
        lock,
        row["tier"],
    )


def _rewrites(
    bloated: list[dict[str, Any]], judged: pd.DataFrame, size: Mapping[int, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return one rewrite per table whose heap or TOAST table is bloated; its indexes' waste comes back too."""
    steps, seen = [], set()
    for row in bloated:
        key = (row["schema_name"], row["table_name"])
        if key in seen:
            continue
        seen.add(key)
        own = judged[(judged["schema_name"] == key[0]) & (judged["table_name"] == key[1])]
        frees = float(own["wasted_bytes"].astype("float64").sum())
        total = max(_total(size, row["table_oid"]), float(own["bytes"].sum()))
        sql = f"VACUUM (FULL, ANALYZE) {qualified(*key)};"
        lock = "ACCESS EXCLUSIVE"
        steps.append(
            _step(
                dotted(*key),
                "VACUUM FULL or pg_repack",
                sql,
                frees,
                total - frees,
                2 * total - frees,
                lock,
                row["tier"],
            )
        )
    return sorted(steps, key=lambda step: -float(step["frees_bytes"]))
