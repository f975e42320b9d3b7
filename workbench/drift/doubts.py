"""Differences that are none for certain: what was not read of the sources may say what the database has.

A reader that misses an option still gives a guess in its place, ``doubts`` in the declared frames. A difference
that rests on such a guess becomes one of sort ``unread``, which names what was not read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from workbench.drift.difference import Difference
from workbench.drift.repair import text_of
from workbench.drift.tables import Pairing, TableName
from workbench.naming import dotted

Record = Mapping[str, Any]
NOT_READ = "(not read)"
_SHOWN = 3


def sure_or_not(found: Pairing, differences: Iterator[Difference]) -> Iterator[Difference]:
    """Yield the differences, those that rest on a guess as unread ones."""
    for one in differences:
        rests = _RESTS.get(one.kind)
        if one.sort == "unread" or rests is None or not rests(found, one):
            yield one
            continue
        why = "; ".join(_reasons(found, one)) or "a part of the sources"
        detail = f"{one.detail} Not certain, for this was not read: {why}."
        yield replace(one, sort="unread", detail=detail, sql=None, undo=None, lock=None, model_change=None)


def _reasons(found: Pairing, one: Difference) -> list[str]:
    """Return what was not read of the difference's table, else of all models: place and reason."""
    names = {dotted(one.schema, one.table), *_declared_names(found, (one.schema, one.table))}
    place = one.place or {}
    exact = {one.object, dotted(one.schema, one.table, str(place.get("attribute", "")))}
    if one.kind == "table_extra":
        names |= {dotted(row["schema_name"], row["table_name"]) for row in _lost_tables(found)}
    nearest, own, general = [], [], []
    for row in found.declared["declared_unread"]:
        if row["kind"] != "unread":
            continue
        text = f"{row['reason']} ({row['file']}:{row['line']})"
        path = row["object"]
        if not path:
            general.append(text)
        elif path in exact and one.table:
            nearest.append(text)
        elif path in names or any(path.startswith(f"{name}.") for name in names):
            own.append(text)
    chosen = list(dict.fromkeys([*own, *general] if one.kind == "table_extra" else nearest or own or general))
    more = [f"and {len(chosen) - _SHOWN} more"] if len(chosen) > _SHOWN else []
    return chosen[:_SHOWN] + more


def _declared_names(found: Pairing, actual: TableName) -> list[str]:
    return [dotted(*mine) for mine, theirs in found.tables.items() if theirs == actual]


def _of(row: Record | None) -> Collection[str]:
    return row.get("doubts", ()) if row is not None else ()


def _table(found: Pairing, one: Difference) -> Record | None:
    """Return the declared table of a difference."""
    place = one.place or {}
    name = (place.get("schema_name", one.schema), place.get("table_name", one.table))
    rows = found.of_table("declared_tables", name)
    return rows[0] if rows else None


def _columns(found: Pairing, one: Difference, names: Collection[str] = ()) -> list[Record]:
    """Return the declared columns of a difference's table; only those of the given names of the database."""
    table = _table(found, one)
    if table is None:
        return []
    key = (table["schema_name"], table["table_name"])
    there = found.columns.get(key, {})
    rows = found.of_table("declared_columns", key)
    return [row for row in rows if not names or there.get(row["column_name"], row["column_name"]) in names]


def _place_doubts(*parts: str) -> Callable[[Pairing, Difference], bool]:
    return lambda _, one: bool(set(parts) & set(_of(one.place)))


def table_is_guess(found: Pairing, row: Record) -> bool:
    """Tell whether a declared table that is not there may be there under another name or in another schema."""
    doubts = _of(row)
    if "name" in doubts:
        return True
    if "schema" not in doubts:
        return False
    elsewhere = any(one["table_name"] == row["table_name"] for one in found.actual["tables"])
    return elsewhere or not any(name[0] == row["schema_name"] for name in found.tables)


def _missing_table(found: Pairing, one: Difference) -> bool:
    return one.place is not None and table_is_guess(found, one.place)


def _lost_tables(found: Pairing) -> list[Record]:
    """Return the declared tables that are not there by the name that is guessed."""
    return [
        row
        for row in found.declared["declared_tables"]
        if (row["schema_name"], row["table_name"]) not in found.tables and {"name", "schema"} & set(_of(row))
    ]


def _extra_table(found: Pairing, _: Difference) -> bool:
    """Tell whether a model that was not read may declare a table, or one whose name was not."""
    unread = (
        row for row in found.declared["declared_unread"] if row["kind"] == "unread" and not row["object"]
    )
    return any(True for _ in unread) or bool(_lost_tables(found))


def _extra_column(found: Pairing, one: Difference) -> bool:
    doubts = set(_of(_table(found, one)))
    is_time = "time" in str(one.actual) or one.actual == "date"
    if "columns" in doubts or ("timestamps" in doubts and is_time):
        return True
    there = found.columns.get((one.schema, one.table), {})
    return any("name" in _of(row) and row["column_name"] not in there for row in _columns(found, one))


def _primary_key(found: Pairing, one: Difference) -> bool:
    columns = _columns(found, one)
    return "columns" in _of(_table(found, one)) or any(
        "primary key" in _of(row) or (row["is_primary_key"] and _is_guess(found, row)) for row in columns
    )


def _is_guess(found: Pairing, column: Record) -> bool:
    """Tell whether a declared column may be another one of the database; one that is there by name is itself."""
    there = found.columns.get((column["schema_name"], column["table_name"]), {})
    return "column" in _of(column) or ("name" in _of(column) and column["column_name"] not in there)


def _missing_key(found: Pairing, one: Difference) -> bool:
    place = one.place or {}
    if {"foreign key", "column"} & set(_of(place)):
        return True
    there = (place["referenced_schema"], place["referenced_table"])
    referenced = found.of_table("declared_tables", there)
    if referenced and there not in found.tables and table_is_guess(found, referenced[0]):
        return True
    targets = found.of_table("declared_columns", there)
    keys = [row for row in targets if row["column_name"] in place["referenced_columns"]]
    own = [row for row in _columns(found, one) if row["column_name"] in place["column_names"]]
    return any(_is_guess(found, row) for row in (*keys, *own))


def _extra_key(found: Pairing, one: Difference) -> bool:
    key = next(
        (
            row
            for row in found.of_actual("foreign_keys", (one.schema, one.table))
            if dotted(one.schema, one.table, row["constraint_name"]) == one.object
        ),
        None,
    )
    columns = _columns(found, one, tuple(key["column_names"]) if key is not None else ())
    return "columns" in _of(_table(found, one)) or any(
        {"foreign key", "name", "column"} & set(_of(row)) for row in columns
    )


def _missing_index(found: Pairing, one: Difference) -> bool:
    place = one.place or {}
    if NOT_READ in (*place["key_columns"], text_of(place["predicate"])):
        return True
    keys = [row for row in _columns(found, one) if row["column_name"] in place["key_columns"]]
    return any(_is_guess(found, row) or "unique" in _of(row) for row in keys)


def _extra_index(found: Pairing, one: Difference) -> bool:
    table = _table(found, one)
    if table is None:
        return False
    if {"indexes", "columns"} & set(_of(table)):
        return True
    declared = found.of_table("declared_indexes", (table["schema_name"], table["table_name"]))
    if any(NOT_READ in (*row["key_columns"], text_of(row["predicate"])) for row in declared):
        return True
    return any("unique" in _of(row) or _is_guess(found, row) for row in _columns(found, one))


_RESTS: Mapping[str, Callable[[Pairing, Difference], bool]] = {
    "table_missing": _missing_table,
    "table_extra": _extra_table,
    "table_name": _place_doubts("name"),
    "column_missing": _place_doubts("column", "name"),
    "column_name": _place_doubts("column", "name"),
    "column_extra": _extra_column,
    "type": _place_doubts("column"),
    "nullability": _place_doubts("column", "nullability"),
    "default": _place_doubts("column", "default"),
    "primary_key": _primary_key,
    "key_missing": _missing_key,
    "key_extra": _extra_key,
    "key_action": _place_doubts("action"),
    "index_missing": _missing_index,
    "index_extra": _extra_index,
}
"""Kind of difference to what tells whether it rests on a guess."""
