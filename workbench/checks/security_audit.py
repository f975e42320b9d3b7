"""Audit log tables: may they be changed, can the usual questions be answered, do they grow in one piece."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.checks import check
from workbench.checks.schema import path
from workbench.checks.security import PUBLIC, Rights, people, revoke
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import column_list, dotted, qualified, quote
from workbench.rows import Row, rows
from workbench.words import object_name, phrases, words

MUTATIONS = ("UPDATE", "DELETE", "TRUNCATE")
WHO = phrases(
    "user id, actor id, performed by, changed by, user, actor, accessed by, created by, disclosed by"
)
WHAT = phrases(
    "entity id, record id, resource id, object id, row id, target id, entity, record, patient id, student id"
)
WHEN = phrases(
    "created at, occurred at, performed at, changed at, timestamp, logged at, event time, at, accessed at"
)


@check(subject="security", kind="static")
def audit_log_mutable(
    audit_tables: pd.DataFrame,
    rights: Rights,
    triggers: pd.DataFrame,
    functions: pd.DataFrame,
    policies: pd.DataFrame,
) -> Verdict:
    """Audit log that roles may change.

    Problem: A role other than a superuser may update, delete or truncate the audit log, or some of its columns,
    and neither a trigger nor row security stops it.
    Impact: The trail can be rewritten by whoever wants to hide something, and by any bug in the
    application.
    Fix: Grant INSERT and SELECT only; let a role own the table that nobody logs in as.
    False positives: A role that deletes old rows after the time they must be kept.
    """
    raising = set(functions[functions["raises_exception"]]["function_oid"])
    guards = triggers[
        (triggers["timing"] == "before") & triggers["is_enabled"] & triggers["function_oid"].isin(raising)
    ]
    findings = []
    for row in rows(audit_tables):
        stopped = {
            event.upper()
            for events in guards[guards["table_oid"] == row.table_oid]["events"]
            for event in events
        }
        open_ways = [privilege for privilege in MUTATIONS if privilege not in stopped]
        granted = [p for p in open_ways if p not in _without_policy(row, policies)]
        holders = _holders(row, granted, rights)
        owners = rights.owned_by(row.table_oid) if open_ways else ()
        if any(holders.values()) or owners:
            findings.append(_mutable(row, holders, owners))
    return Verdict(len(audit_tables), findings)


def _without_policy(row: Row, policies: pd.DataFrame) -> set[str]:
    """Return what row security keeps everybody but the owner from: TRUNCATE never is among it."""
    if not row.has_row_security:
        return set()
    own = policies[(policies["table_oid"] == row.table_oid) & policies["is_permissive"]]
    return {"UPDATE", "DELETE"} - set(own["command"]) if "ALL" not in set(own["command"]) else set()


def _holders(row: Row, privileges: Sequence[str], rights: Rights) -> dict[str, frozenset[str]]:
    """Return who holds a right on a table or on a column of it, by the right as GRANT spells it.

    The owner and superusers are left out.
    """
    found = {}
    for privilege in privileges:
        for (oid, column), by_privilege in rights.direct.items():
            if oid == row.table_oid and privilege in by_privilege:
                right = f"{privilege} ({quote(column)})" if column else privilege
                found[right] = by_privilege[privilege] - {row.owner} - rights.superusers
    return found


def _mutable(row: Row, holders: dict[str, frozenset[str]], owners: tuple[str, ...]) -> Finding:
    granted = sorted({name for names in holders.values() for name in names})
    table = (row.schema_name, row.table_name)
    fixes = [revoke(privilege, table, name) for privilege, names in holders.items() for name in sorted(names)]
    parts = []
    if granted:
        parts.append(
            f"{', '.join(right for right, names in holders.items() if names)} is granted to {people(granted)}"
        )
    if owners:
        parts.append(f"{people(owners)} can log in with the owner's rights")
    return Finding(
        object=path(row),
        title="Audit log that roles may change",
        detail=f"{'; '.join(parts)}.",
        severity=Severity.HIGH if PUBLIC in granted else Severity.MEDIUM,
        evidence={"grantees": granted, "owner_logins": list(owners)},
        fix=Fix("\n".join(f.sql for f in fixes), "\n".join(f.undo for f in fixes), fixes[0].lock)
        if fixes
        else None,
    )


@check(subject="security", kind="static")
def audit_log_index(
    audit_tables: pd.DataFrame, reviewed_columns: pd.DataFrame, indexes: pd.DataFrame
) -> Verdict:
    """Audit log that cannot answer a usual question by index.

    Problem: No index leads with the column that says who, or what was touched, or when.
    Impact: “Who saw this record?” reads the whole log, which is one of the largest tables.
    Fix: An index on each of the columns; with the time behind who and what, so the newest come first.
    False positives: A small log; a log that is only exported.
    """
    findings = []
    for row in rows(audit_tables):
        columns = reviewed_columns[reviewed_columns["table_oid"] == row.table_oid]
        mine = indexes[
            (indexes["table_oid"] == row.table_oid) & indexes["is_valid"] & indexes["predicate"].isna()
        ]
        leading = {keys[0] for keys in mine["key_columns"]}
        second = {keys[1] for keys in mine["key_columns"] if len(keys) > 1}
        when = _column(columns, WHEN)
        for question, asked in (("who", WHO), ("what", WHAT), ("when", WHEN)):
            column = _column(columns, asked)
            # An entity is named by type and ID together, in either order.
            served = column is None or column in leading or (question == "what" and column in second)
            if column and not served:
                keys = [column] if column == when or when is None else [column, when]
                findings.append(_unanswered(row, question, keys))
    return Verdict(len(audit_tables), findings)


def _column(columns: pd.DataFrame, asked: tuple[str, ...]) -> str | None:
    """Return the column that answers a question, the likeliest name first."""
    for phrase in asked:
        for name in columns["column_name"]:
            if " ".join(words(name)) == phrase:
                return str(name)
    return None


def _unanswered(row: Row, question: str, keys: list[str]) -> Finding:
    name = object_name(row.table_name, *keys, "idx")
    concurrently = " CONCURRENTLY" if row.kind == "table" else ""
    table = qualified(row.schema_name, row.table_name)
    return Finding(
        object=dotted(row.schema_name, row.table_name, keys[0]),
        title=f"No index answers “{question}” of the audit log",
        detail=f"No index leads with {keys[0]}.",
        severity=Severity.LOW,
        evidence={"question": question, "column": keys[0], "total_bytes": _bytes(row)},
        fix=Fix(
            f"CREATE INDEX{concurrently} {quote(name)} ON {table} ({column_list(keys)});",
            f"DROP INDEX{concurrently} {qualified(row.schema_name, name)};",
            "SHARE UPDATE EXCLUSIVE on the table" if concurrently else "SHARE on the table",
        ),
    )


def _bytes(row: Row) -> int | None:
    return None if pd.isna(row.total_bytes) else int(row.total_bytes)


@check(subject="security", kind="static")
def audit_log_not_partitioned(
    audit_tables: pd.DataFrame, *, min_rows: float = 50_000, large_bytes: int = 5_000_000_000
) -> Verdict:
    """Audit log in one piece.

    Problem: The audit log only grows and is not partitioned by time.
    Impact: Rows past their retention can only be deleted one by one, which bloats the table and its
    indexes.
    Fix: Partition by range of time, a month each; a partition past its retention is detached and dropped.
    False positives: A log that stays small because its rows are moved elsewhere.
    """
    judged = audit_tables[
        (audit_tables["estimated_rows"].fillna(0) >= min_rows) | (audit_tables["kind"] != "table")
    ]
    findings = [
        Finding(
            object=path(row),
            title="Audit log that grows in one piece",
            detail=f"About {row.estimated_rows:,.0f} rows in one table.",
            severity=Severity.LOW if (_bytes(row) or 0) >= large_bytes else Severity.INFO,
            evidence={"estimated_rows": int(row.estimated_rows), "total_bytes": _bytes(row)},
        )
        for row in rows(judged[judged["kind"] == "table"])
    ]
    return Verdict(len(audit_tables), findings)
