"""Migrations: what would lock, rewrite, fail, or lose data when it runs.

Each check is a docstring and a line that names the kinds of ``migration_risks`` it reports, their titles and
their severity; how a danger becomes a finding is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.checks import check, derived
from workbench.findings import Finding, NotExamined, Severity, Verdict
from workbench.rows import Row, rows


@derived
def migration_gaps(migration_unread: pd.DataFrame) -> list[NotExamined]:
    """Return one entry for every part of a migration that could not be read."""
    places = migration_unread.drop_duplicates(["file", "line"])
    return [NotExamined(f"{row.file}:{row.line}", row.reason) for row in rows(places)]


@dataclass(frozen=True)
class _Dangers:
    """Kinds of dangers that one check reports, with the title of each; ``rewriting``: only those that rewrite."""

    titles: Mapping[str, str]
    severity: Severity
    rewriting: bool = False

    def judge(
        self,
        migrations: pd.DataFrame,
        risks: pd.DataFrame,
        gaps: list[NotExamined],
        *,
        small_rows: float = 0,
    ) -> Verdict:
        """Report the dangers; one on a table that is known to be small, or that is not sure, weighs little."""
        chosen = risks[risks["kind"].isin(list(self.titles)) & ~risks["is_backup"]]
        if self.rewriting:
            chosen = chosen[chosen["rewrites"].fillna(True).astype(bool)]
        first: dict[tuple[Any, ...], Row] = {}
        for row in rows(chosen):
            first.setdefault((row.object, row.file, row.kind), row)
        findings = [self._finding(row, small_rows) for row in first.values()]
        return Verdict(int((migrations["kind"] == "active").sum()), findings, gaps)

    def _finding(self, row: Row, small_rows: float) -> Finding:
        is_small = not pd.isna(row.estimated_rows) and row.estimated_rows < small_rows
        is_unsure = pd.isna(row.rewrites)
        evidence: dict[str, Any] = {"file": row.file, "line": int(row.line)}
        if row.lock:
            evidence["lock"] = row.lock
        if not is_unsure:
            evidence["rewrites_table"] = bool(row.rewrites)
        if not pd.isna(row.estimated_rows):
            evidence["estimated_rows"] = int(row.estimated_rows)
        if row.statement:
            evidence["statement"] = row.statement
        return Finding(
            object=row.object,
            title=self.titles[row.kind],
            detail=f"{row.file}:{row.line}: {row.detail}",
            severity=Severity.LOW if is_small or is_unsure else self.severity,
            evidence=evidence,
            distinct=f"{row.file} {row.kind}",
        )


def _reports(
    severity: Severity, *, by_size: bool = False, rewriting: bool = False, **titles: str
) -> Callable[[Callable[[], None]], Callable[..., Verdict]]:
    """Make a check of a function that is a name and a docstring; ``titles`` are by kind of danger.

    With ``by_size`` the check has the threshold ``small_rows``.
    """
    dangers = _Dangers(titles, severity, rewriting)

    def of_any_size(
        migrations: pd.DataFrame, migration_risks: pd.DataFrame, migration_gaps: list[NotExamined]
    ) -> Verdict:
        return dangers.judge(migrations, migration_risks, migration_gaps)

    def of_size(
        migrations: pd.DataFrame,
        migration_risks: pd.DataFrame,
        migration_gaps: list[NotExamined],
        *,
        small_rows: float = 10_000,
    ) -> Verdict:
        return dangers.judge(migrations, migration_risks, migration_gaps, small_rows=small_rows)

    def register(described: Callable[[], None]) -> Callable[..., Verdict]:
        judge: Callable[..., Verdict] = of_size if by_size else of_any_size
        for name in ("__name__", "__qualname__", "__doc__"):
            setattr(judge, name, getattr(described, name))
        return check(subject="migrations", kind="static")(judge)

    return register


@_reports(Severity.MEDIUM, by_size=True, blocking_index="Index built while writes wait")
def migration_blocking_index() -> None:
    """Migration that builds an index without CONCURRENTLY.

    Problem: CREATE INDEX holds SHARE on the table until the index is built.
    Impact: Every INSERT, UPDATE and DELETE on the table waits for as long as that takes.
    Fix: Build it with CONCURRENTLY, in a migration of its own that opens no transaction (addIndex takes
    concurrently: true).
    False positives: A table that is small wherever the migration still has to run; one that has run everywhere.
    """


@_reports(Severity.HIGH, concurrently_in_transaction="Statement that refuses a transaction, inside one")
def migration_concurrently_in_transaction() -> None:
    """Migration whose statement refuses to run inside a transaction, and is run inside one.

    Problem: CREATE INDEX CONCURRENTLY, DROP INDEX CONCURRENTLY, REINDEX CONCURRENTLY and VACUUM refuse a
    transaction block; several statements in one query text are one.
    Impact: The migration fails every time.
    Fix: Take the statement out of the transaction, into a migration of its own.
    False positives: None are known.
    """


@_reports(Severity.HIGH, not_null_without_default="NOT NULL column without a default")
def migration_not_null_without_default() -> None:
    """Migration that adds a NOT NULL column without a default to an existing table.

    Problem: The rows that exist would be null in it. A defaultValue such as UUIDV4 or NOW does not help:
    Sequelize fills it in for rows that it inserts and writes no default into the database.
    Impact: The statement fails as soon as the table has a row.
    Fix: Add the column nullable or with a default, fill it in batches, then SET NOT NULL in a later migration.
    False positives: A table that is empty wherever the migration still has to run.
    """


@_reports(
    Severity.MEDIUM,
    by_size=True,
    rewriting=True,
    type_change="Change of type that may rewrite the table",
    volatile_default="Default that rewrites the table",
    long_lock="Statement that rewrites the table",
)
def migration_table_rewrite() -> None:
    """Migration that writes a whole table anew.

    Problem: A change of type that needs one, a default that differs row by row, CLUSTER or VACUUM FULL rewrites the
    table and all its indexes under ACCESS EXCLUSIVE.
    Impact: Nobody reads or writes the table meanwhile, and the space is needed twice.
    Fix: Add a new column, fill it in batches, and change over to it; give a volatile default after the column.
    False positives: A small table. Whether a change of type rewrites is not known where no migration tells the
    type before; such a change is reported as low.
    """


@_reports(
    Severity.MEDIUM,
    by_size=True,
    validating_constraint="Constraint added and checked at once",
    set_not_null="SET NOT NULL reads the whole table",
)
def migration_validating_constraint() -> None:
    """Migration that adds a constraint and checks every row at once.

    Problem: A foreign key without NOT VALID reads every row under SHARE ROW EXCLUSIVE on both tables; CHECK, SET NOT
    NULL, UNIQUE and PRIMARY KEY do so under ACCESS EXCLUSIVE.
    Impact: Writes, or reads as well, wait until every row has been checked or the index has been built.
    Fix: Add it NOT VALID and VALIDATE CONSTRAINT in a later step; for a unique key build the index CONCURRENTLY
    and add the constraint USING INDEX; before SET NOT NULL validate a CHECK (column IS NOT NULL).
    False positives: A small table; SET NOT NULL where such a CHECK is there already.
    """


@_reports(Severity.MEDIUM, rename="Rename of something in use")
def migration_rename() -> None:
    """Migration that renames a table or a column in use.

    Problem: The application that runs while the migration does, and the one after it, know different names.
    Impact: Every query by the old name fails until the last old process has ended.
    Fix: Add the new name beside the old one, write both, move the readers, drop the old one; for a table a view
    of the old name bridges the time.
    False positives: Deployments that stop the application.
    """


@_reports(Severity.MEDIUM, drop="Drop of rows or values")
def migration_drops_data() -> None:
    """Migration that drops a table or a column, or empties a table.

    Problem: The rows or values go with it, and no down brings them back.
    Impact: What was not copied before is lost; code that still reads it fails.
    Fix: Stop using it first, drop it a release later, and keep a copy where the law asks for one.
    False positives: Something that is known to be empty or to have been copied.
    """


@_reports(Severity.MEDIUM, by_size=True, unbatched_data="Rows changed without batches")
def migration_unbatched_data() -> None:
    """Migration that changes rows without batches.

    Problem: It updates row by row what it read in one go, or every row in one statement.
    Impact: One long transaction: row locks, bloat, a memory full of rows, and all of it again after a failure.
    Fix: Go through the keys in batches of some thousand, each committed, and remember how far it came.
    False positives: Tables that stay small.
    """


@_reports(Severity.HIGH, swallowed_error="Error caught and kept")
def migration_swallowed_error() -> None:
    """Migration that hides its own failure.

    Problem: A handler catches the error, prints it perhaps, and does not throw it on.
    Impact: The runner notes the migration as done although a part of it, or all of it, is not there.
    Fix: Throw the error on after rolling back; where an object may be there already, ask for it or use IF NOT
    EXISTS instead.
    False positives: A handler that hands the error on in a way that its text does not show.
    """


@_reports(Severity.MEDIUM, outside_transaction="Statement outside the transaction of its migration")
def migration_outside_transaction() -> None:
    """Statement of a migration that its transaction does not cover.

    Problem: The migration opens a transaction, and this call does not pass it on, so it runs on another
    connection.
    Impact: A rollback leaves it in place; it may wait forever for a lock that the transaction holds.
    Fix: Pass { transaction } to the call.
    False positives: Sequelize.useCLS, which passes it by itself; a statement that is meant to stand alone.
    """


@_reports(Severity.HIGH, folded_name="camelCase name without quotes")
def migration_unquoted_name() -> None:
    """SQL of a migration that writes a camelCase column without quotes.

    Problem: PostgreSQL folds an unquoted name to lower case; the column was made with quotes.
    Impact: The statement fails: there is no such column.
    Fix: Quote the name.
    False positives: None are known; the table's columns come from the migrations before.
    """


@_reports(Severity.HIGH, too_early="Change of a table that a later migration creates")
def migration_too_early() -> None:
    """Migration that changes a table which only a later one creates.

    Problem: Migrations run in the order of their names.
    Impact: A new environment cannot be set up: the migration fails on an empty database.
    Fix: Give it a later stamp, or guard it by asking for the table.
    False positives: A table that exists before the first migration.
    """


@_reports(Severity.HIGH, enum_value_in_transaction="New enum value used too early")
def migration_enum_value_in_transaction() -> None:
    """Migration that uses a new enum value in the transaction that adds it.

    Problem: ALTER TYPE … ADD VALUE may run in a transaction, but the value cannot be used before the commit.
    Impact: The migration fails.
    Fix: Add the value in a migration of its own, and use it in the next.
    False positives: A text that equals the value and means something else.
    """


@_reports(Severity.MEDIUM, change_column_resets="changeColumn drops what it does not repeat")
def migration_column_reset() -> None:
    """changeColumn that drops NOT NULL or a default unnoticed.

    Problem: changeColumn writes the whole attribute: what it does not repeat is dropped.
    Impact: The column takes null, or loses its default, although only its type was to change.
    Fix: Repeat allowNull and defaultValue, or change the type with ALTER TABLE.
    False positives: A reset that is meant.
    """
