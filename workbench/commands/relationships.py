"""``workbench relationships``: every relationship of a database, as a list, a document or a diagram's text."""

from __future__ import annotations

import json
from pathlib import Path

import click

from workbench import review as room
from workbench import targets
from workbench.commands import diagram_texts
from workbench.naming import dotted
from workbench.review import Review
from workbench.terminal import print_table

_TEXTS = {
    "mermaid": diagram_texts.mermaid,
    "dbml": diagram_texts.dbml,
    "dot": diagram_texts.dot,
    "markdown": diagram_texts.markdown,
}


@click.command()
@click.argument("target")
@click.option("--targets", "targets_file", type=click.Path(path_type=Path), help="The targets.toml to use.")
@click.option("--rows/--no-rows", default=False, show_default=True, help="Ask the rows whether they obey.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", *_TEXTS]), default="table", show_default=True
)
def relationships(target: str, targets_file: Path | None, rows: bool, form: str) -> int:
    """List the relationships of TARGET: type, key, actions, index, rules and recommended policy.

    Formats mermaid, dbml and dot give the text of a diagram, markdown a document.
    """
    snapshot = room.take(targets.resolve(target, targets_file), rows=rows)
    review = Review(snapshot, [])
    if form == "json":
        click.echo(json.dumps(diagram_texts.document(review), indent=1, default=str))
    elif form in _TEXTS:
        click.echo(_TEXTS[form](review), nl=False)
    else:
        _print(review)
    return 4 if snapshot.is_partial else 0


def _print(review: Review) -> None:
    listed = [
        (
            f"{dotted(row.schema_name, row.table_name)} ({', '.join(row.columns)})",
            dotted(row.referenced_schema, row.referenced_table),
            row.type,
            "yes" if row.is_optional else "no",
            row.on_delete,
            row.recommended_on_delete,
            row.reason,
        )
        for row in review["relationships"].itertuples(index=False)
    ]
    print_table(("from", "to", "type", "optional", "on delete", "recommended", "because"), listed)
