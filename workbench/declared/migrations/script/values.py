"""Values of a script that is read and not run, and the few built-in functions that give known values.

A known value is a Python one: text, number, bool, None, list, dict. Everything else is one of the classes
here. A text with an unknown part keeps its known parts around a placeholder, so that SQL with one unknown
name can still be parsed.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tree_sitter import Node

# Private-use characters: PostgreSQL's lexer takes them for letters, and no source is likely to hold them.
OPEN, CLOSE = "\ue000", "\ue001"
# A hostile script doubles a text or a list in a loop; nothing real comes near these sizes.
LETTERS_LIMIT = 1_000_000
ITEMS_LIMIT = 20_000
_EXACT_INTEGERS = 2**53


class Signal(enum.Enum):
    """How a statement ended other than by going on to the next."""

    RETURN = "return"
    THROW = "throw"
    BREAK = "break"
    CONTINUE = "continue"


def text_of(node: Node | None) -> str:
    """Return the source of a node."""
    return node.text.decode(errors="replace") if node is not None and node.text is not None else ""


def line_of(node: Node) -> int:
    """Return the line of a node, counted from 1."""
    return int(node.start_point[0]) + 1


@dataclass(frozen=True)
class Unknown:
    """A value that only running the script would give; ``from_query`` when rows of the database give it."""

    text: str
    from_query: bool = False


@dataclass(frozen=True)
class Name:
    """A thing from outside the script by its path, ``("Sequelize", "STRING")`` say."""

    path: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Made:
    """What calling such a thing gives: ``Sequelize.STRING(255)``."""

    path: tuple[str, ...]
    arguments: tuple[Any, ...]

    @property
    def asks_database(self) -> bool:
        """Tell whether the value comes from the database rather than from the script."""
        return self.path[0] == "queryInterface" and self.path[-1] != "transaction"


@dataclass(eq=False)
class Scope:
    """The variables of one function or block."""

    variables: dict[str, Any] = field(default_factory=dict)
    parent: Scope | None = None

    def find(self, name: str) -> Scope | None:
        """Return the scope that declares a name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.variables:
            scope = scope.parent
        return scope


@dataclass(eq=False)
class Function:
    """A function of the script with the scope that it was made in."""

    node: Node
    scope: Scope
    this: Any = None


def is_known(value: Any) -> bool:
    """Tell whether a value, and everything in it, is known."""
    if isinstance(value, list):
        return all(map(is_known, value))
    if isinstance(value, dict):
        return all(map(is_known, value.values()))
    if isinstance(value, str):
        return OPEN not in value
    return value is None or isinstance(value, (bool, int, float))


def as_text(value: Any) -> str:  # noqa: PLR0911 - one answer per kind
    """Return what a template string makes of a value; an unknown one becomes a placeholder."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return ",".join(map(as_text, value))
    if isinstance(value, Made) and value.path[-1] in ("literal", "fn", "col") and value.arguments:
        return as_text(value.arguments[0])
    shown = value.text if isinstance(value, Unknown) else ".".join(getattr(value, "path", ("value",)))
    return f"{OPEN}{re.sub(r'[^A-Za-z0-9_]+', '_', shown).strip('_')[:40] or 'value'}{CLOSE}"


def readable(text: str) -> str:
    """Return a text with its placeholders as a template string would show them."""
    return text.replace(OPEN, "${").replace(CLOSE, "}")


# What runners hand over in one object, beside or inside of umzug's context.
_GIVEN_ALONG: Mapping[str, tuple[str, ...]] = {
    "queryInterface": ("queryInterface",),
    "context": ("queryInterface",),
    "Sequelize": ("Sequelize",),
    "DataTypes": ("Sequelize", "DataTypes"),
}


def member(value: Any, name: str) -> Any:  # noqa: PLR0911 - one answer per kind
    """Return ``value.name`` or ``value[name]``."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, (list, str)) and name == "length":
        return len(value) if is_known(value) or isinstance(value, list) else Unknown("length")
    if isinstance(value, (list, str)) and name.isdigit():
        return value[int(name)] if int(name) < len(value) else None
    if isinstance(value, Name):
        if value.path == ("queryInterface",) and name in _GIVEN_ALONG:
            return Name(_GIVEN_ALONG[name])
        of_options = value.path[0] == "queryInterface" and value.path[-1] in ("options", "config")
        return "postgres" if of_options and name == "dialect" else Name((*value.path, name))
    if isinstance(value, Made):
        if value.asks_database and not value.path[-1].endswith("transaction"):
            return Unknown(name, from_query=True)
        return Name((*value.path, "()", name))
    if isinstance(value, Unknown):
        return Unknown(f"{value.text}.{name}", value.from_query)
    return Unknown(name)


_TEXT_METHODS: Mapping[str, Callable[[str], str]] = {
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
    "trim": str.strip,
    "toString": str,
}


def text_method(text: str, name: str, arguments: Sequence[Any]) -> Any:  # noqa: PLR0911 - one answer per kind
    """Return what a method of a string gives, or an unknown value."""
    if name in _TEXT_METHODS:
        return _TEXT_METHODS[name](text)
    if not is_known(text) or not all(map(is_known, arguments)):
        return Unknown(name)
    first = as_text(arguments[0]) if arguments else ""
    if name in ("startsWith", "endsWith", "includes"):
        return {"startsWith": text.startswith, "endsWith": text.endswith, "includes": text.__contains__}[
            name
        ](first)
    if name == "split":
        return text.split(first) if first else list(text)
    if name in ("replace", "replaceAll") and len(arguments) == 2 and isinstance(arguments[1], str):
        return text.replace(first, arguments[1], 1 if name == "replace" else -1)
    if name in ("slice", "substring", "substr") and all(isinstance(a, int) for a in arguments):
        end = arguments[1] if len(arguments) > 1 else None
        return text[arguments[0] : arguments[0] + end if name == "substr" and end else end]
    if name == "concat":
        return text + "".join(map(as_text, arguments))
    return Unknown(name)


def list_method(values: list[Any], name: str, arguments: Sequence[Any]) -> Any:  # noqa: PLR0911 - one answer per kind
    """Return what a method of an array gives that needs no function, or an unknown value."""
    if name == "join":
        joined = (as_text(arguments[0]) if arguments else ",").join(map(as_text, values))
        return joined if len(joined) <= LETTERS_LIMIT else Unknown("a very long text")
    if len(values) + len(arguments) > ITEMS_LIMIT:
        return Unknown("a very long list")
    if name == "push":
        values.extend(arguments)
        return len(values)
    if name == "concat":
        more = [one for a in arguments for one in (a if isinstance(a, list) else [a])]
        return values + more if len(values) + len(more) <= ITEMS_LIMIT else Unknown("a very long list")
    if name in ("includes", "indexOf") and arguments and is_known(values) and is_known(arguments[0]):
        there = arguments[0] in values
        return there if name == "includes" else (values.index(arguments[0]) if there else -1)
    if name == "reverse":
        values.reverse()
        return values
    if name in ("flat", "flatten"):
        return [one for v in values for one in (v if isinstance(v, list) else [v])]
    if name == "slice" and all(isinstance(a, int) for a in arguments):
        return values[slice(*arguments)] if len(arguments) == 2 else values[(arguments or [0])[0] :]
    if name in ("entries", "keys", "values"):
        return {"entries": [[i, v] for i, v in enumerate(values)], "keys": list(range(len(values)))}.get(
            name, values
        )
    return Unknown(name)


def global_call(path: tuple[str, ...], arguments: Sequence[Any]) -> Any:  # noqa: PLR0911 - one answer per kind
    """Return what a built-in function of the language gives; None stands for: it is none that is known."""
    first = arguments[0] if arguments else None
    if path[0] == "Object" and isinstance(first, dict):
        if path[-1] in ("keys", "values", "entries"):
            pairs = list(first.items())
            return {"keys": [k for k, _ in pairs], "values": [v for _, v in pairs]}.get(
                path[-1], [[k, v] for k, v in pairs]
            )
        if path[-1] == "freeze":
            return first
        if path[-1] == "assign":
            for one in arguments[1:]:
                first.update(one if isinstance(one, dict) else {})
            return first
    if path[-1] in ("from", "all", "allSettled", "resolve", "race") and path[0] in ("Array", "Promise"):
        return first
    if path == ("String",):
        return as_text(first)
    if path == ("JSON", "stringify") and is_known(first):
        import json

        return json.dumps(first)
    return None


def compare(operator: str, left: Any, right: Any) -> Any:
    """Return what a binary operator makes of two values."""
    if operator == "+" and (isinstance(left, str) or isinstance(right, str)):
        joined = as_text(left) + as_text(right)
        return joined if len(joined) <= LETTERS_LIMIT else Unknown("a very long text")
    if operator in ("===", "==", "!==", "!=") and is_known(left) and is_known(right):
        return (left == right) == (operator in ("===", "=="))
    numbers = all(isinstance(v, (int, float)) for v in (left, right))
    if numbers and operator in ("+", "-", "*"):
        result = {"+": left + right, "-": left - right, "*": left * right}[operator]
        # Numbers of JavaScript are doubles: they do not grow without end.
        return result if abs(result) < _EXACT_INTEGERS else float(result)
    if numbers and operator in ("<", "<=", ">", ">="):
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
    asks = any(isinstance(v, Unknown) and v.from_query for v in (left, right))
    return Unknown(f"a comparison with {operator}", from_query=asks)


def truth(value: Any) -> bool | None:
    """Return whether a condition holds; None when only running the script would tell."""
    if isinstance(value, (Unknown, Made)) or (isinstance(value, str) and OPEN in value):
        return None
    if isinstance(value, Name):
        # Outside things (process.env.X) may be there or not; the interface itself always is.
        return True if value.path in (("queryInterface",), ("Sequelize",)) else None
    if isinstance(value, (list, dict, Function)):
        return True
    return bool(value)


_ESCAPES = {
    "\\n": "\n",
    "\\t": "\t",
    "\\r": "\r",
    "\\0": "\0",
    "\\b": "\b",
    "\\f": "\f",
    "\\v": "\v",
    "\\\n": "",
}


def unescape(text: str) -> str:
    """Return what an escape sequence of a string stands for."""
    if text in _ESCAPES:
        return _ESCAPES[text]
    digits = text[2:].strip("{}")
    if text[1] in "ux" and digits:
        return chr(int(digits, 16))
    return text[1:]
