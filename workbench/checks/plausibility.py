# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""Checks on rules that names and types suggest: references by type and key, dates in order, one primary row."""

from __future__ import annotations

import pandas as pd

from workbench.catalog import Snapshot
from workbench.checks import check
from workbench.checks.probe_rows import (
    broken_rows,
    constraint_fix,
    evidence,
    path,
    primary_keys,
    probed,
    ratio,
    unexamined,
)
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import column_list, dotted, qualified, quote
from workbench.probes.plausibility import COMPARED, UNIQUE, DatePair, Flag, flag_probes, flags
from workbench.probes.polymorphic import polymorphic_pairs
from workbench.probes.probe import Probe
from workbench.probes.relations import Relations
from workbench.words import object_name


@check(subject="integrity", kind="static")
def polymorphic_reference(snapshot: Snapshot, reviewed_tables: pd.DataFrame) -> Verdict:
    """Reference whose table is named in another column.

    Problem: ``<x>_type`` says which table ``<x>_id`` refers to, so no foreign key can be declared.
    Impact: The server keeps no such reference whole, cascades pass it by, and joins need a case for each type.
    Fix: One nullable column with a key for each referenced table and a CHECK that exactly one is set, or a
    table above them all that the others refer to.
    False positives: Keys of things outside the database, as in an audit log, where this is the usual way.
    """
    relations = Relations(snapshot)
    asked = {}
    if "orphans" in snapshot:
        asked = {(path(r), r["columns"]): r for r in probed(snapshot["orphans"], "polymorphic")}
    pairs = polymorphic_pairs(snapshot)
    findings = []
    for pair in pairs:
        table = dotted(*relations.name(pair.table_oid))
        row = asked.get((table, (pair.type_column, pair.id_column)))
        broken = row is not None and row["violations"] > 0
        told = f" {broken_rows(row)} refer to a row that is not there." if row is not None and broken else ""
        findings.append(
            Finding(
                object=dotted(table, pair.id_column),
                title="Polymorphic reference",
                detail=f"{pair.type_column} says which table {pair.id_column} refers to; no key can hold it.{told}",
                severity=Severity.LOW if broken else Severity.INFO,
                evidence=evidence(row) if row is not None else {},
            )
        )
    missing = unexamined(snapshot["orphans"], "polymorphic") if "orphans" in snapshot else []
    examined = int(snapshot["columns"]["table_oid"].isin(reviewed_tables["table_oid"]).sum())
    return Verdict(examined, findings, missing)


@check(subject="integrity", kind="runtime")
def date_order_violation(
    orphans: pd.DataFrame,
    snapshot: Snapshot,
    *,
    most_ratio: float = 0.2,
    none_ratio: float = 0.5,
    least_rows: int = 10,
) -> Verdict:
    """Rows that end before they start.

    Problem: Two dates whose names say which comes first stand in the other order.
    Impact: Durations are negative, ranges match nothing, reports leave the rows out.
    Fix: A CHECK, NOT VALID at first: it stops new ones while the old are mended, then VALIDATE.
    False positives: Names that mean something else here; where many rows disagree the severity is low, and
    where most do nothing is reported. A row that was changed before it was made is of low severity too, for
    clocks differ.
    """
    looked = probed(orphans, "date_order")
    findings = []
    for row in looked:
        earlier, later = row["columns"]
        many = int(row["examined"]) >= least_rows
        if not row["violations"] or (many and ratio(row) > none_ratio):
            continue
        usual = (many and ratio(row) > most_ratio) or DatePair(0, earlier, later).is_bookkeeping
        findings.append(
            Finding(
                object=dotted(path(row), later),
                title="Dates in the wrong order",
                detail=f"In {broken_rows(row)} of {path(row)}, {later} is before {earlier}.",
                severity=Severity.LOW if usual else Severity.MEDIUM,
                evidence=evidence(row),
                fix=constraint_fix(
                    (str(row["schema_name"]), str(row["table_name"])),
                    object_name(str(row["table_name"]), later, "after", earlier, "check"),
                    f"CHECK ({quote(later)} >= {quote(earlier)}) NOT VALID",
                    lock="ACCESS EXCLUSIVE on the table, briefly: rows that exist are not read",
                ),
                distinct=earlier,
            )
        )
    return Verdict(len(looked), findings, unexamined(orphans, "date_order", guarded=(COMPARED,)))


@check(subject="integrity", kind="runtime")
def duplicate_primary_flag(
    orphans: pd.DataFrame, snapshot: Snapshot, *, most_ratio: float = 0.5, least_rows: int = 10
) -> Verdict:
    """Owners with more than one row flagged as the one.

    Problem: A flag such as ``is_primary`` or ``isDefault`` marks one row of each owner, and some owners have
    several.
    Impact: Which of them is used depends on the plan of the query, so it changes without anybody's doing.
    Fix: Keep the flag on the first row of each owner, and let a partial unique index keep it so.
    False positives: Flags that mean "a main one" rather than "the one"; where most flagged rows share their
    owner the severity is low.
    """
    asked = {(p.table, p.name): (flag, p) for flag, p in _questions(snapshot)}
    looked = probed(orphans, "duplicate_flag")
    findings = []
    for row in looked:
        flag, probe = asked.get((path(row), str(row["name"])), (None, None))
        if not row["violations"] or flag is None or probe is None:
            continue
        usual = ratio(row) > most_ratio and int(row["examined"]) >= least_rows
        owner = ", ".join((*flag.owner, *flag.kinds))
        findings.append(
            Finding(
                object=dotted(path(row), flag.column),
                title="Several rows flagged as the one",
                detail=(
                    f"{broken_rows(row)} of {path(row)} with {flag.column} share their {owner} "
                    "with another such row."
                ),
                severity=Severity.LOW if usual else Severity.MEDIUM,
                evidence=evidence(row),
                fix=_one_each(flag, probe, snapshot),
            )
        )
    return Verdict(len(looked), findings, unexamined(orphans, "duplicate_flag", guarded=(UNIQUE,)))


def _questions(snapshot: Snapshot) -> list[tuple[Flag, Probe]]:
    return list(zip(flags(snapshot), flag_probes(snapshot), strict=True))


def _one_each(flag: Flag, probe: Probe, snapshot: Snapshot) -> Fix | None:
    """Return the fix that keeps the flag on the first row by primary key; None for a partitioned table."""
    key = primary_keys(snapshot).get((probe.schema_name, probe.table_name))
    if not key or not probe.relation.startswith("only "):
        return None
    table, column = qualified(probe.schema_name, probe.table_name), quote(flag.column)
    owner = (*flag.owner, *flag.kinds)
    kept = qualified(probe.schema_name, object_name(probe.table_name, flag.column, "before"))
    name = object_name(probe.table_name, *owner, flag.column, "one")
    live = f" AND {flag.mark.live('t')}" if flag.mark else ""
    condition = column + (f" AND {flag.mark.live()}" if flag.mark else "")
    same = " AND ".join(f"t.{quote(c)} = o.{quote(c)}" for c in key)
    return Fix(
        f"CREATE TABLE {kept} AS SELECT {column_list(key)} FROM (\n"
        f"  SELECT t.*, row_number() OVER (PARTITION BY {column_list(owner)} ORDER BY {column_list(key)}) AS place\n"
        f"  FROM {table} AS t WHERE t.{column}{live}) AS ranked\n"
        f"  WHERE place > 1 AND {' AND '.join(f'{quote(c)} IS NOT NULL' for c in flag.owner)};\n"
        f"UPDATE {table} AS t SET {column} = false FROM {kept} AS o WHERE {same};\n"
        f"CREATE UNIQUE INDEX CONCURRENTLY {quote(name)} ON {table} ({column_list(owner)}) WHERE {condition};",
        f"DROP INDEX CONCURRENTLY {qualified(probe.schema_name, name)};\n"
        f"UPDATE {table} AS t SET {column} = true FROM {kept} AS o WHERE {same};\n"
        f"DROP TABLE {kept};",
        "ROW EXCLUSIVE for the update, SHARE UPDATE EXCLUSIVE while the index is built",
    )
