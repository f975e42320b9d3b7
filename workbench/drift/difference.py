"""One difference between what is declared and what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COLUMNS: Mapping[str, str] = {
    "kind": "text",  # as in KINDS
    "sort": "text",  # semantic; name (the same under another name); harmless; unread (could not be compared)
    "object": "text",  # dotted path: the database's where it is there, else the declared one
    "schema_name": "text",
    "table_name": "text",
    "declared": "text?",  # what the model says; null: nothing
    "actual": "text?",  # what the database has; null: nothing
    "detail": "text",
    "model": "text?",
    "file": "text?",
    "line": "int8?",
    "sql": "text?",  # brings the database to the model
    "undo": "text?",
    "lock": "text?",
    "model_change": "text?",  # brings the model to the database
}
"""Columns of the frame ``drift`` with their types."""

KINDS: Mapping[str, str] = {
    "table_missing": "declared table that the database does not have",
    "table_extra": "table that no model declares",
    "table_name": "table under another name",
    "column_missing": "declared column that the table does not have",
    "column_extra": "column that no model declares",
    "column_name": "column under another name",
    "type": "column of another type",
    "nullability": "column that is nullable on one side only",
    "default": "column with another default",
    "primary_key": "table with another primary key",
    "enum_extra": "enum type that no column uses",
    "enum_name": "enum type under another name",
    "enum_values": "enum type with other values",
    "enum_order": "enum type with its values in another order",
    "key_missing": "declared foreign key that the database does not enforce",
    "key_extra": "foreign key that no model declares",
    "key_name": "foreign key under another name",
    "key_action": "foreign key with another action",
    "key_not_enforced": "foreign key that is there and not enforced for every row",
    "index_missing": "declared index that does not exist",
    "index_extra": "index that no model declares",
    "index_name": "index under another name",
    "index_invalid": "declared index that exists and is not valid",
    "unread": "declaration that could not be read",
}
"""Kind of difference to what it means."""


@dataclass(frozen=True)
class Difference:
    """One row of the frame ``drift``; see :data:`COLUMNS`."""

    kind: str
    sort: str
    object: str
    schema: str
    table: str
    detail: str
    declared: str | None = None
    actual: str | None = None
    place: Mapping[str, Any] | None = None
    sql: str | None = None
    undo: str | None = None
    lock: str | None = None
    model_change: str | None = None

    def row(self) -> list[Any]:
        """Return the values in the order of :data:`COLUMNS`."""
        place = self.place or {}
        return [
            self.kind, self.sort, self.object, self.schema, self.table, self.declared, self.actual, self.detail,
            place.get("model"), place.get("file"), place.get("line"), self.sql, self.undo, self.lock,
            self.model_change,
        ]  # fmt: skip
