"""Names as PostgreSQL makes and prints them: cut identifiers, made-up constraint names, quoted identifiers.

Restates ``makeObjectName`` and ``ChooseRelationName`` of PostgreSQL's indexcmds.c.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from workbench.naming import quote

MAX_NAME_BYTES = 63


def clip(name: str) -> str:
    """Return a name cut at 63 bytes, between characters, as PostgreSQL cuts identifiers."""
    return name if len(name) <= 15 else name.encode()[:MAX_NAME_BYTES].decode("utf-8", "ignore")


def object_name(table: str, columns: str, label: str) -> str:
    """Return the name that PostgreSQL makes up: the longer of table and columns is cut first."""
    first, second = clip(table).encode(), clip(columns).encode()
    overhead = len(label) + 1 + (1 if second else 0)
    lengths = [len(first), len(second)]
    while sum(lengths) + overhead > MAX_NAME_BYTES:
        lengths[0 if lengths[0] > lengths[1] else 1] -= 1
    parts = [first[: lengths[0]].decode("utf-8", "ignore")]
    parts += [second[: lengths[1]].decode("utf-8", "ignore")] if second else []
    return "_".join([*parts, label])


def unused_name(table: str, columns: str, label: str, used: Collection[str]) -> str:
    """Return the name that PostgreSQL makes up, with a number where it is taken."""
    name, number = object_name(table, columns, label), 0
    while name in used:
        number += 1
        name = object_name(table, columns, f"{label}{number}")
    return name


def identifier(name: str) -> str:
    """Return a name as PostgreSQL's quote_identifier does for plain names: quoted only where it must be."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else quote(name)
