"""``workbench blast-radius``: what deleting some rows would do, counted without deleting them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pandas as pd

from workbench import targets
from workbench.catalog import Snapshot
from workbench.checks.indexes import supporting_indexes
from workbench.naming import dotted
from workbench.probes import blast_radius as room
from workbench.probes.blast_radius import BlastRadius
from workbench.terminal import print_table, printable
from workbench.words import counted

PARTIAL = 4


@click.command("blast-radius")
@click.argument("target")
@click.argument("table")
@click.option("--where", metavar="SQL", help="Condition that names the rows, as in DELETE … WHERE SQL.")
@click.option(
    "--key", "keys", multiple=True, metavar="VALUE",
    help="Value of the primary key; once for each of its columns.",
)  # fmt: skip
@click.option("--budget", type=click.FloatRange(min=0), help="Seconds that counting may take.")
@click.option("--max-rows", type=click.IntRange(min=1), default=room.MAX_ROWS, show_default=True)
@click.option("--targets", "targets_file", type=click.Path(path_type=Path), help="The targets.toml to use.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def blast_radius(
    target: str,
    table: str,
    where: str | None,
    keys: tuple[str, ...],
    budget: float | None,
    max_rows: int,
    targets_file: Path | None,
    form: str,
) -> int:
    """Count what deleting rows of TABLE in TARGET would delete, change, and be stopped by.

    Nothing is deleted: the rows are followed in a read-only transaction. Without --where and --key all rows of
    the table are meant. Exit status 4 when something could not be examined within the budget or the rights.
    """
    resolved = targets.resolve(target, targets_file)
    snapshot = room.read_catalog(resolved)
    seen = room.blast_radius(
        resolved, table, where=where, keys=keys, seconds=budget, max_rows=max_rows, snapshot=snapshot
    )
    document = {"target": resolved.name, **seen.to_json(), "scans": scans(seen, snapshot)}
    if form == "json":
        click.echo(json.dumps(document, indent=1))
    else:
        _print(document)
    return 0 if seen.complete else PARTIAL


def scans(seen: BlastRadius, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the look-ups of a delete that no index serves: each reads the whole table once a deleted row."""
    frames = {name: snapshot[name] for name in ("foreign_keys", "indexes", "columns", "tables")}
    served = supporting_indexes(**frames)
    sizes = frames["tables"].set_index("table_oid")["estimated_rows"]
    found = []
    for key, looked_up in seen.steps.items():
        row = frames["foreign_keys"].iloc[key.position]
        if not served.get(row["constraint_oid"]):
            size = sizes.get(row["table_oid"])
            found.append(
                {
                    "constraint": key.path,
                    "table": dotted(*key.table),
                    "columns": list(key.columns),
                    "lookups": looked_up,
                    "estimated_rows": None if pd.isna(size) else int(size),
                }
            )
    return found


def _print(document: dict[str, Any]) -> None:
    verdict = document["verdict"] + ("" if document["complete"] else ", as far as it was examined")
    click.echo(printable(f"DELETE of {counted(document['rows'], 'row')} of {document['root']}: {verdict}"))
    rows = [("deleted", one["table"], one["rows"], f"level {one['level']}") for one in document["levels"]]
    rows += [("set null", name, count, "") for name, count in document["set_null"].items()]
    rows += [("set default", name, count, "") for name, count in document["set_default"].items()]
    for word, place in (("blocked by", "blocked_by"), ("undecided by", "undecided_by")):
        rows += [(word, one["constraint"], one["rows"], one["reason"]) for one in document[place]]
    rows += [
        ("scans", one["constraint"], one["lookups"], f"no index on ({', '.join(one['columns'])})")
        for one in document["scans"]
    ]
    rows += [("caveat", one["object"], "", one["reason"]) for one in document["caveats"]]
    rows += [("not examined", one["object"], "", one["reason"]) for one in document["not_examined"]]
    print_table(("effect", "object", "rows", "note"), rows)
