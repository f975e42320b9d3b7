"""Storage that a rebuild would give back: bloated indexes, tables and TOAST tables, pending lists of GIN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.bloat import COLUMNS, bloat_frame, by_root
from workbench.catalog import Snapshot
from workbench.checks import check, derived
from workbench.checks.indexes import MEBIBYTE
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import dotted, literal, qualified
from workbench.rows import Row, records, rows
from workbench.words import counted

GIBIBYTE = 1024 * MEBIBYTE
NOTHING_TO_UNDO = "-- nothing to undo: the rows stay as they are"


@derived
def bloat(
    tables: pd.DataFrame,
    columns: pd.DataFrame,
    indexes: pd.DataFrame,
    index_columns: pd.DataFrame,
    changed_columns: pd.DataFrame,
    table_activity: pd.DataFrame,
    column_statistics: pd.DataFrame,
    value_distribution: pd.DataFrame,
    extended_statistics: pd.DataFrame,
    toast_tables: pd.DataFrame,
    snapshot: Snapshot,
) -> pd.DataFrame:
    """Return the best that is known of each relation's bloat; columns as :data:`workbench.bloat.COLUMNS`."""
    frames = {
        "tables": tables,
        "columns": columns,
        "indexes": indexes,
        "index_columns": index_columns,
        "changed_columns": changed_columns,
        "table_activity": table_activity,
        "column_statistics": column_statistics,
        "value_distribution": value_distribution,
        "extended_statistics": extended_statistics,
        "toast_tables": toast_tables,
    }
    if "page_bloat" in snapshot:
        return bloat_frame(frames, snapshot["page_bloat"])
    return bloat_frame(frames, None, snapshot.manifest["missing"].get("page_bloat", ""))


@derived
def table_bloat(bloat: pd.DataFrame, tables: pd.DataFrame) -> pd.DataFrame:
    """Return heap, TOAST and index bloat summed by table, partitions under their root."""
    return by_root(bloat, tables)


@derived
def own_bloat(bloat: pd.DataFrame, tables: pd.DataFrame, indexes: pd.DataFrame) -> pd.DataFrame:
    """Return bloat of relations that no extension made, the parts of a partitioned table or index summed.

    Columns: those of ``bloat``, with the names of the root for parts, and ``parts_count``. Of parts, those
    examined count, weighted by their size.
    """
    roots = dict(zip(tables["table_oid"], tables["root_oid"], strict=True))
    extension = set(tables.loc[tables["extension"].notna(), "table_oid"])
    parents = dict(zip(indexes["index_oid"], indexes["parent_index_oid"], strict=True))
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for one in records(bloat):
        if one["table_oid"] in extension or one["table_oid"] not in roots:
            continue
        is_index = one["kind"] == "index"
        oid = _top(one["relation_oid"], parents) if is_index else int(roots[one["table_oid"]])
        groups.setdefault((one["kind"], oid), []).append(one)
    paths = _paths(tables, indexes)
    merged = [
        {**parts[0], "parts_count": 1} if len(parts) == 1 else _sum_parts(parts, paths[key])
        for key, parts in groups.items()
    ]
    return pd.DataFrame(merged, columns=[*COLUMNS, "parts_count"])


def _top(oid: int, parents: Mapping[int, Any]) -> int:
    while not pd.isna(parents.get(oid)) and int(parents[oid]) in parents:
        oid = int(parents[oid])
    return oid


def _paths(tables: pd.DataFrame, indexes: pd.DataFrame) -> dict[tuple[str, int], tuple[str, ...]]:
    """Return (schema, table[, index]) by kind and OID."""
    paths: dict[tuple[str, int], tuple[str, ...]] = {}
    for table in rows(tables):
        paths["table", table.table_oid] = (table.schema_name, table.table_name)
        paths["toast", table.table_oid] = (table.schema_name, table.table_name)
    for row in rows(indexes):
        paths["index", row.index_oid] = (row.schema_name, row.table_name, row.index_name)
    return paths


def _sum_parts(parts: list[dict[str, Any]], path: tuple[str, ...]) -> dict[str, Any]:
    """Return one row for the parts of a partitioned table or index."""
    read = [part for part in parts if not pd.isna(part["tier"])]
    size = sum(part["bytes"] for part in read)

    def weighted(column: str) -> float:
        return sum(part[column] * part["bytes"] for part in read) / size if size else float("nan")

    suffix = ("TOAST",) if parts[0]["kind"] == "toast" else ()
    return {
        **parts[0],
        "object": dotted(*path, *suffix),
        "schema_name": path[0],
        "table_name": path[1],
        "bytes": size if read else sum(part["bytes"] for part in parts),
        "wasted_bytes": sum(part["wasted_bytes"] for part in read) if read else pd.NA,
        "bloat_ratio": weighted("bloat_ratio"),
        "interval_low": weighted("interval_low"),
        "interval_high": weighted("interval_high"),
        "tier": ", ".join(sorted({part["tier"] for part in read})) or None,
        "not_examined": None if read else parts[0]["not_examined"],
        "parts_count": len(parts),
    }


@dataclass(frozen=True)
class Limits:
    """From which share and how many bytes on waste is reported, and how gravely."""

    min_ratio: float
    min_wasted_bytes: int
    medium_bytes: int
    high_bytes: int

    def exceeded(self, row: Row) -> bool:
        """Tell whether waste counts; half of the limit must hold at the favourable end of the interval too."""
        return bool(
            row.bloat_ratio >= self.min_ratio
            and row.wasted_bytes >= self.min_wasted_bytes
            and row.interval_low >= self.min_ratio / 2
        )

    def severity(self, wasted_bytes: float) -> Severity:
        """Return how grave so many wasted bytes are."""
        if wasted_bytes >= self.high_bytes:
            return Severity.HIGH
        return Severity.MEDIUM if wasted_bytes >= self.medium_bytes else Severity.LOW


def _judge(frame: pd.DataFrame, kind: str, fix: Callable[[Row], Fix], limits: Limits) -> Verdict:
    """Return findings about relations of one kind whose waste is large in share and in bytes."""
    own = frame[frame["kind"] == kind]
    read, unread = own[own["tier"].notna()], own[own["tier"].isna()]
    findings = [_bloated(row, fix(row), limits) for row in rows(read) if limits.exceeded(row)]
    is_small = unread["not_examined"].fillna("").str.startswith("smaller than")
    reasons = [NotExamined(row.object, str(row.not_examined)) for row in rows(unread[~is_small])]
    if is_small.any():
        small = f"{counted(int(is_small.sum()), 'relation')} ({kind})"
        reasons.append(NotExamined(small, "smaller than 8 pages: too small to judge", settled=True))
    return Verdict(len(read), findings, reasons)


def _bloated(row: Row, fix: Fix, limits: Limits) -> Finding:
    noun = {"index": "index", "table": "table", "toast": "TOAST table"}[row.kind]
    return Finding(
        object=row.object,
        title=f"{row.bloat_ratio:.0%} of {noun} {row.object} is bloat",
        detail=(
            f"{row.wasted_bytes / MEBIBYTE:,.1f} of {row.bytes / MEBIBYTE:,.1f} MB would come back "
            f"({row.tier}, between {row.interval_low:.0%} and {row.interval_high:.0%})."
        ),
        severity=limits.severity(row.wasted_bytes),
        evidence={
            "bytes": int(row.bytes),
            "wasted_bytes": int(row.wasted_bytes),
            "bloat_ratio": round(float(row.bloat_ratio), 4),
            "interval_ratio": [round(row.interval_low, 4), round(row.interval_high, 4)],
            "tier": row.tier,
        },
        fix=fix,
    )


@check(subject="storage", kind="runtime")
def bloated_index(
    own_bloat: pd.DataFrame,
    *,
    min_ratio: float = 0.35,
    min_wasted_bytes: int = MEBIBYTE // 2,
    medium_bytes: int = 100 * MEBIBYTE,
    high_bytes: int = 10 * GIBIBYTE,
) -> Verdict:
    """Bloated index.

    Problem: A large share of the index is space that a rebuild would give back.
    Impact: Scans read and cache pages that hold little; backups and replicas carry them.
    Fix: REINDEX INDEX CONCURRENTLY: it needs room for a second copy and waits for transactions that run.
    False positives: An index whose keys arrive at random fills to about 70 % and returns to that after a rebuild,
    which is why the limit lies above it; an index that will be refilled soon needs no rebuild.
    """

    def fix(row: Row) -> Fix:
        name = qualified(row.schema_name, _index_name(row))
        return Fix(
            sql=f"REINDEX INDEX CONCURRENTLY {name};",
            undo=NOTHING_TO_UNDO,
            lock="SHARE UPDATE EXCLUSIVE on the table",
        )

    limits = Limits(min_ratio, min_wasted_bytes, medium_bytes, high_bytes)
    return _judge(own_bloat, "index", fix, limits)


def _index_name(row: Row) -> str:
    """Return the bare name of an index from its path, which schema and table name begin."""
    path: str = row.object
    return path[len(dotted(row.schema_name, row.table_name)) + 1 :]


def _rewrite(row: Row) -> Fix:
    name = qualified(row.schema_name, row.table_name)
    return Fix(
        sql=f"VACUUM (FULL, ANALYZE) {name};",
        undo=NOTHING_TO_UNDO,
        lock="ACCESS EXCLUSIVE on the table for as long as it is rewritten; pg_repack needs it only briefly",
    )


@check(subject="storage", kind="runtime")
def bloated_table(
    own_bloat: pd.DataFrame,
    *,
    min_ratio: float = 0.35,
    min_wasted_bytes: int = MEBIBYTE,
    medium_bytes: int = 100 * MEBIBYTE,
    high_bytes: int = 10 * GIBIBYTE,
) -> Verdict:
    """Bloated table.

    Problem: A large share of the table's pages is dead or free space.
    Impact: Sequential scans, backups and the cache carry it.
    Fix: Plain VACUUM makes the space usable again without returning it; VACUUM FULL or pg_repack returns it.
    False positives: A table that grows and shrinks in turn needs the space back soon.
    """
    limits = Limits(min_ratio, min_wasted_bytes, medium_bytes, high_bytes)
    return _judge(own_bloat, "table", _rewrite, limits)


@check(subject="storage", kind="runtime")
def bloated_toast(
    own_bloat: pd.DataFrame,
    *,
    min_ratio: float = 0.35,
    min_wasted_bytes: int = MEBIBYTE,
    medium_bytes: int = 100 * MEBIBYTE,
    high_bytes: int = 10 * GIBIBYTE,
) -> Verdict:
    """Bloated TOAST table.

    Problem: Much of the space that holds a table's wide values is dead or free.
    Impact: Reads of wide values and backups carry it; nobody sees it in the size of the table's own pages.
    Fix: VACUUM FULL or pg_repack of the table; let autovacuum visit the TOAST table more often.
    False positives: Wide values that are replaced in bulk at intervals need the space back.
    """
    limits = Limits(min_ratio, min_wasted_bytes, medium_bytes, high_bytes)
    return _judge(own_bloat, "toast", _rewrite, limits)


@check(subject="storage", kind="runtime")
def gin_pending_list(
    gin_pending: pd.DataFrame,
    *,
    min_pages: int = 16,
    medium_pages: int = 512,
) -> Verdict:
    """Long pending list of a GIN index.

    Problem: New entries wait in an unsorted list that each search reads from end to end.
    Impact: Searches slow down with every write until VACUUM or an unlucky INSERT merges the list.
    Fix: gin_clean_pending_list now; then more frequent autovacuum or a smaller gin_pending_list_limit.
    False positives: A list that is emptied often enough is what fastupdate is for; medium_pages is the limit that
    PostgreSQL sets by default.
    """
    findings, unread = [], []
    for row in rows(gin_pending):
        path = dotted(row.schema_name, row.table_name, row.index_name)
        if not pd.isna(row.not_examined):
            unread.append(NotExamined(path, row.not_examined))
            continue
        if row.pending_pages_count < min_pages:
            continue
        name = literal(qualified(row.schema_name, row.index_name))
        findings.append(
            Finding(
                object=path,
                title=f"{counted(row.pending_pages_count, 'page')} in the pending list of {row.index_name}",
                detail=f"{row.pending_rows_count:,} rows are not merged yet; every search reads them all.",
                severity=Severity.MEDIUM if row.pending_pages_count >= medium_pages else Severity.LOW,
                evidence={
                    "pending_pages_count": int(row.pending_pages_count),
                    "pending_rows_count": int(row.pending_rows_count),
                },
                fix=Fix(
                    sql=f"SELECT gin_clean_pending_list({name}::regclass);",
                    undo=NOTHING_TO_UNDO,
                    lock="ROW EXCLUSIVE on the index",
                ),
            )
        )
    return Verdict(len(gin_pending) - len(unread), findings, unread)
