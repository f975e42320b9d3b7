"""Follows what a JavaScript or TypeScript file would do, from its syntax tree; nothing of it is executed.

Straight-line code, helper functions, loops over constant arrays and template strings are followed with their
values. Where only running would tell which way a condition goes, both ways are followed and what happens
there carries the condition. Calls on the query interface are not answered but noted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from tree_sitter import Node

from workbench.declared.migrations.script import values
from workbench.declared.migrations.script.values import Function, Name, Scope, Signal, Unknown, text_of

STEPS_LIMIT = 200_000
DEPTH_LIMIT = 24


class TooLongError(RuntimeError):
    """The script does more than is followed: an endless loop, or recursion."""


@dataclass(frozen=True)
class Circumstances:
    """Under what a call happens.

    ``conditions`` are texts of conditions that only running would decide; ``loop`` is ``data`` inside a loop
    over rows of the database, ``open`` inside one whose rounds are not known; ``swallowed`` is the line of a
    handler that hides a failure of the call, ``handler`` tells that the call is inside a handler.
    """

    conditions: tuple[str, ...] = ()
    loop: str = ""
    swallowed: int = 0
    in_handler: bool = False
    managed_transaction: bool = False


@dataclass(frozen=True)
class Call:
    """One call on the query interface, or one that could not be followed although it got the interface."""

    path: tuple[str, ...]
    arguments: tuple[Any, ...]
    line: int
    circumstances: Circumstances
    followed: bool = True
    file: str = ""


@dataclass
class Follower:
    """Follows one file; ``calls`` collects what its functions ask of the query interface."""

    load: Callable[[str], Any] = lambda _: None
    read_text: Callable[[str], str | None] = lambda _: None
    file: str = ""
    folder: str = ""
    calls: list[Call] = field(default_factory=list)
    thrown: list[int] = field(default_factory=list)
    now: Circumstances = field(default_factory=Circumstances)
    returned: Any = None
    _steps: int = 0
    _depth: int = 0

    def run_module(self, program: Node) -> dict[str, Any]:
        """Follow the top level of a file and return what it exports."""
        module: dict[str, Any] = {"exports": {}}
        names = {"module": module, "exports": module["exports"], "require": Name(("require",))}
        scope = Scope({**names, "__filename": self.file, "__dirname": self.folder})
        self._hoist(program, scope)
        self.block(program.named_children, scope)
        exports = module["exports"]
        scope_exports = scope.variables.get("exports")
        found = exports if isinstance(exports, dict) else {"default": exports}
        if isinstance(scope_exports, dict):
            found = {**scope_exports, **found}
        return found

    def call_function(self, function: Function, arguments: Sequence[Any], this: Any = None) -> Any:
        """Follow a function's body with its parameters bound, and return what it returns."""
        if self._depth >= DEPTH_LIMIT:
            raise TooLongError(f"calls deeper than {DEPTH_LIMIT}")
        scope = Scope({"this": this if this is not None else function.this}, function.scope)
        self._bind_parameters(function.node, arguments, scope)
        body = function.node.child_by_field_name("body")
        if body is None:
            return None
        self._depth += 1
        before, self.returned = self.now, None
        try:
            if body.type != "statement_block":
                return self.value(body, scope)
            self._hoist(body, scope)
            self.block(body.named_children, scope)
            return self.returned
        finally:
            self._depth -= 1
            self.now, self.returned = before, None

    def _bind_parameters(self, node: Node, arguments: Sequence[Any], scope: Scope) -> None:
        single = node.child_by_field_name("parameter")
        listed = node.child_by_field_name("parameters")
        patterns = [single] if single is not None else listed.named_children if listed is not None else []
        patterns = [p for p in patterns if p is not None and p.type != "comment"]
        for number, pattern in enumerate(patterns):
            inner = pattern.child_by_field_name("pattern") or pattern
            default = pattern.child_by_field_name("value")
            if inner.type == "rest_pattern":
                self.bind(inner.named_children[0], list(arguments[number:]), scope)
                continue
            given = arguments[number] if number < len(arguments) else None
            if given is None and default is not None and pattern.type != "assignment_pattern":
                given = self.value(default, scope)
            self.bind(inner, given, scope)

    def bind(self, pattern: Node, value: Any, scope: Scope) -> None:
        """Bind a name, or the names of a destructuring pattern, to a value."""
        if pattern.type in ("identifier", "shorthand_property_identifier_pattern"):
            scope.variables[text_of(pattern)] = value
        elif pattern.type in ("assignment_pattern", "object_assignment_pattern"):
            left, right = pattern.child_by_field_name("left"), pattern.child_by_field_name("right")
            if left is not None:
                self.bind(left, self.value(right, scope) if value is None else value, scope)
        elif pattern.type == "object_pattern":
            for one in pattern.named_children:
                self._bind_property(one, value, scope)
        elif pattern.type == "array_pattern":
            for number, one in enumerate(pattern.named_children):
                self.bind(one, values.member(value, str(number)), scope)
        elif pattern.type == "rest_pattern":
            scope.variables[text_of(pattern.named_children[0])] = Unknown("rest")

    def _bind_property(self, one: Node, value: Any, scope: Scope) -> None:
        if one.type == "pair_pattern":
            key, target = one.child_by_field_name("key"), one.child_by_field_name("value")
            if target is not None:
                self.bind(target, values.member(value, text_of(key).strip("'\"")), scope)
        elif one.type == "object_assignment_pattern":
            name = text_of(one.child_by_field_name("left"))
            self.bind(one, values.member(value, name), scope)
        elif one.type == "rest_pattern":
            self.bind(one, value, scope)
        else:
            self.bind(one, values.member(value, text_of(one)), scope)

    def _hoist(self, node: Node, scope: Scope) -> None:
        """Declare functions before the statements that call them."""
        for child in node.named_children:
            declared = child.child_by_field_name("declaration") if child.type == "export_statement" else child
            if declared is not None and declared.type in (
                "function_declaration",
                "generator_function_declaration",
            ):
                name = text_of(declared.child_by_field_name("name"))
                scope.variables[name] = Function(declared, scope)

    # --- statements ---------------------------------------------------------------------------------------

    def block(self, nodes: Iterable[Node], scope: Scope) -> Signal | None:
        """Follow statements until one leaves the block."""
        before = self.now
        for node in nodes:
            signal = self.statement(node, scope)
            if signal is not None:
                self.now = before
                return signal
        self.now = before
        return None

    def statement(self, node: Node, scope: Scope) -> Signal | None:
        """Follow one statement."""
        self._steps += 1
        if self._steps > STEPS_LIMIT:
            raise TooLongError(f"more than {STEPS_LIMIT} steps")
        from workbench.declared.migrations.script.statements import STATEMENTS

        handler = STATEMENTS.get(node.type)
        if handler is not None:
            return handler(self, node, scope)
        if node.type == "statement_block":
            inner = Scope(parent=scope)
            self._hoist(node, inner)
            return self.block(node.named_children, inner)
        return None

    def class_members(self, node: Node, scope: Scope) -> dict[str, Any]:
        """Return the methods and properties of a class by name."""
        found: dict[str, Any] = {}
        body = node.child_by_field_name("body")
        for one in body.named_children if body is not None else []:
            name = text_of(one.child_by_field_name("name") or one.child_by_field_name("property"))
            if one.type == "method_definition":
                found[name] = Function(one, scope, found)
            elif one.type in ("public_field_definition", "field_definition"):
                found[name] = self.value(one.child_by_field_name("value"), Scope({"this": found}, scope))
        return found

    @contextmanager
    def under(self, **changes: Any) -> Iterator[None]:
        """Follow something under other circumstances."""
        before = self.now
        self.now = replace(self.now, **changes)
        try:
            yield
        finally:
            self.now = before

    def value(self, node: Node | None, scope: Scope) -> Any:
        """Return the value of an expression, noting the calls inside it."""
        from workbench.declared.migrations.script.expressions import evaluate

        self._steps += 1
        if self._steps > STEPS_LIMIT:
            raise TooLongError(f"more than {STEPS_LIMIT} steps")
        return None if node is None else evaluate(self, node, scope)
