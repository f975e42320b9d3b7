"""Leads in the application's sources: isolation levels, finders and where they stand, SQL made from pieces.

Read without running anything. A lead is a place to look at: types are not resolved, so a method named
``findOne`` of something else than a model is taken for a finder too.
"""

from __future__ import annotations

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
_RAW = frozenset(("query", "raw", "literal", "$queryRawUnsafe", "$executeRawUnsafe", "executeSql"))
_EACH = frozenset(("map", "forEach", "flatMap", "reduce", "filter", "some", "every"))
_LOOPS = frozenset(("for_statement", "for_in_statement", "while_statement", "do_statement"))
_SQL = re.compile(
    r"^\W*(select|insert|update|delete|with|create|alter|drop|truncate|call|grant|merge|refresh)\b.*\s",
    re.I | re.S,
)
# What stands in capitals is a constant by custom, a table's name as a rule.
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*(\.[A-Z][A-Z0-9_]*)*")


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
    for node in _nodes(module.root):
        found = _isolation(node) or _call(node)
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
    if first is None or first.type not in ("template_string", "string", "binary_expression"):
        return None
    if not _SQL.search(text_of(first)) and not callee.endswith("literal"):
        return None
    pieces = [piece for piece in _pieces(first) if not _CONSTANT.fullmatch(piece)]
    return "sql", callee, ", ".join(dict.fromkeys(pieces))[:120], bool(pieces)


def _pieces(node: Node) -> Iterator[str]:
    """Yield the expressions that are put into a text."""
    if node.type == "template_string":
        for child in node.named_children:
            if child.type == "template_substitution":
                yield text_of(child)[2:-1].strip()
    elif node.type == "binary_expression":
        for side in ("left", "right"):
            part = node.child_by_field_name(side)
            if part is not None:
                yield from _pieces(part)
    elif node.type not in ("string", "number"):
        yield text_of(node)


def _function_name(node: Node) -> str:
    """Return the name of the innermost named function or method around a node."""
    outer = node.parent
    while outer is not None:
        # An arrow function bears the name of the constant that it is assigned to.
        holder = outer.parent if is_function(outer) else None
        named = holder if holder is not None and holder.type == "variable_declarator" else outer
        name = text_of(named.child_by_field_name("name")) if is_function(outer) else ""
        if name:
            return name
        outer = outer.parent
    return ""
