"""Default values of Sequelize's attributes, as PostgreSQL's pg_get_expr spells what the database gets.

Sequelize writes literals, ``literal()`` and ``fn()`` into CREATE TABLE; functions and its NOW and UUIDV4 stay
in the application.
"""

# ruff: noqa: PLR0911 - a value has many kinds, and one return for each is plainest
from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from workbench.declared.javascript.values import UNDEFINED, External, FunctionRef, JsObject, Made, Unknown
from workbench.declared.models.types import ColumnType
from workbench.naming import literal

_IN_APPLICATION = frozenset(("NOW", "UUIDV1", "UUIDV4"))
_METHODS = frozenset(("literal", "fn", "cast", "col", "json"))
# Free SQL that says the same in every spelling, as pg_get_expr spells it.
_COMMON = {
    "now()": "now()",
    "current_timestamp": "CURRENT_TIMESTAMP",
    "current_date": "CURRENT_DATE",
    "gen_random_uuid()": "gen_random_uuid()",
    "uuid_generate_v4()": "public.uuid_generate_v4()",
    "uuid_generate_v1()": "public.uuid_generate_v1()",
    "true": "true",
    "false": "false",
}


@dataclass(frozen=True)
class Default:
    """A column's default: ``kind`` as the frame declared_columns explains, the SQL, a literal's plain text."""

    kind: str = "none"
    sql: str | None = None
    value: str | None = None


NONE, CLIENT, LOAD_TIME = Default(), Default("client"), Default("load_time")


def read_default(value: Any, column: ColumnType, type_name: str) -> Default | Unknown:
    """Return the default that a value gives a column; ``type_name`` is the type's full name.

    An unknown value is handed back.
    """
    if value is UNDEFINED or value is None:
        return NONE
    if isinstance(value, Unknown):
        return value
    if isinstance(value, FunctionRef):
        return CLIENT
    if isinstance(value, External):
        if value.path[-1] in _IN_APPLICATION or value.path[0] != "sequelize":
            return CLIENT
        return Unknown(f"the default {'.'.join(value.path)}", ("", 0))
    if isinstance(value, Made):
        return _made(value, column, type_name)
    return _literal(value, column, type_name)


def _made(value: Made, column: ColumnType, type_name: str) -> Default | Unknown:
    name = value.path[-1]
    if name in _IN_APPLICATION:
        return CLIENT
    if name in _METHODS and value.path[0] != "global":
        sql = method_sql(value)
        if sql is None:
            return Unknown(f"the default {name}(…)", value.site)
        key = re.sub(r"\s", "", sql.lower())
        common = _COMMON.get(key)
        if column.key == "BOOLEAN" and key in ("true", "false"):
            return Default("literal", key, key)
        return Default("expression", common or sql)
    return LOAD_TIME


def method_sql(value: Any) -> str | None:
    """Return the SQL of ``literal``, ``fn``, ``cast`` and ``col``, or of a plain value inside them."""
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if not isinstance(value, Made) or not value.arguments:
        return "NULL" if value is None else None
    name, first = value.path[-1], value.arguments[0]
    if name == "literal":
        return str(first) if isinstance(first, (str, int, float)) and not isinstance(first, bool) else None
    if name == "fn" and isinstance(first, str):
        parts = [method_sql(one) for one in value.arguments[1:]]
        return None if None in parts else f"{first}({', '.join(part or '' for part in parts)})"
    if name == "cast" and len(value.arguments) == 2:
        inner = method_sql(first)
        return f"CAST({inner} AS {str(value.arguments[1]).upper()})" if inner is not None else None
    if name == "col" and isinstance(first, str):
        return '"' + first.replace(".", '"."') + '"'
    return None


def _literal(value: Any, column: ColumnType, type_name: str) -> Default | Unknown:
    if column.is_array and isinstance(value, list):
        return _array(value, column, type_name)
    key = column.key
    if key in ("JSON", "JSONB"):
        return _json(value, key)
    if isinstance(value, (list, JsObject)):
        return Unknown(f"an object as the default of a column of type {key}", ("", 0))
    if isinstance(value, bool):
        if key == "BOOLEAN":
            text = str(value).lower()
            return Default("literal", text, text)
        return Default("literal", f"{str(value).lower()}", str(value).lower())
    if isinstance(value, (int, float)):
        return _number(value, key, type_name)
    text = str(value)
    if key == "BOOLEAN" and text.lower() in ("true", "false"):
        return Default("literal", text.lower(), text.lower())
    if key == "INTEGER" and text.isdecimal():
        return Default("literal", text, text)
    if key == "DECIMAL" and re.fullmatch(r"\d+\.\d+", text):
        return Default(
            "literal", text, text
        )  # a fraction is printed bare; a whole number might be an integer
    return Default("literal", f"{_quoted(_normalised(text, key))}::{_cast_name(type_name)}", text)


def _quoted(text: str) -> str:
    """Return a text as PostgreSQL prints constants, which leaves backslashes alone."""
    return "'" + text.replace("'", "''") + "'"


def _normalised(text: str, key: str) -> str:
    """Return a literal as its type prints it."""
    if key == "TIME" and re.fullmatch(r"\d\d?:\d\d", text):
        return f"{text.zfill(5)}:00"
    return text.lower() if key == "UUID" else text


def _number(value: float, key: str, type_name: str) -> Default:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else repr(value)
    if key in ("FLOAT", "REAL", "DOUBLE", "DOUBLE PRECISION"):  # Sequelize quotes these
        return Default("literal", f"'{text}'::{type_name}", text)
    if key in ("STRING", "CHAR", "TEXT"):
        # A bare number in front of a text column: PostgreSQL keeps the number and casts it.
        return Default("literal", text, text)
    big = not isinstance(value, float) and abs(value) > 2**31 - 1
    if value < 0 or big:
        kind = "numeric" if "." in text else ("bigint" if big else "integer")
        return Default("literal", f"'{text}'::{kind}", text)
    return Default("literal", text, text)


def _cast_name(type_name: str) -> str:
    """Return the type as pg_get_expr casts a constant to it: without its modifier, char as bpchar."""
    base = re.sub(r"\(\d[\d,]*\)", "", type_name)
    return "bpchar" if base == "character" else base


def _json(value: Any, key: str) -> Default | Unknown:
    plain = _plain(value)
    if isinstance(plain, Unknown):
        return plain
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    shown = _jsonb_text(plain) if key == "JSONB" else text
    return Default("literal", f"{_quoted(shown)}::{key.lower()}", text)


def _plain(value: Any) -> Any:
    if isinstance(value, JsObject):
        members = {name: _plain(one) for name, one in value.items() if one is not UNDEFINED}
        return next((one for one in members.values() if isinstance(one, Unknown)), members)
    if isinstance(value, list):
        parts = [_plain(one) for one in value]
        return next((one for one in parts if isinstance(one, Unknown)), parts)
    if value is None or isinstance(value, (str, bool, int, float, Unknown)):
        return int(value) if isinstance(value, float) and value.is_integer() else value
    return Unknown("a default that is made when the module is loaded", ("", 0))


def _jsonb_text(value: Any) -> str:
    """Return a value as jsonb prints it: keys by length, then by bytes, a space after colons and commas."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda name: (len(name.encode()), name.encode()))
        members = (f"{json.dumps(name, ensure_ascii=False)}: {_jsonb_text(value[name])}" for name in keys)
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_jsonb_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _array(values: list[Any], column: ColumnType, type_name: str) -> Default | Unknown:
    element = type_name.removesuffix("[]")
    inner = ColumnType(element, column.key.removeprefix("ARRAY."), column.kind, labels=column.labels)
    parts = [_literal(one, inner, element) for one in values]
    unread = next((part for part in parts if isinstance(part, Unknown)), None)
    if unread is not None:
        return unread
    spelled = [part.sql or "NULL" for part in parts if isinstance(part, Default)]
    base, text = _cast_name(element), json.dumps([_plain(one) for one in values], ensure_ascii=False)
    # A length or precision of the element type is cast to once more: the elements, or the array without any.
    limited = base != element
    if not spelled:
        empty = f"ARRAY[]::{base}[]"
        return Default("literal", f"({empty})::{type_name}" if limited else empty, text)
    if limited:
        spelled = [_limited(one, base, element) for one in spelled]
    return Default("literal", f"ARRAY[{', '.join(spelled)}]", text)


def _limited(sql: str, base: str, element: str) -> str:
    cast = f"::{base}"
    return f"{sql.removesuffix(cast)}::{element}" if sql.endswith(cast) else f"({sql})::{element}"
