"""Growth: what tables gained since earlier reviews, when they double, and what became of bloat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.checks.index_usage import span_text
from workbench.figures.style import SERIES, finish, safe
from workbench.figures.tables import Note, Table, noting_missing
from workbench.figures.text import at_text, bytes_text, count_text
from workbench.growth import reaches_days
from workbench.naming import dotted
from workbench.review import Review
from workbench.rows import rows as each

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_GIB = 1 << 30
_SIZES = ("bytes_before", "bytes_now", "wasted_bytes_before", "wasted_bytes_now")
_THEN_AND_NOW = ("Size then", "Size now", "Wasted then", "Wasted now", "Bloat then", "Bloat now")
_WHY = {
    "one run only": "Growth can't be told: this is the first review of the target that the history keeps.",
    "": "Growth can't be told: no history was consulted. `workbench review` keeps one and compares with it.",
}


def _no_past(review: Review) -> Note | None:
    """Return why earlier sizes are not there; None when they are."""
    if "past_sizes" in review:
        return None
    known = review.snapshot.manifest["missing"].get("past_sizes", "")
    return Note(_WHY["one run only" if known.startswith("one run only") else ""], "not_examined")


@noting_missing
def growth(review: Review, number: int = 20, reaches_bytes: float = 100 * _GIB) -> Table | Note:
    """Return the tables that gained most between reviews, with their rate, its window, and when they double."""
    missing = _no_past(review)
    if missing is not None:
        return missing
    grown = review["table_growth"]
    frame = grown[grown["gained_bytes"] != 0].head(number).copy()
    frame.insert(0, "table", [dotted(row.schema_name, row.table_name) for row in each(frame)])
    frame["window"] = [_window(row) for row in each(frame)]
    frame["rate"] = [_rate(row) for row in each(frame)]
    frame["doubles"] = [_doubles(row) for row in each(frame)]
    known = frame["bytes_per_day"].notna()
    reached = zip(known, reaches_days(frame, reaches_bytes), strict=True)
    frame["reaches"] = [_days(days) if tells else "can't tell" for tells, days in reached]
    frame["note"] = frame["note"].fillna("")
    columns = ["table", "total_bytes", "rows_count", "gained_bytes", "gained_rows_count"]
    headings = {
        "total_bytes": "Size",
        "rows_count": "Rows",
        "gained_bytes": "Gained",
        "gained_rows_count": "Rows gained",
        "rate": "Per day",
        "doubles": "Doubles in",
        "reaches": f"Reaches {bytes_text(reaches_bytes)} in",
    }
    return Table(
        frame[[*columns, "window", "rate", "doubles", "reaches", "note"]],
        "Growth between reviews, indexes and TOAST included. Ranges span calm and busy intervals; nothing is "
        "projected from less than a day, nor farther than ten times the window",
        headings=headings,
        empty=f"None of {len(grown)} tables that an earlier review has seen gained or lost a page.",
    )


def _window(row: pd.Series) -> str:
    return f"{span_text(row.window_days)}, {row.readings_count} readings, since {at_text(row.since_at)}"


def _rate(row: pd.Series) -> str:
    if pd.isna(row.bytes_per_day):
        return "can't tell"
    if pd.isna(row.low_bytes_per_day):
        return bytes_text(row.bytes_per_day)
    spread = f"{bytes_text(row.low_bytes_per_day)} to {bytes_text(row.high_bytes_per_day)}"
    return f"{bytes_text(row.bytes_per_day)} ({spread})"


def _doubles(row: pd.Series) -> str:
    if pd.isna(row.doubles_days):
        return "can't tell" if pd.isna(row.bytes_per_day) else _days(float("nan"))
    if pd.isna(row.doubles_low_days):
        return f"about {_days(row.doubles_days)}"
    latest = "never" if pd.isna(row.doubles_high_days) else _days(row.doubles_high_days)
    return f"{_days(row.doubles_days)} ({_days(row.doubles_low_days)} to {latest})"


def _days(value: float) -> str:
    if pd.isna(value):
        return "beyond what the window tells"
    return f"{value:,.0f} days" if value >= 2 else f"{value * 24:,.0f} hours"


@noting_missing
def sizes_over_time(review: Review, number: int = 7) -> Figure | Note:
    """Return the sizes of the tables that gained most, review by review."""
    missing = _no_past(review)
    if missing is not None:
        return missing
    grown = review["table_growth"]
    grown = grown[grown["gained_bytes"] > 0].head(number)
    if grown.empty:
        return Note("No table has grown since the earlier reviews.", "good")
    past, now = review["past_sizes"], pd.Timestamp(review.snapshot.captured_at)
    figure = go.Figure()
    for colour, row in zip(SERIES, each(grown), strict=False):
        own = past[(past["table_oid"] == row.table_oid) & (past["captured_at"] < now)]
        moments = [*own["captured_at"], now]
        taken = [*own["total_bytes"].astype("float64"), float(row.total_bytes)]
        figure.add_scatter(
            x=moments,
            y=taken,
            mode="lines+markers",
            name=safe(row.table_name, 32),
            line={"color": colour},
            customdata=[[bytes_text(size), at_text(at)] for size, at in zip(taken, moments, strict=True)],
            hovertemplate=f"{safe(row.table_name, 60)}<br>%{{customdata[0]}} on %{{customdata[1]}}<extra></extra>",
        )
    most = float(grown["total_bytes"].max())
    ticks = [float(value) for value in np.linspace(0, most, 6)]
    figure.update_yaxes(
        title="size", rangemode="tozero", tickvals=ticks, ticktext=[bytes_text(value) for value in ticks]
    )
    return finish(figure, "Sizes of the fastest growing tables at each review", height=380)


@noting_missing
def bloat_since(review: Review, number: int = 20) -> Table | Note:
    """Return what each relation wasted at the last review and wastes now, the largest changes first."""
    missing = _no_past(review)
    if missing is not None:
        return missing
    past, now = review["past_bloat"], review["own_bloat"]
    both = past.merge(now[now["tier"].notna()], on=["object", "kind"], suffixes=("_before", "_now"))
    both = both.astype(dict.fromkeys(_SIZES, "float64"))
    change = both["wasted_bytes_now"] - both["wasted_bytes_before"]
    order = change.abs().sort_values(ascending=False, kind="stable").index
    both = both.assign(change=[f"{'+' if v > 0 else ''}{bytes_text(v)}" for v in change])
    both["tiers"] = [
        row.tier_now if row.tier_now == row.tier_before else f"{row.tier_before}, now {row.tier_now}"
        for row in each(both)
    ]
    shown = both.loc[order[change.reindex(order) != 0]].head(number)
    ratios = ["bloat_ratio_before", "bloat_ratio_now"]
    since = at_text(past["captured_at"].iloc[0]) if len(past) else "the last review"
    return Table(
        shown[["object", "kind", *_SIZES, *ratios, "change", "tiers"]],
        f"Bloat at the review of {since} and now, of {count_text(len(both))} relations that both could judge. Where "
        "the tiers differ, a change may be theirs",
        formats=dict.fromkeys(_SIZES, "bytes") | dict.fromkeys(ratios, "ratio"),
        headings=dict(zip([*_SIZES, *ratios], _THEN_AND_NOW, strict=True)),
        empty="Nothing wastes more or less than at the last review.",
    )
