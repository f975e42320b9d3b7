"""Indexes judged by what the cumulative statistics say: unused, rarely used, in the way of HOT, or sorely missed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from workbench.checks import check, derived
from workbench.checks.index_twins import drop_index
from workbench.checks.indexes import MEBIBYTE
from workbench.findings import Finding, NotExamined, Severity, Verdict
from workbench.naming import dotted
from workbench.rows import Row, by, number, rows
from workbench.words import counted

# Names of columns that a typical UPDATE changes: when it happened, how often, what state was reached.
_VOLATILE = re.compile(
    r"(^|_)(updated|modified|changed|touched|last|current|status|state|count|counter|version|attempts?|seen|"
    r"heartbeat|progress|expires?|balance|score|priority|rank|locked)(_|$)"
)


@derived
def root_usage(
    indexes: pd.DataFrame,
    cluster_index_usage: pd.DataFrame,
    tables: pd.DataFrame,
    table_activity: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row per index that is not attached to a partitioned index, ready to be judged.

    Columns: those of ``indexes``; ``scans_count``, ``last_scan_at``, ``nodes``, ``total_bytes`` and
    ``has_statistics`` of :func:`~workbench.checks.cluster.cluster_index_usage`; and, summed over the
    partitions of its table, ``written_count`` (rows inserted, updated out of HOT, deleted),
    ``table_reads_count`` (sequential and index scans of the table) and ``table_rows``.
    """
    usage = cluster_index_usage[
        ["index_oid", "scans_count", "last_scan_at", "nodes", "total_bytes", "has_statistics"]
    ]
    top = indexes[indexes["parent_index_oid"].isna() & indexes["extension"].isna()]
    activity = table_activity.merge(tables[["table_oid", "root_oid", "estimated_rows"]], on="table_oid")
    activity["written_count"] = (
        activity["inserted_count"]
        + activity["updated_count"]
        - activity["hot_updated_count"]
        + activity["deleted_count"]
    )
    activity["table_reads_count"] = activity["seq_scans_count"] + activity["index_scans_count"].fillna(0)
    # Of a table that ANALYZE never saw, the live rows of the cumulative statistics are the better guess.
    activity["table_rows"] = activity["estimated_rows"].fillna(activity["live_rows_count"].astype("float64"))
    own = activity.set_index("table_oid")[["written_count", "table_reads_count", "table_rows"]]
    summed = activity.groupby("root_oid")[["written_count", "table_reads_count", "table_rows"]].sum()
    totals = pd.concat([summed, own[~own.index.isin(summed.index)]])
    merged = top.merge(usage, on="index_oid").join(totals, on="table_oid")
    return merged.fillna({"written_count": 0, "table_reads_count": 0})


def _not_judged(root_usage: pd.DataFrame, nodes: pd.DataFrame, min_days: float) -> list[NotExamined]:
    """Return what keeps usage from being judged: silent nodes, statistics that are too young."""
    reasons = [
        NotExamined(f"node {node.node_name}", f"{node.reason}; it may use any index")
        for node in rows(nodes[~nodes["is_examined"]])
    ]
    for node in rows(nodes[nodes["is_examined"] & (nodes["window_days"] < min_days)]):
        reasons.append(
            NotExamined(
                f"all {len(root_usage)} indexes",
                f"the statistics of {node.node_name} cover {span_text(node.window_days)}; "
                f"{min_days:g} days are needed",
            )
        )
    return reasons


def _droppable(index: Row, served_alone: set[int]) -> bool:
    """Tell whether only reads speak for an index: it guards no rule and no foreign key needs it alone."""
    return bool(
        index.is_valid
        and not index.is_being_built
        and not index.is_unique
        and not index.is_exclusion
        and not index.is_replica_identity
        and pd.isna(index.constraint_name)
        and index.index_oid not in served_alone
    )


def span_text(days: float) -> str:
    """Return a span of time in the largest unit that it fills: ``3 minutes``, ``5 hours``, ``12 days``."""
    for unit, length in (("days", 1.0), ("hours", 1 / 24)):
        if days >= 2 * length:
            return f"{days / length:.0f} {unit}"
    return counted(round(days * 1440), "minute")


def _window_days(nodes: pd.DataFrame) -> float:
    return float(nodes.loc[nodes["is_examined"], "window_days"].min())


@check(subject="indexes", kind="runtime")
def unused_index(
    root_usage: pd.DataFrame,
    cluster_nodes: pd.DataFrame,
    sole_supports: set[int],
    key_supports: Mapping[int, bool],
    *,
    min_days: float = 14.0,
    small_bytes: int = MEBIBYTE,
    large_bytes: int = 1024 * MEBIBYTE,
) -> Verdict:
    """Unused index.

    Problem: No query on any node of the cluster has scanned the index since the statistics were reset.
    Impact: Every write maintains it, VACUUM cleans it, backups carry it and it crowds the cache.
    Fix: Drop it concurrently after asking who made it; the undo makes it anew.
    False positives: A report that runs once a year; an index that is younger than the statistics, for PostgreSQL does
    not record its age. Not judged: indexes that guard a constraint, are unique, serve a foreign key alone, or
    whose table is empty; nothing at all while a node is silent or the statistics are younger than min_days.
    """
    blocked = _not_judged(root_usage, cluster_nodes, min_days)
    if blocked:
        return Verdict(0, not_examined=blocked)
    judged = [i for i in rows(root_usage) if _droppable(i, sole_supports)]
    empty = [i for i in judged if i.table_rows == 0 or not i.has_statistics]
    unexamined = [
        NotExamined(
            dotted(i.schema_name, i.table_name, i.index_name),
            "its table is empty" if i.has_statistics else "the statistics have no row for it yet",
        )
        for i in empty
    ]
    skipped = {i.index_oid for i in empty}
    days = _window_days(cluster_nodes)
    findings = [
        _needed_by_key(found) if i.index_oid in key_supports else found
        for i in judged
        if i.scans_count == 0 and i.index_oid not in skipped
        for found in (_unused(i, days, small_bytes, large_bytes),)
    ]
    return Verdict(len(judged) - len(empty), findings, unexamined)


def _unused(index: Row, days: float, small_bytes: int, large_bytes: int) -> Finding:
    size = number(index.total_bytes) or 0
    severity = Severity.LOW if size < small_bytes else Severity.MEDIUM
    if size >= large_bytes:
        severity = Severity.HIGH
    detail = f"No scan in {span_text(days)} of statistics, while its table saw {index.written_count:,.0f} row writes."
    if set(index.key_numbers) & {0}:
        detail += (
            " Its expression's statistics go with it, which plans may rest on: CREATE STATISTICS keeps them."
        )
    if index.is_clustered:
        detail += " CLUSTER last used it to order the table."
    if index.table_reads_count == 0:
        severity = Severity.LOW
        detail += " Nobody read the table at all in that time, so the index may only be waiting."
    return Finding(
        object=dotted(index.schema_name, index.table_name, index.index_name),
        title=f"Index {index.index_name} is not used",
        detail=detail,
        severity=severity,
        evidence={
            "scans_count": 0,
            "window_days": round(days, 2),
            "bytes": size,
            "table_writes_count": int(index.written_count),
            "table_reads_count": int(index.table_reads_count),
        },
        fix=drop_index(index),
    )


def _needed_by_key(finding: Finding) -> Finding:
    """Return the finding for an index that has to stay while others that serve the same foreign key may go."""
    more = (
        " Several indexes serve a foreign key of the table; this one should stay for it, the others may go."
    )
    return replace(finding, detail=finding.detail + more, severity=Severity.INFO, fix=None)


@check(subject="indexes", kind="runtime")
def rarely_used_index(
    root_usage: pd.DataFrame,
    cluster_nodes: pd.DataFrame,
    sole_supports: set[int],
    *,
    min_days: float = 14.0,
    max_scans: int = 50,
    min_writes_per_scan: float = 100.0,
    min_bytes: int = MEBIBYTE,
) -> Verdict:
    """Rarely used index.

    Problem: The index has been scanned a few times only, while its table is written all the time.
    Impact: It costs far more than it gives; the few queries may do as well with another index.
    Fix: Find the queries that use it and decide; dropping is for a person to choose, so no fix is offered.
    False positives: A rare query that must be fast, such as a nightly job or a search during an incident.
    """
    blocked = _not_judged(root_usage, cluster_nodes, min_days)
    if blocked:
        return Verdict(0, not_examined=blocked)
    judged = [i for i in rows(root_usage) if _droppable(i, sole_supports)]
    findings = [
        Finding(
            object=dotted(i.schema_name, i.table_name, i.index_name),
            title=f"Index {i.index_name} is rarely used",
            detail=(
                f"{i.scans_count:,} scans against {i.written_count:,.0f} row writes of its table "
                f"in {span_text(_window_days(cluster_nodes))}."
            ),
            severity=Severity.LOW,
            evidence={
                "scans_count": int(i.scans_count),
                "table_writes_count": int(i.written_count),
                "bytes": int(i.total_bytes),
            },
        )
        for i in judged
        if 0 < i.scans_count <= max_scans
        and i.written_count >= min_writes_per_scan * i.scans_count
        and i.total_bytes >= min_bytes
    ]
    return Verdict(len(judged), findings)


@check(subject="indexes", kind="static")
def over_indexed_table(
    indexes: pd.DataFrame,
    tables: pd.DataFrame,
    *,
    max_indexes: int = 10,
    max_ratio: float = 3.0,
    min_bytes: int = 10 * MEBIBYTE,
) -> Verdict:
    """Table with too many indexes.

    Problem: The table has more indexes than max_indexes, or its indexes are max_ratio times as large as itself.
    Impact: Each insert, and each update that is not HOT, writes to all of them.
    Fix: Drop what is unused, duplicate or redundant; merge what shares its first columns.
    False positives: A table that is loaded once and only read may carry as many as its queries need.
    """
    plain = tables[tables["kind"].isin(["table", "partitioned table", "materialized view"])]
    own = plain[~plain["is_partition"] & plain["extension"].isna()]
    of_table = by(indexes, "table_oid")
    findings = []
    for table in rows(own):
        count = len(of_table[table.table_oid])
        heap, index_bytes = number(table.heap_bytes) or 0, number(table.indexes_bytes) or 0
        heavy = index_bytes >= min_bytes and index_bytes > max_ratio * heap and count >= 3
        if count <= max_indexes and not heavy:
            continue
        findings.append(
            Finding(
                object=dotted(table.schema_name, table.table_name),
                title=f"Table {table.table_name} carries {counted(count, 'index')}",
                detail=f"They take {counted(index_bytes, 'byte')} beside {counted(heap, 'byte')} of rows.",
                severity=Severity.LOW,
                evidence={"indexes_count": count, "indexes_bytes": index_bytes, "heap_bytes": heap},
            )
        )
    return Verdict(len(own), findings)


def words_of(name: str) -> str:
    """Return a name in snake_case: ``lastSeenAt`` as ``last_seen_at``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


@check(subject="indexes", kind="runtime")
def index_blocks_hot_updates(
    indexes: pd.DataFrame,
    table_activity: pd.DataFrame,
    columns: pd.DataFrame,
    *,
    min_updates: int = 1_000,
    max_hot_ratio: float = 0.5,
) -> Verdict:
    """Index that keeps updates from being HOT.

    Problem: Most updates of the table change a column that an index covers, so each writes a new entry into every
    index of the table.
    Impact: Write amplification, WAL, and indexes that bloat; HOT updates need neither index entries nor VACUUM.
    Fix: Drop the index, or leave the volatile column out of it.
    False positives: PostgreSQL counts updates, not the columns that they change: the index named is the likely one by
    the name and type of its columns. From 16 on, updates that only lacked room on their page are told apart.
    """
    of_table, types = by(indexes, "table_oid"), _types(columns)
    findings = []
    for activity in rows(table_activity):
        moved = 0 if pd.isna(activity.newpage_updated_count) else activity.newpage_updated_count
        blocked = activity.updated_count - activity.hot_updated_count - moved
        if activity.updated_count < min_updates or blocked <= (1 - max_hot_ratio) * activity.updated_count:
            continue
        findings += [
            _blocks_hot(index, volatile, activity, int(blocked))
            for index in of_table[activity.table_oid]
            # Summarizing indexes (BRIN) have not stood in the way of HOT since 16.
            if index.access_method != "brin"
            and pd.isna(index.constraint_name)
            and not index.is_unique
            and (volatile := _volatile_columns(index, types.get(activity.table_oid, {})))
        ]
    return Verdict(len(table_activity), findings)


def _types(columns: pd.DataFrame) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for oid, name, kind in zip(
        columns["table_oid"], columns["column_name"], columns["type_name"], strict=True
    ):
        found.setdefault(oid, {})[name] = kind
    return found


def _volatile_columns(index: Row, types: Mapping[str, str]) -> list[str]:
    """Return the key and INCLUDE columns whose names say that updates change them."""
    named = (*index.key_columns, *index.include_columns)
    return [name for name in named if name in types and _VOLATILE.search(words_of(name))]


def _blocks_hot(index: Row, volatile: list[str], activity: Any, blocked: int) -> Finding:
    exact = not pd.isna(activity.newpage_updated_count)
    return Finding(
        object=dotted(index.schema_name, index.table_name, index.index_name),
        title=f"Index {index.index_name} keeps updates of {index.table_name} from being HOT",
        detail=(
            f"{blocked:,} of {counted(activity.updated_count, 'update')} were not HOT"
            + (" though their page had room" if exact else " (room on the page not told apart before 16)")
            + f"; the index covers {', '.join(volatile)}, which updates are likely to change."
        ),
        severity=Severity.MEDIUM if exact else Severity.LOW,
        evidence={
            "updates_count": int(activity.updated_count),
            "hot_updates_count": int(activity.hot_updated_count),
            "blocked_count": blocked,
            "columns": volatile,
        },
        fix=drop_index(index) if set(volatile) == {*index.key_columns, *index.include_columns} else None,
    )


@check(subject="indexes", kind="runtime")
def sequential_scans_on_large_table(
    tables: pd.DataFrame,
    table_activity: pd.DataFrame,
    *,
    min_rows: float = 10_000,
    min_scans: int = 50,
    min_share: float = 0.1,
) -> Verdict:
    """Sequential scans on a large table.

    Problem: Queries read a large table from end to end again and again.
    Impact: Each such query costs the whole table; together they evict everything else from the cache.
    Fix: Find the statements (pg_stat_statements) and give their filters an index; see the check unserved_statement.
    False positives: Reports that need most rows; a table without any index that is always read whole.
    """
    names = tables[["table_oid", "root_oid", "kind", "extension"]]
    merged = table_activity.merge(names, on="table_oid")
    merged = merged[merged["extension"].isna()]
    roots = tables.set_index("table_oid")
    counts = ["seq_scans_count", "seq_tuples_read_count", "index_scans_count", "live_rows_count"]
    summed = merged.fillna({"index_scans_count": 0}).groupby("root_oid")[counts].sum()
    findings = []
    for total in rows(summed.reset_index()):
        scans, read = int(total.seq_scans_count), int(total.seq_tuples_read_count)
        share = scans / max(1, scans + int(total.index_scans_count))
        if scans < min_scans or read / scans < min_rows or share < min_share:
            continue
        table = roots.loc[total.root_oid]
        findings.append(
            Finding(
                object=dotted(table.schema_name, table.table_name),
                title=f"Table {table.table_name} is read sequentially {scans:,} times",
                detail=(
                    f"{read / scans:,.0f} rows a time, {share:.0%} of all scans of the table; "
                    f"it holds about {total.live_rows_count:,} rows."
                ),
                severity=Severity.MEDIUM,
                evidence={
                    "seq_scans_count": scans,
                    "seq_tuples_read_count": read,
                    "seq_scan_ratio": round(share, 4),
                    "live_rows_count": int(total.live_rows_count),
                },
            )
        )
    return Verdict(len(summed), findings)
