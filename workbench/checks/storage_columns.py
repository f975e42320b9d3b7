"""Storage that the order and the types of columns cost, and tables that partitions would serve."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from workbench.checks import check
from workbench.checks.indexes import MEBIBYTE
from workbench.checks.storage import GIBIBYTE
from workbench.findings import Finding, NotExamined, Severity, Verdict
from workbench.naming import dotted
from workbench.rows import Row, by, rows
from workbench.words import counted

_ALIGNMENT = {"char": 1, "short": 2, "int": 4, "double": 8}
_TIMES = ("timestamp with time zone", "timestamp without time zone", "date")


def row_padding(columns: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return bytes of a row's fixed-width columns as ordered, and in the best order.

    Args:
        columns: (length, alignment) of each column in order, ``-1`` for variable length. These take no
            alignment while they are short, so the columns before them decide nothing and only runs of
            fixed columns pad.
    """
    end = 0
    for length, alignment in columns:
        if length > 0:
            end = math.ceil(end / alignment) * alignment + length
    # The greatest alignment first leaves no gap but the last, which MAXALIGN makes in any order.
    packed = sum(length for length, _ in columns if length > 0)
    return math.ceil(end / 8) * 8, math.ceil(packed / 8) * 8


@check(subject="storage", kind="static")
def column_order_padding(
    tables: pd.DataFrame,
    columns: pd.DataFrame,
    *,
    min_row_bytes: int = 8,
    min_table_bytes: int = 100 * MEBIBYTE,
    min_ratio: float = 0.05,
) -> Verdict:
    """Column order that wastes bytes on alignment.

    Problem: Narrow columns stand before wide ones, so PostgreSQL fills gaps to align the wide ones in every row.
    Impact: The table, its cache share and its backups are larger by that much.
    Fix: None in place. Order columns by alignment, eight bytes first and text last, when the table is made anew.
    False positives: Text columns between fixed ones are counted as if empty; columns that may be NULL are left out.
    """
    sized = _own_roots(tables)
    large = sized[(sized["heap"] >= min_table_bytes) & (sized["rows_count"] > 0)]
    of_table = by(columns[columns["table_oid"].isin(large["table_oid"])], "table_oid")
    findings = []
    for table in rows(large):
        layout = [
            (int(c.length_bytes), _ALIGNMENT[c.alignment])
            for c in of_table[table.table_oid]
            if c.is_not_null or c.length_bytes < 0
        ]
        now, best = row_padding(layout)
        saved = (now - best) * table.rows_count
        if now - best < min_row_bytes or saved < min_ratio * table.heap:
            continue
        findings.append(
            Finding(
                object=dotted(table.schema_name, table.table_name),
                title=f"Column order of {table.table_name} pads every row by {counted(now - best, 'byte')}",
                detail=f"About {saved / MEBIBYTE:,.0f} of {table.heap / MEBIBYTE:,.0f} MB are gaps between columns.",
                severity=Severity.INFO,
                evidence={
                    "row_padding_bytes": now - best,
                    "wasted_bytes": int(saved),
                    "bytes": int(table.heap),
                },
            )
        )
    return Verdict(len(sized), findings)


def _own_roots(tables: pd.DataFrame) -> pd.DataFrame:
    """Return tables that are no partition, with ``heap`` bytes and ``rows_count`` of their partitions summed."""
    leaves = tables[tables["kind"].isin(["table", "materialized view"])]
    summed = leaves.groupby("root_oid").agg(heap=("heap_bytes", "sum"), rows_count=("estimated_rows", "sum"))
    roots = tables[~tables["is_partition"] & tables["extension"].isna()]
    roots = roots[roots["kind"].isin(["table", "partitioned table"])]
    joined = roots.join(summed, on="table_oid").fillna({"rows_count": 0.0})
    return joined.assign(heap=joined["heap"].fillna(0).astype("int64"))


@check(subject="storage", kind="runtime")
def partition_candidate(
    tables: pd.DataFrame,
    columns: pd.DataFrame,
    column_statistics: pd.DataFrame,
    table_activity: pd.DataFrame,
    *,
    min_bytes: int = 10 * GIBIBYTE,
    min_rows: float = 50_000_000,
    max_changed_ratio: float = 0.05,
    min_correlation: float = 0.9,
) -> Verdict:
    """Large table that grows along time and is not partitioned.

    Problem: The table is large, rows are added and hardly changed, and a time column follows their order on disk.
    Impact: Old rows can only go by DELETE, which bloats; VACUUM and index builds take ever longer.
    Fix: Partition by range of the time column, then drop or detach old partitions.
    False positives: A table whose rows are all kept and read by key gains little from partitions.
    """
    plain = _own_roots(tables)
    plain = plain[plain["kind"] == "table"]
    large = plain[(plain["heap"] >= min_bytes) | (plain["rows_count"] >= min_rows)]
    statistics = column_statistics[~column_statistics["is_inherited"]]
    statistics = statistics[statistics["table_name"].isin(large["table_name"])]
    order = {
        (r.schema_name, r.table_name, r.column_name): r.correlation
        for r in rows(statistics[statistics["correlation"].notna()])
    }
    changes = {
        r.table_oid: r for r in rows(table_activity[table_activity["table_oid"].isin(large["table_oid"])])
    }
    of_table = by(columns[columns["table_oid"].isin(large["table_oid"])], "table_oid")
    findings, unread = [], []
    for table in rows(large):
        path, activity = dotted(table.schema_name, table.table_name), changes.get(table.table_oid)
        times = [c for c in of_table[table.table_oid] if c.data_type.startswith(_TIMES)]
        known = [(order.get((table.schema_name, table.table_name, c.column_name)), c) for c in times]
        if activity is None or (times and all(value is None for value, _ in known)):
            unread.append(NotExamined(path, "no statistics of its time columns, or of its changes"))
            continue
        written = max(1, activity.inserted_count)
        changed = (activity.updated_count + activity.deleted_count) / written
        ordered = [c.column_name for value, c in known if value is not None and value >= min_correlation]
        if ordered and changed <= max_changed_ratio:
            findings.append(_grows(table, ordered[0], changed))
    return Verdict(len(plain) - len(unread), findings, unread)


def _grows(table: Row, column: str, changed: float) -> Finding:
    return Finding(
        object=dotted(table.schema_name, table.table_name),
        title=f"Table {table.table_name} could be partitioned by {column}",
        detail=(
            f"{table.rows_count:,.0f} rows in {table.heap / MEBIBYTE:,.0f} MB, stored in the order of {column}; "
            f"{changed:.1%} as many changes as inserts."
        ),
        severity=Severity.LOW,
        evidence={
            "bytes": int(table.heap),
            "estimated_rows_count": int(table.rows_count),
            "changed_ratio": round(changed, 4),
            "column": column,
        },
    )


@check(subject="storage", kind="runtime")
def unused_column(
    tables: pd.DataFrame,
    columns: pd.DataFrame,
    column_statistics: pd.DataFrame,
    foreign_keys: pd.DataFrame,
    *,
    min_rows: float = 1000,
) -> Verdict:
    """Column that no row fills.

    Problem: Every row that ANALYZE read has NULL in the column.
    Impact: Little storage, but readers and models carry a field that means nothing.
    Fix: Ask who is meant to write it; drop it when nobody is.
    False positives: A column that was added for a feature to come, or that only exceptional rows fill, such as
    deletion times; those are left out by name, and so are columns of foreign keys.
    """
    filled = _own_roots(tables)
    filled = filled[filled["rows_count"] >= min_rows]
    keys = {(key.table_oid, name) for key in rows(foreign_keys) for name in key.column_names}
    names = ["schema_name", "table_name", "column_name"]
    nullable = columns[~columns["is_not_null"]].merge(filled[["table_oid", "rows_count"]], on="table_oid")
    # Of a partitioned table, the figures over all partitions are those that count.
    statistics = column_statistics.sort_values("is_inherited").drop_duplicates(names, keep="last")
    joined = nullable.merge(statistics[[*names, "null_ratio"]], on=names, how="left")
    unknown = joined["null_ratio"].isna()
    unread = [
        NotExamined(
            dotted(c.schema_name, c.table_name, c.column_name), "no statistics that the role may read"
        )
        for c in rows(joined[unknown])
    ]
    findings = [
        Finding(
            object=dotted(column.schema_name, column.table_name, column.column_name),
            title=f"Column {column.table_name}.{column.column_name} is never filled",
            detail=f"NULL in every row that ANALYZE read of about {column.rows_count:,.0f}.",
            severity=Severity.INFO,
            evidence={"null_ratio": 1.0, "estimated_rows_count": int(column.rows_count)},
        )
        for column in rows(joined[joined["null_ratio"] == 1.0])
        if (column.table_oid, column.column_name) not in keys and not _is_exceptional(column.column_name)
    ]
    return Verdict(len(joined) - len(unread), findings, unread)


def _is_exceptional(name: str) -> bool:
    """Tell whether a name says that only exceptional rows fill the column."""
    words = name.lower().replace("_", "")
    return any(
        word in words for word in ("delet", "remov", "archiv", "revok", "cancel", "lock", "error", "fail")
    )


@check(subject="storage", kind="static")
def wasteful_type(
    tables: pd.DataFrame,
    columns: pd.DataFrame,
    *,
    min_rows: float = 10_000,
    min_length: int = 8,
) -> Verdict:
    """Type that wastes space or invites wrong values.

    Problem: char(n) stores blanks up to its length, and compares without them.
    Impact: Rows are wider by the blanks; LIKE and concatenation surprise.
    Fix: Use text or varchar(n) with a check of the length.
    False positives: Codes that always have the full length lose nothing.
    """
    roots = _own_roots(tables).set_index("table_oid")
    mine = columns[columns["table_oid"].isin(roots.index)]
    findings = []
    for column in rows(mine[mine["type_name"] == "bpchar"]):
        length = _declared_length(column.data_type)
        count = float(roots.loc[column.table_oid, "rows_count"])
        if length < min_length or count < min_rows:
            continue
        findings.append(
            Finding(
                object=dotted(column.schema_name, column.table_name, column.column_name),
                title=f"Column {column.table_name}.{column.column_name} is padded with blanks to {length} characters",
                detail=f"{column.data_type} in about {count:,.0f} rows.",
                severity=Severity.INFO,
                evidence={"length_characters": length, "estimated_rows_count": int(count)},
            )
        )
    return Verdict(len(mine), findings)


def _declared_length(data_type: str) -> int:
    digits = data_type.partition("(")[2].partition(")")[0]
    return int(digits) if digits.isdigit() else 1
