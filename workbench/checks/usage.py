"""Indexes that are missing by what statements ask, and indexes that a replica alone keeps in use."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.accesses import Access
from workbench.checks import check
from workbench.checks.index_advice import (
    Demand,
    Proposal,
    Selectivity,
    create_index,
    merged,
    propose,
    rows_by_root,
)
from workbench.checks.indexes import MEBIBYTE
from workbench.findings import Finding, NotExamined, Severity, Verdict
from workbench.naming import dotted, quote
from workbench.rows import Row, by, rows
from workbench.words import counted


@check(subject="usage", kind="runtime")
def unserved_statement(
    demand: Demand,
    tables: pd.DataFrame,
    indexes: pd.DataFrame,
    column_statistics: pd.DataFrame,
    *,
    min_calls: int = 20,
    min_rows: float = 5_000,
    medium_rows_read: float = 10_000_000,
) -> Verdict:
    """Frequent statement that no index serves.

    Problem: A statement that runs often filters or joins a large table by columns that no index leads with.
    Impact: Each call reads the table, or far more of an index than it needs.
    Fix: An index on the columns asked to be equal, the most selective first, then a range or sort column.
    False positives: Conditions are taken as independent; a table that stays in memory and is asked rarely can do
    without. Each further index costs every write.
    """
    selectivity, of_table = Selectivity(column_statistics), by(indexes, "table_oid")
    sizes, named = rows_by_root(tables), {int(r.table_oid): r for r in rows(tables)}
    proposals: dict[int, list[Proposal]] = {}
    unread = list(demand.unread)
    for asked in demand.asked:
        count = sizes.get(asked.table_oid, 0.0)
        if count < min_rows or pd.notna(named[asked.table_oid].extension):
            continue
        found = propose(asked, named[asked.table_oid], of_table[asked.table_oid], selectivity, count)
        if isinstance(found, NotExamined):
            unread.append(found)
        elif found is not None:
            proposals.setdefault(asked.table_oid, []).append(found)
    findings = [
        _unserved(one, named[oid], sizes[oid], medium_rows_read)
        for oid, of_one in proposals.items()
        for one in merged(of_one)
        if one.calls_count >= min_calls
    ]
    return Verdict(demand.statements_count, findings, list(dict.fromkeys(unread)))


def _unserved(one: Proposal, table: Row, count: float, medium: float) -> Finding:
    total = one.read_rows * one.calls_count
    return Finding(
        object=dotted(table.schema_name, table.table_name, one.columns[0]),
        title=f"No index of {table.table_name} serves statements that filter by {', '.join(one.columns)}",
        detail=(
            f"{counted(one.calls_count, 'call')} of {counted(one.statements_count, 'statement')} read "
            f"about {one.read_rows:,.0f} of {count:,.0f} rows each, where {one.wanted_rows:,.0f} would do."
        ),
        severity=Severity.MEDIUM if total >= medium else Severity.LOW,
        evidence={
            "calls_count": one.calls_count,
            "statements_count": one.statements_count,
            "total_seconds": round(one.total_seconds, 3),
            "read_rows_count": round(one.read_rows),
            "wanted_rows_count": round(one.wanted_rows),
            "columns": list(one.columns),
        },
        fix=create_index(table, one.columns),
        distinct=",".join(one.columns),
    )


@check(subject="usage", kind="runtime")
def missing_index(
    demand: Demand,
    tables: pd.DataFrame,
    columns: pd.DataFrame,
    indexes: pd.DataFrame,
    column_statistics: pd.DataFrame,
    *,
    min_calls: int = 20,
    min_rows: float = 5_000,
    min_null_ratio: float = 0.9,
) -> Verdict:
    """Column that statements ask in a way that only a special index serves.

    Problem: Statements ask a column by containment, by a key inside a JSON document or by text search, or ask for
    the few rows whose column is not NULL, and no index of the kind that serves this exists.
    Impact: Each call reads the whole table and opens every document.
    Fix: A GIN index for containment and text search; an index over the expression for one key; a partial index for
    the few rows.
    False positives: Small tables, and statements that other conditions narrow down first.
    """
    selectivity, of_table = Selectivity(column_statistics), by(indexes, "table_oid")
    sizes, named = rows_by_root(tables), {int(r.table_oid): r for r in rows(tables)}
    types = {(c.table_oid, c.column_name): c.type_name for c in rows(columns)}
    calls: dict[tuple[int, str, str], int] = {}
    for asked in demand.asked:
        if sizes.get(asked.table_oid, 0.0) < min_rows or asked.access.equal:
            continue
        for column, kind in _special(asked.access):
            key = (asked.table_oid, column, kind)
            calls[key] = calls.get(key, 0) + asked.calls_count
    findings = []
    for (oid, column, kind), count in calls.items():
        table = named[oid]
        if kind == "few rows" and (selectivity.null(table, column) or 0.0) < min_null_ratio:
            continue
        if count >= min_calls and not _has_special(of_table[oid], column, kind):
            findings.append(_special_finding(table, column, kind, types.get((oid, column), ""), count))
    return Verdict(demand.statements_count, findings, demand.unread)


def _special(access: Access) -> list[tuple[str, str]]:
    asked = [*access.contained, *((column, "key") for column in access.json_keys)]
    return asked + [(column, "few rows") for column in access.not_nulls]


def _has_special(indexes: Sequence[Row], column: str, kind: str) -> bool:
    """Tell whether an index of the kind exists; one over any expression of the column counts."""
    for index in indexes:
        mentions = any(column in key for key in index.key_columns)
        partial = not pd.isna(index.predicate) and column in index.predicate
        if kind == "few rows" and (partial or index.key_columns[0] == column):
            return True
        if kind == "key" and mentions:
            return True
        if kind in ("jsonb", "search") and mentions and index.access_method in ("gin", "gist"):
            return True
    return False


def _special_finding(table: Row, column: str, kind: str, type_name: str, calls: int) -> Finding:
    asked = {
        "jsonb": "asked by containment",
        "search": "searched as text",
        "key": "asked by a key inside its document",
        "few rows": "asked for the few rows where it is not NULL",
    }[kind]
    fix = None
    if (kind == "jsonb" and type_name == "jsonb") or (kind == "search" and type_name == "tsvector"):
        fix = create_index(table, (column,), "gin")
    elif kind == "few rows":
        fix = create_index(table, (column,), predicate=f"{quote(column)} IS NOT NULL")
    return Finding(
        object=dotted(table.schema_name, table.table_name, column),
        title=f"Column {table.table_name}.{column} is {asked}, without an index for it",
        detail=f"{counted(calls, 'call')}.",
        severity=Severity.LOW,
        evidence={"calls_count": calls, "asked": kind, "type": type_name},
        fix=fix,
        distinct=kind,
    )


@check(subject="usage", kind="runtime")
def index_used_on_replica_only(
    indexes: pd.DataFrame,
    cluster_index_usage: pd.DataFrame,
    cluster_nodes: pd.DataFrame,
    *,
    min_bytes: int = MEBIBYTE,
) -> Verdict:
    """Index that only a replica uses.

    Problem: The primary never scans the index; a standby does.
    Impact: The primary maintains it for reports elsewhere. It looks unused to who asks one node only.
    Fix: Keep it, and say why in a comment; or move the reports to a logical copy with indexes of its own.
    False positives: None; this is for information.
    """
    silent = [
        NotExamined(f"node {r.node_name}", str(r.reason)) for r in rows(cluster_nodes) if not r.is_examined
    ]
    if int(cluster_nodes["is_examined"].sum()) < 2:
        alone = NotExamined("cluster", "no replica was examined", settled=not silent)
        return Verdict(0, not_examined=[*silent, alone])
    top = indexes[indexes["parent_index_oid"].isna() & indexes["extension"].isna()]
    usage = cluster_index_usage[cluster_index_usage["index_oid"].isin(top["index_oid"])]
    elsewhere = usage[(usage["target_scans_count"] == 0) & (usage["replica_scans_count"] > 0)]
    findings = [
        Finding(
            object=dotted(row.schema_name, row.table_name, row.index_name),
            title=f"Index {row.index_name} is used on {', '.join(row.nodes)} only",
            detail=f"{counted(row.replica_scans_count, 'scan')} there, none on the target itself.",
            severity=Severity.INFO,
            evidence={"replica_scans_count": int(row.replica_scans_count), "nodes": list(row.nodes)},
        )
        for row in rows(elsewhere[elsewhere["total_bytes"] >= min_bytes])
    ]
    return Verdict(len(usage), findings, silent)
