"""Checks on rows that break what declared keys, or keys that were never declared, promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.catalog import MissingFrameError, Snapshot
from workbench.checks import check, derived
from workbench.checks.new_keys import KeyMaker, NewKey
from workbench.checks.orphan_fixes import declared_fix, supposed_fix
from workbench.checks.probe_rows import (
    Row,
    broken_rows,
    evidence,
    path,
    probed,
    ratio,
    referenced_path,
    unexamined,
)
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import column_list, dotted, qualified, quote
from workbench.probes import candidates as supposed
from workbench.probes.probe import frame
from workbench.probes.relations import Relations
from workbench.probes.tenants import Square, composite_key, path_text, tenant_questions
from workbench.rows import records
from workbench.words import counted, object_name

GUARDED = ("a composite foreign key already makes both ways agree",)


@derived
def candidate_keys(snapshot: Snapshot) -> pd.DataFrame:
    """Return the candidate foreign keys: see ``workbench.probes.candidates.candidate_keys``."""
    return supposed.candidate_keys(snapshot)


@derived
def judged_candidates(candidate_keys: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Return the candidates worth reporting, judged by their rows where probes ran: see ``judged``."""
    try:
        probes = snapshot["orphans"]
    except MissingFrameError:
        probes = frame([])
    return supposed.judged(candidate_keys, probes)


@check(subject="integrity", kind="runtime")
def orphan_rows(
    orphans: pd.DataFrame,
    judged_candidates: pd.DataFrame,
    snapshot: Snapshot,
    *,
    certain_score: float = 0.8,
    most_ratio: float = 0.1,
) -> Verdict:
    """Rows that refer to a row that is not there.

    Problem: The referencing column holds a key that the referenced table lacks. Declared keys let that happen
    when they are NOT VALID, NOT ENFORCED, or had their triggers disabled; undeclared ones always do.
    Impact: Joins lose rows, applications fail on a missing object, and the key can't be validated.
    Fix: Decide for each key: restore the missing rows, set the reference to NULL, or delete; then validate. A
    script has it as a comment only.
    False positives: For an undeclared key (severity medium), a column that holds another system's keys.
    """
    keys = probed(orphans, "constraint")
    findings = [_orphan(row, snapshot) for row in keys if row["violations"]]
    guesses = [row for row in records(judged_candidates) if row["probe"] is not None]
    for row in guesses:
        probe = row["probe"]
        if pd.isna(probe["violations"]) or not probe["violations"]:
            continue
        if row["score"] >= certain_score and ratio(probe) <= most_ratio:
            findings.append(_supposed_orphan(row, snapshot))
    return Verdict(len(keys) + len(guesses), findings, unexamined(orphans, "constraint", "candidate"))


def _orphan(row: Row, snapshot: Snapshot) -> Finding:
    columns = ", ".join(row["columns"])
    return Finding(
        object=dotted(path(row), str(row["name"])),
        title="Orphan rows",
        detail=(
            f"{broken_rows(row)} of {path(row)} hold a key ({columns}) that {referenced_path(row)} lacks, "
            f"although the foreign key {row['name']} says otherwise."
        ),
        severity=Severity.HIGH,
        evidence=evidence(row),
        fix=declared_fix(row, snapshot),
    )


def _supposed_orphan(candidate: Mapping[str, Any], snapshot: Snapshot) -> Finding:
    probe = candidate["probe"]
    columns = ", ".join(probe["columns"])
    return Finding(
        object=dotted(path(probe), columns),
        title="Orphan rows of an undeclared key",
        detail=(
            f"{broken_rows(probe)} of {path(probe)} hold a key ({columns}) that {referenced_path(probe)} lacks; "
            "all others are there, so the column refers to that table without a foreign key."
        ),
        severity=Severity.MEDIUM,
        evidence=evidence(probe),
        fix=supposed_fix(candidate, snapshot),
    )


@check(subject="integrity", kind="runtime")
def cross_tenant_rows(
    orphans: pd.DataFrame,
    snapshot: Snapshot,
    key_maker: KeyMaker,
    *,
    most_ratio: float = 1 / 3,
    lead_ratio: float = 0.05,
    lead_rows: int = 20,
) -> Verdict:
    """Rows whose two ways to their owner end at different owners.

    Problem: A table names its owner directly and through another row, and the two disagree: a card of one
    account held by a user of another.
    Impact: Filtering by owner shows one customer's rows to another, or hides them from their own.
    Fix: Correct the rows; a composite foreign key over the owner's column then keeps both ways together.
    False positives: A second way that is a role (``nurse_id``) or a history may rightly lead elsewhere: such
    pairs are low, and reported only where nearly all rows agree. Many disagreeing rows make a pair low too.
    """
    asked = {probe.name: (square, probe) for square, probe in tenant_questions(snapshot)}
    looked = probed(orphans, "tenant")
    findings = []
    for row in looked:
        square, _ = asked.get(str(row["name"]), (None, None))
        if square is None or not row["violations"]:
            continue
        share, examined = ratio(row), int(row["examined"])
        if not square.certain and (share > lead_ratio or examined < lead_rows):
            continue
        many = share > most_ratio and examined >= 10
        sure = Severity.HIGH if square.owned else Severity.MEDIUM
        severity = sure if square.certain and not many else Severity.LOW
        findings.append(_crossing(row, square, severity, Relations(snapshot), key_maker))
    return Verdict(len(looked), findings, unexamined(orphans, "tenant", guarded=GUARDED))


def _crossing(row: Row, square: Square, severity: Severity, relations: Relations, maker: KeyMaker) -> Finding:
    own = ", ".join(square.shorter[0].columns)
    detail = (
        f"{broken_rows(row)} of {path(row)} disagree on their {referenced_path(row)}: "
        f"{path_text(square.shorter, relations)} against {path_text(square.longer, relations)}."
    )
    fix = _composite_fix(square, relations, int(row["violations"]), maker)
    if fix is None:
        detail += " A composite key needs the owner's column on every table of the longer way."
    return Finding(
        object=dotted(path(row), own),
        title="Rows of two owners" if square.certain else "Rows that may have two owners",
        detail=detail,
        severity=severity,
        evidence=evidence(row),
        fix=fix,
        distinct=str(row["name"]),
    )


def _composite_fix(square: Square, relations: Relations, violations: int, maker: KeyMaker) -> Fix | None:
    key = composite_key(square, relations)
    if key is None:
        return None
    parent = maker.tables.get(key["parent"])
    if parent is None or parent.kind != "table":
        return None
    # A foreign key needs no more than a unique index, which can be built without stopping writes.
    name = object_name(parent.table_name, *key["referenced"], "key")
    made = (
        f"CREATE UNIQUE INDEX CONCURRENTLY {quote(name)} ON {qualified(*key['parent'])} "
        f"({column_list(key['referenced'])});"
    )
    wanted = NewKey(key["child"], key["columns"], key["parent"], key["referenced"], violations)
    dropped = f"DROP INDEX CONCURRENTLY {qualified(parent.schema_name, name)};"
    return maker.declare(wanted, before=made, undo=dropped)


@check(subject="foreign_keys", kind="static")
def undeclared_foreign_key(
    judged_candidates: pd.DataFrame,
    columns: pd.DataFrame,
    reviewed_tables: pd.DataFrame,
    key_maker: KeyMaker,
    *,
    certain_score: float = 0.85,
    least_rows: int = 5,
) -> Verdict:
    """Column that refers to another table without a foreign key.

    Problem: Name and type say that the column holds another table's key, and where rows were read they agree,
    but no foreign key is declared.
    Impact: Nothing keeps the reference whole: rows may be orphaned, and no tool, join or reader is told of it.
    Fix: Declare the key NOT VALID, mend what it finds, validate it.
    False positives: Keys of another system, and integers that fit by chance: without rows the severity is low
    or info, and the reasons are given.
    """
    findings = []
    for row in records(judged_candidates):
        rows_read = int(row["probe"]["examined"]) if row["verdict"] == "confirmed" else 0
        if row["score"] >= certain_score and rows_read >= least_rows:
            severity = Severity.MEDIUM
        else:
            severity = Severity.LOW if row["score"] >= certain_score or rows_read else Severity.INFO
        findings.append(_undeclared(row, severity, key_maker))
    examined = int(columns["table_oid"].isin(reviewed_tables["table_oid"]).sum())
    return Verdict(examined, findings, _silent(judged_candidates))


def _silent(judged: pd.DataFrame) -> list[NotExamined]:
    """Return the candidates whose rows could not be asked; the finding stands on names alone."""
    return [
        NotExamined(
            dotted(row["schema_name"], row["table_name"], ", ".join(row["column_names"])),
            str(row["probe"]["skipped"]),
        )
        for row in records(judged)
        if row["probe"] is not None and not pd.isna(row["probe"]["skipped"])
    ]


def _undeclared(row: Mapping[str, Any], severity: Severity, maker: KeyMaker) -> Finding:
    referenced = dotted(row["referenced_schema"], row["referenced_table"])
    probe = row["probe"]
    told = "no rows were read"
    figures: dict[str, Any] = {
        "score_ratio": row["score"],
        "reasons": list(row["reasons"]),
        "served_by": maker.served_by(_wanted(row)),
    }
    if probe is not None and not pd.isna(probe["examined"]) and probe["examined"]:
        figures |= evidence(probe)
        examined, violations = int(probe["examined"]), int(probe["violations"])
        told = f"{examined - violations:,} of {counted(examined, 'row')} agree"
    columns = ", ".join(row["column_names"])
    detail = (
        f"{columns} seems to refer to {referenced}({', '.join(row['referenced_columns'])}): "
        f"{'; '.join(row['reasons'])}; {told}."
    )
    return Finding(
        object=dotted(row["schema_name"], row["table_name"], columns),
        title="Undeclared foreign key",
        detail=detail,
        severity=severity,
        evidence=figures,
        fix=_declare(row, maker),
        distinct=referenced,
    )


def _declare(row: Mapping[str, Any], maker: KeyMaker) -> Fix | None:
    """Return the fix; None for a column whose type must change first."""
    if supposed.STORED_AS_TEXT in row["reasons"]:
        return None
    return maker.declare(_wanted(row))


def _wanted(row: Mapping[str, Any]) -> NewKey:
    probe = row["probe"]
    asked = probe is not None and not pd.isna(probe["violations"])
    return NewKey(
        (str(row["schema_name"]), str(row["table_name"])),
        tuple(row["column_names"]),
        (str(row["referenced_schema"]), str(row["referenced_table"])),
        tuple(row["referenced_columns"]),
        int(probe["violations"]) if asked else None,
    )
