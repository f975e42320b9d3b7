"""Relations that another session had locked during the capture: what was not read of them, and who held them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot
from workbench.checks import check, derived
from workbench.findings import Finding, NotExamined, Verdict
from workbench.naming import dotted
from workbench.rows import Row, cells, rows

NOT_READ = "(not read)"
"""Stands in a frame for an expression that could not be spelled without waiting for a lock."""
_NO_DEFINITION = "-- not read:"
_EXPRESSIONS = {
    "columns": ("default_expression",),
    "constraints": ("definition",),
    "indexes": ("predicate", "key_columns"),
    "policies": ("using_expression", "check_expression"),
}
"""Columns of frames that hold expressions which the server spells only after it has opened the table."""


@derived
def table_lockers(tables: pd.DataFrame, locked_relations: pd.DataFrame | None = None) -> Mapping[str, str]:
    """Return, by dotted path, who kept a table from being read, as a reason for people.

    A lock that came and went between two queries of the capture has no holder to name.
    """
    found: dict[str, list[Row]] = {}
    for row in rows(locked_relations) if locked_relations is not None else ():
        found.setdefault(dotted(row.schema_name, row.table_name), []).append(row)
    locked = [dotted(t.schema_name, t.table_name) for t in rows(tables[tables["is_locked"]])]
    return {path: _reason(found.get(path, [])) for path in dict.fromkeys([*found, *locked])}


def _reason(holders: list[Row]) -> str:
    """Word one reason; of several processes the one that holds the lock is named."""
    if not holders:
        return "another session held an ACCESS EXCLUSIVE lock on it for a moment"
    first = max(holders, key=lambda row: (row.is_granted, row.kind != "index"))
    who = "a prepared transaction" if pd.isna(first.process_id) else f"process {first.process_id}"
    details = [
        *([] if pd.isna(first.role_name) else [f"role {first.role_name}"]),
        *([] if pd.isna(first.command) else [first.command]),
        *([] if pd.isna(first.transaction_seconds) else [f"open for {first.transaction_seconds:,.0f} s"]),
    ]
    words = f" ({', '.join(details)})" if details else ""
    verb = "holds" if first.is_granted else "waits for"
    what = "" if first.kind in ("table", "view", "materialized view") else f" {first.kind}"
    return f"{who}{words} {verb} an ACCESS EXCLUSIVE lock on{what} {first.relation_name}"


@derived
def unread_tables(snapshot: Snapshot, table_lockers: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """Return, by frame and dotted path, the reason for tables of which an expression could not be read.

    What a check finds of such a table may rest on a predicate, a condition or a check that it did not see.
    """
    found = {}
    for name, columns in _EXPRESSIONS.items():
        if name not in snapshot:
            continue
        frame = snapshot[name]
        unread = [
            any(map(_is_unread, values)) for values in zip(*(cells(frame[c]) for c in columns), strict=True)
        ]
        paths = {dotted(row.schema_name, row.table_name) for row in rows(frame[unread])}
        found[name] = {path: table_lockers.get(path, _reason([])) for path in sorted(paths)}
    return found


def _is_unread(value: Any) -> bool:
    if isinstance(value, tuple):
        return NOT_READ in value
    return isinstance(value, str) and (value == NOT_READ or value.startswith(_NO_DEFINITION))


def without_unread(
    verdict: Verdict, unread_tables: Mapping[str, Mapping[str, str]], frames: Collection[str]
) -> Verdict:
    """Return a verdict whose findings on tables with unread expressions are called not examined instead.

    Args:
        verdict: what the check says.
        unread_tables: as the derived value of that name.
        frames: those that the check rests on. A fix that needs a definition that was not read is left out.
    """
    known = [name for name in unread_tables if name in frames or "snapshot" in frames]
    unread = {path: reason for name in known for path, reason in unread_tables[name].items()}
    kept, withheld = [], []
    for finding in verdict.findings:
        reason = unread.get(_table_of(finding.object, unread))
        if reason is not None:
            withheld.append(NotExamined(finding.object, reason))
        else:
            kept.append(_without_blank_fix(finding))
    return replace(verdict, findings=kept, not_examined=[*verdict.not_examined, *dict.fromkeys(withheld)])


def _without_blank_fix(finding: Finding) -> Finding:
    fix = finding.fix
    if fix is not None and (_NO_DEFINITION in fix.sql or _NO_DEFINITION in fix.undo):
        return replace(finding, fix=None)
    return finding


def _table_of(path: str, unread: Mapping[str, str]) -> str:
    """Return the beginning of a dotted path that is a table with unread expressions; names may hold dots."""
    while path and path not in unread:
        path = path.rpartition(".")[0]
    return path


@check(subject="schema", kind="runtime")
def locked_relation(tables: pd.DataFrame, table_lockers: Mapping[str, str]) -> Verdict:
    """Table that was locked during the capture.

    Problem: Another session holds, or waits for, an ACCESS EXCLUSIVE lock on the table or on a part of it, so its
    sizes and the definitions of its indexes and checks could not be read without waiting.
    Impact: What this review says of the table is incomplete. Whoever reads the table now waits as well.
    Fix: Review again when the lock is gone; where a session holds it for long, end that session.
    False positives: None: nothing is reported as a defect, the tables are listed as not examined.
    """
    unread = [
        NotExamined(path, f"{reason}: sizes and definitions that need it open were not read")
        for path, reason in table_lockers.items()
    ]
    return Verdict(max(0, len(tables) - len(unread)), not_examined=unread)
