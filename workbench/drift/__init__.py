"""Drift: what ORM sources declare against what a database is, as data.

:func:`compare` takes declared frames (see :mod:`workbench.declared`) and catalog frames and returns the frame
``drift``: one row per difference, each with the place in the sources, the SQL that brings the database to the
model and the change of the model that does the reverse. Spellings that PostgreSQL brings to one form are no
difference, nor is what Sequelize keeps to itself (defaults that the application fills in). What could not be read
gives a row of sort ``unread``, which stands in the way of saying that there is no drift.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from workbench.catalog import make_frame
from workbench.drift.difference import COLUMNS, KINDS, Difference
from workbench.drift.doubts import sure_or_not
from workbench.drift.indexes import compare_enums, compare_indexes
from workbench.drift.keys import compare_keys, compare_primary_keys
from workbench.drift.tables import Pairing, compare_columns, compare_tables, pair
from workbench.rows import records
from workbench.targets import Options

__all__ = ["CATALOG_FRAMES", "COLUMNS", "DECLARED_FRAMES", "KINDS", "Difference", "compare"]

DECLARED_FRAMES = (
    "declared_tables",
    "declared_columns",
    "declared_foreign_keys",
    "declared_indexes",
    "declared_enums",
    "declared_unread",
)
CATALOG_FRAMES = ("tables", "columns", "constraints", "foreign_keys", "indexes", "enums")


def compare(
    declared: Mapping[str, pd.DataFrame],
    actual: Mapping[str, pd.DataFrame],
    options: Options | None = None,
) -> pd.DataFrame:
    """Return the frame ``drift``; its columns are :data:`COLUMNS`.

    Args:
        declared: the frames of :data:`DECLARED_FRAMES`.
        actual: the frames of :data:`CATALOG_FRAMES`.
        options: the target's; tables outside its scope, which the catalog frames lack, are left out.
    """
    rows_of = {name: _in_scope(records(declared[name]), options) for name in DECLARED_FRAMES}
    found = pair(
        _each_once(rows_of),
        {name: records(actual[name]) for name in CATALOG_FRAMES},
    )
    rows = [one.row() for one in sure_or_not(found, _differences(found))]
    order = list(KINDS)
    rows.sort(key=lambda row: (row[3], row[4], order.index(row[0]), row[2]))
    return make_frame(COLUMNS, rows)


def _in_scope(rows: list[dict[str, Any]], options: Options | None) -> list[dict[str, Any]]:
    if options is None or not rows or "schema_name" not in rows[0]:
        return rows
    return [row for row in rows if options.covers(row["schema_name"], row["table_name"])]


def _each_once(declared: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return the declared rows; what several models of one table declare alike, keys and indexes, once."""
    homes = Counter((row["schema_name"], row["table_name"]) for row in declared["declared_tables"])
    shared = {home for home, count in homes.items() if count > 1}
    shapes = {
        "declared_tables": ("primary_key",),
        "declared_columns": ("column_name",),
        "declared_foreign_keys": (
            "column_names",
            "referenced_schema",
            "referenced_table",
            "referenced_columns",
        ),
        "declared_indexes": ("key_columns", "options", "is_unique", "access_method", "predicate"),
        "declared_enums": ("type_name",),
    }
    result = dict(declared)
    for name, shape in shapes.items() if shared else ():
        first: dict[Any, dict[str, Any]] = {}
        for number, row in enumerate(declared[name]):
            home = (row["schema_name"], row["table_name"])
            mark: Any = (home, *(row[column] for column in shape)) if home in shared else number
            first.setdefault(mark, row)
        result[name] = list(first.values())
    return result


def _differences(found: Pairing) -> Iterator[Difference]:
    yield from compare_tables(found)
    yield from compare_columns(found)
    yield from compare_primary_keys(found)
    yield from compare_keys(found)
    yield from compare_enums(found)
    yield from compare_indexes(found)
    for row in found.declared["declared_unread"]:
        if row["kind"] == "ignored":
            continue
        path = row["object"] or row["file"]
        yield Difference("unread", "unread", path, "", "", row["reason"], place=row)
