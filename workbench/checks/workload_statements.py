"""Statements that cost too much: one query per row, slow, unsteady, spilling to disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from workbench.checks import check
from workbench.checks.workload import Statement, Statements, first, seconds
from workbench.findings import Finding, Severity, Verdict
from workbench.naming import dotted
from workbench.rows import rows
from workbench.statements import digest, shortened
from workbench.words import counted


@check(subject="workload", kind="runtime")
def n_plus_one(
    application_statements: Statements,
    foreign_keys: pd.DataFrame,
    constraints: pd.DataFrame,
    *,
    min_calls: int = 1000,
    min_calls_per_parent: float = 10.0,
) -> Verdict:
    """Look-up that runs once per row of another statement (N + 1).

    Problem: A look-up by key runs very often, and another statement returns about as many rows of a table
    that is linked to it: the signature of a list whose rows are completed one by one.
    Impact: Each row costs a round trip; a page of 600 rows waits for 601 answers.
    Fix: Load the related rows with the list: a join, an include, or one query with = ANY ($1).
    False positives: A look-up that each request makes once, of its user say, when requests and rows happen
    to be about as many. A look-up without such a statement beside it is not reported.
    """
    links = _links(foreign_keys, constraints)
    groups: dict[tuple[int, str], list[Statement]] = defaultdict(list)
    for one in application_statements.known:
        if one.lookup and len(one.tables) == 1 and one.rows_per_call <= 50:
            for column in one.lookup.columns:
                if (one.tables[0], column) in links:
                    groups[one.tables[0], column].append(one)
                    break
    findings = []
    for (table, column), lookups in sorted(groups.items()):
        calls = sum(one.calls_count for one in lookups)
        parent = _parent(application_statements, links[table, column], table, calls, min_calls_per_parent)
        if calls >= min_calls and parent is not None:
            findings.append(_one_by_one(lookups, column, parent, application_statements))
    examined = sum(one.lookup is not None for one in application_statements.known)
    return Verdict(examined, findings, application_statements.not_examined)


def _links(foreign_keys: pd.DataFrame, constraints: pd.DataFrame) -> Mapping[tuple[int, str], frozenset[int]]:
    """Return, for each column that a look-up may go by, the tables whose rows may drive it.

    A look-up by primary key is driven by tables that reference it; one by foreign key by the referenced
    table and by every other table that references the same.
    """
    referencing: dict[int, set[int]] = defaultdict(set)
    for key in rows(foreign_keys):
        referencing[key.referenced_oid].add(key.table_oid)
    links: dict[tuple[int, str], set[int]] = defaultdict(set)
    for key in rows(constraints[constraints["type"] == "primary key"]):
        if len(key.column_names) == 1:
            links[key.table_oid, key.column_names[0]] |= referencing[key.table_oid]
    for key in rows(foreign_keys):
        if len(key.column_names) == 1:
            drivers = referencing[key.referenced_oid] | {key.referenced_oid}
            links[key.table_oid, key.column_names[0]] |= drivers - {key.table_oid}
    return {place: frozenset(drivers) for place, drivers in links.items() if drivers}


def _parent(
    statements: Statements, drivers: frozenset[int], table: int, calls: int, min_calls_per_parent: float
) -> Statement | None:
    """Return the statement whose rows a look-up completes: about as many rows as the look-up has calls."""
    fitting = [
        one
        for one in statements.known
        if set(one.tables) & drivers
        and table not in one.tables
        and one.rows_per_call >= min_calls_per_parent
        and 0.5 <= calls / max(one.rows_count, 1) <= 2.0
        and one.text.lstrip().lower().startswith(("select", "with"))
    ]
    return min(fitting, key=lambda one: (abs(calls - one.rows_count), one.text), default=None)


def _one_by_one(lookups: list[Statement], column: str, parent: Statement, every: Statements) -> Finding:
    chief = first(lookups)
    calls = sum(one.calls_count for one in lookups)
    spent = sum(one.total_seconds for one in lookups)
    return Finding(
        object=dotted(chief.path, column),
        title="A look-up for each row of another statement",
        detail=(
            f"{counted(calls, 'look-up')} by {column}, {chief.rows_per_call:.1f} rows each, beside a statement on "
            f"{parent.path} that returned {counted(parent.rows_count, 'row')} "
            f"in {counted(parent.calls_count, 'call')}."
        ),
        severity=Severity.MEDIUM,
        evidence={
            "statement": shortened(chief.text),
            "parent_statement": shortened(parent.text),
            "calls_count": calls,
            "rows_per_call": round(chief.rows_per_call, 2),
            "parent_calls_count": parent.calls_count,
            "parent_rows_count": parent.rows_count,
            "total_seconds": round(spent, 3),
            "time_ratio": round(every.share(spent), 4),
        },
    )


@check(subject="workload", kind="runtime")
def slow_statement(
    application_statements: Statements, *, min_mean_seconds: float = 0.1, min_calls: int = 2
) -> Verdict:
    """Statement that takes long.

    Problem: The statement takes a tenth of a second or more on average.
    Impact: Users wait, and connections and locks are held meanwhile.
    Fix: EXPLAIN (ANALYZE, BUFFERS) with real parameters; an index, a rewrite, or a summary that is kept.
    False positives: A report or a batch that may take its time.
    """
    findings = []
    for one in application_statements.known:
        if one.calls_count < min_calls or one.mean_seconds < min_mean_seconds:
            continue
        share = application_statements.share(one.total_seconds)
        findings.append(
            _costly(
                one,
                f"A statement that takes {seconds(one.mean_seconds)}",
                f"{counted(one.calls_count, 'call')}, {seconds(one.total_seconds)} in all, {share:.0%} of the time.",
                Severity.MEDIUM if one.mean_seconds >= 1 and share >= 0.2 else Severity.LOW,
                {"time_ratio": round(share, 4)},
            )
        )
    return Verdict(len(application_statements.known), findings, application_statements.not_examined)


def _costly(
    one: Statement, title: str, detail: str, severity: Severity, further: Mapping[str, float]
) -> Finding:
    return Finding(
        object=one.path,
        title=title,
        detail=detail,
        severity=severity,
        evidence={
            "statement": shortened(one.text),
            "calls_count": one.calls_count,
            "mean_seconds": round(one.mean_seconds, 6),
            "max_seconds": round(one.max_seconds, 6),
            "total_seconds": round(one.total_seconds, 3),
            **further,
        },
        distinct=f"{digest(one.text)} {one.role}",
    )


@check(subject="workload", kind="runtime")
def unstable_statement(
    application_statements: Statements,
    *,
    min_calls: int = 50,
    min_variation: float = 3.0,
    min_max_seconds: float = 0.25,
) -> Verdict:
    """Statement whose time varies widely.

    Problem: The standard deviation is several times the mean: most calls are quick, some take very long.
    Impact: The slow calls are those that users report, and an average hides them.
    Fix: Look for lock waits, for parameters that match far more rows than others, for plans that change.
    False positives: First calls after a restart, when the cache was cold.
    """
    judged = [one for one in application_statements.known if one.calls_count >= min_calls]
    findings = []
    for one in judged:
        variation = one.deviation_seconds / one.mean_seconds if one.mean_seconds else 0.0
        if variation >= min_variation and one.max_seconds >= min_max_seconds:
            findings.append(
                _costly(
                    one,
                    "A statement whose time varies widely",
                    f"Mean {seconds(one.mean_seconds)}, deviation {variation:.1f} times that, longest "
                    f"{seconds(one.max_seconds)}.",
                    Severity.INFO,
                    {"variation_ratio": round(variation, 2)},
                )
            )
    return Verdict(len(judged), findings, application_statements.not_examined)


@check(subject="workload", kind="runtime")
def temp_file_statement(
    application_statements: Statements, database: pd.DataFrame, *, min_bytes_per_call: int = 1_000_000
) -> Verdict:
    """Statement that spills to temporary files.

    Problem: Sorting or hashing does not fit into work_mem, so the statement writes temporary files.
    Impact: What would take milliseconds in memory goes through the disk, and competes there with everything
    else.
    Fix: An index in the order wanted, fewer columns or rows; work_mem raised for this role or statement
    only.
    False positives: A report that sorts a great deal by nature.
    """
    block = int(database.iloc[0]["block_bytes"])
    findings = []
    for one in application_statements.known:
        written = one.temp_blocks_count * block
        per_call = written / max(one.calls_count, 1)
        if per_call >= min_bytes_per_call:
            findings.append(
                _costly(
                    one,
                    "A statement that spills to disk",
                    f"{per_call / 1e6:,.1f} MB of temporary files a call.",
                    Severity.LOW,
                    {"temp_bytes": written},
                )
            )
    return Verdict(len(application_statements.known), findings, application_statements.not_examined)
