"""Leads from the application's sources: places to look at, found without running the code."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from workbench.checks import check
from workbench.checks.schema import listed
from workbench.findings import Finding, Severity, Verdict
from workbench.rows import rows


@check(subject="workload", kind="static")
def finder_in_loop(code_leads: pd.DataFrame) -> Verdict:
    """Finder inside a loop (lead).

    Problem: The sources call a finder once per turn of a loop or per element of an array.
    Impact: N + 1 statements where one would do.
    Fix: Collect the keys and load them with one query, or include the association in the first one.
    False positives: A loop of few turns; a method of the same name that reads no database. Pages fetched
    one after the other in a loop are left out.
    """
    finders = code_leads[code_leads["kind"] == "finder"]
    return Verdict(len(finders), _leads(finders[finders["is_lead"]], "A finder runs in a loop", Severity.LOW))


@check(subject="security", kind="static")
def interpolated_sql(code_leads: pd.DataFrame) -> Verdict:
    """SQL made from pieces (lead).

    Problem: The sources put values of variables into the text of a raw SQL statement.
    Impact: If a piece comes from a request, whoever sends it can run SQL of his own.
    Fix: Replacements or bind parameters for values; names chosen from a list of known ones.
    False positives: A piece that the code itself made; constants in capitals are left out.
    """
    statements = code_leads[code_leads["kind"] == "sql"]
    return Verdict(
        len(statements), _leads(statements[statements["is_lead"]], "SQL made from pieces", Severity.LOW)
    )


def _leads(found: pd.DataFrame, title: str, severity: Severity) -> list[Finding]:
    seen: Counter[tuple[str, str, str]] = Counter()
    findings = []
    for row in rows(found):
        place = (row.file, row.function_name, row.expression)
        seen[place] += 1
        inside = f" in {row.function_name}" if row.function_name else ""
        findings.append(
            Finding(
                object=row.file,
                title=f"Lead: {title[0].lower()}{title[1:]}",
                detail=f"{row.file}:{row.line}{inside}: {row.expression} ({row.value}).",
                severity=severity,
                evidence={
                    "file": row.file,
                    "line": int(row.line),
                    "function": row.function_name,
                    "is_lead": True,
                },
                # Lines move with every edit; the function and the number within it move less.
                distinct=f"{row.function_name} {row.expression} {seen[place]}",
            )
        )
    return findings


@check(subject="workload", kind="static")
def mixed_isolation_levels(code_leads: pd.DataFrame) -> Verdict:
    """Transactions of different isolation levels (lead).

    Problem: The sources start transactions at different isolation levels.
    Impact: Who reads one place expects its guarantees elsewhere; serializable ones fail unless they are
    repeated.
    Fix: Write down which kind of work takes which level, and repeat transactions on 40001 and 40P01.
    False positives: Levels chosen on purpose, one per kind of work.
    """
    levels = code_leads[code_leads["kind"] == "isolation"]
    names = sorted(set(levels["value"]))
    if len(names) < 2:
        return Verdict(len(levels))
    places = {
        name: [f"{row.file}:{row.line}" for row in rows(levels[levels["value"] == name])] for name in names
    }
    told = "; ".join(
        f"{name.replace('_', ' ').lower()} at {listed(where, 3)}" for name, where in places.items()
    )
    finding = Finding(
        object="sources",
        title="Lead: transactions of different isolation levels",
        detail=f"{told}.",
        severity=Severity.LOW,
        evidence={"levels": {name: len(where) for name, where in places.items()}, "is_lead": True},
    )
    return Verdict(len(levels), [finding])
