"""Drift: what differs between the models and the database, by meaning and by name, with the SQL that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from workbench.drift import KINDS
from workbench.figures.style import NEUTRAL, SERIES, finish, safe
from workbench.figures.tables import Code, Note, Table, noting_missing
from workbench.figures.text import is_missing
from workbench.review import Review

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SORTS = {
    "semantic": ("another meaning", SERIES[1]),
    "name": ("another name", SERIES[0]),
    "harmless": ("harmless", SERIES[2]),
    "unread": ("could not be compared", NEUTRAL),
}


@noting_missing
def verdict(review: Review) -> Note:
    """Return in one sentence whether models and database agree."""
    counts = review["drift"]["sort"].value_counts()
    real, names, unread = (int(counts.get(sort, 0)) for sort in ("semantic", "name", "unread"))
    if real or names:
        text = f"Models and database differ in {real} places in meaning and in {names} in name only."
        return Note(text + (f" {unread} places could not be compared." if unread else ""), "warning")
    if unread:
        return Note(
            f"Nothing differs in what could be compared; {unread} places could not be.", "not_examined"
        )
    return Note("Models and database agree in everything that was compared.", "good")


@noting_missing
def by_kind(review: Review) -> Figure | Note:
    """Return bars of differences by kind, meaning and name told apart."""
    found = review["drift"]
    if found.empty:
        return Note("Models and database agree in everything that was compared.", "good")
    kinds = [kind for kind in reversed(list(KINDS)) if (found["kind"] == kind).any()]
    figure = go.Figure()
    for sort, (name, colour) in _SORTS.items():
        counts = found[found["sort"] == sort]["kind"].value_counts()
        if counts.sum():
            figure.add_bar(
                y=[safe(kind.replace("_", " ")) for kind in kinds],
                x=[int(counts.get(kind, 0)) for kind in kinds],
                name=name,
                orientation="h",
                marker_color=colour,
                hovertemplate="%{y}: %{x}<extra></extra>",
            )
    figure.update_layout(barmode="stack", xaxis_title="differences")
    return finish(figure, "Models against the database", height=110 + 26 * len(kinds))


@noting_missing
def differences(review: Review, sort: str = "semantic") -> Table:
    """Return the differences of one sort: ``semantic``, ``name``, ``harmless`` or ``unread``."""
    found = review["drift"]
    found = found[found["sort"] == sort]
    frame = pd.DataFrame(
        {
            "object": found["object"],
            "difference": [KINDS[kind] for kind in found["kind"]],
            "model": found["declared"],
            "database": found["actual"],
            "declared at": [
                _place(file, line) for file, line in zip(found["file"], found["line"], strict=True)
            ],
            "detail": found["detail"],
        }
    )
    return Table(frame, f"Differences: {_SORTS[sort][0]}")


def _place(file: Any, line: Any) -> str | None:
    return None if is_missing(file) else f"{file}:{line}"


@noting_missing
def repairs(review: Review, number: int = 25) -> Table:
    """Return both ways to mend the differences in meaning: the database's SQL and the model's change."""
    found = review["drift"]
    found = found[found["sort"] == "semantic"].head(number)
    frame = pd.DataFrame(
        {
            "object": found["object"],
            "database_sql": found["sql"],
            "lock": found["lock"],
            "or the model": found["model_change"],
        }
    )
    return Table(
        frame, "To bring either side to the other", headings={"database_sql": "SQL for the database"}
    )


@noting_missing
def script(review: Review, *kinds: str) -> Code | Note:
    """Return the SQL of the given kinds of difference as one script; all that can be undone when none is given."""
    found = review["drift"]
    chosen = found[found["kind"].isin(kinds)] if kinds else found[found["undo"].notna()]
    chosen = chosen[chosen["sql"].notna() & (chosen["sort"] != "unread")]
    if chosen.empty:
        return Note("There is nothing to mend by SQL.", "good")
    return Code("\n".join(str(sql) for sql in chosen["sql"]))
