"""Which ON DELETE and ON UPDATE action a foreign key should have, and why: rules that can be read and argued with.

The first rule that applies gives the action for ON DELETE:

1. A key with a PERIOD knows NO ACTION only.
2. Rows of a protected table (patterns of targets.toml), and records of what happened (audit, log, transaction),
   must not vanish or change with what they tell of: RESTRICT.
3. A referenced table that marks its rows as deleted does not expect them to be deleted: RESTRICT.
4. A key whose columns may all be NULL is optional, so the row goes on without it: SET NULL.
5. A row of a join table is the link and nothing else: CASCADE.
6. A row with a single owner (its only mandatory key, or one that is part of its primary key) belongs to it:
   CASCADE, unless that makes a chain longer than ``LONGEST_CHAIN``, whose reach nobody overlooks: RESTRICT.
7. Several mandatory keys: a cascade by one would delete what another still owns: RESTRICT.

ON UPDATE is CASCADE: nothing happens while referenced keys stay, and references follow when one is corrected.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.graph import ForeignKey, ForeignKeyGraph
from workbench.naming import dotted
from workbench.words import phrases, says

LONGEST_CHAIN = 3
RECORDS = phrases(
    "audit, audits, log, logs, history, histories, ledger, journal, trail, transaction, transactions"
)
DELETION_MARKS = phrases("deleted at, deleted on, is deleted, date deleted, archived at")


@dataclass(frozen=True)
class Policy:
    """A recommended pair of actions and the reason for the first."""

    on_delete: str
    on_update: str
    reason: str


def is_protected(schema: str, table: str, patterns: Sequence[str]) -> bool:
    """Tell whether a table's path matches one of the patterns of protected data."""
    path = dotted(schema, table)
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def deletion_marks(columns: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return the column by which a table marks its rows as deleted, for those tables that have one."""
    names = columns["column_name"].tolist()
    tables = zip(columns["schema_name"].tolist(), columns["table_name"].tolist(), strict=True)
    return {
        table: name
        for table, name in zip(tables, names, strict=True)
        if says(name, DELETION_MARKS) is not None
    }


@dataclass(frozen=True)
class Schema:
    """What the rules look at besides the key itself."""

    graph: ForeignKeyGraph
    protected: Sequence[str]
    deletion_marks: Mapping[tuple[str, str], str]
    primary_keys: Mapping[tuple[str, str], tuple[str, ...]]
    join_tables: frozenset[tuple[str, str]]


def recommend(key: ForeignKey, schema: Schema, *, is_temporal: bool = False) -> Policy:
    """Return the policy that the rules above give for a key."""
    if is_temporal:
        return Policy("NO ACTION", "NO ACTION", "a key with a PERIOD knows NO ACTION only")
    action, reason = _on_delete(key, schema)
    return Policy(action, "CASCADE", reason)


def _on_delete(key: ForeignKey, schema: Schema) -> tuple[str, str]:
    if is_protected(*key.table, schema.protected):
        return "RESTRICT", "rows of protected data must not vanish or change with the row they refer to"
    if says(key.table[1], RECORDS):
        return "RESTRICT", "a record of what happened must outlive the row it tells of"
    mark = schema.deletion_marks.get(key.referenced_table)
    if mark:
        return "RESTRICT", f"rows of {key.referenced_table[1]} are marked as deleted by {mark}, not deleted"
    if not any(key.not_null):
        return "SET NULL", "the reference is optional: the row goes on without it"
    if key.table in schema.join_tables:
        return "CASCADE", "the row links two others and means nothing without either"
    return _of_owner(key, schema)


def _of_owner(key: ForeignKey, schema: Schema) -> tuple[str, str]:
    mandatory = [k for k in schema.graph.outgoing[key.referencing] if any(k.not_null)]
    owners = {k.referenced for k in mandatory if k.referenced != key.referencing}
    in_key = set(key.columns) & set(schema.primary_keys.get(key.table, ()))
    if key.referencing == key.referenced:
        return "RESTRICT", "a mandatory reference within the table: a cascade would empty whole trees"
    if len(owners) > 1 and not in_key:
        return (
            "RESTRICT",
            f"the row has {len(owners)} owners; a cascade by one deletes what another still owns",
        )
    below = schema.graph.sweep.depth[key.referencing]
    if below + 1 > LONGEST_CHAIN:
        return "RESTRICT", f"a cascade would go {below + 1} levels deep, further than anybody overlooks"
    why = "is part of its primary key" if in_key else "is its only mandatory reference"
    return "CASCADE", f"the row belongs to its {key.referenced_table[1]}: the reference {why}"
