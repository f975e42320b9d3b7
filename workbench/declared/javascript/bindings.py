"""What a block declares, and what a module imports and exports, by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from workbench.declared.javascript.compiled import exported_getters, filled, star_spec
from workbench.declared.javascript.syntax import pattern_keys, string_value, text_of


@dataclass(frozen=True)
class Binding:
    """What a name stands for: ``kind`` value, class, enum, filled (a compiled enum), type, function, import, export
    or item.

    ``node`` is the initializer, declaration or import statement. For imports ``spec`` is the module and
    ``name`` what is taken of it, ``*`` for all. For an item of a destructured value ``name`` is its key.
    """

    kind: str
    node: Node | None = None
    spec: str = ""
    name: str = ""


def values_first(bindings: Iterable[tuple[str, Binding]]) -> dict[str, Binding]:
    """Return bindings by name; a type may have the name of a value, and expressions mean the value."""
    found: dict[str, Binding] = {}
    for name, binding in bindings:
        if binding.kind != "type" or name not in found:
            found[name] = binding
    return found


def declared(block: Node) -> Iterator[tuple[str, Binding]]:
    """Yield the names that the statements of a block declare or import."""
    for statement in block.named_children:
        declaration: Node | None = statement
        if statement.type == "export_statement":
            declaration = statement.child_by_field_name("declaration")
        if declaration is None:
            continue
        if declaration.type == "import_statement":
            yield from _imported(declaration)
        elif declaration.type == "ambient_declaration":
            continue
        else:
            yield from _names(declaration)


def _names(declaration: Node) -> Iterator[tuple[str, Binding]]:
    kind = declaration.type
    if kind in ("lexical_declaration", "variable_declaration"):
        for declarator in declaration.named_children:
            target, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
            if target is None or value is None:
                continue
            if target.type == "identifier":
                yield text_of(target), Binding("value", value)
            elif target.type == "object_pattern":
                yield from ((local, Binding("item", value, name=key)) for local, key in pattern_keys(target))
    elif kind in ("class_declaration", "abstract_class_declaration"):
        yield text_of(declaration.child_by_field_name("name")), Binding("class", declaration)
    elif kind == "type_alias_declaration":
        value = declaration.child_by_field_name("value")
        yield text_of(declaration.child_by_field_name("name")), Binding("type", value)
    elif kind == "enum_declaration":
        yield text_of(declaration.child_by_field_name("name")), Binding("enum", declaration)
    elif kind in ("function_declaration", "generator_function_declaration"):
        yield text_of(declaration.child_by_field_name("name")), Binding("function", declaration)


def _imported(statement: Node) -> Iterator[tuple[str, Binding]]:
    required = next((c for c in statement.named_children if c.type == "import_require_clause"), None)
    if required is not None:  # import x = require("y")
        name = text_of(required.named_children[0])
        spec = string_value(required.child_by_field_name("source"))
        yield name, Binding("import", statement, spec, "=")
        return
    spec = string_value(statement.child_by_field_name("source"))
    clause = next((c for c in statement.named_children if c.type == "import_clause"), None)
    for part in clause.named_children if clause is not None else ():
        if part.type == "identifier":
            yield text_of(part), Binding("import", statement, spec, "default")
        elif part.type == "namespace_import":
            yield text_of(part.named_children[0]), Binding("import", statement, spec, "*")
        elif part.type == "named_imports":
            for one in part.named_children:
                name = text_of(one.child_by_field_name("name"))
                local = text_of(one.child_by_field_name("alias")) or name
                yield local, Binding("import", statement, spec, name)


def exported(root: Node) -> Iterator[tuple[str, Binding]]:
    """Yield what a module exports: ``=`` is ``module.exports = …``, ``*1``, ``*2`` … are ``export * from …``."""
    for number, statement in enumerate(root.named_children):
        if statement.type == "export_statement":
            yield from _export_statement(statement, number)
        elif statement.type == "expression_statement" and statement.named_children:
            expression = statement.named_children[0]
            yield from _assigned_exports(expression)
            if expression.type == "call_expression":
                for name, _ in filled(statement):
                    if f"exports.{name}" in text_of(expression):
                        yield name, Binding("export", name=name)
                for name, value in exported_getters(expression):
                    yield name, Binding("value", value)
                spec = star_spec(expression)
                if spec:
                    yield f"*{number}", Binding("import", spec=spec, name="*")


def _export_statement(statement: Node, number: int) -> Iterator[tuple[str, Binding]]:
    spec = string_value(statement.child_by_field_name("source"))
    declaration = statement.child_by_field_name("declaration")
    value = statement.child_by_field_name("value")
    is_default = any(child.type == "default" for child in statement.children)
    if declaration is not None:
        for name, binding in _names(declaration):
            yield "default" if is_default else name, binding
    elif value is not None:
        yield "default", Binding("value", value)
    elif any(child.type == "=" for child in statement.children):
        yield "=", Binding("value", statement.named_children[-1])
    namespace = next((c for c in statement.named_children if c.type == "namespace_export"), None)
    clause = next((c for c in statement.named_children if c.type == "export_clause"), None)
    if namespace is not None:
        yield text_of(namespace.named_children[0]), Binding("import", spec=spec, name="*")
    elif clause is not None:
        for one in clause.named_children:
            name = text_of(one.child_by_field_name("name"))
            exported = text_of(one.child_by_field_name("alias")) or name
            yield exported, Binding("import" if spec else "export", spec=spec, name=name)
    elif spec and declaration is None:
        yield f"*{number}", Binding("import", spec=spec, name="*")


def _assigned_exports(expression: Node) -> Iterator[tuple[str, Binding]]:
    if expression.type != "assignment_expression":
        return
    target, value = text_of(expression.child_by_field_name("left")), expression.child_by_field_name("right")
    # module.exports = exports = X; and exports.a = exports.b = X, of which the first name is enough.
    while value is not None and value.type == "assignment_expression":
        inner = value.child_by_field_name("left")
        if inner is not None and inner.type == "identifier" and text_of(inner) != "exports":
            value = inner  # exports.User = User = decorated(User): what the name stands for
        else:
            value = value.child_by_field_name("right")
    if target in ("module.exports", "exports"):
        yield "=", Binding("value", value)
    else:
        if value is not None and text_of(value) in ("void 0", "undefined"):
            return  # compilers declare every export before it has a value
        found = re.fullmatch(r"(?:module\.)?exports\.([\w$]+)", target)
        if found:
            yield found[1], Binding("value", value)
