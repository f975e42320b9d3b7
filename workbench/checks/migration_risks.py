"""Migrations: what would lock, rewrite, fail, or lose data when it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from workbench.checks import check, derived
from workbench.findings import Finding, NotExamined, Severity, Verdict

Row = Mapping[str, Any]


@derived
def migration_gaps(migration_unread: pd.DataFrame) -> list[NotExamined]:
    """Return one entry for every part of a migration that could not be read."""
    return [
        NotExamined(f"{row['file']}:{row['line']}", str(row["reason"]))
        for row in rows_of(migration_unread.drop_duplicates(["file", "line"]))
    ]


def rows_of(frame: pd.DataFrame) -> Iterator[Row]:
    """Return the rows of a frame as mappings."""
    for row in frame.to_dict("records"):
        yield {str(key): value for key, value in row.items()}


def _verdict(
    migrations: pd.DataFrame,
    migration_risks: pd.DataFrame,
    gaps: list[NotExamined],
    titles: Mapping[str, str],
    severity: Severity,
    *,
    small_rows: float = 0,
) -> Verdict:
    """Judge the dangers of the given kinds; one on a table that is known to be small weighs little."""
    examined = int((migrations["kind"] == "active").sum())
    chosen = migration_risks[migration_risks["kind"].isin(list(titles)) & ~migration_risks["is_backup"]]
    findings: list[Finding] = []
    seen: set[tuple[Any, ...]] = set()
    for row in rows_of(chosen):
        if (key := (row["object"], row["file"], row["kind"])) in seen:
            continue
        seen.add(key)
        rows = row["estimated_rows"]
        small: bool = not pd.isna(rows) and float(rows) < small_rows
        evidence: dict[str, Any] = {"file": row["file"], "line": int(row["line"])}
        if row["lock"]:
            evidence["lock"] = row["lock"]
        if not pd.isna(row["rewrites"]):
            evidence["rewrites_table"] = bool(row["rewrites"])
        if not pd.isna(rows):
            evidence["estimated_rows"] = int(rows)
        if row["statement"]:
            evidence["statement"] = row["statement"]
        findings.append(
            Finding(
                object=row["object"],
                title=titles[row["kind"]],
                detail=f"{row['file']}:{row['line']}: {row['detail']}",
                severity=Severity.LOW if small else severity,
                evidence=evidence,
                distinct=f"{row['file']} {row['kind']}",
            )
        )
    return Verdict(examined=examined, findings=findings, not_examined=gaps)


@check(subject="migrations", kind="static")
def migration_blocking_index(
    migrations: pd.DataFrame,
    migration_risks: pd.DataFrame,
    migration_gaps: list[NotExamined],
    *,
    small_rows: float = 10_000,
) -> Verdict:
    """Migration that builds an index without CONCURRENTLY.

    Problem: CREATE INDEX holds SHARE on the table until the index is built.
    Impact: Every INSERT, UPDATE and DELETE on the table waits for as long as that takes.
    Fix: Build it with CONCURRENTLY, in a migration of its own that opens no transaction (addIndex takes
    concurrently: true).
    False positives: A table that is small wherever the migration still has to run; one that has run everywhere.
    """
    titles = {"blocking_index": "Index built while writes wait"}
    return _verdict(
        migrations, migration_risks, migration_gaps, titles, Severity.MEDIUM, small_rows=small_rows
    )


@check(subject="migrations", kind="static")
def migration_concurrently_in_transaction(
    migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
) -> Verdict:
    """Migration whose statement refuses to run inside a transaction, and is run inside one.

    Problem: CREATE INDEX CONCURRENTLY, DROP INDEX CONCURRENTLY, REINDEX CONCURRENTLY and VACUUM refuse a
    transaction block; several statements in one query text are one.
    Impact: The migration fails every time.
    Fix: Take the statement out of the transaction, into a migration of its own.
    False positives: None are known.
    """
    titles = {"concurrently_in_transaction": "Statement that refuses a transaction, inside one"}
    return _verdict(migrations, migration_risks, migration_gaps, titles, Severity.HIGH)


@check(subject="migrations", kind="static")
def migration_not_null_without_default(
    migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
) -> Verdict:
    """Migration that adds a NOT NULL column without a default to an existing table.

    Problem: The rows that exist would be null in it. A defaultValue such as UUIDV4 or NOW does not help:
    Sequelize fills it in for rows that it inserts and writes no default into the database.
    Impact: The statement fails as soon as the table has a row.
    Fix: Add the column nullable or with a default, fill it in batches, then SET NOT NULL in a later migration.
    False positives: A table that is empty wherever the migration still has to run.
    """
    titles = {"not_null_without_default": "NOT NULL column without a default"}
    return _verdict(migrations, migration_risks, migration_gaps, titles, Severity.HIGH)


@check(subject="migrations", kind="static")
def migration_table_rewrite(
    migrations: pd.DataFrame,
    migration_risks: pd.DataFrame,
    migration_gaps: list[NotExamined],
    *,
    small_rows: float = 10_000,
) -> Verdict:
    """Migration that writes a whole table anew.

    Problem: A change of type that needs one, a default that differs row by row, CLUSTER or VACUUM FULL rewrites the
    table and all its indexes under ACCESS EXCLUSIVE.
    Impact: Nobody reads or writes the table meanwhile, and the space is needed twice.
    Fix: Add a new column, fill it in batches, and change over to it; give a volatile default after the column.
    False positives: A small table. Whether a change of type rewrites is not known where no migration tells the
    type before; such a change is reported as low.
    """
    known = migration_risks[migration_risks["rewrites"].fillna(True).astype(bool)]
    titles = {
        "type_change": "Change of type that may rewrite the table",
        "volatile_default": "Default that rewrites the table",
        "long_lock": "Statement that rewrites the table",
    }
    verdict = _verdict(migrations, known, migration_gaps, titles, Severity.MEDIUM, small_rows=small_rows)
    unsure = [f for f in verdict.findings if "rewrites_table" not in f.evidence]
    sure = [f for f in verdict.findings if "rewrites_table" in f.evidence]
    lowered = [replace(finding, severity=Severity.LOW) for finding in unsure]
    return Verdict(verdict.examined, [*sure, *lowered], verdict.not_examined)


@check(subject="migrations", kind="static")
def migration_validating_constraint(
    migrations: pd.DataFrame,
    migration_risks: pd.DataFrame,
    migration_gaps: list[NotExamined],
    *,
    small_rows: float = 10_000,
) -> Verdict:
    """Migration that adds a constraint and checks every row at once.

    Problem: A foreign key without NOT VALID reads every row under SHARE ROW EXCLUSIVE on both tables; CHECK, SET NOT
    NULL, UNIQUE and PRIMARY KEY do so under ACCESS EXCLUSIVE.
    Impact: Writes, or reads as well, wait until every row has been checked or the index has been built.
    Fix: Add it NOT VALID and VALIDATE CONSTRAINT in a later step; for a unique key build the index CONCURRENTLY
    and add the constraint USING INDEX; before SET NOT NULL validate a CHECK (column IS NOT NULL).
    False positives: A small table; SET NOT NULL where such a CHECK is there already.
    """
    titles = {
        "validating_constraint": "Constraint added and checked at once",
        "set_not_null": "SET NOT NULL reads the whole table",
    }
    return _verdict(
        migrations, migration_risks, migration_gaps, titles, Severity.MEDIUM, small_rows=small_rows
    )


@check(subject="migrations", kind="static")
def migration_rename(
    migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
) -> Verdict:
    """Migration that renames a table or a column in use.

    Problem: The application that runs while the migration does, and the one after it, know different names.
    Impact: Every query by the old name fails until the last old process has ended.
    Fix: Add the new name beside the old one, write both, move the readers, drop the old one; for a table a view
    of the old name bridges the time.
    False positives: Deployments that stop the application.
    """
    titles = {"rename": "Rename of something in use"}
    return _verdict(migrations, migration_risks, migration_gaps, titles, Severity.MEDIUM)


@check(subject="migrations", kind="static")
def migration_drops_data(
    migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
) -> Verdict:
    """Migration that drops a table or a column, or empties a table.

    Problem: The rows or values go with it, and no down brings them back.
    Impact: What was not copied before is lost; code that still reads it fails.
    Fix: Stop using it first, drop it a release later, and keep a copy where the law asks for one.
    False positives: Something that is known to be empty or to have been copied.
    """
    titles = {"drop": "Drop of rows or values"}
    return _verdict(migrations, migration_risks, migration_gaps, titles, Severity.MEDIUM)


@check(subject="migrations", kind="static")
def migration_unbatched_data(
    migrations: pd.DataFrame,
    migration_risks: pd.DataFrame,
    migration_gaps: list[NotExamined],
    *,
    small_rows: float = 10_000,
) -> Verdict:
    """Migration that changes rows without batches.

    Problem: It updates row by row what it read in one go, or every row in one statement.
    Impact: One long transaction: row locks, bloat, a memory full of rows, and all of it again after a failure.
    Fix: Go through the keys in batches of some thousand, each committed, and remember how far it came.
    False positives: Tables that stay small.
    """
    titles = {"unbatched_data": "Rows changed without batches"}
    return _verdict(
        migrations, migration_risks, migration_gaps, titles, Severity.MEDIUM, small_rows=small_rows
    )


@check(subject="migrations", kind="static")
def migration_swallowed_error(
    migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
) -> Verdict:
    """Migration that hides its own failure.

    Problem: A handler catches the error, prints it perhaps, and does not throw it on.
    Impact: The runner notes the migration as done although a part of it, or all of it, is not there.
    Fix: Throw the error on after rolling back; where an object may be there already, ask for it or use IF NOT
    EXISTS instead.
    False positives: A handler that hands the error on in a way that its text does not show.
    """
    titles = {"swallowed_error": "Error caught and kept"}
    return _verdict(migrations, migration_risks, migration_gaps, titles, Severity.HIGH)


@check(subject="migrations", kind="static")
def migration_outside_transaction(
    migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
) -> Verdict:
    """Statement of a migration that its transaction does not cover.

    Problem: The migration opens a transaction, and this call does not pass it on, so it runs on another
    connection.
    Impact: A rollback leaves it in place; it may wait forever for a lock that the transaction holds.
    Fix: Pass { transaction } to the call.
    False positives: Sequelize.useCLS, which passes it by itself; a statement that is meant to stand alone.
    """
    titles = {"outside_transaction": "Statement outside the transaction of its migration"}
    return _verdict(migrations, migration_risks, migration_gaps, titles, Severity.MEDIUM)


@check(subject="migrations", kind="static")
def migration_unquoted_name(
    migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
) -> Verdict:
    """SQL of a migration that writes a camelCase column without quotes.

    Problem: PostgreSQL folds an unquoted name to lower case; the column was made with quotes.
    Impact: The statement fails: there is no such column.
    Fix: Quote the name.
    False positives: None are known; the table's columns come from the migrations before.
    """
    titles = {"folded_name": "camelCase name without quotes"}
    return _verdict(migrations, migration_risks, migration_gaps, titles, Severity.HIGH)


@check(subject="migrations", kind="static")
def migration_too_early(
    migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
) -> Verdict:
    """Migration that changes a table which only a later one creates.

    Problem: Migrations run in the order of their names.
    Impact: A new environment cannot be set up: the migration fails on an empty database.
    Fix: Give it a later stamp, or guard it by asking for the table.
    False positives: A table that exists before the first migration.
    """
    titles = {"too_early": "Change of a table that a later migration creates"}
    return _verdict(migrations, migration_risks, migration_gaps, titles, Severity.HIGH)


@check(subject="migrations", kind="static")
def migration_enum_value_in_transaction(
    migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
) -> Verdict:
    """Migration that uses a new enum value in the transaction that adds it.

    Problem: ALTER TYPE … ADD VALUE may run in a transaction, but the value cannot be used before the commit.
    Impact: The migration fails.
    Fix: Add the value in a migration of its own, and use it in the next.
    False positives: A text that equals the value and means something else.
    """
    titles = {"enum_value_in_transaction": "New enum value used too early"}
    return _verdict(migrations, migration_risks, migration_gaps, titles, Severity.HIGH)


@check(subject="migrations", kind="static")
def migration_column_reset(
    migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
) -> Verdict:
    """changeColumn that drops NOT NULL or a default unnoticed.

    Problem: changeColumn writes the whole attribute: what it does not repeat is dropped.
    Impact: The column takes null, or loses its default, although only its type was to change.
    Fix: Repeat allowNull and defaultValue, or change the type with ALTER TABLE.
    False positives: A reset that is meant.
    """
    titles = {"change_column_resets": "changeColumn drops what it does not repeat"}
    return _verdict(migrations, migration_risks, migration_gaps, titles, Severity.MEDIUM)
