"""Exports and imports as compilers write them out for CommonJS: TypeScript, SWC and Babel."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from workbench.declared.javascript.syntax import descendants, is_function, string_value, text_of

_STAR = re.compile(r"(^|\.)_+export(_?star)?(\._)?$", re.I)
_INTEROP = re.compile(r"(^|\.)_*(interop_?require_?|import)(?P<kind>default|wildcard|star)(\._)?$", re.I)


def filled(statement: Node) -> Iterator[tuple[str, Node]]:
    """Yield name and function of ``(function (Kind) { Kind["A"] = "a"; })(Kind || (Kind = {}))``: an enum."""
    call = statement.named_children[0] if statement.type == "expression_statement" else None
    if call is None or call.type != "call_expression":
        return
    callee, given = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if (
        callee is None
        or callee.type != "parenthesized_expression"
        or given is None
        or not given.named_children
    ):
        return
    function, argument = callee.named_children[0], given.named_children[0]
    left = argument.child_by_field_name("left") if argument.type == "binary_expression" else None
    if left is not None and is_function(function):
        yield text_of(left).removeprefix("exports."), function


def interop(callee: Node) -> str:
    """Return ``default`` or ``all`` for a helper that wraps what ``require`` gives; empty for no helper."""
    found = _INTEROP.search(text_of(callee))
    return "" if found is None else "default" if found["kind"].lower() == "default" else "all"


def exported_getters(call: Node) -> Iterator[tuple[str, Node]]:
    """Yield name and value of exports that a call defines by getters."""
    given = call.child_by_field_name("arguments")
    parts = given.named_children if given is not None else []
    if not parts or text_of(parts[0]) != "exports":
        return
    if len(parts) == 3 and text_of(call.child_by_field_name("function")) == "Object.defineProperty":
        for value in _returned(parts[2]):
            yield string_value(parts[1]), value
    elif len(parts) == 2 and parts[1].type == "object":
        for part in parts[1].named_children:
            label = part.child_by_field_name("key") or part.child_by_field_name("name")
            for value in _returned(part):
                yield text_of(label), value


def _returned(node: Node) -> Iterator[Node]:
    """Yield what the getter in a node returns."""
    for statement in descendants(node, "return_statement"):
        yield from statement.named_children[:1]
        return


def star_spec(call: Node) -> str:
    """Return the module of ``__exportStar(require("./x"), exports)``; empty for another call."""
    callee, given = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if not _STAR.search(text_of(callee)) or given is None or not given.named_children:
        return ""
    return required_spec(given.named_children[0])


def required_spec(node: Node) -> str:
    """Return the module of ``require("./x")``; empty for another expression."""
    given = node.child_by_field_name("arguments") if node.type == "call_expression" else None
    if (
        given is None
        or text_of(node.child_by_field_name("function")) != "require"
        or not given.named_children
    ):
        return ""
    return string_value(given.named_children[0]) if given.named_children[0].type == "string" else ""
