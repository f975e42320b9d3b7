"""What calling a function of the sources gives: declarations, choices and assignments, then a return.

A statement whose effect reading does not tell makes the result unknown rather than wrong.
"""

# ruff: noqa: PLR0911 - a statement has many kinds, and one return for each is plainest
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tree_sitter import Node

from workbench.declared.javascript.sources import Scope
from workbench.declared.javascript.syntax import is_function, parameters, root_of, string_value, text_of
from workbench.declared.javascript.values import UNDEFINED, FunctionRef, JsList, JsObject, Unknown, truthy

if TYPE_CHECKING:
    from workbench.declared.javascript.evaluate import Evaluator

_DECLARATIONS = frozenset(
    (
        *("lexical_declaration", "variable_declaration", "function_declaration", "class_declaration"),
        *(
            "type_alias_declaration",
            "interface_declaration",
            "enum_declaration",
            "comment",
            "empty_statement",
        ),
        *("generator_function_declaration", "abstract_class_declaration"),
    )
)
FILLED = "...filled "
"""Start of the key that stands for parts which a loop or a condition adds."""
GOES_ON = object()
"""A statement that left the function running."""


def run(evaluator: Evaluator, statements: Sequence[Node], scope: Scope) -> Any:
    """Return what statements return, or :data:`GOES_ON` when they do not."""
    for statement in statements:
        result = _statement(evaluator, statement, scope)
        if result is not GOES_ON:
            return result
    return GOES_ON


def replay(evaluator: Evaluator, name: str, value: Any, scope: Scope) -> None:
    """Do to a value what the statements of its scope do to it after its declaration, in their order.

    What happens to it in a loop, or in a choice that reading does not decide, leaves a part of it unknown.
    """
    for statement in scope.changes.get(name, ()):
        if statement.type == "expression_statement" and root_of(statement.named_children[0]) == name:
            change(evaluator, statement.named_children[0], scope)
        elif isinstance(value, JsObject) and not _is_decided(evaluator, statement, scope):
            site = scope.module.site(statement)
            value.put(
                f"{FILLED}{len(value)}", Unknown(f"{name} is filled in a loop or by a condition", site), site
            )


def _is_decided(evaluator: Evaluator, statement: Node, scope: Scope) -> bool:
    """Follow a choice; tell whether that was possible."""
    return statement.type == "if_statement" and not isinstance(
        _statement(evaluator, statement, scope), Unknown
    )


def _statement(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    kind = node.type
    if kind in _DECLARATIONS:
        return GOES_ON
    if kind == "return_statement":
        values = [child for child in node.named_children if child.type != "comment"]
        return evaluator.value(values[0], scope) if values else UNDEFINED
    if kind == "expression_statement":
        change(evaluator, node.named_children[0], scope)
        return GOES_ON
    if kind == "statement_block":
        return run(evaluator, node.named_children, Scope(scope.module, node, scope))
    if kind == "if_statement":
        holds = truthy(evaluator.value(node.child_by_field_name("condition"), scope))
        if holds is None:
            return evaluator.unknown(
                f"what is done if {text_of(node.child_by_field_name('condition'))[:40]}", node, scope
            )
        branch = node.child_by_field_name("consequence" if holds else "alternative")
        if branch is not None and branch.type == "else_clause":
            branch = branch.named_children[0]
        return GOES_ON if branch is None else _statement(evaluator, branch, scope)
    return evaluator.unknown(f"a function with a {kind.replace('_', ' ')}", node, scope)


def rounds_of(evaluator: Evaluator, node: Node, scope: Scope) -> Iterator[tuple[Node, Scope]]:
    """Yield the body and the scope of each round of a loop over a list that is known, ``forEach`` included."""
    body = node.child_by_field_name("body")
    callee, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if node.type == "for_in_statement" and body is not None:
        values = evaluator.value(node.child_by_field_name("right"), scope)
        pattern = node.child_by_field_name("left")
        is_of = text_of(node.child_by_field_name("operator")) == "of"
        if isinstance(values, list) and is_of and pattern is not None:
            for value in values:
                inner = Scope(scope.module, body, scope)
                evaluator.bind(pattern, value, inner)
                yield body, inner
    elif callee is not None and given is not None and callee.type == "member_expression":
        name = text_of(callee.child_by_field_name("property"))
        function = next((one for one in given.named_children if is_function(one)), None)
        body = function.child_by_field_name("body") if function is not None else None
        if name not in ("forEach", "map") or function is None or body is None:
            return
        values = evaluator.value(callee.child_by_field_name("object"), scope)
        for number, value in enumerate(values if isinstance(values, list) else ()):
            yield body, evaluator.inside(FunctionRef(function, scope), [value, number])


def change(evaluator: Evaluator, node: Node, scope: Scope) -> None:
    """Do what an expression does to an object or a list: ``a.b = c``, ``Object.assign(a, b)``, ``a.push(b)``."""
    if node.type == "assignment_expression":
        target = node.child_by_field_name("left")
        if target is not None and target.type in ("member_expression", "subscript_expression"):
            value = evaluator.value(node.child_by_field_name("right"), scope)
            _put(evaluator, target, value, scope)
    elif node.type == "unary_expression" and text_of(node.child_by_field_name("operator")) == "delete":
        _put(evaluator, node.child_by_field_name("argument"), UNDEFINED, scope, delete=True)
    elif node.type == "call_expression":
        _called(evaluator, node, scope)


def _put(
    evaluator: Evaluator, target: Node | None, value: Any, scope: Scope, *, delete: bool = False
) -> None:
    if target is None or target.type not in ("member_expression", "subscript_expression"):
        return
    owner = evaluator.value(target.child_by_field_name("object"), scope)
    if not isinstance(owner, JsObject):
        return
    site = scope.module.site(target)
    owner.size = None
    index = target.child_by_field_name("index")
    if index is not None and index.type == "assignment_expression":  # Kind[Kind["A"] = 1] = "A": both ways
        owner.is_enum = True
        change(evaluator, index, scope)
        return
    key = key_of(evaluator, target, scope)
    if key is None:
        reason = f"{text_of(target)[:40]} is set under a computed name"
        owner.put(f"...{len(owner)}", Unknown(reason, site), site)
    elif delete:
        owner.pop(key, None)
    else:
        owner.put(key, value, site)


def key_of(evaluator: Evaluator, target: Node, scope: Scope) -> str | None:
    """Return the name of ``a.b`` or ``a[b]``; None when it is not known."""
    if target.type == "member_expression":
        return text_of(target.child_by_field_name("property"))
    index = target.child_by_field_name("index")
    if index is not None and index.type == "string":
        return string_value(index)
    value = evaluator.value(index, scope)
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _called(evaluator: Evaluator, node: Node, scope: Scope) -> None:
    callee, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if callee is None or given is None or callee.type != "member_expression":
        return
    name = text_of(callee.child_by_field_name("property"))
    arguments = [child for child in given.named_children if child.type != "comment"]
    if name == "assign" and text_of(callee.child_by_field_name("object")) == "Object" and arguments:
        target = evaluator.value(arguments[0], scope)
        if not isinstance(target, JsObject):
            return
        site = scope.module.site(node)
        target.size = None
        for one in arguments[1:]:
            value = evaluator.value(one, scope)
            if isinstance(value, JsObject):
                target.update(value)
                target.sites.update(value.sites)
            elif value is not UNDEFINED and value is not None and value is not False:
                unknown = value if isinstance(value, Unknown) else Unknown(text_of(one)[:60], site)
                target.put(f"...{len(target)}", unknown, site)
    elif name in ("push", "unshift"):
        values = evaluator.value(callee.child_by_field_name("object"), scope)
        if isinstance(values, JsList):
            values.size = None
            added = [evaluator.value(one, scope) for one in arguments]
            values[len(values) if name == "push" else 0 : len(values) if name == "push" else 0] = added


def set_by_method(node: Node, name: str, scope: Scope, this: Any) -> tuple[Node, Scope] | None:
    """Return what a method of a class assigns to ``this.name``, and the scope that it stands in."""
    body = node.child_by_field_name("body")
    for method in body.named_children if body is not None else ():
        inner = method.child_by_field_name("body") if method.type == "method_definition" else None
        for statement in inner.named_children if inner is not None else ():
            change = statement.named_children[0] if statement.type == "expression_statement" else None
            if change is None or change.type != "assignment_expression" or inner is None:
                continue
            if text_of(change.child_by_field_name("left")) == f"this.{name}":
                known: dict[str, Any] = {"this": this}
                for parameter, _ in parameters(method):
                    label = text_of(parameter)
                    known[label] = Unknown(f"the parameter {label}", scope.module.site(parameter))
                value = change.child_by_field_name("right")
                return (value, Scope(scope.module, inner, scope, known)) if value is not None else None
    return None
