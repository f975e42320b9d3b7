"""Sequelize's data types as PostgreSQL spells them, and its default values as SQL.

Restates ``data-types.js`` and the PostgreSQL query generator of sequelize 6.37. Types are spelled as
``format_type`` does with an empty search path, defaults as ``pg_get_expr`` does.
"""

# ruff: noqa: PLR0911 - a type has many kinds, and one return for each is plainest
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.declared.javascript.values import UNDEFINED, External, JsObject, Made, Unknown

_PLAIN = {
    "TEXT": "text",
    "CITEXT": "public.citext",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "REAL": "real",
    "DOUBLE": "double precision",
    "DOUBLE PRECISION": "double precision",
    "BOOLEAN": "boolean",
    "TIME": "time without time zone",
    "DATE": "timestamp with time zone",
    "DATEONLY": "date",
    "HSTORE": "public.hstore",
    "JSON": "json",
    "JSONB": "jsonb",
    "BLOB": "bytea",
    "UUID": "uuid",
    "CIDR": "cidr",
    "INET": "inet",
    "MACADDR": "macaddr",
    "TSVECTOR": "tsvector",
}
_FOREIGN = ("TINYINT", "MEDIUMINT", "NUMBER", "NOW", "UUIDV1", "UUIDV4", "ABSTRACT")
_RANGES = {
    "INTEGER": "int4range",
    "DECIMAL": "numrange",
    "NUMERIC": "numrange",
    "DATE": "tstzrange",
    "DATEONLY": "daterange",
    "BIGINT": "int8range",
}
KEYS = frozenset(
    (
        *_PLAIN,
        *_FOREIGN,
        *("STRING", "CHAR", "FLOAT", "DECIMAL", "NUMERIC", "RANGE", "ENUM", "ARRAY", "GEOMETRY", "GEOGRAPHY"),
        "VIRTUAL",
    )
)
_SHAPES = (
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
# Types of other databases that are written as text most often.
_NOT_POSTGRESQL = frozenset(
    [
        "number",
        "tinyint",
        "mediumint",
        "datetime",
        "datetime2",
        "double",
        "longtext",
        "mediumtext",
        "tinytext",
        "nvarchar",
        "blob",
        "varbinary",
    ]
)
# What a type may be called in SQL written by hand, to what format_type calls it.
_SQL_NAMES = {
    "varchar": "character varying",
    "char": "character",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "int2": "smallint",
    "bool": "boolean",
    "decimal": "numeric",
    "float8": "double precision",
    "float4": "real",
    "float": "double precision",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "varbit": "bit varying",
}
for _public in ("citext", "hstore", "geometry", "geography", "ltree"):
    _SQL_NAMES[_public] = f"public.{_public}"


@dataclass(frozen=True)
class ColumnType:
    """A column's type: ``sql`` as format_type spells it, without the name of an enum type.

    ``key`` is Sequelize's name. ``problem`` tells why PostgreSQL would refuse it.
    """

    sql: str
    key: str
    kind: str = "base"
    is_array: bool = False
    labels: tuple[Any, ...] = ()
    source: str | None = None
    problem: str | None = None


def read_type(value: Any, values: Any = UNDEFINED) -> ColumnType | Unknown:
    """Return the type that a value of ``type`` stands for; ``values`` are the labels of an enum beside it."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, str):
        sql = _from_sql(value)
        name = sql.split("(")[0].split("[")[0]
        problem = f"PostgreSQL has no type {value}" if name in _NOT_POSTGRESQL else None
        return ColumnType(sql, "", is_array=value.rstrip().endswith("]"), problem=problem)
    if not isinstance(value, (External, Made)):
        return Unknown("the type cannot be read", ("", 0))
    key = next((part for part in value.path if part in KEYS), None)
    site = value.site if isinstance(value, Made) else ("", 0)
    if key is None:
        return Unknown(f"{'.'.join(value.path[1:]) or value.path[0]} is no type of Sequelize", site)
    arguments = value.arguments if isinstance(value, Made) else ()
    unread = next((one for one in arguments if isinstance(one, Unknown)), None)
    if unread is not None:
        return unread
    members = value.members if isinstance(value, Made) else value.path[value.path.index(key) + 1 :]
    return _typed(key, list(arguments), members, values)


def _typed(key: str, arguments: list[Any], members: Sequence[str], values: Any) -> ColumnType | Unknown:
    if key in _PLAIN:
        return ColumnType(_PLAIN[key], key)
    if key in ("STRING", "CHAR"):
        options = arguments[0] if arguments and isinstance(arguments[0], JsObject) else {}
        length = options.get("length") or (arguments[0] if arguments and isinstance(arguments[0], int) else 0)
        if "BINARY" in members or options.get("binary") or True in arguments[1:2]:
            return ColumnType("bytea", key)
        return ColumnType(f"{'character varying' if key == 'STRING' else 'character'}({length or 255})", key)
    if key == "FLOAT":
        return _float(arguments)
    if key in ("DECIMAL", "NUMERIC"):
        return ColumnType(_decimal(arguments), "DECIMAL")
    if key == "ENUM":
        return _enum(arguments, values)
    if key == "ARRAY":
        return _array(arguments, values)
    if key == "RANGE":
        return _range(arguments)
    if key in ("GEOMETRY", "GEOGRAPHY"):
        return ColumnType(_geometry(key, arguments), key)
    if key == "VIRTUAL":
        return ColumnType("", key, kind="virtual")
    return ColumnType(key.lower(), key, problem=f"PostgreSQL has no type {key}")


def _float(arguments: list[Any]) -> ColumnType:
    options = arguments[0] if arguments and isinstance(arguments[0], JsObject) else {}
    length = options.get("length") or (arguments[0] if arguments and isinstance(arguments[0], int) else 0)
    decimals = options.get("decimals") or (arguments[1] if len(arguments) > 1 else 0)
    if length and not decimals and length <= 24:
        return ColumnType("real", "FLOAT")
    problem = f"PostgreSQL has no FLOAT({length})" if length > 53 and not decimals else None
    return ColumnType("double precision", "FLOAT", problem=problem)


def _decimal(arguments: list[Any]) -> str:
    options = arguments[0] if arguments and isinstance(arguments[0], JsObject) else None
    numbers = [options.get("precision"), options.get("scale")] if options is not None else arguments[:2]
    kept = [number for number in numbers if isinstance(number, int) and number]
    return f"numeric({kept[0]},{kept[1] if len(kept) > 1 else 0})" if kept else "numeric"


def _enum(arguments: list[Any], values: Any) -> ColumnType | Unknown:
    first = arguments[0] if arguments else UNDEFINED
    source = getattr(first, "source", None)
    if isinstance(values, list):
        labels, source = list(values), getattr(values, "source", None)
    elif isinstance(first, JsObject):
        labels = list(first.get("values") or [])
        source = getattr(first.get("values"), "source", None)
    else:
        labels = [one for part in arguments for one in (part if isinstance(part, list) else [part])]
        source = source or (getattr(arguments, "source", None) if len(arguments) != 1 else None)
    unread = next((label for label in labels if isinstance(label, Unknown)), None)
    if unread is not None:
        return unread
    if not labels:
        return ColumnType(
            "", "ENUM", kind="enum", problem="the enum has no values: Sequelize refuses the model"
        )
    problem = next(
        (f"the label {label!r} is no text" for label in labels if not isinstance(label, str)), None
    )
    return ColumnType("", "ENUM", kind="enum", labels=tuple(labels), source=source, problem=problem)


def _array(arguments: list[Any], values: Any) -> ColumnType | Unknown:
    given = arguments[0] if arguments else UNDEFINED
    if isinstance(given, JsObject):
        given = given.get("type", UNDEFINED)
    if given is UNDEFINED:
        return ColumnType("", "ARRAY", problem="the array has no element type: Sequelize refuses the model")
    inner = read_type(given, values)
    if isinstance(inner, Unknown):
        return inner
    sql = inner.sql if inner.is_array else f"{inner.sql}[]"
    return replace(inner, sql=sql, key=f"ARRAY.{inner.key}", is_array=True)


def _range(arguments: list[Any]) -> ColumnType | Unknown:
    given = arguments[0] if arguments else UNDEFINED
    if isinstance(given, JsObject):
        given = given.get("subtype", UNDEFINED)
    inner = read_type(given) if given is not UNDEFINED else ColumnType("integer", "INTEGER")
    if isinstance(inner, Unknown):
        return inner
    if inner.key not in _RANGES:
        return ColumnType("", "RANGE", problem=f"Sequelize has no range of {inner.key}")
    return ColumnType(_RANGES[inner.key], "RANGE")


def _geometry(key: str, arguments: list[Any]) -> str:
    options = arguments[0] if arguments and isinstance(arguments[0], JsObject) else None
    shape, srid = (
        (options.get("type"), options.get("srid")) if options is not None else (*arguments, None, None)[:2]
    )
    name = f"public.{key.lower()}"
    if not isinstance(shape, str):
        return name
    spelled = next((one for one in _SHAPES if one.lower() == shape.lower()), shape)
    # PostGIS gives a geography without an SRID the one of WGS 84.
    srid = srid if isinstance(srid, int) and srid else (4326 if key == "GEOGRAPHY" else None)
    return f"{name}({spelled},{srid})" if srid else f"{name}({spelled})"


def _from_sql(text: str) -> str:
    """Return how format_type spells a type that is written as SQL."""
    found = re.fullmatch(r"\s*([a-zA-Z_ ]+?)\s*(\([\d\s,]+\))?\s*((?:\[\d*\])*)\s*", text)
    if not found:
        return text.strip().lower()
    name = " ".join(found[1].lower().split())
    modifier = re.sub(r"\s", "", found[2] or "")
    if name == "float" and modifier and int(modifier[1:-1]) <= 24:
        return "real"
    spelled = _SQL_NAMES.get(name, name)
    if spelled == "numeric" and modifier and "," not in modifier:
        modifier = f"{modifier[:-1]},0)"
    if " without" in spelled or " with " in spelled:
        head, _, tail = spelled.partition(" ")
        return f"{head}{modifier} {tail}{'[]' if found[3] else ''}"
    return f"{spelled}{modifier}{'[]' if found[3] else ''}"
