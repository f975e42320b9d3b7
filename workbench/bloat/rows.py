"""Rows of frames as dictionaries, for what is judged one relation at a time."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows as dictionaries."""
    columns = [cells(frame[column]) for column in frame]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def cells(column: pd.Series[Any]) -> list[Any]:
    """Return a column's values; None stands for a missing text.

    Iterating a text column makes an Arrow scalar of each cell, which is ten times as slow.
    """
    if column.dtype == "str":
        texts: list[Any] = pa.array(column, from_pandas=True).to_numpy(zero_copy_only=False).tolist()
        return texts
    return list(column)


def by_key(frame: pd.DataFrame, key: str) -> dict[int, dict[str, Any]]:
    """Return a frame's rows by a unique column."""
    return {row[key]: row for row in records(frame)}


def grouped(frame: pd.DataFrame, key: str) -> dict[int, list[dict[str, Any]]]:
    """Return a frame's rows by a column, in their order."""
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in records(frame):
        groups.setdefault(row[key], []).append(row)
    return groups
