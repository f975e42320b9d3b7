"""Usage on the standbys: the cumulative statistics of every node that targets.toml names as a replica.

Each node counts its own scans; an index that the primary never reads may carry a standby's reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd

from workbench import catalog
from workbench.catalog import CaptureError, Snapshot
from workbench.collectors import collector
from workbench.targets import Target, TargetError, parse_url

NODE_COLUMNS: Mapping[str, str] = {
    "node_name": "text",
    "is_examined": "bool",
    "reason": "text?",
    "is_replica": "bool?",
    "server_version": "text?",
    "captured_at": "timestamptz?",
    "started_at": "timestamptz?",
    "stats_reset_at": "timestamptz?",
}
_CAPTURED = ("database", "cluster_identity", "index_usage", "table_activity")


@collector(source="rows", frames=("replica_nodes", "replica_index_usage", "replica_table_activity"))
def replicas(target: Target, snapshot: Snapshot) -> None:
    """Add the usage frames of every configured replica, each row with its ``node_name``.

    ``replica_nodes`` has one row per configured node: ``is_examined``, the ``reason`` when it is not, and
    the times that its statistics stand for. A node that cannot be read keeps its row.
    """
    names = sorted(target.options.replicas)
    with ThreadPoolExecutor(max_workers=max(1, target.options.connections)) as pool:
        results = list(pool.map(lambda name: _read_node(target, snapshot, name), names))
    nodes = catalog.make_frame(NODE_COLUMNS, [tuple(node.values()) for node, _ in results])
    snapshot.add("replica_nodes", nodes, source="options.replicas")
    for name in ("index_usage", "table_activity"):
        frames = [
            taken[name].assign(node_name=node["node_name"]) for node, taken in results if taken is not None
        ]
        query = catalog.queries()[name][0]
        empty = catalog.make_frame({**query.columns, "node_name": "text"}, [])
        frame = pd.concat(frames, ignore_index=True) if frames else empty
        snapshot.add(f"replica_{name}", frame, source=f"queries/{name}.sql on {len(frames)} replicas")


def _read_node(target: Target, snapshot: Snapshot, name: str) -> tuple[dict[str, Any], Snapshot | None]:
    """Return a row of ``replica_nodes`` and what was captured there; None when the node is not to be used."""
    row: dict[str, Any] = dict.fromkeys(NODE_COLUMNS) | {"node_name": name, "is_examined": False}
    try:
        taken = catalog.capture(_replica_target(target, name), only=_CAPTURED)
    except (CaptureError, TargetError) as error:
        return row | {"reason": str(error)}, None
    facts = taken["database"].iloc[0]
    for column in ("is_replica", "server_version", "captured_at", "started_at", "stats_reset_at"):
        row[column] = None if pd.isna(facts[column]) else facts[column]
    reason = _why_not_usable(snapshot, taken)
    return row | {"is_examined": reason is None, "reason": reason}, taken if reason is None else None


def _replica_target(target: Target, name: str) -> Target:
    """Return the node as a target of its own, which takes its password where any target does."""
    address = str(target.options.replicas[name])
    if address.startswith("service:"):
        return Target(name, {"service": address.removeprefix("service:")}, options=target.options)
    conninfo = parse_url(address)
    if "password" in conninfo:
        raise TargetError(f"the URL of replica {name} holds a password; put it into ~/.pgpass instead")
    return Target(name, conninfo, options=target.options)


def _why_not_usable(primary: Snapshot, replica: Snapshot) -> str | None:
    """Tell why a node's figures say nothing about the target's indexes; None when they do."""
    for frame in ("index_usage", "table_activity"):
        if frame not in replica:
            return f"the frame {frame} could not be read there: {replica.manifest['missing'].get(frame)}"
    ours, theirs = primary["database"].iloc[0], replica["database"].iloc[0]
    if ours["database_name"] != theirs["database_name"]:
        return "it is another database: " + str(theirs["database_name"])
    if "cluster_identity" in primary and "cluster_identity" in replica:
        identities = {s["cluster_identity"].iloc[0]["system_identifier"] for s in (primary, replica)}
        if len(identities) > 1:
            return "it is no physical standby of this cluster: its system identifier differs"
    if not theirs["is_replica"] and not ours["is_replica"]:
        return "it is not in recovery, so it is the primary itself or was promoted"
    return None
