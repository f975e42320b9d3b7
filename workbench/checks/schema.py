"""What the checks of the schema share: tables and columns under review, and what statistics say of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.checks import derived
from workbench.findings import NotExamined
from workbench.naming import dotted, qualified, quote
from workbench.rows import Row, rows
from workbench.words import counted

"""One row of a frame as ``itertuples`` gives it."""


@derived
def reviewed_tables(tables: pd.DataFrame) -> pd.DataFrame:
    """Return the tables that somebody designed: no view, no partition, nothing that an extension made."""
    is_table = tables["kind"].isin(["table", "partitioned table"])
    return tables[is_table & ~tables["is_partition"] & tables["extension"].isna()].reset_index(drop=True)


@derived
def reviewed_columns(
    columns: pd.DataFrame, reviewed_tables: pd.DataFrame, column_statistics: pd.DataFrame
) -> pd.DataFrame:
    """Return the columns of ``reviewed_tables`` with the statistics of each, null where there are none.

    Adds ``kind``, ``estimated_rows`` and the columns of ``column_statistics``.
    """
    of_tables = reviewed_tables[["table_oid", "kind", "estimated_rows"]]
    known = columns.merge(of_tables, on="table_oid", how="inner")
    known["is_inherited"] = known["kind"] == "partitioned table"
    keys = ["schema_name", "table_name", "column_name", "is_inherited"]
    return known.merge(column_statistics, on=keys, how="left")


@derived
def key_columns(
    constraints: pd.DataFrame, foreign_keys: pd.DataFrame, indexes: pd.DataFrame
) -> frozenset[tuple[int, str]]:
    """Return (table_oid, column) of every column in a primary, unique or foreign key."""
    keyed = constraints[constraints["type"].isin(["primary key", "unique"])]
    unique = indexes[indexes["is_unique"]]
    sources = (
        zip(keyed["table_oid"], keyed["column_names"], strict=True),
        zip(foreign_keys["table_oid"], foreign_keys["column_names"], strict=True),
        zip(unique["table_oid"], unique["key_columns"], strict=True),
    )
    return frozenset((oid, column) for source in sources for oid, names in source for column in names)


@derived
def checked_columns(constraints: pd.DataFrame) -> frozenset[tuple[int, str]]:
    """Return (table_oid, column) of every column that a CHECK constraint mentions."""
    checks = constraints[constraints["type"] == "check"]
    pairs = zip(checks["table_oid"], checks["column_names"], strict=True)
    return frozenset((oid, column) for oid, names in pairs for column in names)


def by_table(frame: pd.DataFrame) -> dict[int, list[Row]]:
    """Return a frame's rows by ``table_oid``; a filter per table would read the whole frame each time."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows(frame):
        found[row.table_oid].append(row)
    return found


def kept(frame: pd.DataFrame, mask: Iterable[bool]) -> pd.DataFrame:
    """Return the rows that a mask keeps; unlike a list in brackets, an empty mask keeps the columns."""
    return frame[np.fromiter(mask, dtype=bool, count=len(frame))]


def path(row: Row) -> str:
    """Return the dotted path of a row that names a column or, without one, a table."""
    parts = [row.schema_name, row.table_name]
    return dotted(*parts, row.column_name) if hasattr(row, "column_name") else dotted(*parts)


def alter(row: Row, action: str) -> str:
    """Return ``ALTER TABLE … action;`` on the table of a row."""
    return f"ALTER TABLE {qualified(row.schema_name, row.table_name)} {action};"


@derived
def pinned_columns(column_dependents: pd.DataFrame | None = None) -> Mapping[str, tuple[str, ...]]:
    """Return what rests on a column and keeps its type from being changed, by the column's dotted path."""
    if column_dependents is None:
        return {}
    return {
        dotted(row.schema_name, row.table_name, row.column_name): row.dependents
        for row in rows(column_dependents)
    }


def pinned_by(dependents: Sequence[str]) -> str:
    """Return a sentence for a column whose type is pinned; empty when nothing pins it."""
    if not dependents:
        return ""
    return (
        f" PostgreSQL changes its type only after what rests on it is gone or changed: {listed(dependents)}."
    )


def alter_type(row: Row, data_type: str, using: str) -> str:
    """Return the change of a column's type; ``{}`` in ``using`` stands for the column."""
    column = quote(row.column_name)
    return alter(row, f"ALTER COLUMN {column} TYPE {data_type} USING {using.format(column)}")


def without_statistics(columns: pd.DataFrame) -> tuple[pd.DataFrame, list[NotExamined]]:
    """Split columns into those with statistics and, a table each, the reasons why the others have none."""
    known = columns[columns["null_ratio"].notna()]
    missing = []
    for (schema, table), group in columns[columns["null_ratio"].isna()].groupby(
        ["schema_name", "table_name"], sort=True
    ):
        hidden = int((~group["can_select"]).sum())
        empty = bool((group["estimated_rows"] == 0).all())
        if group["estimated_rows"].isna().all():
            reason = "never analysed, so there are no statistics"
        elif hidden:
            reason = f"{counted(hidden, 'column')}: pg_stats shows only columns that the role may SELECT"
        elif empty:
            reason = "no rows when it was last analysed"
        else:
            reason = f"{counted(len(group), 'column')} without statistics"
        # Nothing can be said of a column that holds nothing.
        missing.append(NotExamined(dotted(str(schema), str(table)), reason, settled=empty and not hidden))
    return known, missing


def listed(names: Iterable[str], limit: int = 5) -> str:
    """Return names for a sentence, the rest counted."""
    every = list(names)
    shown = ", ".join(every[:limit])
    return shown if len(every) <= limit else f"{shown} and {len(every) - limit} more"
