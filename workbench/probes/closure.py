# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""The rows that a DELETE would take with it, followed level by level on the server without deleting any.

Rows are known by table and ctid. Their numbers go back and forth as the text of arrays, which this side never
looks into; no value of a row leaves the server. One REPEATABLE READ transaction sees all levels, and its
share locks keep a VACUUM FULL from moving rows meanwhile.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import psycopg

from workbench.graph import ForeignKey, ForeignKeyGraph
from workbench.naming import dotted, qualified, quote
from workbench.session import RawCursor

Connection = psycopg.Connection[Any]

# How the two columns of a key are compared: by the operator that the constraint itself uses, under the
# collation of the referenced column (ri_GenerateQualCollation in ri_triggers.c). The unnest of several arrays is
# syntax rather than a function, so it takes no schema.
_OPERATORS = """
select
    k.oid::int8,
    array(
        select 'operator(' || pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ')'
        from pg_catalog.unnest(k.conpfeqop) with ordinality as u(oid, position)
        join pg_catalog.pg_operator as o on o.oid = u.oid
        join pg_catalog.pg_namespace as n on n.oid = o.oprnamespace
        order by u.position
    ),
    array(
        select case when p.attcollation not in (0, c.attcollation)
            then ' collate ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(l.collname)
            else '' end
        from unnest(k.conkey, k.confkey) with ordinality as u(number, referenced, position)
        join pg_catalog.pg_attribute as c on c.attrelid = k.conrelid and c.attnum = u.number
        join pg_catalog.pg_attribute as p on p.attrelid = k.confrelid and p.attnum = u.referenced
        left join pg_catalog.pg_collation as l on l.oid = p.attcollation
        left join pg_catalog.pg_namespace as n on n.oid = l.collnamespace
        order by u.position
    )
from pg_catalog.pg_constraint as k
where k.contype = 'f' and k.oid = any($1::pg_catalog.oid[])
"""


class BudgetError(RuntimeError):
    """The time or the rows allowed for are used up."""


@dataclass
class Budget:
    """How long counting may take, and how many rows it may follow."""

    seconds: float
    rows: int
    started: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.seconds - (time.monotonic() - self.started)


@dataclass(frozen=True)
class Relation:
    """A table as the server knows it: ``above`` are its own OID and those of the partitioned tables over it."""

    oid: int
    path: str
    name: str
    sql: str
    above: frozenset[int]
    obstacle: str | None


def relations(tables: pd.DataFrame) -> dict[int, Relation]:
    """Return the tables of the frame ``tables`` by OID; heirs by legacy inheritance are tables of their own."""
    records = {int(row["table_oid"]): row for row in tables.to_dict("records")}
    found = {}
    for oid, row in records.items():
        above, top = [oid], row
        while not pd.isna(top["parent_oid"]) and int(top["parent_oid"]) in records:
            top = records[int(top["parent_oid"])]
            above.append(int(top["table_oid"]))
        # An action stays in the table of its key; only partitions count as part of it.
        only = "" if row["kind"] == "partitioned table" else "only "
        name = qualified(str(row["schema_name"]), str(row["table_name"]))
        found[oid] = Relation(
            oid,
            dotted(str(top["schema_name"]), str(top["table_name"])),
            name,
            only + name,
            frozenset(above),
            _obstacle(row),
        )
    return found


def _obstacle(row: Mapping[Any, Any]) -> str | None:
    if row["kind"] == "foreign table":
        return "its rows are on another server"
    if row["is_locked"]:
        return "another session holds an ACCESS EXCLUSIVE lock on it"
    return None if row["can_select"] else "no SELECT right on it"


class Deleted:
    """The rows that go, by table and level."""

    def __init__(self) -> None:
        self._chunks: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        self.count = 0

    def add(self, oid: int, level: int, array: str, count: int) -> None:
        """Note rows of a table by the text of an array of their ctids."""
        self._chunks[oid].append((level, count, array[1:-1]))
        self.count += count

    def tables(self, level: int | None = None) -> list[int]:
        """Return the tables that have rows among them, of one level or of any."""
        return [o for o, parts in self._chunks.items() if any(level in (None, part[0]) for part in parts)]

    def ctids(self, oid: int, level: int | None = None) -> str:
        """Return the ctids of a table's rows as the text of an array."""
        parts = (ctids for at, _, ctids in self._chunks[oid] if level in (None, at))
        return "{" + ",".join(parts) + "}"

    def levels(self, oid: int) -> str:
        """Return the levels of a table's rows, in the order of :meth:`ctids`."""
        return "{" + ",".join(",".join([str(level)] * count) for level, count, _ in self._chunks[oid]) + "}"

    def count_of(self, oid: int) -> int:
        """Return how many rows of a table go."""
        return sum(count for _, count, _ in self._chunks[oid])

    def counts(self) -> Iterator[tuple[int, int, int]]:
        """Yield OID, level and number of rows."""
        for oid, parts in self._chunks.items():
            for level, count, _ in parts:
                yield oid, level, count


class Statement:
    """SQL with numbered parameters, put together piece by piece."""

    def __init__(self) -> None:
        self.parameters: list[Any] = []

    def value(self, value: Any) -> str:
        """Return the placeholder of a parameter."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"


class Walker:
    """Follows cascades from the rows named by a DELETE, and asks what the other keys would do."""

    def __init__(
        self,
        connection: Connection,
        graph: ForeignKeyGraph,
        tables: pd.DataFrame,
        foreign_keys: pd.DataFrame,
        budget: Budget,
    ) -> None:
        self.cursor = RawCursor(connection)
        self.connection = connection
        self.budget = budget
        self.relations = relations(tables)
        self.rows = Deleted()
        self.not_examined: list[tuple[str, str]] = []
        self._facts = foreign_keys
        self.keys = [key for key in graph.keys if key.acts]
        self._by_referenced: dict[int, list[ForeignKey]] = defaultdict(list)
        for key in self.keys:
            self._by_referenced[self.fact(key, "referenced_oid")].append(key)
        oids = [self.fact(key, "constraint_oid") for key in self.keys]
        self._operators = {row[0]: (row[1], row[2]) for row in self.cursor.execute(_OPERATORS, [oids])}
        self.cursor.execute("set local row_security = off")
        self.cursor.execute("set local jit = off")

    def fact(self, key: ForeignKey, column: str) -> Any:
        """Return a column of a key's row in the frame ``foreign_keys``."""
        return self._facts[column].iat[key.position]

    def seed(self, oid: int, condition: str, parameters: Sequence[Any] = ()) -> int:
        """Note the rows of a table, its partitions and its heirs that a condition holds for.

        The condition is the user's own SQL and is run with the search_path that a session of theirs has.
        Its parameters are numbered from ``$2``.
        """
        name = self.relations[oid].name
        # The condition has lines of its own: it may end in a comment. Some parameter must be there, for
        # that makes it the extended protocol, which takes a single statement only.
        sql = f"""
            select tableoid::int8, array_agg(ctid)::text, count(*)
            from (select {name}.tableoid, {name}.ctid from {name} where (
            {condition}
            ) limit $1::int8) as chosen group by 1
        """
        self.cursor.execute("set local search_path to default")
        found = self.run(sql, [self.budget.rows + 1, *parameters])
        self.cursor.execute("set local search_path = pg_catalog")
        for relation, ctids, count in found:
            self.rows.add(relation, 0, ctids, count)
        self._check_rows()
        return self.rows.count

    def run(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """Run one query within the time left.

        Raises:
            BudgetError: the time is used up.
        """
        milliseconds = int(self.budget.left * 1000)
        if milliseconds <= 0:
            raise BudgetError("the time allowed for is used up")
        try:
            with self.connection.transaction():
                self.cursor.execute(f"set local statement_timeout = {milliseconds}")
                return self.cursor.execute(sql, parameters).fetchall()
        except psycopg.errors.QueryCanceled:
            raise BudgetError("the time allowed for is used up") from None

    def _check_rows(self) -> None:
        if self.rows.count > self.budget.rows:
            raise BudgetError(f"more than {self.budget.rows} rows would be deleted")

    def walk(self) -> None:
        """Follow the cascades from the seeded rows until no row is new.

        Raises:
            BudgetError: what was found until then is kept.
        """
        level = 0
        while fresh := self.rows.tables(level):
            above = frozenset().union(*(self.relations[oid].above for oid in fresh))
            for referenced in sorted(above & self._by_referenced.keys()):
                for key in self._by_referenced[referenced]:
                    if key.is_cascade:
                        self._cascade(key, level)
            level += 1

    def _cascade(self, key: ForeignKey, level: int) -> None:
        if self._hindered(key):
            return
        statement = Statement()
        sql = f"""
            with gone as materialized ({self._gone(statement, key, level)}),
            seen as materialized ({self._dead(statement, self.fact(key, "table_oid"))})
            select rel, array_agg(tid)::text, count(*)
            from (
                select c.tableoid::int8 as rel, c.ctid as tid
                from {self.relations[self.fact(key, "table_oid")].sql} as c
                where exists (select from gone as g where {self._reference(key)})
                  and not exists (select from seen as s where s.rel = c.tableoid and s.tid = c.ctid)
                limit {self.budget.rows - self.rows.count + 1}
            ) as reached
            group by rel
        """
        for oid, ctids, count in self._ask(key, sql, statement):
            self.rows.add(oid, level + 1, ctids, count)
        self._check_rows()

    def _ask(self, key: ForeignKey, sql: str, statement: Statement) -> list[Any]:
        """Run a query about a key; when the server refuses, the key is noted as not examined."""
        try:
            return self.run(sql, statement.parameters)
        except psycopg.Error as error:
            self.not_examined.append((key.path, str(error).strip().splitlines()[0]))
            return []

    def _hindered(self, key: ForeignKey) -> bool:
        relation = self.relations.get(self.fact(key, "table_oid"))
        reason = relation.obstacle if relation else "it is not in the catalog that was read"
        if reason and (key.path, reason) not in self.not_examined:
            self.not_examined.append((key.path, reason))
        return reason is not None

    def affected(self, key: ForeignKey, level: int | None = None) -> list[int]:
        """Return the tables that a key may refer to and that lose rows, at one level or at any."""
        referenced = self.fact(key, "referenced_oid")
        return [oid for oid in self.rows.tables(level) if referenced in self.relations[oid].above]

    def fates(
        self, key: ForeignKey, columns: Sequence[str] = (), bad: str = "false"
    ) -> dict[tuple[str, bool], int]:
        """Return how many rows reference a deleted row by a key, by what becomes of them.

        The fate is ``survives``; ``before`` when a cascade takes the row before the key's action comes to it;
        ``tie`` when both happen at one level; ``next`` and ``later`` when the cascade comes one or more levels
        after. ``bad`` is a condition on the row ``h``, which has the further ``columns``.
        """
        if not self.affected(key) or self._hindered(key):
            return {}
        statement = Statement()
        further = "".join(f", {column}" for column in columns)
        table = self.fact(key, "table_oid")
        sql = f"""
            with gone as materialized ({self._gone(statement, key)}),
            dead as materialized ({self._dead(statement, table)}),
            lost as materialized ({self._dead(statement, self.fact(key, "referenced_oid"))}),
            hit as materialized (
                select distinct on (c.tableoid, c.ctid) c.tableoid as rel, c.ctid as tid, g.level{further}
                from {self.relations[table].sql} as c join gone as g on {self._reference(key)}
                order by c.tableoid, c.ctid, g.level
            )
            select
                case when d.level is null then 'survives' when d.level <= h.level then 'before'
                    when d.level = h.level + 1 then 'tie' when d.level = h.level + 2 then 'next'
                    else 'later' end,
                {bad},
                count(*)
            from hit as h left join dead as d on d.rel = h.rel and d.tid = h.tid
            group by 1, 2
        """
        return {(fate, is_bad): count for fate, is_bad, count in self._ask(key, sql, statement)}

    def changed_twice(self, keys: Sequence[ForeignKey]) -> int:
        """Return how many rows of one table two set actions change while another of the keys touches them too.

        An update of a row that the same transaction has changed before checks all its keys again
        (RI_FKey_fk_upd_check_required in ri_triggers.c), so the third key may be found without its parent.
        """
        statement = Statement()
        hits = []
        for key in keys:
            table = self.relations[self.fact(key, "table_oid")].sql
            is_set = key.on_delete.startswith("SET")
            hits.append(
                f"select c.tableoid as rel, c.ctid as tid, {is_set}::int as is_set, g.level from {table} as c"
                f" join ({self._gone(statement, key)}) as g on {self._reference(key)}"
            )
        sql = f"""
            with hit as materialized ({" union all ".join(hits)}),
            dead as materialized ({self._dead(statement, self.fact(keys[0], "table_oid"))})
            select count(*) from (
                select from hit as h left join dead as d on d.rel = h.rel and d.tid = h.tid
                where d.level is null or d.level > h.level
                group by h.rel, h.tid having count(*) > 2 and sum(h.is_set) > 1
            ) as twice
        """
        found = self._ask(keys[0], sql, statement)
        return int(found[0][0]) if found else 0

    def _gone(self, statement: Statement, key: ForeignKey, level: int | None = None) -> str:
        """Return a query for the keys of deleted rows, with their levels unless one level is asked for."""
        wanted = [f"p.{quote(c)} as k{i}" for i, c in enumerate(key.referenced_columns)]
        parts = []
        for oid in self.affected(key, level):
            ctids = statement.value(self.rows.ctids(oid, level))
            table = f"{self.relations[oid].sql} as p"
            if level is None:
                levels = statement.value(self.rows.levels(oid))
                table += f" join unnest({ctids}::tid[], {levels}::int4[]) as r(tid, level) on p.ctid = r.tid"
            columns = ", ".join([*wanted, *(["r.level"] if level is None else [])])
            parts.append(f"select {columns} from {table} where p.ctid = any({ctids}::tid[])")
        return " union all ".join(parts)

    def _dead(self, statement: Statement, table: int) -> str:
        """Return a query for the rows of a table known to go, with their levels."""
        parts = [
            f"select {oid}::oid as rel, u.tid, u.level from unnest({statement.value(self.rows.ctids(oid))}::tid[],"
            f" {statement.value(self.rows.levels(oid))}::int4[]) as u(tid, level)"
            for oid in self.rows.tables()
            if table in self.relations[oid].above
        ]
        nothing = "select null::oid as rel, null::tid as tid, null::int4 as level where false"
        return " union all ".join(parts) or nothing

    def match_columns(self, key: ForeignKey, referenced: Sequence[str], referencing: Sequence[str]) -> str:
        """Return the comparison of a key's columns, each side given as SQL."""
        operators, collations = self._operators[self.fact(key, "constraint_oid")]
        if self.fact(key, "is_temporal"):
            # The periods of the referenced rows do not overlap, so to share time is to be needed.
            operators = [*operators[:-1], "operator(pg_catalog.&&)"]
        parts = zip(referenced, operators, referencing, collations, strict=True)
        return " and ".join(
            f"{left} {operator} {right}{collation}" for left, operator, right, collation in parts
        )

    def _reference(self, key: ForeignKey) -> str:
        names = [f"c.{quote(column)}" for column in key.columns]
        return self.match_columns(key, [f"g.k{i}" for i in range(len(names))], names)
