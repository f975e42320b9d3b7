"""Classes in the syntax tree: their decorators and decorated members."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from workbench.declared.sources import string_value, text_of

Member = tuple[str, Node, list[Node]]


def class_of(statement: Node) -> Node | None:
    """Return the class that a statement declares, exported or not."""
    node = statement
    if statement.type == "export_statement":
        node = statement.child_by_field_name("declaration") or statement.child_by_field_name("value") or node
    return node if node.type in ("class_declaration", "abstract_class_declaration", "class") else None


def class_decorators(statement: Node, node: Node) -> list[Node]:
    """Return the decorators of a class, which the grammar puts before or behind ``export``."""
    found = [child for child in statement.named_children if child.type == "decorator"]
    return found if statement == node else found + [c for c in node.named_children if c.type == "decorator"]


def members(node: Node) -> Iterator[Member]:
    """Yield name, node and decorators of each decorated member: those of instances first, then static ones."""
    body = node.child_by_field_name("body")
    instance: list[Member] = []
    static: list[Member] = []
    waiting: list[Node] = []
    for part in body.named_children if body is not None else ():
        if part.type == "decorator":
            waiting.append(part)
            continue
        if part.type == "comment":
            continue
        decorators = waiting + [child for child in part.named_children if child.type == "decorator"]
        waiting = []
        label = part.child_by_field_name("name")
        if decorators and label is not None:
            name = string_value(label) if label.type == "string" else text_of(label)
            is_static = any(child.type == "static" for child in part.children)
            (static if is_static else instance).append((name, part, decorators))
    yield from instance
    yield from static


def union_parts(node: Node) -> Iterator[Node]:
    """Yield the types of a union, nested ones too."""
    for part in node.named_children:
        if part.type == "union_type":
            yield from union_parts(part)
        else:
            yield part
