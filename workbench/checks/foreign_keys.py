"""Foreign keys whose definition is missing something or says something else than it seems."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from workbench.checks import check, derived
from workbench.checks.key_changes import clause, drop, recreate, settle_first, validate
from workbench.checks.schema import pinned_by
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.graph import ForeignKey, ForeignKeyGraph
from workbench.naming import dotted, qualified, quote
from workbench.rows import Row, rows

# Values of these compare alike, so that a key between them works; the lengths may still differ.
_TEXTS = {"text", "character varying"}


@derived
def own_foreign_keys(foreign_keys: pd.DataFrame, tables: pd.DataFrame) -> pd.DataFrame:
    """Return the keys to judge: partitions' inherited keys and extensions' tables are left out.

    Columns: those of ``foreign_keys``, and ``position`` (row in that frame) and ``is_partitioned`` (the
    referencing table is). The index runs from 0.
    """
    own = foreign_keys.assign(position=range(len(foreign_keys)))
    made = set(tables.loc[tables["extension"].notna(), "table_oid"])
    partitioned = set(tables.loc[tables["kind"] == "partitioned table", "table_oid"])
    own = own[own["parent_constraint_oid"].isna() & ~own["table_oid"].isin(made)]
    return own.assign(is_partitioned=own["table_oid"].isin(partitioned)).reset_index(drop=True)


@derived
def known_orphans(orphans: pd.DataFrame | None = None) -> Mapping[str, int]:
    """Return how many rows are known to break a declared key, by its path; empty where no rows were read."""
    if orphans is None:
        return {}
    broken = orphans[(orphans["kind"] == "constraint") & orphans["violations"].notna()]
    return {
        dotted(row.schema_name, row.table_name, row.name): int(row.violations)
        for row in rows(broken[broken["violations"] > 0])
    }


def path(key: Row) -> str:
    """Return the dotted path of a key: ``schema.table.constraint``."""
    return dotted(key.schema_name, key.table_name, key.constraint_name)


def referenced(key: Row) -> str:
    """Return the dotted path of the referenced table."""
    return dotted(key.referenced_schema, key.referenced_table)


@dataclass(frozen=True)
class KeyChanger:
    """What the fix of a declared key rests on besides the key: the server, and the rows known to break keys."""

    server_version_num: int
    orphans: Mapping[str, int]

    def recreate(self, key: Row, changed: str) -> Fix:
        """Return the fix that puts another clause in the place of a row of ``own_foreign_keys``."""
        return recreate(
            key,
            changed,
            is_partitioned=key.is_partitioned,
            server_version_num=self.server_version_num,
            orphans=self.orphans.get(path(key), 0),
        )


@derived
def key_changer(snapshot_facts: Mapping[str, Any], known_orphans: Mapping[str, int]) -> KeyChanger:
    """Return what makes the fixes of declared foreign keys."""
    return KeyChanger(int(snapshot_facts["server_version_num"]), known_orphans)


@check(subject="foreign_keys", kind="static")
def foreign_key_type_mismatch(
    own_foreign_keys: pd.DataFrame, columns: pd.DataFrame, pinned_columns: Mapping[str, tuple[str, ...]]
) -> Verdict:
    """Foreign key between columns of different types.

    Problem: A referencing column has another type than the column that it refers to.
    Impact: A narrower column overflows or cuts before the referenced one does; comparisons convert values.
    Fix: Give the referencing column the type of the referenced one. This rewrites the table.
    False positives: A wider type on the referencing side does no harm; it is reported with severity info.
    """
    base = {
        (oid, name): kind
        for oid, name, kind in zip(
            columns["table_oid"], columns["column_name"], columns["base_type"], strict=True
        )
    }
    findings = []
    for key in rows(own_foreign_keys):
        pairs = zip(
            key.column_names, key.column_types, key.referenced_columns, key.referenced_types, strict=True
        )
        for name, own, other_name, other in pairs:
            bases = (base.get((key.table_oid, name), own), base.get((key.referenced_oid, other_name), other))
            severity = _mismatch(own, other, bases)
            if severity is not None:
                found = _mismatch_finding(key, (name, own), (other_name, other), severity)
                pins = pinned_columns.get(dotted(key.schema_name, key.table_name, name), ())
                if pins:
                    found = replace(found, detail=found.detail + pinned_by(pins), fix=None)
                findings.append(found)
    return Verdict(len(own_foreign_keys), findings)


def _mismatch(own: str, other: str, bases: tuple[str, str]) -> Severity | None:
    """Grade two types: medium when values differ in kind or range, low when only in length."""
    if own == other:
        return None
    mine, theirs = (re.sub(r"\(.*\)", "", kind).strip() for kind in bases)
    lengths = [int(found[1]) if (found := re.search(r"\((\d+)", kind)) else None for kind in (own, other)]
    if mine == theirs or {mine, theirs} <= _TEXTS:
        narrower = lengths[0] is not None and (lengths[1] is None or lengths[0] < lengths[1])
        if narrower:
            return Severity.LOW
        return None if mine == theirs else Severity.INFO
    return Severity.MEDIUM if (mine, theirs) not in _WIDER else Severity.INFO


_INTEGERS = ("smallint", "integer", "bigint")
_WIDER = {(wide, narrow) for i, wide in enumerate(_INTEGERS) for narrow in _INTEGERS[:i]}


def _mismatch_finding(key: Row, own: tuple[str, str], other: tuple[str, str], severity: Severity) -> Finding:
    table = qualified(key.schema_name, key.table_name)
    change = f"ALTER TABLE {table} ALTER COLUMN {quote(own[0])} TYPE "
    return Finding(
        object=path(key),
        distinct=own[0],
        title=f"{own[0]} is {own[1]}, the referenced {other[0]} is {other[1]}",
        detail=(
            f"{dotted(key.schema_name, key.table_name, own[0])} refers to {referenced(key)}.{other[0]}, "
            "and not every value of the one fits the other."
        ),
        severity=severity,
        evidence={"type": own[1], "referenced_type": other[1]},
        fix=Fix(
            f"{change}{other[1]};",
            f"{change}{own[1]};",
            f"ACCESS EXCLUSIVE on {table} while it is rewritten",
            choice="a value beyond the narrower type stops it" if severity is Severity.INFO else "",
        ),
    )


@check(subject="foreign_keys", kind="static")
def duplicate_foreign_key(own_foreign_keys: pd.DataFrame) -> Verdict:
    """Foreign key that exists twice.

    Problem: Two constraints tie the same columns to the same referenced columns.
    Impact: Every write is checked twice; where their actions differ, the order of their creation decides.
    Fix: Keep one; which, when the actions differ, is a decision on what a delete shall do.
    False positives: None known.
    """
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for key in rows(own_foreign_keys):
        pairs = frozenset(zip(key.column_names, key.referenced_columns, strict=True))
        groups[(key.table_oid, key.referenced_oid, pairs)].append(key)
    findings = []
    for keys in groups.values():
        # The one that promises most stays; among equals the oldest.
        first, *others = sorted(keys, key=lambda k: (not k.is_enforced, not k.is_validated, k.constraint_oid))
        findings += [_duplicate(first, other) for other in others]
    return Verdict(len(own_foreign_keys), findings)


def _duplicate(first: Row, other: Row) -> Finding:
    alike = all(
        getattr(first, name) == getattr(other, name)
        for name in ("on_delete", "on_update", "match_type", "is_deferred", "delete_set_columns")
    )
    difference = (
        "The two do the same."
        if alike
        else f"ON DELETE {first.on_delete} there, ON DELETE {other.on_delete} here: which acts first depends on "
        "the order in which the keys were created, and a restored dump can have another."
    )
    return Finding(
        object=path(other),
        title=f"{other.constraint_name} repeats {first.constraint_name}",
        detail=f"Both tie ({', '.join(other.column_names)}) to {referenced(other)}. {difference}",
        severity=Severity.LOW if alike else Severity.MEDIUM,
        evidence={"kept_constraint": first.constraint_name, "actions_differ": not alike},
        fix=drop(other) if alike else None,
    )


@check(subject="foreign_keys", kind="static")
def foreign_key_not_enforced(
    own_foreign_keys: pd.DataFrame, key_changer: KeyChanger, known_orphans: Mapping[str, int]
) -> Verdict:
    """Foreign key that does not keep its promise.

    Problem: The key is NOT VALID (older rows were never checked), NOT ENFORCED, or its triggers are disabled.
    Impact: Rows may refer to nothing. Disabled or not enforced, nothing cascades or guards either.
    Fix: Settle the orphan rows first, then validate, or create the key anew with its triggers.
    False positives: A key that is being introduced step by step is NOT VALID for a while.
    """
    findings = []
    for key in rows(own_foreign_keys):
        promise = _broken_promise(key)
        if promise is None:
            continue
        severity, what, meaning = promise
        if what == "is NOT VALID":
            fix = validate(key)
        else:
            fix = key_changer.recreate(key, clause(key))
            if key.disabled_triggers_count and key.is_enforced:
                fix = replace(fix, undo=_disable_again(key))
        fix = replace(fix, choice=settle_first(known_orphans.get(path(key), 0)))
        findings.append(
            Finding(
                object=path(key),
                title=f"{key.constraint_name} {what}",
                detail=f"{meaning} It refers to {referenced(key)} by {', '.join(key.column_names)}.",
                severity=severity,
                evidence={
                    "is_validated": bool(key.is_validated),
                    "is_enforced": bool(key.is_enforced),
                    "disabled_triggers_count": int(key.disabled_triggers_count),
                },
                fix=fix,
            )
        )
    return Verdict(len(own_foreign_keys), findings)


def _broken_promise(key: Row) -> tuple[Severity, str, str] | None:
    if not key.is_enforced:
        return Severity.HIGH, "is NOT ENFORCED", "PostgreSQL checks nothing and no action is carried out."
    if key.disabled_triggers_count:
        meaning = "Writes that its triggers should check go unchecked"
        lost = ", and its ON DELETE action is not carried out." if not key.is_delete_enabled else "."
        return Severity.HIGH, "has disabled triggers", meaning + lost
    if not key.is_validated:
        return Severity.MEDIUM, "is NOT VALID", "Rows older than the key were never checked against it."
    return None


def _disable_again(key: Row) -> str:
    sides = {(key.schema_name, key.table_name)}
    if not key.is_delete_enabled:
        sides = {(key.referenced_schema, key.referenced_table)}
        # A key has two triggers on either side.
        if key.disabled_triggers_count > 2:
            sides.add((key.schema_name, key.table_name))
    note = "-- Disables all triggers of the table, as nothing disables those of one key by name.\n"
    return note + "\n".join(f"ALTER TABLE {qualified(*side)} DISABLE TRIGGER ALL;" for side in sorted(sides))


@check(subject="foreign_keys", kind="static")
def self_reference(own_foreign_keys: pd.DataFrame) -> Verdict:
    """Table that references itself.

    Problem: Rows form trees or chains of unknown depth.
    Impact: A cascade follows them to the end; a guard makes deletes depend on their order; loads need one too.
    Fix: Nothing to mend; queries walk them with WITH RECURSIVE, and the action should be a choice.
    False positives: This is an observation.
    """
    findings = []
    for key in rows(own_foreign_keys):
        if key.table_oid != key.referenced_oid:
            continue
        findings.append(
            Finding(
                object=path(key),
                title=f"{key.table_name} references itself by {', '.join(key.column_names)}",
                detail=f"ON DELETE {key.on_delete}: deleting a row {_SELF_EFFECT[key.on_delete]}.",
                severity=Severity.INFO,
                evidence={"on_delete": key.on_delete, "is_optional": not any(key.columns_not_null)},
            )
        )
    return Verdict(len(own_foreign_keys), findings)


_SELF_EFFECT = {
    "CASCADE": "deletes everything below it, level by level",
    "SET NULL": "makes the rows below it roots of their own",
    "SET DEFAULT": "hands the rows below it to the default",
    "RESTRICT": "fails while rows below it stay",
    "NO ACTION": "fails while rows below it stay",
}


@check(subject="foreign_keys", kind="static")
def foreign_key_cycle(own_foreign_keys: pd.DataFrame, foreign_key_graph: ForeignKeyGraph) -> Verdict:
    """Tables that reference each other in a circle.

    Problem: Following the keys leads back to where one began.
    Impact: No order of tables loads or empties them; dumps restore their data only with the keys added last.
    Fix: Drop the reference that can be derived, or make one key of the circle optional or deferrable.
    False positives: “Latest child” columns and owners of their own tenant are common and workable.
    """
    own = {path(key) for key in rows(own_foreign_keys)}
    findings = []
    for nodes in foreign_key_graph.components():
        members = set(nodes)
        keys = [
            k
            for n in nodes
            for k in foreign_key_graph.outgoing[n]
            if k.referenced in members and k.path in own
        ]
        if keys:
            findings.append(_cycle(foreign_key_graph, nodes, keys))
    return Verdict(len(own_foreign_keys), findings)


def _cycle(graph: ForeignKeyGraph, nodes: tuple[int, ...], keys: list[ForeignKey]) -> Finding:
    names = [graph.path_of(node) for node in nodes]
    between = [key for key in keys if key.referencing != key.referenced]
    stuck = all(any(key.not_null) and not key.is_deferred for key in between)
    detail = f"{', '.join(names)} refer to each other by {', '.join(k.path for k in between)}."
    if stuck:
        detail += " None of these keys is optional or initially deferred, so a first row needs both at once."
    return Finding(
        object=names[0],
        distinct=" ".join(names),
        title=f"{len(names)} tables reference each other in a circle",
        detail=detail,
        severity=Severity.LOW if stuck else Severity.INFO,
        evidence={"tables": names, "constraints": [key.path for key in between]},
    )
