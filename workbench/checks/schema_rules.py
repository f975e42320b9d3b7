# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""Rules on values that names and types suggest and no CHECK constraint states, and the rows that break them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot
from workbench.checks import check, derived
from workbench.checks.probe_rows import broken_rows, constraint_fix, evidence, path, probed, ratio, unexamined
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import dotted, qualified, quote
from workbench.probes.rules import SET, SPELLING, VALUE, Rule, Stated, rules
from workbench.rows import Row, rows
from workbench.words import object_name

WEAK = 4
"""A word that promises little bears a fourth of the share of broken rows."""


@derived
def candidate_rules(snapshot: Snapshot) -> tuple[Rule, ...]:
    """Return the rules that names and types suggest and no constraint or domain states."""
    stated = Stated(snapshot)
    return tuple(rule for rule in rules(snapshot) if not stated.holds(rule))


@derived
def table_paths(tables: pd.DataFrame) -> Mapping[int, tuple[str, str]]:
    """Return schema and name of each relation by OID."""
    return {row.table_oid: (row.schema_name, row.table_name) for row in rows(tables)}


@check(subject="schema", kind="runtime")
def check_candidate(
    candidate_rules: tuple[Rule, ...],
    table_paths: Mapping[int, tuple[str, str]],
    constraints: pd.DataFrame,
    orphans: pd.DataFrame | None = None,
) -> Verdict:
    """Rule on values that all rows obey and no CHECK constraint states.

    Problem: A quantity, price or percentage may leave its bounds, or an end may lie before its beginning.
    Where rows were read, all of them obey; rules that some break are findings of value_rule_violation and
    date_order_violation.
    Impact: One program that forgets the rule is enough; reports then carry negative stock or courses that
    end first.
    Fix: A CHECK constraint, added NOT VALID and validated later, so that writes hardly wait.
    False positives: A quantity that will be negative for returns; an amount that is signed by intent. A rule
    that a CHECK or the column's domain states in whatever form is left out.
    """
    asked = _asked(orphans)
    taken = set(zip(constraints["table_oid"], constraints["constraint_name"], strict=True))
    findings = []
    for rule in candidate_rules:
        place = table_paths[rule.table_oid]
        row = asked.get((*place, rule.columns, rule.condition if rule.kind != "order" else ""))
        if row is None or not row["violations"]:
            findings.append(_candidate(rule, place, row, taken))
    return Verdict(len(candidate_rules), findings)


def _asked(orphans: pd.DataFrame | None) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    """Return what the rows say of each rule: by schema, table, columns and, for a bound, the condition."""
    if orphans is None:
        return {}
    return {
        (r["schema_name"], r["table_name"], r["columns"], r["name"] if r["kind"] == VALUE else ""): r
        for r in probed(orphans, VALUE, "date_order")
    }


def _candidate(
    rule: Rule, place: tuple[str, str], row: Mapping[str, Any] | None, taken: set[tuple[int, str]]
) -> Finding:
    figures: dict[str, Any] = {"condition": rule.condition}
    if row is None:
        told = "Names and types suggest the rule; rows were not read."
    elif not row["examined"]:
        told = "Names and types suggest the rule; there are no rows yet."
    elif row["exact"]:
        told = f"All {int(row['examined']):,} rows obey it."
    else:
        told = f"A sample of the rows shows none that breaks it; up to {int(row['violations_high']):,} may."
    if row is not None:
        figures |= evidence(row)
    name = constraint_name(rule, place[1], taken)
    table = qualified(*place)
    return Finding(
        object=dotted(*place, rule.columns[-1]),
        title=f"No CHECK says that {rule.condition}",
        detail=f"{told} No CHECK constraint states it.",
        severity=Severity.INFO,
        evidence=figures,
        fix=Fix(
            f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} CHECK ({rule.condition}) NOT VALID;\n"
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote(name)};",
            f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)};",
            "ACCESS EXCLUSIVE on the table for an instant; SHARE UPDATE EXCLUSIVE while rows are validated",
            choice=""
            if row is not None and (row["exact"] or not row["examined"])
            else "not all rows were read, and one that breaks it can then no longer be changed: count them first "
            f"(SELECT count(*) FROM {table} WHERE NOT ({rule.condition}))",
        ),
        distinct=rule.condition,
    )


def constraint_name(rule: Rule, table: str, taken: set[tuple[int, str]]) -> str:
    """Return the name of the constraint that states a rule, free on its table."""
    side = ("most",) if rule.kind == "most" else ()
    name, number = object_name(table, *rule.columns, *side, "check"), 0
    while (rule.table_oid, name) in taken:
        number += 1
        name = object_name(table, *rule.columns, *side, f"check{number}")
    return name


@check(subject="integrity", kind="runtime")
def value_rule_violation(
    orphans: pd.DataFrame,
    candidate_rules: tuple[Rule, ...],
    table_paths: Mapping[int, tuple[str, str]],
    constraints: pd.DataFrame,
    *,
    few_ratio: float = 0.05,
    most_ratio: float = 0.2,
) -> Verdict:
    """Rows outside the bounds that a column's name promises.

    Problem: A quantity, price, duration or percentage is negative or above 100 in some rows, and in nearly
    all others is not.
    Impact: Sums and averages are wrong by amounts that nobody sees, and code that trusts the bound fails.
    Fix: A CHECK, NOT VALID at first: it stops new ones while the old are mended, then VALIDATE.
    False positives: A sentinel such as -1 for “unknown”; an amount that is negative when money goes back.
    Where more than ``most_ratio`` of the rows (a fourth of it for words like amount and cost) break a rule, it
    is taken for none and not reported. The tables of ledgers and movements are left out.
    """
    by_place = {(*table_paths[r.table_oid], r.columns, r.condition): r for r in candidate_rules}
    taken = set(zip(constraints["table_oid"], constraints["constraint_name"], strict=True))
    looked = probed(orphans, VALUE)
    findings = []
    for row in (one for one in looked if one["violations"]):
        rule = by_place.get((row["schema_name"], row["table_name"], row["columns"], row["name"]))
        if rule is None:
            continue
        share = ratio(row) * (WEAK if rule.is_weak else 1)
        if share <= most_ratio:
            severity = Severity.MEDIUM if share <= few_ratio else Severity.LOW
            findings.append(_broken(rule, row, severity, taken))
    return Verdict(len(looked), findings, unexamined(orphans, VALUE))


def _broken(rule: Rule, row: Mapping[str, Any], severity: Severity, taken: set[tuple[int, str]]) -> Finding:
    table = (str(row["schema_name"]), str(row["table_name"]))
    query = f"SELECT count(*) FROM {qualified(*table)} WHERE NOT ({rule.condition});"
    return Finding(
        object=dotted(*table, rule.columns[0]),
        title="Values outside their bounds",
        detail=f"In {broken_rows(row)} of {path(row)}, {rule.condition} does not hold.",
        severity=severity,
        evidence=evidence(row) | {"condition": rule.condition, "query": query},
        fix=constraint_fix(
            table,
            constraint_name(rule, table[1], taken),
            f"CHECK ({rule.condition}) NOT VALID",
            lock="ACCESS EXCLUSIVE on the table, briefly: rows that exist are not read",
        ),
        distinct=rule.condition,
    )


@check(subject="integrity", kind="runtime")
def apparent_set_violation(orphans: pd.DataFrame) -> Verdict:
    """Values outside the set that nearly all rows of a column take.

    Problem: A column of status, type or the like holds a small set of texts, and some rows hold one of them
    spelt otherwise (“Active” beside “active”) or a value that hardly any row has.
    Impact: Filters and reports miss these rows without an error.
    Fix: Settle the spelling, then a CHECK, an enum or a table of the allowed values; count the values first:
    the query of the evidence shows how. Values are never taken by the review.
    False positives: A state that is rare by nature; codes that differ in case on purpose, of more than two
    letters.
    """
    looked = probed(orphans, SPELLING, SET)
    findings = [_odd_values(row) for row in looked if row["violations"]]
    return Verdict(len(looked), findings, unexamined(orphans, SPELLING, SET))


def _odd_values(row: Mapping[str, Any]) -> Finding:
    (column,) = row["columns"]
    misspelt = row["kind"] == SPELLING
    told = (
        "spell a value otherwise than most rows do: in case, in blanks, or in what parts its words"
        if misspelt
        else "hold a value that at most one row in a thousand has, beside few common ones"
    )
    table = qualified(row["schema_name"], row["table_name"])
    query = f"SELECT {quote(column)}, count(*) FROM {table} GROUP BY 1 ORDER BY 2;"
    return Finding(
        object=dotted(path(row), column),
        title="One value in several spellings" if misspelt else "Values outside an apparent set",
        detail=f"{broken_rows(row)} {told}.",
        severity=Severity.MEDIUM if misspelt else Severity.LOW,
        evidence=evidence(row) | {"query": query},
        distinct=row["kind"],
    )


@check(subject="integrity", kind="static")
def check_not_enforced(constraints: pd.DataFrame, reviewed_tables: pd.DataFrame) -> Verdict:
    """CHECK constraint that rows may break.

    Problem: The constraint is NOT VALID, so rows from before it were never read, or NOT ENFORCED, so that
    nothing is.
    Impact: The rule is taken for granted by who reads the schema, and the planner uses a valid one only.
    Fix: Settle the rows that break it, then VALIDATE CONSTRAINT, or add it anew as an enforced one.
    False positives: A rule for new rows only, on purpose.
    """
    own = constraints[
        (constraints["type"] == "check")
        & constraints["table_oid"].isin(reviewed_tables["table_oid"])
        & ~constraints["is_inherited"]
    ]
    open_ones = own[~own["is_validated"] | ~own["is_enforced"]]
    return Verdict(len(own), [_not_enforced(row) for row in rows(open_ones)])


def _not_enforced(row: Row) -> Finding:
    table, name = qualified(row.schema_name, row.table_name), quote(row.constraint_name)
    again = f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {row.definition};"
    validate = f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};"
    if row.is_enforced:
        told, severity, sql = "NOT VALID: rows from before it may break it", Severity.LOW, validate
    else:
        told, severity = "NOT ENFORCED: nothing checks it", Severity.MEDIUM
        definition = row.definition.replace(" NOT ENFORCED", "")
        add = f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {definition} NOT VALID;"
        sql = f"{add}\n{validate}"
    return Finding(
        object=dotted(row.schema_name, row.table_name, row.constraint_name),
        title=f"{row.constraint_name} is {told.partition(':')[0]}",
        detail=f"{told}. {row.definition}",
        severity=severity,
        evidence={"is_validated": bool(row.is_validated), "is_enforced": bool(row.is_enforced)},
        fix=Fix(
            sql,
            again,
            "SHARE UPDATE EXCLUSIVE on the table while rows are validated"
            if row.is_enforced
            else "ACCESS EXCLUSIVE on the table for an instant; SHARE UPDATE EXCLUSIVE while rows are validated",
            choice="nobody counted the rows that break it, and one stops it: count and settle them first",
        ),
    )
