"""Chapter 20: the foreign-key review."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from workbench.figures.tables import Note, Table, noting_missing
from workbench.findings import Finding, Severity
from workbench.review import Review

SUBJECTS = ("foreign_keys", "cascades")
_URGENCY = {
    Severity.CRITICAL: "immediate",
    Severity.HIGH: "immediate",
    Severity.MEDIUM: "high",
    Severity.LOW: "medium",
    Severity.INFO: "low",
}
_SHOWN = 3


@noting_missing
def found(review: Review, check: str) -> Table | Note:
    """Return the findings of one check, each with the SQL that mends it; a note when there is none."""
    outcome = next((o for o in review.outcomes if o.check == check), None)
    if outcome is None:
        return Note(f"The check {check} did not run.", "not_examined")
    if not outcome.findings:
        if not outcome.examined:
            reason = "; ".join(n.reason for n in outcome.not_examined) or "there was nothing to examine"
            return Note(f"{outcome.title}: {reason}.", "not_examined")
        return Note(f"{outcome.title}: none among {outcome.examined:,} examined.", "good")
    rows = [(f.severity.value, f.object, f.detail, f.fix.sql if f.fix else None) for f in outcome.findings]
    frame = pd.DataFrame(rows, columns=["severity", "object", "detail", "fix_sql"])
    # Some checks tell what no statement mends.
    frame = frame.dropna(axis="columns", how="all")
    caption = f"{outcome.title}: {len(rows):,} among {outcome.examined:,} examined"
    return Table(frame, caption, headings={"fix_sql": "Fix"})


@noting_missing
def priorities(review: Review, *subjects: str) -> Table | Note:
    """Return what to do first: findings by check and severity, each kind one line."""
    groups: dict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    titles = {outcome.check: outcome.title for outcome in review.outcomes}
    for finding in review.findings(*(subjects or SUBJECTS)):
        groups[finding.severity, finding.check].append(finding)
    if not groups:
        return Note("Nothing to do: no finding on foreign keys or cascades.", "good")
    rows = []
    for (severity, check), findings in sorted(
        groups.items(), key=lambda item: (-list(Severity).index(item[0][0]), -len(item[1]), item[0][1])
    ):
        objects = ", ".join(f.object for f in findings[:_SHOWN])
        more = f" and {len(findings) - _SHOWN} more" if len(findings) > _SHOWN else ""
        rows.append((_URGENCY[severity], severity.value, titles[check], len(findings), objects + more))
    columns = ["priority", "severity", "what", "findings_count", "where"]
    return Table(pd.DataFrame(rows, columns=columns), "Priorities")
