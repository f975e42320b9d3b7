"""What a normalised statement reads, as far as its text tells: the tables named, and look-ups by a key.

No parser: a statement whose shape is not plainly one of those looked for is left alone.
"""

from __future__ import annotations

import functools
import hashlib
import re
from typing import NamedTuple

_NAME = r'(?:"(?:[^"]|"")+"|[A-Za-z_]\w*)'
_TABLE = rf"((?:{_NAME}\s*\.\s*)?{_NAME})"
_FROM = re.compile(rf"\b(?:from|join|update|into)\s+(?:only\s+)?{_TABLE}", re.IGNORECASE)
_LOOKUP = re.compile(
    rf"^\s*select\b(?P<list>.*?)\bfrom\s+(?:only\s+)?{_TABLE}(?:\s+(?:as\s+)?(?P<alias>(?!where\b){_NAME}))?\s+"
    r"where\s+(?P<filter>.*?)(?:\s+order\s+by\b.*|\s+limit\b.*|\s+for\s+\w+.*)?;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_EQUALITY = re.compile(rf"(?:{_NAME}\s*\.\s*)?({_NAME})\s*=\s*\$\d+(?:::[\w ]+)?", re.IGNORECASE)
_JOINING = re.compile(r"\b(join|union|intersect|except|group\s+by|having|with|select)\b", re.IGNORECASE)
# A longer statement is no plain look-up, and the pattern would take its time to say so.
LONGEST = 4000


class Lookup(NamedTuple):
    """A SELECT from one table by equality: ``schema`` is empty when the text names none."""

    schema: str
    table: str
    columns: tuple[str, ...]


def identifier(text: str) -> str:
    """Return a name as the catalog has it: quotes taken off, or folded to lower case when there are none."""
    return text[1:-1].replace('""', '"') if text.startswith('"') else text.lower()


def split_name(text: str) -> tuple[str, str]:
    """Return schema and table of a name in a statement; the schema is empty when there is none."""
    parts = [identifier(part) for part in re.findall(_NAME, text)]
    return (parts[0], parts[1]) if len(parts) == 2 else ("", parts[0])


@functools.lru_cache(maxsize=20_000)
def tables_named(statement: str) -> tuple[tuple[str, str], ...]:
    """Return the tables behind FROM, JOIN, UPDATE and INTO, in their order and each once."""
    return tuple(dict.fromkeys(split_name(name) for name in _FROM.findall(statement)))


@functools.lru_cache(maxsize=20_000)
def lookup(statement: str) -> Lookup | None:
    """Return the look-up that a statement is: one table, and columns that equal parameters; else None."""
    found = _LOOKUP.match(statement) if len(statement) <= LONGEST else None
    if found is None or _JOINING.search(found["filter"]) or _JOINING.search(found["list"]):
        return None
    if "," in found["filter"] and re.search(r"\bin\s*\(", found["filter"], re.IGNORECASE):
        return None
    columns = tuple(identifier(name) for name in _EQUALITY.findall(found["filter"]))
    if not columns or re.search(r"\bor\b", found["filter"], re.IGNORECASE):
        return None
    return Lookup(*split_name(found[2]), columns)


def digest(statement: str) -> str:
    """Return a short, stable name of a statement: the same whatever its white space and parameter numbers."""
    plain = re.sub(r"\$\d+", "$", " ".join(statement.split()))
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def shortened(statement: str, limit: int = 200) -> str:
    """Return a statement on one line, cut to a length."""
    plain = " ".join(statement.split())
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"
