"""A static evaluator for the expressions that model sources are written in.

It follows names through scopes, imports and re-exports, knows literals, objects, spreads, templates, enums,
``Object.values`` and simple functions, and gives :class:`~workbench.declared.javascript.values.Unknown` with a reason
for all else. It runs nothing and always ends: depth and number of steps are bounded.
"""

# ruff: noqa: PLR0911 - a value has many kinds, and one return for each is plainest
from __future__ import annotations

from typing import Any

from tree_sitter import Node

from workbench.declared.javascript import language
from workbench.declared.javascript.bindings import Binding
from workbench.declared.javascript.expressions import HANDLERS, spread_values
from workbench.declared.javascript.functions import GOES_ON, replay, run, set_by_method
from workbench.declared.javascript.node import member_of, outside, package
from workbench.declared.javascript.sources import Library, Module, Scope, read_json
from workbench.declared.javascript.syntax import (
    is_function,
    parameters,
    pattern_keys,
    string_value,
    superclass,
    text_of,
)
from workbench.declared.javascript.values import (
    CONNECTION,
    DIALECT,
    REGISTRY,
    UNDEFINED,
    ClassRef,
    External,
    FunctionRef,
    JsList,
    JsObject,
    Made,
    ModelName,
    ModelRef,
    Namespace,
    TypeAlias,
    Unknown,
)

MAX_DEPTH = 60
MAX_STEPS = 3_000_000
MAX_SIZE = 200_000
_BASES = 20  # classes that extend each other, or themselves


class Evaluator:
    """Evaluates nodes of the modules of one library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._depth = 0
        self._steps = 0
        self._busy: set[tuple[Any, str]] = set()
        self._cache: dict[tuple[Scope, str], Any] = {}

    def value(self, node: Node | None, scope: Scope) -> Any:
        """Return what an expression stands for; :data:`UNDEFINED` for no expression."""
        if node is None:
            return UNDEFINED
        method = HANDLERS.get(node.type)
        if method is None:
            return self.unknown(f"the expression {_short(node)}", node, scope)
        self._steps += 1
        if self._depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return self.unknown("an expression nested too deeply", node, scope)
        self._depth += 1
        try:
            result = method(self, node, scope)
        finally:
            self._depth -= 1
        return result if _size(result) <= MAX_SIZE else self.unknown("a value of enormous size", node, scope)

    def unknown(self, reason: str, node: Node, scope: Scope) -> Unknown:
        """Return an unknown value for a node."""
        return Unknown(reason, scope.module.site(node))

    def name(self, name: str, scope: Scope) -> Any:
        """Return what a name stands for in a scope; an :class:`External` of the name where nothing declares it."""
        found = scope.find(name)
        if found is None:
            return outside(name, scope.module.path)
        if name in found.values:
            return found.values[name]
        key = (found, name)
        if key not in self._cache:
            if key in self._busy:
                return Unknown(f"{name} depends on itself", found.module.site(found.node))
            self._busy.add(key)
            try:
                value = self._cache[key] = self._bound(found.bindings[name], found)
            finally:
                self._busy.discard(key)
            if name in found.changes and isinstance(value, (JsObject, JsList)):
                replay(self, name, value, found)
        return self._cache[key]

    def _bound(self, binding: Binding, scope: Scope) -> Any:
        node = binding.node
        if binding.kind == "import":
            return self.imported(scope.module, binding.spec, binding.name)
        if node is None:
            return UNDEFINED
        if binding.kind == "class":
            return _class_ref(node, scope)
        if binding.kind == "enum":
            return self._enum(node, scope)
        if binding.kind == "filled":
            made = JsObject()
            self.call(FunctionRef(node, scope), [made])
            return made
        if binding.kind == "type":
            return TypeAlias(node, scope)
        if binding.kind == "function":
            return FunctionRef(node, scope)
        value = self.value(node, scope)
        if binding.kind == "item":
            return self.member(value, binding.name, node, scope)
        if isinstance(value, (JsObject, JsList)) and value.source is None:
            value.source = (
                text_of(node.parent.child_by_field_name("name")) if node.parent is not None else None
            )
        return value

    def imported(self, importer: Module, spec: str, name: str) -> Any:
        """Return what an import takes of a module: ``*`` all, ``=`` what ``require`` gives, else an export."""
        path = self.library.resolve(importer, spec)
        if path is None:
            if spec.startswith((".", "/")):
                return Unknown(f"the module {spec} is not there", (importer.file, 1))
            return package(spec, name)
        if path.suffix == ".json":
            return _from_json(read_json(path), (self.library.relative(path), 1))
        module = self.library.load(path)
        if module is None:
            return Unknown(f"the module {spec} cannot be read", (importer.file, 1))
        if name == "*":
            return Namespace(module)
        if name == "=":
            return self.export(module, "=") if "=" in module.exports else Namespace(module)
        return self.export(module, name)

    def export(self, module: Module, name: str) -> Any:
        """Return an export of a module, through ``export … from`` and ``export * from``."""
        key = (id(module), name)
        if key in self._busy:
            return Unknown(f"{name} is imported in a circle", (module.file, 1))
        self._busy.add(key)
        try:
            return self._export(module, name)
        finally:
            self._busy.discard(key)

    def _export(self, module: Module, name: str) -> Any:
        exports = module.exports
        if name in exports:
            binding = exports[name]
            if binding.kind == "export":
                return self.name(binding.name, module.scope)
            if binding.kind == "class" and binding.node is not None:
                return _class_ref(binding.node, module.scope)
            return self._bound(binding, module.scope)
        if "=" in exports and name != "=":
            whole = self.export(module, "=")
            node = exports["="].node
            return (
                whole if name == "default" or node is None else self.member(whole, name, node, module.scope)
            )
        for star, binding in exports.items():
            if star.startswith("*") and name != "default":
                value = self.imported(module, binding.spec, name)
                if not isinstance(value, Unknown) and value is not UNDEFINED:
                    return value
        return Unknown(f"{module.file} does not export {name}", (module.file, 1))

    def exports(self, module: Module) -> JsObject:
        """Return all that a module exports as an object."""
        result = JsObject()
        for name in self.names_of(module):
            result.put(name, self.export(module, name), (module.file, 1))
        return result

    def names_of(self, module: Module) -> list[str]:
        """Return the names that a module exports, those of ``export *`` included, in their order."""
        names: dict[str, None] = {}
        for name, binding in module.exports.items():
            if not name.startswith("*"):
                names[name] = None
                continue
            path = self.library.resolve(module, binding.spec)
            other = self.library.load(path) if path is not None else None
            key = (id(module), name)
            if other is not None and key not in self._busy:
                self._busy.add(key)
                names |= dict.fromkeys(n for n in self.names_of(other) if n != "default")
                self._busy.discard(key)
        return list(names)

    def member(self, value: Any, name: str, node: Node, scope: Scope) -> Any:
        """Return ``value.name``."""
        if isinstance(value, JsObject):
            return value.get(name, UNDEFINED)
        if isinstance(value, Namespace):
            return self.export(value.module, name)
        if value == REGISTRY:
            return ModelName(name)
        if value == CONNECTION:
            return _of_connection(name)
        if isinstance(value, External):
            return member_of(value, name)
        if isinstance(value, Made):
            if value.path[-1] == "Sequelize":
                return _of_connection(name)
            return Made(value.path, value.arguments, value.site, (*value.members, name))
        if isinstance(value, (list, str)):
            return language.member(value, name, scope.module.site(node))
        if isinstance(value, Unknown):
            return value
        if isinstance(value, (ModelRef, ClassRef)) and name in ("name", "modelName"):
            return value.name
        if isinstance(value, (ClassRef, ModelRef, ModelName, FunctionRef)):
            return self._static(value, name, node, scope)
        return self.unknown(f"{_short(node)}: what {name} is of", node, scope)

    def _static(self, value: Any, name: str, node: Node, scope: Scope) -> Any:
        """Return a static member of a class: a method or an initialized field."""
        if isinstance(value, ClassRef):
            found = self.class_member(value, name)
            if found is not None and is_function(found[0]):
                return FunctionRef(*found)
            given = found[0].child_by_field_name("value") if found is not None else None
            if given is not None and found is not None:
                return self.value(given, Scope(found[1].module, given, found[1], {"this": value}))
            own = self.class_node(value)
            set_there = set_by_method(own[0], name, own[1], value) if own is not None else None
            if set_there is not None:
                return self.value(*set_there)
        return self.unknown(f"{_short(node)}: the member {name}", node, scope)

    def base(self, ref: ClassRef) -> ClassRef | None:
        """Return the class that a class of the sources extends, when that is one of them too."""
        found = self.class_node(ref)
        value = self.value(superclass(found[0]), found[1]) if found is not None else None
        return value if isinstance(value, ClassRef) else None

    def class_member(self, ref: ClassRef | None, name: str) -> tuple[Node, Scope] | None:
        """Return the node of a member of a class, or of one that it extends, and the scope of its module."""
        for _ in range(_BASES):
            found = self.class_node(ref) if ref is not None else None
            if found is None or ref is None:
                return None
            body = found[0].child_by_field_name("body")
            for part in body.named_children if body is not None else ():
                if part.type in ("method_definition", "public_field_definition", "field_definition"):
                    label = part.child_by_field_name("name") or part.child_by_field_name("property")
                    if text_of(label) == name:
                        return part, found[1]
            ref = self.base(ref)
        return None

    def class_node(self, ref: ClassRef) -> tuple[Node, Scope] | None:
        """Return the declaration of a class and the scope of its module."""
        base = self.library.root.parent if self.library.root.is_file() else self.library.root
        module = self.library.load((base / ref.file).resolve()) or self.library.load(base / ref.file)
        if module is None:
            return None
        node = module.root.named_descendant_for_byte_range(ref.start, ref.start)
        while node is not None and not (
            node.start_byte == ref.start and node.type.startswith(("class", "abs"))
        ):
            node = node.parent
        return (node, module.scope) if node is not None else None

    def call(self, function: FunctionRef, arguments: list[Any]) -> Any:
        """Return what a function of the sources gives."""
        scope = self.inside(function, arguments)
        body = function.node.child_by_field_name("body")
        if body is None:
            return UNDEFINED
        if body.type != "statement_block":
            return self.value(body, scope)
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                return self.unknown("a call nested too deeply", body, scope)
            result = run(self, body.named_children, scope)
        finally:
            self._depth -= 1
        return UNDEFINED if result is GOES_ON else result

    def inside(self, function: FunctionRef, arguments: list[Any]) -> Scope:
        """Return the scope inside a function that is called with arguments."""
        node = function.node
        body = node.child_by_field_name("body") or node
        scope = Scope(function.scope.module, body, function.scope)
        for number, (parameter, default) in enumerate(parameters(node)):
            value = arguments[number] if number < len(arguments) else UNDEFINED
            if value is UNDEFINED:
                value = self.value(default, scope)
            self.bind(parameter, value, scope)
        return scope

    def bind(self, pattern: Node, value: Any, scope: Scope) -> None:
        """Give the names of a pattern the parts of a value that they stand for."""
        if pattern.type == "identifier":
            scope.values[text_of(pattern)] = value
        elif pattern.type == "object_pattern":
            for local, key in pattern_keys(pattern):
                scope.values[local] = self.member(value, key, pattern, scope)
        elif pattern.type == "array_pattern":
            for number, part in enumerate(pattern.named_children):
                self.bind(part, self.member(value, str(number), pattern, scope), scope)

    def arguments(self, call: Node, scope: Scope) -> list[Any]:
        """Return the arguments of a call, spread ones taken apart."""
        given = call.child_by_field_name("arguments")
        return spread_values(self, given, scope) if given is not None else []

    def _enum(self, node: Node, scope: Scope) -> JsObject:
        """Return the members of an enum; those without a value count on from the one before."""
        result = JsObject()
        result.source, result.is_enum = text_of(node.child_by_field_name("name")), True
        following: Any = 0
        inner = Scope(scope.module, node, scope, values=result)
        body = node.child_by_field_name("body")
        for part in body.named_children if body is not None else ():
            if part.type == "enum_assignment":
                label, value = (
                    part.child_by_field_name("name"),
                    self.value(part.child_by_field_name("value"), inner),
                )
            else:
                label, value = part, following
            key = string_value(label) if label is not None and label.type == "string" else text_of(label)
            result.put(key, value, scope.module.site(part))
            following = (
                value + 1 if isinstance(value, int) else Unknown("an enum's member", result.sites[key])
            )
        return result


def _size(value: Any) -> int:
    """Return the letters of a text, or the values in an array or object, nested ones included.

    A value that stands in several places counts in each: what is written short may be endless to walk.
    """
    if isinstance(value, str):
        return len(value)
    if not isinstance(value, (JsList, JsObject)):
        return 1
    if value.size is None:
        inner = value.values() if isinstance(value, JsObject) else value
        value.size = 1 + sum(_size(one) for one in inner)
    return value.size


def _class_ref(node: Node, scope: Scope) -> ClassRef:
    return ClassRef(
        scope.module.file, node.start_byte, text_of(node.child_by_field_name("name")) or "default"
    )


def _of_connection(name: str) -> Any:
    if name == "models":
        return REGISTRY
    if name in ("options", "config"):
        return DIALECT
    return External(
        ("sequelize", "instance", name) if name in ("define", "model") else ("sequelize", "Sequelize", name)
    )


def _from_json(value: Any, site: tuple[str, int]) -> Any:
    if isinstance(value, dict):
        result = JsObject()
        for key, one in value.items():
            result.put(key, _from_json(one, site), site)
        return result
    return JsList(_from_json(one, site) for one in value) if isinstance(value, list) else value


def _short(node: Node) -> str:
    text = " ".join(text_of(node).split())
    return text if len(text) <= 60 else f"{text[:57]}…"
