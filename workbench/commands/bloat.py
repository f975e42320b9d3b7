"""``workbench bloat``: how much of each table and index a rebuild would give back, with the tier of each figure."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
import pandas as pd

from workbench import catalog, targets
from workbench.bloat import NEEDED, bloat_frame
from workbench.catalog import CaptureError, MissingFrameError, Snapshot
from workbench.probes.bloat import DEFAULT_BYTES, Budget, Tier, read_pages
from workbench.rows import records
from workbench.targets import Target
from workbench.terminal import print_table

PARTIAL = 4
# What no right and no budget would change.
_NO_FAULT = ("smaller than", "no model of")
_UNITS = {"kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


@click.command()
@click.argument("target")
@click.option("--targets", "targets_file", type=click.Path(path_type=Path), help="The targets.toml to use.")
@click.option(
    "--tier",
    type=click.Choice(["estimated", "sampled", "measured"]),
    help="How to look; the default is the best that rights and budget allow.",
)
@click.option("--budget", type=click.FloatRange(min=0), help="Seconds that reading pages may take [60].")
@click.option(
    "--bytes", "byte_budget", type=click.IntRange(min=0), help=f"Bytes that may be read [{DEFAULT_BYTES}]."
)
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table")
def bloat(
    target: str,
    targets_file: Path | None,
    tier: str | None,
    budget: float | None,
    byte_budget: int | None,
    style: str,
) -> int:
    """Tell what a rebuild of each index, table and TOAST table of TARGET would give back.

    Exit status 4 when a relation that is large enough to judge could not be.
    """
    resolved = targets.resolve(target, targets_file)
    snapshot = catalog.capture(
        resolved, only=() if resolved.snapshot else ("database", "extensions", *NEEDED)
    )
    limits = Budget(DEFAULT_BYTES if byte_budget is None else byte_budget, 60.0 if budget is None else budget)
    frame = look(resolved, snapshot, tier, limits)
    if style == "json":
        json.dump({"target": resolved.name, "objects": document(frame)}, sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        _print(frame)
    reasons = frame["not_examined"].dropna().astype(str)
    return 0 if reasons.str.startswith(_NO_FAULT).all() else PARTIAL


def look(target: Target, snapshot: Snapshot, tier: str | None, limits: Budget) -> pd.DataFrame:
    """Return the frame of bloat by a tier, or by the best that can be had when none is asked for.

    Raises:
        CaptureError: the tier asked for cannot be had; the message says what is missing.
    """
    frames = {name: snapshot[name] for name in NEEDED}
    if tier == "estimated":
        return bloat_frame(frames, None)
    if target.snapshot is not None:
        if tier is not None:
            raise CaptureError(f"{target.name}: a snapshot folder has no pages to read; name a server")
        if "page_bloat" in snapshot:
            return bloat_frame(frames, snapshot["page_bloat"])
        return bloat_frame(frames, None, "the snapshot holds no reading of its pages")
    chosen: Tier = "sampled" if tier == "sampled" else "measured"
    try:
        return bloat_frame(frames, read_pages(target, snapshot, chosen, limits))
    except MissingFrameError as missing:
        if tier is not None:
            raise CaptureError(f"{target.name}: {missing.reason}") from None
        return bloat_frame(frames, None, missing.reason)


def document(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the objects of the JSON document of the command contract."""
    return [
        {
            "object": row["object"],
            "kind": row["kind"],
            "bytes": int(row["bytes"]),
            "wasted_bytes": None if pd.isna(row["wasted_bytes"]) else int(row["wasted_bytes"]),
            "bloat_ratio": None if pd.isna(row["bloat_ratio"]) else round(float(row["bloat_ratio"]), 4),
            "tier": None if pd.isna(row["tier"]) else row["tier"],
            "interval": None
            if pd.isna(row["interval_low"])
            else [round(float(row["interval_low"]), 4), round(float(row["interval_high"]), 4)],
            "not_examined": None if pd.isna(row["not_examined"]) else row["not_examined"],
        }
        for row in records(frame)
    ]


def _print(frame: pd.DataFrame) -> None:
    ordered = frame.assign(waste=frame["wasted_bytes"].astype("Float64").fillna(-1.0)).sort_values(
        ["waste", "bytes"], ascending=False
    )
    rows = []
    for one in document(ordered):
        low, high = one["interval"] or (None, None)
        rows.append(
            (
                one["kind"],
                one["object"],
                size_text(one["bytes"]),
                "" if one["wasted_bytes"] is None else size_text(one["wasted_bytes"]),
                "" if one["bloat_ratio"] is None else f"{one['bloat_ratio']:.0%}",
                "" if low is None else f"{low:.0%} to {high:.0%}",
                one["tier"] or "",
                one["not_examined"] or "",
            )
        )
    print_table(("kind", "object", "size", "wasted", "bloat", "95 %", "tier", "not examined"), rows)


def size_text(size: float) -> str:
    """Return bytes in the largest unit that leaves a whole number: ``12.3 MB``."""
    for unit, factor in reversed(_UNITS.items()):
        if size >= factor:
            return f"{size / factor:,.1f} {unit}"
    return f"{size:,.0f} B"
