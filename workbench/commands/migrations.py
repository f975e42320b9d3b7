"""``workbench migrations``: what a project's migrations do, risk, take back, and leave uncreated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pandas as pd

from workbench import drift, replay
from workbench.declared import migrations as reader
from workbench.declared.migrations import write as writer
from workbench.declared.models import read as read_models
from workbench.rows import counts_by, json_records
from workbench.targets import TargetError
from workbench.terminal import print_table


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--models", type=click.Path(path_type=Path), help="Folder of the models: adds coverage and plan."
)
@click.option(
    "--replay",
    "run",
    is_flag=True,
    help="Run the migrations, which executes the project's code: up, down and up again, on a scratch database.",
)
@click.option("--include-bak", is_flag=True, help="With --replay: run copies such as x.js.bak too.")
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path),
    help="Write the missing migrations into this folder; needs --models.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def migrations(
    path: Path, models: Path | None, run: bool, include_bak: bool, folder: Path | None, form: str
) -> None:
    """Review the Sequelize migrations in the folder PATH from their sources.

    Nothing of the project is executed unless --replay asks for it. Then every migration runs for real, in a
    throw-away copy, with an environment that holds no secrets, on a database that is dropped afterwards: by the
    project's own sequelize-cli and node_modules where they are, else by a runner of the workbench with
    Sequelize from its cache, which npm fills on first use.

    --write together with --replay also mends what the migrations leave different from the models; alone it
    writes the tables that no migration creates.
    """
    try:
        reading = reader.read(path)
    except FileNotFoundError as error:
        raise TargetError(str(error)) from None
    declared = _declared(models)
    if folder is not None and declared is None:
        raise TargetError("--write needs --models: only they say what is missing")
    frames = reader.frames(reading, declared)
    replayed = _replay(path, include_bak) if run else None
    differences = _differences(declared, replayed)
    written = _write(folder, reading, frames, declared, replayed, differences) if folder and declared else []
    if form == "json":
        extra = {
            "replay": _replay_document(replayed, differences),
            "written": [str(one) for one in written],
        }
        click.echo(json.dumps({**document(path, frames), **extra}, indent=1, default=str))
        return
    show(frames)
    if isinstance(replayed, str):
        click.echo(f"not replayed: {replayed}", err=True)
    elif replayed is not None:
        _show_replay(replayed, differences)
    for one in written:
        click.echo(f"written: {one}")


def _replay(path: Path, include_bak: bool) -> replay.Replay | str:
    """Return the replay, or why there is none: the static review stands on its own."""
    try:
        return replay.replay(path, include_backups=include_bak)
    except replay.ReplayError as error:
        return str(error)


def _differences(
    declared: dict[str, pd.DataFrame] | None, replayed: replay.Replay | str | None
) -> pd.DataFrame | None:
    if declared is None or not isinstance(replayed, replay.Replay) or replayed.snapshot is None:
        return None
    snapshot = replayed.snapshot
    return drift.compare(declared, {name: snapshot[name] for name in drift.CATALOG_FRAMES})


def _replay_document(
    replayed: replay.Replay | str | None, differences: pd.DataFrame | None
) -> dict[str, Any] | None:
    if replayed is None:
        return None
    if isinstance(replayed, str):
        return {"not_replayed": replayed}
    found = {**replayed.to_json(), "differences": None if differences is None else json_records(differences)}
    if replayed.snapshot is not None:
        found["resulting_tables_count"] = len(replayed.snapshot["tables"])
    return found


def _write(
    folder: Path,
    reading: reader.Reading,
    frames: Mapping[str, pd.DataFrame],
    declared: Mapping[str, pd.DataFrame],
    replayed: replay.Replay | str | None,
    differences: pd.DataFrame | None,
) -> list[Path]:
    enums: list[tuple[str, str]] = []
    if differences is not None and isinstance(replayed, replay.Replay) and replayed.snapshot is not None:
        lacking = differences[differences["kind"] == "table_missing"]
        missing = set(zip(lacking["schema_name"], lacking["table_name"], strict=True))
        there = replayed.snapshot["enums"]
        enums = list(zip(there["schema_name"], there["type_name"], strict=True))
    else:
        coverage = frames["migration_coverage"]
        lacking = coverage[
            (coverage["kind"] == "table") & coverage["status"].isin(["missing", "backup only"])
        ]
        missing = set(zip(lacking["schema_name"], lacking["table_name"], strict=True))
        enums = list(reading.schema.types)
    chosen = writer.missing_migrations(declared, missing, enums, differences)
    try:
        return writer.write(folder, chosen, writer.convention(reading.migrations))
    except FileExistsError as error:
        raise TargetError(f"{error.filename} is there already; nothing is overwritten") from None


def _show_replay(replayed: replay.Replay, differences: pd.DataFrame | None) -> None:
    click.echo(f"\nReplayed with Node {replayed.node} by {replayed.runner}.")
    words = {True: "exactly", False: "not exactly", None: "not tried"}
    rows = []
    for step in replayed.steps:
        down = "" if step.down is None else "done" if step.down.ok else "failed"
        again = "" if step.again is None else "done" if step.again.ok else "failed"
        errors = [run.error for run in (step.up, step.down, step.again) if run is not None and run.error]
        up = "done" if step.up.ok else "failed"
        rows.append((step.file, up, down, words[step.restores], again, "; ".join(errors)))
    print_table(("file", "up", "down", "down restores", "up again", "error"), rows)
    if differences is not None:
        click.echo("\nResulting schema against the models:")
        counts = counts_by(differences, "sort", "kind")
        print_table(("sort", "difference", "count"), [tuple(one.values()) for one in counts])


def _declared(models: Path | None) -> dict[str, pd.DataFrame] | None:
    if models is None:
        return None
    if not models.exists():
        raise TargetError(f"{models}: no such folder of models")
    return read_models(models).frames


def document(path: Path, frames: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the JSON document: files with their operations and dangers, coverage, plan, what was not read."""
    operations = _by_file(frames["migration_operations"])
    risks = _by_file(frames["migration_risks"])
    files = [
        {**row, "operations": operations.get(row["file"], []), "risks": risks.get(row["file"], [])}
        for row in json_records(frames["migrations"])
    ]
    coverage = frames.get("migration_coverage")
    return {
        "path": str(path),
        "migrations": files,
        "unread": json_records(frames["migration_unread"]),
        "coverage": None if coverage is None else coverage_document(coverage),
        "plan": None if coverage is None else json_records(frames["migration_plan"]),
    }


def coverage_document(coverage: pd.DataFrame) -> dict[str, Any]:
    """Return counts by kind and status, and every object that no active migration creates."""
    return {
        "counts": counts_by(coverage, "kind", "status"),
        "not_created": json_records(coverage[coverage["status"] != "created"]),
    }


def _by_file(frame: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in json_records(frame):
        found.setdefault(row["migration"], []).append(row)
    return found


def show(frames: Mapping[str, pd.DataFrame]) -> None:
    """Print the inventory, the dangers, what was not read, and what is not created."""
    columns = ("file", "kind", "up", "down", "transaction", "down_status", "not taken back")
    print_table(
        columns,
        [
            (f["file"], f["kind"], f["up_operations_count"], f["down_operations_count"], f["up_transaction"],
             f["down_status"], ", ".join(f["left_behind"]))
            for f in json_records(frames["migrations"])
        ],
    )  # fmt: skip
    click.echo()
    print_table(
        ("danger", "place", "object", "lock", "rewrites", "detail"),
        [
            (r["kind"], f"{r['file']}:{r['line']}", r["object"], r["lock"],
             "?" if r["rewrites"] is None else r["rewrites"], r["detail"])
            for r in json_records(frames["migration_risks"])
        ],
    )  # fmt: skip
    for one in json_records(frames["migration_unread"]):
        click.echo(f"not read: {one['file']}:{one['line']}: {one['reason']}", err=True)
    if "migration_coverage" in frames:
        counts = coverage_document(frames["migration_coverage"])["counts"]
        click.echo()
        print_table(("declared", "status", "count"), [tuple(one.values()) for one in counts])
        click.echo()
        plan = [(p["position"], f"{p['phase']} {p['phase_name']}", p["kind"], ", ".join(p["tables"]))
                for p in json_records(frames["migration_plan"])]  # fmt: skip
        print_table(("step", "phase", "kind", "tables"), plan)
