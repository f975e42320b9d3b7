"""Columns and associations of declared models that lack their other half: keys, columns, indexes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.checks import check, derived
from workbench.checks.declared import key_path, not_read, place, text
from workbench.declared.models.inflection import underscore
from workbench.findings import Finding, Severity, Verdict
from workbench.naming import dotted
from workbench.rows import rows

_AUDIT = re.compile(r"^(\w+_by|\w+_by_id|\w+By|\w+ById)$")


@derived
def associated_columns(declared_associations: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Return table and attribute of every column that an association relies on."""
    keyed = declared_associations.dropna(subset=["key_table"])
    return frozenset(zip(keyed["key_table"], keyed["foreign_key"], strict=True))


@check(subject="declared", kind="static")
def declared_foreign_key_without_constraint(
    declared_discarded: pd.DataFrame, declared_foreign_keys: pd.DataFrame, declared_unread: pd.DataFrame
) -> Verdict:
    """@ForeignKey that makes no constraint.

    Problem: @ForeignKey is a note for associations. No association takes it up, so nothing reaches the database.
    A reference on an enum column is lost as well: Sequelize cuts it off with the labels of the enum.
    Impact: The column looks like a foreign key and is none: rows may name what does not exist.
    Fix: Add @BelongsTo with the same target, and say onDelete there.
    False positives: A column that shall not be enforced; then a comment says more than the decorator.
    """
    notes = declared_discarded[declared_discarded["kind"].eq("foreign key")]
    findings = [
        Finding(
            object=dotted(row.schema_name, row.table_name, *row.column_names),
            title=f"The foreign key of {row.model}.{row.column_names[0]} makes no constraint",
            detail=f"It names {text(row.referenced_table) or 'a model that was not read'}, and nothing results.",
            severity=Severity.MEDIUM,
            evidence=place(row) | {"referenced_table": text(row.referenced_table)},
        )
        for row in rows(notes)
    ]
    return Verdict(len(declared_foreign_keys) + len(notes), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_phantom_column(declared_associations: pd.DataFrame, declared_unread: pd.DataFrame) -> Verdict:
    """Association whose column no model declares.

    Problem: The foreign key of the association names no attribute of the model, so Sequelize adds one by itself.
    Impact: Every query of the model selects a column that the database may not have, and sync() creates a second
    column beside the one that was meant, when the name is only misspelt.
    Fix: Name the declared attribute in foreignKey, or declare the column.
    False positives: Projects that let Sequelize add key columns on purpose; for a join table that nobody
    declares it is the rule, and not reported.
    """
    keyed = declared_associations[declared_associations["kind"].ne("belongsToMany")]
    first = keyed[keyed["injects_column"]].drop_duplicates(["key_table", "foreign_key"])
    findings = [
        Finding(
            object=dotted(row.schema_name, row.key_table, row.key_column),
            title=f"{row.kind} of {row.model} adds the undeclared column {row.key_column} to {row.key_table}",
            detail=f"The association with {row.referenced_model} uses {row.foreign_key}, which is no attribute of "
            "the model that holds the key.",
            severity=Severity.HIGH,
            evidence=place(row)
            | {"foreign_key": row.foreign_key, "names_foreign_key": row.names_foreign_key},
        )
        for row in rows(first)
    ]
    return Verdict(len(keyed), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_missing_index(
    declared_foreign_keys: pd.DataFrame, declared_indexes: pd.DataFrame, declared_unread: pd.DataFrame
) -> Verdict:
    """Foreign key that no declared index serves.

    Problem: The model declares a key and no index whose first column it is; Sequelize adds none by itself.
    Impact: On a database that sync() or migrations from these models made, deleting a referenced row and
    joining from the other side read the whole table.
    Fix: Add the column to the indexes of the model.
    False positives: An index that only a migration creates; the live database's own check tells that.
    """
    served: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows(declared_indexes):
        if row.access_method in ("btree", "hash") and pd.isna(row.predicate) and row.key_columns:
            served[(row.schema_name, row.table_name)].add(row.key_columns[0])
    findings = [
        Finding(
            object=key_path(row),
            title=f"No index is declared for the foreign key {row.model}.{row.attribute}",
            detail=f"It references {row.referenced_table}, ON DELETE {row.on_delete}.",
            severity=Severity.LOW,
            evidence=place(row) | {"on_delete": row.on_delete},
        )
        for row in rows(declared_foreign_keys)
        if row.column_names[0] not in served[(row.schema_name, row.table_name)]
    ]
    return Verdict(len(declared_foreign_keys), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_audit_column_without_key(
    declared_columns: pd.DataFrame,
    declared_foreign_keys: pd.DataFrame,
    associated_columns: frozenset[tuple[str, str]],
    declared_unread: pd.DataFrame,
) -> Verdict:
    """Audit column without a key.

    Problem: A column such as createdBy, updatedBy or verifiedBy holds an identifier and no association says of
    what.
    Impact: The record of who did something may name users that never existed, and nothing keeps it true.
    Fix: Add @ForeignKey and @BelongsTo with onDelete RESTRICT or SET NULL.
    False positives: Identifiers of another system; columns that hold a name are not reported.
    """
    keyed = {(row.schema_name, row.table_name, row.column_names[0]) for row in rows(declared_foreign_keys)}
    candidates = [
        row
        for row in rows(declared_columns)
        if _AUDIT.match(row.attribute) and row.data_type in ("uuid", "integer", "bigint")
    ]
    findings = [
        Finding(
            object=dotted(row.schema_name, row.table_name, row.column_name),
            title=f"{row.model}.{row.attribute} names a person and references nothing",
            detail="No association of either side uses it, so no constraint results.",
            severity=Severity.LOW,
            evidence=place(row) | {"data_type": row.data_type},
        )
        for row in candidates
        if (row.schema_name, row.table_name, row.column_name) not in keyed
        and (row.table_name, row.attribute) not in associated_columns
    ]
    return Verdict(len(candidates), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_column_without_association(
    declared_columns: pd.DataFrame,
    declared_tables: pd.DataFrame,
    declared_foreign_keys: pd.DataFrame,
    declared_discarded: pd.DataFrame,
    declared_unread: pd.DataFrame,
) -> Verdict:
    """Column named after a model, without an association.

    Problem: The column ends in Id, the words before it name a declared model, its type is that of the model's
    key, and no association uses it.
    Impact: The database gets no foreign key: rows may name what does not exist, and no join is declared.
    Fix: Add @ForeignKey and @BelongsTo, or hasMany on the other side.
    False positives: Identifiers of another system that share the name; columns beside a *Type column are
    taken as polymorphic and not reported.
    """
    keys = {row.model: row for row in rows(declared_tables) if len(row.primary_key) == 1}
    types = {(row.table_name, row.column_name): row.data_type for row in rows(declared_columns)}
    by_words = {underscore(model).strip("_"): row for model, row in keys.items()}
    keyed = {(row.table_name, row.column_names[0]) for row in rows(declared_foreign_keys)}
    keyed |= {
        (row.table_name, row.column_names[0])
        for row in rows(declared_discarded)
        if len(row.column_names) == 1
    }
    attributes = declared_columns.groupby("model")["attribute"].agg(set).to_dict()
    examined, findings = 0, []
    for row in rows(declared_columns):
        stem = re.sub(r"(_id|Id)$", "", row.attribute)
        if stem == row.attribute or row.is_primary_key or (row.table_name, row.column_name) in keyed:
            continue
        examined += 1
        polymorphic = {f"{stem}Type", f"{stem}_type"} & attributes.get(row.model, set())
        target = None if polymorphic else _named(underscore(stem).strip("_"), by_words)
        if target is None or types.get((target.table_name, target.primary_key[0])) != row.data_type:
            continue
        findings.append(_unassociated(row, target))
    return Verdict(examined, findings, not_read(declared_unread))


def _unassociated(row: Any, target: Any) -> Finding:
    return Finding(
        object=dotted(row.schema_name, row.table_name, row.column_name),
        title=f"{row.model}.{row.attribute} is named after {target.model} and has no association",
        detail=f"Its type is that of {target.table_name}.{target.primary_key[0]}, and no constraint results.",
        severity=Severity.LOW,
        evidence=place(row) | {"referenced_table": target.table_name},
    )


def _named(words: str, models: Mapping[str, Any]) -> Any:
    """Return the model that a stem names as a whole, or by its last words after a role: assigned_user."""
    parts = words.split("_")
    return next((models[w] for n in range(len(parts)) if (w := "_".join(parts[n:])) in models), None)
