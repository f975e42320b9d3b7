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
from workbench.declared.javascript.syntax import is_function, parameters, pattern_keys, text_of
from workbench.declared.javascript.values import (
    CONNECTION,
    DATA_TYPES,
    REGISTRY,
    UNDEFINED,
    ClassRef,
    External,
    FunctionRef,
    JsObject,
    ModelName,
    ModelRef,
    Unknown,
    is_model,
)
from workbench.declared.models.connections import Connection, connections_of
from workbench.declared.models.roles import (
    NAMES,
    assigned_name,
    has_types,
    is_factory,
    makes_models,
    role,
    role_of_type,
    unknown_part,
)
from workbench.declared.models.types import KEYS
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
_METHODS = frozenset(("define", "init", "removeAttribute", *_ASSOCIATIONS))


@dataclass(frozen=True)
class Open:
    """A model whose name a parameter of a function gives: only the calls of the function tell it."""

    functions: frozenset[tuple[str, int]]
    """Where the functions around it start, by file."""
    unread: Unread
    model: ModelSource | None = None
    """What its own text says of the model."""


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
        self._wanted: frozenset[tuple[str, int]] = frozenset()
        self._met: set[tuple[str, int]] = set()
        self._followed = Found()

    def read(self, module: Module) -> Found:
        """Return what the calls of a module declare."""
        found = Found()
        if _CANDIDATE.search(module.text):
            self._walk(module.root, Place(module.scope), found, 0)
        return found

    def _walk(self, node: Node, place: Place, found: Found, depth: int) -> None:
        if depth > 150:  # deeper than any program written by hand
            return
        if self._wanted and node.type == "call_expression":
            self._follow(node, place)
        if node.type in ("call_expression", "new_expression") and self._call(node, place, found):
            return
        if node.type == "if_statement" and self._never(node, place):
            return
        rounds = list(rounds_of(self.evaluator, node, place.scope)) if makes_models(node) else []
        for body, scope in rounds:
            self._walk(body, replace(place, scope=scope), found, depth + 1)
        if rounds:
            return
        inner = self._enter(node, place)
        for child in node.named_children:
            self._walk(child, inner, found, depth + 1)

    def follow(self, library: Library, found: list[Found]) -> list[ModelSource]:
        """Return the models that functions of the project make, one for each call of such a function.

        A function that nobody is seen to call leaves what its own text says, and a note.
        """
        waiting = [one for part in found for one in part.open]
        self._wanted = frozenset(place for one in waiting for place in one.functions)
        for module in library.walk() if self._wanted else ():
            self._walk(module.root, Place(module.scope), Found(), 0)
        unmet = [one for one in waiting if not one.functions & self._met]
        found.append(Found(unread=[one.unread for one in [*unmet, *self._followed.open]]))
        models = [one.model for one in unmet if one.model is not None] + self._followed.models
        return list({model.ref: model for model in models}.values())

    def _follow(self, node: Node, place: Place) -> None:
        """Walk the body of a function that makes models, with the arguments of one of its calls."""
        callee = node.child_by_field_name("function")
        of = callee.child_by_field_name("object") if callee is not None else None
        function: Any = None
        owner = place.owner
        if callee is not None and of is not None and of.type == "super":
            base = self.evaluator.base(owner) if isinstance(owner, ClassRef) else None
            name = text_of(callee.child_by_field_name("property"))
            member = self.evaluator.class_member(base, name) if base is not None else None
            function = FunctionRef(*member) if member is not None else None
        elif callee is not None:
            function = self.evaluator.value(callee, place.scope)
            value = self.evaluator.value(of, place.scope) if of is not None else None
            owner = value if isinstance(value, ClassRef) else owner
        if not isinstance(function, FunctionRef):
            return
        start = (function.scope.module.file, function.node.start_byte)
        body = function.node.child_by_field_name("body")
        if body is None or start not in self._wanted or start in place.around:
            return
        scope = self.evaluator.inside(function, self.evaluator.arguments(node, place.scope))
        scope.values["this"] = owner
        self._met.add(start)
        self._walk(body, Place(scope, owner, place.function, place.around | {start}), self._followed, 0)

    def _never(self, node: Node, place: Place) -> bool:
        """Tell whether a branch is for another database: ``if (sequelize.getDialect() === 'sqlite')``."""
        condition = node.child_by_field_name("condition")
        alone = node.child_by_field_name("alternative") is None and b"ialect" in (text_of(condition).encode())
        return alone and self.evaluator.value(condition, place.scope) is False

    def _enter(self, node: Node, place: Place) -> Place:
        """Return the place inside a node: functions and blocks open scopes, classes own their methods."""
        if node.type in ("class_declaration", "class", "abstract_class_declaration"):
            name = text_of(node.child_by_field_name("name")) or "default"
            return replace(place, owner=ClassRef(place.scope.module.file, node.start_byte, name))
        if is_function(node):
            name = text_of(node.child_by_field_name("name")) or assigned_name(node)
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
                    known = REGISTRY if key == "models" else role(key, 1, associates)
                    of_types = External((*DATA_TYPES.path, key)) if key in KEYS else None
                    scope.values[local] = known or of_types or ModelName(key)
                continue
            label = text_of(parameter)
            known = role(label, number, associates) or role_of_type(parameter)
            if associates and known in (REGISTRY, None) and label[:1].isupper():
                known = ModelName(label)  # associate(User, Post) rather than associate(models)
            if known is None and is_factory(node):
                # sequelize-cli's index calls what a model file exports with the connection and DataTypes.
                known = (CONNECTION, DATA_TYPES)[number] if number < 2 else None
            scope.values[label] = known or Unknown(f"the parameter {label}", scope.module.site(parameter))

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
        named = value == CONNECTION or NAMES.match(text_of(owner).rsplit(".", 1)[-1])
        if not named and not has_types(self.evaluator.value(arguments[1], place.scope)):
            return False
        name = self.evaluator.value(arguments[0], place.scope)
        site = place.scope.module.site(node)
        if not isinstance(name, str):
            reason = f"a model whose name is computed: {text_of(arguments[0])[:60]}"
            found.open.append(Open(place.around, Unread(site, "unread", reason)))
            return True
        ref = ModelRef(place.scope.module.file, node.start_byte, name)
        model = ModelSource(ref, name, "define", site, connection=_connection(owner, place.scope))
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
        if not isinstance(value, ClassRef) and has_types(attributes):
            reason = f"a model whose class is computed: {text_of(owner)[:60]}"
            found.open.append(Open(place.around, Unread(place.scope.module.site(node), "unread", reason)))
            return True
        if not isinstance(value, ClassRef) or not isinstance(attributes, (JsObject, Unknown)):
            return False
        if self._is_own(owner, value, place):
            return False  # a method of the project's own that comes to Sequelize's in the end
        model = ModelSource(value, value.name, "init", place.scope.module.site(node), class_name=value.name)
        self._fill(model, arguments, place, found)
        name = model.options.get("modelName")
        if isinstance(name, str) and name:
            model.name = name
        gap = _of_parameter(attributes) or _of_parameter(model.options)
        if gap is not None and place.around:
            reason = f"{model.name}: {gap.reason}, which a caller gives"
            found.open.append(Open(place.around, Unread(model.site, "unread", reason), model))
        else:
            found.models.append(model)
        return True

    def _is_own(self, owner: Node, value: ClassRef, place: Place) -> bool:
        ref = self.evaluator.base(value) if owner.type == "super" else value
        member = self.evaluator.class_member(ref, "init") if ref is not None else None
        return member is not None and (member[1].module.file, member[0].start_byte) not in place.around

    def _fill(self, model: ModelSource, arguments: list[Node], place: Place, found: Found) -> None:
        attributes = self.evaluator.value(arguments[0], place.scope)
        options = self.evaluator.value(arguments[1], place.scope) if len(arguments) > 1 else JsObject()
        site = place.scope.module.site(arguments[0])
        model.options = options if isinstance(options, JsObject) else unknown_part(options, site)
        if not isinstance(attributes, JsObject):
            attributes = unknown_part(attributes, site)
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
            if not _says_association(arguments):
                return False
            model = Unknown(f"{text_of(owner)[:60]} is no model that was read", site)
        options = self.evaluator.value(arguments[1], place.scope) if len(arguments) > 1 else JsObject()
        if isinstance(model, Unknown) or not isinstance(options, JsObject):
            reason = model.reason if isinstance(model, Unknown) else "its options are computed"
            found.unread.append(Unread(site, "unread", f"{kind}: {reason}"))
            return True
        own = options.copy()
        if isinstance(own.get("through"), JsObject):
            own["through"] = own["through"].copy()
        lazy = b"require(" in (arguments[0].text or b"")
        caller = place.owner if is_model(place.owner) and "associat" in place.function.lower() else None
        found.associations.append(AssociationSource(kind, target, own, site, lazy, model, caller))
        return True


def _connection(owner: Node | None, scope: Scope) -> str:
    """Return which connection of a module a name stands for; empty where another function or file makes it."""
    binding = scope.module.scope.bindings.get(text_of(owner))
    node = binding.node if binding is not None and binding.kind != "import" else None
    return (
        f"{scope.module.file}:{text_of(owner)}" if node is not None and b"new " in (node.text or b"") else ""
    )


def _of_parameter(value: Any) -> Unknown | None:
    """Return what a value leaves open because a parameter gives it."""
    parts = (
        [one for key, one in value.items() if key.startswith("...")]
        if isinstance(value, JsObject)
        else [value]
    )
    gaps = (one for one in parts if isinstance(one, Unknown) and one.reason.startswith("the parameter"))
    return next(gaps, None)


def _says_association(arguments: list[Node]) -> bool:
    """Tell whether a call has options that only an association of Sequelize has."""
    text = text_of(arguments[1]) if len(arguments) > 1 and arguments[1].type == "object" else ""
    return bool(re.search(r"\b(foreignKey|through|otherKey|sourceKey|targetKey|onDelete|onUpdate)\b", text))


def distribute(
    models: list[ModelSource], associations: Iterable[AssociationSource]
) -> Iterator[AssociationSource]:
    """Give associations to the models whose ``associate`` makes them; yield those made apart."""
    by_ref = {model.ref: model for model in models}
    by_name = {model.name: model for model in models}
    for one in associations:
        model = by_ref.get(one.caller) or by_name.get(getattr(one.caller, "name", ""))
        if model is None:
            yield one
        else:
            model.associations.append(one)
