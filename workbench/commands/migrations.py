"""``workbench migrations``: what a project's migrations do, risk, take back, and leave uncreated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pandas as pd

from workbench.declared import migrations as reader
from workbench.declared import sequelize
from workbench.targets import TargetError
from workbench.terminal import print_table


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--models", type=click.Path(path_type=Path), help="Folder of the models: adds coverage and plan."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def migrations(path: Path, models: Path | None, form: str) -> None:
    """Review the Sequelize migrations in the folder PATH, from their sources alone: nothing is executed."""
    try:
        reading = reader.read(path)
    except FileNotFoundError as error:
        raise TargetError(str(error)) from None
    declared = _declared(models)
    frames = reader.frames(reading, declared)
    if form == "json":
        click.echo(json.dumps(document(path, frames), indent=1, default=str))
    else:
        show(frames)


def _declared(models: Path | None) -> dict[str, pd.DataFrame] | None:
    if models is None:
        return None
    if not models.exists():
        raise TargetError(f"{models}: no such folder of models")
    return sequelize.read(models).frames


def document(path: Path, frames: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the JSON document: files with their operations and dangers, coverage, plan, what was not read."""
    operations = _by_file(frames["migration_operations"])
    risks = _by_file(frames["migration_risks"])
    files = [
        {**row, "operations": operations.get(row["file"], []), "risks": risks.get(row["file"], [])}
        for row in records(frames["migrations"])
    ]
    coverage = frames.get("migration_coverage")
    return {
        "path": str(path),
        "migrations": files,
        "unread": records(frames["migration_unread"]),
        "coverage": None if coverage is None else coverage_document(coverage),
        "plan": None if coverage is None else records(frames["migration_plan"]),
    }


def coverage_document(coverage: pd.DataFrame) -> dict[str, Any]:
    """Return counts by kind and status, and every object that no active migration creates."""
    counts = coverage.groupby(["kind", "status"]).size()
    return {
        "counts": [{"kind": kind, "status": status, "count": int(n)} for (kind, status), n in counts.items()],
        "not_created": records(coverage[coverage["status"] != "created"]),
    }


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain JSON values; a missing value is null."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [
        {str(key): list(value) if isinstance(value, tuple) else value for key, value in row.items()}
        for row in rows
    ]


def _by_file(frame: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(frame):
        found.setdefault(row["file"], []).append(row)
    return found


def show(frames: Mapping[str, pd.DataFrame]) -> None:
    """Print the inventory, the dangers, what was not read, and what is not created."""
    files = frames["migrations"]
    columns = ("file", "kind", "up", "down", "transaction", "down_status", "not taken back")
    print_table(
        columns,
        [
            (f.file, f.kind, f.up_operations_count, f.down_operations_count, f.up_transaction, f.down_status,
             ", ".join(f.left_behind))
            for f in files.itertuples()
        ],
    )  # fmt: skip
    risks = frames["migration_risks"]
    click.echo()
    print_table(
        ("danger", "place", "object", "lock", "rewrites", "detail"),
        [
            (
                r.kind,
                f"{r.file}:{r.line}",
                r.object,
                r.lock,
                "?" if pd.isna(r.rewrites) else r.rewrites,
                r.detail,
            )
            for r in risks.itertuples()
        ],
    )
    for one in frames["migration_unread"].itertuples():
        click.echo(f"not read: {one.file}:{one.line}: {one.reason}", err=True)
    if "migration_coverage" in frames:
        counts = coverage_document(frames["migration_coverage"])["counts"]
        click.echo()
        print_table(("declared", "status", "count"), [tuple(one.values()) for one in counts])
        click.echo()
        plan = frames["migration_plan"]
        print_table(
            ("step", "phase", "kind", "tables"),
            [
                (p.position, f"{p.phase} {p.phase_name}", p.kind, ", ".join(p.tables))
                for p in plan.itertuples()
            ],
        )
