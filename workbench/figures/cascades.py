"""Chapter 30: what a DELETE sets off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.diagrams import ACTION_COLOURS, Box, Line, draw
from workbench.figures.style import NEUTRAL, SERIES, count_text, finish, safe
from workbench.figures.tables import Note, Table, noting_missing
from workbench.graph import Closure, ForeignKey, ForeignKeyGraph
from workbench.review import Review
from workbench.words import counted

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_ROOTS = 25
_BLOCKED = "⊘"
_CHANGED = "○"


def reach(review: Review) -> pd.DataFrame:
    """Return one row per table as the root of a DELETE, the widest first.

    Columns: ``table``, ``tables_count`` (tables reached by cascades), ``depth_count`` (levels),
    ``paths_count`` (ways, exact), ``estimated_rows`` (of the tables reached, the planner's estimate),
    ``unknown_count`` (tables reached whose size is unknown), ``changed_count`` (keys that set columns),
    ``blockers_count`` (keys that refuse the delete while rows refer).
    """
    graph: ForeignKeyGraph = review["foreign_key_graph"]
    sizes: Mapping[str, float] = review["estimated_rows"]
    sweep = graph.sweep
    size = pd.Series([sizes.get(graph.path_of(n)) for n in range(len(graph.tables))], dtype="float64")
    reached = sweep.pairs[sweep.pairs["level"] > 0]
    at_stake = reached.assign(rows=size.reindex(reached["node"]).to_numpy()).groupby("root")["rows"]
    nodes = range(len(graph.tables))
    frame = pd.DataFrame(
        {
            "table": [graph.path_of(node) for node in nodes],
            "tables_count": sweep.reached_count,
            "depth_count": sweep.depth,
            "paths_count": graph.path_counts(),
            "estimated_rows": at_stake.sum().reindex(nodes, fill_value=0.0),
            "unknown_count": at_stake.apply(lambda rows: rows.isna().sum()).reindex(nodes, fill_value=0),
            "changed_count": sweep.leaves_count,
            "blockers_count": sweep.blockers_count,
        }
    )
    ordered = frame.sort_values(["tables_count", "estimated_rows", "table"], ascending=[False, False, True])
    return ordered.reset_index(drop=True)


@noting_missing
def roots(review: Review) -> Figure | Note:
    """Return bars of the tables whose DELETE reaches most others, with the rows at stake."""
    frame = reach(review)
    frame = frame[frame["tables_count"] > 0].head(_ROOTS)
    if frame.empty:
        return Note("No delete cascades to another table.", "good")
    names = [safe(name) for name in frame["table"]]
    notes = [_at_stake(row) for row in frame.itertuples(index=False)]
    figure = go.Figure(
        go.Bar(
            x=frame["tables_count"],
            y=names,
            orientation="h",
            marker_color=[ACTION_COLOURS["RESTRICT"] if n else SERIES[1] for n in frame["blockers_count"]],
            text=notes,
            textposition="auto",
            customdata=[
                safe(f"{d} levels, {p:,} ways", None)
                for d, p in zip(frame["depth_count"], frame["paths_count"], strict=True)
            ],
            hovertemplate="%{y}<br>%{x} tables, %{customdata}<br>%{text}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title="tables whose rows a cascade deletes")
    return finish(
        figure,
        "Roots by blast radius; green ones have a guard that may stop them",
        height=120 + 26 * len(frame),
    )


def _at_stake(row: Any) -> str:
    unknown = f" and {row.unknown_count} tables of unknown size" if row.unknown_count else ""
    guards = f", {counted(row.blockers_count, 'guard')}" if row.blockers_count else ""
    return f"~{count_text(row.estimated_rows)} rows{unknown}{guards}"


@noting_missing
def roots_table(review: Review) -> Table:
    """Return the same for all tables that reach any, as a table."""
    frame = reach(review)
    touched = frame[
        (frame["tables_count"] > 0) | (frame["changed_count"] > 0) | (frame["blockers_count"] > 0)
    ]
    # A count of ways may be longer than any number type.
    shown = touched.assign(paths_count=[f"{paths:,}" for paths in touched["paths_count"]])
    return Table(
        shown,
        "What a DELETE on each table reaches; rows are estimates",
        formats={"estimated_rows": "count"},
        headings={
            "tables_count": "Tables deleted from",
            "depth_count": "Levels",
            "paths_count": "Ways",
            "changed_count": "Keys that set columns",
            "blockers_count": "Guards",
            "unknown_count": "Tables of unknown size",
        },
    )


@noting_missing
def chain(
    review: Review,
    root: str | None = None,
    *,
    depth: int | None = None,
    actions: Sequence[str] = tuple(ACTION_COLOURS),
) -> Figure | Note:
    """Return the layered picture of what a DELETE on a table reaches, the widest root's by default.

    Raises:
        KeyError: no table of that path.
    """
    graph: ForeignKeyGraph = review["foreign_key_graph"]
    paths = {graph.path_of(node): node for node in range(len(graph.tables))}
    if not paths:
        return Note("There is no table.", "info")
    chosen = root or str(reach(review)["table"].iloc[0])
    if chosen not in paths:
        raise KeyError(f"no table {chosen!r}")
    closure = graph.closure(paths[chosen], depth)
    boxes, lines = _chain(graph, closure, review["estimated_rows"], actions)
    if len(boxes) == 1:
        return Note(f"Nothing refers to {chosen} by the actions chosen.", "good")
    columns = ["deleted", *(f"level {level}" for level in range(1, max(b.column for b in boxes) + 1))]
    return draw(f"What deleting rows of {chosen} reaches", boxes, lines, columns)


def _chain(
    graph: ForeignKeyGraph, closure: Closure, sizes: Mapping[str, float], actions: Sequence[str]
) -> tuple[list[Box], list[Line]]:
    boxes, lines = [], []
    shown = "CASCADE" in actions
    for node, level in closure.levels.items():
        if node != closure.root and not shown:
            continue
        ways = closure.reached_by.get(node, ())
        first, others = (None, ways) if node == closure.root else (ways[0], ways[1:])
        hover = [_size(sizes.get(graph.path_of(node))), *(f"also reached by {key.path}" for key in others)]
        mark = f"+{len(others)}" if others else ""
        note = _compact(sizes.get(graph.path_of(node)))
        red = ACTION_COLOURS["CASCADE"]
        boxes.append(Box(str(node), _short(graph, node), level, hover, mark, red, note=note))
        if first is not None:
            lines.append(Line(str(first.referenced), str(node), "CASCADE", _line(first)))
    for diamond in closure.diamonds if shown else ():
        guard = diamond.guard
        if guard.on_delete in actions:
            told = f"{_line(guard)}; meets a cascade: {diamond.verdict.value}"
            lines.append(Line(str(guard.referenced), str(guard.referencing), guard.on_delete, told))
    ends: dict[tuple[int, int, str], Box] = {}
    for key in (*closure.leaves, *closure.blockers):
        if key.on_delete not in actions or (key.referenced != closure.root and not shown):
            continue
        level = closure.levels[key.referenced] + 1
        place = (key.referencing, level, key.on_delete)
        if place not in ends:
            mark = _BLOCKED if key.is_guard else _CHANGED
            size = sizes.get(graph.path_of(key.referencing))
            colour = ACTION_COLOURS[key.on_delete]
            name, label = "-".join(map(str, place)), _short(graph, key.referencing)
            ends[place] = Box(
                name, label, level, [_size(size)], mark, colour, faint=True, note=_compact(size)
            )
        lines.append(Line(str(key.referenced), ends[place].key, key.on_delete, _line(key)))
    return [*boxes, *ends.values()], lines


def _short(graph: ForeignKeyGraph, node: int) -> str:
    """Return a table's name, with its schema when there are several."""
    schema, table = graph.tables[node]
    return table if len({s for s, _ in graph.tables}) == 1 else f"{schema}.{table}"


def _size(rows: float | None) -> str:
    return (
        "size unknown: never analysed" if rows is None or pd.isna(rows) else f"about {count_text(rows)} rows"
    )


def _compact(rows: float | None) -> str:
    """Return a number of rows in a few letters: ``950``, ``12k``, ``3.4M``; ``?`` when it is unknown."""
    if rows is None or pd.isna(rows):
        return "?"
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rows >= limit:
            return f"{rows / limit:.3g}{unit}" if rows < 1000 * limit else f"{rows / limit:,.0f}{unit}"
    return f"{rows:.0f}"


def _line(key: ForeignKey) -> str:
    null = ", but the column is NOT NULL" if key.fails_on_null else ""
    return f"{key.path}: ({', '.join(key.columns)}) ON DELETE {key.on_delete}{null}"


@noting_missing
def diamonds(review: Review) -> Table | Note:
    """Return cascades that meet guards on their own way, with the verdict and both ways."""
    found = review.findings("cascade_diamond")
    if not found:
        return Note("No cascade meets a guard on rows that it deletes itself.", "good")
    rows = [
        (
            f.severity.value,
            f.evidence["verdict"],
            f.object,
            f.evidence["cascade_path"],
            f.evidence["guard_path"],
        )
        for f in found
    ]
    frame = pd.DataFrame(rows, columns=["severity", "verdict", "guard", "cascade", "guarded by way of"])
    return Table(frame, "Diamonds: rows that are cascaded to and guarded in one DELETE")


@noting_missing
def protected(review: Review) -> Table | Note:
    """Return the keys by which cascades enter protected data, and where those cascades begin."""
    found = review.findings("cascade_reaches_protected_data")
    if not found:
        return Note(
            f"No cascade enters a table that matches {', '.join(review.snapshot.options.protected) or 'no pattern'}.",
            "good",
        )
    rows = [
        (f.severity.value, f.object, f.title, ", ".join(f.evidence["roots"]), f.evidence["levels_count"])
        for f in found
    ]
    columns = ["severity", "enters by", "finding", "cascades begin in", "levels_count"]
    return Table(pd.DataFrame(rows, columns=columns), "Protected data that a cascade deletes")


@noting_missing
def unindexed(review: Review) -> Table | Note:
    """Return cascading keys that no index serves, with the rows that each deleted row makes it scan."""
    found = review.findings("unindexed_cascade")
    if not found:
        return Note("Every key that cascades or sets columns has an index to find its rows.", "good")
    rows = [
        (
            f.severity.value,
            f.object,
            f.evidence["on_delete"],
            f.evidence["rows_scanned_per_delete"],
            f.evidence["roots_count"],
            f.fix.sql if f.fix else None,
        )
        for f in found
    ]
    columns = ["severity", "key", "on delete", "scanned_count", "roots_count", "fix_sql"]
    return Table(
        pd.DataFrame(rows, columns=columns),
        "Cascades without an index, with their cost",
        headings={
            "scanned_count": "Rows scanned for each deleted row",
            "roots_count": "Roots that get there",
        },
    )


@noting_missing
def scan_cost(review: Review, number: int = 25) -> Figure | Note:
    """Return bars of the rows that one deleted row makes an unindexed cascade scan, the costliest keys first."""
    found = [f for f in review.findings("unindexed_cascade") if f.evidence["rows_scanned_per_delete"]]
    if not found:
        return Note("No unindexed cascade with a known cost.", "info")
    found.sort(key=lambda f: f.evidence["rows_scanned_per_delete"], reverse=True)
    left = f": the costliest {number} of {len(found):,}" if len(found) > number else ""
    found = found[:number]
    figure = go.Figure(
        go.Bar(
            x=[f.evidence["rows_scanned_per_delete"] for f in found],
            y=[safe(f.object) for f in found],
            orientation="h",
            marker_color=[ACTION_COLOURS.get(f.evidence["on_delete"], NEUTRAL) for f in found],
            text=[safe(f.evidence["on_delete"]) for f in found],
            hovertemplate="%{y}<br>%{x:,} rows scanned for each deleted row<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title="rows scanned for each deleted row", rangemode="tozero")
    return finish(figure, f"What an unindexed cascade costs{left}", height=120 + 28 * len(found))
