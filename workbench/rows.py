"""Rows of frames, for what is judged one object at a time.

Iterating a text column of pandas makes an Arrow scalar of each cell, which is ten times as slow as a list of
them; every function here goes through such lists.
"""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa

Row = Any
"""One row as a named tuple: its fields are the columns of the frame."""


def cells(column: pd.Series[Any]) -> list[Any]:
    """Return a column's values; None stands for a missing text."""
    if column.dtype == "str":
        texts: list[Any] = pa.array(column, from_pandas=True).to_numpy(zero_copy_only=False).tolist()
        return texts
    return list(column)


def rows(frame: pd.DataFrame) -> Iterator[Row]:
    """Yield the rows of a frame as named tuples; a column whose name is no identifier gets its position's."""
    make = namedtuple("Row", [str(name) for name in frame.columns], rename=True)  # type: ignore[misc]
    yield from map(make._make, zip(*(cells(frame[name]) for name in frame.columns), strict=True))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as dictionaries by column name."""
    columns = [cells(frame[name]) for name in frame.columns]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def json_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as values of JSON: a missing value is null, a tuple an array."""
    found = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [
        {str(key): list(value) if isinstance(value, tuple) else value for key, value in row.items()}
        for row in found
    ]


def counts_by(frame: pd.DataFrame, *columns: str) -> list[dict[str, Any]]:
    """Return how many rows there are of each combination of values, as values of JSON in their order."""
    return json_records(frame.groupby(list(columns)).size().reset_index(name="count"))


def by(frame: pd.DataFrame, column: str) -> dict[Any, list[Row]]:
    """Return the rows of a frame as named tuples, grouped by the value of a column; none for an unknown one."""
    grouped_rows: dict[Any, list[Row]] = defaultdict(list)
    for row in rows(frame):
        grouped_rows[getattr(row, column)].append(row)
    return grouped_rows


def grouped(frame: pd.DataFrame, key: str) -> dict[Any, list[dict[str, Any]]]:
    """Return the rows of a frame as dictionaries, grouped by the value of a column, in their order."""
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in records(frame):
        groups.setdefault(row[key], []).append(row)
    return groups


def by_key(frame: pd.DataFrame, key: str) -> dict[Any, dict[str, Any]]:
    """Return the rows of a frame as dictionaries by a unique column."""
    return {row[key]: row for row in records(frame)}


def number(value: Any) -> int | None:
    """Return a count of a frame as int; None when it is missing."""
    return None if pd.isna(value) else int(value)
