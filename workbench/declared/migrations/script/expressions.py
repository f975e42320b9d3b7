"""Values of expressions, for :class:`workbench.declared.migrations.script.follower.Follower`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tree_sitter import Node

from workbench.declared.migrations.script import values
from workbench.declared.migrations.script.values import Function, Made, Name, Scope, Unknown, line_of, text_of

if TYPE_CHECKING:
    from workbench.declared.migrations.script.follower import Follower

_FUNCTIONS = ("arrow_function", "function_expression", "function", "generator_function")
_TRANSPARENT = (
    "parenthesized_expression",
    "await_expression",
    "as_expression",
    "satisfies_expression",
    "non_null_expression",
)
_EACH = ("forEach", "map", "flatMap", "filter", "reduce", "some", "every", "find", "sort")


def evaluate(follower: Follower, node: Node, scope: Scope) -> Any:
    """Return the value of one expression."""
    if node.type in _TRANSPARENT:
        inner = [child for child in node.named_children if child.type != "comment"]
        return follower.value(inner[0], scope) if inner else None
    if node.type in _FUNCTIONS:
        this = scope.find("this")
        return Function(node, scope, this.variables["this"] if this else None)
    handler = _HANDLERS.get(node.type)
    return handler(follower, node, scope) if handler else Unknown(text_of(node))


def _constant(follower: Follower, node: Node, scope: Scope) -> Any:
    return {"true": True, "false": False}.get(node.type)


def _number(follower: Follower, node: Node, scope: Scope) -> Any:
    text = text_of(node).replace("_", "").rstrip("n")
    try:
        return int(text, 0)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return Unknown(text)


def _string(follower: Follower, node: Node, scope: Scope) -> str:
    pieces = []
    for child in node.children:
        text = text_of(child)
        if child.type in ("string_fragment", "template_chars"):
            pieces.append(text)
        elif child.type == "escape_sequence":
            pieces.append(values.unescape(text))
        elif child.type == "template_substitution":
            inner = [one for one in child.named_children if one.type != "comment"]
            pieces.append(values.as_text(follower.value(inner[0], scope) if inner else ""))
    text = "".join(pieces)
    return text if len(text) <= values.LETTERS_LIMIT else text[: values.LETTERS_LIMIT]


def _identifier(follower: Follower, node: Node, scope: Scope) -> Any:
    name = text_of(node)
    found = scope.find(name)
    if found is not None:
        return found.variables[name]
    return None if name == "undefined" else Name((name,))


def _object(follower: Follower, node: Node, scope: Scope) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for child in node.named_children:
        if child.type == "pair":
            key = child.child_by_field_name("key")
            made[_key(follower, key, scope)] = follower.value(child.child_by_field_name("value"), scope)
        elif child.type == "shorthand_property_identifier":
            made[text_of(child)] = _identifier(follower, child, scope)
        elif child.type == "method_definition":
            made[_key(follower, child.child_by_field_name("name"), scope)] = Function(child, scope, made)
        elif child.type == "spread_element":
            inner = follower.value(child.named_children[0], scope)
            made.update(
                inner if isinstance(inner, dict) else {f"...{text_of(child)}": Unknown(text_of(child))}
            )
    for value in made.values():
        if isinstance(value, Function) and value.node.type != "arrow_function":
            value.this = made
    return made


def _key(follower: Follower, key: Node | None, scope: Scope) -> str:
    if key is None:
        return ""
    if key.type == "string":
        return _string(follower, key, scope)
    if key.type == "computed_property_name":
        return values.as_text(follower.value(key.named_children[0], scope))
    return text_of(key)


def _array(follower: Follower, node: Node, scope: Scope) -> list[Any]:
    made: list[Any] = []
    for child in node.named_children:
        if child.type == "spread_element":
            inner = follower.value(child.named_children[0], scope)
            fits = isinstance(inner, list) and len(made) + len(inner) <= values.ITEMS_LIMIT
            made.extend(inner if fits else [Unknown(text_of(child))])
        elif child.type != "comment":
            made.append(follower.value(child, scope))
    return made


def _member(follower: Follower, node: Node, scope: Scope) -> Any:
    owner = follower.value(node.child_by_field_name("object"), scope)
    return values.member(owner, text_of(node.child_by_field_name("property")))


def _subscript(follower: Follower, node: Node, scope: Scope) -> Any:
    owner = follower.value(node.child_by_field_name("object"), scope)
    key = follower.value(node.child_by_field_name("index"), scope)
    return values.member(owner, values.as_text(key)) if values.is_known(key) else Unknown(text_of(node))


def _binary(follower: Follower, node: Node, scope: Scope) -> Any:
    operator = text_of(node.child_by_field_name("operator"))
    left = follower.value(node.child_by_field_name("left"), scope)
    right = node.child_by_field_name("right")
    if operator in ("&&", "||", "??"):
        holds = values.truth(left) if operator != "??" else left is not None
        if holds is None:
            with follower.under(conditions=(*follower.now.conditions, text_of(node)[:80])):
                follower.value(right, scope)
            return Unknown(text_of(node))
        return follower.value(right, scope) if holds == (operator == "&&") else left
    return values.compare(operator, left, follower.value(right, scope))


def _unary(follower: Follower, node: Node, scope: Scope) -> Any:
    operator = text_of(node.child_by_field_name("operator"))
    value = follower.value(node.child_by_field_name("argument"), scope)
    if operator == "!":
        holds = values.truth(value)
        return Unknown(text_of(node)) if holds is None else not holds
    if operator == "-" and isinstance(value, (int, float)):
        return -value
    return None if operator == "void" else Unknown(text_of(node))


def _ternary(follower: Follower, node: Node, scope: Scope) -> Any:
    holds = values.truth(follower.value(node.child_by_field_name("condition"), scope))
    branches = {side: node.child_by_field_name(side) for side in ("consequence", "alternative")}
    if holds is None:
        found = []
        for branch in branches.values():
            with follower.under(conditions=(*follower.now.conditions, text_of(node)[:80])):
                found.append(follower.value(branch, scope))
        same = values.is_known(found[0]) and found[0] == found[1]
        return found[0] if same else Unknown(text_of(node)[:80])
    return follower.value(branches["consequence" if holds else "alternative"], scope)


def _assignment(follower: Follower, node: Node, scope: Scope) -> Any:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    value = follower.value(right, scope)
    if left is None:
        return value
    if node.type == "augmented_assignment_expression":
        operator = text_of(node.child_by_field_name("operator")).rstrip("=")
        value = values.compare(operator, follower.value(left, scope), value)
    if left.type in ("member_expression", "subscript_expression"):
        owner = follower.value(left.child_by_field_name("object"), scope)
        name = left.child_by_field_name("property")
        key = (
            text_of(name)
            if name is not None
            else values.as_text(follower.value(left.child_by_field_name("index"), scope))
        )
        if isinstance(owner, dict):
            owner[key] = value
    elif left.type == "identifier":
        home = scope.find(text_of(left)) or scope
        # Assigned on one of two ways that are both followed: afterwards it may be either.
        decided = home is scope or not follower.now.conditions
        home.variables[text_of(left)] = (
            value if decided else _either(home.variables.get(text_of(left)), value)
        )
    else:
        follower.bind(left, value, scope)
    return value


def _either(old: Any, new: Any) -> Any:
    if old is None or (values.is_known(old) and values.is_known(new) and old == new):
        return new
    return new if not values.is_known(new) else Unknown("a value assigned under a condition")


def _update(follower: Follower, node: Node, scope: Scope) -> Any:
    target = node.child_by_field_name("argument")
    value = follower.value(target, scope)
    home = scope.find(text_of(target))
    if home is not None and isinstance(value, int):
        home.variables[text_of(target)] = value + (1 if "++" in text_of(node) else -1)
    return value


def _new(follower: Follower, node: Node, scope: Scope) -> Any:
    arguments = node.child_by_field_name("arguments")
    given = [follower.value(one, scope) for one in (arguments.named_children if arguments else [])]
    constructed = follower.value(node.child_by_field_name("constructor"), scope)
    if (
        isinstance(constructed, Name)
        and constructed.path == ("Set",)
        and given
        and isinstance(given[0], list)
    ):
        return given[0]
    return Unknown(text_of(node)[:60])


def _call(follower: Follower, node: Node, scope: Scope) -> Any:  # noqa: PLR0911 - one answer per kind
    callee = node.child_by_field_name("function")
    listed = node.child_by_field_name("arguments")
    if callee is None:
        return Unknown(text_of(node)[:60])
    if listed is not None and listed.type == "template_string":
        return _string(follower, listed, scope)
    nodes = [one for one in (listed.named_children if listed else []) if one.type != "comment"]
    if callee.type == "member_expression":
        owner_node, name = (
            callee.child_by_field_name("object"),
            text_of(callee.child_by_field_name("property")),
        )
        if name in ("then", "catch", "finally"):
            return _promise(follower, owner_node, name, nodes, scope)
        owner = follower.value(owner_node, scope)
        arguments = _arguments(follower, nodes, scope)
        if isinstance(owner, list):
            return _on_list(follower, owner, name, arguments)
        if isinstance(owner, str):
            return values.text_method(owner, name, arguments)
        function = values.member(owner, name)
        this = owner if isinstance(owner, dict) else None
    else:
        function, this = follower.value(callee, scope), None
        arguments = _arguments(follower, nodes, scope)
    if isinstance(function, Function):
        return follower.call_function(function, arguments, this)
    home = scope.find("__filename")
    file = home.variables["__filename"] if home else ""
    return _outside(follower, function, arguments, node, file)


def _arguments(follower: Follower, nodes: Sequence[Node], scope: Scope) -> list[Any]:
    made: list[Any] = []
    for node in nodes:
        if node.type == "spread_element":
            inner = follower.value(node.named_children[0], scope)
            made.extend(inner if isinstance(inner, list) else [Unknown(text_of(node))])
        else:
            made.append(follower.value(node, scope))
    return made


def _promise(follower: Follower, owner: Node | None, name: str, nodes: Sequence[Node], scope: Scope) -> Any:
    """Follow ``promise.then(f)``, ``.catch(f)`` and ``.finally(f)``: all of them are reached in turn."""
    from workbench.declared.migrations.script.statements import hides_failure, in_handler

    before = len(follower.calls)
    hiding = line_of(nodes[0]) if name == "catch" and nodes and hides_failure(nodes[0]) else 0
    with follower.under(swallowed=hiding or follower.now.swallowed):
        result = follower.value(owner, scope)
    for function in _arguments(follower, nodes, scope):
        if isinstance(function, Function):
            now = in_handler(follower, before) if name == "catch" else {}
            with follower.under(**now):
                given = follower.call_function(function, [_result(result)])
            result = given if name == "then" else result
    return result


def _result(value: Any) -> Any:
    return Unknown("result", from_query=True) if isinstance(value, Made) and value.asks_database else value


def _on_list(follower: Follower, owner: list[Any], name: str, arguments: list[Any]) -> Any:  # noqa: PLR0911 - one answer per kind
    function = arguments[0] if arguments else None
    if name not in _EACH or not isinstance(function, Function):
        return values.list_method(owner, name, arguments)
    if name == "sort":
        return owner
    if name == "reduce":
        result = arguments[1] if len(arguments) > 1 else None
        for number, one in enumerate(owner):
            result = follower.call_function(function, [result, one, number])
        return result
    given = [follower.call_function(function, [one, number, owner]) for number, one in enumerate(owner)]
    if name == "filter":
        return [one for one, kept in zip(owner, given, strict=True) if values.truth(kept) is not False]
    if name in ("some", "every", "find"):
        return Unknown(name)
    if name == "flatMap":
        return [v for one in given for v in (one if isinstance(one, list) else [one])]
    return given if name == "map" else None


def _of_language(follower: Follower, path: tuple[str, ...], arguments: list[Any]) -> Any:
    """Return what Node's own functions give; None stands for: it is none that is known."""
    if path == ("require",):
        source = arguments[0] if arguments and isinstance(arguments[0], str) else ""
        loaded = follower.load(source) if source.startswith((".", "/")) else None
        return loaded if loaded is not None else Name(("module", source))
    if path[:2] in (("module", "path"), ("module", "node:path")) and path[-1] in ("join", "resolve"):
        return str(Path(*map(values.as_text, arguments))) if values.is_known(arguments) else Unknown("a path")
    if path[-1] == "getDialect":
        return "postgres"
    if path[-1] == "readFileSync" and arguments and values.is_known(arguments[0]):
        content = follower.read_text(values.as_text(arguments[0]))
        return content if content is not None else Unknown(f"the file {Path(str(arguments[0])).name}")
    return values.global_call(path, arguments)


def _outside(follower: Follower, function: Any, arguments: list[Any], node: Node, file: str) -> Any:
    """Note a call of something that is not in the script, and follow the functions handed to it."""
    from workbench.declared.migrations.script.follower import Call

    path = function.path if isinstance(function, Name) else ()
    if path and (given := _of_language(follower, path, arguments)) is not None:
        return given
    on_interface = bool(path) and path[0] == "queryInterface"
    if on_interface:
        follower.calls.append(Call(path, tuple(arguments), line_of(node), follower.now, True, file))
    elif any(isinstance(a, Name) and a.path[0] == "queryInterface" for a in arguments):
        shown = (text_of(node.child_by_field_name("function"))[:60],)
        follower.calls.append(Call(shown, tuple(arguments), line_of(node), follower.now, False, file))
    managed = on_interface and path[-1] == "transaction"
    over_rows = isinstance(function, Unknown) and function.from_query
    for one in arguments:
        if isinstance(one, Function):
            loop = "data" if over_rows else follower.now.loop
            transaction = Made(path, ()) if managed else Unknown("argument", from_query=over_rows)
            with follower.under(loop=loop, managed_transaction=managed or follower.now.managed_transaction):
                follower.call_function(one, [transaction])
    if path and path[-1] in ("getQueryInterface", "sequelize"):
        return Name(("queryInterface",))
    if path:
        return Made(path, tuple(arguments))
    return Unknown(text_of(node)[:60], from_query=over_rows)


_HANDLERS: dict[str, Callable[[Follower, Node, Scope], Any]] = {
    "true": _constant,
    "false": _constant,
    "null": _constant,
    "undefined": _constant,
    "number": _number,
    "string": _string,
    "template_string": _string,
    "identifier": _identifier,
    "this": _identifier,
    "object": _object,
    "array": _array,
    "member_expression": _member,
    "subscript_expression": _subscript,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "ternary_expression": _ternary,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _assignment,
    "update_expression": _update,
    "new_expression": _new,
    "call_expression": _call,
    "class": lambda follower, node, scope: follower.class_members(node, scope),
}
