"""What probes must know of tables before they ask: SQL name, size, supporting indexes, readable columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot
from workbench.naming import dotted, qualified, quote
from workbench.rows import records

FRESH_RATIO = 0.9
"""Share of all-visible pages from which an index-only scan hardly visits the table."""


class Relations:
    """What probes must know of tables: their SQL name, size, supporting indexes and readable columns."""

    def __init__(self, snapshot: Snapshot) -> None:
        tables = snapshot["tables"]
        self._tables = {int(row["table_oid"]): row for row in records(tables)}
        self._pages: dict[int, int] = defaultdict(int)
        for row in self._tables.values():
            size = 0 if pd.isna(row["heap_bytes"]) else int(row["heap_bytes"]) // 8192
            pages = max(size, int(row["pages_count"]) if row["kind"] != "partitioned table" else 0)
            self._pages[int(row["root_oid"])] += pages
            if row["is_partition"]:
                self._pages[int(row["table_oid"])] += pages
        columns = snapshot["columns"]
        unreadable = columns[~columns["can_select"]]
        self._unreadable = set(zip(unreadable["table_oid"], unreadable["column_name"], strict=True))
        self._indexes: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for index in records(snapshot["indexes"]):
            self._indexes[int(index["table_oid"])].append(index)

    def __contains__(self, oid: int) -> bool:
        return oid in self._tables

    def name(self, oid: int) -> tuple[str, str]:
        """Return schema and name of a table."""
        row = self._tables[oid]
        return str(row["schema_name"]), str(row["table_name"])

    def sql(self, oid: int) -> str:
        """Return a table as a FROM item; heirs by legacy inheritance are not the table's own rows."""
        row = self._tables[oid]
        only = "" if row["kind"] == "partitioned table" else "only "
        return only + qualified(row["schema_name"], row["table_name"])

    def pages(self, oid: int) -> int:
        """Return the pages of a table with all its partitions."""
        return self._pages.get(oid, 0)

    def extension(self, oid: int) -> bool:
        """Tell whether an extension made the table."""
        return oid in self._tables and not pd.isna(self._tables[oid]["extension"])

    def obstacle(self, oid: int, columns: Sequence[str]) -> str | None:
        """Return why columns of a table cannot be read; None when they can."""
        if oid not in self._tables:
            return "the table is outside the scope of this review"
        row = self._tables[oid]
        path = dotted(row["schema_name"], row["table_name"])
        if row["is_locked"]:
            return f"another session holds an ACCESS EXCLUSIVE lock on {path}"
        if row["kind"] == "foreign table":
            return f"{path} is a foreign table"
        missing = [c for c in columns if (oid, c) in self._unreadable]
        return f"no SELECT right on {path} ({', '.join(missing)})" if missing else None

    def merges(self, oid: int, columns: Sequence[str]) -> bool:
        """Tell whether an index-only scan can give the columns in order without visiting the table."""
        row = self._tables[oid]
        fresh = row["kind"] == "partitioned table" or (
            int(row["visible_pages_count"]) >= FRESH_RATIO * max(1, int(row["pages_count"]))
        )
        return fresh and any(_serves(index, columns) for index in self._indexes[oid])

    def leads(self, oid: int, column: str) -> bool:
        """Tell whether a whole btree begins with a column, so that its ends are found at once."""
        return any(_serves(index, (column,)) for index in self._indexes[oid])


def _serves(index: Mapping[str, Any], columns: Sequence[str]) -> bool:
    leading = index["key_columns"][: len(columns)]
    predicates = {f"{quote(c)} IS NOT NULL" for c in columns} | {f"{c} IS NOT NULL" for c in columns}
    whole = pd.isna(index["predicate"]) or str(index["predicate"]).strip("()") in predicates
    usable = index["access_method"] == "btree" and index["is_valid"]
    return bool(usable and whole and set(leading) == set(columns))
