"""What the statistics say of columns and rows, or why they say nothing that an estimate could rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.bloat.layout import PAGE, SHORT_VARLENA, Attribute, smear, smear_array, tilt
from workbench.rows import cells

STALE_RATIO = 0.2
"""Twice the default autovacuum_analyze_scale_factor: autovacuum would have come by."""
STALE_ROWS = 100
INDEX_COMPRESSES_FROM = 508
"""TOAST_INDEX_TARGET: an index entry's value wider than this is compressed."""
_EQUAL_WIDTH_TYPES = ("inet", "cidr", "bit", "bit varying")
_UNPADDED_ARRAYS = ("boolean[]", "smallint[]", '"char"[]', "uuid[]", "name[]")
_TINY = 1e-4
_FIGURES = ("null_ratio", "average_bytes", "distinct_values", "width_bytes", "width_ppm", "common_ppm")


class NoEstimateError(Exception):
    """The statistics do not carry an estimate; the message says why."""


@dataclass(frozen=True)
class ColumnStatistics:
    """One row of ``column_statistics`` with its row of ``value_distribution``."""

    null_ratio: float
    average_bytes: float
    distinct: float
    widths: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    common_shares: tuple[float, ...] = ()

    def distinct_values(self, rows: float) -> float:
        """Return the number of distinct values that are not NULL, in ``rows`` rows."""
        values = self.distinct if self.distinct >= 0 else -self.distinct * rows
        return max(1.0, min(values, rows * (1 - self.null_ratio)))


class Statistics:
    """The statistics of all columns by schema, relation and column."""

    def __init__(
        self,
        column_statistics: pd.DataFrame,
        value_distribution: pd.DataFrame,
        extended_statistics: pd.DataFrame,
    ) -> None:
        key = ["schema_name", "table_name", "column_name"]
        own = column_statistics[~column_statistics["is_inherited"]]
        joined = own.merge(value_distribution, on=key, how="left")
        self._rows = {
            (schema, table, column): (nulls, average, distinct, widths, shares, common)
            for schema, table, column, nulls, average, distinct, widths, shares, common in zip(
                *(cells(joined[name]) for name in (*key, *_FIGURES)), strict=True
            )
        }
        self._groups = {
            (schema, table, frozenset(columns)): float(distinct)
            for schema, table, columns, distinct in zip(
                extended_statistics["schema_name"],
                extended_statistics["table_name"],
                extended_statistics["column_names"],
                extended_statistics["distinct_values"],
                strict=True,
            )
        }

    def of(self, schema: str, relation: str, column: str) -> ColumnStatistics | None:
        """Return a column's statistics, or None when there are none that the role may read."""
        row = self._rows.get((schema, relation, column))
        if row is None:
            return None
        lists = [tuple(value / 1e6 for value in cell) if isinstance(cell, tuple) else () for cell in row[4:]]
        widths = row[3] if isinstance(row[3], tuple) else ()
        return ColumnStatistics(float(row[0]), float(row[1]), float(row[2]), widths, lists[0], lists[1])

    def distinct_combinations(self, schema: str, table: str, columns: Sequence[str]) -> float | None:
        """Return what extended statistics count for a group of columns; None when there are none."""
        return self._groups.get((schema, table, frozenset(columns)))


def live_rows(table: Mapping[str, Any], activity: Mapping[str, Any] | None) -> float:
    """Return the live rows of a table as the fresher of its two counters has them.

    The cumulative counter follows every change, but counts from zero after a reset or a crash until a VACUUM
    or ANALYZE sets it.

    Raises:
        NoEstimateError: the table was never analysed, has changed too much since, or nobody counted.
    """
    if pd.isna(table["estimated_rows"]):
        raise NoEstimateError("the table was never vacuumed nor analysed, so its rows are unknown")
    estimated = float(table["estimated_rows"])
    if activity is None:
        raise NoEstimateError("the cumulative statistics have no row of this table")
    if _is_as_analysed(table, activity):
        return estimated
    if not (_latest(activity, "analyze") or _latest(activity, "vacuum")):
        raise NoEstimateError(
            "the cumulative statistics know of no VACUUM or ANALYZE since they were reset, so changes that the "
            "table's statistics lack may have gone uncounted"
        )
    changed, rows = float(activity["modified_since_analyze_count"]), float(activity["live_rows_count"])
    if changed > STALE_ROWS + STALE_RATIO * max(rows, 1.0):
        raise NoEstimateError(f"{changed:,.0f} of about {rows:,.0f} rows changed since the last ANALYZE")
    return rows


def _is_as_analysed(table: Mapping[str, Any], activity: Mapping[str, Any]) -> bool:
    """Tell whether a table is as the last ANALYZE saw it, whatever the counter of changes says.

    A session reports its changes up to a second late. Those of a script that loads and analyses at once
    arrive after its ANALYZE and look like new ones: the counters then show each row twice. Inserts less
    deletes, the catalog's rows and the size in pages agree only when nothing came after.
    """
    analyzed, vacuumed = _latest(activity, "analyze"), _latest(activity, "vacuum")
    if analyzed is None or (vacuumed is not None and vacuumed > analyzed) or pd.isna(table["heap_bytes"]):
        return False
    net = float(activity["inserted_count"]) - float(activity["deleted_count"])
    same_rows = abs(float(table["estimated_rows"]) - net) <= 2 + 0.005 * net
    return same_rows and float(table["heap_bytes"]) == PAGE * float(table["pages_count"])


def _latest(activity: Mapping[str, Any], kind: str) -> Any:
    """Return when a table was last analysed or vacuumed, by hand or by autovacuum; None when never."""
    times = [activity[f"last_{kind}_at"], activity[f"last_auto{kind}_at"]]
    return max((time for time in times if not pd.isna(time)), default=None)


def attribute(
    found: ColumnStatistics | None,
    *,
    length: int,
    alignment: int,
    type_name: str,
    is_not_null: bool,
    is_expression: bool = False,
) -> Attribute:
    """Return the layout of a column from its type and statistics.

    A fixed-length NOT NULL column needs no statistics at all.

    Raises:
        NoEstimateError: it needs statistics and there are none, or its stored width cannot be known.
    """
    if length > 0 and is_not_null:
        return Attribute(length, alignment)
    if length == -2:
        raise NoEstimateError("an index stores type name as a C string, whose width no statistics tell")
    if found is None:
        raise NoEstimateError("no statistics")
    if length > 0:
        return Attribute(length, alignment, found.null_ratio)
    widths, shares, is_vague = _width_distribution(found, type_name, alignment, is_expression)
    return Attribute(length, alignment, found.null_ratio, widths, shares, is_vague)


def _width_distribution(
    found: ColumnStatistics, type_name: str, alignment: int, is_expression: bool
) -> tuple[tuple[float, ...], tuple[float, ...], bool]:
    """Return the widths of a variable-length column, their shares, and whether they are a guess.

    The distribution that the histogram gives is used when its mean agrees with ``avg_width``; it does not
    for values that are compressed, moved to TOAST or too wide for the histogram.
    """
    average = found.average_bytes
    if is_expression and average <= SHORT_VARLENA + 3:
        # ANALYZE measures an expression's value before its header is shortened.
        average = max(1.0, average - 3)
    if found.widths and sum(found.shares) > 0.5:
        weight = sum(found.shares)
        mean = sum(w * s for w, s in zip(found.widths, found.shares, strict=True)) / weight
        if abs(mean - average) <= 2 + 0.1 * average:
            return found.widths, tilt(found.widths, found.shares, average), False
    if type_name in _EQUAL_WIDTH_TYPES:
        return (average,), (1.0,), False
    if type_name.endswith("[]") and type_name not in _UNPADDED_ARRAYS:
        return *smear_array(average, alignment), True
    return *smear(average, max(4.0, average / 3) if average > SHORT_VARLENA else 4.0), True


def refuse_compressed(attributes: Sequence[Attribute]) -> None:
    """Refuse keys of which a good part is so wide that the index compresses it.

    Raises:
        NoEstimateError: more than 2 % of the values are that wide.
    """
    for one in attributes:
        wide = sum(s for w, s in zip(one.widths, one.shares, strict=True) if w > INDEX_COMPRESSES_FROM)
        if one.length == -1 and wide > 0.02 * max(_TINY, sum(one.shares)):
            raise NoEstimateError("its values are so wide that the index compresses them")
