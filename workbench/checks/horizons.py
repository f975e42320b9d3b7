"""Limits that a database runs into: transaction numbers, and snapshots that hold VACUUM back."""

from __future__ import annotations

import pandas as pd

from workbench.checks import check
from workbench.checks.storage import NOTHING_TO_UNDO
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import dotted, literal, qualified
from workbench.rows import Row, rows
from workbench.words import counted

WRAPAROUND = 2_147_483_648
"""Transactions after which numbers start again; PostgreSQL stops writing three million before."""
GRAVE_RATIO = 0.5


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
                detail=f"{counted(row.xmin_age_count, 'transaction')} old"
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
        detail=f"{counted(xid_age, 'transaction')} and {counted(multixact_age, 'multixact')} since it was frozen.",
        severity=Severity.CRITICAL if ratio >= GRAVE_RATIO else Severity.HIGH,
        evidence={"xid_age_count": xid_age, "multixact_age_count": multixact_age},
        fix=Fix(f"VACUUM (FREEZE){name};", NOTHING_TO_UNDO, "SHARE UPDATE EXCLUSIVE on the table"),
    )
