"""Which declared objects the migrations create, and which nobody creates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.declared.migrations.files import ONLY_RUNNING
from workbench.declared.migrations.schema import Schema
from workbench.naming import dotted

if TYPE_CHECKING:
    from workbench.declared.migrations.reader import Reading


# What an operation may make whose names only running would tell.
_MAY_MAKE = {
    "create_table": {"table"},
    "rename_table": {"table"},
    "add_column": {"column"},
    "rename_column": {"column"},
    "create_index": {"index"},
    "rename_index": {"index"},
    "add_constraint": {"foreign key", "index"},
    "create_type": {"enum"},
    "rename_type": {"enum"},
}


@dataclass(frozen=True)
class Origin:
    """Where an object is created; ``detail`` says what of it is missing all the same."""

    file: str
    line: int
    detail: str = ""


def coverage_rows(reading: Reading, declared: Mapping[str, pd.DataFrame]) -> list[list[Any]]:
    """Return the rows of the frame ``migration_coverage``."""
    uncertain, guesses = _uncertain(reading), _Guesses(declared)
    rows = []
    for kind, record in _declared_objects(declared):
        found = _origin(kind, record, reading.schema)
        status = "created" if found and not found.detail else "incomplete" if found else "missing"
        if found is None:
            found = _origin(kind, record, reading.schema_with_backups)
            status = "backup only" if found else "unknown" if kind in uncertain else "missing"
        guess = guesses.why(kind, record) if status == "missing" else ""
        rows.append(
            [kind, record["schema_name"], record.get("table_name", ""), _object(kind, record), record["file"],
             record["line"], "unknown" if guess else status, found.file if found else None,
             found.line if found else None, found.detail if found else guess]
        )  # fmt: skip
    return rows


class _Guesses:
    """Which declared objects are guesses, because a part of their model was not read."""

    def __init__(self, declared: Mapping[str, pd.DataFrame]) -> None:
        tables, columns = declared["declared_tables"], declared["declared_columns"]
        self._tables = {
            (schema, table)
            for schema, table, doubts in _cells(tables, "schema_name", "table_name", "doubts")
            if {"name", "schema"} & set(doubts)
        }
        self._columns = {
            (schema, table, column)
            for schema, table, column, doubts in _cells(
                columns, "schema_name", "table_name", "column_name", "doubts"
            )
            if {"name", "column"} & set(doubts)
        }

    def why(self, kind: str, record: Mapping[str, Any]) -> str:
        """Return why an object that no migration creates may be no such object; empty where it is certain."""
        home = (record["schema_name"], record["table_name"])
        names = {
            "column": (record.get("column_name"),),
            "enum": (record.get("column_name"),),
            "foreign key": record.get("column_names", ()),
            "index": record.get("key_columns", ()),
        }.get(kind, ())
        if home in self._tables:
            return "the name of the table is a guess: options of its model could not be read"
        if any((*home, name) in self._columns for name in names):
            return "the column is a guess: a part of its model could not be read"
        if kind == "foreign key" and "foreign key" in record["doubts"]:
            return "whether the model wants the key could not be read"
        return ""


def _cells(frame: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame[name] for name in names), strict=True)


def _declared_objects(declared: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, dict[str, Any]]]:
    names = (
        ("enum", "declared_enums"),
        ("table", "declared_tables"),
        ("column", "declared_columns"),
        ("foreign key", "declared_foreign_keys"),
        ("index", "declared_indexes"),
    )
    for kind, frame in names:
        for record in declared[frame].to_dict("records"):
            yield kind, {str(key): value for key, value in record.items()}


def _object(kind: str, record: Mapping[str, Any]) -> str:
    schema = record["schema_name"]
    if kind == "enum":
        return dotted(schema, record["type_name"])
    last = {
        "table": (),
        "column": ("column_name",),
        "index": ("index_name",),
        "foreign key": ("constraint_name",),
    }
    return dotted(schema, record["table_name"], *(record[name] for name in last[kind]))


def _uncertain(reading: Reading) -> set[str]:
    """Return the kinds of objects that an unread part of a migration may create."""
    everything = {"table", "column", "index", "foreign key", "enum"}
    uncertain: set[str] = set()
    for one in reading.active:
        steps = one.steps("up")
        lost = [t for t in one.troubles if t.direction in ("", "up") and not t.reason.endswith(ONLY_RUNNING)]
        if lost or any(step.details.get("opaque") for step in steps):
            return everything
        for step in steps:
            uncertain |= set() if step.is_resolved else _MAY_MAKE.get(step.kind, set())
    return uncertain


def _origin(kind: str, record: Mapping[str, Any], schema: Schema) -> Origin | None:
    finder = {
        "table": _table,
        "column": _column,
        "index": _index,
        "foreign key": _foreign_key,
        "enum": _enum,
    }[kind]
    return finder(record, schema)


def _table(record: Mapping[str, Any], schema: Schema) -> Origin | None:
    table = schema.tables.get((record["schema_name"], record["table_name"]))
    return Origin(table.made_by, table.line) if table is not None and table.is_created else None


def _column(record: Mapping[str, Any], schema: Schema) -> Origin | None:
    column = schema.column(record["schema_name"], record["table_name"], record["column_name"])
    if column is None:
        return None
    file, line = schema.origin.get(
        ("column", record["schema_name"], record["table_name"], record["column_name"]),
        (column.made_by, column.line),
    )
    return Origin(file, line) if file else None


def _enum(record: Mapping[str, Any], schema: Schema) -> Origin | None:
    labels = schema.types.get((record["schema_name"], record["type_name"]))
    if labels is None:
        return None
    file, line = schema.origin.get(("type", record["schema_name"], "", record["type_name"]), ("", 0))
    lacking = [label for label in record["labels"] if label not in labels]
    return Origin(file, line, f"without the values {', '.join(lacking)}" if lacking and labels else "")


def _foreign_key(record: Mapping[str, Any], schema: Schema) -> Origin | None:
    table = schema.tables.get((record["schema_name"], record["table_name"]))
    for one in table.constraints.values() if table else ():
        same = one.details.get("referenced_table") == record["referenced_table"]
        if one.details.get("type") == "foreign key" and same and one.columns == tuple(record["column_names"]):
            return _made(schema, one)
    return None


def _index(record: Mapping[str, Any], schema: Schema) -> Origin | None:
    """Find an index by its columns: names may differ, and a constraint brings an index too."""
    wanted, unique = tuple(record["key_columns"]), bool(record["is_unique"])
    home = (record["schema_name"], record["table_name"])
    partial = not pd.isna(record["predicate"])
    for one in schema.indexes.values():
        same_table = (one.schema, one.table) == home
        named = one.name == record["index_name"]
        same = one.columns == wanted and bool(one.details.get("unique")) == unique
        if same_table and (named or (same and partial == (one.details.get("predicate") is not None))):
            return _made(schema, one)
    table = schema.tables.get(home)
    for one in table.constraints.values() if table else ():
        if one.details.get("type") in ("unique", "primary key") and unique and one.columns == wanted:
            return _made(schema, one)
    return None


def _made(schema: Schema, one: Any) -> Origin:
    places: Iterable[tuple[str, int]] = (
        place
        for (kind, home, _, _), place in schema.origin.items()
        if place[1] == one.line and home == one.schema
    )
    return Origin(one.file or next((file for file, _ in places), ""), one.line)
