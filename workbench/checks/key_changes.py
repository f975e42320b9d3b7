"""The SQL that changes a foreign key, and takes the change back."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.findings import Fix
from workbench.naming import column_list, literal, qualified, quote

Row = Any  # one tuple of DataFrame.itertuples() over the frame foreign_keys

# Partitioned tables take NOT VALID keys from 18 on.
_NOT_VALID_ON_PARTITIONED = 180000


def clause(
    key: Row,
    *,
    on_delete: str | None = None,
    on_update: str | None = None,
    deferred: bool | None = None,
    set_columns: tuple[str, ...] | None = None,
) -> str:
    """Return the FOREIGN KEY clause of a key, with what is given changed, enforced and to be validated."""
    delete, update = on_delete or key.on_delete, on_update or key.on_update
    chosen = key.delete_set_columns if set_columns is None else set_columns
    own, referenced = (
        _columns(names, key.is_temporal) for names in (key.column_names, key.referenced_columns)
    )
    parts = [
        f"FOREIGN KEY ({own}) REFERENCES {qualified(key.referenced_schema, key.referenced_table)} ({referenced})"
    ]
    if key.match_type == "FULL":
        parts.append("MATCH FULL")
    if update != "NO ACTION":
        parts.append(f"ON UPDATE {update}")
    if delete != "NO ACTION":
        columns = f" ({column_list(chosen)})" if chosen and delete.startswith("SET") else ""
        parts.append(f"ON DELETE {delete}{columns}")
    if deferred or (deferred is None and key.is_deferrable):
        parts.append("DEFERRABLE")
    if deferred or (deferred is None and key.is_deferred):
        parts.append("INITIALLY DEFERRED")
    return " ".join(parts)


def _columns(names: tuple[str, ...], is_temporal: bool) -> str:
    if not is_temporal:
        return column_list(names)
    return f"{column_list(names[:-1])}, PERIOD {quote(names[-1])}"


def recreate(
    key: Row, new_clause: str, *, is_partitioned: bool, server_version_num: int, orphans: int = 0
) -> Fix:
    """Return the fix that puts another definition in a key's place, without a long lock where it can.

    The new key is added NOT VALID, which reads no rows, and then validated, which blocks no writes, unless the
    old one was NOT VALID too. ``orphans`` counts the rows known to break the key: where it, or the old one when
    it comes back, would read them, people must settle them first.
    """
    table, name = qualified(key.schema_name, key.table_name), quote(key.constraint_name)
    swap = f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} "
    comment = (
        ""
        if pd.isna(key.comment)
        else f"\nCOMMENT ON CONSTRAINT {name} ON {table} IS {literal(key.comment)};"
    )
    both = f"{table} and {qualified(key.referenced_schema, key.referenced_table)}"
    undo = f"{swap}{key.definition};{comment}"
    if is_partitioned and server_version_num < _NOT_VALID_ON_PARTITIONED:
        lock = f"ACCESS EXCLUSIVE on {both} while the rows are read"
        return Fix(f"{swap}{new_clause};{comment}", undo, lock, choice=settle_first(orphans))
    # A key that never looked at older rows goes on so: they may break it, whatever its action is.
    proven = key.is_validated or not key.is_enforced
    validate = f"\nALTER TABLE {table} VALIDATE CONSTRAINT {name};" if proven else ""
    return Fix(
        f"{swap}{new_clause} NOT VALID;{validate}{comment}",
        undo,
        f"ACCESS EXCLUSIVE on {both}, for a moment",
        choice=settle_first(orphans) if proven else "",
    )


def settle_first(orphans: int) -> str:
    """Return why a fix that reads the rows of a key waits for people; empty where none is known to break it."""
    if not orphans:
        return ""
    rows, verb, them = ("row", "refers", "it") if orphans == 1 else ("rows", "refer", "them")
    stop = "stops" if orphans == 1 else "stop"
    return f"{orphans:,} {rows} {verb} to nothing and {stop} it: restore, correct or delete {them} first"


def validate(key: Row) -> Fix:
    """Return the fix that has the rows of a NOT VALID key read, and what makes it NOT VALID again."""
    table, name = qualified(key.schema_name, key.table_name), quote(key.constraint_name)
    return Fix(
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {key.definition};",
        f"SHARE UPDATE EXCLUSIVE on {table}",
    )


def drop(key: Row) -> Fix:
    """Return the fix that drops a key that another one makes superfluous."""
    table, name = qualified(key.schema_name, key.table_name), quote(key.constraint_name)
    comment = (
        ""
        if pd.isna(key.comment)
        else f"\nCOMMENT ON CONSTRAINT {name} ON {table} IS {literal(key.comment)};"
    )
    return Fix(
        f"ALTER TABLE {table} DROP CONSTRAINT {name};",
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {key.definition};{comment}",
        f"ACCESS EXCLUSIVE on {table} and {qualified(key.referenced_schema, key.referenced_table)}, for a moment",
    )
