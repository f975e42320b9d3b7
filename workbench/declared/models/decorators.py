"""Models written with the decorators of sequelize-typescript 2.

What the decorators store is restated as their own code stores it: property by property, the decorator next to
the property first, metadata copied from the base class at the first own decorator.
"""

# ruff: noqa: PLR0911 - a type has many kinds, and one return for each is plainest
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tree_sitter import Node

from workbench.declared.javascript.evaluate import Evaluator
from workbench.declared.javascript.sources import Module, Scope
from workbench.declared.javascript.syntax import (
    class_decorators,
    class_of,
    members,
    superclass,
    text_of,
    union_parts,
)
from workbench.declared.javascript.values import (
    UNDEFINED,
    ClassRef,
    External,
    FunctionRef,
    JsObject,
    Made,
    TypeAlias,
    Unknown,
)
from workbench.declared.models.compiled import BABEL, Decorated, class_nodes, decorated, design_type
from workbench.declared.models.written import (
    AssociationSource,
    Attribute,
    ForeignKeyNote,
    Kind,
    ModelSource,
    Unread,
)

PACKAGE = "sequelize-typescript"
_SEVEN = "@sequelize/core/decorators"
_OF_MODELS = (PACKAGE, "sequelize")
_DEEPEST = 20
_ASSOCIATIONS: dict[str, Kind] = {
    "BelongsTo": "belongsTo",
    "HasMany": "hasMany",
    "HasOne": "hasOne",
    "BelongsToMany": "belongsToMany",
}
_TIMESTAMPS = {"CreatedAt": "createdAt", "UpdatedAt": "updatedAt", "DeletedAt": "deletedAt"}
_DESIGN_TYPES = {
    "string": "STRING",
    "number": "INTEGER",
    "boolean": "BOOLEAN",
    "bigint": "BIGINT",
    "Date": "DATE",
    "Buffer": "BLOB",
    "String": "STRING",
    "Number": "INTEGER",
    "Boolean": "BOOLEAN",
}


@dataclass
class Decorator:
    """One decorator: its name in the package, its arguments, None when it is not called."""

    name: str
    arguments: list[Node] | None
    node: Node
    value: Any = None


@dataclass
class Index:
    """One index in the making; ``store`` is shared with the classes that inherit it."""

    store: JsObject


@dataclass
class Metadata:
    """What the decorators of one class have stored."""

    ref: ClassRef
    site: tuple[str, int]
    is_model: bool = False
    name: str = ""
    options: JsObject = field(default_factory=JsObject)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    named: dict[str, Index] = field(default_factory=dict)
    unnamed: list[Index] = field(default_factory=list)
    notes: list[ForeignKeyNote] = field(default_factory=list)
    associations: list[AssociationSource] = field(default_factory=list)
    gap: Unread | None = None
    """What is not known of the classes that it extends."""
    unread: list[Unread] = field(default_factory=list)
    """Decorators that were not read and may add attributes."""


class DecoratorReader:
    """Reads the decorated classes of modules; ``unread`` collects what it did not understand."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.unread: list[Unread] = []
        self._read: dict[ClassRef, Metadata | None] = {}
        self._written: dict[str, Mapping[str, Decorated]] = {}
        self._index_ids: dict[tuple[str, int], Any] = {}

    def models(self, module: Module) -> Iterator[ModelSource]:
        """Yield the models of one module: classes with ``@Table``, in the order of the file."""
        if BABEL in module.text:
            reason = "decorators that Babel compiled are not read"
            self.unread.append(Unread((module.file, 1), "unread", reason))
        compiled = self._compiled(module)
        classes: list[tuple[Node, Sequence[Node]]]
        classes = [(node, ()) for name, node in class_nodes(module).items() if name in compiled]
        for statement in module.root.named_children if b"@" in module.text and not compiled else ():
            found = class_of(statement)
            if found is not None:
                classes.append((found, class_decorators(statement, found)))
        for node, on_class in classes:
            metadata = self.metadata(node, module, on_class)
            if metadata is not None and metadata.is_model:
                yield _model(metadata)

    def _compiled(self, module: Module) -> Mapping[str, Decorated]:
        if module.file not in self._written:
            self._written[module.file] = decorated(module)
        return self._written[module.file]

    def metadata(self, node: Node, module: Module, on_class: Sequence[Node]) -> Metadata | None:
        """Return what the decorators of a class store; None for a class without any."""
        ref = ClassRef(module.file, node.start_byte, text_of(node.child_by_field_name("name")) or "default")
        if ref in self._read:
            return self._read[ref]
        self._read[ref] = None  # a class that extends itself ends here
        base = self._base(node, module.scope)
        own = Metadata(ref, module.site(node))
        own.gap = base if isinstance(base, Unread) else base.gap if base is not None else None
        if isinstance(base, Metadata):
            own.options, own.attributes = base.options.copy(), _inherited(base)
            own.named, own.unnamed = dict(base.named), list(base.unnamed)
            own.notes, own.associations = list(base.notes), list(base.associations)
            own.unread = list(base.unread)
        written = self._compiled(module).get(ref.name, Decorated())
        for name, member, decorators in [*members(node), *written.members]:
            for decorator in reversed(decorators):
                self._apply(decorator, name, member, own, module)
        for decorator in reversed([*on_class, *written.own]):
            self._apply(decorator, "", node, own, module)
        self._read[ref] = own
        return own

    def _base(self, node: Node, scope: Scope) -> Metadata | Unread | None:
        """Return what the base class stores, or why that is not known."""
        extended = superclass(node)
        value = self.evaluator.value(extended, scope)
        if isinstance(value, ClassRef):
            found = self.evaluator.class_node(value)
            if found is not None:
                parent, module = found[0], found[1].module
                above = parent.parent
                statement = above if above is not None and above.type == "export_statement" else parent
                return self.metadata(parent, module, class_decorators(statement, parent))
        if extended is None or (isinstance(value, External) and value.path[0] in _OF_MODELS):
            return None
        told = isinstance(value, (External, Made)) and value.path[0] != "global"
        why = f"the package {value.path[0]} has it" if told else "it is computed"
        return Unread(scope.module.site(node), "unread", f"the base class {text_of(extended)[:60]}: {why}")

    def _decorator(self, node: Node, own: Metadata, module: Module) -> Decorator | None:
        """Return a decorator of the package; None for those of other packages."""
        if node.type == "decorator" and not node.named_children:
            return None
        inner = node.named_children[0] if node.type == "decorator" else node
        called = inner.type == "call_expression"
        callee = inner.child_by_field_name("function") if called else inner
        value = self.evaluator.value(callee, module.scope)
        given = inner.child_by_field_name("arguments") if called else None
        arguments = [c for c in given.named_children if c.type != "comment"] if given is not None else None
        if isinstance(value, External) and value.path[0] == PACKAGE:
            return Decorator(value.path[-1], arguments, node)
        if isinstance(value, External) and value.path[0].startswith(_SEVEN) and value.path[-1] == "Attribute":
            reason = "decorators of Sequelize 7 are not read"
            own.unread.append(Unread(module.site(node), "unread", reason))
        if isinstance(value, Made) and value.path == (PACKAGE, "createIndexDecorator"):
            return Decorator("createIndexDecorator", arguments, node, value)
        if isinstance(value, FunctionRef) and b"Column" in (value.node.text or b""):
            reason = f"a decorator of the project's own: @{text_of(callee)}"
            own.unread.append(Unread(module.site(node), "unread", reason))
        return None

    def _apply(self, node: Node, name: str, member: Node, own: Metadata, module: Module) -> None:
        decorator = self._decorator(node, own, module)
        if decorator is None:
            return
        kind, site = decorator.name, module.site(node)
        if kind == "Table":
            self._table(decorator, own, module)
        elif kind == "Column":
            self._column(decorator, name, member, own, module)
        elif kind == "ForeignKey":
            own.notes.append(ForeignKeyNote(name, self._target(decorator, module), site))
        elif kind in _ASSOCIATIONS:
            own.associations.append(self._association(decorator, name, module))
        elif kind in _TIMESTAMPS:
            own.options.put(_TIMESTAMPS[kind], name, site)
            own.options.put("timestamps", True, site)
            if kind == "DeletedAt":
                own.options.put("paranoid", True, site)
        elif kind in ("Index", "createIndexDecorator"):
            self._index(decorator, name, own, module)
        elif kind in _COLUMN_OPTIONS:
            self._column_option(decorator, name, own, module)

    def _values(self, decorator: Decorator, module: Module) -> list[Any]:
        return [self.evaluator.value(one, module.scope) for one in decorator.arguments or ()]

    def _table(self, decorator: Decorator, own: Metadata, module: Module) -> None:
        given = (self._values(decorator, module) or [JsObject()])[0]
        site = module.site(decorator.node)
        own.is_model, own.name = True, own.ref.name
        if not isinstance(given, JsObject):
            unknown = given if isinstance(given, Unknown) else Unknown("they are no object", site)
            own.options.put("...", unknown, site)
            return
        if isinstance(given.get("modelName"), str) and given["modelName"]:
            own.name = given["modelName"]
        for key, value in given.items():
            own.options.put(key, value, given.sites.get(key, site))

    def _column(self, decorator: Decorator, name: str, member: Node, own: Metadata, module: Module) -> None:
        site = module.site(decorator.node)
        given = (self._values(decorator, module) or [JsObject()])[0]
        options = given.copy() if isinstance(given, JsObject) else JsObject()
        if not isinstance(given, JsObject):
            options.put("type", given, site)
        if not options.get("type") or options["type"] is UNDEFINED:
            options.put("type", self._design_type(member, module), site)
        own.attributes[name] = Attribute(options, module.site(member))

    def _design_type(self, member: Node, module: Module) -> Any:
        """Return the type that the TypeScript compiler would hand over for a property."""
        if member.type == "call_expression" and design_type(member) in _DESIGN_TYPES:
            return External((PACKAGE, "DataType", _DESIGN_TYPES[design_type(member)]))
        annotation = member.child_by_field_name("type") or member.child_by_field_name("return_type")
        node = annotation.named_children[0] if annotation is not None and annotation.named_children else None
        key = self._design_key(node, module.scope)
        if key is None:
            shown = text_of(node) or "no type"
            return Unknown(f"no column type can be inferred from {shown[:60]}", module.site(member))
        return External((PACKAGE, "DataType", key))

    def _design_key(self, node: Node | None, scope: Scope, depth: int = 0) -> str | None:
        if node is None or depth > _DEEPEST:
            return None
        if node.type == "parenthesized_type":
            return self._design_key(node.named_children[0], scope, depth + 1)
        if node.type == "literal_type":
            inner = node.named_children[0].type if node.named_children else ""
            return {"string": "STRING", "number": "INTEGER", "true": "BOOLEAN", "false": "BOOLEAN"}.get(inner)
        if node.type == "union_type":
            parts = [part for part in union_parts(node) if text_of(part) not in ("null", "undefined")]
            keys = {self._design_key(part, scope, depth + 1) for part in parts}
            return keys.pop() if len(keys) == 1 else None
        text = text_of(node)
        if text in _DESIGN_TYPES:
            return _DESIGN_TYPES[text]
        value = self.evaluator.name(text, scope) if node.type == "type_identifier" else None
        if isinstance(value, TypeAlias) and depth < _DEEPEST:
            return self._design_key(value.node, value.scope, depth + 1)
        if isinstance(value, JsObject) and value.is_enum:
            numbers = all(isinstance(one, int) for one in value.values())
            return "INTEGER" if numbers else "STRING"
        return None

    def _column_option(self, decorator: Decorator, name: str, own: Metadata, module: Module) -> None:
        key, bare = _COLUMN_OPTIONS[decorator.name]
        values, site = self._values(decorator, module), module.site(decorator.node)
        if name not in own.attributes:
            reason = (
                f"@{decorator.name} stands below @Column, or @Column is missing: Sequelize refuses the class"
            )
            self.unread.append(Unread(site, "refused", reason, f"{own.ref.name}.{name}"))
            return
        value = values[0] if decorator.arguments is not None and values else bare
        if value is not UNDEFINED:
            attribute = own.attributes[name]
            own.attributes[name] = Attribute(attribute.options.copy(), attribute.site, attribute.is_inherited)
            own.attributes[name].options.put(key, value, site)

    def _index(self, decorator: Decorator, name: str, own: Metadata, module: Module) -> None:
        site = module.site(decorator.node)
        values = self._values(decorator, module)
        shared = decorator.value if isinstance(decorator.value, Made) else None
        given: Any = values[0] if values else JsObject()
        column = JsObject()
        column.put("name", name, site)
        options = JsObject()
        if shared is not None:
            options = shared.arguments[0].copy() if shared.arguments else options
            column.update(given if isinstance(given, JsObject) else {})
        elif isinstance(given, str):
            options.put("name", given, site)
        elif isinstance(given, JsObject):
            column.update({k: v for k, v in given.items() if k in ("length", "order", "collate")})
            options.update({k: v for k, v in given.items() if k not in ("length", "order", "collate")})
        else:
            self.unread.append(Unread(site, "unread", "@Index: options that cannot be read", own.ref.name))
            return
        key = self._index_ids.get(shared.site) if shared is not None else None
        chosen = key if key is not None else options.get("name") or len(own.unnamed)
        if shared is not None:
            self._index_ids[shared.site] = chosen
        _add_index(own, chosen, options, column, site)

    def _association(self, decorator: Decorator, name: str, module: Module) -> AssociationSource:
        site, kind = module.site(decorator.node), _ASSOCIATIONS[decorator.name]
        values = [self.evaluator.value(one, module.scope) for one in (decorator.arguments or ())[1:]]
        given = values[0] if values else UNDEFINED
        options = JsObject()
        if isinstance(given, JsObject):
            options = given.copy()
        elif kind == "belongsToMany":
            options.put("through", given, site)
            for key, value in zip(("foreignKey", "otherKey"), values[1:], strict=False):
                options.put(key, value, site)
        elif given is not UNDEFINED:
            options.put("foreignKey", given, site)
        if isinstance(options.get("through"), FunctionRef):
            options["through"] = self.evaluator.call(options["through"], [])
        elif isinstance(options.get("through"), JsObject):
            through = options["through"].copy()
            if isinstance(through.get("model"), FunctionRef):
                through["model"] = self.evaluator.call(through["model"], [])
            options["through"] = through
        if not options.get("as") or options["as"] is UNDEFINED:
            options.put("as", name, site)
        lazy = bool(decorator.arguments) and b"require(" in ((decorator.arguments or [])[0].text or b"")
        return AssociationSource(kind, self._target(decorator, module), options, site, is_lazy=lazy)

    def _target(self, decorator: Decorator, module: Module) -> Any:
        if not decorator.arguments:
            return Unknown("no target", module.site(decorator.node))
        value = self.evaluator.value(decorator.arguments[0], module.scope)
        return self.evaluator.call(value, []) if isinstance(value, FunctionRef) else value


_COLUMN_OPTIONS: dict[str, tuple[str, Any]] = {
    "AllowNull": ("allowNull", True),
    "PrimaryKey": ("primaryKey", True),
    "AutoIncrement": ("autoIncrement", True),
    "Unique": ("unique", True),
    "Default": ("defaultValue", UNDEFINED),
    "Comment": ("comment", UNDEFINED),
}
"""Decorator to the option that it sets and its value when it has no argument."""


def _add_index(
    own: Metadata, chosen: Any, options: JsObject, column: JsObject, site: tuple[str, int]
) -> None:
    if isinstance(chosen, str):
        index = own.named.setdefault(chosen, Index(options))
    else:
        while len(own.unnamed) <= chosen:
            own.unnamed.append(Index(options))
        index = own.unnamed[chosen]
    if "fields" not in index.store:
        index.store.put("fields", [], site)
    index.store["fields"].append(column)


def _inherited(base: Metadata) -> dict[str, Attribute]:
    return {name: Attribute(one.options, one.site, True) for name, one in base.attributes.items()}


def _model(own: Metadata) -> ModelSource:
    return ModelSource(
        ref=own.ref,
        name=own.name,
        form="decorators",
        site=own.site,
        class_name=own.ref.name,
        attributes=own.attributes,
        options=own.options,
        decorator_indexes=[index.store for index in (*own.named.values(), *own.unnamed)],
        notes=own.notes,
        associations=own.associations,
        gaps=[*([own.gap] if own.gap is not None else []), *own.unread],
        extends_unread=own.gap is not None,
    )
