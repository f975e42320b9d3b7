"""Tables and columns: missing, extra, under another name, of another type, nullability or default."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.drift import repair
from workbench.drift.difference import Difference
from workbench.drift.expressions import same
from workbench.drift.names import folded_plural, pair_by_name
from workbench.drift.repair import text_of
from workbench.naming import dotted, qualified, quote

Record = Mapping[str, Any]
TableName = tuple[str, str]
_RUNNERS_OWN = {"SequelizeMeta", "SequelizeData", "spatial_ref_sys"}
# Stands before what fails while rows hold no value.
FILL_FIRST = "-- Fill the column for the rows that exist, then:"
EXCLUSIVE = "ACCESS EXCLUSIVE on the table"


@dataclass
class Pairing:
    """Both sides by name, and which declared table and column stands for which actual one."""

    declared: Mapping[str, Sequence[Record]]
    actual: Mapping[str, Sequence[Record]]
    tables: dict[TableName, TableName] = field(default_factory=dict)
    columns: dict[TableName, dict[str, str]] = field(default_factory=dict)
    """Declared table to declared column to actual column."""

    def of_table(self, frame: str, name: TableName) -> Sequence[Record]:
        """Return the rows of a declared frame that belong to a table."""
        return self._grouped(self.declared, frame).get(name, [])

    def of_actual(self, frame: str, name: TableName) -> Sequence[Record]:
        """Return the rows of a catalog frame that belong to a table."""
        return self._grouped(self.actual, frame).get(name, [])

    def __post_init__(self) -> None:
        self._groups: dict[tuple[int, str], dict[TableName, list[Record]]] = {}

    def _grouped(self, side: Mapping[str, Sequence[Record]], frame: str) -> dict[TableName, list[Record]]:
        key = (id(side), frame)
        if key not in self._groups:
            groups: dict[TableName, list[Record]] = {}
            for row in side[frame]:
                groups.setdefault((row["schema_name"], row["table_name"]), []).append(row)
            self._groups[key] = groups
        return self._groups[key]

    def actual_columns(self, table: TableName, columns: Any) -> tuple[str, ...]:
        """Return a declared table's columns by the names that the database has for them."""
        names = self.columns.get(table, {})
        return tuple(names.get(column, column) for column in columns)


def pair(declared: Mapping[str, Sequence[Record]], actual: Mapping[str, Sequence[Record]]) -> Pairing:
    """Pair tables and columns: by name, else by a name that means the same."""
    found = Pairing(declared, actual)
    wanted: dict[str, list[str]] = {}
    for row in declared["declared_tables"]:
        wanted.setdefault(row["schema_name"], []).append(row["table_name"])
    there: dict[str, list[str]] = {}
    for row in actual["tables"]:
        if not row["is_partition"]:
            there.setdefault(row["schema_name"], []).append(row["table_name"])
    for schema, names in wanted.items():
        pairs = pair_by_name(names, there.get(schema, []), folded_plural)
        for name, other in pairs.items():
            columns = _pair_columns(found, (schema, name), (schema, other))
            # Another name is the same table only where most of its columns are there.
            if name == other or 2 * len(columns) > len(found.of_table("declared_columns", (schema, name))):
                found.tables[(schema, name)] = (schema, other)
                found.columns[(schema, name)] = columns
    return found


def _pair_columns(found: Pairing, declared: TableName, actual: TableName) -> dict[str, str]:
    return pair_by_name(
        [row["column_name"] for row in found.of_table("declared_columns", declared)],
        [row["column_name"] for row in found.of_actual("columns", actual)],
    )


def compare_tables(found: Pairing) -> Iterator[Difference]:
    """Yield tables that one side lacks or names otherwise."""
    for row in found.declared["declared_tables"]:
        name = (row["schema_name"], row["table_name"])
        other = found.tables.get(name)
        if other is None:
            yield _missing_table(found, row)
        elif other != name:
            yield Difference(
                "table_name", "name", dotted(*other), *other, f"The model calls it {name[1]}.",
                declared=name[1], actual=other[1], place=row,
                sql=f"ALTER TABLE {qualified(*other)} RENAME TO {quote(name[1])};",
                undo=f"ALTER TABLE {qualified(*name)} RENAME TO {quote(other[1])};", lock=EXCLUSIVE,
                model_change=f"Set tableName: {repair.javascript(other[1])} in {row['model']}.",
            )  # fmt: skip
    yield from _extra_tables(found)


def _missing_table(found: Pairing, row: Record) -> Difference:
    name = (row["schema_name"], row["table_name"])
    columns = found.of_table("declared_columns", name)
    indexes = found.of_table("declared_indexes", name)
    existing = {(e["schema_name"], e["type_name"]) for e in found.actual["enums"]}
    enums = [
        e
        for e in found.of_table("declared_enums", name)
        if (e["schema_name"], e["type_name"]) not in existing
    ]
    unreadable = [c["column_name"] for c in columns if text_of(c["data_type"]) is None]
    unique = [i for i in indexes if text_of(i["constraint_type"]) == "unique"]
    plain = [i for i in indexes if text_of(i["constraint_type"]) is None and not i["missing_columns"]]
    names = [c["column_name"] for c in columns]
    sql = [repair.enum_sql(e) for e in enums] + [repair.table_sql(row, columns, unique)]
    sql += [repair.index_sql(i, names, concurrently=False) for i in plain]
    sql += [repair.key_sql(k) for k in found.of_table("declared_foreign_keys", name)]
    undo = [f"DROP TABLE {qualified(*name)};"]
    undo += [f"DROP TYPE {qualified(e['schema_name'], e['type_name'])};" for e in enums]
    return Difference(
        "table_missing", "semantic", dotted(*name), *name,
        f"{row['model']} declares it with {len(columns)} columns; the database does not have it.",
        declared=name[1], place=row,
        sql=None if unreadable else "\n".join(sql), undo=None if unreadable else "\n".join(undo),
        lock="SHARE ROW EXCLUSIVE on the referenced tables", model_change=f"Remove the model {row['model']}.",
    )  # fmt: skip


def _extra_tables(found: Pairing) -> Iterator[Difference]:
    taken = set(found.tables.values())
    schemas = {row["schema_name"] for row in found.declared["declared_tables"]}
    for row in found.actual["tables"]:
        name = (row["schema_name"], row["table_name"])
        plain = row["kind"] in ("table", "partitioned table") and not row["is_partition"]
        own = name[1] in _RUNNERS_OWN or text_of(row["extension"]) is not None
        if name in taken or name[0] not in schemas or not plain or own:
            continue
        yield Difference(
            "table_extra", "semantic", dotted(*name), *name, "No model declares it.", actual=name[1],
            sql=f"DROP TABLE {qualified(*name)};", lock=EXCLUSIVE,
            model_change=repair.model(
                name, found.of_actual("columns", name), found.of_actual("constraints", name), found.actual["enums"]
            ),
        )  # fmt: skip


def is_table(found: Pairing, name: TableName) -> bool:
    """Tell whether a name is that of a table rather than of a view or a foreign table."""
    kinds = {row["kind"] for row in found.of_actual("tables", name)}
    return kinds <= {"table", "partitioned table"}


def compare_columns(found: Pairing) -> Iterator[Difference]:
    """Yield what differs in the columns of tables that both sides have."""
    for name, other in found.tables.items():
        declared = {row["column_name"]: row for row in found.of_table("declared_columns", name)}
        actual = {row["column_name"]: row for row in found.of_actual("columns", other)}
        pairs = found.columns[name]
        for column, row in declared.items():
            there = actual.get(pairs.get(column, ""))
            if there is None:
                yield _missing_column(found, other, row)
            else:
                yield from _compare_column(found, other, row, there)
        for column in actual.keys() - set(pairs.values()):
            yield _extra_column(found, other, actual[column])


def _needed_type(found: Pairing, row: Record) -> str:
    """Return CREATE TYPE for a declared column's enum where the database does not have it, else nothing."""
    there = {(enum["schema_name"], enum["type_name"]) for enum in found.actual["enums"]}
    for enum in found.declared["declared_enums"]:
        mine = all(enum[key] == row[key] for key in ("schema_name", "table_name", "column_name"))
        if mine and (enum["schema_name"], enum["type_name"]) not in there:
            return repair.enum_sql(enum) + "\n"
    return ""


def _missing_column(found: Pairing, table: TableName, row: Record) -> Difference:
    home, column = qualified(*table), quote(row["column_name"])
    path = dotted(*table, row["column_name"])
    sql: str | None = None
    if text_of(row["data_type"]) is not None:
        has_default = row["default_kind"] in ("literal", "expression", "sequence")
        if row["is_not_null"] and not has_default:
            nullable = repair.column_sql({**row, "is_not_null": False})
            sql = (
                f"ALTER TABLE {home} ADD COLUMN {nullable};\n{FILL_FIRST}\n"
                f"ALTER TABLE {home} ALTER COLUMN {column} SET NOT NULL;"
            )
        else:
            sql = f"ALTER TABLE {home} ADD COLUMN {repair.column_sql(row)};"
        sql = _needed_type(found, row) + sql
    return Difference(
        "column_missing", "semantic", path, *table, "The model declares it; the table does not have it.",
        declared=text_of(row["data_type"]), place=row, sql=sql,
        undo=f"ALTER TABLE {home} DROP COLUMN {column};" if sql else None, lock=EXCLUSIVE,
        model_change=_without(row),
    )  # fmt: skip


def _without(row: Record) -> str:
    """Return the change of a model that takes a column from it; some it has by options."""
    attribute, model = row["attribute"], row["model"]
    if row["origin"] == "implicit" and row["is_primary_key"]:
        return f"Set primaryKey: true on the attribute of {model} that the table has as its key."
    if row["origin"] == "implicit":
        return f"Set {attribute}: false in the options of {model}, or timestamps: false if it lacks them all."
    if row["origin"] == "association":
        return f"Remove the association of {model} that adds {attribute}, or name its foreignKey."
    return f"Remove the attribute {attribute} from {model}."


def _model_of(found: Pairing, table: TableName) -> str:
    place = _place(found, table)
    return str(place["model"]) if place is not None else f"the model of {dotted(*table)}"


def _extra_column(found: Pairing, table: TableName, row: Record) -> Difference:
    home, column = qualified(*table), quote(row["column_name"])
    attribute = repair.attribute(row, repair.labels_of(row, found.actual["enums"]))
    detail = "No attribute declares it."
    if row["is_not_null"] and text_of(row["default_expression"]) is None and text_of(row["identity"]) is None:
        detail += " It is NOT NULL without a default, so an INSERT by the model fails."
    return Difference(
        "column_extra", "semantic", dotted(*table, row["column_name"]), *table, detail,
        actual=row["data_type"], place=_place(found, table),
        sql=f"ALTER TABLE {home} DROP COLUMN {column};", lock=EXCLUSIVE,
        model_change=f"Add {attribute} to {_model_of(found, table)}.",
    )  # fmt: skip


def _place(found: Pairing, table: TableName) -> Record | None:
    name = next((mine for mine, theirs in found.tables.items() if theirs == table), None)
    rows = found.of_table("declared_tables", name) if name else []
    return rows[0] if rows else None


def _compare_column(found: Pairing, table: TableName, row: Record, there: Record) -> Iterator[Difference]:
    home, mine, theirs = qualified(*table), row["column_name"], there["column_name"]
    path = dotted(*table, theirs)
    if mine != theirs:
        yield Difference(
            "column_name", "name", path, *table, f"The model calls it {mine}.", declared=mine, actual=theirs,
            place=row, sql=f"ALTER TABLE {home} RENAME COLUMN {quote(theirs)} TO {quote(mine)};",
            undo=f"ALTER TABLE {home} RENAME COLUMN {quote(mine)} TO {quote(theirs)};", lock=EXCLUSIVE,
            model_change=f"Set field: {repair.javascript(theirs)} on {row['attribute']} of {row['model']}.",
        )  # fmt: skip
    yield from _compare_type(found, table, row, there, path)
    if not is_table(found, table):
        return  # The columns of a view are nullable and have no defaults.
    if bool(row["is_not_null"]) != bool(there["is_not_null"]):
        yield _nullability(home, table, row, there, path)
    yield from _compare_default(home, table, row, there, path)


def same_type(row: Record, there: Record) -> bool:
    """Tell whether a declared and an actual type are one; enum types by their names are compared apart."""
    mine, theirs = str(row["data_type"]).replace('"', ""), str(there["data_type"]).replace('"', "")
    if mine == theirs:
        return True
    if row["type_kind"] == "enum":
        is_enum = there["type_kind"] == "enum" or (there["is_array"] and "." in theirs)
        return bool(is_enum) and bool(row["is_array"]) == bool(there["is_array"])
    # An extension may live in any schema.
    return "." in mine + theirs and mine.rpartition(".")[2] == theirs.rpartition(".")[2]


def _compare_type(
    found: Pairing, table: TableName, row: Record, there: Record, path: str
) -> Iterator[Difference]:
    mine = text_of(row["data_type"])
    if mine is None:
        yield Difference(
            "unread", "unread", path, *table, "The declared type could not be read.", actual=there["data_type"],
            place=row,
        )  # fmt: skip
        return
    if same_type(row, there):
        return
    follow = repair.data_type(there["data_type"], repair.labels_of(there, found.actual["enums"]))
    home, column = qualified(*table), quote(there["column_name"])
    change = f"ALTER TABLE {home} ALTER COLUMN {column}"
    default = text_of(there["default_expression"])
    # A default keeps the cast to the type that it was given for, which the new type may not take.
    plain = re.sub(r"^(E?'(?:[^']|'')*')::[^']+$", r"\1", default or "")

    def convert(spelled: str, after: str | None) -> str:
        text = "::text" if "." in spelled or "." in str(there["data_type"]) else ""
        lines = [f"{change} TYPE {spelled} USING {column}{text}::{spelled};"]
        if after:
            lines = [f"{change} DROP DEFAULT;", *lines, f"{change} SET DEFAULT {after};"]
        return "\n".join(lines)

    yield Difference(
        "type", "semantic", path, *table, f"The model says {mine}, the database has {there['data_type']}.",
        declared=mine, actual=there["data_type"], place=row,
        sql=_needed_type(found, row) + convert(repair.sql_type(mine), plain),
        undo=convert(there["data_type"], default),
        lock=f"{EXCLUSIVE}, which is written anew for most pairs of types",
        model_change=f"Set type: {follow} on {row['attribute']} of {row['model']}.",
    )  # fmt: skip


def _nullability(home: str, table: TableName, row: Record, there: Record, path: str) -> Difference:
    change = f"ALTER TABLE {home} ALTER COLUMN {quote(there['column_name'])}"
    strict, lax = f"{change} SET NOT NULL;", f"{change} DROP NOT NULL;"
    wanted = bool(row["is_not_null"])
    detail = (
        "The model says NOT NULL; the database lets null in."
        if wanted
        else "The model lets null in; the database refuses it."
    )
    return Difference(
        "nullability", "semantic", path, *table, detail, declared="NOT NULL" if wanted else "nullable",
        actual="nullable" if wanted else "NOT NULL", place=row, sql=strict if wanted else lax,
        undo=lax if wanted else strict, lock=f"{EXCLUSIVE}{', which is scanned' if wanted else ''}",
        model_change=f"Set allowNull: {'true' if wanted else 'false'} on {row['attribute']} of {row['model']}.",
    )  # fmt: skip


def _compare_default(
    home: str, table: TableName, row: Record, there: Record, path: str
) -> Iterator[Difference]:
    kind, actual = row["default_kind"], text_of(there["default_expression"])
    if actual is not None and same("NULL", actual):
        actual = None
    if text_of(there["generated"]) is not None or kind == "load_time":
        # A value baked in when the module is loaded differs by nature; the declared checks name it.
        return
    by_sequence = text_of(there["identity"]) is not None or (actual or "").startswith("nextval(")
    declared = text_of(row["default_expression"]) if kind in ("literal", "expression") else None
    if kind == "sequence" or text_of(row["identity"]) is not None:
        if by_sequence:
            return
        declared = "a sequence"
    elif not by_sequence and same(declared, actual):
        return
    yield _default(home, table, row, there, path, declared, actual)


def _default(
    home: str,
    table: TableName,
    row: Record,
    there: Record,
    path: str,
    declared: str | None,
    actual: str | None,
) -> Difference:
    identity, place = text_of(there["identity"]), f"{row['attribute']} of {row['model']}"
    numbering = repair.numbering(actual, identity)
    harmless = row["default_kind"] == "client" and declared is None
    change = f"ALTER TABLE {home} ALTER COLUMN {quote(there['column_name'])}"
    set_to = f"{change} SET DEFAULT {declared};" if declared else f"{change} DROP DEFAULT;"
    undo = f"{change} SET DEFAULT {actual};" if actual else f"{change} DROP DEFAULT;"
    writable = row["default_kind"] != "sequence" and identity is None
    mine = f"The model's default is {declared}" if declared else "The model has no default"
    theirs = f"the database's is {actual}" if actual else "the database has none"
    if numbering:
        theirs = f"the database numbers the column itself ({'an identity' if identity else actual})"
    detail = f"{mine}; {theirs}."
    if harmless:
        detail = f"The application fills it in, and {theirs}, which serves other writers."
    follow = f"Remove defaultValue from {place}."
    if numbering:
        follow = f"Set {numbering} on {place}."
    elif actual:
        follow = f"Set defaultValue: Sequelize.literal({repair.javascript(actual)}) on {place}."
    elif row["default_kind"] == "sequence":
        follow = f"Remove autoIncrement from {place}."
    return Difference(
        "default", "harmless" if harmless else "semantic", path, *table, detail, declared=declared,
        actual="identity" if identity else actual, place=row, sql=set_to if writable else None,
        undo=undo if writable else None, lock=f"{EXCLUSIVE}, for a moment", model_change=follow,
    )  # fmt: skip
