"""Types of columns: whether every value of one is a value of another."""

from __future__ import annotations

import re

_TYPE = re.compile(r"([a-z ]+?)\s*(?:\((\d+)(?:,\s*(\d+))?\))?((?: with| without) time zone)?")
_TEXTS = ("character", "character varying", "text")
# Of types without lengths: the one that changes, and what takes every value of it.
_TAKES_ALL = {
    "smallint": ("integer", "bigint", "numeric", "real", "double precision"),
    "integer": ("bigint", "numeric", "double precision"),
    "bigint": ("numeric",),
    "real": ("double precision", "numeric"),
    "double precision": ("numeric",),
    "json": ("jsonb",),
    "jsonb": ("json",),
    "date": ("timestamp without time zone",),
}


def is_widening(old: str, new: str) -> bool:
    """Tell whether a column of type ``old`` can become one of type ``new`` whatever its rows hold.

    Types are spelled as ``format_type`` does. False where that is not known.
    """
    before, after = _TYPE.fullmatch(old), _TYPE.fullmatch(new)
    if new in ("text", "character varying"):
        return True
    if before is None or after is None:
        return False
    if before[1] in _TEXTS and after[1] in _TEXTS:
        return _longest(before) <= _longest(after)
    if before[1] == after[1] == "numeric":
        return _holds(after, before)
    plain = after[2] is None
    return plain and f"{after[1]}{after[4] or ''}" in _TAKES_ALL.get(before[1], ())


def _longest(found: re.Match[str]) -> float:
    """Return how many characters a type holds; ``character`` alone holds one."""
    if found[2]:
        return int(found[2])
    return 1 if found[1] == "character" else float("inf")


def _holds(after: re.Match[str], before: re.Match[str]) -> bool:
    if after[2] is None:
        return True
    if before[2] is None:
        return False
    digits, scale, old_digits, old_scale = (
        int(found[part] or 0) for found in (after, before) for part in (2, 3)
    )
    return scale >= old_scale and digits - scale >= old_digits - old_scale
