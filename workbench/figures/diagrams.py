"""Boxes in columns with lines between them: the one drawing that relationships and cascades share.

The layout is deterministic. Columns are given; within a column, boxes are ordered by the middle of what they
are tied to in the column before (the barycentre of Sugiyama, Tagawa and Toda 1981), names deciding ties.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from workbench.figures.style import NEUTRAL, finish, safe

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

ACTION_COLOURS: Mapping[str, str] = {
    "CASCADE": "#EE6677",
    "SET NULL": "#4477AA",
    "SET DEFAULT": "#AA3377",
    "RESTRICT": "#228833",
    "NO ACTION": NEUTRAL,
}
ACTION_DASHES: Mapping[str, str] = {
    "CASCADE": "solid",
    "SET NULL": "dash",
    "SET DEFAULT": "dashdot",
    "RESTRICT": "8px,3px",
    "NO ACTION": "dot",
}
# Shares of a column's width: the box, and what is left for lines.
_BOX = 0.62
_ROW_PIXELS = 25
# Letters that as many boxes as fill the width without lines between them would have room for.
_LETTERS = 84


@dataclass(frozen=True)
class Box:
    """A table: ``mark`` stands before its name, ``note`` at the end, ``hover`` has what the box has no room for."""

    key: str
    label: str
    column: int
    hover: Sequence[str] = ()
    mark: str = ""
    colour: str = NEUTRAL
    faint: bool = False
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A key between two boxes, from left to right as a rule, drawn by its action."""

    source: str
    target: str
    action: str
    hover: str = ""


def draw(title: str, boxes: Sequence[Box], lines: Sequence[Line], columns: Sequence[str] = ()) -> Figure:
    """Return the picture; ``columns`` are the headings of the columns from left to right."""
    rows = _rows(boxes, lines)
    places = {box.key: (float(box.column), -float(rows[box.key])) for box in boxes}
    # What a column is shifted by against whole rows.
    lanes = {box.column: rows[box.key] % 1 for box in boxes}
    figure = go.Figure()
    for action in ACTION_COLOURS:
        drawn = [line for line in lines if line.action == action]
        if drawn:
            _add_lines(figure, action, drawn, places, lanes)
    last = max((box.column for box in boxes), default=0)
    for box in boxes:
        _add_box(figure, box, places[box.key], max(12, int(_LETTERS / (last + _BOX))))
    figure.add_trace(
        go.Scatter(
            x=[places[box.key][0] + _BOX / 2 for box in boxes],
            y=[places[box.key][1] for box in boxes],
            mode="markers",
            marker={"size": 18, "opacity": 0},
            customdata=["<br>".join(safe(line, 110) for line in (box.label, *box.hover)) for box in boxes],
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
        )
    )
    depth = max(rows.values(), default=0)
    for number, heading in enumerate(columns):
        figure.add_annotation(
            x=number,
            y=1.2,
            text=safe(heading),
            showarrow=False,
            xanchor="left",
            font={"size": 11, "color": NEUTRAL},
        )
    figure.update_xaxes(visible=False, range=[-0.04, last + _BOX + 0.04], fixedrange=True)
    top = 1.7 if columns else 0.7
    figure.update_yaxes(visible=False, range=[-depth - 0.7, top], fixedrange=True)
    # The legend stands between the title and the picture.
    figure.update_layout(hovermode="closest", margin={"t": 36}, legend={"itemwidth": 42})
    return finish(figure, title, height=int(44 + _ROW_PIXELS * (depth + 0.7 + top)))


def _add_lines(
    figure: Figure,
    action: str,
    lines: Sequence[Line],
    places: Mapping[str, tuple[float, float]],
    lanes: Mapping[int, float],
) -> None:
    xs: list[float | None] = []
    ys: list[float | None] = []
    middles: list[tuple[float, float, str]] = []
    for number, line in enumerate(lines):
        # Lines that cross a column at the same place lie side by side there.
        aside = (number % 5 - 2) * 0.045
        path = _path(places[line.source], places[line.target], lanes, aside)
        xs += [*(x for x, _ in path), None]
        ys += [*(y for _, y in path), None]
        middles.append((*path[len(path) // 2], safe(line.hover, 160)))
    figure.add_trace(
        go.Scatter(
            x=xs,
            y=ys,
            mode="lines",
            name=action,
            legendgroup=action,
            line={"color": ACTION_COLOURS[action], "dash": ACTION_DASHES[action], "width": 1.6},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[x for x, _, _ in middles],
            y=[y for _, y, _ in middles],
            mode="markers",
            legendgroup=action,
            showlegend=False,
            marker={"size": 5, "color": ACTION_COLOURS[action]},
            customdata=[text for *_, text in middles],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )


def _path(
    start: tuple[float, float], end: tuple[float, float], lanes: Mapping[int, float], aside: float
) -> list[tuple[float, float]]:
    (x0, y0), (x1, y1) = start, end
    if start == end:
        return _loop(x0, y0)
    if x1 <= x0:
        # Ties within a column, or back to an earlier one, leave and arrive on the right.
        out = max(x0, x1) + _BOX + 0.12
        middle = (y0 + y1) / 2
        return [*_bend(x0 + _BOX, y0, out, middle), *_bend(out, middle, x1 + _BOX, y1)]
    path, x, y = [], x0 + _BOX, y0
    for column in range(int(x0) + 1, int(x1)):
        # Columns on the way are crossed between two boxes.
        direct = y0 + (y1 - y0) * (column - x0) / (x1 - x0)
        lane = -(math.floor(-direct - lanes[column]) + 0.5 + lanes[column]) + aside
        path += [*_bend(x, y, column, lane), (column + _BOX, lane)]
        x, y = column + _BOX, lane
    return [*path, *_bend(x, y, x1, y1)]


def _bend(x0: float, y0: float, x1: float, y1: float, steps: int = 12) -> list[tuple[float, float]]:
    """Return points of a curve that leaves and arrives level (smoothstep)."""
    shares = [i / steps for i in range(steps + 1)]
    return [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t * t * (3 - 2 * t)) for t in shares]


def _loop(x: float, y: float) -> list[tuple[float, float]]:
    out = x + _BOX
    return [(out, y + 0.2), (out + 0.05, y + 0.3), (out + 0.09, y), (out + 0.05, y - 0.3), (out, y - 0.2)]


def _add_box(figure: Figure, box: Box, place: tuple[float, float], letters: int) -> None:
    x, y = place
    figure.add_shape(
        type="rect",
        x0=x,
        x1=x + _BOX,
        y0=y - 0.37,
        y1=y + 0.37,
        line={"color": box.colour, "width": 1 if box.faint else 1.4, "dash": "dot" if box.faint else "solid"},
        fillcolor=_tint(box.colour, 0.06 if box.faint else 0.16),
        layer="below",
    )
    mark = f"{box.mark} " if box.mark else ""
    figure.add_annotation(
        x=x + 0.015,
        y=y,
        text=mark + safe(box.label, max(8, letters - len(mark) - len(box.note))),
        showarrow=False,
        xanchor="left",
        font={"size": 11},
        opacity=0.75 if box.faint else 1,
    )

    if box.note:
        figure.add_annotation(
            x=x + _BOX - 0.01,
            y=y,
            text=safe(box.note),
            showarrow=False,
            xanchor="right",
            font={"size": 9, "color": NEUTRAL},
        )


def _tint(colour: str, share: float) -> str:
    """Return a colour mostly transparent, which suits a light and a dark ground."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def _rows(boxes: Sequence[Box], lines: Sequence[Line]) -> dict[str, float]:
    """Return the row of each box, columns centred on the tallest."""
    tied: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        tied[line.source].append(line.target)
        tied[line.target].append(line.source)
    columns: dict[int, list[Box]] = defaultdict(list)
    for box in boxes:
        columns[box.column].append(box)
    rows: dict[str, float] = {}
    for number in sorted(columns):
        members = columns[number]

        def middle(box: Box) -> float:
            placed = [rows[key] for key in tied[box.key] if key in rows]
            return sum(placed) / len(placed) if placed else float("inf")

        order = {box.key: middle(box) for box in members}
        members.sort(key=lambda box: (box.faint, order[box.key], box.label, box.key))
        rows.update({box.key: float(row) for row, box in enumerate(members)})
    tallest = max((len(members) for members in columns.values()), default=0)
    for members in columns.values():
        shift = (tallest - len(members)) / 2
        for box in members:
            rows[box.key] += shift
    return rows
