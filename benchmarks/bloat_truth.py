"""The truth about bloat: make the shapes, look at them by every tier, rebuild, and compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import psycopg

from benchmarks.bloat_shapes import Shape
from workbench import catalog
from workbench.bloat import NEEDED, estimates
from workbench.naming import qualified
from workbench.probes.bloat import Budget, read_pages
from workbench.rows import by_key, grouped, records
from workbench.targets import Target, connection_string

PAGE = 8192


def compare(target: Target, shapes: Iterable[Shape]) -> pd.DataFrame:
    """Make the shapes in an empty database and return one row per judged relation.

    Columns: ``shape``, ``kind``, ``object``, ``pages``, ``truth`` (share of the pages that a rebuild gave
    back, not below 0), ``ioguix``, and of each tier its ratio, ``…_low``, ``…_high``; ``not_examined``.
    """
    shapes = list(shapes)
    with psycopg.connect(connection_string(target), autocommit=True) as connection:
        make(connection, shapes)
        snapshot = catalog.capture(target)
        frames = {name: snapshot[name] for name in NEEDED}
        looks = {
            "estimated": estimates(frames),
            "sampled": read_pages(target, snapshot, "sampled", Budget(np.inf, 600)),
            "measured": read_pages(target, snapshot, "measured", Budget(np.inf, 600)),
        }
        published = ioguix(frames)
        rows = [
            {"shape": shape.name, **row}
            for shape in shapes
            for kind in shape.judges
            for row in _truths(connection, shape, kind, looks["estimated"])
        ]
    frame = pd.DataFrame(rows)
    for tier, look in looks.items():
        known = look.set_index("relation_oid")
        for column, suffix in (("bloat_ratio", ""), ("interval_low", "_low"), ("interval_high", "_high")):
            frame[tier + suffix] = frame["oid"].map(known[column]).astype("float64")
    frame["not_examined"] = frame["oid"].map(looks["estimated"].set_index("relation_oid")["not_examined"])
    frame["ioguix"] = frame["oid"].map(published)
    return frame.drop(columns="oid")


def make(connection: psycopg.Connection[Any], shapes: Iterable[Shape]) -> None:
    """Create the shapes and the extensions that reading pages needs."""
    connection.execute("create extension if not exists pgstattuple")
    connection.execute("create extension if not exists pageinspect")
    for shape in shapes:
        for statement in shape.script().split("--;"):
            if statement.strip().startswith(("vacuum", "analyze")):
                flush(connection)
            connection.execute(statement.encode())
    flush(connection)


def flush(connection: psycopg.Connection[Any]) -> None:
    """Report this session's counters, which otherwise arrive up to a second late."""
    if connection.info.server_version >= 150000:
        connection.execute("select pg_stat_force_next_flush()")
        connection.execute("select 1")


def _truths(
    connection: psycopg.Connection[Any], shape: Shape, kind: str, estimated: pd.DataFrame
) -> list[dict[str, Any]]:
    own = estimated[estimated["table_name"] == f"shape_{shape.name}"]
    rows = []
    for row in records(own[own["kind"] == ("index" if kind == "index" else "table")]):
        name = qualified("public", row["object"].split(".")[-1])
        connection.execute((f"reindex index {name}" if kind == "index" else f"vacuum full {name}").encode())
        found = connection.execute("select pg_relation_size(%s::oid::regclass)", (row["relation_oid"],))
        [after] = found.fetchone() or (0,)
        truth = max(0.0, 1 - after / row["bytes"]) if row["bytes"] else 0.0
        rows.append(
            {
                "kind": kind,
                "object": row["object"],
                "oid": row["relation_oid"],
                "pages": row["bytes"] // PAGE,
                "truth": truth,
                "refused": kind in shape.refused,
            }
        )
    return rows


def ioguix(frames: Mapping[str, pd.DataFrame]) -> dict[int, float]:
    """Return bloat ratios by OID after the formula that ioguix published in 2014, clamped at 0.

    https://github.com/ioguix/pgsql-bloat-estimation: tuple header, data width by ``avg_width`` and
    ``null_frac``, both aligned as wholes; no deduplication, no dropped columns. Written anew from its
    description.
    """
    statistics = {
        (r["schema_name"], r["table_name"], r["column_name"]): (r["null_ratio"], r["average_bytes"])
        for r in records(frames["column_statistics"])
        if not r["is_inherited"]
    }
    columns, index_columns = (
        grouped(frames[n], k) for n, k in (("columns", "table_oid"), ("index_columns", "index_oid"))
    )
    tables = by_key(frames["tables"], "table_oid")
    found: dict[int, float] = {}
    for index in records(frames["indexes"]):
        if (
            index["access_method"] == "btree"
            and index["pages_count"]
            and not pd.isna(index["estimated_rows"])
        ):
            names = [
                (index["table_name"], c["column_name"]) if not pd.isna(c["column_name"])
                else (index["index_name"], c["attribute_name"])
                for c in index_columns[index["index_oid"]]
            ]  # fmt: skip
            widths = [statistics.get((index["schema_name"], *name)) for name in names]
            if None not in widths:
                found[index["index_oid"]] = _ioguix_index(index, [w for w in widths if w is not None])
    for oid, table in tables.items():
        widths = [
            statistics.get((table["schema_name"], table["table_name"], c["column_name"]))
            for c in columns.get(oid, [])
        ]
        if None not in widths and table["pages_count"] and not pd.isna(table["estimated_rows"]):
            found[oid] = _ioguix_table(table, [w for w in widths if w is not None])
    return found


def _padded(size: float) -> float:
    return size + 8 - (8 if np.ceil(size) % 8 == 0 else np.ceil(size) % 8)


def _ioguix_index(index: Mapping[str, Any], widths: list[tuple[float, float]]) -> float:
    header = 8 + (4 if max(nulls for nulls, _ in widths) > 0 else 0)
    data = sum((1 - nulls) * width for nulls, width in widths)
    entry = _padded(header) + _padded(data)
    per_page = np.floor((PAGE - 16 - 24) * index["fillfactor"] / (100 * (4 + entry)))
    pages = 1 + np.ceil(index["estimated_rows"] / max(1, per_page))
    return float(max(0.0, (index["pages_count"] - pages) / index["pages_count"]))


def _ioguix_table(table: Mapping[str, Any], widths: list[tuple[float, float]]) -> float:
    header = 23 + ((7 + len(widths)) // 8 if max(nulls for nulls, _ in widths) > 0 else 0)
    data = sum((1 - nulls) * width for nulls, width in widths)
    row = 4 + _padded(header) + _padded(data)
    pages = np.ceil(table["estimated_rows"] / ((PAGE - 24) * table["fillfactor"] / (row * 100)))
    return float(max(0.0, (table["pages_count"] - pages) / table["pages_count"]))


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Return mean and greatest absolute error in percentage points, by kind and way of looking.

    ``inside_ratio`` is the share of truths within the interval, where there is one.
    """
    rows = []
    for kind, part in frame.groupby("kind", sort=False):
        for way in ("ioguix", "estimated", "sampled", "measured"):
            known = part[part[way].notna()]
            error = (known[way] - known["truth"]).abs() * 100
            inside = float("nan")
            if way != "ioguix":
                low, high = known[f"{way}_low"] - 1e-9, known[f"{way}_high"] + 1e-9
                inside = float(((known["truth"] >= low) & (known["truth"] <= high)).mean())
            rows.append((kind, way, len(known), len(part) - len(known), error.mean(), error.max(), inside))
    names = ["kind", "way", "judged", "refused", "mean_error", "greatest_error", "inside_ratio"]
    return pd.DataFrame(rows, columns=names)
