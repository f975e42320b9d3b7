"""Drift: what the models declare and the database is not, each with the SQL that mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from workbench.checks import check
from workbench.checks.key_changes import settle_first
from workbench.checks.new_keys import KeyMaker
from workbench.checks.schema import pinned_by
from workbench.drift.tables import FILL_FIRST
from workbench.drift.types import is_widening
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import dotted

Row = Mapping[str, Any]


def _rows(frame: pd.DataFrame) -> Iterator[Row]:
    for row in frame.to_dict("records"):
        yield {str(key): None if _missing(value) else value for key, value in row.items()}


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value))


def _verdict(drift: pd.DataFrame, examined: int, kinds: Mapping[str, tuple[str, Severity]]) -> Verdict:
    findings = [
        _finding(row, *kinds[row["kind"]]) for row in _rows(drift[drift["kind"].isin(list(kinds))])
        if row["sort"] != "unread"
    ]  # fmt: skip
    unread = drift[(drift["sort"] == "unread") & drift["kind"].isin(["unread", *kinds])]
    gaps = [NotExamined(row["object"], row["detail"]) for row in _rows(unread)]
    return Verdict(examined=examined, findings=findings, not_examined=gaps)


def _finding(row: Row, title: str, severity: Severity) -> Finding:
    place = f"{row['file']}:{row['line']}" if row["file"] else None
    # What only the database has is dropped by nobody but its owner: its rows would go with it.
    loses = row["kind"] in ("table_extra", "column_extra")
    fix = (
        Fix(_until_filled(row["sql"]), row["undo"], row["lock"] or "", _stays(row), _choice(row))
        if row["sql"] and row["undo"] and not loses
        else None
    )
    evidence = {
        "declared": row["declared"],
        "actual": row["actual"],
        "declared_at": place,
        "model_change": row["model_change"],
    }
    detail = row["detail"] + (f" Declared at {place}." if place and row["kind"] != "table_extra" else "")
    severity = Severity.INFO if row["sort"] == "harmless" else _weighed(row, severity)
    return Finding(row["object"], title, detail, severity, evidence, fix, distinct=row["kind"])


def _until_filled(sql: str) -> str:
    """Return SQL in which what fails on rows without a value waits as a comment."""
    head, mark, rest = sql.partition(FILL_FIRST)
    return head + mark + rest.replace("\n", "\n-- ") if mark else sql


def _stays(row: Row) -> dict[str, str]:
    """Return what the SQL leaves open: the rows must be filled first, or the model itself leaves it open."""
    if row["kind"] == "column_missing" and "SET NOT NULL" in row["sql"]:
        return {"drift_nullability": "the column takes NULL until it is filled for the rows that exist"}
    if row["kind"] in ("key_missing", "key_action") and "ON DELETE" not in row["sql"]:
        return {"foreign_key_default_action": "the model states no action either"}
    return {}


def _choice(row: Row) -> str:
    """Return why the model had better follow the database than the other way round; empty where it had not."""
    lost = ""
    if row["kind"] == "index_extra":
        lost = "queries and keys may use the index"
    elif row["kind"] == "index_missing" and row["sort"] == "harmless":
        lost = "another index begins with its columns"
    elif row["kind"] == "key_extra":
        lost = "the key keeps orphan rows out"
    elif row["kind"] == "nullability" and row["declared"] == "nullable":
        lost = "NOT NULL keeps its promise to every reader"
    elif row["kind"] == "key_action" and _deletes_more(row):
        lost = "deletes that are refused today would take or change rows"
    elif row["kind"] == "index_missing" and str(row["declared"]).startswith("unique"):
        return "rows that repeat make it fail, and may leave an invalid index: settle them first"
    elif row["kind"] == "nullability":
        return "rows that hold NULL stop it: count and fill them first"
    elif row["kind"] == "type" and not is_widening(str(row["actual"]), str(row["declared"])):
        return (
            "values that do not fit the declared type stop it, or are cut to its length: look at them first"
        )
    elif row["kind"] == "primary_key":
        return "the table is locked while its rows are read, and rows that repeat make it fail: settle them first"
    return f"{lost}; the model can follow: {row['model_change']}" if lost else ""


def _deletes_more(row: Row) -> bool:
    guards = ("RESTRICT", "NO ACTION")
    declared, actual = (
        str(row[side]).split(" ON UPDATE ")[0].removeprefix("ON DELETE ") for side in ("declared", "actual")
    )
    return actual in guards and declared not in guards


def _weighed(row: Row, severity: Severity) -> Severity:
    """Return the severity of a difference where its kind alone does not tell it."""
    if row["kind"] == "key_action":
        deletes = [str(row[side]).split(" ON UPDATE ")[0] for side in ("declared", "actual")]
        return severity if deletes[0] != deletes[1] else Severity.LOW
    if row["kind"] == "column_extra":
        return Severity.MEDIUM if "INSERT by the model fails" in row["detail"] else severity
    if row["kind"] == "nullability" and row["declared"] == "nullable":
        return Severity.LOW
    if row["kind"] == "index_missing" and str(row["declared"]).startswith("unique"):
        return Severity.MEDIUM
    return severity


@check(subject="drift", kind="static")
def drift_table(drift: pd.DataFrame, declared_tables: pd.DataFrame) -> Verdict:
    """Table that only the models or only the database have.

    Problem: A model declares a table that is not there, or a table is there that no model declares.
    Impact: Every query of the model fails; a table without a model is maintained by nobody.
    Fix: Create the table by a migration, or remove the model; add a model for the table, or drop it after a look.
    False positives: Tables of other applications in the same schema: name them in `ignore`.
    """
    kinds = {
        "table_missing": ("Declared table is missing", Severity.HIGH),
        "table_extra": ("Table without a model", Severity.LOW),
    }
    return _verdict(drift, len(declared_tables), kinds)


@check(subject="drift", kind="static")
def drift_column(drift: pd.DataFrame, declared_columns: pd.DataFrame) -> Verdict:
    """Column that only the model or only the table has.

    Problem: An attribute names a column that is not there, or a column is there that no attribute names.
    Impact: A SELECT by the model names every declared column and fails on a missing one; an INSERT fails on a
    column that is NOT NULL without a default and unknown to the model.
    Fix: Add the column by a migration, or the attribute to the model.
    False positives: Columns that triggers or other applications use.
    """
    kinds = {
        "column_missing": ("Declared column is missing", Severity.HIGH),
        "column_extra": ("Column that no attribute names", Severity.LOW),
    }
    return _verdict(drift, len(declared_columns), kinds)


@check(subject="drift", kind="static")
def drift_type(
    drift: pd.DataFrame, declared_columns: pd.DataFrame, pinned_columns: Mapping[str, tuple[str, ...]]
) -> Verdict:
    """Column whose type is not the declared one.

    Problem: Model and database disagree on a column's type, length or precision.
    Impact: Values that the model accepts are refused or rounded; comparisons with other types miss indexes.
    Fix: Change the column by a migration, or the attribute to what the column is.
    False positives: None are known; spellings that PostgreSQL takes for one type are compared as one.
    """
    verdict = _verdict(
        drift, len(declared_columns), {"type": ("Type differs from the model", Severity.MEDIUM)}
    )
    pinned = {f.object: pinned_by(pinned_columns.get(f.object, ())) for f in verdict.findings}
    findings = [
        replace(f, detail=f.detail + pinned[f.object], fix=None) if pinned[f.object] else f
        for f in verdict.findings
    ]
    return replace(verdict, findings=findings)


@check(subject="drift", kind="static")
def drift_nullability(drift: pd.DataFrame, declared_columns: pd.DataFrame) -> Verdict:
    """Column that is nullable on one side only.

    Problem: The model says NOT NULL and the database lets null in, or the other way round.
    Impact: Other writers can leave null where the code counts on a value; or the model's null is refused.
    Fix: SET NOT NULL after a look at the rows, or allowNull in the model.
    False positives: None are known.
    """
    kinds = {"nullability": ("Nullability differs from the model", Severity.MEDIUM)}
    return _verdict(drift, len(declared_columns), kinds)


@check(subject="drift", kind="static")
def drift_default(drift: pd.DataFrame, declared_columns: pd.DataFrame) -> Verdict:
    """Column whose default is not the declared one.

    Problem: Rows inserted by the model and rows inserted otherwise get different values.
    Impact: Subtle: values depend on who wrote the row.
    Fix: SET DEFAULT by a migration, or change defaultValue.
    False positives: Defaults that the application fills in beside one of the database are told as info.
    """
    kinds = {"default": ("Default differs from the model", Severity.LOW)}
    return _verdict(drift, len(declared_columns), kinds)


@check(subject="drift", kind="static")
def drift_primary_key(drift: pd.DataFrame, declared_tables: pd.DataFrame) -> Verdict:
    """Table whose primary key is not the declared one.

    Problem: The model addresses rows by columns that the database does not keep unique.
    Impact: An update or a delete by the model can hit several rows, or none.
    Fix: Add the primary key by a migration, or mark the right attributes.
    False positives: None are known.
    """
    kinds = {"primary_key": ("Primary key differs from the model", Severity.HIGH)}
    return _verdict(drift, len(declared_tables), kinds)


@check(subject="drift", kind="static")
def drift_enum(drift: pd.DataFrame, declared_enums: pd.DataFrame) -> Verdict:
    """Enum type whose values are not the declared ones.

    Problem: The model knows values that the type lacks, or the type holds values that the model does not know.
    Impact: Writing a value that the type lacks fails; reading one that the model lacks breaks its code.
    Fix: ALTER TYPE … ADD VALUE, or add the value to the model's enum. A type that no column uses can be dropped.
    False positives: None are known.
    """
    kinds = {
        "enum_values": ("Enum values differ from the model", Severity.MEDIUM),
        "enum_order": ("Enum values in another order", Severity.LOW),
        "enum_extra": ("Enum type that no column uses", Severity.INFO),
    }
    return _verdict(drift, len(declared_enums), kinds)


@check(subject="drift", kind="static")
def drift_foreign_key(
    drift: pd.DataFrame,
    declared_foreign_keys: pd.DataFrame,
    known_orphans: Mapping[str, int],
    key_maker: KeyMaker | None = None,
) -> Verdict:
    """Foreign key that only the models or only the database have, or that is not enforced.

    Problem: An association promises a key that nothing enforces, or the database has one that no model knows.
    Impact: Orphan rows can arise; or a delete fails or cascades in a way that the code does not expect.
    Fix: Add the key NOT VALID and validate it; or declare the association.
    False positives: Keys left out on purpose: constraints: false says so.
    """
    kinds = {
        "key_missing": ("Declared foreign key is missing", Severity.MEDIUM),
        "key_extra": ("Foreign key that no association declares", Severity.LOW),
        "key_not_enforced": ("Declared foreign key is not enforced", Severity.MEDIUM),
    }
    verdict = _verdict(drift, len(declared_foreign_keys), kinds)
    findings = [_settled_first(one, known_orphans) for one in verdict.findings]
    if key_maker is not None:
        findings = [_as_rows_allow(one, key_maker) for one in findings]
    return replace(verdict, findings=findings)


def _settled_first(finding: Finding, orphans: Mapping[str, int]) -> Finding:
    """Return a finding whose fix waits for people where rows are known to break the key that it has checked."""
    fix, settle = finding.fix, settle_first(orphans.get(finding.object, 0))
    if fix is None or fix.choice or not settle:
        return finding
    reads = " VALIDATE CONSTRAINT " in fix.sql or fix.sql.endswith(" ENFORCED;")
    return replace(finding, fix=replace(fix, choice=settle)) if reads else finding


def _as_rows_allow(finding: Finding, maker: KeyMaker) -> Finding:
    """Return the finding of a missing key; where rows are known to break it, its proof waits as a comment."""
    declared = str(finding.evidence["declared"])
    broken = next(
        (
            count
            for (table, columns, there), count in maker.violations.items()
            if count
            and finding.object.startswith(f"{dotted(*table)}.")
            and declared.startswith(f"({', '.join(columns)}) references {dotted(*there)}(")
        ),
        0,
    )
    if finding.fix is None or finding.distinct != "key_missing" or not broken:
        return finding
    head, _, proof = finding.fix.sql.rpartition("\n")
    settle = f"{broken:,} rows break the key: restore, correct or delete them"
    stays = {**finding.fix.stays, "foreign_key_not_enforced": f"{settle}; it stays until then"}
    fix = replace(finding.fix, sql=f"{head}\n-- {settle}, then:\n-- {proof}", stays=stays)
    return replace(finding, fix=fix)


@check(subject="drift", kind="static")
def drift_foreign_key_action(
    drift: pd.DataFrame, declared_foreign_keys: pd.DataFrame, known_orphans: Mapping[str, int]
) -> Verdict:
    """Foreign key whose actions are not the declared ones.

    Problem: Model and database disagree on what happens to referencing rows.
    Impact: A delete cascades, nulls or fails against what the code says.
    Fix: Create the key anew with the right actions, or write them into the association.
    False positives: Differences of ON UPDATE alone matter only where keys change; they are told as low.
    """
    kinds = {"key_action": ("Action differs from the model", Severity.MEDIUM)}
    verdict = _verdict(drift, len(declared_foreign_keys), kinds)
    return replace(verdict, findings=[_settled_first(one, known_orphans) for one in verdict.findings])


@check(subject="drift", kind="static")
def drift_index(drift: pd.DataFrame, declared_indexes: pd.DataFrame) -> Verdict:
    """Index that only the models or only the database have.

    Problem: A declared index is not there or not valid, or one is there that no model declares.
    Impact: Queries run without it; a unique one that is missing lets duplicates in. An undeclared one is lost
    with the next database that sync() makes.
    Fix: CREATE INDEX CONCURRENTLY, or declare it.
    False positives: Indexes that migrations manage on purpose, which Sequelize cannot declare (expressions, say).
    """
    kinds = {
        "index_missing": ("Declared index is missing", Severity.LOW),
        "index_extra": ("Index that no model declares", Severity.INFO),
        "index_invalid": ("Declared index is invalid", Severity.MEDIUM),
    }
    return _verdict(drift, len(declared_indexes), kinds)


@check(subject="drift", kind="static")
def drift_name(drift: pd.DataFrame, declared_tables: pd.DataFrame) -> Verdict:
    """Object under another name that means the same.

    Problem: camelCase on one side and snake_case on the other, or a name of one's own where Sequelize derives one.
    Impact: For tables and columns the model's queries fail unless it maps the name; for the rest, sync() and
    removeIndex by the model's name do not find the object.
    Fix: Rename it, or set field, tableName or name in the model.
    False positives: Two things whose names fold to one text: the columns of a table are compared before.
    """
    names = {
        "table_name": ("Table under another name", Severity.MEDIUM),
        "column_name": ("Column under another name", Severity.MEDIUM),
        "enum_name": ("Enum type under another name", Severity.INFO),
        "key_name": ("Foreign key under another name", Severity.INFO),
        "index_name": ("Index under another name", Severity.INFO),
    }
    return _verdict(drift, len(declared_tables), names)
