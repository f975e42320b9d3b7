"""Maintenance: what VACUUM and ANALYZE have not come round to, and what keeps them from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from workbench.checks import check, derived
from workbench.checks.indexes import MEBIBYTE
from workbench.checks.storage import NOTHING_TO_UNDO
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import dotted, qualified
from workbench.rows import Row, rows
from workbench.words import counted

_LOCK = "SHARE UPDATE EXCLUSIVE on the table"


@derived
def vacuum_thresholds(
    tables: pd.DataFrame, table_activity: pd.DataFrame, settings: pd.DataFrame
) -> pd.DataFrame:
    """Return one row per table with storage: how far it is from its next autovacuum.

    Columns: ``table_oid``, ``schema_name``, ``table_name``, ``live_rows_count``, ``dead_rows_count``,
    ``threshold_rows`` (dead rows that start an autovacuum, by the server's settings and the table's own),
    ``is_enabled`` (autovacuum is on for it), ``last_vacuum_at`` (by whom ever), ``bytes``.
    The rule is the manual's: threshold + scale factor x reltuples, at most autovacuum_vacuum_max_threshold
    from 18 on.
    """
    defaults = {
        r.setting_name: r.value for r in rows(settings[settings["setting_name"].str.startswith("autovacuum")])
    }
    facts = tables[["table_oid", "estimated_rows", "options", "heap_bytes", "extension", "kind"]]
    joined = table_activity.merge(facts, on="table_oid")
    joined = joined[joined["extension"].isna() & (joined["kind"] == "table")]
    result = joined[["table_oid", "schema_name", "table_name", "live_rows_count", "dead_rows_count"]].copy()
    own = [_options(options) for options in joined["options"]]
    result["threshold_rows"] = [
        _threshold(defaults, options, float(count) if not pd.isna(count) else 0.0)
        for options, count in zip(own, joined["estimated_rows"], strict=True)
    ]
    server_on = defaults.get("autovacuum", "on") == "on"
    result["is_enabled"] = [server_on and not _is_off(options) for options in own]
    result["last_vacuum_at"] = joined[["last_vacuum_at", "last_autovacuum_at"]].max(axis=1)
    result["bytes"] = joined["heap_bytes"].astype("float64").fillna(0).astype("int64")
    return result.reset_index(drop=True)


def _options(options: Iterable[str]) -> dict[str, str]:
    return {name: value for name, _, value in (option.partition("=") for option in options)}


def _is_off(options: Mapping[str, str]) -> bool:
    return options.get("autovacuum_enabled", "true").lower() in ("off", "false", "no", "0", "f", "n")


def _threshold(defaults: Mapping[str, Any], own: Mapping[str, str], count: float) -> float:
    def setting(name: str, fallback: str) -> float:
        return float(own.get(name) or defaults.get(name) or fallback)

    base = setting("autovacuum_vacuum_threshold", "50")
    limit = base + setting("autovacuum_vacuum_scale_factor", "0.2") * count
    greatest = setting("autovacuum_vacuum_max_threshold", "-1")
    return min(limit, greatest) if greatest >= 0 else limit


@check(subject="maintenance", kind="runtime")
def dead_tuples(
    vacuum_thresholds: pd.DataFrame,
    *,
    min_dead_rows: int = 1000,
    min_dead_ratio: float = 0.2,
    over_threshold: float = 2.0,
    medium_rows: int = 100_000,
) -> Verdict:
    """Dead rows that VACUUM has not removed.

    Problem: The table holds over_threshold times as many dead rows as should start an autovacuum.
    Impact: Scans read them, indexes point to them, the table grows instead of using the space again.
    Fix: VACUUM it; then find out why autovacuum does not come: switched off, held back, or too slow.
    False positives: A bulk change just before the capture, which autovacuum is about to clean up.
    """
    findings = []
    for row in rows(vacuum_thresholds):
        ratio = row.dead_rows_count / max(1, row.dead_rows_count + row.live_rows_count)
        excess = row.dead_rows_count > over_threshold * row.threshold_rows
        if (
            row.dead_rows_count < min_dead_rows
            or ratio < min_dead_ratio
            or not (excess or not row.is_enabled)
        ):
            continue
        name = qualified(row.schema_name, row.table_name)
        never = pd.isna(row.last_vacuum_at)
        findings.append(
            Finding(
                object=dotted(row.schema_name, row.table_name),
                title=f"{counted(row.dead_rows_count, 'dead row')} in {row.table_name}",
                detail=(
                    f"{ratio:.0%} of its rows are dead; autovacuum would start at {row.threshold_rows:,.0f}"
                    f"{'' if row.is_enabled else ' but is switched off for it'}; last VACUUM: "
                    f"{'none since the statistics were reset' if never else f'{row.last_vacuum_at:%Y-%m-%d %H:%M}'}."
                ),
                severity=Severity.MEDIUM if row.dead_rows_count >= medium_rows else Severity.LOW,
                evidence={
                    "dead_rows_count": int(row.dead_rows_count),
                    "live_rows_count": int(row.live_rows_count),
                    "dead_ratio": round(ratio, 4),
                    "threshold_rows_count": int(row.threshold_rows),
                },
                fix=Fix(f"VACUUM (ANALYZE) {name};", NOTHING_TO_UNDO, _LOCK),
            )
        )
    return Verdict(len(vacuum_thresholds), findings)


@check(subject="maintenance", kind="static")
def autovacuum_disabled(tables: pd.DataFrame, settings: pd.DataFrame) -> Verdict:
    """Autovacuum switched off.

    Problem: Autovacuum is off for the table, or for the whole server.
    Impact: Dead rows pile up, statistics age, and only the emergency VACUUM against wraparound comes, when it hurts.
    Fix: Switch it on; tune its thresholds for the table instead.
    False positives: A table that a nightly job vacuums itself, or that is loaded once and dropped.
    """
    own = tables[
        tables["kind"].isin(["table", "partitioned table", "materialized view"]) & tables["extension"].isna()
    ]
    findings = [
        Finding(
            object=dotted(row.schema_name, row.table_name),
            title=f"Autovacuum is off for {row.table_name}",
            detail="Its storage parameter autovacuum_enabled is false.",
            severity=Severity.MEDIUM,
            evidence={"options": list(row.options)},
            fix=Fix(
                sql=f"ALTER TABLE {qualified(row.schema_name, row.table_name)} RESET (autovacuum_enabled);",
                undo=f"ALTER TABLE {qualified(row.schema_name, row.table_name)} SET (autovacuum_enabled = false);",
                lock=_LOCK,
            ),
        )
        for row in rows(own)
        if _is_off(_options(row.options))
    ]
    findings += [_toast_off(row) for row in rows(own) if _is_off(_options(row.toast_options))]
    value = settings.loc[settings["setting_name"] == "autovacuum", "value"]
    if len(value) and value.iloc[0] == "off":
        findings.append(
            Finding(
                object="server",
                title="Autovacuum is off for the whole server",
                detail="The setting autovacuum is off.",
                severity=Severity.HIGH,
                evidence={"autovacuum": "off"},
                fix=Fix(
                    "ALTER SYSTEM SET autovacuum = on;\nSELECT pg_reload_conf();",
                    "ALTER SYSTEM SET autovacuum = off;\nSELECT pg_reload_conf();",
                    "none",
                ),
            )
        )
    return Verdict(len(own) + 1, findings)


def _toast_off(row: Row) -> Finding:
    alter = f"ALTER TABLE {qualified(row.schema_name, row.table_name)}"
    return Finding(
        object=dotted(row.schema_name, row.table_name),
        title=f"Autovacuum is off for the TOAST table of {row.table_name}",
        detail="Its storage parameter toast.autovacuum_enabled is false: what replaced wide values leave stays.",
        severity=Severity.LOW,
        evidence={"toast_options": list(row.toast_options)},
        fix=Fix(
            sql=f"{alter} RESET (toast.autovacuum_enabled);",
            undo=f"{alter} SET (toast.autovacuum_enabled = false);",
            lock=_LOCK,
        ),
        distinct="toast",
    )


@check(subject="maintenance", kind="runtime")
def never_analyzed(
    tables: pd.DataFrame,
    table_activity: pd.DataFrame,
    *,
    min_rows: int = 1000,
) -> Verdict:
    """Table that was never analysed.

    Problem: The planner has no statistics of the table.
    Impact: It guesses sizes and selectivities, and picks plans that fit other tables.
    Fix: ANALYZE it; see why autovacuum has not.
    False positives: A table that was just loaded.
    """
    joined = table_activity.merge(
        tables[["table_oid", "estimated_rows", "extension", "persistence"]], on="table_oid"
    )
    own = joined[joined["extension"].isna() & (joined["persistence"] != "temporary")]
    findings = [
        Finding(
            object=dotted(row.schema_name, row.table_name),
            title=f"Table {row.table_name} was never analysed",
            detail=f"It holds about {row.live_rows_count:,} rows, of which the planner knows nothing.",
            severity=Severity.LOW,
            evidence={"live_rows_count": int(row.live_rows_count)},
            fix=Fix(f"ANALYZE {qualified(row.schema_name, row.table_name)};", NOTHING_TO_UNDO, _LOCK),
        )
        for row in rows(own)
        if pd.isna(row.estimated_rows) and row.live_rows_count >= min_rows
    ]
    return Verdict(len(own), findings)


@check(subject="maintenance", kind="runtime")
def low_hot_share(
    tables: pd.DataFrame,
    table_activity: pd.DataFrame,
    *,
    min_updates: int = 10_000,
    max_hot_ratio: float = 0.5,
    min_moved_ratio: float = 0.3,
    min_bytes: int = 10 * MEBIBYTE,
    fillfactor: int = 85,
) -> Verdict:
    """Updates that are not heap-only for lack of room on the page.

    Problem: The table is updated often, and many new row versions go to another page because their own is full.
    Impact: Each of them writes an entry into every index, and the indexes bloat.
    Fix: A lower fillfactor leaves room on each page; it takes hold for pages written from then on.
    False positives: Before 16 PostgreSQL does not count the updates that changed pages, so nothing is said.
    """
    joined = table_activity.merge(
        tables[["table_oid", "fillfactor", "extension", "heap_bytes"]], on="table_oid"
    )
    own = joined[joined["extension"].isna()]
    busy = own[(own["updated_count"] >= min_updates) & (own["heap_bytes"].astype("float64") >= min_bytes)]
    unread = [
        NotExamined(
            dotted(row.schema_name, row.table_name), "updates that changed pages are counted from 16 on"
        )
        for row in rows(busy[busy["newpage_updated_count"].isna()])
    ]
    findings = []
    for row in rows(busy[busy["newpage_updated_count"].notna()]):
        hot, moved = row.hot_updated_count / row.updated_count, row.newpage_updated_count / row.updated_count
        if hot <= max_hot_ratio and moved >= min_moved_ratio and row.fillfactor > fillfactor:
            findings.append(_without_room(row, hot, moved, fillfactor))
    return Verdict(len(own) - len(unread), findings, unread)


def _without_room(row: Row, hot: float, moved: float, fillfactor: int) -> Finding:
    alter = f"ALTER TABLE {qualified(row.schema_name, row.table_name)}"
    before = f"SET (fillfactor = {row.fillfactor})" if row.fillfactor != 100 else "RESET (fillfactor)"
    return Finding(
        object=dotted(row.schema_name, row.table_name),
        title=f"{moved:.0%} of the updates of {row.table_name} find no room on their page",
        detail=f"{hot:.0%} of {row.updated_count:,} updates were HOT; fillfactor is {row.fillfactor}.",
        severity=Severity.LOW,
        evidence={
            "updates_count": int(row.updated_count),
            "hot_ratio": round(hot, 4),
            "moved_ratio": round(moved, 4),
        },
        fix=Fix(f"{alter} SET (fillfactor = {fillfactor});", f"{alter} {before};", _LOCK),
    )
