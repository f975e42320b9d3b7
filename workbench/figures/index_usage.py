"""Index usage: verdicts, scans against size, scores by table, twins side by side, sequential scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.figures.style import NEUTRAL, SERIES, finish, safe
from workbench.figures.tables import Code, Note, Table, noting_missing
from workbench.figures.text import bytes_text, count_text
from workbench.naming import dotted
from workbench.review import Review
from workbench.rows import by
from workbench.rows import rows as each

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

VERDICTS = (
    "used",
    "used only on a replica",
    "rarely used",
    "unused",
    "can't tell yet",
    "guards a rule",
    "invalid",
)
_COLOURS = {
    "used": SERIES[0],
    "used only on a replica": SERIES[4],
    "rarely used": SERIES[3],
    "unused": SERIES[1],
    "can't tell yet": NEUTRAL,
    "guards a rule": SERIES[2],
    "invalid": SERIES[5],
}
# A size of 0 has no place on a logarithmic axis; one page is the least that any index with rows has.
_LEAST_BYTES = 8192


def verdicts(review: Review) -> pd.DataFrame:
    """Return one row per index with its verdict; partitions are summed at their root.

    Columns: ``schema_name``, ``table_name``, ``index_name``, ``verdict`` (one of ``VERDICTS``),
    ``scans_count`` over all nodes, ``last_scan_at``, ``total_bytes``, ``written_count``, ``access_method``,
    ``definition``.
    """
    usage: pd.DataFrame = review["root_usage"]
    scans = review["cluster_index_usage"].set_index("index_oid")["target_scans_count"]
    named = {
        check: {f.object for f in review.findings(check)} for check in ("unused_index", "rarely_used_index")
    }
    judged = review.outcome("unused_index").examined > 0
    rows = []
    for index in each(usage):
        path = dotted(index.schema_name, index.table_name, index.index_name)
        if not index.is_valid:
            verdict = "invalid"
        elif path in named["unused_index"]:
            verdict = "unused"
        elif path in named["rarely_used_index"]:
            verdict = "rarely used"
        elif index.scans_count:
            verdict = "used" if scans.get(index.index_oid, 0) else "used only on a replica"
        else:
            guards = index.is_unique or index.is_exclusion or pd.notna(index.constraint_name)
            verdict = "guards a rule" if guards or judged else "can't tell yet"
        rows.append(verdict)
    columns = ["schema_name", "table_name", "index_name", "scans_count", "last_scan_at", "total_bytes"]
    frame = usage[[*columns, "written_count", "access_method", "definition"]].copy()
    frame.insert(3, "verdict", pd.Series(rows, index=frame.index, dtype="str"))
    return frame.sort_values(["total_bytes", "index_name"], ascending=[False, True], ignore_index=True)


@noting_missing
def scans_against_size(review: Review) -> Figure | Note:
    """Return a scatter of all indexes: how large, how often scanned. Top left is what costs and gives nothing."""
    frame = verdicts(review)
    if frame.empty:
        return Note("The database has no index.", "info")
    figure = go.Figure()
    for verdict in VERDICTS:
        part = frame[frame["verdict"] == verdict]
        if part.empty:
            continue
        texts = [
            [safe(f"{r.table_name}.{r.index_name}", 80), bytes_text(r.total_bytes), count_text(r.scans_count)]
            for r in each(part)
        ]
        figure.add_scatter(
            # One more than the scans, so that indexes without any have a place on the axis.
            x=part["scans_count"] + 1,
            y=np.maximum(part["total_bytes"], _LEAST_BYTES),
            mode="markers",
            name=verdict,
            marker={"color": _COLOURS[verdict], "size": 9, "opacity": 0.75},
            customdata=texts,
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}, %{customdata[2]} scans<extra></extra>",
        )
    powers = range(0, int(np.log10(frame["scans_count"].max() + 1)) + 2)
    figure.update_xaxes(
        type="log",
        title="scans since the statistics were reset",
        tickvals=[1, *(10**p + 1 for p in powers)],
        ticktext=["0", *(count_text(10**p) for p in powers)],
    )
    sizes = [8 * 1024 * 4**step for step in range(12)]
    figure.update_yaxes(
        type="log", title="size", tickvals=sizes, ticktext=[bytes_text(size) for size in sizes]
    )
    return finish(figure, "Scans against size of every index", height=480)


@noting_missing
def unused_bytes(review: Review, number: int = 20) -> Figure | Note:
    """Return the bytes of unused, duplicate and redundant indexes by table, the largest tables first."""
    superfluous = {
        check: {f.object for f in review.findings(check)}
        for check in ("unused_index", "duplicate_index", "redundant_index")
    }
    usage: pd.DataFrame = review["root_usage"]
    rows = []
    for index in each(usage):
        path = dotted(index.schema_name, index.table_name, index.index_name)
        kind = next((check for check, paths in superfluous.items() if path in paths), None)
        if kind:
            rows.append((dotted(index.schema_name, index.table_name), kind, index.total_bytes))
    if not rows:
        return Note("No index was found superfluous. Read below what could not be examined.", "good")
    frame = pd.DataFrame(rows, columns=["table", "kind", "bytes"])
    totals = frame.groupby("table")["bytes"].sum().nlargest(number)[::-1]
    figure = go.Figure()
    for kind, colour in zip(superfluous, (SERIES[1], SERIES[3], SERIES[4]), strict=True):
        sizes = frame[frame["kind"] == kind].groupby("table")["bytes"].sum().reindex(totals.index).fillna(0)
        if not sizes.any():
            continue
        figure.add_bar(
            y=[safe(name) for name in totals.index],
            x=sizes / 2**20,
            orientation="h",
            name=kind.removesuffix("_index"),
            marker_color=colour,
            customdata=[bytes_text(size) for size in sizes],
            hovertemplate="%{y}: %{customdata}<extra></extra>",
        )
    figure.update_layout(barmode="stack", xaxis_title="MB (1 MB is 1024 kB)")
    title = f"Space in superfluous indexes: {bytes_text(frame['bytes'].sum())} in all"
    return finish(figure, title, height=120 + 26 * len(totals))


@noting_missing
def index_table(review: Review) -> Table:
    """Return every index with its verdict, sortable."""
    frame = verdicts(review)
    frame.insert(0, "table", frame["schema_name"] + "." + frame["table_name"])
    columns = [
        "index_name",
        "table",
        "verdict",
        "total_bytes",
        "scans_count",
        "last_scan_at",
        "written_count",
    ]
    return Table(
        frame[[*columns, "access_method"]],
        "Every index: what it takes, what it gives",
        headings={
            "index_name": "Index",
            "total_bytes": "Size",
            "last_scan_at": "Last scan (16+)",
            "written_count": "Row writes",
        },
        max_rows=2000,
    )


@noting_missing
def twins(review: Review) -> Table | Note:
    """Return duplicate and redundant indexes beside the one that makes each superfluous."""
    usage = by(review["indexes"], "index_name")
    rows = []
    for finding in review.findings("duplicate_index", "redundant_index"):
        other = str(finding.evidence.get("kept") or finding.evidence.get("covered_by"))
        table, name = finding.object.rsplit(".", 1)
        own = [i for i in usage[name] if dotted(i.schema_name, i.table_name) == table]
        kept = [i for i in usage[other] if dotted(i.schema_name, i.table_name) == table]
        kind = finding.check.removesuffix("_index")
        definitions = [found[0].definition if found else name for found in (own, kept)]
        rows.append((kind, table, name, definitions[0], other, definitions[1], finding.evidence.get("bytes")))
    if not rows:
        return Note("No index duplicates another or is covered by a wider one.", "good")
    columns = ["kind", "table", "index", "definition_sql", "kept", "kept_definition_sql", "bytes"]
    headings = {"definition_sql": "Its definition", "kept_definition_sql": "Definition of the kept one"}
    return Table(
        pd.DataFrame(rows, columns=columns), "Superfluous indexes beside those that stay", headings=headings
    )


@noting_missing
def sequential_scans(review: Review, number: int = 20) -> Figure | Note:
    """Return the tables whose sequential scans read the most rows."""
    activity = review["table_activity"]
    frame = activity[activity["seq_tuples_read_count"] > 0].nlargest(number, "seq_tuples_read_count")[::-1]
    if frame.empty:
        return Note("No table was read sequentially since the statistics were reset.", "info")
    figure = go.Figure(
        go.Bar(
            y=[safe(dotted(r.schema_name, r.table_name)) for r in each(frame)],
            x=frame["seq_tuples_read_count"],
            orientation="h",
            marker_color=SERIES[0],
            customdata=[[count_text(r.seq_scans_count), count_text(r.live_rows_count)] for r in each(frame)],
            hovertemplate="%{y}: %{x:,} rows in %{customdata[0]} scans; %{customdata[1]} live rows<extra></extra>",
        )
    )
    figure.update_xaxes(title="rows read by sequential scans")
    return finish(figure, "Tables by rows read sequentially", height=110 + 24 * len(frame))


_MISSING = {
    "foreign_key_without_index": "foreign key",
    "unserved_statement": "filter, join or sort",
    "missing_index": "JSON, text search or few rows",
    "sequential_scans_on_large_table": "sequential scans",
}


@noting_missing
def missing_indexes(review: Review) -> Table | Note:
    """Return the indexes that are missing, what asks for each, how many calls it would help, and the SQL."""
    rows = [
        (
            _MISSING[finding.check],
            finding.object,
            ", ".join(finding.evidence.get("columns", ())),
            finding.evidence.get("calls_count"),
            finding.evidence.get("read_rows_count"),
            finding.evidence.get("wanted_rows_count"),
            finding.severity.value,
            finding.fix.sql if finding.fix else None,
        )
        for finding in review.findings(*_MISSING)
    ]
    columns = ["asked_by", "object", "columns", "calls_count", "read_rows_count", "wanted_rows_count"]
    frame = pd.DataFrame(rows, columns=[*columns, "severity", "fix_sql"])
    frame = frame.sort_values("calls_count", ascending=False, kind="stable", na_position="last")
    silent = [_MISSING[o.check] for o in review.outcomes if o.check in _MISSING and not o.examined]
    unseen = f"; could not be judged: {', '.join(silent)}" if silent else ""
    return Table(
        frame.astype(dict.fromkeys(columns[3:], "Int64")),
        f"Missing indexes. Calls are those that each index would help since the statements were reset{unseen}",
        headings={
            "calls_count": "Calls helped",
            "read_rows_count": "Rows read a call",
            "wanted_rows_count": "Rows needed",
            "fix_sql": "SQL",
        },
        empty="No index was found missing. Read below what could not be examined.",
    )


@noting_missing
def verdict_counts(review: Review) -> Table | Note:
    """Return how many indexes have each verdict, their size, and the row writes of their tables."""
    frame = verdicts(review)
    if frame.empty:
        return Note("The database has no index.", "info")
    hot = {finding.object for finding in review.findings("index_blocks_hot_updates")}
    paths = [dotted(r.schema_name, r.table_name, r.index_name) for r in each(frame)]
    frame["hot_blockers_count"] = [path in hot for path in paths]
    summed = frame.groupby("verdict").agg(
        indexes_count=("index_name", "size"),
        total_bytes=("total_bytes", "sum"),
        scans_count=("scans_count", "sum"),
        written_count=("written_count", "sum"),
        hot_blockers_count=("hot_blockers_count", "sum"),
    )
    ordered = summed.reindex([verdict for verdict in VERDICTS if verdict in summed.index]).reset_index()
    return Table(
        ordered,
        "What indexes give and cost, by verdict; a row write is one row inserted, deleted or updated out of HOT",
        headings={"written_count": "Row writes", "hot_blockers_count": "Keep updates from being HOT"},
    )


def drop_script(review: Review) -> Code | Note:
    """Return the SQL that drops what is superfluous, with its undo as comments, for a person to read first."""
    parts = [
        f"-- {finding.title} ({finding.check})\n{finding.fix.sql}\n"
        + "\n".join(f"-- undo: {line}" for line in finding.fix.undo.splitlines())
        for finding in review.findings("unused_index", "duplicate_index", "redundant_index", "invalid_index")
        if finding.fix
    ]
    if not parts:
        return Note("There is no index to drop.", "info")
    return Code("\n\n".join(dict.fromkeys(parts)))
