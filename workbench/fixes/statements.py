"""What the statements of a fix make, change and drop, read by PostgreSQL's own grammar.

A statement that the grammar does not take (there is none among those that checks write) touches nothing.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.sql_parse import SqlError, parse

Tree = Mapping[str, Any]
Key = tuple[str, ...]

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|;""",
    re.DOTALL,
)
_ALONE = re.compile(
    r"\s*(VACUUM|ALTER\s+SYSTEM|((CREATE|DROP)(\s+UNIQUE)?|REINDEX)\s+INDEX\s+CONCURRENTLY)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class NewIndex:
    """An index, or a unique constraint's, that a statement makes; ``keys`` and ``predicate`` in one spelling."""

    schema: str
    table: str
    name: str
    keys: Key
    is_unique: bool
    method: str = "btree"
    predicate: str = ""
    includes: Key = ()

    @property
    def shape(self) -> tuple[Any, ...]:
        """What makes two indexes the same but for their names."""
        return (
            self.schema,
            self.table,
            self.keys,
            self.is_unique,
            self.method,
            self.predicate,
            self.includes,
        )

    @property
    def is_plain(self) -> bool:
        """A btree over all rows and with nothing besides its keys."""
        return self.method == "btree" and not self.predicate and not self.includes

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns among the keys, expressions left out."""
        return tuple(json.loads(key).get("name", "") for key in self.keys)

    def serves_as(self, other: NewIndex) -> bool:
        """Tell whether this index makes another superfluous: the same keys, or more after them."""
        if (self.schema, self.table) != (other.schema, other.table) or not (self.is_plain and other.is_plain):
            return False
        if other.is_unique:
            return self.is_unique and self.keys == other.keys
        return self.keys[: len(other.keys)] == other.keys


@dataclass(frozen=True)
class NewKey:
    """A foreign key that a statement adds where none was."""

    schema: str
    table: str
    columns: Key
    referenced: tuple[str, str]


def split_sql(text: str) -> list[str]:
    """Return the statements of a text, each without its semicolon; comments alone are no statement."""
    return [piece.strip().removesuffix(";").rstrip() for piece in pieces(text) if bare(piece).strip(" \n;")]


def pieces(text: str) -> list[str]:
    """Return a text cut behind the semicolons that end its statements; joined, the pieces are the text."""
    ends = [token.end() for token in _TOKEN.finditer(text) if token[0] == ";"]
    cuts = [0, *ends, len(text)]
    return [text[start:end] for start, end in itertools.pairwise(cuts) if start < end]


def bare(text: str) -> str:
    """Return a text without its comments."""
    return _TOKEN.sub(lambda token: " " if token[0].startswith(("--", "/*")) else token[0], text)


def runs_alone(statement: str) -> bool:
    """Tell whether PostgreSQL refuses a statement in a transaction; those that do wait without holding up others."""
    return _ALONE.match(bare(statement)) is not None


@functools.lru_cache(maxsize=10_000)
def trees(sql: str) -> tuple[tuple[str, Tree], ...]:
    """Return each statement's kind (``index_stmt``, say) and tree."""
    try:
        parsed = parse(sql).get("stmts", [])
    except SqlError:
        return ()
    return tuple(next(iter(one["stmt"].items())) for one in parsed if one.get("stmt"))


def new_indexes(sql: str) -> list[NewIndex]:
    """Return the indexes that SQL makes, those behind primary keys and unique constraints among them."""
    found = []
    for kind, tree in trees(sql):
        if kind == "index_stmt":
            found.append(_index(tree))
        for command in _commands(kind, tree):
            made = command.get("def", {}).get("constraint", {})
            if made.get("contype") in ("CONSTR_PRIMARY", "CONSTR_UNIQUE") and "keys" in made:
                home = _relation(tree)
                keys = tuple(_spelled({"name": name}) for name in _names(made["keys"]))
                found.append(NewIndex(*home, made.get("conname", ""), keys, is_unique=True))
    return found


def new_keys(sql: str) -> list[NewKey]:
    """Return the foreign keys that SQL adds; none when it only puts a key in the place of another."""
    found = []
    for kind, tree in trees(sql):
        for command in _commands(kind, tree):
            if command["subtype"] == "AT_DropConstraint":
                return []
            made = command.get("def", {}).get("constraint", {})
            if made.get("contype") == "CONSTR_FOREIGN":
                there = (made["pktable"].get("schemaname", ""), made["pktable"]["relname"])
                found.append(NewKey(*_relation(tree), _names(made["fk_attrs"]), there))
    return found


def _index(tree: Tree) -> NewIndex:
    schema, table = _relation(tree)
    return NewIndex(
        schema,
        table,
        tree.get("idxname", ""),
        tuple(_element(one["index_elem"]) for one in tree.get("index_params", [])),
        bool(tree.get("unique")),
        tree.get("access_method", "btree"),
        _spelled(tree["where_clause"]) if "where_clause" in tree else "",
        tuple(_element(one["index_elem"]) for one in tree.get("index_including_params", [])),
    )


def _element(element: Tree) -> str:
    usual = ("SORTBY_DEFAULT", "SORTBY_NULLS_DEFAULT", "SORTBY_ASC")
    return _spelled({key: value for key, value in element.items() if value not in usual})


def _spelled(tree: Any) -> str:
    """Return a tree as text, without the places that its words had in the statement."""
    return json.dumps(_unplaced(tree), sort_keys=True)


def _unplaced(tree: Any) -> Any:
    if isinstance(tree, Mapping):
        return {key: _unplaced(value) for key, value in tree.items() if key != "location"}
    return [_unplaced(one) for one in tree] if isinstance(tree, list) else tree


def _relation(tree: Tree) -> tuple[str, str]:
    relation = tree.get("relation", {})
    return relation.get("schemaname", ""), relation.get("relname", "")


def _names(listed: Any) -> tuple[str, ...]:
    return tuple(one["string"]["sval"] for one in listed)


def _commands(kind: str, tree: Tree) -> Iterator[Tree]:
    if kind == "alter_table_stmt":
        yield from (one["alter_table_cmd"] for one in tree.get("cmds", []))


def touched(sql: str) -> frozenset[Key]:
    """Return what SQL creates, drops or redefines, each as a tuple: its kind, schema, table or name, and more.

    Kinds are ``constraint``, ``key`` (a foreign key's columns), ``column``, ``type`` and ``null`` (of a column),
    ``index``, ``table`` and ``rows`` (row security). A CHECK made and dropped on the way to NOT NULL touches
    nothing that stays.
    """
    found: set[Key] = set()
    dropped: set[Key] = set()
    for kind, tree in trees(sql):
        if kind == "index_stmt":
            found.add(("index", tree.get("relation", {}).get("schemaname", ""), tree.get("idxname", "")))
        elif kind == "drop_stmt" and tree.get("remove_type") == "OBJECT_INDEX":
            found |= {("index", *_names(one["list"]["items"])) for one in tree["objects"]}
        elif kind == "rename_stmt":
            found.add(_renamed(tree))
        elif kind == "create_stmt":
            found.add(("table", *_relation(tree)))
        elif kind == "create_table_as_stmt":
            found.add(("table", *_relation({"relation": tree["into"]["rel"]})))
        for command in _commands(kind, tree):
            made, gone = _altered(_relation(tree), command)
            dropped |= gone & found
            found |= made
    return frozenset(found - dropped)


def _renamed(tree: Tree) -> Key:
    kinds = {"OBJECT_INDEX": "index", "OBJECT_TABCONSTRAINT": "constraint", "OBJECT_COLUMN": "column"}
    name = (tree["subname"],) if "subname" in tree else ()
    return (kinds.get(tree.get("rename_type", ""), "table"), *_relation(tree), *name)


def _altered(home: tuple[str, str], command: Tree) -> tuple[set[Key], set[Key]]:
    """Return what an action of ALTER TABLE touches, and what it drops."""
    subtype, column = command["subtype"], command.get("name", "")
    kinds = {"AT_AlterColumnType": "type", "AT_SetNotNull": "null", "AT_DropNotNull": "null"}
    if subtype == "AT_DropConstraint":
        return {("constraint", *home, column)}, {("constraint", *home, column)}
    if subtype in kinds:
        return {(kinds[subtype], *home, column)}, set()
    if "RowSecurity" in subtype:
        return {("rows", *home, subtype)}, set()
    if subtype == "AT_AddColumn":
        return {("column", *home, command["def"]["column_def"]["colname"])}, set()
    if subtype == "AT_AlterConstraint":
        return {("constraint", *home, command["def"]["atalter_constraint"]["conname"])}, set()
    return _added(home, command) if subtype == "AT_AddConstraint" else set(), set()


def _added(home: tuple[str, str], command: Tree) -> set[Key]:
    constraint = command.get("def", {}).get("constraint", {})
    made: set[Key] = {("constraint", *home, constraint["conname"])} if constraint.get("conname") else set()
    if constraint.get("contype") == "CONSTR_FOREIGN":
        columns = _names(constraint["fk_attrs"])
        made.add(("key", *home, *columns))
        if constraint.get("fk_del_action") == "n":
            made |= {("null", *home, name) for name in columns}
    return made
