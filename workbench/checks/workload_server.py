"""Transactions, sessions, cache, checkpoints and autovacuum: how the server as a whole is doing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.checks import check
from workbench.checks.schema import alter, path
from workbench.checks.security_roles import SERVER
from workbench.checks.workload import per_day
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.rows import Row, rows
from workbench.words import counted

SETTING = "default_transaction_isolation"
NO_STATE = "their state needs pg_read_all_stats (in pg_monitor)"


@check(subject="workload", kind="static")
def isolation_override(role_settings: pd.DataFrame, snapshot_facts: Mapping[str, Any]) -> Verdict:
    """Isolation level that differs by role or database.

    Problem: default_transaction_isolation is set for a role or the database, away from read committed.
    Impact: The same code fails with serialization errors under one role and not under another.
    Fix: Set the level in the transactions that need it, write the policy down, and retry on 40001 and
    40P01.
    False positives: A role made for one job that needs repeatable reads, a backup say.
    """
    overrides = role_settings[role_settings["setting_name"] == SETTING]
    findings = []
    for row in rows(overrides):
        scope = row.database_name if pd.isna(row.role_name) else row.role_name
        word = "database" if pd.isna(row.role_name) else "role"
        findings.append(
            Finding(
                object=scope if isinstance(scope, str) else SERVER,
                title=f"The {word} has an isolation level of its own",
                detail=f"{SETTING} is {row.value}.",
                severity=Severity.INFO,
                evidence={"isolation": row.value, "scope": word},
                distinct=word,
            )
        )
    level = str(snapshot_facts["transaction_isolation"])
    if overrides.empty and level != "read committed":
        finding = Finding(
            object=SERVER,
            title="The server has an isolation level of its own",
            detail=f"{SETTING} is {level}.",
            severity=Severity.INFO,
            evidence={"isolation": level, "scope": "server"},
            distinct="server",
        )
        findings.append(finding)
    return Verdict(1 + len(overrides), findings)


@check(subject="workload", kind="runtime")
def deadlocks(
    snapshot_facts: Mapping[str, Any], *, per_day_low: float = 1.0, per_day_medium: float = 10.0
) -> Verdict:
    """Deadlocks in the database.

    Problem: Transactions waited for each other in a circle, and PostgreSQL ended one of them.
    Impact: The ended transaction's work is lost unless the application tries again.
    Fix: Take locks in one order everywhere, keep transactions short, retry on 40P01.
    False positives: A deadlock long ago; the counter runs since the statistics were reset.
    """
    count = int(snapshot_facts["deadlocks_count"])
    daily = per_day(count, _since(snapshot_facts), snapshot_facts["captured_at"])
    severity = Severity.INFO
    if daily >= per_day_low and count > 1:
        severity = Severity.MEDIUM if daily >= per_day_medium and count >= per_day_medium else Severity.LOW
    finding = Finding(
        object=str(snapshot_facts["database_name"]),
        title="Deadlocks",
        detail=f"{count:,} since the statistics were reset, {daily:,.1f} a day.",
        severity=severity,
        evidence={"deadlocks_count": count, "per_day": round(daily, 2)},
    )
    return Verdict(1, [finding] if count else [])


def _since(facts: Mapping[str, Any]) -> pd.Timestamp:
    reset = facts["stats_reset_at"]
    chosen = facts["started_at"] if pd.isna(reset) else reset
    return pd.Timestamp(chosen)


@check(subject="workload", kind="runtime")
def high_rollback_share(
    snapshot_facts: Mapping[str, Any], *, min_ratio: float = 0.1, min_transactions: int = 1000
) -> Verdict:
    """Many transactions that are rolled back.

    Problem: A tenth of all transactions or more end in a rollback.
    Impact: Their work is done and thrown away; it leaves dead rows, and the errors behind it are hidden.
    Fix: Look for errors in the server's log: constraint violations that an ON CONFLICT would avoid,
    timeouts.
    False positives: A framework or a pooler that ends read-only transactions with ROLLBACK.
    """
    commits, rollbacks = int(snapshot_facts["commits_count"]), int(snapshot_facts["rollbacks_count"])
    total = commits + rollbacks
    if total < min_transactions:
        return Verdict(
            0, [], [NotExamined("transactions", f"too few to judge: {counted(total, 'transaction')}")]
        )
    ratio = rollbacks / total
    finding = Finding(
        object=str(snapshot_facts["database_name"]),
        title="Many transactions are rolled back",
        detail=f"{ratio:.0%} of {counted(total, 'transaction')}.",
        severity=Severity.LOW,
        evidence={"rollback_ratio": round(ratio, 4), "commits_count": commits, "rollbacks_count": rollbacks},
    )
    return Verdict(1, [finding] if ratio >= min_ratio else [])


@check(subject="workload", kind="runtime")
def long_transaction(
    activity: pd.DataFrame,
    snapshot_facts: Mapping[str, Any],
    *,
    max_seconds: float = 900.0,
    max_idle_seconds: float = 60.0,
) -> Verdict:
    """Transaction that is open for long.

    Problem: A session has been in one transaction for long, or sits idle in one.
    Impact: It holds locks, and no row that died since can be removed from any table of the database.
    Fix: Commit before waiting for users or other services; set idle_in_transaction_session_timeout.
    False positives: A backup or a batch that needs one snapshot.
    """
    own = activity[activity["database_name"] == snapshot_facts["database_name"]]
    readable = own[own["state"].notna()]
    hidden = len(own) - len(readable)
    open_ones = readable[readable["transaction_seconds"].notna()]
    found: dict[tuple[str, str, bool], Finding] = {}
    for row in rows(open_ones.sort_values("transaction_seconds")):
        idle = str(row.state).startswith("idle in transaction")
        waited = row.state_seconds if idle else row.transaction_seconds
        if waited >= (max_idle_seconds if idle else max_seconds):
            # One finding for each application and state: process numbers tell nothing in the next run.
            found[row.role_name, row.application_name, idle] = _open_for_long(row, idle, waited)
    unread = (
        [NotExamined("sessions", f"{counted(hidden, 'session')} of other roles: {NO_STATE}")]
        if hidden
        else []
    )
    return Verdict(len(readable), list(found.values()), unread)


def _open_for_long(row: Row, idle: bool, waited: float) -> Finding:
    return Finding(
        object=str(row.role_name),
        title="Idle in a transaction" if idle else "A transaction open for long",
        detail=f"{row.application_name or 'A session'}: {row.state} for {waited:,.0f} s.",
        severity=Severity.MEDIUM,
        evidence={
            "application_name": row.application_name,
            "state": row.state,
            "transaction_seconds": round(float(row.transaction_seconds), 1),
        },
        distinct=f"{row.application_name} {'idle' if idle else 'active'}",
    )


@check(subject="workload", kind="runtime")
def lock_wait(
    activity: pd.DataFrame, snapshot_facts: Mapping[str, Any], *, min_seconds: float = 5.0
) -> Verdict:
    """Session that waits for a lock.

    Problem: At capture a session was waiting for a lock that another session held.
    Impact: The statement stands still, and those that queue behind it too.
    Fix: Look at the session that holds the lock; keep transactions short, change schemas with lock_timeout
    set.
    False positives: A wait that ended a moment later; short ones are not reported.
    """
    own = activity[activity["database_name"] == snapshot_facts["database_name"]]
    readable = own[own["state"].notna()]
    waiting = readable[
        (readable["wait_event_type"] == "Lock") & (readable["statement_seconds"] >= min_seconds)
    ]
    findings = {
        (row.role_name, row.application_name): Finding(
            object=str(row.role_name),
            title="A session waits for a lock",
            detail=f"{row.command or 'A statement'} has waited up to {row.statement_seconds:,.0f} s.",
            severity=Severity.LOW,
            evidence={"wait_event": row.wait_event, "blocked_by_count": len(row.blocked_by)},
            distinct=str(row.application_name),
        )
        for row in rows(waiting.sort_values("statement_seconds"))
    }
    return Verdict(len(readable), list(findings.values()))


@check(subject="workload", kind="runtime")
def connection_limit(
    activity: pd.DataFrame, setting_values: Mapping[str, str], *, max_ratio: float = 0.8
) -> Verdict:
    """Nearly all connections are taken.

    Problem: At capture most of max_connections were in use.
    Impact: The next client is refused, and many idle sessions cost memory and slow every snapshot down.
    Fix: A pooler (PgBouncer) or smaller pools in the applications; raise max_connections last.
    False positives: none known
    """
    if "max_connections" not in setting_values:
        return Verdict(0, [], [NotExamined(SERVER, "max_connections is not among the captured settings")])
    limit = int(setting_values["max_connections"]) - int(
        setting_values.get("superuser_reserved_connections", "3")
    )
    used = len(activity)
    idle = int((activity["state"] == "idle").sum())
    finding = Finding(
        object=SERVER,
        title="Nearly all connections are taken",
        detail=f"{used} of {counted(limit, 'connection')} that ordinary roles can have; {idle} idle.",
        severity=Severity.MEDIUM,
        evidence={"connections_count": used, "limit_count": limit, "idle_count": idle},
    )
    return Verdict(1, [finding] if used >= max_ratio * limit else [])


@check(subject="workload", kind="runtime")
def low_cache_hit(
    snapshot_facts: Mapping[str, Any], *, min_ratio: float = 0.95, min_blocks: int = 1_000_000
) -> Verdict:
    """Few pages are found in shared buffers.

    Problem: More than one page in twenty came from outside shared buffers.
    Impact: Where the operating system's cache does not hold them either, each costs a read from disk.
    Fix: Look at the statements that read most; then shared_buffers, a quarter of the memory as a rule.
    False positives: A reporting database that scans more than fits into memory; pages that the system
    caches.
    """
    hit, read = int(snapshot_facts["blocks_hit_count"]), int(snapshot_facts["blocks_read_count"])
    if hit + read < min_blocks:
        return Verdict(
            0,
            [],
            [NotExamined("shared buffers", f"too few to judge: {counted(hit + read, 'page access')}")],
        )
    ratio = hit / (hit + read)
    finding = Finding(
        object=str(snapshot_facts["database_name"]),
        title="Few pages are found in shared buffers",
        detail=f"{ratio:.1%} of {counted(hit + read, 'page access')}.",
        severity=Severity.LOW,
        evidence={"hit_ratio": round(ratio, 4), "blocks_hit_count": hit, "blocks_read_count": read},
    )
    return Verdict(1, [finding] if ratio < min_ratio else [])


@check(subject="workload", kind="runtime")
def checkpoint_pressure(
    checkpointer: pd.DataFrame, setting_values: Mapping[str, str], *, min_checkpoints: int = 20
) -> Verdict:
    """Checkpoints because the write-ahead log was full.

    Problem: More checkpoints were asked for by max_wal_size than came on time.
    Impact: After each checkpoint every page is logged whole once, so the log and the writes multiply.
    Fix: Raise max_wal_size until checkpoints come by checkpoint_timeout.
    False positives: Backups and CHECKPOINT commands count as requested too.
    """
    facts = checkpointer.iloc[0]
    timed, requested = int(facts["timed_checkpoints_count"]), int(facts["requested_checkpoints_count"])
    if timed + requested < min_checkpoints:
        return Verdict(
            0, [], [NotExamined(SERVER, f"too few to judge: {counted(timed + requested, 'checkpoint')}")]
        )
    finding = Finding(
        object=SERVER,
        title="Checkpoints because the write-ahead log was full",
        detail=f"{requested:,} requested beside {timed:,} on time.",
        severity=Severity.LOW,
        evidence={
            "requested_checkpoints_count": requested,
            "timed_checkpoints_count": timed,
            "max_wal_size_megabytes": _whole_number(setting_values.get("max_wal_size")),
        },
    )
    return Verdict(1, [finding] if requested > timed else [])


def _whole_number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


@check(subject="workload", kind="static")
def autovacuum_settings(
    setting_values: Mapping[str, str], reviewed_tables: pd.DataFrame, *, large_rows: float = 10_000_000
) -> Verdict:
    """Autovacuum that is off, or waits for a fifth of a large table.

    Problem: autovacuum or track_counts is off, or a table of millions of rows waits until a fifth of them
    is dead.
    Impact: Dead rows fill the tables and statistics grow old; in the end transaction IDs run out.
    Fix: Turn it on; give large tables a smaller autovacuum_vacuum_scale_factor.
    False positives: A server for tests.
    """
    if "autovacuum" not in setting_values:
        return Verdict(0, [], [NotExamined(SERVER, "autovacuum is not among the captured settings")])
    findings = [
        Finding(
            object=SERVER,
            title=f"{name} is off",
            detail="Dead rows are not removed and statistics are not renewed by themselves.",
            severity=Severity.HIGH,
            evidence={"setting": name},
            fix=Fix(
                f"ALTER SYSTEM SET {name} = on;\nSELECT pg_reload_conf();",
                f"ALTER SYSTEM RESET {name};\nSELECT pg_reload_conf();",
                "none on any table",
            ),
            distinct=name,
        )
        for name in ("autovacuum", "track_counts")
        if setting_values.get(name) == "off"
    ]
    factor = float(setting_values.get("autovacuum_vacuum_scale_factor", "0.2"))
    large = reviewed_tables[
        (reviewed_tables["estimated_rows"] >= large_rows) & (reviewed_tables["kind"] == "table")
    ]
    findings += [
        _slow_to_vacuum(row, factor) for row in rows(large) if factor >= 0.1 and not _has_own_factor(row)
    ]
    return Verdict(1 + len(large), findings)


def _has_own_factor(row: Row) -> bool:
    return any(option.startswith("autovacuum_vacuum_scale_factor=") for option in row.options)


def _slow_to_vacuum(row: Row, factor: float) -> Finding:
    return Finding(
        object=path(row),
        title="Autovacuum waits for millions of dead rows",
        detail=f"{factor:.0%} of about {row.estimated_rows:,.0f} rows must die before autovacuum comes.",
        severity=Severity.LOW,
        evidence={"estimated_rows": int(row.estimated_rows), "scale_factor": factor},
        fix=Fix(
            alter(row, "SET (autovacuum_vacuum_scale_factor = 0.02)"),
            alter(row, "RESET (autovacuum_vacuum_scale_factor)"),
            "SHARE UPDATE EXCLUSIVE on the table",
        ),
    )
