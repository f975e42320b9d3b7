"""What a DELETE sets off besides foreign keys: triggers, rules, and rules on the columns that are set.

None of it is run for a blast radius. It is named, so that a verdict is read with it in mind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import psycopg

from workbench.graph import ForeignKey
from workbench.naming import dotted

# Bits of tgtype (pg_trigger.h): 1 row, 2 before, 8 delete, 16 update, 64 instead.
_TRIGGERS = """
select n.nspname::text, c.relname::text, t.tgname::text, t.tgtype::int4
from pg_catalog.pg_trigger as t
join pg_catalog.pg_class as c on c.oid = t.tgrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where not t.tgisinternal and t.tgenabled in ('O', 'A')
  and ((t.tgrelid = any($1::oid[]) and t.tgtype & 8 <> 0) or (t.tgrelid = any($2::oid[]) and t.tgtype & 16 <> 0))
union all
select n.nspname::text, c.relname::text, r.rulename::text, -1
from pg_catalog.pg_rewrite as r
join pg_catalog.pg_class as c on c.oid = r.ev_class
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where r.ev_enabled in ('O', 'A')
  and ((r.ev_class = any($1::oid[]) and r.ev_type = '4') or (r.ev_class = any($2::oid[]) and r.ev_type = '2'))
order by 1, 2, 3
"""


def programs(
    cursor: psycopg.RawCursor[Any], deleted: Iterable[int], changed: Iterable[int]
) -> list[tuple[str, str, bool]]:
    """Return triggers and rules of the tables concerned: path, what they may do, and whether they may keep rows.

    A trigger BEFORE DELETE can let a row stay by returning NULL, and a rule can replace the whole command.
    """
    found = []
    lists = [sorted(set(map(int, oids))) for oids in (deleted, changed)]
    for schema, table, name, kind in cursor.execute(_TRIGGERS, lists).fetchall():
        path = dotted(schema, table, name)
        if kind == -1:
            found.append((path, "a rule rewrites the command; what it does instead is not followed", True))
        elif kind & 8 and kind & 2 and kind & 1:
            found.append((path, "a trigger BEFORE DELETE may keep rows; it is not run", True))
        else:
            found.append(
                (path, "a trigger runs in the same transaction and may refuse; it is not run", False)
            )
    return found


def constraints_on_set_columns(
    key: ForeignKey, table_oid: int, constraints: pd.DataFrame
) -> list[tuple[str, str, bool]]:
    """Return the CHECK, UNIQUE and EXCLUDE constraints that may refuse what a key's SET action writes."""
    found = []
    mine: Iterable[Mapping[Any, Any]] = constraints[constraints["table_oid"] == table_oid].to_dict("records")
    for row in mine:
        # A NULL never repeats another one, unless NULLS NOT DISTINCT says so.
        harmless = key.on_delete == "SET NULL" and row["type"] in ("unique", "primary key")
        if set(row["column_names"]) & set(key.set_columns) and not harmless:
            path = dotted(*key.table, str(row["constraint_name"]))
            found.append((path, f"the {row['type']} constraint may refuse what {key.path} sets", False))
    return found
