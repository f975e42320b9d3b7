"""Checks on soft deletes: rows, keys and indexes that do not know that a row marked as deleted is gone."""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot
from workbench.checks import check, derived
from workbench.checks.foreign_keys import KeyChanger
from workbench.checks.key_changes import clause
from workbench.checks.probe_rows import (
    broken_rows,
    evidence,
    path,
    primary_keys,
    probed,
    referenced_path,
    repair,
    unexamined,
)
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import dotted, qualified, quote
from workbench.probes.entities import ACTORS, entity, names_entity
from workbench.probes.soft_delete import Mark, soft_delete_marks, soft_delete_probes
from workbench.rows import records, rows
from workbench.targets import Options
from workbench.words import object_name


@derived
def soft_deletes(columns: pd.DataFrame, tables: pd.DataFrame) -> Mapping[int, Mark]:
    """Return the column that marks rows as deleted by table OID, for tables proper that have one."""
    proper = tables[tables["kind"].isin(["table", "partitioned table"]) & tables["extension"].isna()]
    oids = set(proper[~proper["is_partition"]]["table_oid"])
    return {oid: mark for oid, mark in soft_delete_marks(columns).items() if oid in oids}


@check(subject="integrity", kind="runtime")
def live_child_of_soft_deleted(orphans: pd.DataFrame, snapshot: Snapshot) -> Verdict:
    """Live rows below a row that is marked as deleted.

    Problem: Both tables mark rows as deleted, and a row still counts as live while the row it belongs to does
    not: the application forgot to mark it too, which no foreign key does.
    Impact: Lists and counts show things whose owner is gone; joins on live rows lose them.
    Fix: Mark them with the moment of their owner; mark both in one transaction from then on.
    False positives: References to actors (the author of a message) outlive the actor and are low.
    """
    looked = probed(orphans, "soft_delete")
    keys = {
        (k["schema_name"], k["table_name"], k["constraint_name"]): k
        for k in records(snapshot["foreign_keys"])
    }
    findings = []
    for row in looked:
        key = keys.get((row["schema_name"], row["table_name"], row["name"]))
        if not row["violations"] or key is None:
            continue
        findings.append(
            Finding(
                object=dotted(path(row), str(row["name"])),
                title="Live rows below a soft-deleted one",
                detail=(
                    f"{broken_rows(row)} of {path(row)} are live although the row of {referenced_path(row)} that "
                    f"they refer to ({', '.join(row['columns'])}) is marked as deleted."
                ),
                severity=Severity.MEDIUM if _owns(key) else Severity.LOW,
                evidence=evidence(row),
                fix=_mark_fix(key, snapshot),
            )
        )
    return Verdict(len(looked), findings, unexamined(orphans, "soft_delete"))


def _owns(key: Mapping[str, Any]) -> bool:
    """Tell whether rows belong to what they refer to: a cascade says so, or a mandatory key of a thing."""
    actor = entity(str(key["referenced_table"]))[-1:]
    plain = names_entity(key["column_names"][-1], str(key["referenced_table"]))
    belongs = all(key["columns_not_null"]) and plain and not set(actor) & ACTORS
    return bool(key["on_delete"] == "CASCADE" or belongs)


def _mark_fix(key: Mapping[str, Any], snapshot: Snapshot) -> Fix | None:
    marks = soft_delete_marks(snapshot["columns"])
    own, theirs = marks[int(key["table_oid"])], marks[int(key["referenced_oid"])]
    place = (str(key["schema_name"]), str(key["table_name"]))
    probe = next(
        p
        for p in soft_delete_probes(snapshot)
        if (p.schema_name, p.table_name, p.name) == (*place, key["constraint_name"])
    )
    moment = own.kind == theirs.kind == "moment"
    value = {"moment": "now()", "flag": "true", "number": "1"}[own.kind]
    steps = repair(
        probe,
        primary_keys(snapshot).get(place),
        [own.column],
        f"{quote(own.column)} = {'o.its_owner_deleted_at' if moment else value}",
        label="live",
        source=f"p.{quote(theirs.column)} AS its_owner_deleted_at" if moment else "",
    )
    if steps is None:
        return None
    sql, undo, kept = steps
    return Fix(sql, f"{undo}\nDROP TABLE {kept};", "ROW EXCLUSIVE on the referencing table")


@check(subject="integrity", kind="static")
def hard_cascade_under_soft_delete(
    soft_deletes: Mapping[int, Mark],
    own_foreign_keys: pd.DataFrame,
    options: Options,
    key_changer: KeyChanger,
) -> Verdict:
    """ON DELETE CASCADE under a table that marks its rows as deleted.

    Problem: Rows of the referenced table are marked, not deleted, so the cascade never runs when the
    application deletes; it runs when somebody purges, and then destroys what a mark would have kept.
    Impact: One DELETE by hand or by a clean-up job removes the history that soft deletion is there to keep.
    Fix: ON DELETE RESTRICT, and a purge that deletes the rows below by itself, knowingly.
    False positives: Rows that mean nothing without their owner, and a purge that is meant to take them along.
    """
    examined, findings = 0, []
    for key in rows(own_foreign_keys):
        mark = soft_deletes.get(int(key.referenced_oid))
        if mark is None:
            continue
        examined += 1
        if key.on_delete != "CASCADE":
            continue
        table = dotted(key.schema_name, key.table_name)
        keeps = int(key.table_oid) in soft_deletes
        guarded = any(fnmatch.fnmatchcase(table, pattern) for pattern in options.protected)
        what = (
            "rows that are marked as deleted themselves" if keeps else "rows that have no mark of their own"
        )
        findings.append(
            Finding(
                object=dotted(table, key.constraint_name),
                title="Hard cascade under a soft delete",
                detail=(
                    f"{dotted(key.referenced_schema, key.referenced_table)} marks deleted rows "
                    f"({mark.column}); a real DELETE there also deletes from {table}, {what}."
                ),
                severity=Severity.MEDIUM if guarded else Severity.LOW,
                evidence={"mark": mark.column, "referencing_table_soft_deletes": keeps, "protected": guarded},
                fix=key_changer.recreate(key, clause(key, on_delete="RESTRICT", set_columns=())),
            )
        )
    return Verdict(examined, findings)


@check(subject="integrity", kind="static")
def unique_ignores_soft_delete(
    soft_deletes: Mapping[int, Mark], indexes: pd.DataFrame, columns: pd.DataFrame, constraints: pd.DataFrame
) -> Verdict:
    """Unique index that counts rows marked as deleted.

    Problem: A value stays taken after its row was marked as deleted, because the unique index does not look
    at the mark.
    Impact: A user who left can't register again; applications work round it by mangling old values.
    Fix: A unique index on live rows only, in place of the old one.
    False positives: Values that must never be given out twice, as invoice numbers and tokens. An index that
    holds a unique column beside others, for a composite key to refer to, takes no value away and is left out.
    """
    generated = {
        (int(c["table_oid"]), c["column_name"])
        for c in records(columns)
        if not pd.isna(c["default_expression"]) or c["base_type"] == "uuid" or not pd.isna(c["identity"])
    }
    definitions = {
        int(c["index_oid"]): c["definition"] for c in records(constraints) if c["type"] == "unique"
    }
    examined, findings = 0, []
    whole = indexes[indexes["is_unique"] & indexes["is_valid"] & indexes["predicate"].isna()]
    keys: dict[int, set[frozenset[str]]] = defaultdict(set)
    for index in records(whole):
        keys[int(index["table_oid"])].add(frozenset(index["key_columns"]))
    for index in records(indexes[indexes["is_unique"] & ~indexes["is_primary"] & indexes["is_valid"]]):
        oid = int(index["table_oid"])
        mark = soft_deletes.get(oid)
        if mark is None or (len(index["key_columns"]) == 1 and (oid, index["key_columns"][0]) in generated):
            continue
        if any(names < set(index["key_columns"]) for names in keys[oid]):
            continue
        examined += 1
        # An expression over the mark, coalesce(deleted_at, …) say, knows it as well.
        known = any(mark.column in text for text in (*index["key_columns"], str(index["predicate"])))
        if not known and pd.isna(index["predicate"]):
            findings.append(_taken(index, mark, definitions.get(int(index["index_oid"]))))
    return Verdict(examined, findings)


def _taken(index: Mapping[str, Any], mark: Mark, constraint: str | None) -> Finding:
    table = dotted(index["schema_name"], index["table_name"])
    keys = ", ".join(index["key_columns"])
    return Finding(
        object=dotted(table, index["index_name"]),
        title="Unique index ignores the soft delete",
        detail=f"{index['index_name']} keeps ({keys}) unique over live rows and rows marked by {mark.column}.",
        severity=Severity.LOW,
        evidence={"mark": mark.column, "key_columns": list(index["key_columns"])},
        fix=_live_index(index, mark, constraint),
    )


def _live_index(index: Mapping[str, Any], mark: Mark, constraint: str | None) -> Fix | None:
    """Return the fix; None for an index that foreign keys or replication rely on, and for partitioned tables."""
    if index["referencing_count"] or index["is_replica_identity"] or index["is_partitioned"]:
        return None
    table = qualified(index["schema_name"], index["table_name"])
    name = object_name(index["table_name"], *index["key_columns"], "live")
    concurrently = str(index["definition"]).replace(
        "CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1
    )
    # All that the old index says of operator classes, order and storage holds for the new one.
    made = re.sub(r"CONCURRENTLY .*? ON ", lambda _: f"CONCURRENTLY {quote(name)} ON ", concurrently, count=1)
    old = quote(index["index_name"])
    if constraint is None:
        drop = f"DROP INDEX CONCURRENTLY {qualified(index['schema_name'], index['index_name'])};"
        back = f"{concurrently};"
    else:
        drop = f"ALTER TABLE {table} DROP CONSTRAINT {old};"
        back = f"ALTER TABLE {table} ADD CONSTRAINT {old} {constraint};"
    return Fix(
        f"{made} WHERE {mark.live()};\n{drop}",
        f"{back}\nDROP INDEX CONCURRENTLY {qualified(index['schema_name'], name)};",
        "SHARE UPDATE EXCLUSIVE while the index is built; dropping a constraint takes ACCESS EXCLUSIVE briefly",
        {"unserved_statement": f"the partial index serves only statements that say {mark.live()} as well: add that "
         "to the statement, or an index that is not unique over all rows"},
        choice=f"values of deleted rows can then be taken again, and ON CONFLICT must name WHERE {mark.live()} too; "
        "numbers that must never come back, of medical records say, keep the old index",
    )  # fmt: skip


@check(subject="integrity", kind="static")
def one_sided_soft_delete(soft_deletes: Mapping[int, Mark], own_foreign_keys: pd.DataFrame) -> Verdict:
    """Relation of which one side alone marks rows as deleted.

    Problem: Rows of one table are marked while those that belong to it, or that it belongs to, are deleted.
    Impact: Deleting the owner for good takes marked rows along that were kept on purpose; rows below a marked
    owner have no way to be marked with it.
    Fix: Give both tables a mark, or neither.
    False positives: Tables that refer to a lasting thing without belonging to it.
    """
    examined, findings = 0, []
    for key, child, parent in _sides(own_foreign_keys, soft_deletes):
        examined += 1
        if (child is None) == (parent is None) or not _owns(key):
            continue
        if parent is not None and key["on_delete"] == "CASCADE":
            # hard_cascade_under_soft_delete says this, and more.
            continue
        if child is not None and key["on_delete"] != "CASCADE":
            continue
        table = dotted(key["schema_name"], key["table_name"])
        referenced = dotted(key["referenced_schema"], key["referenced_table"])
        side, other = (table, referenced) if child is not None else (referenced, table)
        mark = child or parent
        assert mark is not None
        findings.append(
            Finding(
                object=dotted(table, key["constraint_name"]),
                title="Soft delete on one side only",
                detail=f"{side} marks deleted rows ({mark.column}); {other} does not (ON DELETE {key['on_delete']}).",
                severity=Severity.LOW if child is not None else Severity.INFO,
                evidence={"marking_table": side, "mark": mark.column, "on_delete": key["on_delete"]},
            )
        )
    return Verdict(examined, findings)


def _sides(
    keys: pd.DataFrame, marks: Mapping[int, Mark]
) -> Iterator[tuple[Mapping[str, Any], Mark | None, Mark | None]]:
    """Give the keys between different tables with the marks of both sides."""
    for key in records(keys):
        child, parent = marks.get(int(key["table_oid"])), marks.get(int(key["referenced_oid"]))
        if key["table_oid"] != key["referenced_oid"] and (child or parent):
            yield key, child, parent
