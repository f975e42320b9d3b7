"""Keys and associations of declared models: what Sequelize will make of them, judged without a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.checks import check, derived
from workbench.findings import Finding, NotExamined, Severity, Verdict
from workbench.graph import Diamond, ForeignKeyGraph
from workbench.graph import Verdict as Fate
from workbench.naming import dotted
from workbench.rows import rows

_GRADES = {Fate.ORDER_DEPENDENT: Severity.HIGH, Fate.ALWAYS_FAILS: Severity.MEDIUM, Fate.SAFE: Severity.INFO}


def place(row: Any) -> dict[str, Any]:
    """Return the evidence that every finding on sources carries."""
    return {"model": row.model, "file": row.file, "line": int(row.line)}


def table_of(row: Any) -> str:
    """Return the dotted path of a row's table."""
    return dotted(row.schema_name, row.table_name)


def text(value: Any) -> str | None:
    """Return a nullable text of a frame."""
    return None if pd.isna(value) else str(value)


def not_read(unread: pd.DataFrame) -> list[NotExamined]:
    """Return what the reader could not read, for which no check can vouch."""
    missed = unread[unread["kind"].isin(["unread", "ignored"])]
    return [
        NotExamined(row.object or row.file, f"{row.file}:{row.line}: {row.reason}") for row in rows(missed)
    ]


def key_path(row: Any) -> str:
    """Return the path of a declared key: its column."""
    return dotted(row.schema_name, row.table_name, ",".join(row.column_names))


@derived
def declared_graph(declared_tables: pd.DataFrame, declared_foreign_keys: pd.DataFrame) -> ForeignKeyGraph:
    """Return the graph of the declared foreign keys."""
    return ForeignKeyGraph(declared_tables, declared_foreign_keys)


@check(subject="declared", kind="static")
def declared_missing_action(declared_foreign_keys: pd.DataFrame, declared_unread: pd.DataFrame) -> Verdict:
    """Association that does not say what a delete or an update shall do.

    Problem: Neither side of the association writes onDelete or onUpdate, so Sequelize chooses by the kind of
    the association and by whether the column says allowNull: true.
    Impact: SET NULL, NO ACTION and CASCADE all come from defaults here; a change that looks harmless, another
    allowNull say, changes what deleting a row does.
    Fix: Write onDelete and onUpdate on the association. The finding says which action results today.
    False positives: None; the finding is about a choice that nobody made, so its severity is low.
    """
    findings = []
    for row in rows(declared_foreign_keys):
        missing = [
            option
            for option, written in (("onDelete", row.written_on_delete), ("onUpdate", row.written_on_update))
            if pd.isna(written)
        ]
        if "onDelete" not in missing or "action" in row.doubts:
            continue
        findings.append(
            Finding(
                object=key_path(row),
                title=f"{' and '.join(missing)} of {row.model}.{row.attribute} left to Sequelize's defaults",
                detail=f"The {row.origin} at {row.file}:{row.line} makes it ON DELETE {row.on_delete} "
                f"ON UPDATE {row.on_update}.",
                severity=Severity.LOW,
                evidence=place(row)
                | {
                    "missing": missing,
                    "effective_on_delete": row.on_delete,
                    "effective_on_update": row.on_update,
                    "referenced_table": dotted(row.referenced_schema, row.referenced_table),
                },
            )
        )
    return Verdict(len(declared_foreign_keys), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_order_dependent_action(
    declared_foreign_keys: pd.DataFrame, declared_unread: pd.DataFrame
) -> Verdict:
    """Action that depends on the order in which the models are loaded.

    Problem: Two associations reach the same column and would give it different actions; the one that is
    processed first wins.
    Impact: Listing the models in another order, or renaming a file, turns a refused delete into a cascade.
    Fix: Write the same onDelete on both sides, or in the column itself beside references.
    False positives: A project that lists its models in one fixed place, for as long as nobody reorders it.
    """
    findings = []
    for row in rows(declared_foreign_keys):
        if not row.is_order_dependent or "action" in row.doubts:
            continue
        other = text(row.alternative_on_delete) or row.on_delete
        destroys = "CASCADE" in (other, row.on_delete) and other != row.on_delete
        findings.append(
            Finding(
                object=key_path(row),
                title=f"ON DELETE of {row.model}.{row.attribute} is {row.on_delete} or {other} by load order",
                detail=f"The {row.origin} at {row.file}:{row.line} comes first and makes it {row.on_delete}; with "
                f"the models loaded the other way round it would be {other}.",
                severity=Severity.MEDIUM if destroys else Severity.LOW,
                evidence=place(row)
                | {
                    "on_delete": row.on_delete,
                    "alternative_on_delete": other,
                    "alternative_on_update": text(row.alternative_on_update) or row.on_update,
                },
            )
        )
    return Verdict(len(declared_foreign_keys), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_has_many_without_key(
    declared_associations: pd.DataFrame, declared_unread: pd.DataFrame
) -> Verdict:
    """hasMany or hasOne without foreignKey.

    Problem: The association leaves its key to be found: sequelize-typescript takes the first @ForeignKey that
    names the model, plain Sequelize derives a name from the model's.
    Impact: A second key to the same model, or a renamed model, silently moves the association to another column.
    Fix: Name the column in foreignKey.
    False positives: A pair of models that will never have a second key between them.
    """
    many = declared_associations[declared_associations["kind"].isin(["hasMany", "hasOne"])]
    findings = [
        Finding(
            object=dotted(row.schema_name, row.table_name),
            title=f"{row.kind} from {row.model} to {row.referenced_model} does not name its foreign key",
            detail=f"It resolves to {text(row.key_table)}.{text(row.key_column)} today.",
            severity=Severity.LOW,
            evidence=place(row) | {"alias": text(row.alias), "resolved_column": text(row.key_column)},
            distinct=text(row.alias) or row.referenced_model,
        )
        for row in rows(many)
        if not row.names_foreign_key
    ]
    return Verdict(len(many), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_sides_disagree(declared_associations: pd.DataFrame, declared_unread: pd.DataFrame) -> Verdict:
    """Two sides of one association that write different actions.

    Problem: belongsTo and hasMany over one column each write onDelete or onUpdate, and not the same.
    Impact: Only one of them reaches the database; who reads the other model is misled.
    Fix: Write the same action on both sides.
    False positives: None.
    """
    sides: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in rows(declared_associations[declared_associations["kind"].ne("belongsToMany")]):
        if text(row.key_table):
            sides[(row.schema_name, row.key_table, row.key_column or row.foreign_key)].append(row)
    findings = []
    for (schema, table, column), both in sides.items():
        for option, name in (("written_on_delete", "onDelete"), ("written_on_update", "onUpdate")):
            written = {action: row for row in both if (action := text(getattr(row, option)))}
            if len(written) < 2:
                continue
            told = ", ".join(f"{action} ({row.file}:{row.line})" for action, row in sorted(written.items()))
            findings.append(
                Finding(
                    object=dotted(schema, table, column),
                    title=f"The two sides write different {name} for {table}.{column}",
                    detail=f"Written are {told}; the association that is processed first decides.",
                    severity=Severity.MEDIUM,
                    evidence=place(both[0]) | {"written": sorted(written)},
                    distinct=name,
                )
            )
    return Verdict(len(sides), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_set_null_on_not_null(
    declared_foreign_keys: pd.DataFrame, declared_unread: pd.DataFrame
) -> Verdict:
    """ON DELETE SET NULL on a column that is declared NOT NULL.

    Problem: The association says onDelete: 'SET NULL' and the column says allowNull: false.
    Impact: PostgreSQL accepts the constraint, and every delete of a referenced row that is in use fails.
    Fix: Allow NULL, or choose RESTRICT or CASCADE.
    False positives: None.
    """
    findings = [
        Finding(
            object=key_path(row),
            title=f"{row.model}.{row.attribute} is NOT NULL and shall be set to NULL",
            detail=f"Deleting a row of {row.referenced_table} that is in use fails with a not-null violation.",
            severity=Severity.MEDIUM,
            evidence=place(row) | {"on_delete": row.on_delete},
        )
        for row in rows(declared_foreign_keys)
        if row.on_delete == "SET NULL" and all(row.columns_not_null) and "action" not in row.doubts
    ]
    return Verdict(len(declared_foreign_keys), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_self_reference(declared_foreign_keys: pd.DataFrame) -> Verdict:
    """Model that references itself.

    Problem: Rows form trees or chains; a delete follows the key's action through all levels.
    Impact: With CASCADE one delete takes a whole subtree; without, a branch is deleted leaf by leaf.
    Fix: Choose the action with the depth of the tree in mind.
    False positives: Most self-references are meant; severity info.
    """
    own = [
        row
        for row in rows(declared_foreign_keys)
        if (row.schema_name, row.table_name) == (row.referenced_schema, row.referenced_table)
    ]
    findings = [
        Finding(
            object=key_path(row),
            title=f"{row.model} references itself by {row.attribute}",
            detail=f"ON DELETE {row.on_delete}.",
            severity=Severity.INFO,
            evidence=place(row) | {"on_delete": row.on_delete},
        )
        for row in own
    ]
    return Verdict(len(declared_foreign_keys), findings)


@check(subject="declared", kind="static")
def declared_cascade_diamond(declared_graph: ForeignKeyGraph, declared_foreign_keys: pd.DataFrame) -> Verdict:
    """Cascade of the declared keys that meets a guard on its own way.

    Problem: With the actions that result from the models, a delete reaches a table by a cascade and is refused
    by another key of the same table.
    Impact: The delete fails, or fails depending on the order in which the keys are created.
    Fix: Let both keys cascade, or neither; or make the guard deferred.
    False positives: Rows that are never reached on both ways at once. Safe diamonds are severity info.
    """
    guesses = {
        dotted(row.schema_name, row.table_name, row.constraint_name)
        for row in rows(declared_foreign_keys)
        if row.doubts
    }
    gravest: dict[str, Diamond] = {}
    for root in range(len(declared_graph.tables)):
        for diamond in declared_graph.closure(root).diamonds:
            kept = gravest.get(diamond.guard.path)
            keys = (*diamond.cascade_path, *diamond.guard_path, diamond.guard)
            if guesses.intersection(key.path for key in keys):
                continue
            if kept is None or _GRADES[diamond.verdict] > _GRADES[kept.verdict]:
                gravest[diamond.guard.path] = diamond
    sites: Mapping[str, Any] = {
        dotted(row.schema_name, row.table_name, row.constraint_name): row
        for row in rows(declared_foreign_keys)
    }
    findings = []
    for path, diamond in sorted(gravest.items()):
        row, root_name = sites[path], declared_graph.path_of(diamond.root)
        ways = [
            " → ".join([root_name, *(declared_graph.path_of(key.referencing) for key in keys)])
            for keys in (diamond.cascade_path, diamond.guard_path)
        ]
        findings.append(
            Finding(
                object=key_path(row),
                title=f"Deleting {root_name} meets a guard on its own cascade: {diamond.verdict.value}",
                detail=f"Cascade: {ways[0]}. Guard: {ways[1]}, ON DELETE {row.on_delete}.",
                severity=_GRADES[diamond.verdict],
                evidence=place(row) | {"verdict": diamond.verdict.value, "root": root_name},
            )
        )
    return Verdict(len(declared_foreign_keys), findings)
