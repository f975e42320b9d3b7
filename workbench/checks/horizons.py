"""Limits that a database runs into: transaction numbers, values of keys, and snapshots that hold VACUUM back."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from workbench.checks import check, derived
from workbench.checks.storage import NOTHING_TO_UNDO
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import dotted, literal, qualified
from workbench.rows import Row, rows

WRAPAROUND = 2_147_483_648
"""Transactions after which numbers start again; PostgreSQL stops writing three million before."""
GRAVE_RATIO = 0.5
_GREATEST = {"smallint": 32_767, "integer": 2_147_483_647, "bigint": 9_223_372_036_854_775_807}


@check(subject="maintenance", kind="runtime")
def vacuum_held_back(
    xmin_holders: pd.DataFrame,
    database: pd.DataFrame,
    *,
    min_age: int = 1_000_000,
    min_seconds: float = 3600.0,
    high_age: int = 50_000_000,
) -> Verdict:
    """Something holds VACUUM back.

    Problem: A session, slot, prepared transaction or standby still needs the rows of long ago.
    Impact: VACUUM removes no row that died since, in any table; bloat grows everywhere, and wraparound comes closer.
    Fix: End the session, drop the slot that nobody reads, commit or roll back the prepared transaction.
    False positives: A backup or report that runs and will end; its age tells.
    """
    facts = database.iloc[0]
    own = xmin_holders[
        xmin_holders["database_name"].isna() | (xmin_holders["database_name"] == facts["database_name"])
    ]
    findings = []
    for row in rows(own):
        seconds = 0.0 if pd.isna(row.since_at) else (facts["captured_at"] - row.since_at).total_seconds()
        # A prepared transaction outlives its session and any restart: one hour is never meant.
        is_old = row.kind != "standby" and seconds >= min_seconds
        if row.xmin_age_count < min_age and not is_old:
            continue
        findings.append(
            Finding(
                object="server",
                title=f"The {row.kind} {row.holder_name} holds VACUUM back",
                detail=f"{row.xmin_age_count:,} transactions old"
                + (f", open for {seconds / 3600:,.1f} hours" if seconds else "")
                + ("" if pd.isna(row.state) else f", {row.state}")
                + ".",
                severity=Severity.HIGH if row.xmin_age_count >= high_age else Severity.MEDIUM,
                evidence={
                    "kind": row.kind,
                    "xmin_age_count": int(row.xmin_age_count),
                    "open_seconds": round(seconds, 1),
                    "state": None if pd.isna(row.state) else row.state,
                },
                fix=_release(row),
                distinct=f"{row.kind}:{row.holder_name}"
                if row.kind != "session"
                else f"session:{row.role_name}",
            )
        )
    unread = (
        []
        if facts["is_monitor"]
        else [NotExamined("sessions of other roles", "their snapshots need pg_monitor")]
    )
    return Verdict(len(own) + 1, findings, unread)


def _release(row: Row) -> Fix | None:
    if row.kind == "prepared transaction":
        sql = f"ROLLBACK PREPARED {literal(row.holder_name)};"
        return Fix(sql, "-- cannot be undone: decide first whether COMMIT PREPARED is right", "none")
    if row.kind == "slot" and row.state == "inactive":
        sql = f"SELECT pg_drop_replication_slot({literal(row.holder_name)});"
        return Fix(sql, "-- cannot be undone: its reader must start from a new copy", "none")
    if row.kind == "session":
        return Fix(f"SELECT pg_terminate_backend({row.holder_name});", "-- cannot be undone", "none")
    return None


@check(subject="maintenance", kind="runtime")
def wraparound(
    tables: pd.DataFrame,
    database: pd.DataFrame,
    settings: pd.DataFrame,
    *,
    min_ratio: float = 0.25,
) -> Verdict:
    """Transaction numbers run out.

    Problem: The oldest unfrozen row of the table is min_ratio of the way to wraparound, or twice as old as
    autovacuum_freeze_max_age lets it be; half of the way is too far whatever that setting says.
    Impact: Past the limit the server takes no writes until a VACUUM in single-user mode or with the server idle.
    Fix: VACUUM (FREEZE) the oldest tables, and find what holds VACUUM back.
    False positives: None; the age itself is the risk.
    """
    limits = {
        r.setting_name: float(r.value) for r in rows(settings) if r.setting_name.endswith("freeze_max_age")
    }
    grave = GRAVE_RATIO * WRAPAROUND
    # A setting that lets rows grow old does not make it safe.
    xid_limit = min(grave, max(min_ratio * WRAPAROUND, 2 * limits.get("autovacuum_freeze_max_age", 2e8)))
    of_multixacts = 2 * limits.get("autovacuum_multixact_freeze_max_age", 4e8)
    multixact_limit = min(grave, max(min_ratio * WRAPAROUND, of_multixacts))
    aged = tables[tables["frozen_xid_age_count"].notna()]
    facts = database.iloc[0]
    # Ages of the system's catalog and of TOAST tables show in the database's age alone.
    ages = [
        (dotted(r.schema_name, r.table_name), r, r.frozen_xid_age_count, r.multixact_age_count)
        for r in rows(aged)
    ]
    findings = [
        _aging(path, row, int(xid), 0 if pd.isna(multixact) else int(multixact))
        for path, row, xid, multixact in ages
        if xid >= xid_limit or (not pd.isna(multixact) and multixact >= multixact_limit)
    ]
    whole = (int(facts["frozen_xid_age_count"]), int(facts["multixact_age_count"]))
    if not findings and (whole[0] >= xid_limit or whole[1] >= multixact_limit):
        findings.append(_aging(str(facts["database_name"]), None, *whole))
    return Verdict(len(aged) + 1, findings)


def _aging(path: str, table: Row | None, xid_age: int, multixact_age: int) -> Finding:
    ratio = max(xid_age, multixact_age) / WRAPAROUND
    name = "" if table is None else f" {qualified(table.schema_name, table.table_name)}"
    return Finding(
        object=path,
        title=f"{path} is {ratio:.0%} of the way to wraparound",
        detail=f"{xid_age:,} transactions and {multixact_age:,} multixacts since it was frozen.",
        severity=Severity.CRITICAL if ratio >= GRAVE_RATIO else Severity.HIGH,
        evidence={"xid_age_count": xid_age, "multixact_age_count": multixact_age},
        fix=Fix(f"VACUUM (FREEZE){name};", NOTHING_TO_UNDO, "SHARE UPDATE EXCLUSIVE on the table"),
    )


@derived
def key_usage(sequences: pd.DataFrame, columns: pd.DataFrame, foreign_keys: pd.DataFrame) -> pd.DataFrame:
    """Return one row per sequence with the limit that it meets first, counted from where it starts.

    That limit is its own, that of the column it feeds (as owner, or by the column's default), or that of a
    column that refers to it. Columns: ``object`` (dotted path of the column, or of a sequence without one),
    ``limit_object`` (what runs out first), ``sequence_name``, ``last_value``, ``start_value``, ``greatest_value``
    (the lowest of a sequence that descends), ``used_ratio`` (of the values from the start on), ``is_cycled``,
    ``can_select``, ``is_locked``.
    """
    types = {(c.table_oid, c.column_name): c.base_type for c in rows(columns)}
    referencing: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for key in rows(foreign_keys):
        for own, referenced in zip(key.column_names, key.referenced_columns, strict=True):
            path = dotted(key.schema_name, key.table_name, own)
            found = (path, types.get((key.table_oid, own), ""))
            referencing.setdefault((key.referenced_oid, referenced), []).append(found)
    fed = _fed_by_default(columns)
    found_rows = [_key_row(row, types, referencing, fed) for row in rows(sequences)]
    names = (
        "object",
        "limit_object",
        "sequence_name",
        "last_value",
        "start_value",
        "greatest_value",
        "is_cycled",
        "can_select",
        "is_locked",
    )
    frame = pd.DataFrame(found_rows, columns=list(names))
    # A sequence that the role may not read has no last value.
    last = pd.to_numeric(frame["last_value"].astype("Int64")).astype("float64")
    # The start may have been moved beyond the values that were handed out.
    limit = frame["greatest_value"].astype("float64")
    start = frame["start_value"].astype("float64")
    is_descending = limit < start
    start = start.where(is_descending, np.fmin(start, last)).where(~is_descending, np.fmax(start, last))
    whole = (limit - start).abs().replace(0.0, np.nan)
    frame["used_ratio"] = ((last - start).abs() / whole).where(last != limit, 1.0).where(last.notna())
    return frame


def _fed_by_default(columns: pd.DataFrame) -> dict[tuple[str, str], tuple[int, str, str]]:
    """Return (table OID, path, column) by the schema and name of the sequence that its default calls."""
    fed = {}
    has_default = columns["default_expression"].fillna("").str.contains("nextval(", regex=False)
    for column in rows(columns[has_default]):
        called = re.search(r"nextval\('((?:[^']|'')+)'::regclass\)", column.default_expression)
        parts = re.findall(r'"((?:[^"]|"")+)"|([^".]+)', called[1].replace("''", "'")) if called else []
        names = [quoted.replace('""', '"') or plain for quoted, plain in parts]
        if len(names) == 2:
            path = dotted(column.schema_name, column.table_name, column.column_name)
            fed[names[0], names[1]] = (int(column.table_oid), path, str(column.column_name))
    return fed


def _key_row(
    row: Row,
    types: dict[Any, str],
    referencing: dict[Any, list[tuple[str, str]]],
    fed: dict[tuple[str, str], tuple[int, str, str]],
) -> tuple[Any, ...]:
    sequence = dotted(row.schema_name, row.sequence_name)
    descends = row.increment < 0
    limits, path = [(float(row.min_value if descends else row.max_value), sequence)], sequence
    column = fed.get((row.schema_name, row.sequence_name))
    if not pd.isna(row.table_oid) and not pd.isna(row.column_name):
        owner = dotted(row.table_schema, row.table_name, row.column_name)
        column = (int(row.table_oid), owner, str(row.column_name))
    if column is not None:
        key, path = (column[0], column[2]), column[1]
        holders = [(path, types.get(key, "")), *referencing.get(key, [])]
        limits += [
            (float(-_GREATEST[kind] - 1 if descends else _GREATEST[kind]), holder)
            for holder, kind in holders
            if kind in _GREATEST
        ]
    limit, what = max(limits) if descends else min(limits)
    return (
        path,
        what,
        sequence,
        row.last_value,
        row.start_value,
        limit,
        row.is_cycled,
        row.can_select,
        row.is_locked,
    )


@check(subject="maintenance", kind="runtime")
def key_exhaustion(key_usage: pd.DataFrame, *, min_ratio: float = 0.5, high_ratio: float = 0.8) -> Verdict:
    """Keys that run out.

    Problem: A sequence has used min_ratio of the values that it, its column or a referencing column can hold.
    Impact: At the limit every insert fails; widening the column rewrites the table and those that refer to it.
    Fix: Change the column, the referencing columns and the sequence to bigint while there is time.
    False positives: A sequence that cycles on purpose is left out.
    """
    could_read = key_usage["can_select"] & ~key_usage["is_locked"]
    readable = key_usage[could_read & ~key_usage["is_cycled"]]
    unread = [
        NotExamined(
            row.object,
            f"another session has locked {row.sequence_name}"
            if row.is_locked
            else f"last_value of {row.sequence_name} needs SELECT or USAGE on it",
        )
        for row in rows(key_usage[~could_read])
    ]
    findings = []
    for row in rows(readable[readable["used_ratio"] >= min_ratio]):
        findings.append(
            Finding(
                object=row.object,
                title=f"{row.used_ratio:.0%} of the keys of {row.object} are used up",
                detail=f"{row.last_value:,} of {row.greatest_value:,.0f}, all that {row.limit_object} can hold.",
                severity=Severity.CRITICAL if row.used_ratio >= high_ratio else Severity.HIGH,
                evidence={
                    "last_value": int(row.last_value),
                    "greatest_value": int(row.greatest_value),
                    "start_value": int(row.start_value),
                    "used_ratio": round(row.used_ratio, 4),
                    "limit": row.limit_object,
                },
            )
        )
    return Verdict(len(readable), findings, unread)
