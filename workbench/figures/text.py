"""Values as people read them, and names from a database made harmless.

Nothing here imports Plotly, so that pages and commands can use it freely.
"""

from __future__ import annotations

import datetime as dt
import html
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import pandas as pd

MISSING = "n/a"
# What a title takes above a figure; a page sets the title as text and takes this away.
TITLE_PIXELS = 28
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# A word longer than this shall break inside, at an underscore, a point or a change to capitals, say.
_LONG_WORD = 16
_LONG_PIECE = 26
_JOINTS = re.compile(r"(?<=[_./:,=])(?=\w)|(?<=[a-z0-9])(?=[A-Z])")
_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def is_missing(value: Any) -> bool:
    """Tell whether a value is unknown: None, NaN, NaT or NA; a list never is."""
    return value is None or (not isinstance(value, (list, tuple, set, dict)) and bool(pd.isna(value)))


def bytes_text(value: float | None) -> str:
    """Return a size in the units of ``pg_size_pretty`` (1 kB is 1024 bytes): ``812 kB``, ``1.5 GB``."""
    if is_missing(value):
        return MISSING
    size = float(value or 0)
    for unit in _BYTE_UNITS:
        if abs(size) < 1023.5 or unit == _BYTE_UNITS[-1]:
            break
        size /= 1024
    return f"{size:.1f} {unit}" if unit != "B" and abs(size) < 9.95 else f"{size:,.0f} {unit}"


def count_text(value: float | None) -> str:
    """Return a whole number with thousands separators: ``1,234,567``."""
    return MISSING if is_missing(value) else f"{value:,.0f}"


def enumeration(names: Sequence[str], shown: int = 4) -> str:
    """Return names with commas between them, the later ones as a number: ``a, b, c, d and 3 more``."""
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest:,} more" if rest > 0 else "")


def number_text(value: float | None) -> str:
    """Return a number with three significant digits, more only before the point: ``0.0123``, ``1,235``."""
    if is_missing(value):
        return MISSING
    number = float(value or 0)
    if not math.isfinite(number):
        return str(number)
    decimals = 0 if number == 0 else max(0, 2 - math.floor(math.log10(abs(number))))
    text = f"{number:,.{min(decimals, 9)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ratio_text(value: float | None) -> str:
    """Return a ratio as a percentage; ``<0.1 %`` and ``>99.9 %`` keep what is not quite 0 or 1 apart."""
    if is_missing(value):
        return MISSING
    percent = float(value or 0) * 100
    if 0 < percent < 0.1:
        return "<0.1 %"
    if 99.9 < percent < 100:
        return ">99.9 %"
    return f"{percent:.0f} %" if percent == round(percent) or abs(percent) >= 99.95 else f"{percent:.1f} %"


def seconds_text(value: float | None) -> str:
    """Return a duration: ``340 ms``, ``12.5 s``, ``4 min 10 s``, ``3 h 5 min``."""
    if is_missing(value):
        return MISSING
    seconds = float(value or 0)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def at_text(value: dt.datetime | pd.Timestamp | str | None) -> str:
    """Return a moment to the minute in UTC, in ISO's order: ``2026-11-20 11:03 UTC``."""
    if value is None or is_missing(value) or value == "":
        return MISSING
    moment = pd.Timestamp(value)
    moment = moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def visible(text: str) -> str:
    """Return a text in which control and direction characters show instead of acting.

    A name may hold a line break or a right-to-left override, which would make it look like another name.
    """
    return "".join(map(_visible_character, text)) if not text.isprintable() else text


def _visible_character(character: str) -> str:
    if character.isprintable() or character == "\u00a0":
        return character
    code = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    if unicodedata.category(character) == "Zs":
        return " "
    return f"\\u{{{code:x}}}"


def joints(words: str) -> list[str]:
    """Return a text in the pieces between which a line may break; together they are the text again."""
    pieces = [""]
    for word in re.split(r"(\s+)", words):
        parts = _JOINTS.split(word) if len(word) > _LONG_WORD else [word]
        pieces[-1] += parts[0]
        pieces += parts[1:]
    return pieces


def is_unbreakable(words: str) -> bool:
    """Tell whether a text holds a piece so long that it may break anywhere."""
    return any(len(word) > _LONG_PIECE for piece in joints(words) for word in piece.split())


def shorten(text: str, length: int = 48) -> str:
    """Return a text of at most ``length`` characters, its middle left out: both ends of a name tell most."""
    if len(text) <= length:
        return text
    head = (length - 1) // 2
    return f"{text[:head]}…{text[-(length - 1 - head) :]}"


def safe(text: Any, length: int | None = 48) -> str:
    """Return any text as Plotly may show it, in labels, axis categories, ``customdata`` and hover texts.

    Plotly reads its texts as HTML (``<b>``, ``<a href>``, entities) and templates as ``%{…}``; both are
    undone here. ``length`` shortens; None keeps all.
    """
    plain = MISSING if is_missing(text) else visible(str(text))
    escaped = html.escape(shorten(plain, length) if length else plain, quote=False)
    return escaped.replace("%{", "%\u2060{")


_ALLOWED_TAG = re.compile(r"<(?!/?(?:b|i|em|br|sub|sup|extra)\s*/?>)")


def neutral(text: str) -> str:
    """Return a Plotly text with every tag but plain formatting escaped: the net below :func:`safe`."""
    return _ALLOWED_TAG.sub("&lt;", text)
