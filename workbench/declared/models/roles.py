"""What stands for what by custom: parameters of model files, names of connections, attributes by their types."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tree_sitter import Node

from workbench.declared.javascript.syntax import text_of
from workbench.declared.javascript.values import (
    CONNECTION,
    DATA_TYPES,
    REGISTRY,
    External,
    JsObject,
    Made,
    Site,
    Unknown,
)
from workbench.declared.models.types import ColumnType, read_type

_DEFINES = re.compile(rb"\.\s*(define|init)\s*(<[^(]*>)?\(")
NAMES = re.compile(r"^(sequelize\w*|\w*[sS]equelize|db|conn|connection|database|orm)$")
"""What a connection is called."""


def role(name: str, number: int, associates: bool) -> Any:
    """Return what a parameter stands for, by its name."""
    if associates and number == 0 and "sequelize" not in name.lower():
        return REGISTRY
    if re.fullmatch(r"(?i)_?(data_?types?|types?)", name):
        return DATA_TYPES
    if name == "Sequelize":
        return External(("sequelize", "Sequelize"))
    if name == "models":
        return REGISTRY
    return CONNECTION if NAMES.match(name) else None


def role_of_type(parameter: Node) -> Any:
    """Return what a parameter stands for, by the type that is written at it."""
    written = parameter.parent.child_by_field_name("type") if parameter.parent is not None else None
    kind = text_of(written).removeprefix(":").strip().rsplit(".", 1)[-1]
    return {"Sequelize": CONNECTION, "DataTypes": DATA_TYPES, "typeof DataTypes": DATA_TYPES}.get(kind)


def makes_models(node: Node) -> bool:
    """Tell whether a loop or a call may define models."""
    return (
        node.type in ("for_in_statement", "call_expression") and _DEFINES.search(node.text or b"") is not None
    )


def has_types(attributes: Any) -> bool:
    """Tell whether an object's values are attributes with types of Sequelize."""
    values = attributes.values() if isinstance(attributes, JsObject) else ()
    kinds = [one.get("type") if isinstance(one, JsObject) else one for one in values]
    return any(isinstance(one, (External, Made)) and isinstance(read_type(one), ColumnType) for one in kinds)


def unknown_part(value: Any, site: Site) -> JsObject:
    """Return an object of which nothing is known, with the reason."""
    result = JsObject()
    unknown = value if isinstance(value, Unknown) else Unknown("they are computed", site)
    result.put("...", replace(unknown, site=site), site)
    return result


def is_factory(node: Node) -> bool:
    """Tell whether a function is what its file exports: ``module.exports = (s, D) => …``, ``export default``."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "assignment_expression":
        return text_of(parent.child_by_field_name("left")) in ("module.exports", "exports.default")
    return parent.type == "export_statement"


def assigned_name(node: Node) -> str:
    """Return the name that a function expression is assigned to: ``User.associate = models => …``."""
    parent = node.parent
    if parent is None:
        return ""
    if parent.type == "assignment_expression":
        return text_of(parent.child_by_field_name("left")).rsplit(".", 1)[-1]
    if parent.type in ("variable_declarator", "pair", "public_field_definition", "field_definition"):
        label = parent.child_by_field_name("name") or parent.child_by_field_name("key")
        return text_of(label or parent.child_by_field_name("property"))
    return ""
