"""Index options as rows of the frame declared_indexes, conditions as SQL."""

from __future__ import annotations

import re
from typing import Any

from workbench.declared.javascript.values import UNDEFINED, JsObject, Unknown
from workbench.declared.models.defaults import method_sql
from workbench.declared.models.effective import IndexSpec, index_fields
from workbench.declared.models.names import clip
from workbench.naming import quote

Row = dict[str, Any]
_COMPARISONS = {
    "eq": "=",
    "ne": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "LIKE",
    "is": "IS",
}


def index_row(spec: IndexSpec, existing: set[str]) -> Row:
    """Return the row of an index without its table; a predicate of ``?`` could not be read."""
    options = spec.options
    keys, orders, missing = [], [], []
    for name, field in index_fields(options):
        if name:
            keys.append(name)
            if clip(name) not in existing:
                missing.append(name)
        else:
            keys.append(method_sql(field) or "(not read)")
        order = field.get("order") if isinstance(field, dict) else None
        orders.append(_indoption(order if isinstance(order, str) else ""))
    where = options.get("where", UNDEFINED)
    if isinstance(where, JsObject):
        missing += [name for name in where if re.fullmatch(r"\w+", name) and clip(name) not in existing]
    using, kind = options.get("using") or options.get("method"), options.get("type")
    return {
        "index_name": clip(spec.name),
        "access_method": using.lower() if isinstance(using, str) else "btree",
        "is_unique": options.get("unique") is True or (isinstance(kind, str) and kind.lower() == "unique"),
        "is_primary": False,
        "key_columns": tuple(map(clip, keys)),
        "options": tuple(orders),
        "predicate": condition(where) if where is not UNDEFINED and where is not None else None,
        "constraint_name": None,
        "constraint_type": None,
        "origin": spec.origin,
        "missing_columns": tuple(missing),
        "file": spec.site[0],
        "line": spec.site[1],
    }


def condition(where: Any) -> str:
    """Return the SQL of a simple condition; ``?`` where it is none."""
    if not isinstance(where, JsObject):
        return method_sql(where) or "?" if not isinstance(where, (str, Unknown)) else "?"
    parts = []
    for key, value in where.items():
        operators = value.items() if isinstance(value, JsObject) else [("eq", value)]
        for operator, operand in operators:
            parts.append(_compare(quote(key), re.sub(r".*?(\w+)\]?$", r"\1", operator), operand))
    if not parts or "?" in parts:
        return "?"
    return " AND ".join(parts) if len(parts) == 1 else "(" + " AND ".join(parts) + ")"


def _compare(column: str, operator: str, value: Any) -> str:
    if isinstance(value, list):
        values = [method_sql(one) for one in value]
        if operator not in ("eq", "in", "notIn") or None in values:
            return "?"
        return f"{column} {'NOT IN' if operator == 'notIn' else 'IN'} ({', '.join(v or '' for v in values)})"
    if value is None and operator in ("eq", "is", "ne", "not"):
        return f"{column} IS {'NOT ' if operator in ('ne', 'not') else ''}NULL"
    if operator == "not" and isinstance(value, bool):
        return f"{column} IS NOT {str(value).lower()}"
    sql = method_sql(value)
    return f"{column} {_COMPARISONS[operator]} {sql}" if operator in _COMPARISONS and sql else "?"


def _indoption(order: str) -> int:
    """Return the bits of indoption for ``DESC NULLS LAST`` and its like."""
    words = order.upper().split()
    descending = "DESC" in words
    nulls_first = "FIRST" in words or (descending and "LAST" not in words)
    return int(descending) | (2 if nulls_first else 0)
