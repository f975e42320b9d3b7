"""Chapter on declared models: what they declare, which are registered, what is wrong with them, file by file."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.style import NEUTRAL, SERIES, finish, safe
from workbench.figures.tables import Note, Table, noting_missing
from workbench.findings import Severity
from workbench.review import Review

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SUBJECTS = ("declared", "registration")
_ACTIONS = ("CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION")


@noting_missing
def summary(review: Review) -> Table:
    """Return what the models declare, in counts, with what was not read beside it."""
    tables, keys = review["declared_tables"], review["declared_foreign_keys"]
    unread = review["declared_unread"]["kind"].value_counts()
    rows = [
        (
            "Tables",
            len(tables),
            f"{int(tables['form'].eq('implicit').sum())} of them made by belongsToMany alone",
        ),
        ("Columns", len(review["declared_columns"]), f"{_implicit(review)} added by Sequelize itself"),
        (
            "Foreign keys",
            len(keys),
            f"{int(keys['is_order_dependent'].sum())} depend on the order of loading",
        ),
        ("Associations", len(review["declared_associations"]), "belongsTo, hasMany, hasOne, belongsToMany"),
        ("Indexes", len(review["declared_indexes"]), "those of primary keys and unique constraints included"),
        ("Enum types", len(review["declared_enums"]), ""),
        (
            "Annotations without effect",
            len(review["declared_discarded"]),
            "discarded @Index, @ForeignKey alone",
        ),
        (
            "Not read",
            int(unread.get("unread", 0) + unread.get("ignored", 0)),
            "listed at the end of the chapter",
        ),
        ("Refused by Sequelize or PostgreSQL", int(unread.get("refused", 0) + unread.get("aborts", 0)), ""),
    ]
    return Table(pd.DataFrame(rows, columns=["what", "count", "remark"]), "What the models declare")


def _implicit(review: Review) -> int:
    return int(review["declared_columns"]["origin"].isin(["implicit", "association"]).sum())


@noting_missing
def registration(review: Review) -> Figure | Note:
    """Return bars of models by category, registered or not."""
    models = review["registered_models"]
    if not models["is_registered"].any():
        return Note(
            "No list of models was found below the sources: set sources = … in targets.toml.", "not_examined"
        )
    counts = models.groupby(["category", "is_registered"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[True, False], fill_value=0).sort_values(by=[False, True])
    named = ((True, "registered", SERIES[0]), (False, "not registered", SERIES[1]))
    figure = go.Figure(
        [
            go.Bar(
                y=[safe(category) for category in counts.index],
                x=counts[state],
                name=name,
                orientation="h",
                marker_color=colour,
                hovertemplate="%{y}: %{x} " + name + "<extra></extra>",
            )
            for state, name, colour in named
        ]
    )
    figure.update_layout(barmode="stack", xaxis_title="models")
    return finish(figure, "Models by category and registration", height=110 + 24 * len(counts))


@noting_missing
def registration_statistics(review: Review) -> Table:
    """Return the models of each category: how many there are, are registered, are exported; the total last."""
    models = review["registered_models"]
    grouped = models.groupby("category", sort=True).agg(
        models_count=("model", "size"),
        registered_count=("is_registered", "sum"),
        exported_count=("is_exported", "sum"),
    )
    grouped["unregistered_count"] = grouped["models_count"] - grouped["registered_count"]
    missing = models[~models["is_registered"]].groupby("category")["class_name"].agg(", ".join)
    grouped["not_registered"] = missing.reindex(grouped.index).fillna("")
    frame = grouped.reset_index()
    sums = frame.select_dtypes("number").sum()
    total = pd.DataFrame([{"category": "all", **sums.to_dict(), "not_registered": ""}])
    columns = [
        "category",
        "models_count",
        "registered_count",
        "unregistered_count",
        "exported_count",
        "not_registered",
    ]
    return Table(
        pd.concat([frame, total], ignore_index=True)[columns], "Registration by category", max_rows=200
    )


@noting_missing
def registration_problems(review: Review) -> Table:
    """Return what lists, exports and settings get wrong, with its place."""
    problems = review["registration_problems"]
    frame = problems.assign(place=_places(problems))[["kind", "object", "reason", "place"]]
    return Table(
        frame, "Lists, exports and settings", empty="Lists, exports and settings say what they mean."
    )


@noting_missing
def actions(review: Review) -> Figure | Note:
    """Return bars of the ON DELETE actions that result, by whether anybody wrote them."""
    keys = review["declared_foreign_keys"]
    if keys.empty:
        return Note("The models declare no foreign key.", "info")
    written = keys["written_on_delete"].notna()
    groups = (
        ("written in the models", keys[written & ~keys["is_order_dependent"]], SERIES[0]),
        ("left to defaults", keys[~written & ~keys["is_order_dependent"]], NEUTRAL),
        ("depends on load order", keys[keys["is_order_dependent"]], SERIES[1]),
    )
    figure = go.Figure(
        [
            go.Bar(
                x=list(_ACTIONS),
                y=[int(part["on_delete"].eq(action).sum()) for action in _ACTIONS],
                name=name,
                marker_color=colour,
                hovertemplate="%{x}: %{y} " + name + "<extra></extra>",
            )
            for name, part, colour in groups
        ]
    )
    figure.update_layout(barmode="stack", yaxis_title="foreign keys")
    return finish(figure, "ON DELETE actions that result from the models", height=320)


@noting_missing
def order_dependent(review: Review) -> Table:
    """Return the keys whose action depends on the order in which the models are loaded."""
    keys = review["declared_foreign_keys"]
    chosen = keys[keys["is_order_dependent"]]
    frame = pd.DataFrame(
        {
            "column": [f"{r.table_name}.{r.column_names[0]}" for r in chosen.itertuples()],
            "references": chosen["referenced_table"],
            "on_delete_now": chosen["on_delete"],
            "on_delete_reversed": chosen["alternative_on_delete"].fillna(chosen["on_delete"]),
            "decided_by": chosen["origin"],
            "place": _places(chosen),
        }
    )
    return Table(frame, "Actions by load order", empty="No action depends on the order of loading.")


@noting_missing
def defects_by_file(review: Review) -> Table:
    """Return the findings of each source file by severity, the gravest files first."""
    review["declared_tables"]
    counts: dict[str, Counter[Severity]] = defaultdict(Counter)
    checks: dict[str, Counter[str]] = defaultdict(Counter)
    for finding in review.findings(*_SUBJECTS):
        file = str(finding.evidence.get("file", ""))
        counts[file][finding.severity] += 1
        checks[file][finding.check.removeprefix("declared_").replace("_", " ")] += 1
    order = sorted(Severity, reverse=True)
    shown = [severity for severity in order if any(counts[file][severity] for file in counts)]
    rows = [
        [
            file,
            *(found[s] for s in shown),
            ", ".join(f"{name} ({n})" for name, n in checks[file].most_common()),
        ]
        for file, found in sorted(counts.items(), key=lambda item: ([-item[1][s] for s in order], item[0]))
    ]
    columns = ["file", *(f"{severity.value}_count" for severity in shown), "findings"]
    frame = pd.DataFrame(rows, columns=columns)
    return Table(frame, "Findings by source file", max_rows=200, empty="No finding on any source file.")


@noting_missing
def found(review: Review, *checks: str) -> Table:
    """Return the findings of checks or subjects with their places in the sources."""
    review["declared_tables"]
    rows = [
        {
            "severity": finding.severity.value,
            "object": finding.object,
            "finding": finding.title,
            "detail": finding.detail,
            "place": _place(finding.evidence),
        }
        for finding in review.findings(*(checks or _SUBJECTS))
    ]
    columns = ["severity", "object", "finding", "detail", "place"]
    return Table(pd.DataFrame(rows, columns=columns), "Findings", empty="Nothing was found here.")


@noting_missing
def unread(review: Review) -> Table:
    """Return what could not be read, and what Sequelize or PostgreSQL would refuse."""
    frame = review["declared_unread"]
    listed = frame.assign(place=_places(frame))[["kind", "object", "reason", "place"]]
    return Table(listed, "Not read, or refused", empty="Every model was read, and none would be refused.")


def _place(evidence: Any) -> str:
    return f"{evidence['file']}:{evidence['line']}" if "file" in evidence else ""


def _places(frame: pd.DataFrame) -> list[str]:
    return [f"{file}:{line}" for file, line in zip(frame["file"], frame["line"], strict=True)]
