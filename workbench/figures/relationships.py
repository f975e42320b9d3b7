"""Chapter 10: the relationships of a schema, domain by domain."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.diagrams import ACTION_COLOURS, ACTION_DASHES, Box, Line, draw
from workbench.figures.style import NEUTRAL, SERIES, finish, safe
from workbench.figures.tables import Note, Table, noting_missing
from workbench.graph import ForeignKeyGraph
from workbench.naming import dotted
from workbench.review import Review
from workbench.words import counted

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_MOST_BOXES = 40
_NO_KEYS = "The catalog holds no foreign key: undeclared ones are looked for in the next chapter."


@noting_missing
def summary(review: Review) -> Table:
    """Return every relationship: from, to, type, key, optional, actions, supporting index."""
    frame: pd.DataFrame = review["relationships"]
    shown = pd.DataFrame(
        {
            "from": [dotted(s, t) for s, t in zip(frame["schema_name"], frame["table_name"], strict=True)],
            "to": [
                dotted(s, t)
                for s, t in zip(frame["referenced_schema"], frame["referenced_table"], strict=True)
            ],
            "type": frame["type"],
            "foreign key": [", ".join(names) for names in frame["columns"]],
            "optional": frame["is_optional"].astype(bool),
            "on delete": frame["on_delete"],
            "on update": frame["on_update"],
            "index": [", ".join(names) or "none" for names in frame["index"]],
        }
    )
    return Table(shown, counted(len(shown), "relationship"), max_rows=2000, empty=_NO_KEYS)


@noting_missing
def many_to_many(review: Review) -> Table | Note:
    """Return the tables that only link two others, with what they link."""
    frame: pd.DataFrame = review["relationships"]
    linking = frame[frame["joins"] != ""]
    if linking.empty:
        return Note("No table only links two others.", "info")
    linked: dict[str, set[str]] = defaultdict(set)
    for row in linking.itertuples(index=False):
        through = dotted(str(row.schema_name), str(row.table_name))
        linked[through] |= {dotted(str(row.referenced_schema), str(row.referenced_table)), str(row.joins)}
    rows = [(name, *sorted(ends), *([""] * (2 - len(ends)))) for name, ends in sorted(linked.items())]
    return Table(
        pd.DataFrame(rows, columns=["join table", "one side", "other side"]), "Many-to-many relationships"
    )


@noting_missing
def actions(review: Review) -> Figure | Note:
    """Return bars of how many keys have each ON DELETE action, mandatory and optional ones apart."""
    frame: pd.DataFrame = review["relationships"]
    if frame.empty:
        return Note(_NO_KEYS)
    counts = Counter(zip(frame["on_delete"], frame["is_optional"].astype(bool), strict=True))
    names = [action for action in ACTION_COLOURS if counts[action, True] or counts[action, False]]
    figure = go.Figure(
        [
            go.Bar(
                x=names,
                y=[counts[name, optional] for name in names],
                name=word,
                marker={"color": colour},
                hovertemplate="%{x}: %{y} " + word + "<extra></extra>",
            )
            for optional, word, colour in ((False, "mandatory", SERIES[0]), (True, "optional", SERIES[4]))
        ]
    )
    figure.update_layout(barmode="stack", yaxis_title="foreign keys")
    return finish(figure, "Foreign keys by ON DELETE action", height=320)


@noting_missing
def policies(review: Review) -> Table | Note:
    """Return the keys whose actions differ from the recommended ones, with the reason."""
    frame: pd.DataFrame = review["relationships"]
    if frame.empty:
        return Note(_NO_KEYS)
    differs = frame[frame["on_delete"] != frame["recommended_on_delete"]]
    if differs.empty:
        return Note("Every key has the recommended ON DELETE action.", "good")
    columns = ["object", "on_delete", "recommended_on_delete", "recommended_on_update", "reason"]
    return Table(
        differs[columns].rename(columns={"object": "key", "reason": "because"}),
        f"Recommended policies that differ from the present: {len(differs)} of {len(frame)}",
        max_rows=2000,
    )


@noting_missing
def rules(review: Review) -> Table | Note:
    """Return the integrity rules that probes looked into, the broken ones first."""
    frame: pd.DataFrame = review["relationships"]
    pairs = [
        (key, rule) for key, found in zip(frame["object"], frame["rules"], strict=True) for rule in found
    ]
    told = [(key, *rule.partition(": ")[::2]) for key, rule in pairs]
    kept = sum(state == "the server sees to it" for *_, state in told)
    told = [row for row in told if row[2] != "the server sees to it"]
    if not told:
        return Note(
            f"The server itself sees to {counted(kept, 'key')}, and no further rule was probed.", "good"
        )
    told.sort(key=lambda row: (not row[2].startswith("broken"), row[2] == "obeyed", row))
    table = pd.DataFrame(told, columns=["key", "rule", "state"])
    return Table(
        table, f"Integrity rules; the server sees to the references of {kept} further keys", max_rows=2000
    )


@noting_missing
def domains(review: Review) -> Figure | Note:
    """Return the domains and how many keys tie each two; a line has the colour of its commonest action."""
    of: Mapping[str, str] = review["domains"]
    graph: ForeignKeyGraph = review["foreign_key_graph"]
    if not of:
        return Note("There is no table.", "info")
    names = list(dict.fromkeys(of.values()))
    sizes = Counter(of.values())
    angle = {name: 2 * math.pi * i / len(names) for i, name in enumerate(names)}
    place = {name: (math.cos(angle[name]), math.sin(angle[name])) for name in names}
    ties: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for key in graph.keys:
        ends = of[graph.path_of(key.referencing)], of[graph.path_of(key.referenced)]
        if ends[0] != ends[1]:
            ties[min(ends), max(ends)][key.on_delete] += 1
    figure = go.Figure()
    for action in ACTION_COLOURS:
        drawn = [pair for pair, counts in ties.items() if max(counts, key=lambda a: (counts[a], a)) == action]
        _add_ties(figure, action, drawn, ties, place)
    figure.add_trace(
        go.Scatter(
            x=[place[name][0] for name in names],
            y=[place[name][1] for name in names],
            mode="markers+text",
            marker={"size": [16 + 5 * math.sqrt(sizes[name]) for name in names], "color": SERIES[0]},
            text=[f"<b>{safe(name, 26)}</b>" for name in names],
            textposition=[_outwards(*place[name]) for name in names],
            customdata=[_members(of, name) for name in names],
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_xaxes(visible=False, range=[-1.75, 1.75])
    figure.update_yaxes(visible=False, range=[-1.25, 1.25])
    return finish(
        figure,
        f"{counted(len(names), 'domain')} of {counted(len(of), 'table')}, and the keys between them",
        height=620,
    )


def _outwards(x: float, y: float) -> str:
    if abs(x) < 0.25:
        return "top center" if y > 0 else "bottom center"
    return "middle right" if x > 0 else "middle left"


def _members(of: Mapping[str, str], domain: str) -> str:
    tables = [table for table, name in of.items() if name == domain]
    lines = [domain, *tables[:25], *([f"and {len(tables) - 25} more"] if len(tables) > 25 else [])]
    return "<br>".join(safe(line, 80) for line in lines)


def _add_ties(
    figure: Figure,
    action: str,
    drawn: Sequence[tuple[str, str]],
    ties: Mapping[tuple[str, str], Counter[str]],
    place: Mapping[str, tuple[float, float]],
) -> None:
    for number, pair in enumerate(drawn):
        (x0, y0), (x1, y1) = place[pair[0]], place[pair[1]]
        counts = ties[pair]
        told = ", ".join(f"{count} {name}" for name, count in counts.most_common())
        text = safe(f"{pair[0]} and {pair[1]}: {told}", 120)
        # Bent towards the middle, so that neighbours' ties stay apart from the ring.
        xs, ys = [x0, (x0 + x1) * 0.35, x1], [y0, (y0 + y1) * 0.35, y1]
        figure.add_trace(
            go.Scatter(
                x=xs,
                y=ys,
                mode="lines",
                line={
                    "color": ACTION_COLOURS[action],
                    "dash": ACTION_DASHES[action],
                    "width": 1 + math.log2(1 + sum(counts.values())),
                    "shape": "spline",
                },
                opacity=0.7,
                name=action,
                legendgroup=action,
                showlegend=number == 0,
                customdata=[text] * 3,
                hovertemplate="%{customdata}<extra></extra>",
            )
        )


def domain_names(review: Review) -> list[str]:
    """Return the domains that have a key or more, in order; none when the keys could not be read."""
    if "foreign_keys" not in review or "tables" not in review:
        return []
    of: Mapping[str, str] = review["domains"]
    graph: ForeignKeyGraph = review["foreign_key_graph"]
    tied = {of[graph.path_of(key.referencing)] for key in graph.keys}
    return [name for name in dict.fromkeys(of.values()) if name in tied]


@noting_missing
def domain(review: Review, name: str) -> Figure | Note:
    """Return the entity-relationship diagram of one domain.

    Referenced tables stand left of those that refer to them; tables of other domains are faint. Of a domain
    with more than ``_MOST_BOXES`` tables those with the most keys are drawn.
    """
    of: Mapping[str, str] = review["domains"]
    graph: ForeignKeyGraph = review["foreign_key_graph"]
    members = [node for node in range(len(graph.tables)) if of.get(graph.path_of(node)) == name]
    members.sort(key=lambda node: len(graph.outgoing[node]) + len(graph.incoming[node]), reverse=True)
    inside = set(members[:_MOST_BOXES])
    keys = [key for node in sorted(inside) for key in graph.outgoing[node]]
    if not keys:
        return Note(f"No table of {name} refers to another.", "info")
    outside = sorted({key.referenced for key in keys} - inside, key=graph.tables.__getitem__)
    columns = _columns(graph, inside)
    shift = 1 if outside else 0
    boxes = [
        _box(graph, node, columns[node] + shift) for node in sorted(inside, key=graph.tables.__getitem__)
    ]
    boxes += [_box(graph, node, 0, faint=True) for node in outside]
    lines = [
        Line(
            str(key.referenced),
            str(key.referencing),
            key.on_delete,
            f"{key.path}: ({', '.join(key.columns)}) → ({', '.join(key.referenced_columns)}) "
            f"ON DELETE {key.on_delete}, ON UPDATE {key.on_update}",
        )
        for key in keys
    ]
    title = f"Domain {name}: {counted(len(inside), 'table')}, {counted(len(keys), 'key')}"
    left = f"; {len(members) - len(inside):,} tables with fewer keys are left out" * (
        len(members) > len(inside)
    )
    return draw(title + left, boxes, lines)


def _columns(graph: ForeignKeyGraph, inside: set[int]) -> dict[int, int]:
    """Return the column of each table: one more than the last of those that it refers to."""
    columns: dict[int, int] = {}
    for group in reversed(graph.delete_order(inside)):
        before = [
            columns[key.referenced]
            for node in group
            for key in graph.outgoing[node]
            if key.referenced in columns and key.referenced not in group
        ]
        for node in group:
            columns[node] = max(before, default=-1) + 1
    return columns


def _box(graph: ForeignKeyGraph, node: int, column: int, *, faint: bool = False) -> Box:
    schema, table = graph.tables[node]
    several = len({s for s, _ in graph.tables}) > 1
    hover = [
        f"{key.on_delete}: {', '.join(key.columns)} → {graph.path_of(key.referenced)}"
        for key in graph.outgoing[node]
    ]
    label = f"{schema}.{table}" if several else table
    return Box(str(node), label, column, hover[:20], "", NEUTRAL if faint else SERIES[0], faint)
