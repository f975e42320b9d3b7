"""What the name and dtype of a frame's column tell a table: kind, heading, values as JSON carries them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from workbench.figures import text

_SUFFIXES = {
    "bytes": "bytes",
    "count": "count",
    "ratio": "ratio",
    "seconds": "seconds",
    "at": "at",
    "sql": "sql",
}
NUMERIC = ("bytes", "count", "number", "ratio", "seconds")


def kind_of(name: str, column: pd.Series[Any]) -> str:
    """Return how a column is written, by its name and dtype: one of ``KINDS`` of the tables."""
    if name in ("severity", "status"):
        return name
    suffix = _SUFFIXES.get(name.rpartition("_")[2])
    numeric = pd.api.types.is_numeric_dtype(column.dtype)
    if pd.api.types.is_bool_dtype(column.dtype):
        return "bool"
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "at"
    if suffix in NUMERIC and not numeric:
        # An object column of numbers and None is what a hand-made frame often is.
        values = column.dropna()
        numeric = bool(len(values)) and all(isinstance(v, (int, float)) for v in values)
    if suffix and (numeric or suffix not in NUMERIC):
        return suffix
    if numeric:
        return "count" if pd.api.types.is_integer_dtype(column.dtype) else "number"
    return "text"


def heading_of(name: str, names: Sequence[str]) -> str:
    """Return a column's name as a heading, without the unit that its values carry unless two would be alike."""
    stems = [_stem(other) for other in names]
    chosen = _stem(name) if stems.count(_stem(name)) == 1 else name
    words = text.visible(chosen).replace("_", " ").strip()
    return words[:1].upper() + words[1:] or name


def _stem(name: str) -> str:
    stem, _, suffix = name.rpartition("_")
    return stem if stem and suffix in _SUFFIXES else name


def plain_value(value: Any) -> Any:
    """Return a value as JSON can carry it; missing ones as None."""
    if isinstance(value, (list, tuple, set)):
        return [str(plain_value(item)) for item in value]
    if text.is_missing(value):
        return None
    if isinstance(value, (dt.date, pd.Timestamp)):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)
    return value if isinstance(value, (bool, int, float, str)) else str(value)
