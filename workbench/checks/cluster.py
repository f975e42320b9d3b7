"""Index usage over the whole cluster: what every node counted, and which nodes could not be asked.

Values that checks and figures share; no check lives here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.catalog import Snapshot
from workbench.checks import derived

TARGET_NODE = "target"
_ACTIVITY_TIMES = (
    "last_seq_scan_at",
    "last_index_scan_at",
    "last_vacuum_at",
    "last_autovacuum_at",
    "last_analyze_at",
    "last_autoanalyze_at",
)
_NO_STANDBY = ("pg_receivewal", "pg_basebackup")


@derived
def cluster_nodes(database: pd.DataFrame, table_activity: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Return one row per node whose statistics a verdict on usage needs.

    Columns: ``node_name`` (``target`` for the captured server itself), ``is_examined``, ``reason`` (text
    when not examined), ``window_start_at`` and ``window_days`` (what the counters cover, see
    :func:`window_start`; missing when not examined). A standby that is connected but not configured in
    targets.toml, and the primary of a target that is itself a standby, are rows that were not examined.
    """
    captured = snapshot.captured_at
    rows = [_node(TARGET_NODE, database.iloc[0], table_activity, captured)]
    if "replica_nodes" in snapshot:
        rows += _replica_rows(snapshot, captured)
    elif snapshot.options.replicas:
        reason = snapshot.manifest["missing"].get("replica_nodes", "the replicas were not captured")
        rows += [_unexamined(name, reason) for name in sorted(snapshot.options.replicas)]
    rows += _unnamed_standbys(snapshot)
    if bool(database.iloc[0]["is_replica"]) and not _has_primary(snapshot):
        rows.append(_unexamined("primary", "the target is a standby and no replica entry names its primary"))
    frame = pd.DataFrame(rows)
    frame["window_start_at"] = pd.to_datetime(frame["window_start_at"], utc=True)
    return frame


@derived
def cluster_index_usage(indexes: pd.DataFrame, index_usage: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Return one row per index of ``indexes``, in its order: scans over all nodes that were examined.

    Columns: ``index_oid``, ``schema_name``, ``table_name``, ``index_name``, ``root_index_oid`` (topmost
    partitioned index, or its own OID), ``scans_count`` (all nodes), ``target_scans_count``,
    ``replica_scans_count``, ``tuples_read_count`` (all nodes), ``last_scan_at`` (latest; missing before
    16), ``nodes`` (names of the nodes that scanned it), ``total_bytes`` and ``leaf_count``. The row of a
    partitioned index sums its partitions' indexes. ``has_statistics`` is false where no node has a row, as
    for an index that was created after the statistics were read.
    """
    key = ["schema_name", "table_name", "index_name"]
    usage = [index_usage.assign(node_name=TARGET_NODE)]
    if "replica_index_usage" in snapshot:
        usage.append(snapshot["replica_index_usage"])
    counted = pd.concat([frame for frame in usage if len(frame)] or usage[:1], ignore_index=True)
    counted["replica_scans_count"] = counted["scans_count"].where(counted["node_name"] != TARGET_NODE, 0)
    counted = counted.merge(indexes[[*key, "index_oid"]].rename(columns={"index_oid": "own_oid"}), on=key)
    ancestors = _ancestors(indexes)
    counted = counted.merge(ancestors, left_on="own_oid", right_on="leaf_oid")
    summed = counted.groupby("member_oid").agg(
        scans_count=("scans_count", "sum"),
        replica_scans_count=("replica_scans_count", "sum"),
        tuples_read_count=("tuples_read_count", "sum"),
        last_scan_at=("last_scan_at", "max"),
    )
    return _usage_frame(indexes, ancestors, summed.assign(nodes=_nodes_used(counted, summed.index)))


def _nodes_used(counted: pd.DataFrame, members: pd.Index[Any]) -> pd.Series[Any]:
    """Return the names of the nodes that scanned each index at all."""
    used: dict[int, set[str]] = {}
    scanned = counted[counted["scans_count"] > 0]
    for member, node in zip(scanned["member_oid"], scanned["node_name"], strict=True):
        used.setdefault(member, set()).add(node)
    return pd.Series([tuple(sorted(used.get(member, ()))) for member in members], index=members, dtype=object)


def window_start(facts: Mapping[str, Any], activity: pd.DataFrame) -> pd.Timestamp:
    """Return the earliest moment that a node's cumulative statistics are known to cover.

    That is the reset when there was one. A server that never reset its statistics keeps them over a clean
    restart but loses them in a crash, and does not say which; they surely cover the time since its start,
    and any earlier moment of which they still hold the trace (a last scan, VACUUM or ANALYZE).
    """
    if not pd.isna(facts["stats_reset_at"]):
        return pd.Timestamp(facts["stats_reset_at"])
    traces = [activity[column].min() for column in _ACTIVITY_TIMES if column in activity and len(activity)]
    known: list[pd.Timestamp] = [facts["started_at"], *(t for t in traces if not pd.isna(t))]
    return pd.Timestamp(min(known))


def _node(name: str, facts: Any, activity: pd.DataFrame, captured: Any) -> dict[str, Any]:
    start = window_start(facts, activity)
    days = (pd.Timestamp(captured) - start).total_seconds() / 86400
    return {
        "node_name": name,
        "is_examined": True,
        "reason": None,
        "window_start_at": start,
        "window_days": max(0.0, days),
    }


def _unexamined(name: str, reason: str) -> dict[str, Any]:
    return {
        "node_name": name,
        "is_examined": False,
        "reason": reason,
        "window_start_at": pd.NaT,
        "window_days": np.nan,
    }


def _replica_rows(snapshot: Snapshot, captured: Any) -> list[dict[str, Any]]:
    activity = snapshot["replica_table_activity"]
    return [
        _node(node["node_name"], node, activity[activity["node_name"] == node["node_name"]], captured)
        if node["is_examined"]
        else _unexamined(node["node_name"], str(node["reason"]))
        for _, node in snapshot["replica_nodes"].iterrows()
    ]


def _unnamed_standbys(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return connected physical standbys beyond the number of those configured.

    A WAL sender carries no name that targets.toml could know for sure, so only the count tells.
    """
    if "standbys" not in snapshot:
        return []
    senders = snapshot["standbys"]
    physical = senders[
        ~senders["is_logical"]
        & ~senders["application_name"].isin(_NO_STANDBY)
        & senders["state"].fillna("").ne("backup")
    ]
    surplus = len(physical) - len(snapshot.options.replicas)
    names = [str(n) for n in physical["application_name"].fillna("?") if n not in snapshot.options.replicas]
    reason = "it is connected as a standby, but [replicas] of targets.toml does not name it"
    return [_unexamined(f"standby {name}", reason) for name in names[: max(0, surplus)]]


def _has_primary(snapshot: Snapshot) -> bool:
    if "replica_nodes" not in snapshot:
        return False
    nodes = snapshot["replica_nodes"]
    return bool((nodes["is_examined"] & ~nodes["is_replica"].fillna(True).astype(bool)).any())


def _ancestors(indexes: pd.DataFrame) -> pd.DataFrame:
    """Return pairs (``leaf_oid``, ``member_oid``): every index with itself and each partitioned one above."""
    parents = dict(zip(indexes["index_oid"], indexes["parent_index_oid"], strict=True))
    pairs = []
    for oid in parents:
        above = oid
        while above is not None:
            pairs.append((oid, above))
            parent = parents.get(above)
            above = None if parent is None or pd.isna(parent) or parent not in parents else int(parent)
    return pd.DataFrame(pairs, columns=["leaf_oid", "member_oid"], dtype="int64")


def _usage_frame(indexes: pd.DataFrame, ancestors: pd.DataFrame, summed: pd.DataFrame) -> pd.DataFrame:
    frame = indexes[["index_oid", "schema_name", "table_name", "index_name"]].reset_index(drop=True)
    # The last pair of an index leads to its topmost ancestor.
    frame["root_index_oid"] = frame["index_oid"].map(ancestors.groupby("leaf_oid")["member_oid"].last())
    found = summed.reindex(frame["index_oid"]).reset_index(drop=True)
    frame["has_statistics"] = found["scans_count"].notna()
    for column in ("scans_count", "replica_scans_count", "tuples_read_count"):
        frame[column] = found[column].fillna(0).astype("int64")
    frame["target_scans_count"] = frame["scans_count"] - frame["replica_scans_count"]
    frame["last_scan_at"] = found["last_scan_at"]
    frame["nodes"] = pd.Series(
        [names if isinstance(names, tuple) else () for names in found["nodes"]], dtype=object
    )
    storage = indexes[~indexes["is_partitioned"]]
    sized = ancestors.merge(storage[["index_oid", "bytes"]], left_on="leaf_oid", right_on="index_oid")
    grouped = sized.groupby("member_oid")["bytes"]
    frame["total_bytes"] = frame["index_oid"].map(grouped.sum()).fillna(0).astype("int64")
    frame["leaf_count"] = frame["index_oid"].map(grouped.size()).fillna(0).astype("int64")
    return frame
