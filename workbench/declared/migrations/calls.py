"""Calls on Sequelize's query interface to operations, by the rules of sequelize 6 for PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from workbench.declared.migrations.columns import action_of, column_operations, table_name
from workbench.declared.migrations.operations import Operation
from workbench.declared.migrations.script.follower import Call
from workbench.declared.migrations.script.values import OPEN, Made, Unknown, as_text, readable
from workbench.declared.migrations.sql import SqlError, read_sql

_MODEL_CALLS = {"create": "insert", "bulkCreate": "insert", "update": "update", "destroy": "delete"}
_LOOKS = (
    "describeTable",
    "showAllTables",
    "showIndex",
    "showConstraint",
    "tableExists",
    "showAllSchemas",
    "databaseVersion",
    "getForeignKeyReferencesForTable",
    "getForeignKeysForTables",
    "pgListEnums",
    "quoteIdentifier",
    "quoteIdentifiers",
    "quoteTable",
    "escape",
    "getQueryInterface",
    "getDialect",
    "transaction",
    "commit",
    "rollback",
    "authenticate",
    "log",
    "select",
    "rawSelect",
    "literal",
    "fn",
    "col",
    "where",
    "cast",
    "close",
    "selectQuery",
)


def operations_of(call: Call) -> list[Operation]:
    """Return what a call does; an operation of kind ``other`` with ``details["opaque"]`` could not be read."""
    method = call.path[-1]
    if not call.followed:
        reason = f"{method}() is not in the file; what it does with the query interface is not known"
        made = [Operation("other", name=method, details={"opaque": reason})]
    elif method in ("query", "rawQuery"):
        made = _query(call)
    elif method in _LOOKS:
        made = []
    elif "models" in call.path:
        made = [Operation(_MODEL_CALLS.get(method, "select"), "public", "", "model " + call.path[-2])]
    elif method in _METHODS:
        made = _METHODS[method](*_padded(call))
    else:
        reason = f"queryInterface.{method}() is not known"
        made = [Operation("other", name=method, details={"opaque": reason})]
    return [replace(one, file=call.file, line=call.line, circumstances=call.circumstances) for one in made]


def _padded(call: Call) -> list[Any]:
    return [*call.arguments, None, None, None, None][:5]


def passed_transaction(call: Call) -> bool:
    """Tell whether a call was given a transaction among its options."""
    return any(
        isinstance(argument, dict) and argument.get("transaction") is not None for argument in call.arguments
    ) or any(
        # Options whose content is not known may well hold one.
        isinstance(argument, dict) and any(key.startswith("...") for key in argument)
        for argument in call.arguments[1:]
    )


def _query(call: Call) -> list[Operation]:
    first = call.arguments[0] if call.arguments else None
    options = call.arguments[1] if len(call.arguments) > 1 else None
    if isinstance(first, dict):
        first = first.get("query")
    if not isinstance(first, str):
        shown = getattr(first, "text", "") or ".".join(getattr(first, "path", ("an argument",)))
        return [Operation("other", name="query", details={"opaque": f"the SQL is not known: {shown}"})]
    replaced = isinstance(options, dict) and options.get("replacements") is not None
    try:
        return read_sql(first, replaced=replaced)
    except SqlError as error:
        statement = " ".join(readable(first).split())[:200]
        known = "" if OPEN in first else " (PostgreSQL would refuse it too)"
        reason = f"{error}{known}: {statement}"
        return [
            Operation("other", name="query", source="sql", details={"opaque": reason}, statement=statement)
        ]


def _create_table(table: Any, attributes: Any, options: Any, *_: Any) -> list[Operation]:
    schema, name = table_name(table, options)
    details: dict[str, Any] = {"implicit_guard": "IF NOT EXISTS"}
    if not isinstance(attributes, dict):
        details["opaque"] = "its columns are not known"
    found = [Operation("create_table", schema, name, "", (), details)]
    for key, value in attributes.items() if isinstance(attributes, dict) else []:
        if key.startswith("..."):
            found.append(Operation("other", name=key, details={"opaque": f"columns spread from {key[3:]}"}))
            continue
        field = value.get("field", key) if isinstance(value, dict) else key
        found += column_operations(schema, name, as_text(field), value, {"with_table": True})
    keys = options.get("uniqueKeys") if isinstance(options, dict) else None
    for key, value in keys.items() if isinstance(keys, dict) else []:
        fields = tuple(map(as_text, value.get("fields", []))) if isinstance(value, dict) else ()
        found.append(
            Operation("add_constraint", schema, name, key, fields, {"type": "unique", "with_table": True})
        )
    return found


def _drop_table(table: Any, options: Any, *_: Any) -> list[Operation]:
    schema, name = table_name(table, options)
    cascade = isinstance(options, dict) and bool(options.get("cascade") or options.get("force"))
    return [Operation("drop_table", schema, name, "", (), {"cascade": cascade})]


def _add_column(table: Any, column: Any, attribute: Any, *_: Any) -> list[Operation]:
    schema, name = table_name(table)
    return column_operations(schema, name, as_text(column), attribute, {})


def _change_column(table: Any, column: Any, attribute: Any, *_: Any) -> list[Operation]:
    """Return changeColumn: without references it sets or drops NOT NULL and DEFAULT and sets the type.

    With references it adds the foreign key and leaves all else as it is (changeColumnQuery, sequelize 6).
    """
    schema, name = table_name(table)
    field = as_text(column)
    made = column_operations(schema, name, field, attribute, {})
    whole = next(one for one in made if one.kind == "add_column")
    given = attribute if isinstance(attribute, dict) else {}
    found = [one for one in made if one.kind == "create_type"]
    found += [one for one in made if one.kind == "add_constraint" and one.details["type"] != "primary key"]
    details = {key: whole.details[key] for key in ("type", "is_not_null", "default", "client_default")}
    if given.get("references") is not None:
        details = {key: details[key] for key in ("is_not_null",) if details[key]} | (
            {"default": details["default"]} if details["default"] is not None else {}
        )
    else:
        details["resets"] = True
        details["states_null"] = "allowNull" in given
        details["states_default"] = "defaultValue" in given
    return [*found, Operation("alter_column", schema, name, field, (), details)] if details else found


def default_index_name(table: str, fields: tuple[str, ...]) -> str:
    """Return the name that sequelize gives an index: underscore(``<table>_<fields joined>``)."""
    from workbench.declared.models.inflection import underscore

    return underscore(f"{table}_{'_'.join(fields)}")


def _fields(value: Any) -> tuple[str, ...]:
    found = []
    for one in value if isinstance(value, list) else [value]:
        inner = one.get("name", one.get("attribute")) if isinstance(one, dict) else one
        found.append(as_text(inner))
    return tuple(found)


def _add_index(table: Any, fields: Any, options: Any, *_: Any) -> list[Operation]:
    if not isinstance(fields, list):
        options = fields if isinstance(fields, dict) else {}
        fields = options.get("fields", [Unknown("fields")])
    given = options if isinstance(options, dict) else {}
    schema, name = table_name(table, given)
    columns = _fields(fields)
    named = given.get("name") or given.get("indexName")
    expression = any(isinstance(f, Made) for f in (fields if isinstance(fields, list) else []))
    kind = as_text(given.get("type", ""))
    details = {
        "unique": given.get("unique") is True or kind.upper() == "UNIQUE",
        "concurrently": given.get("concurrently") is True,
        "method": as_text(given.get("using") or "btree").lower(),
        "predicate": "as written" if given.get("where") is not None else None,
        "is_expression": expression,
        "used_columns": () if expression else columns,
    }
    index = as_text(named) if named else default_index_name(name, columns)
    return [Operation("create_index", schema, name, index, columns, details)]


def _remove_index(table: Any, index: Any, options: Any, *_: Any) -> list[Operation]:
    schema, name = table_name(table)
    named = index if isinstance(index, str) else default_index_name(name, _fields(index))
    concurrently = isinstance(options, dict) and options.get("concurrently") is True
    return [Operation("drop_index", schema, "", named, (), {"concurrently": concurrently, "on_table": name})]


def _add_constraint(table: Any, options: Any, more: Any, *_: Any) -> list[Operation]:
    given = options if isinstance(options, dict) else more if isinstance(more, dict) else {}
    schema, name = table_name(table, given)
    fields = _fields(given.get("fields", options if isinstance(options, list) else []))
    kind = as_text(given.get("type", "")).lower()
    named_table = given.get("references")
    reference = named_table if isinstance(named_table, dict) else {}
    details: dict[str, Any] = {"type": kind}
    suffix = {"unique": "uk", "check": "ck", "primary key": "pk"}.get(kind)
    if kind == "foreign key":
        referenced_schema, referenced = table_name(reference.get("table", reference.get("model")))
        keys = reference.get("fields") or [reference.get("field", "id")]
        details |= {
            "referenced_schema": referenced_schema,
            "referenced_table": referenced,
            "referenced_columns": _fields(keys),
            "on_delete": action_of(given.get("onDelete")),
            "on_update": action_of(given.get("onUpdate")),
        }
        suffix = f"{referenced}_fk"
    named = as_text(given["name"]) if given.get("name") else f"{name}_{'_'.join(fields)}_{suffix}"
    return [Operation("add_constraint", schema, name, named, fields, details)]


def _named(kind: str) -> Callable[..., list[Operation]]:
    def make(table: Any, name: Any = None, new: Any = None, *_: Any) -> list[Operation]:
        schema, own = table_name(table)
        details = {"to": as_text(new)} if new is not None and not isinstance(new, dict) else {}
        return [Operation(kind, schema, own, as_text(name), (), details)]

    return make


def _rename_table(table: Any, new: Any, *_: Any) -> list[Operation]:
    schema, name = table_name(table)
    return [Operation("rename_table", schema, name, "", (), {"to": table_name(new)[1]})]


def _rows(kind: str) -> Callable[..., list[Operation]]:
    def make(table: Any, first: Any = None, second: Any = None, *_: Any) -> list[Operation]:
        schema, name = table_name(table)
        condition = second if kind == "update" else first
        rows = len(first) if kind == "insert" and isinstance(first, list) else None
        texts = re.findall(r"'([^']*)'", str([first, second]))
        details = {"has_condition": bool(condition), "rows_count": rows, "texts": tuple(texts)}
        return [Operation(kind, schema, name, "", (), details)]

    return make


def _everything(kind: str) -> Callable[..., list[Operation]]:
    return lambda *_: [Operation("drop_schema", "public", "", kind, (), {"everything": True})]


_METHODS: Mapping[str, Callable[..., list[Operation]]] = {
    "createTable": _create_table,
    "dropTable": _drop_table,
    "renameTable": _rename_table,
    "addColumn": _add_column,
    "removeColumn": _named("drop_column"),
    "changeColumn": _change_column,
    "renameColumn": _named("rename_column"),
    "addIndex": _add_index,
    "removeIndex": _remove_index,
    "addConstraint": _add_constraint,
    "removeConstraint": _named("drop_constraint"),
    "bulkInsert": _rows("insert"),
    "bulkUpdate": _rows("update"),
    "bulkDelete": _rows("delete"),
    "insert": _rows("insert"),
    "update": _rows("update"),
    "upsert": _rows("insert"),
    "delete": _rows("delete"),
    "dropEnum": lambda name, *_: [Operation("drop_type", "public", "", as_text(name))],
    "dropAllTables": _everything("all tables"),
    "dropAllEnums": lambda *_: [Operation("drop_type", "public", "", "all enums", (), {"everything": True})],
    "dropAllSchemas": _everything("all schemas"),
    "createSchema": lambda name, *_: [Operation("create_schema", "public", "", as_text(name))],
    "dropSchema": lambda name, *_: [Operation("drop_schema", "public", "", as_text(name))],
    "createFunction": lambda name, *_: [Operation("create_function", "public", "", as_text(name))],
    "dropFunction": lambda name, *_: [Operation("drop_function", "public", "", as_text(name))],
    "sync": lambda *_: [Operation("other", name="sync", details={"opaque": "sequelize.sync()"})],
}
