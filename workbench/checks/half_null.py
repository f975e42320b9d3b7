"""Composite foreign keys that a NULL in one column switches off."""

from __future__ import annotations

import pandas as pd

from workbench.checks import check
from workbench.checks.probe_rows import Row, broken_rows, constraint_fix, evidence, path, probed, unexamined
from workbench.checks.schema import listed
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import dotted, qualified, quote
from workbench.probes.half_null import GUARDED, KIND, HalfNull, half_null_keys
from workbench.rows import rows
from workbench.words import object_name

_LOCK = "ACCESS EXCLUSIVE on the table for a moment, then SHARE UPDATE EXCLUSIVE"


@check(subject="integrity", kind="runtime")
def half_null_key(orphans: pd.DataFrame, foreign_keys: pd.DataFrame) -> Verdict:
    """Composite foreign key that half a NULL switches off.

    Problem: The key is MATCH SIMPLE and two of its columns or more may be NULL; a row in which one of them is
    NULL is not checked, whatever the others hold.
    Impact: The values that are there may refer to nothing, and no cascade, restriction or join finds such rows.
    Fix: A CHECK constraint that all of them are NULL or none, or MATCH FULL where all of the key may be NULL.
    False positives: A column that another key has too, a tenant's, may be set without the rest: it is left out.
    Where no row is so, the finding is for information.
    """
    keys = {(row.table_oid, row.constraint_name): row for row in rows(foreign_keys)}
    by_place = {}
    for key in half_null_keys(foreign_keys):
        table = keys[key.table_oid, key.constraint_name]
        by_place[table.schema_name, table.table_name, key.constraint_name] = key
    looked = probed(orphans, KIND)
    findings = []
    for row in looked:
        half = by_place.get((row["schema_name"], row["table_name"], row["name"]))
        if half is not None:
            findings.append(_finding(row, half))
    return Verdict(len(looked), findings, unexamined(orphans, KIND, guarded=(GUARDED,)))


def _finding(row: Row, key: HalfNull) -> Finding:
    broken = int(row["violations"])
    names = listed(key.nullable)
    told = f"{broken_rows(row)} of {path(row)} are so" if broken else f"no row of {path(row)} is so yet"
    return Finding(
        object=dotted(path(row), key.constraint_name),
        title="Rows that are half NULL escape the foreign key"
        if broken
        else "A row that is half NULL would escape the foreign key",
        detail=f"MATCH SIMPLE checks no row in which one of {names} is NULL and another is not; {told}.",
        severity=Severity.MEDIUM if broken else Severity.INFO,
        evidence=evidence(row) | {"nullable_columns": list(key.nullable)},
        fix=_check(row, key, broken),
    )


def _check(row: Row, key: HalfNull, broken: int) -> Fix:
    table = (str(row["schema_name"]), str(row["table_name"]))
    name = object_name(table[1], *key.nullable, "whole")
    if broken:
        return constraint_fix(table, name, f"CHECK ({key.condition}) NOT VALID", lock=_LOCK)
    alter = f"ALTER TABLE {qualified(*table)}"
    return Fix(
        f"{alter} ADD CONSTRAINT {quote(name)} CHECK ({key.condition}) NOT VALID;\n"
        f"{alter} VALIDATE CONSTRAINT {quote(name)};",
        f"{alter} DROP CONSTRAINT {quote(name)};",
        _LOCK,
        choice="a write that fills half of the key fails from then on: see that the application makes none",
    )
