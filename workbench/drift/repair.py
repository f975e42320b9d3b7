"""SQL that brings the database to the model, its undo, and the change of the model that does the reverse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.naming import column_list, literal, qualified, quote

Record = Mapping[str, Any]

# PostgreSQL's types to Sequelize's, without their sizes.
_DATA_TYPES = {
    "character varying": "STRING",
    "character": "CHAR",
    "text": "TEXT",
    "citext": "CITEXT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "smallint": "SMALLINT",
    "double precision": "DOUBLE",
    "real": "REAL",
    "numeric": "DECIMAL",
    "boolean": "BOOLEAN",
    "timestamp with time zone": "DATE",
    "date": "DATEONLY",
    "time without time zone": "TIME",
    "uuid": "UUID",
    "json": "JSON",
    "jsonb": "JSONB",
    "bytea": "BLOB",
    "hstore": "HSTORE",
    "inet": "INET",
    "cidr": "CIDR",
    "macaddr": "MACADDR",
    "tsvector": "TSVECTOR",
    "int4range": "RANGE(DataTypes.INTEGER)",
    "int8range": "RANGE(DataTypes.BIGINT)",
    "numrange": "RANGE(DataTypes.DECIMAL)",
    "tstzrange": "RANGE(DataTypes.DATE)",
    "daterange": "RANGE(DataTypes.DATEONLY)",
}


def text_of(value: Any) -> str | None:
    """Return a nullable text of a frame as a text or None."""
    return (
        None
        if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value))
        else str(value)
    )


def data_type(spelled: str, labels: Sequence[str] | None = None) -> str:
    """Return a type as Sequelize code: ``DataTypes.STRING(50)``; a type that it does not know as quoted SQL."""
    if spelled.endswith("[]"):
        return f"DataTypes.ARRAY({data_type(spelled.removesuffix('[]'), labels)})"
    if labels is not None:
        return f"DataTypes.ENUM({', '.join(map(javascript, labels))})"
    numbers = re.search(r"\(([\d,]+)\)", spelled)
    base = re.sub(r"\([\d,]+\)", "", spelled).rpartition(".")[2]
    name = _DATA_TYPES.get(base)
    if (
        name is None
        or (base == "character varying" and not numbers)
        or (numbers and base.startswith("time "))
    ):
        return javascript(spelled)
    if numbers and numbers[1] != ("255" if base in ("character varying", "character") else ""):
        return f"DataTypes.{name}({numbers[1].replace(',', ', ')})"
    return f"DataTypes.{name}"


def javascript(text: str) -> str:
    """Return a text as a literal of JavaScript."""
    return "'" + json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def numbering(default: str | None, identity: str | None) -> str:
    """Return the options of an attribute whose column numbers itself; empty for any other."""
    if identity is not None:
        return "autoIncrement: true, autoIncrementIdentity: true"
    return "autoIncrement: true" if (default or "").startswith("nextval(") else ""


def attribute(column: Record, labels: Sequence[str] | None, *, is_primary: bool = False) -> str:
    """Return a row of the catalog's columns as an attribute of a model."""
    default, name = text_of(column["default_expression"]), str(column["column_name"])
    numbered = numbering(default, text_of(column["identity"]))
    parts = [f"type: {data_type(column['data_type'], labels)}"]
    parts += ["primaryKey: true"] if is_primary else []
    parts += [f"allowNull: {'false' if column['is_not_null'] else 'true'}"]
    if numbered:
        parts.append(numbered)
    elif default is not None and text_of(column["generated"]) is None:
        parts.append(f"defaultValue: Sequelize.literal({javascript(default)})")
    key = name if re.fullmatch(r"[A-Za-z_$][\w$]*", name) else javascript(name)
    return f"{key}: {{ {', '.join(parts)} }}"


def model(
    table: tuple[str, str], columns: Sequence[Record], constraints: Sequence[Record], enums: Sequence[Record]
) -> str:
    """Return a table of the database as a model."""
    primary = next((one["column_names"] for one in constraints if one["type"] == "primary key"), ())
    attributes = [
        attribute(row, labels_of(row, enums), is_primary=row["column_name"] in primary) for row in columns
    ]
    body, name = ",\n  ".join(attributes), javascript(table[1])
    schema = "" if table[0] == "public" else f", schema: {javascript(table[0])}"
    text = f"sequelize.define({name}, {{\n  {body}\n}}, {{ tableName: {name}{schema}, timestamps: false }})"
    return text if primary else f"{text}.removeAttribute('id')"


def labels_of(column: Record, enums: Sequence[Record]) -> Sequence[str] | None:
    """Return the labels of a column's enum type; None for any other type."""
    if column["type_kind"] != "enum" and not column["is_array"]:
        return None
    spelled = str(column["data_type"]).removesuffix("[]").replace('"', "")
    for enum in enums:
        if spelled in (f"{enum['schema_name']}.{enum['type_name']}", enum["type_name"]):
            labels: Sequence[str] = enum["labels"]
            return labels
    return None


def index_option(index: Record, columns: Iterable[str]) -> str:
    """Return a row of the catalog's indexes as an entry of a model's ``indexes``."""
    known, fields = set(columns), []
    for key, option in zip(index["key_columns"], index["options"], strict=False):
        text = javascript(key) if key in known else f"Sequelize.literal({javascript(f'({key})')})"
        order = (
            ("DESC" if option & 2 else "DESC NULLS LAST") if option & 1 else "NULLS FIRST" if option else ""
        )
        named = f"name: {text}" if key in known else f"attribute: {text}"
        fields.append(f"{{ {named}, order: '{order}' }}" if order else text)
    parts = [f"name: {javascript(index['index_name'])}", f"fields: [{', '.join(fields)}]"]
    parts += ["unique: true"] if index["is_unique"] else []
    parts += [] if index["access_method"] == "btree" else [f"using: {javascript(index['access_method'])}"]
    predicate = text_of(index["predicate"])
    parts += [f"where: Sequelize.literal({javascript(predicate)})"] if predicate else []
    return f"{{ {', '.join(parts)} }}"


def sql_type(spelled: str) -> str:
    """Return a type of a frame as SQL: enum types are spelled with their schema and need quotes."""
    match = re.fullmatch(r"(?P<schema>[^.()\" ]+)\.(?P<name>[^\"]+?)(?P<array>(\[\])*)", spelled)
    if match is None or '"' in spelled:
        return spelled
    return f"{qualified(match['schema'], match['name'])}{match['array']}"


def column_sql(column: Record) -> str:
    """Return a declared column for CREATE TABLE or ADD COLUMN."""
    name, spelled = quote(str(column["column_name"])), text_of(column["data_type"]) or "text"
    kind, default = column["default_kind"], text_of(column["default_expression"])
    parts = [name]
    if kind == "sequence":
        serials = {"integer": "serial", "bigint": "bigserial", "smallint": "smallserial"}
        identity = text_of(column["identity"])
        parts.append(f"{spelled} GENERATED {identity.upper()} AS IDENTITY" if identity else serials[spelled])
    else:
        parts.append(sql_type(spelled))
        if default is not None and kind in ("literal", "expression", "load_time"):
            parts.append(f"DEFAULT {default}")
    if bool(column["is_not_null"]):
        parts.append("NOT NULL")
    return " ".join(parts)


def enum_sql(enum: Record) -> str:
    """Return CREATE TYPE for a declared enum."""
    labels = ", ".join(literal(str(label)) for label in enum["labels"])
    return f"CREATE TYPE {qualified(enum['schema_name'], enum['type_name'])} AS ENUM ({labels});"


def key_sql(key: Record, *, valid: bool = True) -> str:
    """Return ADD CONSTRAINT for a declared foreign key."""
    home = qualified(key["schema_name"], key["table_name"])
    there = qualified(key["referenced_schema"], key["referenced_table"])
    parts = [
        f"ALTER TABLE {home} ADD CONSTRAINT {quote(key['constraint_name'])}",
        f"FOREIGN KEY ({column_list(key['column_names'])})",
        f"REFERENCES {there} ({column_list(key['referenced_columns'])})",
    ]
    for clause, action in (("ON DELETE", key["on_delete"]), ("ON UPDATE", key["on_update"])):
        if action != "NO ACTION":
            parts.append(f"{clause} {action}")
    if key.get("is_deferrable"):
        parts.append("DEFERRABLE" + (" INITIALLY DEFERRED" if key.get("is_deferred") else ""))
    return " ".join([*parts, *([] if valid else ["NOT VALID"])]) + ";"


def index_sql(index: Record, columns: Iterable[str], *, concurrently: bool = True) -> str:
    """Return CREATE INDEX for a declared index; ``columns`` are the table's, to tell names from expressions."""
    known = set(columns)
    keys = []
    for key, option in zip(index["key_columns"], index["options"], strict=True):
        text = quote(key) if key in known else f"({key})"
        descending, nulls_first = option & 1, option & 2
        if descending:
            text += " DESC" if nulls_first else " DESC NULLS LAST"
        elif nulls_first:
            text += " NULLS FIRST"
        keys.append(text)
    predicate = text_of(index["predicate"])
    words = [
        "CREATE",
        "UNIQUE" if index["is_unique"] else "",
        "INDEX",
        "CONCURRENTLY" if concurrently else "",
    ]
    head = " ".join(word for word in words if word)
    using = "" if index["access_method"] == "btree" else f" USING {index['access_method']}"
    table = qualified(index["schema_name"], index["table_name"])
    where = f" WHERE {predicate}" if predicate else ""
    return f"{head} {quote(index['index_name'])} ON {table}{using} ({', '.join(keys)}){where};"


def table_sql(table: Record, columns: Sequence[Record], constraints: Sequence[Record]) -> str:
    """Return CREATE TABLE; ``constraints`` are the declared indexes behind unique constraints."""
    lines = [column_sql(column) for column in columns]
    if table["primary_key"]:
        lines.append(f"PRIMARY KEY ({column_list(table['primary_key'])})")
    lines += [
        f"CONSTRAINT {quote(one['index_name'])} UNIQUE ({column_list(one['key_columns'])})"
        for one in constraints
    ]
    body = ",\n".join(f"    {line}" for line in lines)
    return f"CREATE TABLE {qualified(table['schema_name'], table['table_name'])} (\n{body}\n);"


def new_labels_sql(schema: str, name: str, labels: Sequence[str], uses: Sequence[Record]) -> str:
    """Return the SQL that gives an enum type exactly these values: a new type takes its place."""
    old = f"{name}_old"[-63:]
    created = ", ".join(map(literal, labels))
    lines = [
        f"ALTER TYPE {qualified(schema, name)} RENAME TO {quote(old)};",
        f"CREATE TYPE {qualified(schema, name)} AS ENUM ({created});",
    ]
    for use in uses:
        table, column = qualified(use["schema_name"], use["table_name"]), quote(use["column_name"])
        array = "[]" if use["is_array"] else ""
        default = text_of(use["default_expression"])
        if default is not None:
            lines.append(f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT;")
        lines.append(
            f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {qualified(schema, name)}{array} "
            f"USING {column}::text{array}::{qualified(schema, name)}{array};"
        )
        if default is not None:
            lines.append(f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {default};")
    lines.append(f"DROP TYPE {qualified(schema, old)};")
    return "\n".join(lines)
