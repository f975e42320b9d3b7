"""The best that is known of each relation: measured, else sampled, else estimated, else why nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.bloat.estimate import NOTHING, SMALLEST_PAGES, estimates
from workbench.bloat.layout import PAGE
from workbench.naming import dotted
from workbench.rows import records

COLUMNS = (
    "object",
    "kind",
    "schema_name",
    "table_name",
    "relation_oid",
    "table_oid",
    "bytes",
    "wasted_bytes",
    "bloat_ratio",
    "interval_low",
    "interval_high",
    "tier",
    "not_examined",
)
"""Columns of a frame of bloat.

``object`` is the dotted path, of a TOAST table that of its table with ``.TOAST``; ``kind`` is index, table
or toast; ``bytes`` and ``wasted_bytes`` are of the main fork; ``bloat_ratio`` and the interval's ends are 0
to 1; ``tier`` is estimated, sampled, measured or missing, and ``not_examined`` says why it is missing.
"""
NEEDED = (
    "tables",
    "columns",
    "indexes",
    "index_columns",
    "changed_columns",
    "table_activity",
    "column_statistics",
    "value_distribution",
    "extended_statistics",
    "toast_tables",
)
"""Frames that estimates are made of."""


def bloat_frame(
    frames: Mapping[str, pd.DataFrame], pages: pd.DataFrame | None, why_no_pages: str = ""
) -> pd.DataFrame:
    """Return one row per index, table and TOAST table with storage, in the columns of ``COLUMNS``.

    Args:
        frames: the frames named in ``NEEDED``.
        pages: the frame ``page_bloat``; None when no page was read.
        why_no_pages: why not, for the objects that have no estimate either.
    """
    estimated = pd.concat([estimates(frames), _toast(frames["toast_tables"])], ignore_index=True)
    estimated = estimated.reindex(columns=list(COLUMNS))
    if pages is None or not len(pages):
        return _explained(estimated, dict.fromkeys(estimated["relation_oid"], why_no_pages))
    read = pages[pages["tier"].notna()]
    others = estimated[~estimated["relation_oid"].isin(read["relation_oid"])]
    reasons = dict(zip(pages["relation_oid"], pages["not_examined"], strict=True))
    parts = [part for part in (_explained(others, reasons), read) if len(part)]
    return pd.concat(parts, ignore_index=True).sort_values(["object", "kind"], ignore_index=True)


def toast_object(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a frame of bloat that name one row of ``toast_tables``."""
    return {
        "object": dotted(row["schema_name"], row["table_name"], "TOAST"),
        "kind": "toast",
        "schema_name": row["schema_name"],
        "table_name": row["table_name"],
        "relation_oid": int(row["toast_oid"]),
        "table_oid": int(row["table_oid"]),
        "bytes": 0 if pd.isna(row["bytes"]) else int(row["bytes"]),
    }


def by_root(bloat: pd.DataFrame, tables: pd.DataFrame) -> pd.DataFrame:
    """Return bloat summed by topmost partitioned table, or by table where there are no partitions.

    Columns: ``object``, ``schema_name``, ``table_name``, ``bytes``, ``wasted_bytes`` (of what was examined),
    ``examined_bytes``, ``bloat_ratio`` (of what was examined; missing when nothing was), ``tiers`` (those
    that the figures come from) and ``not_examined_count``.
    """
    names = tables.set_index("table_oid")[["schema_name", "table_name", "root_oid"]]
    joined = bloat.assign(root_oid=bloat["table_oid"].map(names["root_oid"])).dropna(subset=["root_oid"])
    joined["examined_bytes"] = joined["bytes"].where(joined["tier"].notna(), 0)
    joined["wasted_bytes"] = joined["wasted_bytes"].astype("Float64").fillna(0.0)
    grouped = joined.groupby("root_oid").agg(
        bytes=("bytes", "sum"),
        wasted_bytes=("wasted_bytes", "sum"),
        examined_bytes=("examined_bytes", "sum"),
        tiers=("tier", lambda tiers: tuple(sorted(set(tiers.dropna())))),
        not_examined_count=("tier", lambda tiers: int(tiers.isna().sum())),
    )
    of_root = names.reindex(grouped.index)
    grouped.insert(0, "table_name", of_root["table_name"])
    grouped.insert(0, "schema_name", of_root["schema_name"])
    paths = [dotted(s, t) for s, t in zip(grouped["schema_name"], grouped["table_name"], strict=True)]
    grouped.insert(0, "object", paths)
    for column in ("bytes", "wasted_bytes", "examined_bytes"):
        grouped[column] = grouped[column].astype("int64")
    shares = grouped["wasted_bytes"] / grouped["examined_bytes"].replace(0, np.nan)
    grouped["bloat_ratio"] = shares.astype("float64")
    return grouped.reset_index(drop=True).sort_values("object", ignore_index=True)


def _toast(toast_tables: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for row in records(toast_tables):
        if pd.isna(row["bytes"]):
            reason = "somebody holds an ACCESS EXCLUSIVE lock on it, so its size is unknown"
        elif row["bytes"] < SMALLEST_PAGES * PAGE:
            reason = f"smaller than {SMALLEST_PAGES} pages: one page more or less decides"
        else:
            reason = (
                "ANALYZE gathers no statistics of TOAST tables, and how many values share its chunks, so how many "
                "chunks are not full, is counted nowhere"
            )
        rows.append(toast_object(row) | NOTHING | {"tier": None, "not_examined": reason})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _explained(frame: pd.DataFrame, reasons: Mapping[Any, str | None]) -> pd.DataFrame:
    """Return the frame with the reason why no page was read added to each object without an estimate."""

    def explain(oid: Any, reason: Any) -> Any:
        further = reasons.get(oid)
        if pd.isna(reason) or not further or pd.isna(further) or reason.startswith(("smaller", "somebody")):
            return reason
        return reason if further == reason else f"{reason}; not measured: {further}"

    pairs = zip(frame["relation_oid"], frame["not_examined"], strict=True)
    return frame.assign(not_examined=[explain(oid, reason) for oid, reason in pairs])
