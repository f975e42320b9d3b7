"""``workbench drift``: declared models against a database or a snapshot of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pandas as pd

from workbench import catalog, targets
from workbench import drift as comparison
from workbench.catalog import Snapshot
from workbench.declared.models import read as read_models
from workbench.rows import counts_by, json_records
from workbench.targets import TargetError
from workbench.terminal import print_table
from workbench.words import counted

PARTIAL = 4


@click.command()
@click.argument("target")
@click.option(
    "--models", type=click.Path(path_type=Path), help="Folder of the models [the target's `models`]."
)
@click.option("--targets", "targets_file", type=click.Path(path_type=Path), help="The targets.toml to use.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def drift(target: str, models: Path | None, targets_file: Path | None, form: str) -> None:
    """Compare declared models with TARGET: what differs, where it is declared, and the SQL that mends it.

    Names that differ while meaning the same are told apart from differences in meaning. Exit status 4 when a
    part of the models could not be read, so that nothing found does not mean no drift.
    """
    chosen = targets.resolve(target, targets_file)
    folder = models or (Path(chosen.options.models) if chosen.options.models else None)
    if folder is None:
        raise TargetError(
            f'--models FOLDER, or `models = "FOLDER"` for {chosen.name} in targets.toml, is needed'
        )
    if not folder.exists():
        raise TargetError(f"{folder}: no such folder of models")
    snapshot = catalog.capture(chosen, only=("database", *comparison.CATALOG_FRAMES))
    declared = read_models(folder).frames
    actual = {name: snapshot[name] for name in comparison.CATALOG_FRAMES}
    found = comparison.compare(declared, actual, snapshot.options)
    if form == "json":
        click.echo(json.dumps(document(snapshot, folder, declared, found), indent=1, default=str))
    else:
        _show(found)
    if (found["sort"] == "unread").any():
        raise SystemExit(PARTIAL)


def document(
    snapshot: Snapshot, folder: Path, declared: dict[str, pd.DataFrame], found: pd.DataFrame
) -> dict[str, Any]:
    """Return the JSON document: how much was compared, the verdict, and every difference."""
    return {
        "target": snapshot.target,
        "captured_at": snapshot.manifest.get("captured_at"),
        "server_version": snapshot.server_version,
        "models": str(folder),
        "verdict": verdict(found),
        "compared": {
            "tables_count": len(declared["declared_tables"]),
            "columns_count": len(declared["declared_columns"]),
            "foreign_keys_count": len(declared["declared_foreign_keys"]),
            "indexes_count": len(declared["declared_indexes"]),
            "enums_count": len(declared["declared_enums"]),
        },
        "counts": counts_by(found, "sort", "kind"),
        "differences": json_records(found),
    }


def verdict(found: pd.DataFrame) -> str:
    """Return ``drift``, ``no drift``, or ``unknown`` when nothing differs but something could not be read."""
    if (~found["sort"].isin(["unread", "harmless"])).any():
        return "drift"
    return "unknown" if (found["sort"] == "unread").any() else "no drift"


def _show(found: pd.DataFrame) -> None:
    rows = []
    for one in json_records(found):
        place = f"{one['file']}:{one['line']}" if one["file"] else ""
        rows.append((one["sort"], one["kind"], one["object"], one["detail"], place))
    print_table(("sort", "kind", "object", "detail", "declared at"), rows)
    click.echo(f"Verdict: {verdict(found)}; {counted(len(found), 'difference')}.", err=True)
