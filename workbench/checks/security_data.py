"""Sensitive columns: who can read them, how they are stored, and whether changes leave a trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench import sensitive
from workbench.checks import check, derived
from workbench.checks.schema import listed, path
from workbench.checks.security import PUBLIC, WRITES, Rights, people, revoke
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import dotted, qualified, quote
from workbench.rows import Row, rows
from workbench.words import counted, says

AUDIT_TABLES = (
    "audit", "audits", "access log", "access logs", "change log", "activity log", "activity logs", "event log",
    "audit trail",
)  # fmt: skip


@dataclass(frozen=True)
class Sensitive:
    """One sensitive column: its place, the kind of data, what tells it and how it is stored."""

    table_oid: int
    schema_name: str
    table_name: str
    column_name: str
    kind: str
    reason: str
    protection: str


@derived
def sensitive_columns(
    reviewed_columns: pd.DataFrame, foreign_keys: pd.DataFrame, options: Any
) -> tuple[Sensitive, ...]:
    """Return the sensitive columns of the reviewed tables, in the order of the catalog."""
    linked = {
        (oid, name)
        for oid, names in zip(foreign_keys["table_oid"], foreign_keys["column_names"], strict=True)
        for name in names
    }
    found = []
    for row in rows(reviewed_columns):
        column = sensitive.Column(
            table=row.table_name,
            name=row.column_name,
            base_type=row.base_type,
            comment="" if pd.isna(row.comment) else row.comment,
            is_foreign_key=(row.table_oid, row.column_name) in linked,
        )
        told = sensitive.kind_of(column, options.sensitive)
        if told is None and sensitive.is_health_text(column):
            told = ("health", "its table holds health records")
        if told:
            place = (row.table_oid, row.schema_name, row.table_name, row.column_name)
            found.append(Sensitive(*place, *told, sensitive.protection(column)))
    kinds: dict[int, set[str]] = defaultdict(set)
    for one in found:
        kinds[one.table_oid].add(one.kind)
    return tuple(
        one
        for one in found
        if one.kind != "contact"
        or not one.reason.startswith("its name")
        or sensitive.is_of_person(one.table_name, kinds[one.table_oid])
    )


@derived
def audit_tables(reviewed_tables: pd.DataFrame, reviewed_columns: pd.DataFrame) -> pd.DataFrame:
    """Return the tables that record who did what: by name, and with a point in time in each row."""
    timed = reviewed_columns[reviewed_columns["base_type"].str.startswith(("timestamp", "date"))]
    named = reviewed_tables["table_name"].map(lambda name: says(name, AUDIT_TABLES) is not None)
    return reviewed_tables[named.astype(bool) & reviewed_tables["table_oid"].isin(timed["table_oid"])]


@derived
def audited_tables(triggers: pd.DataFrame, functions: pd.DataFrame, audit_tables: pd.DataFrame) -> Set[int]:
    """Return the OIDs of tables whose changes a trigger records, on INSERT, UPDATE and DELETE together."""
    records = set(audit_tables["table_name"])
    writers = {
        row.function_oid
        for row in rows(functions)
        if {name.rpartition(".")[2] for name in row.inserts_into} & records
        or says(row.function_name, ("audit", "log", "history", "track")) is not None
    }
    recording = triggers[triggers["is_enabled"] & triggers["function_oid"].isin(writers)]
    events: dict[int, set[str]] = {}
    for row in rows(recording):
        events.setdefault(row.table_oid, set()).update(row.events)
    return frozenset(oid for oid, seen in events.items() if {"insert", "update", "delete"} <= seen)


@derived
def audit_trigger(triggers: pd.DataFrame, audited_tables: Set[int]) -> Row | None:
    """Return a trigger that stands for all that record the audited tables; None where they differ.

    One on each table for all three events and after each row, all calling one function without arguments.
    """
    recording = triggers[
        triggers["table_oid"].isin(audited_tables)
        & triggers["is_enabled"]
        & triggers["is_row_level"]
        & (triggers["timing"] == "after")
    ]
    found = [
        row
        for row in rows(recording)
        if {"insert", "update", "delete"} <= set(row.events)
        and not row.column_names
        and not row.has_condition
        and not row.arguments_count
    ]
    called = {row.function_oid for row in found}
    is_one = len(called) == 1 and {row.table_oid for row in found} == set(audited_tables)
    return found[0] if is_one else None


@derived
def broad_readers(rights: Rights, reviewed_tables: pd.DataFrame) -> Set[str]:
    """Return the login roles that can read at least nine tables in ten and write none: reporting and the like."""
    oids = list(reviewed_tables["table_oid"])
    readers: dict[str, int] = {}
    writers: set[str] = set()
    for oid in oids:
        for role in rights.logins(oid, "SELECT"):
            readers[role] = readers.get(role, 0) + 1
        for privilege in WRITES:
            writers.update(rights.logins(oid, privilege))
    return frozenset(r for r, count in readers.items() if count >= 0.9 * len(oids) and r not in writers)


@check(subject="security", kind="static")
def sensitive_column(
    sensitive_columns: tuple[Sensitive, ...],
    reviewed_columns: pd.DataFrame,
    rights: Rights,
    audited_tables: Set[int],
) -> Verdict:
    """Column with personal or health data.

    Problem: By name, type or comment the column holds data about a person, or what opens a person's
    account.
    Impact: Whoever can read it holds protected data. This is an inventory: the evidence lists the login
    roles that can read the column, how the value is stored, and whether a trigger records changes.
    Fix: Grant SELECT on the columns that a role needs, encrypt or hash what is only compared, record
    changes.
    False positives: A name that reads like personal data and holds something else. Values are never read.
    """
    findings = [
        _sensitive(
            one, rights.logins(one.table_oid, "SELECT", one.column_name), one.table_oid in audited_tables
        )
        for one in sensitive_columns
    ]
    return Verdict(len(reviewed_columns), findings)


def _sensitive(one: Sensitive, readers: tuple[str, ...], is_audited: bool) -> Finding:
    return Finding(
        object=path(one),
        title=f"Sensitive column: {one.kind}",
        detail=(
            f"{one.reason[:1].upper()}{one.reason[1:]}; {counted(len(readers), 'login role')} besides "
            f"superusers can read it. Stored as {one.protection}."
        ),
        severity=Severity.INFO,
        evidence={
            "kind": one.kind,
            "readers": sorted(readers),
            "storage": one.protection,
            "has_audit_trigger": is_audited,
        },
    )


@check(subject="security", kind="static")
def exposed_sensitive_column(
    sensitive_columns: tuple[Sensitive, ...], schemas: pd.DataFrame, rights: Rights, broad_readers: Set[str]
) -> Verdict:
    """Sensitive column that too many can read.

    Problem: Every role can read a column with personal or health data, or a role can that reads nearly
    every table and writes none, as reporting accounts do.
    Impact: Each such role, and whoever holds its password, has the data of all persons.
    Fix: Revoke SELECT on the table and grant it on the columns that the role needs, or through a view.
    False positives: A reporting role that is meant to see persons.
    """
    open_schemas = set(schemas[schemas["public_can_use"]]["schema_name"])
    findings = []
    for one in sensitive_columns:
        readers = set(rights.logins(one.table_oid, "SELECT", one.column_name))
        public = PUBLIC in rights.holders(one.table_oid, "SELECT", one.column_name)
        if public and one.schema_name in open_schemas:
            findings.append(_readable_by_all(one, rights))
        elif readers & broad_readers:
            findings.append(_readable_in_bulk(one, sorted(readers & broad_readers)))
    return Verdict(len(sensitive_columns), findings)


def _readable_by_all(one: Sensitive, rights: Rights) -> Finding:
    whole = PUBLIC in rights.holders(one.table_oid, "SELECT")
    right = "SELECT" if whole else f"SELECT ({quote(one.column_name)})"
    return Finding(
        object=path(one),
        title=f"Every role can read it: {one.kind}",
        detail=f"PUBLIC holds SELECT on the {'table' if whole else 'column'}; {one.reason}.",
        severity=Severity.HIGH if one.kind in sensitive.GRAVE else Severity.MEDIUM,
        evidence={"kind": one.kind, "grantee": PUBLIC, "storage": one.protection},
        fix=revoke(right, (one.schema_name, one.table_name), PUBLIC),
    )


def _readable_in_bulk(one: Sensitive, readers: list[str]) -> Finding:
    return Finding(
        object=path(one),
        title=f"A role that reads everything can read it: {one.kind}",
        detail=f"{people(readers)} can read it along with nearly every other table; {one.reason}.",
        severity=Severity.LOW,
        evidence={"kind": one.kind, "readers": readers, "storage": one.protection},
    )


@check(subject="security", kind="static")
def phi_table_without_audit_trigger(
    sensitive_columns: tuple[Sensitive, ...],
    audited_tables: Set[int],
    audit_tables: pd.DataFrame,
    audit_trigger: Row | None,
) -> Verdict:
    """Table with health data whose changes no trigger records.

    Problem: The table holds health data and no trigger writes its inserts, updates and deletes to an audit
    table.
    Impact: A change made past the application (a script, an import, psql) leaves no trace of who made it.
    Fix: A row-level AFTER trigger for INSERT, UPDATE and DELETE that records user, time and key. Where all such
    triggers of the database call one function, the same trigger on this table.
    False positives: Auditing by an extension (pgaudit), by logical decoding, or by the application alone on
    purpose.
    """
    health = [one for one in sensitive_columns if one.kind == "health"]
    by_table: dict[tuple[int, str, str], list[str]] = {}
    for one in health:
        by_table.setdefault((one.table_oid, one.schema_name, one.table_name), []).append(one.column_name)
    own = set(audit_tables["table_oid"])
    judged = {key: names for key, names in by_table.items() if key[0] not in own}
    # Where triggers record some tables, a table without one was forgotten; where none does, it is a choice.
    severity = Severity.LOW if audited_tables else Severity.INFO
    findings = [
        Finding(
            object=dotted(schema, table),
            title="Health data, and no trigger records changes",
            detail=f"Columns: {listed(names)}. {_others(len(audited_tables))}",
            severity=severity,
            evidence={"health_columns": names, "audited_tables_count": len(audited_tables)},
            fix=None if audit_trigger is None else _recorded(schema, table, audit_trigger),
        )
        for (oid, schema, table), names in judged.items()
        if oid not in audited_tables
    ]
    return Verdict(len(judged), findings)


def _recorded(schema: str, table: str, like: Row) -> Fix:
    """Return the fix that gives a table the trigger which the audited tables have."""
    name, place = quote(like.trigger_name), qualified(schema, table)
    function = qualified(like.function_schema, like.function_name)
    return Fix(
        f"CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {place}\n"
        f"  FOR EACH ROW EXECUTE FUNCTION {function}();",
        f"DROP TRIGGER {name} ON {place};",
        "SHARE ROW EXCLUSIVE on the table",
        choice="every write of the table then fails if the function names a column that it lacks: read "
        f"{dotted(like.function_schema, like.function_name)} first",
    )


def _others(count: int) -> str:
    if not count:
        return "No table of the database has such a trigger."
    return f"Triggers record {counted(count, 'other table')}."
