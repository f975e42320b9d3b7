"""The schema's figures: findings by kind, types in use, naming styles."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from workbench.checks.schema_style import naming_style
from workbench.figures.style import SERIES, finish, safe
from workbench.figures.tables import Note, Table, noting_missing
from workbench.review import Review
from workbench.words import counted

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@noting_missing
def types_in_use(review: Review, number: int = 20) -> Figure | Note:
    """Return how many columns have each type."""
    counts = review["reviewed_columns"]["data_type"].value_counts().head(number)[::-1]
    if counts.empty:
        return Note("The database has no table.", "info")
    figure = go.Figure(
        go.Bar(
            y=[safe(name) for name in counts.index],
            x=counts.to_numpy(),
            orientation="h",
            marker_color=SERIES[0],
            hovertemplate="%{y}: %{x} columns<extra></extra>",
        )
    )
    figure.update_xaxes(title="columns")
    return finish(figure, "Types in use", height=110 + 24 * len(counts))


@noting_missing
def naming_styles(review: Review) -> Table | Note:
    """Return how many tables and columns of each schema are named in which style."""
    lines = []
    for kind, frame in (("tables", review["reviewed_tables"]), ("columns", review["reviewed_columns"])):
        for schema, group in frame.groupby("schema_name", sort=True):
            names = set(group[f"{kind.removesuffix('s')}_name"])
            styles = Counter(naming_style(name) or "one word" for name in names)
            lines += [(schema, kind, style, count) for style, count in styles.most_common()]
    if not lines:
        return Note("The database has no table.", "info")
    return Table(pd.DataFrame(lines, columns=["schema", "of", "style", "names_count"]), "Naming styles")


@noting_missing
def constraint_coverage(review: Review) -> Table:
    """Return how many tables and columns have which kind of constraint."""
    tables, columns = review["reviewed_tables"], review["reviewed_columns"]
    constraints, keys = review["constraints"], review["foreign_keys"]
    own = constraints[constraints["table_oid"].isin(tables["table_oid"])]
    lines = [
        (f"tables with a {kind}", own[own["type"] == kind]["table_oid"].nunique(), len(tables))
        for kind in ("primary key", "unique", "check", "exclusion")
    ]
    lines.append(("tables with a foreign key", keys["table_oid"].nunique(), len(tables)))
    lines.append(("tables with a comment", int(tables["comment"].notna().sum()), len(tables)))
    lines.append(("columns that are NOT NULL", int(columns["is_not_null"].sum()), len(columns)))
    frame = pd.DataFrame(lines, columns=["constraint", "with_count", "of_count"])
    return Table(frame, f"Constraints of {counted(len(tables), 'table')}")
