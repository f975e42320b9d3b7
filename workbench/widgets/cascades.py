# ruff: noqa: S608 - the SQL is shown, not run; workbench.naming quotes every name in it.
"""An explorer of cascades: choose a table, actions, depth and rows; picture, counts and SQL follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets as ipw
import pandas as pd

from workbench import targets
from workbench.catalog import CaptureError, Snapshot
from workbench.figures import cascades
from workbench.figures.diagrams import ACTION_COLOURS
from workbench.figures.tables import Code, Note, Table
from workbench.figures.text import visible
from workbench.graph import Closure, ForeignKey, ForeignKeyGraph
from workbench.naming import column_list, qualified
from workbench.probes.blast_radius import BlastRadius, blast_radius, read_catalog
from workbench.review import Review
from workbench.targets import TargetError
from workbench.widgets.outputs import fill
from workbench.words import counted

_SECONDS = 30.0
_WIDE = {"description_width": "70px"}


def explorer(review: Review, target: str | None = None) -> ipw.Widget:
    """Return the explorer of a review; rows are counted on ``target``, the review's own by default."""
    return Explorer(review, target or review.target).widget


class Explorer:
    """The widgets and what hangs together behind them."""

    def __init__(self, review: Review, target: str) -> None:
        self.review = review
        self.target = target
        self.graph: ForeignKeyGraph = review["foreign_key_graph"]
        self._catalog: Snapshot | None = None
        names = list(cascades.reach(review)["table"])
        depth = max(map(int, self.graph.sweep.depth), default=0)
        self.root = ipw.Combobox(
            options=names,
            value=names[0] if names else "",
            description="Table",
            ensure_option=True,
            style=_WIDE,
        )
        self.actions = ipw.SelectMultiple(
            options=list(ACTION_COLOURS),
            value=tuple(ACTION_COLOURS),
            rows=5,
            description="Actions",
            style=_WIDE,
        )
        self.depth = ipw.IntSlider(value=depth, min=0, max=max(depth, 1), description="Depth", style=_WIDE)
        self.key = ipw.Text(
            placeholder="primary key; values separated by commas", description="Key", style=_WIDE
        )
        self.count = ipw.Button(description="Count the rows", tooltip="Reads in a read-only transaction")
        self.picture, self.counts, self.sql = ipw.Output(), ipw.Output(), ipw.Output()
        self.widget = ipw.VBox(
            [
                ipw.HBox([ipw.VBox([self.root, self.depth, self.key, self.count]), self.actions]),
                self.picture,
                self.counts,
                self.sql,
            ]
        )
        for control in (self.root, self.actions, self.depth):
            control.observe(self._redraw, names="value")
        self.count.on_click(self._count)
        self._redraw(None)

    def _redraw(self, _: object) -> None:
        """Draw the picture and the SQL anew; counts of other rows go."""
        fill(self.counts)
        picture = (
            cascades.chain(self.review, self.root.value, depth=self.depth.value, actions=self.actions.value)
            if self.root.value
            else Note("Choose a table.")
        )
        fill(self.picture, picture)
        fill(self.sql, Code(self._statements()))

    def _statements(self) -> str:
        paths = {self.graph.path_of(node): node for node in range(len(self.graph.tables))}
        if self.root.value not in paths:
            return ""
        return count_statements(self.graph, self.graph.closure(paths[self.root.value], self.depth.value))

    def _count(self, _: object) -> None:
        fill(self.counts, Note("Counting …"))
        try:
            resolved = targets.resolve(self.target)
            if self._catalog is None:
                self._catalog = read_catalog(resolved)
            keys = [part.strip() for part in self.key.value.split(",") if part.strip()]
            seen = blast_radius(
                resolved, self.root.value, keys=keys, seconds=_SECONDS, snapshot=self._catalog
            )
        except (TargetError, CaptureError) as error:
            fill(self.counts, Note(str(error), "error"))
        else:
            fill(self.counts, *_counted(seen))


def _counted(seen: BlastRadius) -> tuple[Note, Table]:
    """Return what a blast radius counted: its verdict, and the rows by what becomes of them."""
    kind = {"succeeds": "good", "fails": "error"}.get(seen.verdict, "warning")
    told = "" if seen.complete else " As far as it was examined; see below."
    verdict = Note(f"The DELETE of {counted(seen.rows, 'row')} of {seen.root}: {seen.verdict}.{told}", kind)
    rows: list[tuple[str, str, int | None, str]] = [
        ("deleted", table, count, f"level {level}") for (level, table), count in sorted(seen.levels.items())
    ]
    rows += [("set to NULL", name, count, "") for name, count in seen.set_null.items()]
    rows += [("set to default", name, count, "") for name, count in seen.set_default.items()]
    rows += [("blocks", b["constraint"], b["rows"], b["reason"]) for b in seen.blocked_by]
    rows += [("may block", b["constraint"], b["rows"], b["reason"]) for b in seen.undecided]
    rows += [("caveat", name, None, reason) for name, reason in seen.caveats]
    rows += [("not examined", name, None, reason) for name, reason in seen.not_examined]
    frame = pd.DataFrame(rows, columns=["effect", "object", "rows_count", "note"])
    table = Table(frame.astype({"rows_count": "Int64"}), "Rows counted", empty="No row is touched.")
    return verdict, table


def count_statements(graph: ForeignKeyGraph, closure: Closure) -> str:
    """Return SQL that counts the rows of each table that a cascade reaches on its shortest way.

    ``$1`` stands for the condition on the root; rows that several ways reach are counted on each.
    """
    # A name may hold a line break, which would end the comment.
    root = visible(graph.path_of(closure.root))
    parts = [f"-- Rows to delete from {root}: put the condition in the place of $1."]
    parts.append(f"SELECT count(*) FROM {qualified(*graph.tables[closure.root])} WHERE $1;")
    for node, level in closure.levels.items():
        if node != closure.root:
            way = _way(closure.root, node, closure.reached_by)
            parts.append(
                f"-- level {level}: {visible(graph.path_of(node))}\nSELECT count(*) FROM {_nested(way)};"
            )
    return "\n".join(parts)


def _way(root: int, node: int, reached_by: Mapping[int, Sequence[ForeignKey]]) -> list[ForeignKey]:
    keys: list[ForeignKey] = []
    while node != root:
        keys.append(reached_by[node][0])
        node = keys[-1].referenced
    return keys


def _nested(way: Sequence[ForeignKey]) -> str:
    key, *rest = way
    inner = _nested(rest) if rest else f"{qualified(*key.referenced_table)} WHERE $1"
    return (
        f"{qualified(*key.table)} WHERE ({column_list(key.columns)}) IN "
        f"(SELECT {column_list(key.referenced_columns)} FROM {inner})"
    )
