"""Primary and foreign keys: missing, extra, with other actions, not enforced, under another name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.drift import repair
from workbench.drift.difference import Difference
from workbench.drift.repair import text_of
from workbench.drift.tables import EXCLUSIVE, Pairing, TableName, is_table
from workbench.naming import column_list, dotted, qualified, quote
from workbench.words import object_name

Record = Mapping[str, Any]
_BOTH = "SHARE ROW EXCLUSIVE on both tables"


def compare_primary_keys(found: Pairing) -> Iterator[Difference]:
    """Yield tables whose primary keys differ."""
    for row in found.declared["declared_tables"]:
        name = (row["schema_name"], row["table_name"])
        other = found.tables.get(name)
        if other is None or not is_table(found, other):
            continue
        wanted = found.actual_columns(name, row["primary_key"])
        key = next((c for c in found.of_actual("constraints", other) if c["type"] == "primary key"), None)
        there = tuple(key["column_names"]) if key else ()
        if wanted == there:
            continue
        home = qualified(*other)
        drop = f"ALTER TABLE {home} DROP CONSTRAINT {quote(key['constraint_name'])};" if key else None
        add = f"ALTER TABLE {home} ADD PRIMARY KEY ({column_list(wanted)});" if wanted else None
        back = (
            f"ALTER TABLE {home} ADD CONSTRAINT {quote(key['constraint_name'])} {key['definition']};"
            if key
            else None
        )
        mine = f"ALTER TABLE {home} DROP CONSTRAINT {quote(other[1] + '_pkey')};" if wanted else None
        yield Difference(
            "primary_key", "semantic", dotted(*other), *other,
            f"{_key_words('The model', wanted)}; {_key_words('the database', there)}.",
            declared=", ".join(wanted) or None, actual=", ".join(there) or None, place=row,
            sql="\n".join(s for s in (drop, add) if s), undo="\n".join(s for s in (mine, back) if s),
            lock=f"{EXCLUSIVE} while the index is built",
            model_change=(
                f"Set primaryKey: true on {', '.join(there)} of {row['model']}, and on no other attribute."
                if there
                else "None: the table has no primary key that the model could follow."
            ),
        )  # fmt: skip


def _key_words(side: str, columns: tuple[str, ...]) -> str:
    return f"{side} has ({', '.join(columns)})" if columns else f"{side} has none"


def compare_keys(found: Pairing) -> Iterator[Difference]:
    """Yield what differs in the foreign keys of tables that both sides have."""
    for name, other in found.tables.items():
        if not is_table(found, other):
            continue
        free = list(found.of_actual("foreign_keys", other))
        for row in found.of_table("declared_foreign_keys", name):
            shape = _shape(found, name, row)
            matches = [key for key in free if _actual_shape(key) == shape]
            matches.sort(
                key=lambda key: (key["constraint_name"] != row["constraint_name"], _distance(row, key))
            )
            if not matches:
                yield _missing(found, name, other, row, shape)
                continue
            free.remove(matches[0])
            yield from _compare(other, row, matches[0])
        for key in free:
            # Keys of and to partitions come with the key of the partitioned table.
            if not key["is_inherited"] and text_of(key["parent_constraint_oid"]) is None:
                yield _extra(found, other, key)


def _shape(found: Pairing, name: TableName, row: Record) -> tuple[Any, ...]:
    referenced = (row["referenced_schema"], row["referenced_table"])
    there = found.tables.get(referenced, referenced)
    pairs = zip(
        found.actual_columns(name, row["column_names"]),
        found.actual_columns(referenced, row["referenced_columns"]),
        strict=True,
    )
    return (there, tuple(sorted(pairs)))


def _actual_shape(key: Record) -> tuple[Any, ...]:
    pairs = zip(key["column_names"], key["referenced_columns"], strict=True)
    return ((key["referenced_schema"], key["referenced_table"]), tuple(sorted(pairs)))


def _distance(row: Record, key: Record) -> int:
    return sum(row[action] != key[action] for action in ("on_delete", "on_update"))


def _in_place(found: Pairing, name: TableName, other: TableName, row: Record) -> Record:
    """Return a declared key by the database's names."""
    referenced = (row["referenced_schema"], row["referenced_table"])
    there = found.tables.get(referenced, referenced)
    return {
        **row,
        "schema_name": other[0],
        "table_name": other[1],
        "column_names": found.actual_columns(name, row["column_names"]),
        "referenced_schema": there[0],
        "referenced_table": there[1],
        "referenced_columns": found.actual_columns(referenced, row["referenced_columns"]),
    }


def _missing(
    found: Pairing, name: TableName, other: TableName, row: Record, shape: tuple[Any, ...]
) -> Difference:
    key = _in_place(found, name, other, row)
    home, constraint = qualified(*other), quote(row["constraint_name"])
    columns = ", ".join(key["column_names"])
    target = f"{dotted(*shape[0])}({', '.join(key['referenced_columns'])})"
    index, dropped = _support(found, other, key["column_names"])
    return Difference(
        "key_missing", "semantic", dotted(*other, row["constraint_name"]), *other,
        f"The model references {target} by {columns}; nothing in the database enforces it.",
        declared=f"({columns}) references {target}", place=row,
        sql=f"{index}{repair.key_sql(key, valid=False)}\nALTER TABLE {home} VALIDATE CONSTRAINT {constraint};",
        undo=f"ALTER TABLE {home} DROP CONSTRAINT {constraint};{dropped}", lock=f"{_BOTH}, for a moment",
        model_change=f"Set constraints: false on the association of {row['model']}.{row['attribute']}.",
    )  # fmt: skip


def _support(found: Pairing, table: TableName, columns: tuple[str, ...]) -> tuple[str, str]:
    """Return the SQL of the index that a new key needs, and its undo; empty where one begins with its columns."""
    kind = next(
        one["kind"] for one in found.actual["tables"] if (one["schema_name"], one["table_name"]) == table
    )
    serves = any(
        set(index["key_columns"][: len(columns)]) == set(columns)
        and index["access_method"] in ("btree", "hash")
        and index["is_valid"]
        and text_of(index["predicate"]) is None
        for index in found.of_actual("indexes", table)
    )
    if serves or kind != "table":
        return "", ""
    name = object_name(table[1], *columns, "idx")
    made = f"CREATE INDEX CONCURRENTLY {quote(name)} ON {qualified(*table)} ({column_list(columns)});\n"
    return made, f"\nDROP INDEX CONCURRENTLY {qualified(table[0], name)};"


def _extra(found: Pairing, table: TableName, key: Record) -> Difference:
    home, constraint = qualified(*table), quote(key["constraint_name"])
    target = dotted(key["referenced_schema"], key["referenced_table"])
    columns = ", ".join(key["column_names"])
    owner = next((mine for mine, theirs in found.tables.items() if theirs == table), table)
    place = next(iter(found.of_table("declared_tables", owner)), None)
    return Difference(
        "key_extra", "semantic", dotted(*table, key["constraint_name"]), *table,
        f"The database has a foreign key from {columns} to {target}; no association declares it.",
        actual=key["definition"], place=place, sql=f"ALTER TABLE {home} DROP CONSTRAINT {constraint};",
        undo=f"ALTER TABLE {home} ADD CONSTRAINT {constraint} {key['definition']};",
        lock=f"{EXCLUSIVE}, for a moment", model_change=_association(found, key, place),
    )  # fmt: skip


def _association(found: Pairing, key: Record, place: Record | None) -> str:
    """Return the association that would declare a key of the database."""
    there = (key["referenced_schema"], key["referenced_table"])
    if len(key["column_names"]) > 1:
        return "None: Sequelize declares no key over several columns."
    declared = next((mine for mine, theirs in found.tables.items() if theirs == there), there)
    other = next((row["model"] for row in found.of_table("declared_tables", declared)), None)
    target = other or f"the model of {dotted(*there)}"
    home = (
        place["model"]
        if place is not None
        else f"the model of {dotted(key['schema_name'], key['table_name'])}"
    )
    return (
        f"Add to {home} a belongsTo {target} with foreignKey: {repair.javascript(key['column_names'][0])}, "
        f"onDelete: '{key['on_delete']}', onUpdate: '{key['on_update']}'."
    )


def _compare(table: TableName, row: Record, key: Record) -> Iterator[Difference]:
    path = dotted(*table, key["constraint_name"])
    home, constraint = qualified(*table), quote(key["constraint_name"])
    if row["constraint_name"] != key["constraint_name"]:
        yield Difference(
            "key_name", "name", path, *table, f"The model would call it {row['constraint_name']}.",
            declared=row["constraint_name"], actual=key["constraint_name"], place=row,
            sql=f"ALTER TABLE {home} RENAME CONSTRAINT {constraint} TO {quote(row['constraint_name'])};",
            undo=f"ALTER TABLE {home} RENAME CONSTRAINT {quote(row['constraint_name'])} TO {constraint};",
            lock=f"{EXCLUSIVE}, for a moment", model_change="Sequelize takes no name for an inline key: none.",
        )  # fmt: skip
    wanted, there = _rules(row), _rules(key)
    if wanted != there:
        named = {**key, **{k: row[k] for k in ("on_delete", "on_update", "is_deferrable", "is_deferred")}}
        # Rows that a key never checked may break it; whether they do is not the action's concern.
        proof = f"\nALTER TABLE {home} VALIDATE CONSTRAINT {constraint};" if key["is_validated"] else ""
        swap = f"ALTER TABLE {home} DROP CONSTRAINT {constraint}, "
        added = repair.key_sql(named, valid=False).removeprefix(f"ALTER TABLE {home} ")
        yield Difference(
            "key_action", "semantic", path, *table, f"The model says {wanted}; the database has {there}.",
            declared=wanted, actual=there, place=row,
            sql=f"{swap}{added}{proof}", undo=f"{swap}ADD CONSTRAINT {constraint} {key['definition']};",
            lock="ACCESS EXCLUSIVE on both tables, for a moment",
            model_change=_with_actions(row, key),
        )  # fmt: skip
    yield from _enforcement(table, row, key, path)


def _with_actions(row: Record, key: Record) -> str:
    where = f"{row['model']}.{row['attribute']}"
    place = where if row["origin"] == "references" else f"the {row['origin']} behind {where}"
    parts = [f"onDelete: '{key['on_delete']}'", f"onUpdate: '{key['on_update']}'"]
    change = f"Set {', '.join(parts)} on {place}."
    if (row["is_deferrable"], row["is_deferred"]) == (key["is_deferrable"], key["is_deferred"]):
        return change
    when = "INITIALLY_DEFERRED" if key["is_deferred"] else "INITIALLY_IMMEDIATE"
    deferrable = (
        f"Set references.deferrable: Deferrable.{when}" if key["is_deferrable"] else "Remove deferrable"
    )
    return f"{change} {deferrable} on {where}."


def _rules(key: Record) -> str:
    text = f"ON DELETE {key['on_delete']} ON UPDATE {key['on_update']}"
    if key["is_deferrable"]:
        text += " DEFERRABLE" + (" INITIALLY DEFERRED" if key["is_deferred"] else "")
    return text


def _enforcement(table: TableName, row: Record, key: Record, path: str) -> Iterator[Difference]:
    home, constraint = qualified(*table), quote(key["constraint_name"])
    if not key["is_enforced"]:
        state, sql = "NOT ENFORCED", f"ALTER TABLE {home} ALTER CONSTRAINT {constraint} ENFORCED;"
        undo: str | None = f"ALTER TABLE {home} ALTER CONSTRAINT {constraint} NOT ENFORCED;"
    elif not key["is_validated"]:
        state, sql, undo = "NOT VALID", f"ALTER TABLE {home} VALIDATE CONSTRAINT {constraint};", None
    elif key["disabled_triggers_count"]:
        there = qualified(key["referenced_schema"], key["referenced_table"])
        state = f"with {key['disabled_triggers_count']} of its triggers disabled"
        sql = f"ALTER TABLE {home} ENABLE TRIGGER ALL;\nALTER TABLE {there} ENABLE TRIGGER ALL;"
        undo = None
    else:
        return
    yield Difference(
        "key_not_enforced", "semantic", path, *table, f"The database has the key {state}.", declared="enforced",
        actual=state, place=row, sql=sql, undo=undo, lock=_BOTH,
        model_change="None: Sequelize declares keys as enforced.",
    )  # fmt: skip
