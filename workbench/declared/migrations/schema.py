"""The schema that migrations result in, built up from their operations, file by file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from workbench.declared.migrations.effects import constraint_name, index_name
from workbench.declared.migrations.files import Migration
from workbench.declared.migrations.operations import Operation

TableKey = tuple[str, str]


@dataclass
class Column:
    """A column as far as the migrations tell."""

    type: str | None = None
    is_not_null: bool = False
    default: str | None = None
    is_known: bool = True
    """False when a column was changed that no migration had made before: the rest of it is not known."""
    made_by: str = ""
    line: int = 0


@dataclass
class Table:
    """A table as far as the migrations tell; ``is_created`` false when they only change it."""

    is_created: bool = False
    made_by: str = ""
    line: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, Operation] = field(default_factory=dict)
    dropped_columns: set[str] = field(default_factory=set)


@dataclass
class Schema:
    """Tables, indexes and types that migrations make.

    ``origin`` maps an object, ``("index", schema, "", name)`` say, to the file and line that made it.
    """

    tables: dict[TableKey, Table] = field(default_factory=dict)
    indexes: dict[tuple[str, str], Operation] = field(default_factory=dict)
    types: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    origin: dict[tuple[str, str, str, str], tuple[str, int]] = field(default_factory=dict)
    dropped_tables: dict[TableKey, str] = field(default_factory=dict)

    def table(self, one: Operation) -> Table:
        """Return the table of an operation, noting one that no migration created."""
        return self.tables.setdefault((one.schema, one.table), Table())

    def column(self, schema: str, table: str, name: str) -> Column | None:
        """Return a column, None when no migration made it."""
        found = self.tables.get((schema, table))
        return found.columns.get(name) if found else None

    def apply(self, migration: Migration, direction: str = "up") -> None:
        """Apply one direction of a migration."""
        for one in migration.steps(direction):
            self.apply_operation(one, migration.file)

    def apply_operation(self, one: Operation, file: str) -> None:
        """Apply one operation; what is unknown in it changes nothing."""
        handler = getattr(self, f"_{one.kind}", None)
        if handler is not None and one.is_resolved:
            handler(one, file)

    def _note(self, kind: str, one: Operation, table: str, name: str, file: str) -> None:
        self.origin[(kind, one.schema, table, name)] = (file, one.line)

    def _create_table(self, one: Operation, file: str) -> None:
        table = self.table(one)
        if not table.is_created:
            table.is_created, table.made_by, table.line = True, file, one.line
            self._note("table", one, one.table, "", file)
        self.dropped_tables.pop((one.schema, one.table), None)

    def _drop_table(self, one: Operation, file: str) -> None:
        self.tables.pop((one.schema, one.table), None)
        self.dropped_tables[(one.schema, one.table)] = file
        for key in [k for k, v in self.indexes.items() if (v.schema, v.table) == (one.schema, one.table)]:
            del self.indexes[key]

    def _add_column(self, one: Operation, file: str) -> None:
        table = self.table(one)
        if one.name in table.columns:
            return
        details = one.details
        table.columns[one.name] = Column(
            details.get("type"),
            bool(details.get("is_not_null")),
            details.get("default"),
            True,
            file,
            one.line,
        )
        self._note("column", one, one.table, one.name, file)

    def _drop_column(self, one: Operation, file: str) -> None:
        table = self.table(one)
        table.columns.pop(one.name, None)
        table.dropped_columns.add(one.name)
        for name in [n for n, c in table.constraints.items() if one.name in c.columns]:
            del table.constraints[name]
        for key, index in list(self.indexes.items()):
            used = index.details.get("used_columns", index.columns)
            if (index.schema, index.table) == (one.schema, one.table) and one.name in used:
                del self.indexes[key]

    def _alter_column(self, one: Operation, file: str) -> None:
        table = self.table(one)
        column = table.columns.setdefault(one.name, Column(is_known=False))
        if "type" in one.details:
            column.type = one.details["type"]
        if "is_not_null" in one.details:
            column.is_not_null = bool(one.details["is_not_null"])
        if "default" in one.details:
            column.default = one.details["default"]

    def _rename_table(self, one: Operation, file: str) -> None:
        table = self.tables.pop((one.schema, one.table), Table())
        new = str(one.details.get("to", ""))
        self.tables[(one.schema, new)] = table
        for index in [k for k, v in self.indexes.items() if (v.schema, v.table) == (one.schema, one.table)]:
            self.indexes[index] = _moved(self.indexes[index], new)
        if table.is_created:
            self.origin[("table", one.schema, new, "")] = (file, one.line)

    def _rename_column(self, one: Operation, file: str) -> None:
        columns = self.table(one).columns
        new = str(one.details.get("to", ""))
        columns[new] = columns.pop(one.name, Column(is_known=False))
        self._note("column", one, one.table, new, file)

    def _create_index(self, one: Operation, file: str) -> None:
        self.indexes.setdefault((one.schema, index_name(one)), one)
        self.origin.setdefault(("index", one.schema, "", index_name(one)), (file, one.line))

    def _drop_index(self, one: Operation, file: str) -> None:
        self.indexes.pop((one.schema, one.name), None)

    def _rename_index(self, one: Operation, file: str) -> None:
        found = self.indexes.pop((one.schema, one.name), None)
        if found is not None:
            self.indexes[(one.schema, str(one.details.get("to")))] = found

    def _add_constraint(self, one: Operation, file: str) -> None:
        name = constraint_name(one)
        self.table(one).constraints.setdefault(name, one)
        self.origin.setdefault(("constraint", one.schema, one.table, name), (file, one.line))

    def _drop_constraint(self, one: Operation, file: str) -> None:
        self.table(one).constraints.pop(one.name, None)

    def _create_type(self, one: Operation, file: str) -> None:
        self.types.setdefault((one.schema, one.name), tuple(one.details.get("labels", ())))
        self.origin.setdefault(("type", one.schema, "", one.name), (file, one.line))

    def _drop_type(self, one: Operation, file: str) -> None:
        self.types.pop((one.schema, one.name), None)
        self.origin.pop(("type", one.schema, "", one.name), None)

    def _rename_type(self, one: Operation, file: str) -> None:
        labels = self.types.pop((one.schema, one.name), ())
        new = str(one.details.get("to"))
        self.types[(one.schema, new)] = labels
        self.origin[("type", one.schema, "", new)] = (file, one.line)

    def _add_value(self, one: Operation, file: str) -> None:
        labels = self.types.get((one.schema, one.name))
        value, old = str(one.details.get("value", "")), one.details.get("old_value")
        if labels is None:
            return
        if old:
            labels = tuple(value if label == old else label for label in labels)
        elif value not in labels:
            labels = (*labels, value)
        self.types[(one.schema, one.name)] = labels


def _moved(index: Operation, table: str) -> Operation:
    from dataclasses import replace

    return replace(index, table=table)


def schema_after(migrations: Iterable[Migration]) -> Schema:
    """Return the schema after the up direction of all, in order."""
    schema = Schema()
    for one in migrations:
        schema.apply(one)
    return schema


def rewrites(old: str | None, new: str | None) -> bool | None:  # noqa: PLR0911 - one answer per kind
    """Tell whether ALTER COLUMN TYPE rewrites the table; None when that depends on what is not known.

    Source: ATColumnChangeRequiresRewrite (tablecmds.c) and the length coercions of varchar, numeric, timestamp.
    """
    if old is None or new is None:
        return None
    if old == new:
        return False
    (old_base, old_numbers), (new_base, new_numbers) = _parts(old), _parts(new)
    texts = ("character varying", "text")
    if old_base in texts and new_base in texts:
        if new_base == "text" or not new_numbers:
            return False
        return old_base == "text" or not old_numbers or old_numbers[0] > new_numbers[0]
    if old_base != new_base:
        both_times = {old_base, new_base} == {"timestamp with time zone", "timestamp without time zone"}
        # Since 12 no rewrite where the session's time zone is UTC.
        return None if both_times else True
    if old_base == "numeric":
        if not new_numbers:
            return False
        wider = bool(old_numbers) and old_numbers[0] <= new_numbers[0]
        return not (wider and old_numbers[1:] == new_numbers[1:])
    if old_base.startswith(("timestamp", "time", "bit varying", "interval")):
        return bool(new_numbers) and (not old_numbers or old_numbers[0] > new_numbers[0])
    return True


def _parts(spelled: str) -> tuple[str, list[int]]:
    numbers = re.search(r"\(([\d,]+)\)", spelled)
    base = re.sub(r"\([\d,]+\)", "", spelled)
    return base, [int(n) for n in numbers[1].split(",")] if numbers else []


def facts(column: Column | None) -> dict[str, Any]:
    """Return what is known about a column for evidence."""
    if column is None or not column.is_known:
        return {"known": False}
    return {"known": True, "type": column.type, "is_not_null": column.is_not_null, "default": column.default}
