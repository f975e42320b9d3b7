"""``workbench declared``: what ORM models say the database should be."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pandas as pd

from workbench.targets import TargetError
from workbench.terminal import print_table


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def declared(path: Path, form: str) -> int:
    """Show the tables that the Sequelize models under PATH declare.

    PATH is a folder of models or one file; nothing of it is executed. Keys show the actions that result,
    and what could not be read is listed last.
    """
    from workbench.declared.models import document, read

    try:
        found = read(path)
    except FileNotFoundError as error:
        raise TargetError(str(error)) from None
    if form == "json":
        click.echo(json.dumps(document(found), indent=1, ensure_ascii=False))
        return 0
    keys = found.frames["declared_foreign_keys"]
    keys = keys.assign(
        column_names=[", ".join(names) for names in keys["column_names"]],
        file=_places(keys),
    )
    tables = found.frames["declared_tables"]
    counts = found.frames["declared_columns"].groupby("model").size()
    tables = tables.assign(columns_count=tables["model"].map(counts), file=_places(tables))
    _print(
        "Tables",
        tables[["schema_name", "table_name", "model", "form", "columns_count", "is_paranoid", "file"]],
    )
    shown = ["table_name", "column_names", "referenced_table", "on_delete", "alternative_on_delete", "file"]
    _print("Foreign keys", keys[shown])
    unread = found.frames["declared_unread"]
    _print(
        "Not read, or refused by Sequelize", unread.assign(file=_places(unread))[["kind", "file", "reason"]]
    )
    return 0


def _places(frame: pd.DataFrame) -> list[str]:
    return [f"{file}:{line}" for file, line in zip(frame["file"], frame["line"], strict=True)]


def _print(title: str, frame: pd.DataFrame) -> None:
    if frame.empty:
        click.echo(f"{title}: none")
        return
    click.echo(f"{title}: {len(frame)}")
    rows = [["" if pd.isna(value) else value for value in row] for row in frame.to_numpy()]
    print_table(list(frame.columns), rows)
    click.echo()
