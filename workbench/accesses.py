"""What a statement asks of each table: the columns it filters, joins and sorts by, read with PostgreSQL's grammar.

The text is that of pg_stat_statements: parameters stand where constants were. Only conditions that every
row must meet count (AND, not OR), for only those can be served by one index.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import postgast

from workbench.sql_parse import SqlError, parse_message

ColumnsOf = Callable[[str, str], frozenset[str]]
"""From schema (empty when the text names none) and table to its columns; empty when there is no such table."""

_RANGES = ("<", ">", "<=", ">=")
_CONTAINMENT = {"@>": "jsonb", "?": "jsonb", "?|": "jsonb", "?&": "jsonb", "@?": "jsonb", "@@": "search"}
_FLIPPED = {"<@": "@>"}


@dataclass
class Access:
    """What one statement asks of one table (a table named twice gives two).

    ``equal`` are columns that must equal a parameter or an expression over no other table, ``joins`` columns
    that must equal something of another table, with that table's access, ``ranges`` those compared by order,
    ``nulls`` and ``not_nulls`` those tested for NULL, ``sorts`` the columns of ORDER BY when all are of this table,
    ``contained`` columns asked by containment or text search with the kind (``jsonb``, ``search``), and
    ``json_keys`` (column, key) pairs compared as ``column ->> 'key'``.
    """

    schema: str
    table: str
    equal: list[str] = field(default_factory=list)
    joins: list[tuple[str, Access]] = field(default_factory=list, repr=False)
    ranges: list[str] = field(default_factory=list)
    nulls: list[str] = field(default_factory=list)
    not_nulls: list[str] = field(default_factory=list)
    sorts: list[str] = field(default_factory=list)
    contained: list[tuple[str, str]] = field(default_factory=list)
    json_keys: list[str] = field(default_factory=list)

    def needed(self) -> list[str]:
        """Return the columns by which this table is looked up: its own filters, else those of a driven join.

        A join can start from either side. The side with filters of its own starts; the other is looked up by
        the join's columns. A join without any filter reads both tables whole, and no index helps.
        """
        if self.equal or self.ranges:
            return self.equal
        driven = [column for column, other in self.joins if other.equal or other.ranges or other.contained]
        return list(dict.fromkeys(driven))


class UnreadStatementError(ValueError):
    """The grammar does not accept a statement, because it was cut short say."""


@functools.lru_cache(maxsize=5_000)
def _parse(statement: str) -> Any:
    with contextlib.suppress(SqlError):
        return parse_message(statement)
    # Numbers that normalisation left were replaced by question marks before they reached a frame.
    try:
        return parse_message(re.sub(r"(?<![\w$.\"'@|&])\?(?![|&\w])", "0", statement))
    except SqlError as error:
        raise UnreadStatementError(str(error)) from None


def accesses(statement: str, columns_of: ColumnsOf) -> list[Access]:
    """Return what a statement asks of each table that it names in FROM, JOIN, UPDATE or DELETE.

    Raises:
        UnreadStatementError: the text is not PostgreSQL's SQL.
    """
    reader = _Reader(columns_of)
    for raw in _parse(statement).stmts:
        reader.statement(raw.stmt, _Scope({}, None), frozenset())
    return reader.found


def counts_its_rows(statement: str) -> bool:
    """Tell whether the rows that a statement returns or changes are those that its equalities leave of one table.

    Such is a SELECT, UPDATE or DELETE of one table whose conditions are equalities with parameters alone, without
    LIMIT, grouping, DISTINCT, set operations, subqueries or functions in its list.

    Raises:
        UnreadStatementError: the text is not PostgreSQL's SQL.
    """
    parsed = _parse(statement).stmts
    if len(parsed) != 1:
        return False
    kind = parsed[0].stmt.WhichOneof("node")
    if kind == "select_stmt":
        body = parsed[0].stmt.select_stmt
        only = {"target_list", "from_clause", "where_clause", "sort_clause", "locking_clause", *_ALWAYS_SET}
        one_table = len(body.from_clause) == 1 and body.from_clause[0].WhichOneof("node") == "range_var"
        listed = {"func_call", "sub_link", "coalesce_expr"}
        plain = not any(n.WhichOneof("node") in listed for t in body.target_list for n in _nodes(t))
    elif kind in ("update_stmt", "delete_stmt"):
        body = getattr(parsed[0].stmt, kind)
        only = {"relation", "target_list", "where_clause", "returning_list"}
        one_table = plain = True
    else:
        return False
    is_bare = {field.name for field, _ in body.ListFields()} <= only
    return is_bare and one_table and plain and _is_equality(body.where_clause)


# Enumerations of a SELECT that the parser always sets.
_ALWAYS_SET = ("limit_option", "op")


def _is_equality(node: Any) -> bool:
    kind, pb = node.WhichOneof("node"), postgast.pg_query_pb2
    if kind == "bool_expr":
        return node.bool_expr.boolop == pb.AND_EXPR and all(map(_is_equality, node.bool_expr.args))
    if kind != "a_expr" or [part.string.sval for part in node.a_expr.name] != ["="]:
        return False
    sides = {_bare(side).WhichOneof("node") for side in (node.a_expr.lexpr, node.a_expr.rexpr)}
    return (
        node.a_expr.kind == pb.AEXPR_OP
        and sides <= {"column_ref", "param_ref", "a_const"}
        and len(sides) == 2
    )


def _bare(node: Any) -> Any:
    return node.type_cast.arg if node.WhichOneof("node") == "type_cast" else node


@dataclass
class _Scope:
    """Aliases that a query level may name, and the level around it."""

    tables: dict[str, Access]
    outer: _Scope | None


class _Reader:
    """Walks one statement."""

    def __init__(self, columns_of: ColumnsOf) -> None:
        self.found: list[Access] = []
        self._columns_of = columns_of

    def statement(self, node: Any, outer: _Scope | None, hidden: frozenset[str]) -> None:
        """Read SELECT, UPDATE or DELETE; ``hidden`` are names of common table expressions around it."""
        kind = node.WhichOneof("node")
        body: Any = getattr(node, kind) if kind else None
        if kind == "select_stmt":
            self._select(body, outer, hidden)
        elif kind in ("update_stmt", "delete_stmt"):
            hidden = self._with(body, outer, hidden)
            scope = _Scope({}, outer)
            self._relation(body.relation, scope, hidden)
            others = body.from_clause if kind == "update_stmt" else body.using_clause
            self._from(others, scope, hidden)
            self._conditions(body.where_clause, scope, hidden)
        elif kind == "insert_stmt" and body.HasField("select_stmt"):
            self.statement(body.select_stmt, outer, self._with(body, outer, hidden))

    def _with(self, body: Any, outer: _Scope | None, hidden: frozenset[str]) -> frozenset[str]:
        if not body.HasField("with_clause"):
            return hidden
        expressions = [node.common_table_expr for node in body.with_clause.ctes]
        hidden = hidden | {one.ctename for one in expressions}
        for one in expressions:
            self.statement(one.ctequery, outer, hidden)
        return hidden

    def _select(self, body: Any, outer: _Scope | None, hidden: frozenset[str]) -> None:
        hidden = self._with(body, outer, hidden)
        if body.HasField("larg"):
            self._select(body.larg, outer, hidden)
            self._select(body.rarg, outer, hidden)
            return
        scope = _Scope({}, outer)
        self._from(body.from_clause, scope, hidden)
        self._conditions(body.where_clause, scope, hidden)
        for target in body.target_list:
            self._sublinks(target, scope, hidden)
        self._sorts(body, scope)

    def _relation(self, relation: Any, scope: _Scope, hidden: frozenset[str]) -> None:
        name = relation.relname
        if (name in hidden and not relation.schemaname) or not self._columns_of(relation.schemaname, name):
            return
        access = Access(relation.schemaname, name)
        self.found.append(access)
        scope.tables[relation.alias.aliasname or name] = access

    def _from(self, items: Sequence[Any], scope: _Scope, hidden: frozenset[str]) -> None:
        joined: list[Any] = []
        for item in items:
            self._from_item(item, scope, hidden, joined)
        # Conditions of joins come last: they may name any table of the level.
        for condition in joined:
            self._conditions(condition, scope, hidden)

    def _from_item(self, item: Any, scope: _Scope, hidden: frozenset[str], joined: list[Any]) -> None:
        kind = item.WhichOneof("node")
        if kind == "range_var":
            self._relation(item.range_var, scope, hidden)
        elif kind == "join_expr":
            self._from_item(item.join_expr.larg, scope, hidden, joined)
            self._from_item(item.join_expr.rarg, scope, hidden, joined)
            if item.join_expr.HasField("quals"):
                joined.append(item.join_expr.quals)
            for name in item.join_expr.using_clause:
                self._using(name.string.sval, scope)
        elif kind == "range_subselect":
            self.statement(item.range_subselect.subquery, scope, hidden)

    def _using(self, column: str, scope: _Scope) -> None:
        for access in scope.tables.values():
            others = [other for other in scope.tables.values() if other is not access]
            if others and column in self._columns_of(access.schema, access.table):
                access.joins.append((column, others[0]))

    def _column(self, node: Any, scope: _Scope) -> tuple[Access, str] | None:
        """Return the table and column that a node names, looking outwards; None when it names none."""
        if node.WhichOneof("node") == "type_cast":
            return self._column(node.type_cast.arg, scope)
        if node.WhichOneof("node") != "column_ref":
            return None
        names = [part.string.sval for part in node.column_ref.fields if part.WhichOneof("node") == "string"]
        level: _Scope | None = scope
        while names and level is not None:
            for alias, access in level.tables.items():
                is_named = len(names) == 1 or names[-2] == alias
                if is_named and names[-1] in self._columns_of(access.schema, access.table):
                    return access, names[-1]
            level = level.outer
        return None

    def _conditions(self, node: Any, scope: _Scope, hidden: frozenset[str]) -> None:
        kind = node.WhichOneof("node")
        if kind == "bool_expr" and node.bool_expr.boolop == postgast.pg_query_pb2.AND_EXPR:
            for argument in node.bool_expr.args:
                self._conditions(argument, scope, hidden)
            return
        if kind == "a_expr":
            self._comparison(node.a_expr, scope)
        elif kind == "null_test":
            named = self._column(node.null_test.arg, scope)
            if named:
                is_null = node.null_test.nulltesttype == postgast.pg_query_pb2.IS_NULL
                _note(named[0].nulls if is_null else named[0].not_nulls, named[1])
        elif kind in ("column_ref", "boolean_test"):
            named = self._column(node if kind == "column_ref" else node.boolean_test.arg, scope)
            if named:
                _note(named[0].equal, named[1])
        elif kind == "sub_link" and node.sub_link.HasField("testexpr"):
            named = self._column(node.sub_link.testexpr, scope)
            if named:
                _note(named[0].equal, named[1])
        self._sublinks(node, scope, hidden)

    def _comparison(self, expression: Any, scope: _Scope) -> None:
        pb = postgast.pg_query_pb2
        operator = expression.name[-1].string.sval if expression.name else ""
        left, right = expression.lexpr, expression.rexpr
        if expression.kind in (pb.AEXPR_BETWEEN, pb.AEXPR_BETWEEN_SYM):
            self._note_column(left, right, scope, "ranges")
        elif expression.kind == pb.AEXPR_IN or (expression.kind == pb.AEXPR_OP_ANY and operator == "="):
            if operator == "=":
                self._note_column(left, right, scope, "equal")
        elif expression.kind == pb.AEXPR_OP and operator == "=":
            self._note_equal(left, right, scope)
            self._note_equal(right, left, scope)
            for side in (left, right):
                self._note_json_key(side, scope)
        elif expression.kind == pb.AEXPR_OP and operator in _RANGES:
            self._note_column(left, right, scope, "ranges")
            self._note_column(right, left, scope, "ranges")
        elif expression.kind == pb.AEXPR_OP and (operator in _CONTAINMENT or operator in _FLIPPED):
            side = right if operator in _FLIPPED else left
            self._note_contained(side, _CONTAINMENT[_FLIPPED.get(operator, operator)], scope)

    def _note_column(self, node: Any, other: Any, scope: _Scope, kind: str) -> None:
        """Note a column compared with what does not come from its own row."""
        named = self._column(node, scope)
        if named and not any(access is named[0] for access, _ in self._columns_in(other, scope)):
            _note(getattr(named[0], kind), named[1])

    def _note_equal(self, node: Any, other: Any, scope: _Scope) -> None:
        """Note an equality, as a join when the other side reads another table."""
        named = self._column(node, scope)
        others = [access for access, _ in self._columns_in(other, scope)]
        if named and others and all(access is not named[0] for access in others):
            named[0].joins.append((named[1], others[0]))
        elif named and not others:
            _note(named[0].equal, named[1])

    def _columns_in(self, node: Any, scope: _Scope) -> Iterator[tuple[Access, str]]:
        for child in _nodes(node):
            named = self._column(child, scope) if child.WhichOneof("node") == "column_ref" else None
            if named:
                yield named

    def _note_json_key(self, node: Any, scope: _Scope) -> None:
        if node.WhichOneof("node") != "a_expr" or not node.a_expr.name:
            return
        named = self._column(node.a_expr.lexpr, scope)
        if named and node.a_expr.name[-1].string.sval in ("->>", "#>>"):
            _note(named[0].json_keys, named[1])

    def _note_contained(self, node: Any, kind: str, scope: _Scope) -> None:
        for access, column in self._columns_in(node, scope):
            if (column, kind) not in access.contained:
                access.contained.append((column, kind))

    def _sublinks(self, node: Any, scope: _Scope, hidden: frozenset[str]) -> None:
        for child in _nodes(node):
            if child.WhichOneof("node") == "sub_link":
                self.statement(child.sub_link.subselect, scope, hidden)

    def _sorts(self, body: Any, scope: _Scope) -> None:
        named = [self._column(item.sort_by.node, scope) for item in body.sort_clause]
        found = [one for one in named if one is not None]
        if not found or len(found) < len(named):
            return
        first = found[0][0]
        if all(one[0] is first for one in found) and any(first is one for one in scope.tables.values()):
            first.sorts.extend(column for _, column in found)


def _note(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)


def _nodes(node: Any) -> Iterator[Any]:
    """Yield a node and the nodes below it, those of subqueries left out."""
    kind = node.WhichOneof("node")
    if kind is None:
        return
    yield node
    if kind == "sub_link":
        return
    for descriptor, value in getattr(node, kind).ListFields():
        if descriptor.message_type is None or descriptor.message_type.name != "Node":
            continue
        children = [value] if hasattr(value, "WhichOneof") else value
        for child in children:
            yield from _nodes(child)


def resolver(columns: Mapping[tuple[str, str], frozenset[str]]) -> ColumnsOf:
    """Return a :data:`ColumnsOf` over the columns of all tables; a bare name means the one table that bears it.

    Where several schemas have a table of that name, ``public`` is taken, as the default search path does.
    """
    bare: dict[str, list[str]] = {}
    for schema, table in columns:
        bare.setdefault(table, []).append(schema)

    def columns_of(schema: str, table: str) -> frozenset[str]:
        schemas = bare.get(table, [])
        if not schema:
            schema = schemas[0] if len(schemas) == 1 else "public"
        return columns.get((schema, table), frozenset())

    return columns_of
