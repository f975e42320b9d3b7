"""What JavaScript's built-in members and functions give for known values."""

# ruff: noqa: PLR0911 - a built-in has many names, and one return for each is plainest
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from workbench.declared.javascript.values import UNDEFINED, JsList, JsObject, Site, Unknown

Apply = Callable[[Any, list[Any]], Any]
"""Calls a function of the sources with arguments."""


def text_of_value(value: Any) -> str | None:
    """Return what a template or ``String()`` makes of a value; None when it is not known."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None or value is UNDEFINED:
        return "undefined" if value is UNDEFINED else "null" if value is None else str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, list):
        parts = [text_of_value(one) for one in value]
        return None if None in parts else ",".join(part or "" for part in parts)
    return None


def type_name(value: Any) -> str:
    """Return what ``typeof`` says of a value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (int, float)):
        return "number"
    if value is UNDEFINED:
        return "undefined"
    return "object" if value is None or isinstance(value, (list, dict)) else "function"


def converted(function: str, value: Any) -> Any | None:
    """Return what ``String``, ``Number`` or ``isNaN`` makes of a text or number; None when it is not known."""
    if function == "String":
        return text_of_value(value)
    if isinstance(value, str):
        try:
            value = float(value) if value.strip() else 0.0
        except ValueError:
            value = math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return math.isnan(value) if function == "isNaN" else value


def member(value: list[Any] | str, name: str, site: Site) -> Any:
    """Return a property of an array or a text."""
    if name == "length":
        return len(value)
    if name.isdigit():
        return value[int(name)] if int(name) < len(value) else UNDEFINED
    return Unknown(f"the member {name}", site)


def object_function(name: str, arguments: Sequence[Any], site: Site) -> Any:
    """Return what ``Object.values`` and its like give."""
    first = arguments[0] if arguments else UNDEFINED
    if isinstance(first, Unknown):
        return first
    if name == "freeze":
        return first
    if name == "assign" and all(isinstance(one, JsObject) for one in arguments):
        return merged(arguments, site)
    if name == "fromEntries" and isinstance(first, list):
        result = JsObject()
        for pair in first:
            if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)):
                return Unknown("Object.fromEntries", site)
            result.put(pair[0], pair[1], site)
        return result
    if not isinstance(first, JsObject) or name not in ("values", "keys", "entries"):
        return Unknown(f"Object.{name}", site)
    pairs = list(first.runtime_items())
    result_list = {
        "keys": JsList(key for key, _ in pairs),
        "values": JsList(one for _, one in pairs),
        "entries": JsList(JsList((key, one)) for key, one in pairs),
    }[name]
    result_list.source = first.source
    return result_list


def merged(objects: Sequence[Any], site: Site) -> JsObject:
    """Return ``{...a, ...b}``."""
    result = JsObject()
    for one in objects:
        for key, value in one.items():
            result.put(key, value, one.sites.get(key, site))
    return result


def text_method(text: str, name: str, arguments: Sequence[Any], site: Site) -> Any:
    """Return what a method of a text gives."""
    simple: dict[str, Callable[[str], str]] = {
        "toLowerCase": str.lower,
        "toUpperCase": str.upper,
        "trim": str.strip,
        "toString": str,
        "valueOf": str,
    }
    if name in simple:
        return simple[name](text)
    texts = [one for one in arguments if isinstance(one, str)]
    if len(texts) == len(arguments):
        if name == "concat":
            return text + "".join(texts)
        if name == "split" and len(texts) == 1:
            return JsList(text.split(texts[0]) if texts[0] else text)
        if name == "replace" and len(texts) == 2:
            return text.replace(texts[0], texts[1], 1)
        if name == "replaceAll" and len(texts) == 2:
            return text.replace(texts[0], texts[1])
    if name == "slice" and all(isinstance(one, int) for one in arguments):
        return text[slice(*arguments)] if len(arguments) > 1 else text[arguments[0] if arguments else 0 :]
    return Unknown(f"the text method {name}", site)


def list_method(values: list[Any], name: str, arguments: list[Any], site: Site, apply: Apply) -> Any:
    """Return what a method of an array gives; ``apply`` calls the functions that it is given."""
    function = apply if arguments else None
    if name in ("map", "flatMap") and function:
        mapped = [function(arguments[0], [one, number]) for number, one in enumerate(values)]
        return JsList(_flat(mapped) if name == "flatMap" else mapped)
    if name == "reduce" and function:
        folded = [*arguments[1:2], *values]
        result = folded[0] if folded else Unknown("reduce of nothing", site)
        for number, one in enumerate(folded[1:]):
            result = function(arguments[0], [result, one, number])
        return result
    if name == "filter" and function:
        kept = [(one, function(arguments[0], [one, number])) for number, one in enumerate(values)]
        if any(isinstance(test, Unknown) for _, test in kept):
            return Unknown("the condition of a filter", site)
        return JsList(one for one, test in kept if test not in (False, None, UNDEFINED, 0, ""))
    if name == "concat":
        return JsList([*values, *_flat(arguments)])
    if name == "flat":
        return JsList(_flat(values))
    if name == "join":
        return text_of_value(values) if not arguments else _joined(values, arguments[0], site)
    if name == "slice" and all(isinstance(one, int) for one in arguments):
        return JsList(values[slice(*arguments)] if len(arguments) > 1 else values[(arguments or [0])[0] :])
    if name == "includes" and arguments and not isinstance(arguments[0], Unknown):
        return arguments[0] in values
    if name in ("sort", "reverse", "toSorted", "toReversed") and all(isinstance(v, str) for v in values):
        return JsList(sorted(values, reverse=False) if "ort" in name and not arguments else values[::-1])
    return Unknown(f"the array method {name}", site)


def _joined(values: list[Any], separator: Any, site: Site) -> Any:
    parts = [text_of_value(one) for one in values]
    if None in parts or not isinstance(separator, str):
        return Unknown("join", site)
    return separator.join(part or "" for part in parts)


def _flat(values: Sequence[Any]) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def binary(operator: str, left: Any, right: Any, site: Site) -> Any:
    """Return what an arithmetic or comparing operator gives."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return left if isinstance(left, Unknown) else right
    if operator in ("===", "==", "!==", "!="):
        plain = (str, int, float, bool, type(None), type(UNDEFINED))
        if isinstance(left, plain) != isinstance(right, plain) and not {None, UNDEFINED} & {
            one for one in (left, right) if isinstance(one, plain)
        }:
            return Unknown(f"a comparison with {operator}", site)
        return (left == right) == (operator in ("===", "=="))
    if operator == "+" and (isinstance(left, str) or isinstance(right, str)):
        first, second = text_of_value(left), text_of_value(right)
        return Unknown("a text", site) if first is None or second is None else first + second
    if all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (left, right)):
        return _number(operator, left, right, site)
    return Unknown(f"the operator {operator}", site)


def _number(operator: str, left: float, right: float, site: Site) -> Any:
    if operator in ("+", "-", "*"):
        return {"+": left + right, "-": left - right, "*": left * right}[operator]
    if operator in ("<", "<=", ">", ">="):
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
    if operator in ("/", "%") and right:
        result = left / right if operator == "/" else left % right
        return int(result) if float(result).is_integer() else result
    if operator in ("|", "&", "<<") and all(
        isinstance(one, int) and 0 <= one < 2**31 for one in (left, right)
    ):
        a, b = int(left), int(right)
        return {"|": a | b, "&": a & b, "<<": a << min(b, 31)}[operator]
    # ** may make a number of any size.
    return Unknown(f"the operator {operator}", site)
