"""The foreign-key graph: who references whom, and how far a DELETE travels.

Pure functions over the frames ``tables`` and ``foreign_keys``, or frames of declared keys of the same shape;
nothing here talks to a server. A node is a table, partitions counted as their topmost table. An edge is a key
that PostgreSQL judges on its own: keys that partitions inherit are left out.

Levels follow the order in which PostgreSQL works. The actions of a key are AFTER triggers in one queue and
cascaded deletes append to it (``AfterTriggerEndQuery`` in trigger.c), so the rows of one level are all handled
before those of the next. The rows named by the DELETE have level 0, and rows that a CASCADE deletes have the
level of the row that they referenced plus one.
"""

from __future__ import annotations

import enum
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.naming import dotted
from workbench.sweep import Sweep, members, strong_components

Name = tuple[str, str]

CASCADE = "CASCADE"
GUARDS = ("NO ACTION", "RESTRICT")
_NEEDED = (
    "constraint_name",
    "schema_name",
    "table_name",
    "column_names",
    "referenced_schema",
    "referenced_table",
    "referenced_columns",
    "on_delete",
)


class Verdict(enum.Enum):
    """What becomes of a DELETE whose rows are cascaded to on one way and guarded on another."""

    SAFE = "safe"
    """The cascade deletes the guarded rows before the guard looks."""
    ORDER_DEPENDENT = "order-dependent"
    """Both happen at one level: the order in which the keys were created, or the rows lie, decides."""
    ALWAYS_FAILS = "always fails"
    """The guard looks before the cascade arrives."""


@dataclass(frozen=True, slots=True, eq=False)
class ForeignKey:
    """One edge: ``referencing`` and ``referenced`` are nodes, the names those of the constraint's own tables.

    ``acts`` is false for a key that neither cascades nor guards: NOT ENFORCED, or its trigger is disabled.
    ``origin`` tells where the key is known from, ``catalog`` or a source of declared models.
    """

    position: int
    name: str
    table: Name
    columns: tuple[str, ...]
    not_null: tuple[bool, ...]
    referenced_table: Name
    referenced_columns: tuple[str, ...]
    on_delete: str
    on_update: str
    set_columns: tuple[str, ...]
    referencing: int
    referenced: int
    acts: bool = True
    is_deferred: bool = False
    origin: str = "catalog"

    @property
    def path(self) -> str:
        """The dotted path ``schema.table.constraint``."""
        return dotted(*self.table, self.name)

    @property
    def is_cascade(self) -> bool:
        """Deleting a referenced row deletes the rows that reference it."""
        return self.acts and self.on_delete == CASCADE

    @property
    def fails_on_null(self) -> bool:
        """SET NULL meets a column that is NOT NULL: the delete of a referenced row fails (23502)."""
        nulled = zip(self.columns, self.not_null, strict=True)
        return self.on_delete == "SET NULL" and any(no for c, no in nulled if c in self.set_columns)

    @property
    def is_guard(self) -> bool:
        """A referencing row makes the delete fail."""
        return self.acts and (self.on_delete in GUARDS or self.fails_on_null)

    @property
    def waits_for_commit(self) -> bool:
        """The guard looks at the end of the transaction; RESTRICT and SET NULL never wait."""
        return self.is_deferred and self.on_delete == "NO ACTION"

    @property
    def is_leaf(self) -> bool:
        """Deleting a referenced row changes the rows that reference it and goes no further."""
        return self.acts and self.on_delete in ("SET NULL", "SET DEFAULT") and not self.fails_on_null


@dataclass(frozen=True)
class Closure:
    """What deleting rows of ``root`` can reach.

    ``levels`` gives each table that can lose rows its shortest cascade depth; ``reached_by`` the cascading
    keys that lead to it, the one on a shortest way first; ``leaves`` the keys that set columns; ``blockers``
    the guards on tables that the cascade does not reach; ``diamonds`` the guards on tables that it does.
    """

    root: int
    levels: Mapping[int, int]
    reached_by: Mapping[int, Sequence[ForeignKey]]
    leaves: Sequence[ForeignKey]
    blockers: Sequence[ForeignKey]
    diamonds: Sequence[Diamond]

    @property
    def depth(self) -> int:
        """The deepest level."""
        return max(self.levels.values())


@dataclass(frozen=True)
class Diamond:
    """Rows that a DELETE on ``root`` both cascades to and meets a guard on.

    ``cascade_path`` ends with the cascading key of the guarded table, ``guard_path`` with the guard.
    The verdict compares shortest depths; rows that are only reached on a longer way can fare otherwise.
    """

    root: int
    guard: ForeignKey
    verdict: Verdict
    cascade_path: tuple[ForeignKey, ...]
    guard_path: tuple[ForeignKey, ...]


class ForeignKeyGraph:
    """The keys of a schema as a directed multigraph."""

    def __init__(self, tables: pd.DataFrame, foreign_keys: pd.DataFrame) -> None:
        """Build the graph from frames with the columns of queries/tables.sql and queries/foreign_keys.sql.

        Only the names of tables, columns and keys and ``on_delete`` are needed; the rest has defaults, so
        that declared keys make a graph too. A table that only a key mentions becomes a node as well.
        """
        self._nodes, self.tables = _partition_roots(tables)
        self.keys: tuple[ForeignKey, ...] = tuple(self._read(foreign_keys))
        self.incoming: Mapping[int, list[ForeignKey]] = defaultdict(list)
        self.outgoing: Mapping[int, list[ForeignKey]] = defaultdict(list)
        for key in self.keys:
            self.incoming[key.referenced].append(key)
            self.outgoing[key.referencing].append(key)

    def _read(self, frame: pd.DataFrame) -> Iterator[ForeignKey]:
        count = len(frame)
        defaults: dict[str, Sequence[Any]] = {
            "on_update": ["NO ACTION"] * count,
            "is_enforced": [True] * count,
            "is_delete_enabled": [True] * count,
            "is_deferred": [False] * count,
            "origin": ["catalog"] * count,
            "delete_set_columns": [()] * count,
            "columns_not_null": [(False,) * len(columns) for columns in frame["column_names"]],
        }
        column = {name: frame[name].tolist() if name in frame else defaults[name] for name in defaults}
        below = [False] * count
        if "parent_constraint_oid" in frame:
            below = frame["parent_constraint_oid"].notna().tolist()
        for i, (name, schema, table, columns, to_schema, to_table, to_columns, on_delete) in enumerate(
            zip(*(frame[name].tolist() for name in _NEEDED), strict=True)
        ):
            if below[i]:
                continue
            yield ForeignKey(
                position=i,
                name=name,
                table=(schema, table),
                columns=tuple(columns),
                not_null=tuple(column["columns_not_null"][i]),
                referenced_table=(to_schema, to_table),
                referenced_columns=tuple(to_columns),
                on_delete=on_delete,
                on_update=column["on_update"][i],
                set_columns=tuple(column["delete_set_columns"][i]) or tuple(columns),
                referencing=self._node((schema, table)),
                referenced=self._node((to_schema, to_table)),
                acts=bool(column["is_enforced"][i] and column["is_delete_enabled"][i]),
                is_deferred=bool(column["is_deferred"][i]),
                origin=column["origin"][i],
            )

    def _node(self, name: Name) -> int:
        if name not in self._nodes:
            self._nodes[name] = len(self.tables)
            self.tables.append(name)
        return self._nodes[name]

    def node(self, schema: str, table: str) -> int:
        """Return the node of a table, or of the partitioned table that it is a partition of.

        Raises:
            KeyError: neither the tables nor the keys mention it.
        """
        return self._nodes[(schema, table)]

    def path_of(self, node: int) -> str:
        """Return the dotted path of a node's table."""
        return dotted(*self.tables[node])

    def closure(self, root: int, max_level: int | None = None) -> Closure:
        """Return what deleting rows of a table can reach, down to a level."""
        levels, by = {root: 0}, defaultdict(list)
        frontier = [root]
        while frontier and (max_level is None or levels[frontier[0]] < max_level):
            following = []
            for node in frontier:
                for key in self.incoming[node]:
                    if not key.is_cascade:
                        continue
                    by[key.referencing].append(key)
                    if key.referencing not in levels:
                        levels[key.referencing] = levels[node] + 1
                        following.append(key.referencing)
            frontier = following
        keys = [key for node in levels for key in self.incoming[node]]
        guarded = [key for key in keys if key.is_guard and by.get(key.referencing)]
        return Closure(
            root,
            levels,
            by,
            [key for key in keys if key.is_leaf],
            [key for key in keys if key.is_guard and not by.get(key.referencing)],
            [self._diamond(root, key, levels, by) for key in guarded],
        )

    def _diamond(
        self, root: int, guard: ForeignKey, levels: Mapping[int, int], by: Mapping[int, list[ForeignKey]]
    ) -> Diamond:
        first = by[guard.referencing][0]
        verdict = judge(guard, levels[guard.referenced], levels[first.referenced])
        to_guard, to_cascade = (_path(root, key.referenced, by) for key in (guard, first))
        return Diamond(root, guard, verdict, (*to_cascade, first), (*to_guard, guard))

    @functools.cached_property
    def guards(self) -> tuple[ForeignKey, ...]:
        """The keys that can make a delete fail."""
        return tuple(key for key in self.keys if key.is_guard)

    @functools.cached_property
    def sweep(self) -> Sweep:
        """The closures of all tables, in figures; ``guard`` in its diamonds is a position in ``guards``."""
        return Sweep.over(
            len(self.tables),
            [(key.referenced, key.referencing) for key in self.keys if key.is_cascade],
            [(key.referenced, key.referencing) for key in self.guards],
            [key.referenced for key in self.keys if key.is_leaf],
        )

    def components(self, *, cascades_only: bool = False) -> list[tuple[int, ...]]:
        """Return the cycles: strongly connected components of two tables or more, in the order of names."""
        edges = [(k.referencing, k.referenced) for k in self.keys if not cascades_only or k.is_cascade]
        groups = members(strong_components(len(self.tables), edges))
        cycles = [tuple(sorted(nodes, key=self.tables.__getitem__)) for nodes in groups if len(nodes) > 1]
        return sorted(cycles, key=lambda nodes: [self.tables[n] for n in nodes])

    def self_references(self) -> list[ForeignKey]:
        """Return the keys of tables that reference themselves."""
        return [key for key in self.keys if key.referencing == key.referenced]

    def path_counts(self, *, cascades_only: bool = True) -> list[int]:
        """Return for each node how many ways lead away from it, against the keys' direction.

        A way is a chain of keys, parallel ones counted apart, each cycle taken as one table. With
        ``cascades_only`` false every key counts, which is what a walk over all keys would have to visit.
        """
        edges = [(k.referenced, k.referencing) for k in self.keys if not cascades_only or k.is_cascade]
        component = strong_components(len(self.tables), edges)
        following = defaultdict(list)
        for parent, child in edges:
            if component[parent] != component[child]:
                following[component[parent]].append(component[child])
        counts: dict[int, int] = {}
        # Tarjan numbers a component after all that can be reached from it.
        for number in range(max(component, default=-1) + 1):
            counts[number] = sum(1 + counts[child] for child in following[number])
        return [counts[number] for number in component]

    def delete_order(self, nodes: Iterable[int] | None = None) -> list[tuple[int, ...]]:
        """Return tables in an order in which they can be emptied: referencing ones before referenced ones.

        The tables of a cycle come as one group: emptying them needs a cascade, a deferred check or an update.
        """
        wanted = set(range(len(self.tables)) if nodes is None else nodes)
        edges = [
            (k.referenced, k.referencing)
            for k in self.keys
            if k.acts and k.referenced in wanted and k.referencing in wanted
        ]
        groups = members(strong_components(len(self.tables), edges))
        kept = (sorted(group, key=self.tables.__getitem__) for group in groups)
        return [tuple(group) for group in kept if wanted.issuperset(group)]


def judge(guard: ForeignKey, guard_level: int, cascade_level: int) -> Verdict:
    """Return what becomes of a guarded row, from the levels of the rows that it references by either key."""
    if guard.waits_for_commit or cascade_level < guard_level:
        return Verdict.SAFE
    return Verdict.ORDER_DEPENDENT if cascade_level == guard_level else Verdict.ALWAYS_FAILS


def _partition_roots(tables: pd.DataFrame) -> tuple[dict[Name, int], list[Name]]:
    """Return the node of every table, partitions counted as their root, and the names of the nodes."""
    nodes: dict[Name, int] = {}
    names: list[Name] = []
    pending: list[tuple[Name, int]] = []
    by_oid: dict[int, int] = {}
    count = len(tables)
    oids = tables["table_oid"].tolist() if "table_oid" in tables else list(range(-count, 0))
    roots = tables["root_oid"].tolist() if "root_oid" in tables else oids
    kinds = tables["kind"].tolist() if "kind" in tables else ["table"] * count
    for schema, table, oid, root, kind in zip(
        tables["schema_name"].tolist(), tables["table_name"].tolist(), oids, roots, kinds, strict=True
    ):
        if kind.endswith("view"):
            continue
        if root != oid:
            pending.append(((schema, table), root))
            continue
        by_oid[oid] = nodes[(schema, table)] = len(names)
        names.append((schema, table))
    for name, root in pending:
        # The review may cover a partition and leave out the table above it.
        nodes[name] = by_oid.setdefault(root, len(names))
        if nodes[name] == len(names):
            names.append(name)
    return nodes, names


def _path(root: int, node: int, by: Mapping[int, Sequence[ForeignKey]]) -> tuple[ForeignKey, ...]:
    """Return the keys of a shortest cascade from the root down to a node."""
    keys: list[ForeignKey] = []
    while node != root:
        keys.append(by[node][0])
        node = by[node][0].referenced
    return tuple(reversed(keys))
