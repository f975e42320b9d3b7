"""Decorators as the TypeScript compiler and SWC write them out: ``__decorate([…], User.prototype, "name")``.

Babel writes them another way, which is not read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from tree_sitter import Node

from workbench.declared.javascript.sources import Module
from workbench.declared.javascript.syntax import Member, string_value, text_of

_DECORATE = re.compile(r"(^|\.)_+(ts_)?decorate(\._)?$")
_METADATA = re.compile(r"(^|\.)_+(ts_)?metadata(\._)?$")
# SWC asks first whether the type is there.
_GUARDED = re.compile(r"typeof (\w+) === .undefined. \? Object : \1$")
BABEL = b"_applyDecoratedDescriptor"
"""What Babel calls instead."""


@dataclass
class Decorated:
    """The decorators of one class: those of its members, and its own."""

    members: list[Member] = field(default_factory=list)
    own: list[Node] = field(default_factory=list)


def decorated(module: Module) -> Mapping[str, Decorated]:
    """Return what a compiled module decorates, by the name of the class."""
    found: defaultdict[str, Decorated] = defaultdict(Decorated)
    for statement in module.root.named_children if b"decorate" in module.text else ():
        call = _call_of(statement)
        callee = call.child_by_field_name("function") if call is not None else None
        given = call.child_by_field_name("arguments") if call is not None else None
        if call is None or given is None or not _DECORATE.search(text_of(callee)):
            continue
        listed, target, *rest = [*given.named_children, None, None][:3]
        if listed is None or target is None or listed.type != "array":
            continue
        decorators = [child for child in listed.named_children if child.type != "comment"]
        owner = text_of(target).removesuffix(".prototype")
        if rest[0] is None:
            found[owner].own += decorators
        elif rest[0].type == "string":
            found[owner].members.append((string_value(rest[0]), call, decorators))
    return found


def _call_of(statement: Node) -> Node | None:
    """Return the call of a statement, behind ``exports.User = User = …`` and declarations."""
    node: Node | None = statement.named_children[0] if statement.named_children else None
    if statement.type == "expression_statement":
        while node is not None and node.type == "assignment_expression":
            node = node.child_by_field_name("right")
        return node if node is not None and node.type == "call_expression" else None
    return None


def class_nodes(module: Module) -> Mapping[str, Node]:
    """Return the classes of a compiled module by name: ``class User …`` and ``let User = class User …``."""
    found = {}
    for statement in module.root.named_children:
        for node in (statement, *statement.named_children):
            value = node.child_by_field_name("value") if node.type == "variable_declarator" else node
            while value is not None and value.type == "assignment_expression":
                value = value.child_by_field_name("right")  # let User = User_1 = class User …
            if value is not None and value.type in ("class", "class_declaration"):
                name = node.child_by_field_name("name")
                found[text_of(name)] = value
    return found


def design_type(decorators: Node) -> str:
    """Return the type that the compiler noted in a call of ``__decorate``; empty when it noted none."""
    given = decorators.child_by_field_name("arguments")
    listed = given.named_children[0] if given is not None and given.named_children else None
    for one in listed.named_children if listed is not None else ():
        callee, noted = one.child_by_field_name("function"), one.child_by_field_name("arguments")
        if callee is None or noted is None or not _METADATA.search(text_of(callee)):
            continue
        key, *value = noted.named_children
        if string_value(key) == "design:type" and value:
            guarded = _GUARDED.match(text_of(value[0]))
            return guarded[1] if guarded else text_of(value[0])
    return ""
