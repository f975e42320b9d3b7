"""CREATE TABLE and ALTER TABLE of libpg_query's tree to operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.declared.migrations.operations import Operation

Node = Mapping[str, Any]
ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
# The grammar's names to those of format_type.
TYPES = {
    "int2": "smallint",
    "int4": "integer",
    "int": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "varchar": "character varying",
    "bpchar": "character",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "timetz": "time with time zone",
    "time": "time without time zone",
    "decimal": "numeric",
    "varbit": "bit varying",
}
SERIALS = {
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
    "smallserial": "smallint",
    "serial2": "smallint",
}
_CONSTRAINTS = {
    "CONSTR_PRIMARY": "primary key",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_CHECK": "check",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_EXCLUSION": "exclusion",
}


def names_of(nodes: Sequence[Node]) -> list[str]:
    """Return the texts of a list of string nodes."""
    return [one["string"].get("sval", "") for one in nodes if "string" in one]


def relation_of(node: Node) -> tuple[str, str]:
    """Return schema and name of a relation; ``public`` where none is written."""
    return node.get("schemaname", "public"), node.get("relname", "")


def type_text(node: Node) -> str:
    """Return a type as format_type spells it, ``serial`` as the integer below it."""
    parts = names_of(node.get("names", []))
    name = SERIALS.get(parts[-1], TYPES.get(parts[-1], parts[-1])) if parts else ""
    if len(parts) > 1 and parts[0] not in ("pg_catalog", "public"):
        name = ".".join(parts)
    numbers = [
        str(one["a_const"].get("ival", {}).get("ival", 0))
        for one in node.get("typmods", [])
        if "a_const" in one
    ]
    if numbers and not name.startswith("interval"):
        head, _, tail = name.partition(" with")
        name = f"{head}({','.join(numbers)}){' with' + tail if tail else ''}"
    if name == "character(1)" and parts[-1] == "bpchar":
        name = "character(1)"
    return name + "[]" * len(node.get("array_bounds", []))


def created_table(body: Node) -> list[Operation]:
    """Return CREATE TABLE as the table, its columns and its constraints."""
    schema, table = relation_of(body["relation"])
    guard = "IF NOT EXISTS" if body.get("if_not_exists") else ""
    is_partition = "partbound" in body
    inherits = [relation_of(one["range_var"])[1] for one in body.get("inh_relations", [])]
    details = {"guard": guard, "is_partition": is_partition, "inherits": tuple(inherits)}
    found = [Operation("create_table", schema, table, "", (), details)]
    for one in body.get("table_elts", []):
        if "column_def" in one:
            found += added_column(schema, table, one["column_def"], {"with_table": True, "guard": guard})
        elif "constraint" in one:
            found += added_constraint(schema, table, one["constraint"], {"with_table": True, "guard": guard})
    return found


def added_column(schema: str, table: str, column: Node, extra: Node) -> list[Operation]:
    """Return one column and the constraints written at it."""
    from workbench.declared.migrations.sql import expression_text

    name = column.get("colname", "")
    parts = names_of(column.get("type_name", {}).get("names", []))
    details: dict[str, Any] = {**extra, "type": type_text(column.get("type_name", {}))}
    details["is_serial"] = bool(parts) and parts[-1] in SERIALS
    constraints: list[Operation] = []
    for one in column.get("constraints", []):
        constraint = one["constraint"]
        kind = constraint.get("contype", "")
        if kind == "CONSTR_NOTNULL":
            details["is_not_null"] = True
        elif kind == "CONSTR_DEFAULT":
            details["default"] = expression_text(constraint["raw_expr"])
        elif kind == "CONSTR_IDENTITY":
            details |= {"is_serial": True, "is_not_null": True}
        elif kind == "CONSTR_GENERATED":
            details["generated"] = "stored" if constraint.get("generated_kind", "s") == "s" else "virtual"
        elif kind in _CONSTRAINTS:
            details["is_not_null"] = details.get("is_not_null") or kind == "CONSTR_PRIMARY"
            constraints += added_constraint(schema, table, constraint, {**extra, "with_column": name}, name)
    return [Operation("add_column", schema, table, name, (), details), *constraints]


def added_constraint(
    schema: str, table: str, constraint: Node, extra: Node, column: str = ""
) -> list[Operation]:
    """Return one table or column constraint."""
    kind = _CONSTRAINTS.get(constraint.get("contype", ""))
    if kind is None:
        return []
    key = "fk_attrs" if kind == "foreign key" else "keys"
    columns = tuple(names_of(constraint.get(key, []))) or ((column,) if column else ())
    details: dict[str, Any] = {
        **extra,
        "type": kind,
        "not_valid": constraint.get("skip_validation", False),
        "using_index": constraint.get("indexname"),
    }
    if kind == "foreign key":
        referenced_schema, referenced = relation_of(constraint.get("pktable", {}))
        details |= {
            "referenced_schema": referenced_schema,
            "referenced_table": referenced,
            "referenced_columns": tuple(names_of(constraint.get("pk_attrs", []))),
            "on_delete": ACTIONS.get(constraint.get("fk_del_action", "a"), "NO ACTION"),
            "on_update": ACTIONS.get(constraint.get("fk_upd_action", "a"), "NO ACTION"),
        }
    return [Operation("add_constraint", schema, table, constraint.get("conname", ""), columns, details)]


def altered_table(body: Node) -> list[Operation]:
    """Return the commands of ALTER TABLE one by one."""
    schema, table = relation_of(body["relation"])
    found: list[Operation] = []
    for one in body.get("cmds", []):
        found += _command(schema, table, one["alter_table_cmd"], body.get("objtype", ""))
    return found


def _command(schema: str, table: str, command: Node, on: str) -> list[Operation]:  # noqa: PLR0911 - one answer per kind
    from workbench.declared.migrations.sql import expression_text

    kind, name, definition = command.get("subtype", ""), command.get("name", ""), command.get("def", {})
    exists = bool(command.get("missing_ok"))
    cascade = command.get("behavior") == "DROP_CASCADE"
    drop = {"guard": "IF EXISTS" if exists else "", "cascade": cascade}
    if kind == "AT_AddColumn":
        guard = {"guard": "IF NOT EXISTS" if exists else ""}
        return added_column(schema, table, definition["column_def"], guard)
    if kind == "AT_DropColumn":
        return [Operation("drop_column", schema, table, name, (), drop)]
    if kind == "AT_AddConstraint":
        return added_constraint(schema, table, definition["constraint"], {})
    if kind == "AT_DropConstraint":
        return [Operation("drop_constraint", schema, table, name, (), drop)]
    if kind == "AT_ValidateConstraint":
        return [Operation("validate_constraint", schema, table, name)]
    details: dict[str, Any] | None = None
    if kind == "AT_AlterColumnType":
        column = definition["column_def"]
        using = expression_text(column["raw_default"]) if "raw_default" in column else None
        details = {"type": type_text(column["type_name"]), "using": using}
    elif kind in ("AT_SetNotNull", "AT_DropNotNull"):
        details = {"is_not_null": kind == "AT_SetNotNull"}
    elif kind == "AT_ColumnDefault":
        details = {"default": expression_text(definition) if definition else None}
    if details is not None:
        return [Operation("alter_column", schema, table, name, (), details)]
    return [Operation("alter_table", schema, table, "", (), {"command": kind.removeprefix("AT_"), "on": on})]
