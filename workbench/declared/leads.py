"""Leads in the application's sources: isolation levels, finders and where they stand, SQL made from pieces.

Read without running anything. A lead is a place to look at: types are not resolved, so a method named
``findOne`` of something else than a model is taken for a finder too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from tree_sitter import Node

from workbench.catalog import Snapshot
from workbench.collectors import collector
from workbench.declared.javascript.sources import Library, Module
from workbench.declared.javascript.syntax import is_function, string_value, text_of
from workbench.targets import Target
from workbench.words import words

FRAME = "code_leads"
COLUMNS = ("kind", "file", "line", "function_name", "expression", "value", "is_lead")
FINDERS = frozenset(
    (
        *(
            "findOne",
            "findByPk",
            "findAll",
            "findAndCountAll",
            "findOrCreate",
            "findById",
            "findOneBy",
            "findBy",
        ),
        *("findOneOrFail", "findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow", "findMany"),
    )
)
_RAW = frozenset(
    (
        *("query", "raw", "literal", "$queryRawUnsafe", "$executeRawUnsafe", "executeSql"),
        *("whereRaw", "andWhereRaw", "orWhereRaw", "havingRaw", "orderByRaw", "joinRaw", "selectRaw"),
    )
)
# Nodes of a function that are searched for a variable: a bundle is one function of a million.
_FAR = 5000
# Variables in variables that are looked through.
_DEEP = 3
# These take a part of a statement, which starts with any word.
_PARTS = ("literal", "Raw")
_EACH = frozenset(("map", "forEach", "flatMap", "reduce", "filter", "some", "every"))
_TEXTS = ("template_string", "string", "binary_expression")
_HOLDERS = ("variable_declarator", "field_definition", "public_field_definition")
_LOOPS = frozenset(("for_statement", "for_in_statement", "while_statement", "do_statement"))
_SQL = re.compile(
    r"^\W*(select|insert|update|delete|with|create|alter|drop|truncate|call|grant|merge|refresh)\b.*\s",
    re.I | re.S,
)
# What stands in capitals is a constant by custom, a table's name as a rule.
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*(\.[A-Z][A-Z0-9_]*)*")
# Pieces that can be nothing but a number or a quoted text, and the place of a bind parameter.
_HARMLESS = re.compile(
    r"(.*\.)?(escape|escapeId|escapeIdentifier|escapeLiteral|quoteIdentifier|quoteTable|quoteName"
    r"|Number|parseInt|parseFloat)\(.*\)|.*\.length(\s*[+-]\s*\d+)?",
    re.S,
)


@collector(source="files", frames=(FRAME,))
def code_leads(target: Target, snapshot: Snapshot) -> None:
    """Read the sources of ``sources`` in targets.toml into a frame with the columns of ``COLUMNS``.

    ``kind`` is isolation, finder or sql; ``value`` the isolation level, or where a finder stands (``loop``
    or the callback's method), or the pieces of the SQL; ``is_lead`` tells a finder in a loop and SQL with
    pieces.
    """
    folder = target.options.sources or snapshot.options.sources
    if not folder:
        if FRAME not in snapshot:
            reason = 'no folder of sources is named: set sources = "…" for this target in targets.toml'
            snapshot.miss(FRAME, reason)
        return
    if not Path(folder).exists():
        snapshot.miss(FRAME, f"the folder of sources {folder} does not exist", failed=True)
        return
    snapshot.add(FRAME, read_leads(Path(folder)), source="sources")


def read_leads(folder: Path) -> pd.DataFrame:
    """Return the leads of a folder, ordered by file and line."""
    lines = [lead for module in Library(folder).walk() for lead in _leads(module)]
    kinds = {"line": "int64", "is_lead": "bool"}
    types = {name: kinds.get(name, "str") for name in COLUMNS}
    return pd.DataFrame(lines, columns=list(COLUMNS)).astype(types)


Lead = tuple[str, str, int, str, str, str, bool]


def _leads(module: Module) -> Iterator[Lead]:
    finding = _functions_with_finders(module.root)
    for node in _nodes(module.root):
        found = _isolation(node) or _call(node) or _call_of_finder(node, finding)
        if found:
            kind, expression, value, is_lead = found
            yield (kind, *module.site(node), _function_name(node), expression[:80], value, is_lead)


def _nodes(root: Node) -> Iterator[Node]:
    """Walk the tree without recursion: minified or generated sources nest deeper than Python's stack."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.named_children))


def _isolation(node: Node) -> tuple[str, str, str, bool] | None:
    """Return the level of ``isolationLevel: …``, named by a constant or a string."""
    if node.type != "pair" or text_of(node.child_by_field_name("key")).strip("'\"") != "isolationLevel":
        return None
    value = node.child_by_field_name("value")
    level = (
        string_value(value)
        if value is not None and value.type == "string"
        else text_of(value).rpartition(".")[2]
    )
    name = "_".join(words(level)).upper()
    known = ("READ_UNCOMMITTED", "READ_COMMITTED", "REPEATABLE_READ", "SERIALIZABLE")
    return ("isolation", text_of(value), name, False) if name in known else None


def _call(node: Node) -> tuple[str, str, str, bool] | None:
    function = node.child_by_field_name("function") if node.type == "call_expression" else None
    if function is None:
        return None
    name = text_of(function.child_by_field_name("property")) or text_of(function)
    if name in FINDERS and function.type == "member_expression":
        where = _loop(node)
        paged = re.search(r"\b(limit|take|offset|skip)\b", text_of(node.child_by_field_name("arguments")))
        # A loop that fetches page after page is what one should do.
        return "finder", text_of(function), where, bool(where) and not (paged and where == "loop")
    if name in _RAW:
        return _raw_sql(node, text_of(function))
    return None


def _functions_with_finders(root: Node) -> frozenset[tuple[int, str]]:
    """Return the functions of a file that call a finder themselves: class (its node) or 0, and name."""
    found = set()
    for node in _nodes(root):
        called = _call(node)
        if called and called[0] == "finder":
            name = _function_name(node)
            if name:
                found.add((_class_of(node), name))
    return frozenset(found)


def _class_of(node: Node) -> int:
    outer = node.parent
    while outer is not None and outer.type != "class_body":
        outer = outer.parent
    return 0 if outer is None else outer.id


def _call_of_finder(node: Node, finding: frozenset[tuple[int, str]]) -> tuple[str, str, str, bool] | None:
    """Return a call, repeated by a loop, of a function of the same file that calls a finder itself."""
    function = node.child_by_field_name("function") if node.type == "call_expression" else None
    if function is None:
        return None
    name = text_of(function).removeprefix("this.")
    own = (_class_of(node) if text_of(function).startswith("this.") else 0, name)
    where = _loop(node) if own in finding and name != _function_name(node) else ""
    return ("finder", text_of(function), f"{where}, a finder inside", True) if where else None


def _loop(node: Node) -> str:
    """Return what repeats a call: ``loop``, or the array method whose callback it stands in; empty for nothing."""
    inner, outer = node, node.parent
    while outer is not None:
        if outer.type in _LOOPS and inner == outer.child_by_field_name("body"):
            return "loop"
        if is_function(outer):
            caller = (
                outer.parent.parent if outer.parent is not None and outer.parent.type == "arguments" else None
            )
            callee = caller.child_by_field_name("function") if caller is not None else None
            method = text_of(callee.child_by_field_name("property")) if callee is not None else ""
            return method if method in _EACH else ""
        inner, outer = outer, outer.parent
    return ""


def _raw_sql(node: Node, callee: str) -> tuple[str, str, str, bool] | None:
    arguments = node.child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    texts = _texts(first) if first is not None else []
    texts += [one for text in texts for name in _leading(text) for one in _assigned(name)]
    if not any(_SQL.search(text_of(text)) for text in texts) and not (texts and callee.endswith(_PARTS)):
        return None
    pieces = [piece for text in texts for piece in _pieces(text)]
    return "sql", callee, ", ".join(dict.fromkeys(pieces))[:120], bool(pieces)


def _texts(argument: Node) -> list[Node]:
    """Return the expressions that make up the SQL of a call: written there, or in a variable before it."""
    if argument.type == "object":
        named = {text_of(pair.child_by_field_name("key")): pair for pair in argument.named_children}
        value = next((named[key] for key in ("query", "text", "sql") if key in named), None)
        inner = value.child_by_field_name("value") if value is not None else None
        return _texts(inner) if inner is not None else []
    if argument.type == "identifier":
        return _assigned(argument)
    return [argument] if argument.type in _TEXTS else []


def _leading(text: Node) -> list[Node]:
    """Return the variable that a text begins with, as the statement before its ORDER BY; none for another text."""
    first = text.named_children[0] if text.type in _TEXTS and text.named_children else None
    if first is not None and first.type == "template_substitution" and first.named_children:
        first = first.named_children[0]
    return [first] if first is not None and first.type == "identifier" else []


def _assigned(name: Node) -> list[Node]:
    """Return what a variable of the same function, or of the file, was set to and appended; nothing for others."""
    spelt, outer = text_of(name), name.parent
    while outer is not None:
        if is_function(outer) or outer.parent is None:
            found = [
                value
                for node in itertools.islice(_nodes(outer), _FAR)
                for left, value in [_assignment(node)]
                if value is not None and left == spelt
            ]
            if found:
                return [one for value in found for one in _branches(value)]
        outer = outer.parent
    return []


def _assignment(node: Node) -> tuple[str, Node | None]:
    """Return the name and the value of a declaration or an assignment; no value for another node."""
    if node.type == "variable_declarator":
        return text_of(node.child_by_field_name("name")), node.child_by_field_name("value")
    if node.type in ("assignment_expression", "augmented_assignment_expression"):
        return text_of(node.child_by_field_name("left")), node.child_by_field_name("right")
    return "", None


def _branches(value: Node) -> list[Node]:
    """Return the expressions that a conditional chooses from; any other expression as it is."""
    if value.type == "parenthesized_expression" and value.named_children:
        return _branches(value.named_children[0])
    if value.type != "ternary_expression":
        return [value]
    sides = (value.child_by_field_name(side) for side in ("consequence", "alternative"))
    return [one for side in sides if side is not None for one in _branches(side)]


def _pieces(node: Node, depth: int = 0) -> Iterator[str]:
    """Yield the expressions that are put into a text and may hold anything."""
    if node.type == "template_string":
        for one in _substituted(node):
            yield from _pieces(one, depth)
    elif node.type == "binary_expression":
        for side in ("left", "right"):
            part = node.child_by_field_name(side)
            if part is not None:
                yield from _pieces(part, depth)
    elif node.type in ("parenthesized_expression", "ternary_expression"):
        for one in _branches(node):
            yield from _pieces(one, depth)
    elif node.type not in ("string", "number", "undefined", "null"):
        yield from _unknown(node, depth)


def _substituted(template: Node) -> Iterator[Node]:
    """Yield what a template puts in; ``$${n}`` only gives the place of a bind parameter."""
    before = ""
    for child in template.named_children:
        inside = child.type == "template_substitution"
        if inside and child.named_children and not before.endswith("$"):
            yield child.named_children[0]
        before = "" if inside else text_of(child)


def _unknown(node: Node, depth: int) -> Iterator[str]:
    """Yield an expression, or what the variable that it is was made from; nothing for what is harmless."""
    written = _assigned(node) if node.type == "identifier" and depth < _DEEP else []
    inner = [piece for one in written for piece in _pieces(one, depth + 1)]
    text = text_of(node).strip()
    if written and (not inner or all(one.type in _TEXTS for one in written)):
        # A variable that only ever holds fixed texts is none of the caller's.
        yield from inner
    elif not _CONSTANT.fullmatch(text) and not _HARMLESS.fullmatch(text):
        yield text


def _function_name(node: Node) -> str:
    """Return the name of the innermost named function or method around a node."""
    outer = node.parent
    while outer is not None:
        # An arrow function bears the name of the constant or field that it is assigned to.
        holder = outer.parent if is_function(outer) else None
        named = holder if holder is not None and holder.type in _HOLDERS else outer
        name = text_of(named.child_by_field_name("name") or named.child_by_field_name("property"))
        name = name if is_function(outer) else ""
        if name:
            return name
        outer = outer.parent
    return ""
