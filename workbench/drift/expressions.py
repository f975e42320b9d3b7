"""Whether two SQL expressions mean the same to PostgreSQL although they are spelled differently.

Both are parsed by PostgreSQL's grammar and brought to one form: casts of constants go, IN becomes = ANY, the
forms of now() become one. What cannot be parsed is compared as text.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.sql_parse import SqlError, parse

Form = Any
_NOW = {"now", "transaction_timestamp", "current_timestamp"}
_NOW_OPERATIONS = {"SVFOP_CURRENT_TIMESTAMP", "SVFOP_CURRENT_TIMESTAMP_N"}


def same(declared: str | None, actual: str | None) -> bool:
    """Tell whether two expressions mean the same; two missing ones do."""
    if declared is None or actual is None:
        return declared is actual
    return declared == actual or canonical(declared) == canonical(actual)


@functools.lru_cache(maxsize=4096)
def canonical(text: str) -> Form:
    """Return an expression in a form that can be compared; the text itself where it cannot be parsed."""
    try:
        tree = parse(f"select {text}")
        target = tree["stmts"][0]["stmt"]["select_stmt"]["target_list"]
        return _form(target[0]["res_target"]["val"]) if len(target) == 1 else text
    except (SqlError, KeyError, IndexError, RecursionError):
        return " ".join(text.split())


def _form(node: Any) -> Form:  # noqa: PLR0911 - one answer per kind of node
    if isinstance(node, list):
        return tuple(map(_form, node))
    if not isinstance(node, Mapping):
        return node
    if len(node) != 1:
        return tuple(sorted((key, _form(value)) for key, value in node.items() if key != "location"))
    kind, body = next(iter(node.items()))
    if kind == "type_cast":
        return _cast(body)
    if kind == "a_const":
        return _constant(body)
    if kind == "column_ref":
        return ("column", _names(body.get("fields", []))[-1:])
    if kind == "func_call":
        name = _names(body.get("funcname", []))[-1]
        return ("now",) if name in _NOW else ("call", name, tuple(map(_form, body.get("args", []))))
    if kind == "sqlvalue_function":
        return ("now",) if body.get("op") in _NOW_OPERATIONS else ("value", body.get("op"))
    if kind == "bool_expr":
        return ("bool", body.get("boolop"), tuple(map(_form, body.get("args", []))))
    if kind == "a_expr":
        return _operator(body)
    if kind in ("a_array_expr", "list"):
        return ("list", tuple(map(_form, body.get("elements", body.get("items", [])))))
    if kind == "collate_clause":
        return ("collate", _form(body.get("arg")), _names(body.get("collname", []))[-1:])
    return (kind, _form(body))


def _names(nodes: Any) -> tuple[str, ...]:
    return tuple(one["string"].get("sval", "") for one in nodes if "string" in one)


def _cast(body: Mapping[str, Any]) -> Form:
    """Casts of constants and of columns to text say nothing that the type would not; others stay."""
    inner = _form(body["arg"])
    kind = _names(body.get("type_name", {}).get("names", []))[-1:]
    if isinstance(inner, tuple) and inner[:1] in (("constant",), ("list",), ("now",)):
        if inner[0] == "constant" and kind in (("json",), ("jsonb",)):
            return ("constant", _json(inner[1]))
        if inner[0] == "constant" and body.get("type_name", {}).get("array_bounds") and inner[1] == "{}":
            return ("list", ())
        return inner
    if (
        kind in (("text",), ("varchar",), ("bpchar",))
        and isinstance(inner, tuple)
        and inner[:1] == ("column",)
    ):
        return inner
    return ("cast", inner, kind)


def _constant(body: Mapping[str, Any]) -> Form:
    if body.get("isnull"):
        return ("constant", None)
    if "boolval" in body:
        return ("constant", "true" if body["boolval"].get("boolval") else "false")
    if "ival" in body:
        return ("constant", str(body["ival"].get("ival", 0)))
    if "fval" in body:
        return ("constant", _number(body["fval"].get("fval", "")))
    return ("constant", _number(str(body.get("sval", {}).get("sval", ""))))


def _number(text: str) -> str:
    """Return a number without the zeros that say nothing; other texts as they are."""
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return {"t": "true", "f": "false"}.get(text, text)
    try:
        value = Decimal(text).normalize()
    except InvalidOperation:
        return text
    return format(value, "f")


def _json(text: str | None) -> str | None:
    try:
        return text if text is None else json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return text


def _operator(body: Mapping[str, Any]) -> Form:
    kind, name = body.get("kind", "AEXPR_OP"), _names(body.get("name", []))[-1:]
    left, right = _form(body.get("lexpr")), _form(body.get("rexpr"))
    if kind == "AEXPR_IN":
        items = right[1] if isinstance(right, tuple) and right[:1] == ("list",) else right
        return ("any" if name == ("=",) else "all", name, left, _items(items))
    if kind == "AEXPR_OP_ANY":
        return (
            "any",
            name,
            left,
            _items(right[1] if isinstance(right, tuple) and right[:1] == ("list",) else right),
        )
    if kind == "AEXPR_OP_ALL":
        return (
            "all",
            name,
            left,
            _items(right[1] if isinstance(right, tuple) and right[:1] == ("list",) else right),
        )
    negative = kind == "AEXPR_OP" and name == ("-",) and left is None
    if negative and isinstance(right, tuple) and right[:1] == ("constant",):
        return ("constant", f"-{right[1]}")
    if name in (("~~",), ("~~*",)):
        kind = "AEXPR_OP"
    return ("operator", kind, name, left, right)


def _items(value: Any) -> Form:
    if isinstance(value, tuple) and value[:1] == ("list",):
        value = value[1]
    if isinstance(value, tuple) and all(isinstance(one, tuple) for one in value):
        return tuple(sorted(value, key=repr))
    return value
