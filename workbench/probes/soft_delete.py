"""Soft deletes: which tables mark rows as deleted, and rows that live on below a deleted one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot
from workbench.naming import quote
from workbench.probes.probe import Probe
from workbench.probes.relations import Relations
from workbench.rows import records
from workbench.words import words

_MOMENTS = ("timestamp without time zone", "timestamp with time zone", "date")
_NUMBERS = ("smallint", "integer", "bigint")
_MOMENT_NAMES = frozenset(
    {
        ("deleted", "at"),
        ("deleted", "on"),
        ("deleted", "date"),
        ("date", "deleted"),
        ("delete", "date"),
        ("deleted", "time"),
        ("delete", "time"),
        ("deletion", "date"),
        ("deletion", "time"),
        ("soft", "deleted", "at"),
        ("removed", "at"),
        ("deleted",),
    }
)
_FLAG_NAMES = frozenset(
    {("is", "deleted"), ("deleted",), ("soft", "deleted"), ("is", "removed"), ("deleted", "flag")}
)


@dataclass(frozen=True)
class Mark:
    """The column by which a table marks a row as deleted."""

    column: str
    kind: str
    """``moment``: deleted when set; ``flag``: deleted when true; ``number``: deleted when not 0."""

    def dead(self, alias: str = "") -> str:
        """Return the SQL test that a row is marked as deleted."""
        column = f"{alias}.{quote(self.column)}" if alias else quote(self.column)
        return {"moment": f"{column} is not null", "flag": f"{column} is true", "number": f"{column} <> 0"}[
            self.kind
        ]

    def live(self, alias: str = "") -> str:
        """Return the SQL test that a row is not marked, as a partial index would spell it."""
        column = f"{alias}.{quote(self.column)}" if alias else quote(self.column)
        return {"moment": f"{column} IS NULL", "flag": f"{column} IS NOT TRUE", "number": f"{column} = 0"}[
            self.kind
        ]


def soft_delete_marks(columns: pd.DataFrame) -> dict[int, Mark]:
    """Return the soft-delete mark by table OID; tables without one are absent.

    A moment that can't be NULL marks nothing: it is a fact of a log of deletions.
    """
    found: dict[int, Mark] = {}
    for column in records(columns):
        name = words(str(column["column_name"]))
        kind = _kind(column)
        fits = (kind in ("moment", "number") and name in _MOMENT_NAMES) or (
            kind == "flag" and name in _FLAG_NAMES
        )
        oid = int(column["table_oid"])
        # deleted_at beside is_deleted says the same and more.
        if fits and (oid not in found or found[oid].kind == "flag"):
            found[oid] = Mark(str(column["column_name"]), kind)
    return found


def _kind(column: Mapping[str, Any]) -> str:
    base = str(column["base_type"])
    if base in _MOMENTS and not column["is_not_null"]:
        return "moment"
    if base == "boolean":
        return "flag"
    return "number" if base in _NUMBERS and words(str(column["column_name"]))[-1:] == ("at",) else ""


def soft_delete_probes(snapshot: Snapshot) -> list[Probe]:
    """Return a probe for each declared key whose both sides soft-delete: live rows below a deleted one."""
    marks = soft_delete_marks(snapshot["columns"])
    relations = Relations(snapshot)
    keys = snapshot["foreign_keys"]
    probes = []
    for key in records(keys[keys["parent_constraint_oid"].isna()]):
        child, parent = int(key["table_oid"]), int(key["referenced_oid"])
        if child in marks and parent in marks and child in relations and not relations.extension(child):
            probes.append(_probe(key, marks[child], marks[parent], relations))
    return probes


def _probe(key: Mapping[str, Any], own: Mark, theirs: Mark, relations: Relations) -> Probe:
    child, parent = int(key["table_oid"]), int(key["referenced_oid"])
    columns, referenced = key["column_names"], key["referenced_columns"]
    obstacle = relations.obstacle(child, (*columns, own.column)) or relations.obstacle(
        parent, (*referenced, theirs.column)
    )
    schema, table = relations.name(child)
    parent_schema, parent_table = relations.name(parent) if parent in relations else (None, None)
    on = " and ".join(f"p.{quote(r)} = c.{quote(c)}" for c, r in zip(columns, referenced, strict=True))
    return Probe(
        kind="soft_delete",
        name=str(key["constraint_name"]),
        schema_name=schema,
        table_name=table,
        columns=tuple(columns),
        referenced_schema=parent_schema,
        referenced_table=parent_table,
        referenced_columns=tuple(referenced),
        relation=relations.sql(child),
        joins="" if obstacle else f" join {relations.sql(parent)} as p on {on}",
        examined=own.live("c"),
        violation=theirs.dead("p"),
        distinct=", ".join(f"c.{quote(c)}" for c in columns[:1]),
        pages=relations.pages(child),
        skipped=obstacle,
    )
