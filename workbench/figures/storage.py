"""Storage: where the bytes are, which of them are waste and by which tier, the plan, and vacuum's health."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.bloat.plan import maintenance_plan
from workbench.checks.horizons import WRAPAROUND
from workbench.checks.index_scores import index_scores
from workbench.figures.style import NEUTRAL, SERIES, SEVERITY_COLOURS, count_axis, finish, safe
from workbench.figures.tables import Note, Table, noting_missing
from workbench.figures.text import bytes_text, count_text, ratio_text, seconds_text
from workbench.naming import dotted
from workbench.review import Review
from workbench.rows import rows as each

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_MOST_TABLES = 60


@noting_missing
def treemap(review: Review) -> Figure | Note:
    """Return a treemap of bytes by table, coloured by the share that a rebuild would give back."""
    frame = review["table_bloat"]
    frame = frame[frame["bytes"] > 0].nlargest(_MOST_TABLES, "bytes")
    if frame.empty:
        return Note("No table has a page of its own yet.", "info")
    texts = [
        [
            safe(row.object, 80),
            bytes_text(row.bytes),
            bytes_text(row.wasted_bytes) if row.examined_bytes else "not examined",
            ratio_text(row.bloat_ratio),
            safe(", ".join(row.tiers) or "none"),
        ]
        for row in each(frame)
    ]
    figure = go.Figure(
        go.Treemap(
            ids=[str(number) for number in range(len(frame))],
            labels=[safe(row.table_name, 32) for row in each(frame)],
            parents=[""] * len(frame),
            pathbar={"visible": False},
            tiling={"pad": 1},
            values=frame["bytes"],
            customdata=texts,
            texttemplate="%{label}<br>%{customdata[3]}",
            hovertemplate=(
                "%{customdata[0]}<br>%{customdata[1]}, of which wasted: %{customdata[2]}"
                "<br>tiers: %{customdata[4]}<extra></extra>"
            ),
            marker={
                "pad": {"t": 0, "l": 0, "r": 0, "b": 0},
                "colors": frame["bloat_ratio"],
                "colorscale": [[0, "#DCE6F0"], [0.35, "#E8C25A"], [1, "#B2182B"]],
                "cmin": 0,
                "cmax": 1,
                "colorbar": {
                    "title": {"text": "bloat"},
                    "tickformat": ".0%",
                    "thickness": 12,
                    "outlinewidth": 0,
                },
            },
        )
    )
    return finish(figure, "Bytes by table with TOAST and indexes, coloured by bloat", height=460)


@noting_missing
def wasted(review: Review, number: int = 20) -> Figure | Note:
    """Return the most wasteful relations before and after a rebuild, with the interval of what would be left."""
    frame = review["own_bloat"]
    frame = frame[frame["tier"].notna()].copy()
    frame["wasted_bytes"] = frame["wasted_bytes"].astype("float64")
    frame = frame[frame["wasted_bytes"] > 0].nlargest(number, "wasted_bytes").iloc[::-1]
    if frame.empty:
        return Note("No relation that could be judged wastes a page.", "good")
    labels = [f"{safe(row.object, 60)} ({safe(row.tier)})" for row in each(frame)]
    after = frame["bytes"] - frame["wasted_bytes"]
    least, most = frame["bytes"] * (1 - frame["interval_high"]), frame["bytes"] * (1 - frame["interval_low"])
    texts = [[bytes_text(v), bytes_text(w)] for v, w in zip(after, frame["wasted_bytes"], strict=True)]
    figure = go.Figure()
    figure.add_bar(
        y=labels,
        x=after,
        orientation="h",
        name="left after a rebuild",
        marker={"color": SERIES[0]},
        customdata=texts,
        hovertemplate="%{customdata[0]} left<extra></extra>",
        error_x={
            "type": "data",
            "symmetric": False,
            "array": most - after,
            "arrayminus": after - least,
            "color": NEUTRAL,
        },
    )
    figure.add_bar(
        y=labels,
        x=frame["wasted_bytes"],
        orientation="h",
        name="wasted",
        marker={"color": SERIES[1]},
        customdata=texts,
        hovertemplate="%{customdata[1]} wasted<extra></extra>",
    )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title="size", **_byte_axis(float(frame["bytes"].max())))
    return finish(
        figure, "What a rebuild would leave of the most wasteful relations", height=120 + 26 * len(frame)
    )


def _byte_axis(greatest: float) -> dict[str, list[float] | list[str]]:
    ticks = [float(value) for value in np.linspace(0, greatest, 6)]
    return {"tickvals": ticks, "ticktext": [bytes_text(value) for value in ticks]}


@noting_missing
def bloat_table(review: Review, kind: str = "") -> Table:
    """Return every relation of a kind (all when empty) that could be judged, with tier and interval."""
    frame = review["own_bloat"]
    frame = frame[frame["tier"].notna() & ((frame["kind"] == kind) | (not kind))].copy()
    frame["waste"] = frame["wasted_bytes"].astype("float64")
    frame["interval"] = [
        f"{ratio_text(row.interval_low)} to {ratio_text(row.interval_high)}" for row in each(frame)
    ]
    shown = frame.sort_values(["waste", "bytes"], ascending=False)
    columns = ["object", "kind", "bytes", "wasted_bytes", "bloat_ratio", "interval", "tier"]
    caption = "Bloat by relation, partitions summed at their root; each figure names its tier"
    return Table(shown[columns].rename(columns={"bytes": "size_bytes"}), caption)


@noting_missing
def unjudged(review: Review) -> Table:
    """Return the relations of which no tier could tell anything, by reason, with their bytes."""
    frame = review["own_bloat"]
    frame = frame[frame["tier"].isna()]
    rows = [
        (reason, len(part), int(part["bytes"].sum()), ", ".join(part["object"].head(3)))
        for reason, part in frame.groupby("not_examined")
    ]
    names = ["reason", "relations_count", "total_bytes", "examples"]
    ordered = pd.DataFrame(rows, columns=names).sort_values("total_bytes", ascending=False)
    return Table(
        ordered, "Relations whose bloat is not known, and why", empty="Every relation could be judged."
    )


@noting_missing
def plan(review: Review) -> Table:
    """Return the order of work that gives space back."""
    frame = maintenance_plan(review["own_bloat"], review["tables"], review["vacuum_thresholds"])
    times = zip(frame["least_seconds"], frame["most_seconds"], strict=True)
    frame["likely_duration"] = [f"{seconds_text(least)} to {seconds_text(most)}" for least, most in times]
    columns = [
        "step",
        "object",
        "action",
        "statement_sql",
        "frees_bytes",
        "room_bytes",
        "likely_duration",
        "lock",
    ]
    return Table(
        frame[columns],
        "What to run, in this order. Durations reach from fast to slow disks. SHARE UPDATE EXCLUSIVE lets reads and "
        "writes go on; ACCESS EXCLUSIVE stops both, which pg_repack needs only briefly",
        headings={"statement_sql": "SQL", "room_bytes": "Room needed"},
        empty="Nothing is worth a rebuild.",
    )


@noting_missing
def dead_against_threshold(review: Review) -> Figure | Note:
    """Return dead rows of each table against the threshold at which autovacuum comes."""
    frame = review["vacuum_thresholds"]
    frame = frame[(frame["live_rows_count"] + frame["dead_rows_count"]) > 0]
    if frame.empty:
        return Note("The cumulative statistics know of no row yet.", "info")
    over = frame["dead_rows_count"] > frame["threshold_rows"]
    figure = go.Figure()
    for is_over, name, colour in ((False, "below", SERIES[0]), (True, "past the threshold", SERIES[1])):
        part = frame[over == is_over]
        texts = [
            [
                safe(dotted(row.schema_name, row.table_name), 80),
                count_text(row.dead_rows_count),
                count_text(row.threshold_rows),
                "" if row.is_enabled else ", autovacuum off",
            ]
            for row in each(part)
        ]
        figure.add_scatter(
            x=part["threshold_rows"],
            y=part["dead_rows_count"] + 1,
            mode="markers",
            name=name,
            marker={
                "color": colour,
                "size": 9,
                "opacity": 0.75,
                "symbol": ["circle" if row.is_enabled else "x" for row in each(part)],
            },
            customdata=texts,
            hovertemplate="%{customdata[0]}<br>%{customdata[1]} dead, threshold %{customdata[2]}%{customdata[3]}"
            "<extra></extra>",
        )
    limit = [float(frame["threshold_rows"].min()), float(frame["threshold_rows"].max())]
    figure.add_scatter(
        x=limit, y=limit, mode="lines", name="autovacuum comes", line={"color": NEUTRAL, "dash": "dot"}
    )
    figure.update_xaxes(count_axis("dead rows at which autovacuum comes", frame["threshold_rows"]))
    figure.update_yaxes(count_axis("dead rows now, plus one", [*(frame["dead_rows_count"] + 1), *limit]))
    return finish(figure, "Dead rows against autovacuum's threshold", height=420)


@noting_missing
def wraparound_gauge(review: Review) -> Figure:
    """Return how far the database is on the way to wraparound, with the age at which autovacuum is forced."""
    facts = review["snapshot_facts"]
    settings = dict(zip(review["settings"]["setting_name"], review["settings"]["value"], strict=True))
    forced = float(settings.get("autovacuum_freeze_max_age") or 2e8)
    age = max(float(facts["frozen_xid_age_count"]), float(facts["multixact_age_count"]))
    ratio = age / WRAPAROUND
    colour = SERIES[0] if age <= forced else SEVERITY_COLOURS["high" if ratio < 0.5 else "critical"]
    figure = go.Figure(
        go.Indicator(
            mode="gauge+number",
            value=max(ratio, 0.001),
            number={"valueformat": ".1%", "prefix": "" if ratio >= 0.001 else "<"},
            gauge={
                "axis": {"range": [0, 1], "tickformat": ".0%"},
                "bar": {"color": colour},
                "borderwidth": 0,
                "steps": [
                    {"range": [0, forced / WRAPAROUND], "color": "rgba(138,148,160,0.25)"},
                    {"range": [0.5, 1], "color": "rgba(178,24,43,0.18)"},
                ],
                "threshold": {"value": forced / WRAPAROUND, "line": {"color": NEUTRAL, "width": 2}},
            },
        )
    )
    return finish(figure, f"Way to wraparound; autovacuum is forced at {forced / WRAPAROUND:.0%}", height=260)


@noting_missing
def oldest_tables(review: Review, number: int = 10) -> Table:
    """Return the tables that were frozen longest ago."""
    frame = review["tables"]
    frame = frame[frame["frozen_xid_age_count"].notna()]
    frame = frame.sort_values("frozen_xid_age_count", ascending=False).head(number)
    columns = ["schema_name", "table_name", "frozen_xid_age_count", "multixact_age_count", "total_bytes"]
    return Table(frame[columns], "Tables frozen longest ago")


@noting_missing
def keys(review: Review, number: int = 15) -> Table:
    """Return the sequences nearest to their limit, or to that of a column that must hold their values."""
    frame = review["key_usage"].sort_values("used_ratio", ascending=False).head(number)
    columns = ["object", "last_value", "greatest_value", "used_ratio", "limit_object"]
    formats = {"last_value": "count", "greatest_value": "count"}
    return Table(frame[columns], "Keys by how much of their range is used", formats=formats)


@noting_missing
def largest(review: Review, number: int = 20) -> Table:
    """Return the largest tables, partitions summed, with their shares of TOAST and indexes."""
    frame = review["tables"]
    sizes = ["heap_bytes", "toast_bytes", "indexes_bytes", "total_bytes"]
    summed = frame.groupby("root_oid")[[*sizes, "estimated_rows"]].sum()
    roots = frame.set_index("table_oid")[["schema_name", "table_name"]]
    joined = roots.join(summed, how="inner").nlargest(number, "total_bytes")
    total = joined["total_bytes"].astype("float64").replace(0, np.nan)
    joined["toast_ratio"] = joined["toast_bytes"].astype("float64") / total
    joined["indexes_ratio"] = joined["indexes_bytes"].astype("float64") / total
    joined["estimated_rows_count"] = joined["estimated_rows"].round()
    columns = [
        "schema_name",
        "table_name",
        "total_bytes",
        "estimated_rows_count",
        "toast_ratio",
        "indexes_ratio",
    ]
    return Table(joined[columns], "The largest tables, and what of them are TOAST and indexes")


@noting_missing
def holders(review: Review) -> Table:
    """Return what keeps VACUUM from removing dead rows, the oldest first."""
    return Table(
        review["xmin_holders"],
        "Sessions, slots, prepared transactions and standbys whose snapshots hold VACUUM back",
        empty="Nothing holds VACUUM back.",
    )


@noting_missing
def scores(review: Review) -> Table:
    """Return the index score of each table, the worst first, with its reasons."""
    frame = index_scores(review["tables"], review.outcomes)
    silent = frame["not_judged"].iloc[0] if len(frame) else ()
    shown = frame[["schema_name", "table_name", "score"]].assign(
        reasons=["; ".join(r) for r in frame["reasons"]]
    )
    judged = f"; not judged: {', '.join(silent)}" if silent else ""
    return Table(shown, f"Index score of each table out of ten, with what cost points{judged}")
