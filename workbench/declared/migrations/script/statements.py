"""Statements, for :class:`workbench.declared.migrations.script.follower.Follower`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tree_sitter import Node

from workbench.declared.migrations.script import values
from workbench.declared.migrations.script.values import Made, Name, Scope, Signal, Unknown, line_of, text_of

if TYPE_CHECKING:
    from workbench.declared.migrations.script.follower import Call, Follower

ROUNDS_LIMIT = 2_000
LOOKS = ("describeTable", "showAllTables", "showIndex", "showConstraint", "tableExists", "showAllSchemas")


def _expression_statement(follower: Follower, node: Node, scope: Scope) -> None:
    for child in node.named_children:
        follower.value(child, scope)


def _lexical_declaration(follower: Follower, node: Node, scope: Scope) -> None:
    for one in node.named_children:
        name, value = one.child_by_field_name("name"), one.child_by_field_name("value")
        if one.type == "variable_declarator" and name is not None:
            follower.bind(name, follower.value(value, scope), scope)


def _class_declaration(follower: Follower, node: Node, scope: Scope) -> None:
    scope.variables[text_of(node.child_by_field_name("name"))] = follower.class_members(node, scope)


def _enum_declaration(follower: Follower, node: Node, scope: Scope) -> None:
    made: dict[str, Any] = {}
    body = node.child_by_field_name("body")
    for number, one in enumerate(body.named_children if body is not None else []):
        value = one.child_by_field_name("value")
        name = text_of(one.child_by_field_name("name") or one).strip("'\"")
        made[name] = follower.value(value, scope) if value is not None else number
    scope.variables[text_of(node.child_by_field_name("name"))] = made


def _export_statement(follower: Follower, node: Node, scope: Scope) -> None:
    exports = scope.variables.get("exports")
    declared, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    if not isinstance(exports, dict):
        return
    is_default = any(child.type == "default" for child in node.children)
    if declared is not None:
        follower.statement(declared, scope)
        for name in _declared_names(declared):
            exports["default" if is_default else name] = scope.variables.get(name)
    elif value is not None:
        exports["default"] = follower.value(value, scope)
    else:
        for one in node.named_children:
            if one.type == "export_clause":
                for exported in one.named_children:
                    local = text_of(exported.child_by_field_name("name"))
                    alias = text_of(exported.child_by_field_name("alias")) or local
                    exports[alias] = scope.variables.get(local)
            elif any(child.type == "=" for child in node.children):
                exports["default"] = follower.value(one, scope)


def _import_statement(follower: Follower, node: Node, scope: Scope) -> None:
    source = text_of(node.child_by_field_name("source")).strip("'\"")
    module = _module(follower, source)
    for clause in (c for c in node.named_children if c.type == "import_clause"):
        for one in clause.named_children:
            if one.type == "identifier":
                scope.variables[text_of(one)] = values.member(module, "default")
            elif one.type == "namespace_import":
                scope.variables[text_of(one.named_children[0])] = module
            for name in one.named_children if one.type == "named_imports" else []:
                imported = text_of(name.child_by_field_name("name"))
                local = text_of(name.child_by_field_name("alias")) or imported
                scope.variables[local] = values.member(module, imported)


def _module(follower: Follower, source: str) -> Any:
    loaded = follower.load(source) if source.startswith(".") else None
    return loaded if loaded is not None else Name(("module", source))


def _if_statement(follower: Follower, node: Node, scope: Scope) -> Signal | None:
    condition = node.child_by_field_name("condition")
    holds = values.truth(follower.value(condition, scope))
    then, otherwise = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
    if holds is not None:
        chosen = then if holds else otherwise
        return _branch(follower, chosen, scope) if chosen is not None else None
    text = " ".join(text_of(condition).strip("()").split())[:120]
    with follower.under(conditions=(*follower.now.conditions, text)):
        first = _branch(follower, then, scope)
    with follower.under(conditions=(*follower.now.conditions, f"not {text}")):
        second = _branch(follower, otherwise, scope)
    if first is not None and first is second:
        return first
    if first is not None or second is not None:
        # What follows in this block happens only where the branch that left was not taken.
        left = f"not {text}" if first is not None else text
        follower.now = replace(follower.now, conditions=(*follower.now.conditions, left))
    return None


def _branch(follower: Follower, node: Node | None, scope: Scope) -> Signal | None:
    if node is None:
        return None
    if node.type == "else_clause":
        return _branch(follower, node.named_children[0] if node.named_children else None, scope)
    return follower.statement(node, scope)


def _for_in_statement(follower: Follower, node: Node, scope: Scope) -> Signal | None:
    pattern, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    value = follower.value(right, scope)
    by_key = text_of(node.child_by_field_name("operator")) == "in"
    if isinstance(value, dict) and by_key:
        value = list(value)
    if not isinstance(value, list):
        value = [Unknown(text_of(pattern), _from_query(value))]
        loop = follower.now.loop or ("data" if _from_query(value[0]) else "open")
    else:
        loop = follower.now.loop
    body = node.child_by_field_name("body")
    for one in value[:ROUNDS_LIMIT]:
        inner = Scope(parent=scope)
        if pattern is not None:
            follower.bind(pattern, one, inner)
        with follower.under(loop=loop):
            signal = _branch(follower, body, inner)
        if signal in (Signal.RETURN, Signal.THROW):
            return signal if loop == follower.now.loop else None
        if signal is Signal.BREAK and not follower.now.conditions:
            break
    return None


def _for_statement(follower: Follower, node: Node, scope: Scope) -> None:
    inner = Scope(parent=scope)
    start = node.child_by_field_name("initializer")
    condition, step = node.child_by_field_name("condition"), node.child_by_field_name("increment")
    if start is not None:
        follower.statement(start, inner)
    body = node.child_by_field_name("body")
    for _ in range(ROUNDS_LIMIT):
        tested = condition.named_children[0] if condition is not None and _has_child(condition) else condition
        test = follower.value(tested, inner)
        holds = values.truth(test)
        if holds is None or condition is None:
            with follower.under(loop="data" if _from_query(test) else "open"):
                _branch(follower, body, inner)
            return
        if not holds or _branch(follower, body, inner) in (Signal.BREAK, Signal.RETURN):
            return
        if step is not None:
            follower.value(step, inner)


def _while_statement(follower: Follower, node: Node, scope: Scope) -> None:
    condition = follower.value(node.child_by_field_name("condition"), scope)
    if values.truth(condition) is not False or node.type == "do_statement":
        with follower.under(loop=follower.now.loop or "open"):
            _branch(follower, node.child_by_field_name("body"), scope)


def _switch_statement(follower: Follower, node: Node, scope: Scope) -> None:
    text = text_of(node.child_by_field_name("value")).strip("()")
    body = node.child_by_field_name("body")
    for case in body.named_children if body is not None else []:
        with follower.under(conditions=(*follower.now.conditions, f"case of {text}")):
            statements = [c for c in case.named_children if c != case.child_by_field_name("value")]
            follower.block(statements, Scope(parent=scope))


def _try_statement(follower: Follower, node: Node, scope: Scope) -> Signal | None:
    handler = node.child_by_field_name("handler")
    hides = handler is not None and not _passes_on(handler)
    hiding = line_of(handler) if handler is not None and hides else follower.now.swallowed
    before = len(follower.calls)
    with follower.under(swallowed=hiding):
        signal = _branch(follower, node.child_by_field_name("body"), scope)
    if handler is not None:
        inner = Scope(parent=scope)
        name = handler.child_by_field_name("parameter")
        if name is not None:
            follower.bind(name, Unknown(text_of(name)), inner)
        with follower.under(**in_handler(follower, before)):
            _branch(follower, handler.child_by_field_name("body"), inner)
    last = node.child_by_field_name("finalizer")
    if last is not None:
        _branch(follower, last.named_children[0], scope)
    return signal


def in_handler(follower: Follower, before: int) -> dict[str, Any]:
    """Return the circumstances of a handler of what was called since ``before``.

    A handler of nothing but a look at the database is the other half of a test: there is no table, so make it.
    """
    if follower.calls[before:] and all(map(_only_looks, follower.calls[before:])):
        return {"conditions": (*follower.now.conditions, "the look before it failed")}
    return {"in_handler": True}


def _only_looks(call: Call) -> bool:
    name = call.path[-1]
    if name == "query":
        text = call.arguments[0] if call.arguments else None
        return isinstance(text, str) and text.lstrip(" (\n\t").lower().startswith(("select", "show"))
    return name in LOOKS


def _return_statement(follower: Follower, node: Node, scope: Scope) -> Signal:
    inner = node.named_children
    value = follower.value(inner[0], scope) if inner else None
    if not follower.now.conditions or follower.returned is None:
        follower.returned = value
    return Signal.RETURN


def _throw_statement(follower: Follower, node: Node, scope: Scope) -> Signal:
    if not follower.now.in_handler and not follower.now.conditions:
        follower.thrown.append(line_of(node))
    _expression_statement(follower, node, scope)
    return Signal.THROW


def _break_statement(follower: Follower, node: Node, scope: Scope) -> Signal:
    return Signal.BREAK


def _continue_statement(follower: Follower, node: Node, scope: Scope) -> Signal:
    return Signal.CONTINUE


def _has_child(node: Node | None) -> bool:
    return node is not None and node.type == "expression_statement" and bool(node.named_children)


def _from_query(value: Any) -> bool:
    return (isinstance(value, Unknown) and value.from_query) or (
        isinstance(value, Made) and value.asks_database
    )


def _declared_names(node: Node) -> list[str]:
    if node.type in ("lexical_declaration", "variable_declaration"):
        return [text_of(one.child_by_field_name("name")) for one in node.named_children]
    name = node.child_by_field_name("name")
    return [text_of(name)] if name is not None else []


def _passes_on(handler: Node) -> bool:
    """Tell whether a handler can hand the failure on: it throws, rejects, or ends the process."""
    if handler.type in ("throw_statement",):
        return True
    if handler.type == "call_expression":
        called = text_of(handler.child_by_field_name("function"))
        if called in ("Promise.reject", "process.exit", "reject", "done", "next", "callback"):
            return True
    return any(_passes_on(child) for child in handler.named_children)


def hides_failure(handler: Node) -> bool:
    """Tell whether a ``.catch`` handler keeps a failure to itself."""
    return not _passes_on(handler)


STATEMENTS: dict[str, Callable[[Follower, Node, Scope], Signal | None]] = {
    "expression_statement": _expression_statement,
    "lexical_declaration": _lexical_declaration,
    "class_declaration": _class_declaration,
    "abstract_class_declaration": _class_declaration,
    "enum_declaration": _enum_declaration,
    "export_statement": _export_statement,
    "import_statement": _import_statement,
    "if_statement": _if_statement,
    "for_in_statement": _for_in_statement,
    "for_statement": _for_statement,
    "while_statement": _while_statement,
    "switch_statement": _switch_statement,
    "try_statement": _try_statement,
    "return_statement": _return_statement,
    "throw_statement": _throw_statement,
    "break_statement": _break_statement,
    "continue_statement": _continue_statement,
    "variable_declaration": _lexical_declaration,
    "do_statement": _while_statement,
}
