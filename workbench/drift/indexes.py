"""Indexes and enum types: missing, extra, under another name, invalid, with other values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.drift import repair
from workbench.drift.difference import Difference
from workbench.drift.expressions import canonical
from workbench.drift.repair import text_of
from workbench.drift.tables import EXCLUSIVE, Pairing, TableName, is_table
from workbench.naming import dotted, literal, qualified, quote

Record = Mapping[str, Any]


def compare_indexes(found: Pairing) -> Iterator[Difference]:
    """Yield what differs in the indexes of tables that both sides have; primary keys are compared apart."""
    for name, other in found.tables.items():
        if not is_table(found, other):
            continue
        # A declared column that is missing is a name all the same, no expression.
        columns = {row["column_name"] for row in found.of_actual("columns", other)}
        columns |= {row["column_name"] for row in found.of_table("declared_columns", name)}
        free = [row for row in found.of_actual("indexes", other) if not row["is_primary"]]
        for row in found.of_table("declared_indexes", name):
            if row["is_primary"] or row["missing_columns"]:
                continue
            keys = found.actual_columns(name, row["key_columns"])
            wanted = _shape({**row, "key_columns": keys}, columns)
            matches = [one for one in free if _shape(one, columns) == wanted]
            matches.sort(key=lambda one: (one["index_name"] != row["index_name"], not one["is_valid"]))
            if not matches:
                covering = _covering(found.of_actual("indexes", other), {**row, "key_columns": keys})
                yield _missing(other, row, keys, columns, covering)
                continue
            free.remove(matches[0])
            yield from _compare(other, row, matches[0])
        for one in free:
            yield _extra(found, other, one)


def _shape(index: Record, columns: set[str]) -> tuple[Any, ...]:
    keys = tuple(key if key in columns else canonical(str(key)) for key in index["key_columns"])
    predicate = text_of(index["predicate"])
    return (
        keys,
        tuple(int(option) for option in index["options"][: len(keys)]) or (0,) * len(keys),
        bool(index["is_unique"]),
        index["access_method"],
        None if predicate is None else canonical(predicate),
        tuple(index.get("include_columns", ())),
    )


def _words(index: Record) -> str:
    predicate = text_of(index["predicate"])
    unique = "unique " if index["is_unique"] else ""
    method = "" if index["access_method"] == "btree" else f" using {index['access_method']}"
    return f"{unique}({', '.join(index['key_columns'])}){method}{f' where {predicate}' if predicate else ''}"


def _phrase(index: Record) -> str:
    words = _words(index)
    return (
        f"a unique index on {words.removeprefix('unique ')}" if index["is_unique"] else f"an index on {words}"
    )


def _covering(indexes: Sequence[Record], wanted: Record) -> str:
    """Return the name of a btree over all rows that begins with the keys of a wanted one; empty where none does."""
    if wanted["is_unique"] or wanted["access_method"] != "btree" or text_of(wanted["predicate"]) is not None:
        return ""
    keys, options = tuple(wanted["key_columns"]), tuple(wanted["options"])
    for one in indexes:
        begins = one["key_columns"][: len(keys)] == keys and tuple(one["options"][: len(keys)]) == options
        whole = one["is_valid"] and text_of(one["predicate"]) is None
        if begins and whole and one["access_method"] == "btree":
            return str(one["index_name"])
    return ""


def _missing(
    table: TableName, row: Record, keys: tuple[str, ...], columns: set[str], covering: str
) -> Difference:
    index = {**row, "schema_name": table[0], "table_name": table[1], "key_columns": keys}
    home, name = qualified(*table), quote(row["index_name"])
    constraint = text_of(row["constraint_type"]) == "unique"
    if constraint:
        sql = f"ALTER TABLE {home} ADD CONSTRAINT {name} UNIQUE ({', '.join(map(quote, keys))});"
        undo, lock = f"ALTER TABLE {home} DROP CONSTRAINT {name};", f"{EXCLUSIVE} while the index is built"
    else:
        sql = repair.index_sql(index, columns)
        undo, lock = (
            f"DROP INDEX CONCURRENTLY {qualified(table[0], row['index_name'])};",
            "SHARE UPDATE EXCLUSIVE",
        )
    served = f" {covering} begins with the same columns and serves its look-ups." if covering else ""
    return Difference(
        "index_missing", "harmless" if covering else "semantic", dotted(*table, row["index_name"]), *table,
        f"The model declares {_phrase(index)}; the table has no such index.{served}", declared=_words(index),
        place=row,
        sql=sql, undo=undo, lock=lock, model_change=_without(row),
    )  # fmt: skip


def _without(row: Record) -> str:
    if text_of(row["constraint_type"]) == "unique":
        return f"Remove unique from {', '.join(row['key_columns'])} of {row['model']}."
    return f"Remove the index {row['index_name']} from {row['model']}."


def _extra(found: Pairing, table: TableName, one: Record) -> Difference:
    constraint = text_of(one["constraint_name"])
    home = qualified(*table)
    if constraint is not None:
        sql: str | None = f"ALTER TABLE {home} DROP CONSTRAINT {quote(constraint)};"
        definition = next(
            (
                c["definition"]
                for c in found.of_actual("constraints", table)
                if c["constraint_name"] == constraint
            ),
            None,
        )
        undo = f"ALTER TABLE {home} ADD CONSTRAINT {quote(constraint)} {definition};" if definition else None
        lock = f"{EXCLUSIVE}, for a moment"
    else:
        sql = f"DROP INDEX CONCURRENTLY {qualified(table[0], one['index_name'])};"
        undo, lock = f"{one['definition']};", "SHARE UPDATE EXCLUSIVE"
    if one["referencing_count"] or one["is_partitioned"] or text_of(one["parent_index_oid"]) is not None:
        sql = None  # Foreign keys, or other parts of a partitioned index, rely on it.
    columns = {row["column_name"] for row in found.of_actual("columns", table)}
    owner = next((mine for mine, theirs in found.tables.items() if theirs == table), table)
    place = next(iter(found.of_table("declared_tables", owner)), None)
    return Difference(
        "index_extra", "semantic", dotted(*table, one["index_name"]), *table,
        f"The table has {_phrase(one)}; no model declares it.", actual=one["definition"], place=place, sql=sql,
        undo=undo if sql else None, lock=lock,
        model_change=(
            f"Add {repair.index_option(one, columns)} to the indexes of "
            f"{place['model'] if place else 'its model'}."
        ),
    )  # fmt: skip


def _compare(table: TableName, row: Record, one: Record) -> Iterator[Difference]:
    path = dotted(*table, one["index_name"])
    old, new = one["index_name"], row["index_name"]
    if old != new:
        yield Difference(
            "index_name", "name", path, *table, f"The model calls it {new}.", declared=new, actual=old, place=row,
            sql=f"ALTER INDEX {qualified(table[0], old)} RENAME TO {quote(new)};",
            undo=f"ALTER INDEX {qualified(table[0], new)} RENAME TO {quote(old)};",
            lock="SHARE UPDATE EXCLUSIVE on the index",
            model_change=f"Set name: {repair.javascript(old)} on the index of {row['model']}.",
        )  # fmt: skip
    if not one["is_valid"] and not one["is_being_built"]:
        yield Difference(
            "index_invalid", "semantic", path, *table, "It is there, and no query may use it.", declared="valid",
            actual="invalid", place=row, sql=f"REINDEX INDEX CONCURRENTLY {qualified(table[0], old)};",
            lock="SHARE UPDATE EXCLUSIVE on the table", model_change="None.",
        )  # fmt: skip


def compare_enums(found: Pairing) -> Iterator[Difference]:
    """Yield enum types that differ; a column that is no enum in the database is a difference of types instead."""
    actual = {(row["schema_name"], row["type_name"]): row for row in found.actual["enums"]}
    matched: set[tuple[str, str]] = set()
    for row in found.declared["declared_enums"]:
        table, mine = (row["schema_name"], row["table_name"]), (row["schema_name"], row["type_name"])
        other = found.tables.get(table)
        if other is None:
            matched |= {mine} & actual.keys()  # It waits for its table.
            continue
        there = _type_of_column(found, table, other, row)
        if there is None:
            # The column is missing or no enum: its own difference tells.
            matched |= {mine} & actual.keys()
            continue
        matched.add(there)
        if there in actual:
            yield from _compare_enum(found, row, mine, actual[there], there)
    yield from _unused_types(found, actual, matched)


def _type_of_column(
    found: Pairing, table: TableName, other: TableName, row: Record
) -> tuple[str, str] | None:
    column = found.columns[table].get(row["column_name"])
    for one in found.of_actual("columns", other):
        if one["column_name"] == column:
            spelled = str(one["data_type"]).removesuffix("[]")
            for enum in found.actual["enums"]:
                names = (f"{enum['schema_name']}.{enum['type_name']}", enum["type_name"])
                if spelled.replace('"', "") in names:
                    return (enum["schema_name"], enum["type_name"])
    return None


def _compare_enum(
    found: Pairing, row: Record, mine: tuple[str, str], enum: Record, there: tuple[str, str]
) -> Iterator[Difference]:
    table = (row["schema_name"], row["table_name"])
    wanted, has = tuple(row["labels"]), tuple(enum["labels"])
    path, name = dotted(*there), qualified(*there)
    if mine != there:
        yield Difference(
            "enum_name", "name", path, *table, f"The model's type is {dotted(*mine)}.", declared=dotted(*mine),
            actual=path, place=row, sql=f"ALTER TYPE {name} RENAME TO {quote(mine[1])};",
            undo=f"ALTER TYPE {qualified(there[0], mine[1])} RENAME TO {quote(there[1])};",
            lock=f"ACCESS EXCLUSIVE on the type {there[1]}",
            model_change="Sequelize derives the name from table and column: none.",
        )  # fmt: skip
    lacking, extra = [v for v in wanted if v not in has], [v for v in has if v not in wanted]
    if not lacking and not extra and wanted == has:
        return
    uses = [c for c in found.actual["columns"] if _uses(c, enum) and not _is_view(found, c)]
    only_add = not extra and tuple(v for v in wanted if v in has) == has
    sql = _added(name, wanted, has) if only_add else repair.new_labels_sql(*there, wanted, uses)
    detail = "The values are the same in another order."
    if lacking or extra:
        parts = [f"the database lacks {', '.join(lacking)}"] if lacking else []
        parts += [f"only the database has {', '.join(extra)}"] if extra else []
        words = " and ".join(parts)
        detail = f"{words[0].upper()}{words[1:]}."
    yield Difference(
        "enum_values" if lacking or extra else "enum_order", "semantic", path, *table, detail,
        declared=", ".join(wanted), actual=", ".join(has), place=row, sql=sql,
        undo=repair.new_labels_sql(*there, has, uses),
        lock="none on tables" if only_add else "ACCESS EXCLUSIVE on every table that uses the type, rewritten",
        model_change=f"Set the values of {row['column_name']} of {row['model']} to {', '.join(has)}.",
    )  # fmt: skip


def _added(name: str, wanted: tuple[str, ...], has: tuple[str, ...]) -> str:
    """Return ADD VALUE for each new label, at its place."""
    lines, there = [], list(has)
    for position, label in enumerate(wanted):
        if label in there:
            continue
        following = next((v for v in wanted[position + 1 :] if v in there), None)
        place = f" BEFORE {literal(following)}" if following else ""
        lines.append(f"ALTER TYPE {name} ADD VALUE {literal(label)}{place};")
        there.append(label)
    return "\n".join(lines)


def _uses(column: Record, enum: Record) -> bool:
    spelled = str(column["data_type"]).removesuffix("[]").replace('"', "")
    return spelled in (f"{enum['schema_name']}.{enum['type_name']}", enum["type_name"])


def _is_view(found: Pairing, column: Record) -> bool:
    return not is_table(found, (column["schema_name"], column["table_name"]))


def _unused_types(
    found: Pairing, actual: Mapping[tuple[str, str], Record], matched: set[tuple[str, str]]
) -> Iterator[Difference]:
    schemas = {row["schema_name"] for row in found.declared["declared_tables"]}
    types = {str(row["data_type"]).removesuffix("[]").replace('"', "") for row in found.actual["columns"]}
    for name, enum in actual.items():
        used = bool({dotted(*name), name[1]} & types)
        if name in matched or used or name[0] not in schemas or text_of(enum["extension"]) is not None:
            continue
        labels = ", ".join(literal(str(label)) for label in enum["labels"])
        yield Difference(
            "enum_extra", "harmless", dotted(*name), name[0], "",
            "No column uses it: a table that was dropped may have left it behind.",
            actual=", ".join(enum["labels"]), sql=f"DROP TYPE {qualified(*name)};",
            undo=f"CREATE TYPE {qualified(*name)} AS ENUM ({labels});", lock="none on tables", model_change="None.",
        )  # fmt: skip
