"""One function for each kind of expression: what it stands for, given an evaluator and a scope."""

# ruff: noqa: PLR0911 - an expression has many kinds, and one return for each is plainest
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tree_sitter import Node

from workbench.declared.javascript import language
from workbench.declared.javascript.compiled import interop
from workbench.declared.javascript.functions import FILLED
from workbench.declared.javascript.node import joined
from workbench.declared.javascript.sources import Scope
from workbench.declared.javascript.syntax import string_value, text_of, unescape
from workbench.declared.javascript.values import (
    CONNECTION,
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
    Unknown,
    is_model,
    truthy,
)

if TYPE_CHECKING:
    from workbench.declared.javascript.evaluate import Evaluator

# Members of options whose values are functions or rules of the application: nothing of the database.
_IRRELEVANT = frozenset(("validate", "get", "set", "hooks", "getterMethods", "setterMethods", "scopes"))
_SAME_MODEL = frozenset(("init", "initialize", "schema", "scope", "unscoped"))


def _identifier(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    return evaluator.name(text_of(node), scope)


def _template(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    parts = []
    for child in node.named_children:
        if child.type == "template_substitution":
            value = evaluator.value(child.named_children[0], scope)
            text = language.text_of_value(value)
            if text is None:
                return value if isinstance(value, Unknown) else evaluator.unknown("a template", node, scope)
            parts.append(text)
        else:
            parts.append(unescape(text_of(child)))
    return "".join(parts)


def _number(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    text = text_of(node).replace("_", "").rstrip("n")
    try:
        return (
            int(text, 0) if not text.startswith("0") or text[:2].lower() in ("0x", "0b", "0o") else int(text)
        )
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return evaluator.unknown(f"the number {text}", node, scope)


def _array(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    result = JsList()
    for value in spread_values(evaluator, node, scope):
        if isinstance(value, Unknown) and value.reason.startswith("spread: "):
            return value
        result.append(value)
    return result


def spread_values(evaluator: Evaluator, node: Node, scope: Scope) -> list[Any]:
    """Return the values of an array's or call's parts; one unknown spread takes the place of its parts."""
    values: list[Any] = []
    for child in node.named_children:
        if child.type == "comment":
            continue
        if child.type != "spread_element":
            values.append(evaluator.value(child, scope))
            continue
        value = evaluator.value(child.named_children[0], scope)
        if isinstance(value, list):
            if len(node.named_children) == 1 and isinstance(value, JsList):
                return value
            values.extend(value)
        else:
            reason = value.reason if isinstance(value, Unknown) else text_of(child)
            values.append(evaluator.unknown(f"spread: {reason}", child, scope))
    return values


def _object(evaluator: Evaluator, node: Node, scope: Scope) -> JsObject:
    result = JsObject()
    module = scope.module
    for child in node.named_children:
        kind = child.type
        if kind == "pair":
            key = _key(evaluator, child.child_by_field_name("key"), scope)
            if key in _IRRELEVANT:
                result.put(key, UNDEFINED if key != "validate" else JsObject(), module.site(child))
                continue
            result.put(key, evaluator.value(child.child_by_field_name("value"), scope), module.site(child))
        elif kind == "shorthand_property_identifier":
            result.put(text_of(child), evaluator.name(text_of(child), scope), module.site(child))
        elif kind == "method_definition":
            result.put(
                text_of(child.child_by_field_name("name")), FunctionRef(child, scope), module.site(child)
            )
        elif kind == "spread_element":
            value = evaluator.value(child.named_children[0], scope)
            if isinstance(value, JsObject):
                result.update(value)
                result.sites.update(value.sites)
            elif value is not UNDEFINED and value is not None and value is not False:
                reason = value.reason if isinstance(value, Unknown) else text_of(child)
                result.put(f"...{len(result)}", evaluator.unknown(reason, child, scope), module.site(child))
    return result


def _key(evaluator: Evaluator, node: Node | None, scope: Scope) -> str:
    if node is not None and node.type == "string":
        return string_value(node)
    if node is not None and node.type == "computed_property_name":
        value = evaluator.value(node.named_children[0], scope)
        return language.text_of_value(value) or text_of(node)
    return text_of(node)


def _member(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    owner, name = node.child_by_field_name("object"), text_of(node.child_by_field_name("property"))
    value = evaluator.value(owner, scope)
    if isinstance(value, JsObject) and name not in value and owner is not None and owner.type == "identifier":
        found = scope.find(text_of(owner))
        written = found.assigned.get(f"{text_of(owner)}.{name}") if found is not None else None
        if written is not None and found is not None:
            return evaluator.value(written, found)
        # Filled in a loop over the files of the folder: a registry of models by name.
        if text_of(owner) in ("db", "models") or any(key.startswith(FILLED) for key in value):
            return ModelName(name)
    return evaluator.member(value, name, node, scope)


def _subscript(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    value = evaluator.value(node.child_by_field_name("object"), scope)
    index = evaluator.value(node.child_by_field_name("index"), scope)
    name = language.text_of_value(index)
    if index is UNDEFINED and isinstance(value, JsObject):
        # config[process.env.NODE_ENV] without a default: the environment that matters most.
        name = next((one for one in ("production", "development") if one in value), name)
    if name is None:
        return index if isinstance(index, Unknown) else evaluator.unknown(text_of(node), node, scope)
    return evaluator.member(value, name, node, scope)


def _call(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    callee, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if callee is None or given is None:
        return evaluator.unknown("a call", node, scope)
    if callee.type == "import" or (callee.type == "identifier" and callee.text == b"require"):
        spec = evaluator.value(given.named_children[0], scope) if given.named_children else UNDEFINED
        if isinstance(spec, str):
            return evaluator.imported(scope.module, spec, "=" if callee.type != "import" else "*")
        return evaluator.unknown("a module whose name is computed", node, scope)
    wrapped = interop(callee)
    if wrapped and given.named_children:
        return _unwrapped(evaluator.value(given.named_children[0], scope), wrapped)
    if callee.type == "member_expression":
        found = _method(evaluator, callee, given, scope)
        if found is not None:
            return found
    function = evaluator.value(callee, scope)
    if isinstance(function, FunctionRef):
        return evaluator.call(function, spread_values(evaluator, given, scope))
    if isinstance(function, (External, Made)):
        return _of_package(evaluator, function, node, spread_values(evaluator, given, scope), scope)
    if isinstance(function, (Unknown, ModelName)):
        return function
    return evaluator.unknown(f"the call {text_of(callee)[:40]}()", node, scope)


def _unwrapped(value: Any, kind: str) -> Any:
    """Return what a compiler's helper makes of a required module, of which ``default`` or all is read next."""
    if kind == "all" or isinstance(value, (Namespace, External)):
        return value
    result = JsObject()
    result["default"] = value
    return result


def _method(evaluator: Evaluator, callee: Node, given: Node, scope: Scope) -> Any | None:
    """Return what a method of a known value gives; None when the value is of another kind."""
    name = text_of(callee.child_by_field_name("property"))
    if name == "define":
        return None
    owner = evaluator.value(callee.child_by_field_name("object"), scope)
    site = scope.module.site(callee)
    if is_model(owner) and name in _SAME_MODEL:
        return owner
    if isinstance(owner, (str, list)):
        arguments = spread_values(evaluator, given, scope)
        if isinstance(owner, str):
            return language.text_method(owner, name, arguments, site)
        return language.list_method(owner, name, arguments, site, _applier(evaluator, site))
    if owner == External(("global", "Object")):
        first = given.named_children[0] if given.named_children else None
        exported = evaluator.value(first, scope) if first is not None else UNDEFINED
        if isinstance(exported, Namespace):
            return language.object_function(name, [evaluator.exports(exported.module)], site)
        return language.object_function(name, spread_values(evaluator, given, scope), site)
    if owner == External(("global", "Array")) and name in ("from", "of"):
        arguments = spread_values(evaluator, given, scope)
        return arguments[0] if name == "from" and isinstance(arguments[0], list) else None
    return None


def _applier(evaluator: Evaluator, site: tuple[str, int]) -> language.Apply:
    def apply(function: Any, arguments: list[Any]) -> Any:
        if isinstance(function, FunctionRef):
            return evaluator.call(function, arguments)
        if function in (External(("global", "String")), External(("global", "Boolean"))):
            return (
                language.text_of_value(arguments[0]) if function.path[1] == "String" else truthy(arguments[0])
            )
        return Unknown("a function of another package", site)

    return apply


def _of_package(
    evaluator: Evaluator, function: External | Made, node: Node, arguments: list[Any], scope: Scope
) -> Any:
    """Return what calling a thing of a package gives; ``define`` makes a model."""
    site = scope.module.site(node)
    if isinstance(function, Made):
        return Made(function.path, (*function.arguments, *arguments), site, function.members)
    path = function.path
    if path[-1] == "getDialect":
        return "postgres"
    place = joined(path, arguments)
    if place is not None:
        return place
    if path[-1] == "define" and len(arguments) > 1:
        name = arguments[0] if isinstance(arguments[0], str) else ""
        return ModelRef(scope.module.file, node.start_byte, name)
    if path == ("sequelize", "instance", "model") and arguments and isinstance(arguments[0], str):
        return ModelName(arguments[0])
    if path in (("global", "String"), ("global", "Number"), ("global", "isNaN")) and arguments:
        converted = language.converted(path[1], arguments[0])
        return converted if converted is not None else evaluator.unknown(text_of(node)[:40], node, scope)
    if path[-1] == "ENUM" and getattr(arguments, "source", None):
        return Made(path, (arguments,), site)  # as one list it keeps the name of its enum
    return Made(path, tuple(arguments), site)


def _new(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    made = evaluator.value(node.child_by_field_name("constructor"), scope)
    given = node.child_by_field_name("arguments")
    arguments = tuple(spread_values(evaluator, given, scope)) if given is not None else ()
    if isinstance(made, External):
        if made.path[-1] == "Sequelize" or made.path == ("sequelize",):
            return CONNECTION
        return Made(made.path, arguments, scope.module.site(node))
    if isinstance(made, ClassRef):
        return Made(("class", made.name), arguments, scope.module.site(node))
    return made if isinstance(made, Unknown) else evaluator.unknown("a new object", node, scope)


def _inner(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    return evaluator.value(node.named_children[0], scope)


def _asserted(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    return evaluator.value(node.named_children[-1], scope)


def _function(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    return FunctionRef(node, scope)


def _unary(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    value = evaluator.value(node.child_by_field_name("argument"), scope)
    operator = text_of(node.child_by_field_name("operator"))
    if operator in ("-", "+") and isinstance(value, (int, float)):
        return -value if operator == "-" else value
    if operator == "!" and truthy(value) is not None:
        return not truthy(value)
    if operator == "void":
        return UNDEFINED
    if operator == "typeof" and not isinstance(value, Unknown):
        return language.type_name(value)
    return value if isinstance(value, Unknown) else evaluator.unknown(text_of(node)[:40], node, scope)


def _binary(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    operator = text_of(node.child_by_field_name("operator"))
    left = evaluator.value(node.child_by_field_name("left"), scope)
    right_node = node.child_by_field_name("right")
    if operator == "??":
        return evaluator.value(right_node, scope) if left is None or left is UNDEFINED else left
    if operator in ("||", "&&"):
        holds = truthy(left)
        if holds is None:
            return left
        return evaluator.value(right_node, scope) if holds == (operator == "&&") else left
    return language.binary(operator, left, evaluator.value(right_node, scope), scope.module.site(node))


def _ternary(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    condition = evaluator.value(node.child_by_field_name("condition"), scope)
    holds = truthy(condition)
    if holds is None:
        return evaluator.unknown(f"a choice: {text_of(node)[:40]}", node, scope)
    return evaluator.value(node.child_by_field_name("consequence" if holds else "alternative"), scope)


def _class(evaluator: Evaluator, node: Node, scope: Scope) -> ClassRef:
    return ClassRef(
        scope.module.file, node.start_byte, text_of(node.child_by_field_name("name")) or "default"
    )


def _assignment(evaluator: Evaluator, node: Node, scope: Scope) -> Any:
    return evaluator.value(node.child_by_field_name("right"), scope)


Handler = Callable[["Evaluator", Node, Scope], Any]

HANDLERS: Mapping[str, Handler] = {
    "identifier": _identifier,
    "this": _identifier,
    "undefined": lambda _evaluator, _node, _scope: UNDEFINED,
    "string": lambda _evaluator, node, _scope: string_value(node),
    "template_string": _template,
    "number": _number,
    "true": lambda _evaluator, _node, _scope: True,
    "false": lambda _evaluator, _node, _scope: False,
    "null": lambda _evaluator, _node, _scope: None,
    "regex": lambda _evaluator, node, scope: Made(
        ("global", "RegExp"), (text_of(node),), scope.module.site(node)
    ),
    "array": _array,
    "object": _object,
    "member_expression": _member,
    "subscript_expression": _subscript,
    "call_expression": _call,
    "new_expression": _new,
    "parenthesized_expression": _inner,
    "sequence_expression": _asserted,  # (0, module.name) of compilers: the last part counts
    "as_expression": _inner,
    "satisfies_expression": _inner,
    "non_null_expression": _inner,
    "await_expression": _inner,
    "type_assertion": _asserted,
    "arrow_function": _function,
    "function_expression": _function,
    "function": _function,
    "unary_expression": _unary,
    "binary_expression": _binary,
    "ternary_expression": _ternary,
    "class": _class,
    "assignment_expression": _assignment,
}
"""Kind of node to the function that evaluates it."""
