"""``workbench cascade``: what a DELETE on a table can reach, from the catalog alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pandas as pd

from workbench import catalog, targets
from workbench.checks import Inputs
from workbench.graph import Closure, ForeignKey, ForeignKeyGraph
from workbench.probes.blast_radius import find_table
from workbench.terminal import print_table


@click.command()
@click.argument("target")
@click.argument("table", required=False)
@click.option("--depth", type=click.IntRange(min=0), help="Follow cascades this many levels.")
@click.option("--targets", "targets_file", type=click.Path(path_type=Path), help="The targets.toml to use.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def cascade(target: str, table: str | None, depth: int | None, targets_file: Path | None, form: str) -> int:
    """Show which tables a DELETE on TABLE of TARGET reaches, and which keys stop or end it.

    Without TABLE: every table of TARGET, those that reach most first. Rows are estimates of the planner;
    `workbench blast-radius` counts them.
    """
    snapshot = catalog.capture(targets.resolve(target, targets_file))
    inputs = Inputs(snapshot)
    graph: ForeignKeyGraph = inputs["foreign_key_graph"]
    if table is None:
        listed = roots(graph, inputs["estimated_rows"])
        document: dict[str, Any] = {"target": snapshot.target, "roots": listed}
    else:
        row = find_table(snapshot["tables"], table)
        root = graph.node(row["schema_name"], row["table_name"])
        closure = graph.closure(root, depth)
        listed = list(steps(graph, closure, inputs["estimated_rows"]))
        document = {"target": snapshot.target, "root": graph.path_of(root), "steps": listed}
        document["diamonds"] = [
            {
                "constraint": diamond.guard.path,
                "verdict": diamond.verdict.value,
                "cascade_path": [key.path for key in diamond.cascade_path],
                "guard_path": [key.path for key in diamond.guard_path],
            }
            for diamond in closure.diamonds
        ]
    if form == "json":
        click.echo(json.dumps(document, indent=1))
    elif listed:
        print_table(tuple(listed[0]), [tuple(_text(value) for value in one.values()) for one in listed])
    return 0


def _text(value: Any) -> str:
    return "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)


def roots(graph: ForeignKeyGraph, sizes: Any) -> list[dict[str, Any]]:
    """Return what each table reaches as the root of a DELETE, the widest first."""
    sweep = graph.sweep
    reached = sweep.pairs[sweep.pairs["level"] > 0]
    size = pd.Series([sizes.get(graph.path_of(node)) for node in range(len(graph.tables))], dtype=float)
    at_stake = size.reindex(reached["node"]).set_axis(reached["root"]).groupby(level=0).sum()
    unknown = size.isna().reindex(reached["node"]).set_axis(reached["root"]).groupby(level=0).sum()
    paths = graph.path_counts()
    listed = [
        {
            "table": graph.path_of(node),
            "tables_reached": int(sweep.reached_count[node]),
            "depth": int(sweep.depth[node]),
            "paths": paths[node],
            "estimated_rows_reached": int(at_stake.get(node, 0)),
            "tables_of_unknown_size": int(unknown.get(node, 0)),
            "set_null_or_default_keys": int(sweep.leaves_count[node]),
            "blocking_keys": int(sweep.blockers_count[node]),
        }
        for node in range(len(graph.tables))
    ]
    return sorted(listed, key=lambda one: (-int(one["tables_reached"]), str(one["table"])))


def steps(graph: ForeignKeyGraph, closure: Closure, sizes: Any) -> Iterator[dict[str, Any]]:
    """Yield what a DELETE on the root does, level by level."""
    circular = [key.path for key in closure.reached_by.get(closure.root, ())]
    yield {**_step(graph, 0, "delete", None, closure.root, sizes), "also_by": circular}
    for node, level in closure.levels.items():
        if node != closure.root:
            first, *others = closure.reached_by[node]
            step = _step(graph, level, "delete", first, node, sizes)
            yield {**step, "also_by": [key.path for key in others]}
    for effect, keys in (("change", closure.leaves), ("block", closure.blockers)):
        for key in keys:
            level = closure.levels[key.referenced] + 1
            yield _step(graph, level, effect, key, key.referencing, sizes)


def _step(
    graph: ForeignKeyGraph, level: int, effect: str, key: ForeignKey | None, node: int, sizes: Any
) -> dict[str, Any]:
    size = sizes.get(graph.path_of(node))
    return {
        "level": level,
        "effect": effect,
        "table": graph.path_of(node),
        "constraint": key.path if key else None,
        "on_delete": key.on_delete if key else None,
        "estimated_rows": None if size is None or pd.isna(size) else int(size),
        "also_by": [],
    }
