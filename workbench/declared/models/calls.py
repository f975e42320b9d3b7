"""Models made with ``define`` and ``init``, and associations made by calls.

Calls are found wherever they stand: in factories ``(sequelize, DataTypes) => …``, in static methods, at the top
of a module, in a function that sets up all associations.
"""

# ruff: noqa: PLR0911 - each way out says what a call is not
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tree_sitter import Node

from workbench.declared.javascript.evaluate import Evaluator
from workbench.declared.javascript.functions import rounds_of
from workbench.declared.javascript.sources import Library, Module, Scope
from workbench.declared.javascript.syntax import descendants, is_function, parameters, pattern_keys, text_of
from workbench.declared.javascript.values import (
    CONNECTION,
    DATA_TYPES,
    REGISTRY,
    UNDEFINED,
    ClassRef,
    External,
    FunctionRef,
    JsObject,
    Made,
    ModelName,
    ModelRef,
    Site,
    Unknown,
    is_model,
)
from workbench.declared.models.connections import Connection, connections_of
from workbench.declared.models.types import KEYS, ColumnType, read_type
from workbench.declared.models.written import AssociationSource, Attribute, Kind, ModelSource, Unread

_ASSOCIATIONS: dict[str, Kind] = {
    "belongsTo": "belongsTo",
    "hasMany": "hasMany",
    "hasOne": "hasOne",
    "belongsToMany": "belongsToMany",
}
_CANDIDATE = re.compile(
    rb"\.\s*(define|init|belongsTo|hasMany|hasOne|belongsToMany)\s*(<[^(]*>)?\(|new\s+Sequelize|forRoot|addModels"
)
_DEFINES = re.compile(rb"\.\s*(define|init)\s*(<[^(]*>)?\(")
_NAMES = re.compile(r"^(sequelize\w*|\w*[sS]equelize|db|conn|connection|database|orm)$")
_METHODS = frozenset(("define", "init", "removeAttribute", *_ASSOCIATIONS))


@dataclass(frozen=True)
class Open:
    """A model whose name a parameter of a function gives: only the calls of the function tell it."""

    functions: frozenset[tuple[str, int]]
    """Where the functions around it start, by file."""
    unread: Unread


@dataclass
class Found:
    """What the calls of one module declare."""

    models: list[ModelSource] = field(default_factory=list)
    associations: list[AssociationSource] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    removed: list[tuple[Any, str]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)


@dataclass
class Place:
    """Where the walk is: the scope, the class around it, the function around it."""

    scope: Scope
    owner: Any = None
    function: str = ""
    around: frozenset[tuple[str, int]] = frozenset()
    """Where the functions start that the walk is in, by file."""


class CallReader:
    """Finds models and associations in the calls of modules."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def read(self, module: Module) -> Found:
        """Return what the calls of a module declare."""
        found = Found()
        if _CANDIDATE.search(module.text):
            self._walk(module.root, Place(module.scope), found, 0)
        return found

    def _walk(self, node: Node, place: Place, found: Found, depth: int) -> None:
        if depth > 150:  # deeper than any program written by hand
            return
        if node.type in ("call_expression", "new_expression") and self._call(node, place, found):
            return
        rounds = list(rounds_of(self.evaluator, node, place.scope)) if _makes_models(node) else []
        for body, scope in rounds:
            self._walk(body, replace(place, scope=scope), found, depth + 1)
        if rounds:
            return
        inner = self._enter(node, place)
        for child in node.named_children:
            self._walk(child, inner, found, depth + 1)

    def follow(self, library: Library, found: list[Found]) -> list[ModelSource]:
        """Return the models of functions that wrap ``define``, one for each call; unread where none is found."""
        waiting = [one for part in found for one in part.open]
        wanted = frozenset(place for one in waiting for place in one.functions)
        result = Found()
        met: set[tuple[str, int]] = set()
        for module in library.walk() if wanted else ():
            for node in descendants(module.root, "call_expression"):
                function = self.evaluator.value(node.child_by_field_name("function"), module.scope)
                if not isinstance(function, FunctionRef):
                    continue
                place = (function.scope.module.file, function.node.start_byte)
                body = function.node.child_by_field_name("body")
                if place in wanted and body is not None:
                    given = self.evaluator.arguments(node, module.scope)
                    scope = self.evaluator.inside(function, given)
                    self._walk(body, Place(scope), result, 0)
                    met.add(place)
        found.append(
            Found(unread=[one.unread for one in [*waiting, *result.open] if not one.functions & met])
        )
        found[-1].unread += [one.unread for one in result.open if one.functions & met]
        return list({model.ref: model for model in result.models}.values())

    def _enter(self, node: Node, place: Place) -> Place:
        """Return the place inside a node: functions and blocks open scopes, classes own their methods."""
        if node.type in ("class_declaration", "class", "abstract_class_declaration"):
            name = text_of(node.child_by_field_name("name")) or "default"
            return replace(place, owner=ClassRef(place.scope.module.file, node.start_byte, name))
        if is_function(node):
            name = text_of(node.child_by_field_name("name")) or _assigned_name(node)
            body = node.child_by_field_name("body") or node
            scope = Scope(place.scope.module, body, place.scope)
            self._bind_parameters(node, name, scope)
            owner = self._receiver(node, place)
            if is_model(owner):
                scope.values["this"] = owner
            around = place.around | {(place.scope.module.file, node.start_byte)}
            return Place(scope, owner, name, around)
        if node.type == "statement_block" and node != place.scope.node:
            return replace(place, scope=Scope(place.scope.module, node, place.scope))
        return place

    def _receiver(self, node: Node, place: Place) -> Any:
        """Return what ``this`` is inside a function: the class, or what the function is assigned to."""
        parent = node.parent
        if parent is not None and parent.type == "assignment_expression":
            left = parent.child_by_field_name("left")
            if left is not None and left.type == "member_expression":
                return self.evaluator.value(left.child_by_field_name("object"), place.scope)
        return place.owner

    def _bind_parameters(self, node: Node, name: str, scope: Scope) -> None:
        """Give a function's parameters what their names and places say that they are."""
        associates = "associat" in name.lower() or name in ("setupRelations", "relations")
        for number, (parameter, _) in enumerate(parameters(node)):
            if parameter.type == "object_pattern":
                for local, key in pattern_keys(parameter):
                    known = REGISTRY if key == "models" else _role(key, 1, associates)
                    of_types = External((*DATA_TYPES.path, key)) if key in KEYS else None
                    scope.values[local] = known or of_types or ModelName(key)
                continue
            label = text_of(parameter)
            role = _role(label, number, associates) or _role_of_type(parameter)
            if role is None and _is_factory(node):
                # sequelize-cli's index calls what a model file exports with the connection and DataTypes.
                role = (CONNECTION, DATA_TYPES)[number] if number < 2 else None
            scope.values[label] = role or Unknown(f"the parameter {label}", scope.module.site(parameter))

    def _call(self, node: Node, place: Place, found: Found) -> bool:
        """Read a call; true when what is inside it needs no walk of its own."""
        if node.type == "new_expression":
            found.connections += connections_of(self.evaluator, node, place.scope)
            return False  # models may be defined inside
        callee = node.child_by_field_name("function")
        if callee is None or callee.type != "member_expression":
            return False
        name = text_of(callee.child_by_field_name("property"))
        if name in ("forRoot", "forRootAsync", "addModels"):
            found.connections += connections_of(self.evaluator, node, place.scope)
            return False
        given = node.child_by_field_name("arguments")
        if name not in _METHODS or given is None:
            return False
        arguments = [child for child in given.named_children if child.type != "comment"]
        owner = callee.child_by_field_name("object")
        if name == "removeAttribute":
            return self._removal(owner, arguments, place, found)
        if name == "define":
            return self._define(node, owner, arguments, place, found)
        if name == "init":
            return self._init(node, owner, arguments, place, found)
        return self._associate(node, _ASSOCIATIONS[name], owner, arguments, place, found)

    def _removal(self, owner: Node | None, arguments: list[Node], place: Place, found: Found) -> bool:
        """Note ``Model.removeAttribute(name)``."""
        model = self.evaluator.value(owner, place.scope)
        name = self.evaluator.value(arguments[0], place.scope) if arguments else UNDEFINED
        if is_model(model) and isinstance(name, str):
            found.removed.append((model, name))
        return False

    def _define(
        self, node: Node, owner: Node | None, arguments: list[Node], place: Place, found: Found
    ) -> bool:
        if len(arguments) < 2:
            return False
        value = self.evaluator.value(owner, place.scope)
        named = value == CONNECTION or _NAMES.match(text_of(owner).rsplit(".", 1)[-1])
        if not named and not _has_types(self.evaluator.value(arguments[1], place.scope)):
            return False
        name = self.evaluator.value(arguments[0], place.scope)
        site = place.scope.module.site(node)
        if not isinstance(name, str):
            reason = f"a model whose name is computed: {text_of(arguments[0])[:60]}"
            found.open.append(Open(place.around, Unread(site, "unread", reason)))
            return True
        ref = ModelRef(place.scope.module.file, node.start_byte, name)
        model = ModelSource(ref, name, "define", site)
        self._fill(model, arguments[1:], place, found)
        found.models.append(model)
        return True

    def _init(
        self, node: Node, owner: Node | None, arguments: list[Node], place: Place, found: Found
    ) -> bool:
        if owner is None or not arguments:
            return False
        value: Any = (
            place.owner if owner.type in ("super", "this") else self.evaluator.value(owner, place.scope)
        )
        attributes = self.evaluator.value(arguments[0], place.scope)
        if len(arguments) < 2:
            return False  # User.init(sequelize): a method of the project's own, read where it is declared
        if not isinstance(value, ClassRef) and _has_types(attributes):
            reason = f"a model whose class is computed: {text_of(owner)[:60]}"
            found.open.append(Open(place.around, Unread(place.scope.module.site(node), "unread", reason)))
            return True
        if not isinstance(value, ClassRef) or not isinstance(attributes, (JsObject, Unknown)):
            return False
        model = ModelSource(value, value.name, "init", place.scope.module.site(node), class_name=value.name)
        self._fill(model, arguments, place, found)
        name = model.options.get("modelName")
        if isinstance(name, str) and name:
            model.name = name
        found.models.append(model)
        return True

    def _fill(self, model: ModelSource, arguments: list[Node], place: Place, found: Found) -> None:
        attributes = self.evaluator.value(arguments[0], place.scope)
        options = self.evaluator.value(arguments[1], place.scope) if len(arguments) > 1 else JsObject()
        site = place.scope.module.site(arguments[0])
        model.options = options if isinstance(options, JsObject) else _unknown_part(options, site)
        if not isinstance(attributes, JsObject):
            attributes = _unknown_part(attributes, site)
        for name, given in attributes.items():
            site = attributes.sites.get(name, model.site)
            written = given if isinstance(given, JsObject) else JsObject()
            if not isinstance(given, JsObject):
                written.put("type", given, site)
            model.attributes[name] = Attribute(written, site)

    def _associate(
        self, node: Node, kind: Kind, owner: Node | None, arguments: list[Node], place: Place, found: Found
    ) -> bool:
        model: Any = (
            place.owner
            if owner is not None and owner.type == "this"
            else self.evaluator.value(owner, place.scope)
        )
        if not arguments:
            return False
        site = place.scope.module.site(node)
        target = self.evaluator.value(arguments[0], place.scope)
        if not is_model(model) and is_model(target):
            model = (
                model if isinstance(model, Unknown) else Unknown(f"{text_of(owner)[:60]} is no model", site)
            )
        elif not is_model(model) and not isinstance(model, Unknown):
            return False
        options = self.evaluator.value(arguments[1], place.scope) if len(arguments) > 1 else JsObject()
        if isinstance(model, Unknown) or not isinstance(options, JsObject):
            reason = model.reason if isinstance(model, Unknown) else "its options are computed"
            found.unread.append(Unread(site, "unread", f"{kind}: {reason}"))
            return True
        own = options.copy()
        if isinstance(own.get("through"), JsObject):
            own["through"] = own["through"].copy()
        lazy = b"require(" in (arguments[0].text or b"")
        inside = is_model(place.owner) and "associat" in place.function.lower()
        found.associations.append(
            AssociationSource(kind, target, own, site, lazy, model, is_apart=not inside)
        )
        return True


def _role(name: str, number: int, associates: bool) -> Any:
    """Return what a parameter stands for, by its name."""
    if associates and number == 0 and "sequelize" not in name.lower():
        return REGISTRY
    if re.fullmatch(r"(?i)_?(data_?types?|types?)", name):
        return DATA_TYPES
    if name == "Sequelize":
        return External(("sequelize", "Sequelize"))
    if name == "models":
        return REGISTRY
    return CONNECTION if _NAMES.match(name) else None


def _role_of_type(parameter: Node) -> Any:
    """Return what a parameter stands for, by the type that is written at it."""
    written = parameter.parent.child_by_field_name("type") if parameter.parent is not None else None
    kind = text_of(written).removeprefix(":").strip().rsplit(".", 1)[-1]
    return {"Sequelize": CONNECTION, "DataTypes": DATA_TYPES, "typeof DataTypes": DATA_TYPES}.get(kind)


def _makes_models(node: Node) -> bool:
    """Tell whether a loop or a call may define models."""
    return (
        node.type in ("for_in_statement", "call_expression") and _DEFINES.search(node.text or b"") is not None
    )


def _has_types(attributes: Any) -> bool:
    """Tell whether an object's values are attributes with types of Sequelize."""
    values = attributes.values() if isinstance(attributes, JsObject) else ()
    kinds = [one.get("type") if isinstance(one, JsObject) else one for one in values]
    return any(isinstance(one, (External, Made)) and isinstance(read_type(one), ColumnType) for one in kinds)


def _unknown_part(value: Any, site: Site) -> JsObject:
    """Return an object of which nothing is known, with the reason."""
    result = JsObject()
    unknown = value if isinstance(value, Unknown) else Unknown("they are computed", site)
    result.put("...", replace(unknown, site=site), site)
    return result


def _is_factory(node: Node) -> bool:
    """Tell whether a function is what its file exports: ``module.exports = (s, D) => …``, ``export default``."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "assignment_expression":
        return text_of(parent.child_by_field_name("left")) in ("module.exports", "exports.default")
    return parent.type == "export_statement"


def _assigned_name(node: Node) -> str:
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


def distribute(
    models: list[ModelSource], associations: Iterable[AssociationSource]
) -> Iterator[AssociationSource]:
    """Give associations made in ``associate`` to their models; yield those made apart."""
    by_ref = {model.ref: model for model in models}
    by_name = {model.name: model for model in models}
    for one in associations:
        model = by_ref.get(one.model) or by_name.get(getattr(one.model, "name", ""))
        if model is None or one.is_apart:
            yield one
        else:
            model.associations.append(one)
