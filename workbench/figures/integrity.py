"""Chapter 40: what the rows say about the keys, and what nobody asked them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.style import NEUTRAL, SERIES, count_axis, finish, safe
from workbench.figures.tables import Note, Table, noting_missing
from workbench.naming import dotted
from workbench.probes.candidates import probe_place, rejected
from workbench.probes.orphans import ENFORCED
from workbench.review import Review
from workbench.rows import records
from workbench.words import counted

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

KINDS = {
    "constraint": "declared keys",
    "candidate": "candidate keys",
    "tenant": "two ways to one owner",
    "soft_delete": "soft deletes",
    "polymorphic": "polymorphic references",
    "date_order": "dates in order",
    "duplicate_flag": "one flagged row",
    "half_null": "composite keys half NULL",
    "value_rule": "values in bounds",
    "spelling": "one spelling a value",
    "apparent_set": "values of a set",
}
"""Kind of probe to the words for it, in the order of the chapter."""


@noting_missing
def coverage(review: Review) -> Figure | Note:
    """Return a bar for each kind of probe: how many hold, are violated, were skipped, are enforced anyway."""
    probes = _probes(review)
    if not probes:
        return Note("The catalog suggests no question to ask the rows.", "info")
    counts = Counter((row["kind"], _state(row)) for row in probes)
    kinds = [kind for kind in KINDS if any(k == kind for k, _ in counts)]
    figure = go.Figure()
    colours = {
        "violated": SERIES[1],
        "not examined": SERIES[3],
        "obeyed": SERIES[2],
        "enforced by the server": NEUTRAL,
    }
    for state, colour in colours.items():
        figure.add_bar(
            y=[KINDS[kind] for kind in kinds],
            x=[counts[kind, state] for kind in kinds],
            name=state,
            orientation="h",
            marker_color=colour,
        )
    figure.update_layout(barmode="stack", xaxis_title="probes", yaxis={"autorange": "reversed"})
    return finish(figure, f"{counted(len(probes), 'question')} to the rows", height=110 + 34 * len(kinds))


def _probes(review: Review) -> list[dict[str, Any]]:
    """Return the probes, those left out whose column turned out to refer to something else."""
    frame: pd.DataFrame = review["orphans"]
    elsewhere = rejected(review["candidate_keys"], frame)
    return [r for r in records(frame) if r["kind"] != "candidate" or probe_place(r) not in elsewhere]


def _state(row: dict[str, Any]) -> str:
    if row["skipped"] == ENFORCED:
        return "enforced by the server"
    if pd.isna(row["violations"]):
        return "not examined"
    return "violated" if row["violations"] else "obeyed"


@noting_missing
def violations(review: Review, *kinds: str) -> Table:
    """Return the probes that found violating rows, of the named kinds or of all, the most violations first."""
    chosen = [r for r in _probes(review) if r["kind"] in (kinds or KINDS) and _state(r) == "violated"]
    chosen.sort(key=lambda r: -int(r["violations"]))
    rows = [
        [
            KINDS[r["kind"]],
            dotted(r["schema_name"], r["table_name"]),
            ", ".join(r["columns"]),
            "" if pd.isna(r["referenced_table"]) else dotted(r["referenced_schema"], r["referenced_table"]),
            r["examined"],
            r["violations"],
            int(r["violations"]) / max(1, int(r["examined"])),
            r["distinct_values"],
            "counted" if r["exact"] else f"sampled: {r['violations_low']:,} to {r['violations_high']:,}",
        ]
        for r in chosen
    ]
    columns = [
        "rule",
        "table",
        "columns",
        "refers to",
        "examined_count",
        "violating_count",
        "violating_ratio",
    ]
    columns += ["distinct_keys_count", "how"]
    frame = pd.DataFrame(rows, columns=columns).astype({"distinct_keys_count": "Int64"})
    headings = {"violating_count": "Violating", "violating_ratio": "Share"}
    return Table(frame, "Rows that break a rule", headings=headings, empty="No probe found any.")


@noting_missing
def largest_violations(review: Review, most: int = 15) -> Figure | Note:
    """Return the rules broken by most rows as points on a logarithmic scale, with the interval of estimates."""
    broken = [r for r in _probes(review) if _state(r) == "violated"]
    chosen = sorted(broken, key=lambda r: int(r["violations"]), reverse=True)[:most]
    if not chosen:
        return Note("No probed row breaks a rule.", "good")
    labels = [safe(f"{dotted(r['schema_name'], r['table_name'])}: {r['name']}", 60) for r in chosen]
    figure = go.Figure()
    figure.add_scatter(
        y=labels,
        x=[int(r["violations"]) for r in chosen],
        mode="markers",
        marker={"color": SERIES[1], "size": 11},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [int(r["violations_high"]) - int(r["violations"]) for r in chosen],
            "arrayminus": [int(r["violations"]) - int(r["violations_low"]) for r in chosen],
            "thickness": 1.5 if any(not r["exact"] for r in chosen) else 0,
        },
    )
    ends = [float(r[c]) for r in chosen for c in ("violations", "violations_low", "violations_high")]
    figure.update_layout(xaxis=count_axis("violating rows", ends), yaxis={"autorange": "reversed"})
    return finish(figure, "Rules broken by most rows", height=110 + 26 * len(chosen))


@noting_missing
def tenants(review: Review) -> Table:
    """Return every pair of ways to one owner that was compared or is guarded, and how its rows answered."""
    frame: pd.DataFrame = review["orphans"]
    rows = []
    for row in records(frame[frame["kind"] == "tenant"]):
        ways = str(row["name"]).split(" = ", 1)
        rows.append(
            [*ways, row["examined"], row["violations"], "" if pd.isna(row["skipped"]) else row["skipped"]]
        )
    columns = ["one way", "the other way", "examined_count", "violating_count", "not examined because"]
    return Table(pd.DataFrame(rows, columns=columns), "Two ways to one owner", empty="There is no such pair.")


@noting_missing
def candidates(review: Review) -> Table:
    """Return the candidate foreign keys with score, the rows' word and the reasons."""
    frame: pd.DataFrame = review["judged_candidates"]
    rows = []
    for row in records(frame):
        probe = row["probe"]
        asked = probe is not None and not pd.isna(probe["examined"]) and probe["examined"] > 0
        rows.append(
            [
                dotted(row["schema_name"], row["table_name"], ", ".join(row["column_names"])),
                dotted(
                    row["referenced_schema"], row["referenced_table"], ", ".join(row["referenced_columns"])
                ),
                row["score"],
                row["verdict"],
                1 - int(probe["violations"]) / int(probe["examined"]) if asked else None,
                probe["coverage_ratio"] if asked else None,
                "; ".join(row["reasons"]),
            ]
        )
    columns = ["column", "refers to", "score", "verdict", "included_ratio", "coverage_ratio", "because"]
    table = pd.DataFrame(rows, columns=columns).sort_values("score", ascending=False, kind="stable")
    return Table(table, "Candidate foreign keys", empty="No column seems to refer to a table without a key.")


@noting_missing
def skipped(review: Review) -> Table:
    """Return what was not asked and why, the reasons with most probes first."""
    frame: pd.DataFrame = review["orphans"]
    left = [r for r in records(frame) if not pd.isna(r["skipped"])]
    reasons = Counter((r["kind"], r["skipped"]) for r in left)
    rows = []
    for (kind, reason), count in reasons.most_common():
        names = [
            dotted(r["schema_name"], r["table_name"])
            for r in left
            if (r["kind"], r["skipped"]) == (kind, reason)
        ]
        tables = sorted(set(names))
        more = f" and {len(tables) - 5:,} more" if len(tables) > 5 else ""
        rows.append([KINDS[kind], reason, count, ", ".join(tables[:5]) + more])
    columns = ["rule", "reason", "probes_count", "tables"]
    return Table(pd.DataFrame(rows, columns=columns), "Not asked, and why", empty="Every probe ran.")
