"""Indexes that are missing or broken: under foreign keys, invalid ones, primary keys."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from workbench.checks import check, derived
from workbench.checks.primary_keys import new_key
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import column_list, dotted, qualified, quote
from workbench.rows import Row, by, number, rows

MEBIBYTE = 1024 * 1024
# Lookups by equality, which the referential triggers make, need one of these.
_LOOKUP_METHODS = ("btree", "hash")


@derived
def supporting_indexes(
    foreign_keys: pd.DataFrame, indexes: pd.DataFrame, columns: pd.DataFrame, tables: pd.DataFrame
) -> Mapping[int, tuple[int, ...]]:
    """Return, by constraint OID, the OIDs of the indexes that serve each foreign key.

    An index serves a key when the referential triggers' look-up by the referencing columns can use it: see
    :func:`why_not_serving`. Of a composite key, the columns that refer to a unique key within the referenced one
    are enough: they find the same rows. The key of a partitioned table is served by an index of that table, or
    by one on each of its leaf partitions.
    """
    of_table = by(indexes, "table_oid")
    collations = column_collations(columns)
    unique = unique_keys(indexes)
    leaves = leaf_partitions(tables)
    served = {}
    for key in rows(foreign_keys):
        places = [key.table_oid, *leaves.get(key.table_oid, ())]
        wanted = telling_columns(key.column_names, key.referenced_columns, unique[key.referenced_oid])
        found = {
            place: [i.index_oid for i in of_table[place] if serves(wanted, i, collations[place])]
            for place in places
        }
        own = found.pop(key.table_oid)
        everywhere = bool(found) and all(found.values())
        served[key.constraint_oid] = tuple(own or (itertools.chain(*found.values()) if everywhere else ()))
    return served


def unique_keys(indexes: pd.DataFrame) -> Mapping[int, list[frozenset[str]]]:
    """Return the columns of each unique index over all rows, by table OID."""
    found: dict[int, list[frozenset[str]]] = defaultdict(list)
    for index in rows(indexes):
        if index.is_unique and index.is_valid and pd.isna(index.predicate):
            found[index.table_oid].append(frozenset(index.key_columns))
    return found


def telling_columns(
    columns: Sequence[str], referenced: Sequence[str], unique: Iterable[frozenset[str]]
) -> list[tuple[str, ...]]:
    """Return a key's columns, and each part of them that refers to a unique key and so tells the same rows."""
    parts = [
        tuple(own for own, other in zip(columns, referenced, strict=True) if other in key)
        for key in unique
        if key < set(referenced)
    ]
    return [tuple(columns), *parts]


def serves(wanted: Iterable[tuple[str, ...]], index: Row, collations: Mapping[str, str]) -> bool:
    """Tell whether an index serves a look-up by any of several sets of columns."""
    return any(not why_not_serving(names, index, collations) for names in wanted)


def why_not_serving(wanted: Sequence[str], index: Row, collations: Mapping[str, str]) -> str:
    """Return why an index does not serve a foreign key; empty when it does.

    It serves when it is valid, a btree or hash, its first key columns are those of the key in any order,
    its collations are the columns' own, and it has no predicate or one that equality with the key implies.
    """
    if index.access_method not in _LOOKUP_METHODS:
        return f"is a {index.access_method} index"
    if set(index.key_columns[: len(wanted)]) != set(wanted):
        return "does not begin with the key's columns"
    if not index.is_valid:
        return "is invalid"
    for column, collation in zip(index.key_columns, index.collations, strict=True):
        if column in wanted and collation and collation != collations.get(column, collation):
            return f"sorts {column} by another collation than the column's"
    if not pd.isna(index.predicate) and not _implied_by_equality(index.predicate, wanted):
        return f"is partial: WHERE {index.predicate}"
    return ""


def _implied_by_equality(predicate: str, names: Sequence[str]) -> bool:
    """Tell whether a predicate says no more than that columns of the key are not null.

    Compared as text with every such conjunction, because a column's name may hold anything.
    """
    spellings = [{f"{name} IS NOT NULL", f"{quote(name)} IS NOT NULL"} for name in names]
    for length in range(1, len(names) + 1):
        for chosen in itertools.permutations(spellings, length):
            for conjuncts in itertools.product(*chosen):
                if predicate == " AND ".join(conjuncts):
                    return True
    return False


def column_collations(columns: pd.DataFrame) -> dict[int, dict[str, str]]:
    """Return each column's collation by table and name; the type's own is called ``default``."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for oid, name, collation in zip(
        columns["table_oid"], columns["column_name"], columns["collation"], strict=True
    ):
        found[oid][name] = "default" if pd.isna(collation) else collation
    return found


def leaf_partitions(tables: pd.DataFrame) -> dict[int, list[int]]:
    """Return the leaf partitions below each partitioned table, by OID."""
    parent_of = {
        oid: parent
        for oid, parent in zip(tables["table_oid"], tables["parent_oid"], strict=True)
        if not pd.isna(parent)
    }
    leaves: dict[int, list[int]] = defaultdict(list)
    for oid, kind in zip(tables["table_oid"], tables["kind"], strict=True):
        ancestor = parent_of.get(oid)
        while ancestor is not None and kind != "partitioned table":
            leaves[ancestor].append(oid)
            ancestor = parent_of.get(ancestor)
    return leaves


@check(subject="indexes", kind="static")
def foreign_key_without_index(
    foreign_keys: pd.DataFrame,
    indexes: pd.DataFrame,
    columns: pd.DataFrame,
    tables: pd.DataFrame,
    supporting_indexes: Mapping[int, tuple[int, ...]],
    *,
    small_rows: float = 1_000,
    large_rows: float = 1_000_000,
) -> Verdict:
    """Foreign key without a supporting index.

    Problem: No index serves the look-up by the referencing columns. Every DELETE of a referenced row, and every
    UPDATE of its key, reads the whole referencing table.
    Impact: Deletes that take seconds and hold their locks that long; joins from the referenced table scan too.
    Fix: Create an index that begins with the key's columns, concurrently.
    False positives: Harmless where referenced rows are never deleted nor re-keyed and no query joins that way. A
    partial index serves only when its predicate says that the key's columns are not null.
    """
    by_oid = {table.table_oid: table for table in rows(tables)}
    of_table, collations, leaves = (
        by(indexes, "table_oid"),
        column_collations(columns),
        leaf_partitions(tables),
    )
    taken = set(zip(indexes["schema_name"], indexes["index_name"], strict=True))
    own = [k for k in rows(foreign_keys) if pd.isna(k.parent_constraint_oid) and k.is_enforced]
    findings = []
    for key in own:
        if supporting_indexes[key.constraint_oid]:
            continue
        near = [
            f"{index.index_name} {why}"
            for index in of_table[key.table_oid]
            if set(index.key_columns) & set(key.column_names)
            and (why := why_not_serving(key.column_names, index, collations[key.table_oid]))
        ]
        table = by_oid[key.table_oid]
        partitioned = table.kind == "partitioned table"
        below = [by_oid[leaf] for leaf in leaves.get(key.table_oid, ())] if partitioned else None
        severity = _by_rows(table.estimated_rows, small_rows, large_rows)
        fix = create_index(key, key.column_names, taken, below)
        findings.append(_unserved(key, near, table.estimated_rows, severity, fix))
    return Verdict(len(own), findings)


def _unserved(key: Row, near: Sequence[str], estimated: float, severity: Severity, fix: Fix) -> Finding:
    """Tell of a foreign key that no index serves; ``near`` says why indexes over its columns do not."""
    referenced = dotted(key.referenced_schema, key.referenced_table)
    return Finding(
        object=dotted(key.schema_name, key.table_name, key.constraint_name),
        title=f"No index serves the foreign key {key.constraint_name}",
        detail=(
            f"Deleting a row of {referenced} scans {dotted(key.schema_name, key.table_name)} "
            f"by {', '.join(key.column_names)}." + (f" Not served by: {'; '.join(near)}." if near else "")
        ),
        severity=severity,
        evidence={
            "columns": list(key.column_names),
            "referenced_table": referenced,
            "on_delete": key.on_delete,
            "estimated_rows": None if pd.isna(estimated) else float(estimated),
        },
        fix=fix,
    )


def _by_rows(estimated: float, small: float, large: float) -> Severity:
    """Grade by the size of the table that gets scanned; an unknown size counts as ordinary."""
    if estimated < small:
        return Severity.LOW
    return Severity.HIGH if estimated >= large else Severity.MEDIUM


def create_index(
    table: Row, names: Sequence[str], taken: set[tuple[str, str]], leaves: Sequence[Row] | None = None
) -> Fix:
    """Return the fix that makes a btree index on columns of a table without blocking its writes for long.

    ``table`` and ``leaves`` are rows with schema_name and table_name. A partitioned table (``leaves`` not
    None) cannot be indexed concurrently: each leaf is, and CREATE INDEX on the parent then adopts those.
    """
    listed, on = column_list(names), qualified(table.schema_name, table.table_name)
    statements, undo = [], ""
    for place in [table] if leaves is None else leaves:
        name = free_name(place.schema_name, place.table_name, names, taken)
        where = qualified(place.schema_name, place.table_name)
        statements.append(f"CREATE INDEX CONCURRENTLY {quote(name)} ON {where} ({listed});")
        undo = f"DROP INDEX CONCURRENTLY {qualified(place.schema_name, name)};"
    if leaves is None:
        return Fix(statements[0], undo, f"SHARE UPDATE EXCLUSIVE on {on}")
    name = free_name(table.schema_name, table.table_name, names, taken)
    statements.append(f"CREATE INDEX {quote(name)} ON {on} ({listed});")
    undo = f"DROP INDEX {qualified(table.schema_name, name)};"
    return Fix("\n".join(statements), undo, f"SHARE on {on} and its partitions, for a moment")


def free_name(schema: str, table: str, names: Iterable[str], taken: set[tuple[str, str]]) -> str:
    """Return a name for an index as PostgreSQL would choose it, not yet taken, and take it.

    Names hold 63 bytes; a longer stem loses its end, as in PostgreSQL's makeObjectName.
    """
    stem = "_".join([table, *names])
    for attempt in itertools.count():
        suffix = f"_idx{attempt or ''}"
        cut = stem.encode()[: 63 - len(suffix)].decode(errors="ignore")
        if (schema, cut + suffix) not in taken:
            taken.add((schema, cut + suffix))
            return cut + suffix
    raise AssertionError("unreachable: the numbers do not end")


@check(subject="indexes", kind="static")
def invalid_index(indexes: pd.DataFrame) -> Verdict:
    """Invalid index.

    Problem: A CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY failed and left an index that no query may use.
    Impact: It costs every write and its disk space and gives nothing; a UNIQUE that it should bring may be broken.
    Fix: Drop it; if it is wanted, mend what made it fail and create it anew.
    False positives: None known: an index that is being built at the moment of capture is not counted.
    """
    own = [i for i in rows(indexes) if pd.isna(i.extension)]
    findings = [_invalid(i) for i in own if not i.is_valid and not i.is_being_built]
    building = [
        NotExamined(dotted(i.schema_name, i.table_name, i.index_name), "it is being built right now")
        for i in own
        if i.is_being_built
    ]
    return Verdict(len(own) - len(building), findings, building)


def _invalid(index: Row) -> Finding:
    name = qualified(index.schema_name, index.index_name)
    if index.is_partitioned:
        cause = "At least one partition has no attached index of this kind."
        fix = None
    else:
        leftover = re.search(r"_cc(new|old)\d*$", index.index_name)
        cause = (
            "It is what a REINDEX CONCURRENTLY left when it failed."
            if leftover
            else "A CREATE INDEX CONCURRENTLY left it when it failed."
        )
        again = index.definition.replace("INDEX", "INDEX CONCURRENTLY", 1)
        undo = f"-- An invalid index cannot be brought back; to have a valid one: {again};"
        table = qualified(index.schema_name, index.table_name)
        fix = Fix(f"DROP INDEX CONCURRENTLY {name};", undo, f"SHARE UPDATE EXCLUSIVE on {table}")
        if not pd.isna(index.constraint_name):
            fix = None
    return Finding(
        object=dotted(index.schema_name, index.table_name, index.index_name),
        title=f"Index {index.index_name} is invalid",
        detail=f"Queries do not use it, writes still maintain it. {cause}",
        severity=Severity.MEDIUM,
        evidence={
            "bytes": number(index.bytes),
            "is_ready": bool(index.is_ready),
            "is_unique": bool(index.is_unique),
        },
        fix=fix,
    )


@check(subject="indexes", kind="static")
def table_without_primary_key(
    tables: pd.DataFrame,
    constraints: pd.DataFrame,
    indexes: pd.DataFrame,
    columns: pd.DataFrame,
    foreign_keys: pd.DataFrame,
) -> Verdict:
    """Table without a primary key.

    Problem: No constraint tells one row from another.
    Impact: Duplicate rows cannot be told apart, logical replication cannot update or delete, no key can refer to it.
    Fix: Declare the primary key; an existing unique index over NOT NULL columns can become it without a rewrite.
    Without one, as a choice: the two keys of a table that joins two others, else a new identity column.
    False positives: Staging and log tables that are only appended to and read as a whole.
    """
    keyed = set(constraints.loc[constraints["type"] == "primary key", "table_oid"])
    plain = tables["kind"].isin(["table", "partitioned table"]) & ~tables["is_partition"]
    own = tables[plain & tables["extension"].isna() & (tables["persistence"] != "temporary")]
    facts, of_table = by(columns, "table_oid"), by(indexes, "table_oid")
    keys = by(foreign_keys[foreign_keys["parent_constraint_oid"].isna()], "table_oid")
    findings = [
        _without_key(table, of_table[table.table_oid], facts[table.table_oid], keys[table.table_oid])
        for table in rows(own)
        if table.table_oid not in keyed
    ]
    return Verdict(len(own), findings)


def _without_key(table: Row, indexes: Sequence[Row], columns: Sequence[Row], keys: Sequence[Row]) -> Finding:
    not_null = {column.column_name for column in columns if column.is_not_null}
    usable = [
        i
        for i in indexes
        if i.is_unique and i.is_valid and pd.isna(i.predicate) and set(i.key_columns) <= not_null
    ]
    name = qualified(table.schema_name, table.table_name)
    plain = [i for i in usable if pd.isna(i.constraint_name) and not any(i.options) and not i.is_partitioned]
    fix = None if usable else new_key(table, columns, keys)
    if plain:
        index = plain[0]
        fix = Fix(
            f"ALTER TABLE {name} ADD PRIMARY KEY USING INDEX {quote(index.index_name)};",
            f"ALTER TABLE {name} DROP CONSTRAINT {quote(index.index_name)};\n{index.definition};",
            f"ACCESS EXCLUSIVE on {name}, for a moment",
        )
    detail = (
        f"Its columns {', '.join(usable[0].key_columns)} are unique and not null: they can be the primary key."
        if usable
        else "No unique index over NOT NULL columns could take its place."
    )
    rows_estimated = None if pd.isna(table.estimated_rows) else float(table.estimated_rows)
    return Finding(
        object=dotted(table.schema_name, table.table_name),
        title=f"Table {table.table_name} has no primary key",
        detail=detail,
        severity=Severity.LOW if usable else Severity.MEDIUM,
        evidence={"estimated_rows": rows_estimated, "unique_index": usable[0].index_name if usable else None},
        fix=fix,
    )
