"""SQL text to operations, by PostgreSQL's own grammar (libpg_query, through postgast)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import postgast
from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped, unused-ignore]

from workbench.declared.migrations.operations import Operation
from workbench.declared.migrations.sql_tables import (
    added_constraint,
    altered_table,
    created_table,
    names_of,
    relation_of,
    type_text,
)
from workbench.sql_parse import SqlError, is_too_deep, parse

Node = Mapping[str, Any]
_DROPS = {
    "OBJECT_TABLE": "drop_table",
    "OBJECT_FOREIGN_TABLE": "drop_table",
    "OBJECT_INDEX": "drop_index",
    "OBJECT_TYPE": "drop_type",
    "OBJECT_DOMAIN": "drop_type",
    "OBJECT_VIEW": "drop_view",
    "OBJECT_MATVIEW": "drop_view",
    "OBJECT_SEQUENCE": "drop_sequence",
    "OBJECT_SCHEMA": "drop_schema",
    "OBJECT_EXTENSION": "drop_extension",
    "OBJECT_FUNCTION": "drop_function",
    "OBJECT_PROCEDURE": "drop_function",
    "OBJECT_ROUTINE": "drop_function",
    "OBJECT_TRIGGER": "drop_trigger",
    "OBJECT_POLICY": "drop_policy",
}


def read_sql(text: str, *, replaced: bool = False) -> list[Operation]:
    """Return the operations of an SQL text, in order.

    Args:
        text: one or more statements; placeholders of unknown names are accepted.
        replaced: ``:name`` and ``?`` stand for values that Sequelize fills in.

    Raises:
        SqlError: PostgreSQL's grammar does not take it.
    """
    if replaced:
        text = re.sub(r"(?<![:\w]):([A-Za-z_]\w*)", "$1", text).replace("?", "$1")
    tree = parse(text)
    found: list[Operation] = []
    pieces = postgast.split(text)
    statements = tree.get("stmts", [])
    for number, one in enumerate(statements):
        for kind, body in one.get("stmt", {}).items():
            handler = _STATEMENTS.get(kind)
            made = handler(body) if handler else [Operation("other", name=kind.removesuffix("_stmt"))]
            piece = pieces[number] if number < len(pieces) else text
            found += [_finish(operation, piece, len(statements)) for operation in made]
    return found


def _finish(operation: Operation, statement: str, statements_count: int) -> Operation:
    from dataclasses import replace

    # Several statements in one query string run in one implicit transaction.
    details = {**operation.details, **({"in_batch": True} if statements_count > 1 else {})}
    return replace(
        operation, statement=operation.statement or " ".join(statement.split()), source="sql", details=details
    )


def expression_text(tree: Node) -> str:
    """Return an expression's tree as SQL."""
    target = {"target_list": [{"res_target": {"val": tree}}], "op": "SETOP_NONE"}
    whole = {"stmts": [{"stmt": {"select_stmt": {**target, "limit_option": "LIMIT_OPTION_DEFAULT"}}}]}
    message = ParseDict(whole, postgast.pg_query_pb2.ParseResult())
    return str(postgast.deparse(message)).removeprefix("SELECT ").strip()


def _index(body: Node) -> list[Operation]:
    schema, table = relation_of(body["relation"])
    keys, is_expression = [], False
    for one in body.get("index_params", []):
        element = one["index_elem"]
        is_expression |= "expr" in element
        keys.append(element["name"] if "name" in element else expression_text(element["expr"]))
    details = {
        "unique": body.get("unique", False),
        "concurrently": body.get("concurrent", False),
        "guard": "IF NOT EXISTS" if body.get("if_not_exists") else "",
        "method": body.get("access_method", "btree"),
        "predicate": expression_text(body["where_clause"]) if "where_clause" in body else None,
        "is_expression": is_expression,
        "used_columns": tuple(
            _column_names([body.get("index_params", []), body.get("where_clause", {})])
            | {
                key["index_elem"]["name"]
                for key in body.get("index_params", [])
                if "name" in key["index_elem"]
            }
        ),
    }
    return [Operation("create_index", schema, table, body.get("idxname", ""), tuple(keys), details)]


def _column_names(tree: Any) -> set[str]:
    """Return the columns that an expression names."""
    if isinstance(tree, list):
        return set().union(*map(_column_names, tree)) if tree else set()
    if not isinstance(tree, Mapping):
        return set()
    found = set()
    if "column_ref" in tree:
        found = set(names_of(tree["column_ref"].get("fields", []))[-1:])
    return found.union(*(_column_names(value) for value in tree.values()))


def _drop(body: Node) -> list[Operation]:
    kind = _DROPS.get(body.get("remove_type", ""), "other")
    found = []
    for one in body.get("objects", []):
        parts = _object_names(one)
        details = {
            "guard": "IF EXISTS" if body.get("missing_ok") else "",
            "cascade": body.get("behavior") == "DROP_CASCADE",
            "concurrently": body.get("concurrent", False),
        }
        if kind in ("drop_trigger", "drop_policy"):
            *prefix, table, name = parts
            found.append(Operation(kind, prefix[-1] if prefix else "public", table, name, (), details))
        elif kind == "drop_table":
            found.append(Operation(kind, *_in_schema(parts), "", (), details))
        else:
            schema, name = _in_schema(parts)
            found.append(Operation(kind, schema, "", name, (), details))
    return found


def _object_names(one: Node) -> list[str]:
    if "list" in one:
        return names_of(one["list"].get("items", []))
    if "type_name" in one:
        return names_of(one["type_name"].get("names", []))
    if "object_with_args" in one:
        return names_of(one["object_with_args"].get("objname", []))
    return names_of([one])


def _in_schema(parts: Sequence[str]) -> tuple[str, str]:
    return (parts[-2] if len(parts) > 1 else "public"), (parts[-1] if parts else "")


def _rename(body: Node) -> list[Operation]:
    kind, new = body.get("rename_type", ""), body.get("newname", "")
    if kind == "OBJECT_TYPE":
        schema, name = _in_schema(_object_names(body.get("object", {})))
        return [Operation("rename_type", schema, "", name, (), {"to": new})]
    schema, table = relation_of(body.get("relation", {}))
    if kind in ("OBJECT_COLUMN", "OBJECT_TABCONSTRAINT"):
        made = "rename_column" if kind == "OBJECT_COLUMN" else "rename_constraint"
        return [Operation(made, schema, table, body.get("subname", ""), (), {"to": new})]
    if kind == "OBJECT_INDEX":
        return [Operation("rename_index", schema, "", table, (), {"to": new})]
    if kind == "OBJECT_TABLE":
        return [Operation("rename_table", schema, table, "", (), {"to": new})]
    return [Operation("other", schema, table, "rename", (), {"to": new})]


def _enum(body: Node) -> list[Operation]:
    schema, name = _in_schema(names_of(body["type_name"]))
    return [Operation("create_type", schema, "", name, (), {"labels": tuple(names_of(body.get("vals", [])))})]


def _alter_enum(body: Node) -> list[Operation]:
    schema, name = _in_schema(names_of(body["type_name"]))
    guard = "IF NOT EXISTS" if body.get("skip_if_new_val_exists") else ""
    details = {"value": body.get("new_val", ""), "old_value": body.get("old_val"), "guard": guard}
    return [Operation("add_value", schema, "", name, (), details)]


def _other_type(body: Node) -> list[Operation]:
    parts = names_of(body.get("domainname", body.get("type_name", body.get("defnames", []))))
    if "typevar" in body:
        parts = [body["typevar"].get("relname", "")]
    schema, name = _in_schema(parts)
    return [Operation("create_type", schema, "", name)]


def _data(kind: str) -> Callable[[Node], list[Operation]]:
    def make(body: Node) -> list[Operation]:
        schema, table = relation_of(body.get("relation", {}))
        text = str(body)
        details = {
            "has_condition": "where_clause" in body,
            "is_bounded": "limit_count" in text,
            "texts": tuple(re.findall(r"'sval': '((?:[^'\\]|\\.)*)'", text)),
        }
        return [Operation(kind, schema, table, "", (), details)]

    return make


def _truncate(body: Node) -> list[Operation]:
    tables = [relation_of(one["range_var"]) for one in body.get("relations", [])]
    return [Operation("truncate", schema, table) for schema, table in tables]


def _vacuum(body: Node) -> list[Operation]:
    options = {one["def_elem"].get("defname") for one in body.get("options", [])}
    kind = "vacuum" if body.get("is_vacuumcmd") else "analyze"
    tables = [relation_of(r["vacuum_relation"].get("relation", {})) for r in body.get("rels", [])]
    return [Operation(kind, s, t, "", (), {"full": "full" in options}) for s, t in tables or [("public", "")]]


def _on_relation(kind: str, key: str = "relation") -> Callable[[Node], list[Operation]]:
    def make(body: Node) -> list[Operation]:
        schema, table = relation_of(body.get(key, {}))
        options = {one.get("def_elem", {}).get("defname") for one in body.get("params", [])}
        return [Operation(kind, schema, table, "", (), {"concurrently": "concurrently" in options})]

    return make


def _function(body: Node) -> list[Operation]:
    schema, name = _in_schema(names_of(body.get("funcname", [])))
    guard = "OR REPLACE" if body.get("replace") else ""
    return [Operation("create_function", schema, "", name, (), {"guard": guard})]


def _trigger(body: Node) -> list[Operation]:
    schema, table = relation_of(body.get("relation", body.get("table", {})))
    if "policy_name" in body:
        return [Operation("create_policy", schema, table, body["policy_name"])]
    return [Operation("create_trigger", schema, table, body.get("trigname", ""))]


def _view(body: Node) -> list[Operation]:
    relation = body["view"] if "view" in body else body["into"]["rel"]
    schema, name = relation_of(relation)
    if body.get("objtype") == "OBJECT_TABLE":
        return [Operation("create_table", schema, name, "", (), {"as_query": True})]
    return [
        Operation("create_view", schema, "", name, (), {"guard": "OR REPLACE" if body.get("replace") else ""})
    ]


def _named(kind: str, key: str) -> Callable[[Node], list[Operation]]:
    def make(body: Node) -> list[Operation]:
        name = body.get(key, "")
        text = name if isinstance(name, str) else relation_of(name)[1]
        guard = "IF NOT EXISTS" if body.get("if_not_exists") else ""
        return [Operation(kind, "public", "", text, (), {"guard": guard})]

    return make


def _comment(body: Node) -> list[Operation]:
    parts = _object_names(body.get("object", {}))
    if body.get("objtype") == "OBJECT_COLUMN":
        *prefix, table, name = parts
        return [Operation("comment", prefix[-1] if prefix else "public", table, name)]
    schema, name = _in_schema(parts)
    is_table = body.get("objtype") == "OBJECT_TABLE"
    return [Operation("comment", schema, name if is_table else "", "" if is_table else name)]


def _do(body: Node) -> list[Operation]:
    """Read the SQL inside a DO block; what it builds as text stays opaque."""
    source = next(
        (a["def_elem"]["arg"]["string"].get("sval", "") for a in body.get("args", []) if _is_code(a)), ""
    )
    tag = "workbench_body"
    try:
        tree: Any = None if is_too_deep(source) else postgast.parse_plpgsql(f"do ${tag}${source}${tag}$")
    except postgast.PgQueryError:
        tree = None
    if tree is None:
        return [
            Operation("other", name="do", details={"opaque": "a DO block that PL/pgSQL's parser refuses"})
        ]
    handled = "PLpgSQL_exception" in str(tree)
    guard = "EXCEPTION" if handled else ("IF" if "PLpgSQL_stmt_if" in str(tree) else "")
    found: list[Operation] = []
    for query, is_dynamic in _block_queries(tree):
        found += _block_statement(query, is_dynamic, guard)
    return found


def _is_code(argument: Node) -> bool:
    return bool(argument.get("def_elem", {}).get("defname") == "as")


def _block_statement(query: str, is_dynamic: bool, guard: str) -> list[Operation]:
    from dataclasses import replace

    literal = re.fullmatch(r"\s*'((?:[^']|'')*)'\s*", query)
    if is_dynamic and not literal:
        return [Operation("other", name="execute", details={"opaque": "EXECUTE of a text built at run time"})]
    try:
        inner = read_sql(literal[1].replace("''", "'") if literal and is_dynamic else query)
    except SqlError as error:
        return [Operation("other", name="do", details={"opaque": str(error)})]
    return [replace(o, details={**o.details, "guard": o.details.get("guard") or guard}) for o in inner]


def _block_queries(tree: Any) -> list[tuple[str, bool]]:
    """Return the statements of a PL/pgSQL tree in order, and whether each is a text that is executed."""
    if isinstance(tree, list):
        return [query for one in tree for query in _block_queries(one)]
    if not isinstance(tree, Mapping):
        return []
    found: list[tuple[str, bool]] = []
    for key, value in tree.items():
        if key in ("PLpgSQL_stmt_execsql", "PLpgSQL_stmt_perform"):
            found.append((value.get("sqlstmt", value.get("expr", {}))["PLpgSQL_expr"]["query"], False))
        elif key == "PLpgSQL_stmt_dynexecute":
            found.append((value["query"]["PLpgSQL_expr"]["query"], True))
        else:
            found += _block_queries(value)
    return found


_STATEMENTS: Mapping[str, Callable[[Node], list[Operation]]] = {
    "create_stmt": created_table,
    "alter_table_stmt": altered_table,
    "rename_stmt": _rename,
    "drop_stmt": _drop,
    "index_stmt": _index,
    "create_enum_stmt": _enum,
    "alter_enum_stmt": _alter_enum,
    "create_domain_stmt": _other_type,
    "composite_type_stmt": _other_type,
    "insert_stmt": _data("insert"),
    "update_stmt": _data("update"),
    "delete_stmt": _data("delete"),
    "truncate_stmt": _truncate,
    "vacuum_stmt": _vacuum,
    "reindex_stmt": _on_relation("reindex"),
    "cluster_stmt": _on_relation("cluster"),
    "create_function_stmt": _function,
    "create_trig_stmt": _trigger,
    "create_policy_stmt": _trigger,
    "view_stmt": _view,
    "create_table_as_stmt": _view,
    "create_extension_stmt": _named("create_extension", "extname"),
    "create_schema_stmt": _named("create_schema", "schemaname"),
    "create_seq_stmt": _named("create_sequence", "sequence"),
    "comment_stmt": _comment,
    "do_stmt": _do,
    "select_stmt": lambda body: [Operation("select")],
    "variable_set_stmt": lambda body: [Operation("set", name=body.get("name", ""))],
    "transaction_stmt": lambda body: [Operation("transaction", name=body.get("kind", ""))],
    "lock_stmt": lambda body: [
        Operation("lock", *relation_of(one["range_var"])) for one in body.get("relations", [])
    ],
}

__all__ = ["SqlError", "added_constraint", "expression_text", "read_sql", "type_text"]
