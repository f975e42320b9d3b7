"""Which parts of a model are guesses, because something that decides them was not read.

The parts of a table are ``name``, ``schema`` (no option names one, and options that may were not read), ``columns``
(it may have more of them, the primary key among them), ``spelling`` (of the columns without a name of their own),
``timestamps`` and ``indexes``; those of a column ``column`` (whether it is there at all), ``name``, ``nullability``,
``default``, ``primary key``, ``unique``, ``foreign key`` and ``action``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from workbench.declared.javascript.values import UNDEFINED, Made, Undefined, Unknown

_PLAIN = (str, bool, int, float, list, dict, type(None), Undefined)
_STAMPS = ("timestamps", "createdAt", "updatedAt", "deletedAt", "paranoid", "version")
_OF_COLUMN = {
    "field": "name",
    "allowNull": "nullability",
    "primaryKey": "primary key",
    "autoIncrement": "default",
    "unique": "unique",
    "references": "foreign key",
    "onDelete": "action",
    "onUpdate": "action",
}
ALL_OPTIONS = frozenset(
    ("tableName", "schema", "freezeTableName", "underscored", "indexes", "modelName", *_STAMPS)
)
"""The options of a model that decide which table it gets."""


def is_open(value: Any) -> bool:
    """Tell whether an option that takes texts, truth values or objects has a value that reading does not give."""
    return not isinstance(value, _PLAIN)


def rest_is_open(options: Mapping[str, Any]) -> bool:
    """Tell whether something unread was spread into an object."""
    return any(key.startswith("...") for key in options)


def why_open(value: Any) -> str:
    """Return why a value is not known."""
    if isinstance(value, Unknown):
        return value.reason
    path = getattr(value, "path", ())
    return (
        f"{'.'.join(path)}{'(…)' if isinstance(value, Made) else ''} is computed"
        if path
        else "it is computed"
    )


def of_model(options: Mapping[str, Any], unset: Collection[str]) -> set[str]:
    """Return the parts of a model that its options leave open.

    Args:
        options: the model's, merged with those of the connection.
        unset: the options that something unread may set where nothing else does.
    """

    def doubtful(*keys: str) -> bool:
        values = {key: options.get(key, UNDEFINED) for key in keys}
        return any(is_open(value) or (value is UNDEFINED and key in unset) for key, value in values.items())

    doubts = set()
    named = isinstance(options.get("tableName"), str)
    if is_open(options.get("schema", UNDEFINED)) or (
        not named and doubtful("tableName", "freezeTableName", "underscored", "modelName")
    ):
        doubts.add("name")
    if doubtful("schema"):
        doubts.add("schema")
    if doubtful("underscored"):
        doubts.add("spelling")
    if doubtful("timestamps") or (options.get("timestamps") is not False and doubtful(*_STAMPS)):
        doubts.add("timestamps")
    if doubtful("indexes"):
        doubts.add("indexes")
    return doubts


def of_column(options: Mapping[str, Any], *, unread: bool) -> dict[str, Any]:
    """Return the parts of a column that its options leave open, each with the value that does.

    Args:
        options: the attribute's.
        unread: nothing of the attribute is known but its name.
    """
    rest = unread or rest_is_open(options)
    found: dict[str, Any] = {}
    for key, part in _OF_COLUMN.items():
        if not rest and key not in options:
            continue
        value = options.get(key, UNDEFINED)
        if is_open(value) or (rest and value is UNDEFINED):
            found.setdefault(part, value)
    if rest and options.get("defaultValue", UNDEFINED) is UNDEFINED:
        found.setdefault("default", UNDEFINED)
    if {"primary key", "default"} & found.keys() and options.get("allowNull", UNDEFINED) is UNDEFINED:
        found.setdefault("nullability", UNDEFINED)  # a key and a serial column are NOT NULL
    return found


def without_open(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return an attribute's options without those that are open: what is left is the guess."""
    return {
        key: value
        for key, value in options.items()
        if not (key in _OF_COLUMN and is_open(value)) and not key.startswith("...")
    }


def of_association(options: Mapping[str, Any]) -> set[str]:
    """Return which parts of its column an association's options leave open."""
    rest = rest_is_open(options)

    def doubtful(*keys: str) -> bool:
        values = [options.get(key, UNDEFINED) for key in keys]
        return any(is_open(value) or (rest and value is UNDEFINED) for value in values)

    doubts = set()
    key = options.get("foreignKey", UNDEFINED)
    if doubtful("foreignKey") or (isinstance(key, dict) and (is_open(key.get("name")) or rest_is_open(key))):
        doubts |= {"name", "column"}
    if doubtful("constraints"):
        doubts.add("foreign key")
    if doubtful("onDelete", "onUpdate"):
        doubts.add("action")
    return doubts
