"""Keys that a schema leaves to its applications: what must be unique, and who did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

import pandas as pd

from workbench.checks import check, derived
from workbench.checks.join_tables import KEY_TYPES, ByTable, joined_pair
from workbench.checks.new_keys import KeyMaker, NewKey
from workbench.checks.schema import by_table, kept, path
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import column_list, dotted, qualified, quote
from workbench.probes.plausibility import is_kind
from workbench.rows import Row, rows
from workbench.words import object_name, phrases, says, words

FLAGS = phrases("is primary, is default, is current, is main, primary contact, primary flag, default flag")
NATURAL_KEYS = phrases(
    """
    email, username, user name, login, slug, sku, isbn, iban, vin, npi, serial number, student number, order
    number, invoice number, account number, employee number, patient number, member number, policy number,
    license number, claim number, record number, medical record num, medical record number, mrn, external
    id, barcode
    """
)
# What a thing is done by: a measure, a column, or a row of the same table rather than somebody.
NOT_WHO = phrases(
    """
    order by, ordered by, sort by, sorted by, group by, grouped by, increment by, step by, delayed by, delay by,
    multiply by, multiplied by, divide by, divided by, scale by, scaled by, shifted by, reduced by, increased by,
    replaced by, superseded by, succeeded by, preceded by, followed by, caused by, blocked by, limited by,
    split by, offset by
    """
)
USERS = ("user", "users")


class Owner(NamedTuple):
    """The table that a row belongs to, seen from the referencing side."""

    columns: tuple[str, ...]
    referenced: str


@check(subject="schema", kind="runtime")
def missing_unique(
    reviewed_columns: pd.DataFrame, foreign_keys: pd.DataFrame, indexes: pd.DataFrame, *, min_rows: int = 1000
) -> Verdict:
    """Uniqueness that the schema implies and does not enforce.

    Problem: A flag such as “is primary” may be set on several rows of one owner, a join table may hold a
    pair twice, or a natural key whose values are all different may be repeated.
    Impact: Code that expects one row gets two; which of them it takes depends on the plan.
    Fix: A unique index, partial where only some rows count. Rows that break it must be settled first.
    False positives: A join table that keeps a history of pairs; a number that is unique by chance so far. Where a
    column divides an owner's rows by kind, the flag is one per kind and the finding for information.
    """
    # An invalid index enforces nothing for sure; an exclusion constraint over a key keeps it unique too.
    unique = indexes[(indexes["is_unique"] | indexes["is_exclusion"]) & indexes["is_valid"]]
    columns, keys = by_table(reviewed_columns), by_table(foreign_keys[~foreign_keys["is_inherited"]])
    judged = [
        _flags(columns, keys, by_table(unique)),
        _join_tables(columns, keys, by_table(unique)),
        _natural_keys(reviewed_columns, unique, min_rows),
    ]
    return Verdict(
        sum(one.examined for one in judged),
        [finding for one in judged for finding in one.findings],
        [reason for one in judged for reason in one.not_examined],
    )


def _unique_index(row: Row, columns: Sequence[str], predicate: str) -> Fix | None:
    """Return the index; None for a partitioned table, whose unique indexes must hold the partition key too."""
    if row.kind != "table":
        return None
    # The flag's name tells its index from others on the same owner.
    named = [*columns, row.column_name] if predicate and row.column_name not in columns else columns
    name, table = object_name(row.table_name, *named, "key"), qualified(row.schema_name, row.table_name)
    listed = column_list(columns)
    where = f" WHERE {predicate}" if predicate else ""
    counted = f"GROUP BY {listed} HAVING count(*) > 1"
    repeated = f"SELECT {listed}, count(*) FROM {table}{where} {counted}"  # noqa: S608 - names are quoted
    return Fix(
        f"CREATE UNIQUE INDEX CONCURRENTLY {quote(name)} ON {table} ({listed}){where};",
        f"DROP INDEX CONCURRENTLY {qualified(row.schema_name, name)};",
        "SHARE UPDATE EXCLUSIVE on the table",
        choice=f"rows that repeat make it fail and leave an invalid index: settle them first ({repeated})",
    )


def _flags(columns: ByTable, keys: ByTable, unique: ByTable) -> Verdict:
    findings: list[Finding] = []
    unclear: list[NotExamined] = []
    examined = 0
    for oid, siblings in columns.items():
        flags = [row for row in siblings if row.data_type == "boolean" and _is_flag(row.column_name)]
        examined += len(flags)
        for row in flags:
            if any(_limits(index, row.column_name) for index in unique.get(oid, [])):
                continue
            owner = _owner(keys.get(oid, []))
            if owner is None:
                unclear.append(NotExamined(path(row), "no single foreign key tells whose flag it is"))
            else:
                findings.append(_flag_finding(row, owner, siblings))
    return Verdict(examined, findings, unclear)


def _limits(index: Row, column: str) -> bool:
    """Tell whether a unique index has a column among its keys or in its predicate."""
    predicate = "" if pd.isna(index.predicate) else str(index.predicate)
    return column in index.key_columns or _mentions(predicate, column)


def _is_flag(name: str) -> bool:
    return says(name, FLAGS) is not None or words(name) in (("primary",), ("default",), ("current",))


def _mentions(expression: str, column: str) -> bool:
    return column in expression.replace('"', " ").replace("(", " ").replace(")", " ").split()


def _owner(keys: Sequence[Row]) -> Owner | None:
    """Return the one table that rows belong to: by the only mandatory key, or the only cascading one."""
    mandatory = [k for k in keys if all(k.columns_not_null) and words(k.column_names[0])[-1:] != ("by",)]
    cascading = [k for k in mandatory if k.on_delete == "CASCADE"]
    for chosen in (mandatory, cascading):
        if len(chosen) == 1:
            (key,) = chosen
            return Owner(key.column_names, dotted(key.referenced_schema, key.referenced_table))
    return None


def _flag_finding(row: Row, owner: Owner, siblings: Sequence[Row]) -> Finding:
    kinds = [one.column_name for one in siblings if is_kind(one._asdict())]
    parts = [quote(row.column_name)]
    for other in siblings:
        if says(other.column_name, ("deleted at",)) and not other.is_not_null:
            parts.append(f"{quote(other.column_name)} IS NULL")
        elif words(other.column_name) in (("is", "active"), ("active",)) and other.data_type == "boolean":
            parts.append(quote(other.column_name))
    return Finding(
        object=path(row),
        title="Several rows of one owner may carry the flag",
        detail=(
            f"No unique index limits {row.column_name} to one row per {' and '.join((owner.referenced, *kinds))}, "
            "although its name says there is one."
        ),
        # Where rows are of several kinds, only the application knows whether each has one of its own.
        severity=Severity.INFO if kinds else Severity.LOW,
        evidence={"owner": owner.referenced, "owner_columns": list(owner.columns), "kind_columns": kinds},
        fix=_unique_index(row, [*owner.columns, *kinds], " AND ".join(parts)),
    )


def _join_tables(columns: ByTable, keys: ByTable, unique: ByTable) -> Verdict:
    """Judge tables whose rows join two others, and tables of members, by whether a pair is kept unique."""
    findings, examined = [], 0
    for oid in keys.keys() & columns.keys():
        pair = joined_pair(columns[oid], keys[oid], keys)
        if not pair:
            continue
        examined += 1
        if not any(set(index.key_columns) <= set(pair) for index in unique.get(oid, [])):
            findings.append(_pair_finding(columns[oid], pair))
    return Verdict(examined, findings)


def _pair_finding(columns: Sequence[Row], pair: list[str]) -> Finding:
    row = next(one for one in columns if one.column_name in pair)
    deleted = [quote(one.column_name) for one in columns if says(one.column_name, ("deleted at",))][:1]
    return Finding(
        object=dotted(row.schema_name, row.table_name),
        title="A pair may be joined twice",
        detail=f"The table joins {pair[0]} and {pair[1]}, and no unique index keeps a pair from being stored twice.",
        severity=Severity.LOW,
        evidence={"columns": pair},
        fix=_unique_index(row, pair, f"{deleted[0]} IS NULL" if deleted else ""),
    )


def _natural_keys(columns: pd.DataFrame, unique: pd.DataFrame, min_rows: int) -> Verdict:
    keyed = {
        (oid, name)
        for oid, keys in zip(unique["table_oid"], unique["key_columns"], strict=True)
        for key in keys
        # lower(email) and the like enforce uniqueness too.
        for name in (key, *key.replace("(", " ").replace(")", " ").replace('"', " ").split())
    }
    named = kept(columns, (says(name, NATURAL_KEYS) is not None for name in columns["column_name"]))
    findings, examined = [], 0
    for row in rows(named[named["estimated_rows"] >= min_rows]):
        if pd.isna(row.distinct_values):
            continue
        examined += 1
        if row.distinct_values == -1 and (row.table_oid, row.column_name) not in keyed:
            findings.append(
                Finding(
                    object=path(row),
                    title="A natural key that nothing keeps unique",
                    detail=f"All of about {row.estimated_rows:,.0f} rows differ in it, by the statistics.",
                    severity=Severity.INFO,
                    evidence={"distinct_values": -1.0, "estimated_rows": int(row.estimated_rows)},
                    fix=_unique_index(row, [row.column_name], ""),
                )
            )
    return Verdict(examined, findings)


@derived
def user_table(reviewed_tables: pd.DataFrame, foreign_keys: pd.DataFrame) -> Mapping[str, str] | None:
    """Return the table that “created by” columns point to: schema, table and key column; None when unclear."""
    by = kept(
        foreign_keys, (len(n) == 1 and words(n[0])[-1:] == ("by",) for n in foreign_keys["column_names"])
    )
    if len(by):
        commonest = (
            by.groupby(["referenced_schema", "referenced_table"]).size().sort_values(kind="stable").index[-1]
        )
        schema, table = commonest
    else:
        tables = list(rows(reviewed_tables))
        named = [row for row in tables if " ".join(words(row.table_name)) in USERS]
        named = named or [row for row in tables if words(row.table_name)[-1] in USERS]
        if len(named) != 1:
            return None
        schema, table = named[0].schema_name, named[0].table_name
    return {"schema_name": str(schema), "table_name": str(table)}


@check(subject="schema", kind="static")
def audit_column_without_key(
    reviewed_columns: pd.DataFrame,
    constraints: pd.DataFrame,
    key_columns: Set[tuple[int, str]],
    user_table: Mapping[str, str] | None,
    key_maker: KeyMaker,
) -> Verdict:
    """Column that says who did it, without a foreign key.

    Problem: A column such as created_by has the type of the users' key, but no foreign key binds it.
    Impact: It may name a user who never existed, so the trail of who did what ends nowhere.
    Fix: A foreign key, added NOT VALID and validated later; rows that point nowhere must be settled first.
    False positives: A key of another system's users; a table that shall outlive its users without a trace.
    """
    named = kept(reviewed_columns, map(_says_who, reviewed_columns["column_name"]))
    if named.empty:
        return Verdict(0)
    if user_table is None:
        return Verdict(0, [], [NotExamined("database", "no table of users that such columns would point to")])
    schema, table = user_table["schema_name"], user_table["table_name"]
    primary = constraints[
        (constraints["type"] == "primary key")
        & (constraints["schema_name"] == schema)
        & (constraints["table_name"] == table)
    ]
    if primary.empty or len(primary.iloc[0]["column_names"]) != 1:
        return Verdict(0, [], [NotExamined(dotted(schema, table), "its primary key is not one column")])
    key = primary.iloc[0]["column_names"][0]
    of_table = reviewed_columns[reviewed_columns["table_oid"] == primary.iloc[0]["table_oid"]]
    key_type = of_table[of_table["column_name"] == key].iloc[0]["data_type"]
    # A text column of the same type may hold a name or a note as well as a key.
    compatible = named[(named["data_type"] == key_type) & named["base_type"].isin(KEY_TYPES)]
    findings = [
        _unbound(row, (schema, table, key), key_maker)
        for row in rows(compatible)
        if (row.table_oid, row.column_name) not in key_columns
    ]
    return Verdict(len(compatible), findings)


def _says_who(column: str) -> bool:
    spoken = words(column)
    who = len(spoken) > 1 and (spoken[-1] == "by" or spoken[-2:] == ("by", "id"))
    return who and says(column, NOT_WHO) is None


def _unbound(row: Row, target: tuple[str, str, str], maker: KeyMaker) -> Finding:
    schema, table, key = target
    wanted = NewKey((row.schema_name, row.table_name), (row.column_name,), (schema, table), (key,))
    return Finding(
        object=path(row),
        title="Who did it is not bound to a user",
        detail=f"The column has the type of {dotted(schema, table, key)} and no foreign key.",
        severity=Severity.LOW,
        evidence={
            "referenced": dotted(schema, table, key),
            "data_type": row.data_type,
            "served_by": maker.served_by(wanted),
        },
        fix=maker.declare(wanted),
    )
