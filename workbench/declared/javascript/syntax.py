"""What nodes of the syntax tree say: their texts, functions and parameters, classes and decorated members."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

_FUNCTIONS = frozenset(
    (
        *("function_declaration", "function_expression", "arrow_function", "method_definition"),
        *("generator_function", "generator_function_declaration", "function"),
    )
)
Member = tuple[str, Node, list[Node]]


def text_of(node: Node | None) -> str:
    """Return the source text of a node; the empty text for none."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def string_value(node: Node | None) -> str:
    """Return the text that a string literal stands for."""
    if node is None:
        return ""
    inner = text_of(node)[1:-1]
    return unescape(inner) if "\\" in inner else inner


def unescape(text: str) -> str:
    """Return a text with JavaScript's escape sequences replaced."""
    simple = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}

    def one(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        if code and int(code, 16) <= 0x10FFFF:
            return chr(int(code, 16))
        return simple.get(found[4] or "", found[4] or "")

    return re.sub(r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", one, text, flags=re.S)


def descendants(root: Node, kind: str) -> Iterator[Node]:
    """Yield the nodes of a kind, in their order; without recursion, for sources may nest without end."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.named_children)
        if node.type == kind:
            yield node


def root_of(change: Node) -> str:
    """Return the name of the object that an expression changes: ``a`` of ``a.b.c = d``; empty for no change."""
    target: Node | None = None
    if change.type == "assignment_expression":
        target = change.child_by_field_name("left")
        if target is not None and target.type == "identifier":
            return ""
    elif change.type == "unary_expression" and text_of(change.child_by_field_name("operator")) == "delete":
        target = change.child_by_field_name("argument")
    elif change.type == "call_expression":
        callee, given = change.child_by_field_name("function"), change.child_by_field_name("arguments")
        name = text_of(callee.child_by_field_name("property")) if callee is not None else ""
        if name == "assign" and text_of(callee) == "Object.assign" and given is not None:
            target = given.named_children[0] if given.named_children else None
        elif name in ("push", "unshift") and callee is not None:
            target = callee.child_by_field_name("object")
    while target is not None and target.type in ("member_expression", "subscript_expression"):
        target = target.child_by_field_name("object")
    return text_of(target) if target is not None and target.type == "identifier" else ""


def is_function(node: Node) -> bool:
    """Tell whether a node is a function of any form."""
    return node.type in _FUNCTIONS


def parameters(function: Node) -> list[tuple[Node, Node | None]]:
    """Return the parameters of a function without their types, each with its default."""
    single = function.child_by_field_name("parameter")
    if single is not None:
        return [(single, None)]
    found = []
    many = function.child_by_field_name("parameters")
    for part in many.named_children if many is not None else ():
        if part.type == "comment":
            continue
        pattern, default = part.child_by_field_name("pattern") or part, part.child_by_field_name("value")
        if pattern.type == "assignment_pattern":
            default = pattern.child_by_field_name("right")
            pattern = pattern.child_by_field_name("left") or pattern
        found.append((pattern, default))
    return found


def pattern_keys(pattern: Node) -> Iterator[tuple[str, str]]:
    """Yield the local name and the key of each part of ``{a, b: c}``."""
    for part in pattern.named_children:
        if part.type == "shorthand_property_identifier_pattern":
            yield text_of(part), text_of(part)
        elif part.type == "pair_pattern":
            value = part.child_by_field_name("value")
            if value is not None and value.type == "identifier":
                yield text_of(value), text_of(part.child_by_field_name("key"))
        elif part.type == "object_assignment_pattern":
            left = part.child_by_field_name("left")
            yield text_of(left), text_of(left)


def class_of(statement: Node) -> Node | None:
    """Return the class that a statement declares, exported or not."""
    node = statement
    if statement.type == "export_statement":
        node = statement.child_by_field_name("declaration") or statement.child_by_field_name("value") or node
    return node if node.type in ("class_declaration", "abstract_class_declaration", "class") else None


def superclass(node: Node) -> Node | None:
    """Return the expression that a class extends."""
    heritage = next((c for c in node.named_children if c.type == "class_heritage"), None)
    if heritage is None or not heritage.named_children:
        return None
    clause = heritage.named_children[0]  # TypeScript has a clause around the expression
    return clause.child_by_field_name("value") if clause.type == "extends_clause" else clause


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
