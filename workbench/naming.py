"""Names of database objects: as a dotted path for people, and quoted for SQL."""

from __future__ import annotations

from collections.abc import Iterable


def dotted(*parts: str) -> str:
    """Return the unquoted path that findings and pages use: ``schema.table.column``."""
    return ".".join(parts)


def quote(name: str) -> str:
    """Return a name as an SQL identifier; always quoted, because any name may be a reserved word one day."""
    return '"' + name.replace('"', '""') + '"'


def qualified(*parts: str) -> str:
    """Return a quoted, dotted SQL name: ``"schema"."table"``."""
    return ".".join(map(quote, parts))


def column_list(names: Iterable[str]) -> str:
    """Return quoted column names separated by commas."""
    return ", ".join(map(quote, names))


def literal(text: str) -> str:
    """Return a text as an SQL string literal, right whatever standard_conforming_strings says."""
    escaped = text.replace("'", "''")
    return f"E'{escaped}'".replace("\\", "\\\\") if "\\" in text else f"'{escaped}'"
