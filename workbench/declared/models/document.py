"""The document of ``workbench declared --format json``."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from workbench.declared.models.indexes import Row
from workbench.declared.models.reader import Declared

Key = tuple[str, str]


def document(declared: Declared) -> dict[str, Any]:
    """Return what was declared as JSON values: tables with all that belongs to them, and what was not read."""
    parts = {
        name: _grouped(declared.rows[f"declared_{name}"])
        for name in ("columns", "foreign_keys", "indexes", "enums", "associations", "discarded")
    }
    tables = []
    for row in declared.rows["declared_tables"]:
        key = (row["schema_name"], row["table_name"])
        table = {name: [_SHAPES[name](one) for one in parts[name][key]] for name in parts}
        tables.append(_table(row) | table)
    unread = declared.rows["declared_unread"]
    return {"files_count": declared.files, "tables": tables, "unread": [dict(one) for one in unread]}


def _grouped(rows: list[Row]) -> defaultdict[Key, list[Row]]:
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[(row["schema_name"], row["table_name"])].append(row)
    return groups


def _table(row: Row) -> dict[str, Any]:
    return {
        "schema": row["schema_name"],
        "name": row["table_name"],
        "model": row["model"],
        "form": row["form"],
        "file": row["file"],
        "line": row["line"],
        "comment": row["comment"],
        "options": {
            "paranoid": row["is_paranoid"],
            "timestamps": row["has_timestamps"],
            "underscored": row["is_underscored"],
        },
    }


def _column(row: Row) -> dict[str, Any]:
    return {
        "name": row["column_name"],
        "attribute": row["attribute"],
        "type": row["data_type"],
        "nullable": not row["is_not_null"],
        "default": row["default_expression"],
        "default_kind": row["default_kind"],
        "primary_key": row["is_primary_key"],
        "origin": row["origin"],
        "file": row["file"],
        "line": row["line"],
    }


def _foreign_key(row: Row) -> dict[str, Any]:
    return {
        "name": row["constraint_name"],
        "columns": list(row["column_names"]),
        "referenced_schema": row["referenced_schema"],
        "referenced_table": row["referenced_table"],
        "referenced_columns": list(row["referenced_columns"]),
        "on_delete": row["on_delete"],
        "on_update": row["on_update"],
        "explicit": {
            "on_delete": row["written_on_delete"] is not None,
            "on_update": row["written_on_update"] is not None,
        },
        "order_dependent": row["is_order_dependent"],
        "alternative_on_delete": row["alternative_on_delete"],
        "origin": row["origin"],
        "file": row["file"],
        "line": row["line"],
    }


def _index(row: Row) -> dict[str, Any]:
    return {
        "name": row["index_name"],
        "columns": list(row["key_columns"]),
        "unique": row["is_unique"],
        "primary": row["is_primary"],
        "method": row["access_method"],
        "predicate": row["predicate"],
        "constraint": row["constraint_type"],
        "missing_columns": list(row["missing_columns"]),
        "file": row["file"],
        "line": row["line"],
    }


def _enum(row: Row) -> dict[str, Any]:
    return {
        "name": row["type_name"],
        "labels": list(row["labels"]),
        "column": row["column_name"],
        "source": row["source"],
        "file": row["file"],
        "line": row["line"],
    }


def _association(row: Row) -> dict[str, Any]:
    names = (
        "kind",
        "referenced_model",
        "referenced_table",
        "alias",
        "foreign_key",
        "key_table",
        "key_column",
    )
    more = (
        "through",
        "written_on_delete",
        "written_on_update",
        "has_constraints",
        "injects_column",
        "file",
        "line",
    )
    return {name: row[name] for name in (*names, *more)}


def _discarded(row: Row) -> dict[str, Any]:
    names = ("kind", "name", "referenced_table", "file", "line")
    return {"columns": list(row["column_names"])} | {name: row[name] for name in names}


_SHAPES = {
    "columns": _column,
    "foreign_keys": _foreign_key,
    "indexes": _index,
    "enums": _enum,
    "associations": _association,
    "discarded": _discarded,
}
