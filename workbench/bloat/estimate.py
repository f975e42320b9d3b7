"""The estimated tier: bloat of every B-tree and table from the frames of a snapshot, without reading a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.bloat.btree import Keys, Pages, btree_estimate
from workbench.bloat.distinct import combined_distinct, distinct_bounds, spread_of
from workbench.bloat.layout import PAGE, Attribute, Sizes, heap_row_sizes, heap_rows_per_page
from workbench.bloat.statistics import (
    ColumnStatistics,
    NoEstimateError,
    Statistics,
    attribute,
    live_rows,
    refuse_compressed,
)
from workbench.naming import dotted
from workbench.rows import by_key, cells, grouped, records

SMALLEST_PAGES = 8
"""Below this, one page more or less decides the ratio."""
TOO_SMALL = f"smaller than {SMALLEST_PAGES} pages: one page more or less decides"
WIDEST_INTERVAL = 0.2
"""An estimate that leaves more open than this is not given."""
HEAP_ERROR_RATIOS = {"exact": 0.01, "sampled": 0.03, "vague": 0.06}
"""What alignment and page tails leave open when widths are fixed, known by samples, or by averages alone."""

_NAMES = ("object", "kind", "schema_name", "table_name", "relation_oid", "table_oid", "bytes")

Row = Mapping[str, Any]


class Estimator:
    """Estimates over one snapshot's frames; each relation on its own."""

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        self.statistics = Statistics(
            frames["column_statistics"], frames["value_distribution"], frames["extended_statistics"]
        )
        # Most relations of a large catalog are too small to judge; their columns need not be looked at.
        tables, indexes = frames["tables"], frames["indexes"]
        of_indexes = indexes[~(indexes["bytes"].fillna(0) < SMALLEST_PAGES * PAGE)]
        worth = set(tables.loc[~(tables["heap_bytes"].fillna(0) < SMALLEST_PAGES * PAGE), "table_oid"])
        worth |= set(of_indexes["table_oid"])
        kept = {name: f[f["table_oid"].isin(worth)] for name, f in frames.items() if "table_oid" in f}
        self.tables = by_key(kept["tables"], "table_oid")
        self.activity = by_key(kept["table_activity"], "table_oid")
        self.columns = grouped(kept["columns"], "table_oid")
        stored = frames["index_columns"]
        self.index_columns = grouped(stored[stored["index_oid"].isin(of_indexes["index_oid"])], "index_oid")
        self.changed = grouped(kept["changed_columns"], "table_oid")
        self.not_null = {
            (table, column["column_name"]): bool(column["is_not_null"])
            for table, rows in self.columns.items()
            for column in rows
        }

    def index(self, index: Row) -> dict[str, Any]:
        """Return the estimate of one index as a row of the frame ``bloat``."""
        name = dotted(index["schema_name"], index["table_name"], index["index_name"])
        return _row(name, "index", index, index["bytes"], lambda: self._index_pages(index))

    def table(self, table: Row) -> dict[str, Any]:
        """Return the estimate of one table's heap as a row of the frame ``bloat``."""
        name = dotted(table["schema_name"], table["table_name"])
        return _row(name, "table", table, table["heap_bytes"], lambda: self._heap_pages(table))

    def index_pages(self, index: Row) -> Pages | None:
        """Return the estimated pages of a rebuilt index; None when the statistics carry no estimate."""
        try:
            return self._index_pages(index)
        except NoEstimateError:
            return None

    def rows(self, table_oid: int) -> float:
        """Return the live rows of a table.

        Raises:
            NoEstimateError: they are not known well enough.
        """
        if table_oid not in self.tables:
            raise NoEstimateError("its table is outside the scope of this review")
        return live_rows(self.tables[table_oid], self.activity.get(table_oid))

    def heap_model(self, table: Row) -> tuple[Sizes, bool]:
        """Return sampled sizes of a table's rows after a rewrite, and whether they are vague.

        Raises:
            NoEstimateError: a column that needs statistics has none.
        """
        columns = self.columns.get(table["table_oid"], [])
        changed = self.changed.get(table["table_oid"], [])
        numbers = [row["column_number"] for row in (*columns, *changed)]
        layout = [self._table_attribute(table, column) for column in columns]
        always_bitmap = any(row["is_dropped"] for row in changed)
        sizes = heap_row_sizes(layout, max(numbers, default=0), always_bitmap)
        return sizes, any(one.is_vague for one in layout)

    def _heap_pages(self, table: Row) -> Pages:
        if table["access_method"] != "heap":
            raise NoEstimateError(f"no model of the table access method {table['access_method']}")
        rows = self.rows(table["table_oid"])
        sizes, is_vague = self.heap_model(table)
        pages = float(np.ceil(rows / heap_rows_per_page(sizes, table["fillfactor"])))
        exact = HEAP_ERROR_RATIOS["exact"] if len(sizes) == 1 else HEAP_ERROR_RATIOS["sampled"]
        error = HEAP_ERROR_RATIOS["vague"] if is_vague else exact
        return Pages(pages, pages * (1 - error), pages * (1 + error))

    def _table_attribute(self, table: Row, column: Row) -> Attribute:
        if column["generated"] == "virtual":
            return Attribute(4, 4, null_ratio=1.0)
        found = self.statistics.of(table["schema_name"], table["table_name"], column["column_name"])
        try:
            return attribute(
                found,
                length=int(column["length_bytes"]),
                alignment={"char": 1, "short": 2, "int": 4, "double": 8}[column["alignment"]],
                type_name=column["base_type"] + ("[]" if column["is_array"] else ""),
                is_not_null=bool(column["is_not_null"]),
            )
        except NoEstimateError:
            raise NoEstimateError(self._why_absent(table, column)) from None

    def _why_absent(self, table: Row, column: Row) -> str:
        name = column["column_name"]
        if not column["can_select"]:
            return f"the role may not read the statistics of column {name}: it has no SELECT on it"
        if table["has_row_security"]:
            return f"no statistics of column {name}: row security hides them, or ANALYZE has not seen it"
        return f"no statistics of column {name}: ANALYZE has not seen it"

    def _index_pages(self, index: Row) -> Pages:
        refuse_unusable(index)
        refuse_other_methods(index)
        rows = self.rows(index["table_oid"])
        stored = self.index_columns.get(index["index_oid"], [])
        found = [self._index_statistics(index, column) for column in stored]
        layout = [
            self._index_attribute(index, column, one) for column, one in zip(stored, found, strict=True)
        ]
        refuse_compressed(layout)
        is_partial = not pd.isna(index["predicate"])
        if is_partial:
            rows = _partial_rows(index, layout, stored)
        keys = None
        equal_image = all(column["is_deterministic"] for column in stored)
        if index["can_deduplicate"] and equal_image and not index["is_unique"]:
            keys = self._keys(index, stored, found, rows)
            if is_partial and keys.distinct_low < 0.95 * rows:
                raise NoEstimateError("a partial index: how its rows share keys is in no statistics")
        return btree_estimate(layout, keys, rows, index["fillfactor"])

    def _index_statistics(self, index: Row, column: Row) -> ColumnStatistics | None:
        if pd.isna(column["column_name"]):
            return self.statistics.of(index["schema_name"], index["index_name"], column["attribute_name"])
        return self.statistics.of(index["schema_name"], index["table_name"], column["column_name"])

    def _index_attribute(self, index: Row, column: Row, found: ColumnStatistics | None) -> Attribute:
        is_expression = bool(pd.isna(column["column_name"]))
        try:
            return attribute(
                found,
                length=int(column["length_bytes"]),
                alignment=int(column["alignment_bytes"]),
                type_name=column["type_name"],
                is_not_null=self.not_null.get((index["table_oid"], column["column_name"]), False),
                is_expression=is_expression,
            )
        except NoEstimateError as error:
            if str(error) != "no statistics":
                raise
            if is_expression:
                raise NoEstimateError(
                    "no statistics of its expression: ANALYZE has not seen it, or the role may not read them"
                ) from None
            table = self.tables[index["table_oid"]]
            rows = self.columns.get(index["table_oid"], [])
            of_table = next(row for row in rows if row["column_name"] == column["column_name"])
            raise NoEstimateError(self._why_absent(table, of_table)) from None

    def _keys(
        self, index: Row, stored: Sequence[Row], found: Sequence[ColumnStatistics | None], rows: float
    ) -> Keys:
        if any(one is None for one in found):
            raise NoEstimateError("no statistics of how its rows share keys")
        known = [one for one in found if one is not None]
        if len(known) == 1:
            distinct, common, nulls = (
                known[0].distinct_values(rows),
                known[0].common_shares,
                known[0].null_ratio,
            )
            low, high = distinct_bounds(distinct, common, rows * (1 - nulls))
            return Keys(low, high, common, nulls, spread_of(common, distinct, rows))
        names = [str(column["column_name"]) for column in stored]
        counted = self.statistics.distinct_combinations(index["schema_name"], index["table_name"], names)
        if counted is not None:
            distinct = counted if counted >= 0 else -counted * rows
            return Keys(distinct, distinct)
        low, high = combined_distinct(
            [one.distinct_values(rows) + (one.null_ratio > 0) for one in known], rows
        )
        return Keys(low, high)


def estimates(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the estimated bloat of every index and table with storage; see :data:`COLUMNS` of the package."""
    estimator = Estimator(frames)
    tables, indexes = frames["tables"], frames["indexes"]
    stored = tables[tables["kind"].isin(["table", "materialized view"])]
    indexes = indexes[~indexes["is_partitioned"]]
    small_tables = stored["heap_bytes"].fillna(PAGE * PAGE) < SMALLEST_PAGES * PAGE
    small_indexes = indexes["bytes"].fillna(PAGE * PAGE) < SMALLEST_PAGES * PAGE
    rows = [estimator.table(table) for table in records(stored[~small_tables])]
    rows += [estimator.index(index) for index in records(indexes[~small_indexes])]
    judged = pd.DataFrame(rows, columns=[*_NAMES, *NOTHING, "tier", "not_examined"])
    small = [_small(stored[small_tables], "table"), _small(indexes[small_indexes], "index")]
    parts = [part for part in (judged, *small) if len(part)] or [judged]
    return pd.concat(parts, ignore_index=True)


def _small(relations: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the rows of relations too small to judge, made at once because they may be many thousands."""
    names = ["schema_name", "table_name"] + (["index_name"] if kind == "index" else [])
    paths = zip(*(cells(relations[name]) for name in names), strict=True)
    return pd.DataFrame(
        {
            "object": [dotted(*path) for path in paths],
            "kind": kind,
            "schema_name": relations["schema_name"].to_numpy(),
            "table_name": relations["table_name"].to_numpy(),
            "relation_oid": relations["index_oid" if kind == "index" else "table_oid"].to_numpy(),
            "table_oid": relations["table_oid"].to_numpy(),
            "bytes": relations["bytes" if kind == "index" else "heap_bytes"].astype("int64").to_numpy(),
            **NOTHING,
            "tier": None,
            "not_examined": TOO_SMALL,
        }
    )


def refuse_unusable(index: Row) -> None:
    """Refuse an index that is not there in full.

    Raises:
        NoEstimateError: it is invalid or being built.
    """
    if index["is_being_built"]:
        raise NoEstimateError("it is being built right now")
    if not index["is_valid"]:
        raise NoEstimateError("an invalid index: its build failed, so all of it is waste until it is rebuilt")


_WITHOUT_MODEL = {
    "brin": "a BRIN index holds one entry for a range of pages: a rebuild gives next to nothing back",
    "gin": "what a GIN index takes depends on how often each word or key occurs, which no statistics tell",
    "gist": "how full the pages of a GiST index are depends on how its entries were split, which no statistics tell",
    "spgist": "how full the pages of an SP-GiST index are depends on its tree of prefixes, which no statistics tell",
    "hash": "a hash index grows by doubling its buckets, so its size says little of what a rebuild needs",
}


def refuse_other_methods(index: Row) -> None:
    """Refuse an index of which there is no model.

    Raises:
        NoEstimateError: it is no B-tree; the message says what keeps its bloat from being told.
    """
    method = index["access_method"]
    if method != "btree":
        raise NoEstimateError(_WITHOUT_MODEL.get(method, f"there is no model of the access method {method}"))


def _partial_rows(index: Row, layout: Sequence[Attribute], stored: Sequence[Row]) -> float:
    """Return the rows of a partial index, of which the table's statistics say nothing."""
    if any(not one.is_exact for one in layout):
        raise NoEstimateError("a partial index: statistics of the whole table do not describe its rows")
    if pd.isna(index["estimated_rows"]):
        raise NoEstimateError("a partial index that no VACUUM or ANALYZE has counted")
    return float(index["estimated_rows"])


def _row(name: str, kind: str, relation: Row, size: Any, pages: Callable[[], Pages]) -> dict[str, Any]:
    """Return one row of the frame ``bloat`` from a function that gives pages or refuses."""
    base = {
        "object": name,
        "kind": kind,
        "schema_name": relation["schema_name"],
        "table_name": relation["table_name"],
        "relation_oid": int(relation["index_oid" if kind == "index" else "table_oid"]),
        "table_oid": int(relation["table_oid"]),
        "bytes": 0 if pd.isna(size) else int(size),
    }
    try:
        if pd.isna(size):
            raise NoEstimateError("somebody holds an ACCESS EXCLUSIVE lock on it, so its size is unknown")
        if size < SMALLEST_PAGES * PAGE:
            raise NoEstimateError(TOO_SMALL)
        return base | ratios(int(size), pages()) | {"tier": "estimated", "not_examined": None}
    except NoEstimateError as reason:
        return base | NOTHING | {"tier": None, "not_examined": str(reason)}


NOTHING: dict[str, Any] = {
    "wasted_bytes": pd.NA,
    "bloat_ratio": np.nan,
    "interval_low": np.nan,
    "interval_high": np.nan,
}


def ratios(size: int, needed: Pages, *, widest: float = WIDEST_INTERVAL) -> dict[str, Any]:
    """Return waste, ratio and interval of a relation of ``size`` bytes that needs so many pages.

    Raises:
        NoEstimateError: the interval is wider than ``widest``.
    """
    pages = size / PAGE

    def ratio(wanted: float) -> float:
        return float(min(1.0, max(0.0, 1 - wanted / pages)))

    low, high = ratio(needed.high + 1), ratio(max(0.0, needed.low - 1))
    if high - low > widest:
        raise NoEstimateError(
            f"the statistics leave it open between {low:.0%} and {high:.0%}: "
            "how many rows share a key decides (of several columns, CREATE STATISTICS would tell)"
        )
    return {
        "wasted_bytes": int(size * ratio(needed.expected)),
        "bloat_ratio": ratio(needed.expected),
        "interval_low": low,
        "interval_high": high,
    }
