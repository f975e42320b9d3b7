"""Columns as migrations give them to the query interface: types, defaults, keys, in PostgreSQL's words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.declared.migrations.operations import Operation
from workbench.declared.migrations.script.values import Made, Name, Unknown, as_text, is_known
from workbench.declared.migrations.sql import SqlError, read_sql

# Sequelize's data types to PostgreSQL's, as format_type spells them.
_TYPES = {
    "STRING": "character varying(255)",
    "CHAR": "character(255)",
    "TEXT": "text",
    "CITEXT": "citext",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "SMALLINT": "smallint",
    "FLOAT": "double precision",
    "DOUBLE": "double precision",
    "REAL": "real",
    "DECIMAL": "numeric",
    "NUMERIC": "numeric",
    "BOOLEAN": "boolean",
    "DATE": "timestamp with time zone",
    "DATEONLY": "date",
    "TIME": "time without time zone",
    "UUID": "uuid",
    "UUIDV1": "uuid",
    "UUIDV4": "uuid",
    "JSON": "json",
    "JSONB": "jsonb",
    "BLOB": "bytea",
    "HSTORE": "hstore",
    "INET": "inet",
    "CIDR": "cidr",
    "MACADDR": "macaddr",
    "TSVECTOR": "tsvector",
    "GEOMETRY": "geometry",
    "GEOGRAPHY": "geography",
}
_RANGES = {
    "INTEGER": "int4range",
    "BIGINT": "int8range",
    "DATE": "tstzrange",
    "DATEONLY": "daterange",
    "DECIMAL": "numrange",
}
# sequelize 6 lets the application fill these in: the database gets no default.
_CLIENT_DEFAULTS = ("NOW", "UUIDV1", "UUIDV4")


def table_name(value: Any, options: Any = None) -> tuple[str, str]:
    """Return schema and name of a table argument: a text, or ``{tableName, schema}``."""
    schema = "public"
    if isinstance(options, dict) and isinstance(options.get("schema"), str):
        schema = options["schema"]
    if isinstance(value, dict):
        named = value.get("tableName", value.get("name"))
        own = value.get("schema")
        return (own if isinstance(own, str) and own else schema), as_text(named)
    return schema, as_text(value)


def type_of(value: Any) -> tuple[str | None, Any]:
    """Return a column's type as PostgreSQL spells it, and the labels of an enum (None for other types)."""
    if isinstance(value, str):
        try:
            spelled = read_sql(f"alter table t alter a type {value}")[0].details.get("type")
        except (SqlError, IndexError):
            return value, None
        return spelled, None
    path = tuple(p for p in getattr(value, "path", ()) if p not in ("()", "BINARY", "UNSIGNED", "ZEROFILL"))
    arguments = value.arguments if isinstance(value, Made) else ()
    kind = path[-1] if path else ""
    if kind == "ENUM":
        labels = arguments[0] if arguments and isinstance(arguments[0], list) else list(arguments)
        if arguments and isinstance(arguments[0], dict):
            labels = arguments[0].get("values", [])
        return "enum", labels
    if kind in ("ARRAY", "RANGE") and arguments:
        inner, labels = type_of(arguments[0])
        if kind == "RANGE":
            return _RANGES.get(getattr(arguments[0], "path", ("",))[-1], "tstzrange"), None
        return (f"{inner}[]" if inner else None), labels
    return _sized(kind, arguments), None


def _sized(kind: str, arguments: tuple[Any, ...]) -> str | None:  # noqa: PLR0911 - one answer per kind
    known = all(isinstance(a, (int, float)) for a in arguments)
    if kind == "TEXT" and arguments:
        return "citext" if arguments[0] == "ci" else "text"
    if arguments and known:
        numbers = ",".join(str(int(a)) for a in arguments)
        if kind in ("STRING", "CHAR"):
            return f"{_TYPES[kind].split('(')[0]}({numbers})"
        if kind in ("DECIMAL", "NUMERIC"):
            return f"numeric({numbers if len(arguments) > 1 else numbers + ',0'})"
        if kind == "DATE":
            return f"timestamp({numbers}) with time zone"
        if kind == "FLOAT" and arguments[0] <= 24:
            return "real"
    if arguments and not known and kind in ("STRING", "CHAR", "DECIMAL", "NUMERIC"):
        return None
    return _TYPES.get(kind)


def _default(value: Any) -> str | None:  # noqa: PLR0911 - one answer per kind
    """Return the DEFAULT that sequelize writes to the database, as SQL; None when it writes none."""
    if isinstance(value, Made):
        if value.path[-1] == "literal":
            return as_text(value.arguments[0]) if value.arguments else None
        if value.path[-1] in ("fn", "cast") and value.arguments:
            inner = ", ".join(map(as_text, value.arguments[1:]))
            return f"{as_text(value.arguments[0])}({inner})"
        return None
    if value is None or isinstance(value, Unknown):
        return None
    if isinstance(value, Name):
        return None if value.path[-1] in _CLIENT_DEFAULTS else as_text(value)
    if isinstance(value, (str, dict, list)):
        text = value if isinstance(value, str) else json.dumps(value) if is_known(value) else "{}"
        return "'" + text.replace("'", "''") + "'"
    return as_text(value)


def enum_type_name(table: str, column: str) -> str:
    """Return the name of the enum type behind a column, cut at 63 bytes as PostgreSQL does."""
    return f"enum_{table}_{column}".encode()[:63].decode(errors="ignore")


def column_operations(
    schema: str, table: str, name: str, value: Any, extra: Mapping[str, Any]
) -> list[Operation]:
    """Return what an attribute makes: the column, its enum type, and the constraints written at it."""
    attribute = value if isinstance(value, dict) else {"type": value}
    spelled, labels = type_of(attribute.get("type"))
    found: list[Operation] = []
    if spelled is not None and spelled.startswith("enum"):
        type_name = enum_type_name(table, name)
        details = {
            **extra,
            "labels": tuple(map(as_text, labels or ())),
            "implicit": True,
            "guard": "implicit",
        }
        found.append(Operation("create_type", schema, "", type_name, (), details))
        spelled = type_name + spelled.removeprefix("enum")
    written = attribute.get("defaultValue")
    is_key = attribute.get("primaryKey") is True
    details = {
        **extra,
        "type": spelled,
        "is_not_null": attribute.get("allowNull") is False or is_key,
        "default": _default(written),
        "client_default": as_text(written) if written is not None and _default(written) is None else None,
        "is_serial": attribute.get("autoIncrement") is True,
        "attribute": attribute,
    }
    found.append(Operation("add_column", schema, table, name, (), details))
    if is_key:
        found.append(_inline(schema, table, name, {**extra, "type": "primary key"}))
    if attribute.get("unique"):
        found.append(_inline(schema, table, name, {**extra, "type": "unique"}))
    reference = _reference(attribute)
    if reference:
        found.append(_inline(schema, table, name, {**extra, **reference}))
    return found


def _inline(schema: str, table: str, column: str, details: Mapping[str, Any]) -> Operation:
    return Operation("add_constraint", schema, table, "", (column,), {**details, "with_column": column})


def _reference(attribute: Mapping[str, Any]) -> dict[str, Any] | None:
    given = attribute.get("references")
    if given is None:
        return None
    if isinstance(given, str):
        given = {"model": given, "key": attribute.get("referencesKey", "id")}
    if not isinstance(given, dict):
        return {"type": "foreign key", "referenced_schema": "public", "referenced_table": as_text(given)}
    schema, table = table_name(given.get("model", given.get("table")))
    key = given.get("key", given.get("field", "id"))
    return {
        "type": "foreign key",
        "referenced_schema": schema,
        "referenced_table": table,
        "referenced_columns": (as_text(key),),
        "on_delete": action_of(attribute.get("onDelete")),
        "on_update": action_of(attribute.get("onUpdate")),
    }


def action_of(value: Any) -> str:
    """Return a referential action; NO ACTION where none is written."""
    return value.upper() if isinstance(value, str) else "NO ACTION"
