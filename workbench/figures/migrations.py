"""Migrations: inventory, dangers, what can be taken back, what nobody creates, and in which order to create it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.style import NEUTRAL, SERIES, finish, safe
from workbench.figures.tables import Note, Table, noting_missing
from workbench.review import Review

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_BLUE, _RED, _GREEN, _YELLOW = SERIES[0], SERIES[1], SERIES[2], SERIES[3]
_STATUS_COLOURS = {
    "created": _GREEN,
    "incomplete": _YELLOW,
    "backup only": SERIES[4],
    "missing": _RED,
    "unknown": NEUTRAL,
}
_DOWN_WORDS = {
    "complete": "takes everything back",
    "incomplete": "leaves something",
    "missing": "there is no down",
    "empty": "does nothing",
    "refuses": "throws on purpose",
    "unknown": "could not be read",
    "nothing": "nothing to take back",
}


@noting_missing
def summary(review: Review) -> Table:
    """Return the migrations in a few figures."""
    files, risks = review["migrations"], review["migration_risks"]
    active = files[files["kind"] == "active"]
    judged = active[~active["down_status"].isin(["nothing"])]
    complete = int((judged["down_status"] == "complete").sum())
    rows = [
        ("Active files", str(len(active))),
        ("Copies that never run", str(int((files["kind"] == "backup").sum()))),
        ("Operations up", f"{int(active['up_operations_count'].sum()):,}"),
        ("Written as SQL", f"{int(active['raw_sql_count'].sum()):,}"),
        ("Behind a guard", f"{int(active['guarded_count'].sum()):,}"),
        (
            "Files that use a transaction",
            f"{int((active['up_transaction'] != 'none').sum())} of {len(active)}",
        ),
        ("Files that down takes back wholly", f"{complete} of {len(judged)}"),
        ("Dangers in active files", str(int((~risks["is_backup"]).sum()))),
        ("Places that could not be read", str(len(review["migration_unread"]))),
    ]
    return Table(pd.DataFrame(rows, columns=["fact", "value"]), "Migrations in figures")


@noting_missing
def inventory(review: Review) -> Table:
    """Return every file in the order in which a runner takes them."""
    files = review["migrations"]
    frame = files[
        [
            "file",
            "kind",
            "purpose",
            "up_operations_count",
            "down_operations_count",
            "up_transaction",
            "risks_count",
        ]
    ]
    headings = {
        "up_operations_count": "Up",
        "down_operations_count": "Down",
        "up_transaction": "Transaction",
        "risks_count": "Dangers",
    }
    return Table(frame, "Migrations in their order", headings=headings)


@noting_missing
def duplicates(review: Review) -> Table | Note:
    """Return the active files that share a stamp with another."""
    files = review["migrations"]
    found = files[files["duplicate_of"].notna()]
    if found.empty:
        return Note("Every active migration has a stamp of its own.", "good")
    return Table(
        found[["stamp", "file", "duplicate_of"]], "Files with one stamp: the rest of the name decides"
    )


@noting_missing
def risks_by_kind(review: Review) -> Figure | Note:
    """Return bars of dangers in active files, those that make the migration fail set apart."""
    risks = review["migration_risks"]
    risks = risks[~risks["is_backup"]]
    if risks.empty:
        return Note("No danger was found in what could be read of the active migrations.", "good")
    kinds = risks["kind"].value_counts(ascending=True).index.tolist()
    figure = go.Figure()
    for fails, name, colour in ((False, "locks, rewrites or loses", _BLUE), (True, "fails", _RED)):
        chosen = risks[risks["fails"] == fails]["kind"].value_counts()
        figure.add_bar(
            y=[safe(kind.replace("_", " ")) for kind in kinds],
            x=[int(chosen.get(kind, 0)) for kind in kinds],
            name=name,
            orientation="h",
            marker_color=colour,
            hovertemplate="%{y}: %{x}<extra></extra>",
        )
    figure.update_layout(barmode="stack", xaxis_title="operations")
    return finish(figure, "Dangers in active migrations", height=110 + 26 * len(kinds))


@noting_missing
def risks(review: Review) -> Table:
    """Return the dangers of active files with their places."""
    found = review["migration_risks"]
    found = found[~found["is_backup"]]
    frame = pd.DataFrame(
        {
            "place": found["file"] + ":" + found["line"].astype(str),
            "danger": found["kind"].str.replace("_", " "),
            "object": found["object"],
            "lock": found["lock"],
            "rewrites table": found["rewrites"],
            "fails": found["fails"],
            "detail": found["detail"],
        }
    )
    return Table(frame, "Dangers by place")


@noting_missing
def risks_of_copies(review: Review) -> Table:
    """Return how many dangers of each kind the files hold that never run: to mend before they do."""
    found = review["migration_risks"]
    found = found[found["is_backup"]].assign(danger=lambda rows: rows["kind"].str.replace("_", " "))
    counts = found.groupby(["file", "danger", "lock"]).size().reset_index(name="operations_count")
    return Table(counts, "Dangers in copies that never run")


@noting_missing
def rollback(review: Review) -> Table:
    """Return what each down takes back and what it leaves."""
    files = review["migrations"]
    files = files[files["kind"] != "helper"]
    frame = pd.DataFrame(
        {
            "file": files["file"],
            "kind": files["kind"],
            "down": files["down_status"].map(_DOWN_WORDS),
            "not taken back": files["left_behind"].map(_listed),
            "dropped beyond up": files["removed_more"].map(_listed),
            "row changes not undone": files["data_lost_count"],
        }
    )
    return Table(frame, "Rollback: what down takes back")


def _listed(values: Any) -> str:
    shown = ", ".join(values[:8])
    return shown + (f" and {len(values) - 8} more" if len(values) > 8 else "")


@noting_missing
def coverage(review: Review) -> Figure | Note:
    """Return bars of declared objects by what the migrations do about them."""
    found = review["migration_coverage"]
    if found.empty:
        return Note("The models declare nothing.", "info")
    kinds = ["enum", "index", "foreign key", "column", "table"]
    figure = go.Figure()
    for status, colour in _STATUS_COLOURS.items():
        chosen = found[found["status"] == status]["kind"].value_counts()
        totals = found["kind"].value_counts()
        if chosen.sum():
            figure.add_bar(
                y=kinds,
                x=[chosen.get(kind, 0) / max(int(totals.get(kind, 0)), 1) for kind in kinds],
                customdata=[[int(chosen.get(kind, 0)), int(totals.get(kind, 0))] for kind in kinds],
                name=status,
                orientation="h",
                marker_color=colour,
                hovertemplate="%{y}: %{customdata[0]} of %{customdata[1]} " + status + "<extra></extra>",
            )
    figure.update_layout(
        barmode="stack", xaxis={"tickformat": ".0%", "title": "share of the declared objects"}
    )
    return finish(figure, "What of the models the migrations create", height=290)


@noting_missing
def coverage_counts(review: Review) -> Table:
    """Return declared objects by kind and by what the migrations do about them."""
    found = review["migration_coverage"]
    counts = pd.crosstab(found["kind"], found["status"]).reset_index()
    counts.columns.name = None
    return Table(counts, "Declared objects by what the migrations do about them")


@noting_missing
def not_created(review: Review, kind: str = "table") -> Table:
    """Return the declared objects of one kind that no active migration creates."""
    found = review["migration_coverage"]
    found = found[(found["kind"] == kind) & (found["status"] != "created")]
    frame = pd.DataFrame(
        {
            "object": found["object"],
            "declared at": found["model_file"] + ":" + found["model_line"].astype(str),
            "migrations": found["status"],
            "file": found["migration"],
        }
    )
    return Table(frame, f"Declared {kind} objects that no active migration creates", max_rows=150)


@noting_missing
def plan(review: Review) -> Table:
    """Return the steps that would create what is missing, in order."""
    found = review["migration_plan"]
    frame = pd.DataFrame(
        {
            "step": found["position"],
            "phase": found["phase"].astype(str) + " " + found["phase_name"],
            "creates": found["kind"],
            "tables_count": found["tables_count"],
            "tables": found["tables"].map(_listed),
            "after steps": found["after"].map(lambda steps: ", ".join(map(str, steps))),
        }
    )
    return Table(
        frame, "Phased plan: referenced tables come first", empty="Every declared table is created.",
        formats={"step": "text"},
    )  # fmt: skip


@noting_missing
def unread(review: Review) -> Table | Note:
    """Return the places that could not be read."""
    found = review["migration_unread"]
    if found.empty:
        return Note("Every migration could be read.", "good")
    place = found["file"] + ":" + found["line"].astype(str)
    frame = pd.DataFrame({"place": place, "direction": found["direction"], "reason": found["reason"]})
    return Table(frame, "Not read, so no check vouches for it")
