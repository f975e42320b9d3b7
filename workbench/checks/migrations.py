"""Migrations: what cannot be taken back, whose order rests on chance, and what they leave uncreated."""

from __future__ import annotations

import re

import pandas as pd

from workbench.checks import check
from workbench.findings import Finding, NotExamined, Severity, Verdict
from workbench.rows import records

_STATUS = {
    "missing": ("No down", "It has no down, so it cannot be taken back."),
    "empty": ("Down does nothing", "Its down does nothing, while up changes the schema or the rows."),
    "incomplete": (
        "Down is incomplete",
        "Its down leaves something behind, or does not bring something back.",
    ),
    "refuses": ("Down refuses", "Its down throws on purpose: it says that it cannot be taken back."),
}


@check(subject="migrations", kind="static")
def migration_incomplete_down(migrations: pd.DataFrame, migration_gaps: list[NotExamined]) -> Verdict:
    """Migration that cannot be taken back, or not wholly.

    Problem: Its down is missing, empty, refuses, or leaves objects behind. dropTable leaves the enum types of
    its columns.
    Impact: A rollback ends in a schema that was never tested; running up again fails or finds stale types.
    Fix: Reverse each action of up in the opposite order, DROP TYPE included; say so in the file where that is
    impossible, and restore from a backup instead.
    False positives: Extensions and types that are meant to stay.
    """
    active = migrations[migrations["kind"] == "active"]
    findings: list[Finding] = []
    for row in records(active[active["down_status"].isin(list(_STATUS))]):
        title, detail = _STATUS[row["down_status"]]
        left = list(row["left_behind"])
        refuses = row["down_status"] == "refuses"
        graver = Severity.MEDIUM if left or not row["data_lost_count"] else Severity.LOW
        severity = Severity.INFO if refuses else graver
        detail += f" Left: {', '.join(left)}." if left and not refuses else ""
        findings.append(
            Finding(
                object=row["file"],
                title=title,
                detail=detail,
                severity=severity,
                evidence={
                    "line": int(row["down_line"] or row["up_line"]),
                    "left_behind": left,
                    "down_operations_count": int(row["down_operations_count"]),
                    "data_changes_count": int(row["data_lost_count"]),
                },
            )
        )
    unknown = [
        NotExamined(
            row["file"], "a part of it could not be read, so nothing tells whether down takes it back"
        )
        for row in records(active[active["down_status"] == "unknown"])
    ]
    return Verdict(examined=len(active) - len(unknown), findings=findings, not_examined=unknown)


@check(subject="migrations", kind="static")
def migration_removes_more(migrations: pd.DataFrame) -> Verdict:
    """Migration whose down drops what its up does not create.

    Problem: Down drops a table or a column that up neither creates nor renames.
    Impact: Taking the migration back destroys rows that were there before it.
    Fix: Drop in down only what up creates.
    False positives: Something that up creates in a way that is not read; then nothing is reported.
    """
    active = migrations[migrations["kind"] == "active"]
    findings = [
        Finding(
            object=row["file"],
            title="Down drops more than up creates",
            detail=f"Down also drops {', '.join(row['removed_more'])}.",
            severity=Severity.MEDIUM,
            evidence={"line": int(row["down_line"]), "removed_more": list(row["removed_more"])},
        )
        for row in records(active)
        if len(row["removed_more"])
    ]
    return Verdict(examined=len(active), findings=findings)


@check(subject="migrations", kind="static")
def migration_order(migrations: pd.DataFrame) -> Verdict:
    """Migrations whose order rests on chance.

    Problem: Two files have one stamp, or a file has a stamp of another length than most, which sorts elsewhere.
    Impact: The order follows the rest of the name; a renamed file runs again or at another time.
    Fix: Give each file a stamp of its own, as YYYYMMDDHHMMSS, before it runs anywhere.
    False positives: Files that depend on nothing of each other.
    """
    active = migrations[migrations["kind"] == "active"]
    lengths = active.loc[active["stamp"].ne(""), "stamp"].str.len()
    usual = int(lengths.mode().iloc[0]) if len(lengths) else 0
    findings: list[Finding] = []
    for row in records(active):
        if not pd.isna(row["duplicate_of"]):
            title, severity = "Two migrations with one stamp", Severity.MEDIUM
            detail = f"It has the stamp {row['stamp']} of {row['duplicate_of']}."
        elif len(row["stamp"]) != usual:
            title, severity = "Stamp unlike the others", Severity.LOW
            detail = f"Its stamp {row['stamp'] or '(none)'} has not the {usual} digits of most."
        else:
            continue
        findings.append(Finding(row["file"], title, detail, severity, evidence={"stamp": row["stamp"]}))
    return Verdict(examined=len(active), findings=findings)


@check(subject="migrations", kind="static")
def migration_not_run(migrations: pd.DataFrame) -> Verdict:
    """File among the migrations that no runner takes, or that stops the runner.

    Problem: A copy such as x.js.bak never runs. A script without up, a helper say, is taken for a migration
    and has nothing to call.
    Impact: What the copy would create is missing in every new environment; the helper stops the runner.
    Fix: Review the copy and give it its name back, or delete it; move helpers into a folder of their own.
    False positives: A runner with a pattern of its own.
    """
    findings: list[Finding] = []
    for row in records(migrations[migrations["kind"] != "active"]):
        is_copy = row["kind"] == "backup"
        findings.append(
            Finding(
                object=row["file"],
                title="Migration that never runs" if is_copy else "Script without up among the migrations",
                detail=(
                    f"Its name keeps it from running; it holds {row['up_operations_count']} operations."
                    if is_copy
                    else "It exports neither up nor down; sequelize-cli takes it for a migration and fails."
                ),
                severity=Severity.LOW if is_copy else Severity.MEDIUM,
                evidence={
                    "operations_count": int(row["up_operations_count"]),
                    "down_status": row["down_status"],
                },
            )
        )
    return Verdict(examined=len(migrations), findings=findings)


@check(subject="migrations", kind="static")
def migration_missing_for_table(migration_coverage: pd.DataFrame) -> Verdict:
    """Declared table that no migration creates.

    Problem: A model declares the table, and no active migration has a CREATE TABLE for it.
    Impact: A new environment lacks it, or gets it by sync(), whose result nobody reviewed.
    Fix: `workbench migrations PATH --models PATH --write FOLDER` writes the missing migrations, in order.
    False positives: Tables that exist before the first migration, made by another tool or by hand.
    """
    return _not_created(migration_coverage, "table", Severity.MEDIUM)


@check(subject="migrations", kind="static")
def migration_missing_for_object(migration_coverage: pd.DataFrame) -> Verdict:
    """Declared column, key, index or enum value that no migration creates, in a table that one does.

    Problem: The model has moved on, and the migrations have not.
    Impact: Queries fail on the column, or run without the index or the key that the model promises.
    Fix: Write the missing migration; `workbench migrations … --replay --write FOLDER` does.
    False positives: What was added to the database by hand.
    """
    tables = migration_coverage[migration_coverage["kind"] == "table"]
    made = tables[tables["status"] == "created"]
    known = set(zip(made["schema_name"], made["table_name"], strict=True))
    rows = migration_coverage[migration_coverage["kind"] != "table"]
    inside = [pair in known for pair in zip(rows["schema_name"], rows["table_name"], strict=True)]
    parts = [
        _not_created(rows[inside], kind, severity)
        for kind, severity in (
            ("column", Severity.MEDIUM),
            ("enum", Severity.MEDIUM),
            ("foreign key", Severity.MEDIUM),
            ("index", Severity.LOW),
        )
    ]
    return Verdict(
        examined=sum(part.examined for part in parts),
        findings=[finding for part in parts for finding in part.findings],
        not_examined=[gap for part in parts for gap in part.not_examined],
    )


def _not_created(coverage: pd.DataFrame, kind: str, severity: Severity) -> Verdict:
    rows = coverage[coverage["kind"] == kind]
    findings: list[Finding] = []
    for row in records(rows[rows["status"].isin(["missing", "incomplete", "backup only"])]):
        place = f"{row['model_file']}:{row['model_line']}"
        detail = f"{place} declares it; no migration creates it."
        if row["status"] == "backup only":
            detail = f"{place} declares it; only {row['migration']}, which never runs, would create it."
        elif row["status"] == "incomplete":
            detail = f"{place} declares it; {row['migration']} creates it {row['detail']}."
        evidence = {"model": place, "migration": None if pd.isna(row["migration"]) else row["migration"]}
        title = f"{re.sub('^.', lambda m: m[0].upper(), kind)} that no migration creates"
        findings.append(Finding(row["object"], title, detail, severity, evidence, distinct=kind))
    gaps = [
        NotExamined(
            row["object"],
            f"no migration creates it, and {row['detail']}"
            if row["detail"]
            else "no migration that could be read creates it; a part of one could not be read",
        )
        for row in records(rows[rows["status"] == "unknown"])
    ]
    return Verdict(examined=len(rows) - len(gaps), findings=findings, not_examined=gaps)
