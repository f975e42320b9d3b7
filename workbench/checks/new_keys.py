"""The fix that declares a foreign key where none is: its index first, then the key, then the proof by the rows.

The key is complete, so that declaring it leaves no finding of another check behind: an index serves it, the
action for ON DELETE is stated, and rows that exist are checked unless some are known to break it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from workbench.checks import derived
from workbench.checks.indexes import (
    column_collations,
    create_index,
    leaf_partitions,
    serves,
    telling_columns,
    unique_keys,
)
from workbench.findings import Fix
from workbench.graph import ForeignKeyGraph
from workbench.naming import column_list, dotted, qualified, quote
from workbench.rows import Row, by, records, rows
from workbench.words import object_name

Table = tuple[str, str]

_GUARD = "-- RESTRICT deletes and changes nothing unasked; CASCADE or SET NULL where that is wanted."
_EMPTY = "-- SET NULL: RESTRICT would stop deletes above, whose cascade takes these rows as well."
_LATE = "-- Checked at the commit: RESTRICT would stop deletes above, whose cascade takes these rows as well."
# Partitioned tables take NOT VALID keys from 18 on.
_NOT_VALID_ON_PARTITIONED = 180000


@dataclass(frozen=True)
class NewKey:
    """A foreign key that is not there yet.

    ``violations`` counts the rows known to break it; None when only the probe of the columns knows, if any ran.
    """

    table: Table
    columns: tuple[str, ...]
    referenced_table: Table
    referenced_columns: tuple[str, ...]
    violations: int | None = None


@dataclass(frozen=True)
class KeyMaker:
    """What the fix of a new key rests on: indexes, names, nullability and cascades of the database as it is."""

    tables: Mapping[Table, Row]
    leaves: Mapping[int, list[int]]
    indexes: Mapping[int, list[Row]]
    unique: Mapping[int, list[frozenset[str]]]
    collations: Mapping[int, dict[str, str]]
    index_names: frozenset[Table]
    constraint_names: frozenset[tuple[str, str, str]]
    not_null: frozenset[tuple[str, str, str]]
    above: Mapping[Table, frozenset[int]]
    violations: Mapping[tuple[Table, tuple[str, ...], Table], int]
    graph: ForeignKeyGraph
    server_version_num: int

    def declare(self, key: NewKey, *, before: str = "", undo: str = "", lock: str = "") -> Fix | None:
        """Return the fix; None where rows that break the key would make it fail.

        ``before`` and ``undo`` are statements for what the key needs on the referenced table.
        """
        if key.violations is None:
            known = self.violations.get((key.table, key.columns, key.referenced_table))
            key = replace(key, violations=known)
        row = self.tables.get(key.table)
        whole = (
            row is not None and row.kind != "table" and self.server_version_num < _NOT_VALID_ON_PARTITIONED
        )
        if row is None or (whole and key.violations):
            return None
        index = self.index(key)
        name, home = quote(self._name(key)), qualified(*key.table)
        reason, action = self._action(key)
        there = f"{qualified(*key.referenced_table)} ({column_list(key.referenced_columns)})"
        add = f"ALTER TABLE {home} ADD CONSTRAINT {name} FOREIGN KEY ({column_list(key.columns)}) REFERENCES {there}"
        validate = f"ALTER TABLE {home} VALIDATE CONSTRAINT {name};"
        steps = [
            before,
            index.sql if index else "",
            reason,
            f"{add} {action}{'' if whole else ' NOT VALID'};",
        ]
        if key.violations:
            steps += [
                f"-- {_broken(key.violations)} Restore, correct or delete them, then:",
                f"-- {validate}",
            ]
        elif not whole:
            steps.append(validate)
        taken_back = [f"ALTER TABLE {home} DROP CONSTRAINT {name};", index.undo if index else "", undo]
        return Fix(
            "\n".join(filter(None, steps)),
            "\n".join(filter(None, taken_back)),
            lock or _lock(whole=whole),
            _stays(key),
        )

    def served_by(self, key: NewKey) -> str:
        """Return the path of an index that would serve a key; empty where none does."""
        row = self.tables.get(key.table)
        found = [] if row is None else self._serving(key, row.table_oid)
        return dotted(*key.table, found[0].index_name) if found else ""

    def index(self, key: NewKey) -> Fix | None:
        """Return the fix that makes an index for a key; None where one serves, or there is no table."""
        row = self.tables.get(key.table)
        if row is None:
            return None
        below = self.leaves.get(row.table_oid, [])
        if self._serving(key, row.table_oid) or (below and all(self._serving(key, one) for one in below)):
            return None
        leaves = [one for one in self.tables.values() if one.table_oid in below]
        partitioned = row.kind == "partitioned table"
        return create_index(row, key.columns, set(self.index_names), leaves if partitioned else None)

    def _serving(self, key: NewKey, table_oid: int) -> list[Row]:
        parent = self.tables.get(key.referenced_table)
        unique = [] if parent is None else self.unique[parent.table_oid]
        wanted = telling_columns(key.columns, key.referenced_columns, unique)
        collations = self.collations.get(table_oid, {})
        return [one for one in self.indexes.get(table_oid, ()) if serves(wanted, one, collations)]

    def _name(self, key: NewKey) -> str:
        name, number = object_name(key.table[1], *key.columns, "fkey"), 0
        while (*key.table, name) in self.constraint_names:
            number += 1
            name = object_name(key.table[1], *key.columns, f"fkey{number}")
        return name

    def _action(self, key: NewKey) -> tuple[str, str]:
        """Return a comment and the ON DELETE action: RESTRICT, unless it would break deletes that work today."""
        if not self._meets_cascade(key):
            return _GUARD, "ON DELETE RESTRICT"
        if len(key.columns) == 1 and (*key.table, key.columns[0]) not in self.not_null:
            return _EMPTY, "ON DELETE SET NULL"
        return _LATE, "ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED"

    def _meets_cascade(self, key: NewKey) -> bool:
        """Tell whether one delete takes the referencing row by a cascade and the referenced one too."""
        taken = self.above.get(key.table, frozenset()) - {self._node(key.table)}
        return bool(
            taken & (self.above.get(key.referenced_table, frozenset()) | {self._node(key.referenced_table)})
        )

    def _node(self, table: Table) -> int:
        try:
            return self.graph.node(*table)
        except KeyError:
            return -1


@derived
def key_maker(
    foreign_keys: pd.DataFrame,
    indexes: pd.DataFrame,
    columns: pd.DataFrame,
    constraints: pd.DataFrame,
    tables: pd.DataFrame,
    foreign_key_graph: ForeignKeyGraph,
    snapshot_facts: Mapping[str, Any],
    orphans: pd.DataFrame | None = None,
) -> KeyMaker:
    """Return what makes the fixes of new foreign keys."""
    probed = [] if orphans is None else records(orphans[orphans["violations"].notna()])
    pairs = foreign_key_graph.sweep.pairs
    above: dict[Table, set[int]] = {}
    for root, node in zip(pairs["root"].tolist(), pairs["node"].tolist(), strict=True):
        above.setdefault(foreign_key_graph.tables[node], set()).add(root)
    return KeyMaker(
        tables={(row.schema_name, row.table_name): row for row in rows(tables)},
        leaves=leaf_partitions(tables),
        indexes=by(indexes, "table_oid"),
        unique=unique_keys(indexes),
        collations=column_collations(columns),
        index_names=frozenset(zip(indexes["schema_name"], indexes["index_name"], strict=True)),
        constraint_names=frozenset(
            (one["schema_name"], one["table_name"], one["constraint_name"])
            for frame in (constraints, foreign_keys)
            for one in records(frame)
        ),
        not_null=frozenset(
            (one["schema_name"], one["table_name"], one["column_name"])
            for one in records(columns)
            if one["is_not_null"]
        ),
        above={table: frozenset(roots) for table, roots in above.items()},
        violations={
            (
                (one["schema_name"], one["table_name"]),
                tuple(one["columns"]),
                (one["referenced_schema"], one["referenced_table"]),
            ): int(one["violations"])
            for one in probed
            if one["kind"] == "candidate"
        },
        graph=foreign_key_graph,
        server_version_num=int(snapshot_facts["server_version_num"]),
    )


def _broken(violations: int) -> str:
    return "1 row breaks the key." if violations == 1 else f"{violations:,} rows break the key."


def _lock(*, whole: bool) -> str:
    if whole:
        return "SHARE ROW EXCLUSIVE on both tables while rows are validated"
    return (
        "SHARE ROW EXCLUSIVE on both tables for an instant; SHARE UPDATE EXCLUSIVE while rows are validated"
    )


def _stays(key: NewKey) -> dict[str, str]:
    if not key.violations:
        return {}
    return {"foreign_key_not_enforced": f"{_broken(key.violations)} It stays until they are settled."}
