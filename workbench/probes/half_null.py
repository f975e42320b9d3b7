"""Composite foreign keys that a NULL in one column switches off: MATCH SIMPLE checks no row of which a part is NULL.

Where a tenant's column is part of the key, a row without the rest refers to nothing and is meant so. A column
that another key of the table has too, or that ON DELETE SET NULL leaves alone, therefore says nothing of this key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.catalog import Snapshot
from workbench.naming import column_list, quote
from workbench.probes.plausibility import table_probe
from workbench.probes.probe import Probe
from workbench.probes.relations import Relations
from workbench.rows import Row, rows

KIND = "half_null"
GUARDED = "a CHECK constraint already speaks of these columns"


@dataclass(frozen=True)
class HalfNull:
    """A key that can be half NULL; ``nullable`` columns of it may be NULL, ``own`` ones among them are its alone."""

    table_oid: int
    constraint_name: str
    columns: tuple[str, ...]
    nullable: tuple[str, ...]
    own: tuple[str, ...]

    @property
    def condition(self) -> str:
        """What a CHECK constraint would say: all of the key's own columns are NULL, or none of the key is."""
        every = f"num_nulls({column_list(self.nullable)})"
        if self.own == self.nullable:
            return f"{every} IN (0, {len(self.nullable)})"
        return f"num_nulls({column_list(self.own)}) = {len(self.own)} OR {every} = 0"


def half_null_keys(foreign_keys: pd.DataFrame) -> list[HalfNull]:
    """Return the keys of which rows can be half NULL and unchecked."""
    roots = foreign_keys[foreign_keys["parent_constraint_oid"].isna()]
    uses: dict[tuple[int, str], set[frozenset[str]]] = defaultdict(set)
    for key in rows(roots):
        for name in key.column_names:
            uses[key.table_oid, name].add(frozenset(key.column_names))
    found = [_half_null(key, uses) for key in rows(roots[roots["match_type"] == "SIMPLE"])]
    return [one for one in found if one is not None]


def _half_null(key: Row, uses: dict[tuple[int, str], set[frozenset[str]]]) -> HalfNull | None:
    pairs = zip(key.column_names, key.columns_not_null, strict=True)
    nullable = tuple(name for name, required in pairs if not required)
    own = tuple(
        name
        for name in nullable
        if len(uses[key.table_oid, name]) == 1
        and (not key.delete_set_columns or name in key.delete_set_columns)
    )
    if len(nullable) < 2 or not own or key.is_temporal:
        return None
    return HalfNull(int(key.table_oid), str(key.constraint_name), tuple(key.column_names), nullable, own)


def half_null_probes(snapshot: Snapshot) -> list[Probe]:
    """Return a probe for each such key: rows with a value in its own columns and a NULL in another."""
    relations = Relations(snapshot)
    checks = snapshot["constraints"]
    # One that is not validated yet is a finding of its own until the rows obey.
    checks = checks[(checks["type"] == "check") & checks["is_enforced"]]
    said = [(int(row.table_oid), frozenset(row.column_names)) for row in rows(checks)]
    return [
        table_probe(
            relations,
            key.table_oid,
            kind=KIND,
            name=key.constraint_name,
            columns=key.columns,
            examined=f"({_any(key.own, 'is not null')})",
            violation=f"({_any(key.nullable, 'is null')})",
            plain=True,
            skipped=GUARDED
            if any(oid == key.table_oid and set(key.nullable) <= names for oid, names in said)
            else None,
        )
        for key in half_null_keys(snapshot["foreign_keys"])
        if not relations.extension(key.table_oid)
    ]


def _any(columns: Sequence[str], test: str) -> str:
    return " or ".join(f"c.{quote(column)} {test}" for column in columns)
