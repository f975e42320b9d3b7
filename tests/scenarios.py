"""What the tests of checks share: run one check on a live target, apply its fixes, take them back."""

from __future__ import annotations

from tests.conftest import connect
from workbench import checks
from workbench.catalog import capture, queries
from workbench.findings import Finding, Outcome, Status
from workbench.review import take
from workbench.targets import Target


def outcome_of(target: Target, check: str, *, rows: bool = False) -> Outcome:
    """Capture a target and return the outcome of one check."""
    needed = checks.frames_of(check)
    # A scenario captures what its check rests on; the rest would take most of the time of these tests.
    lean = not rows and needed <= {*queries(), "options"}
    snapshot = (
        capture(target, only=[*(needed - {"options"}), "database"]) if lean else take(target, rows=rows)
    )
    (outcome,) = checks.run_checks(snapshot, (check,))
    assert outcome.status is not Status.ERROR, outcome.not_examined
    return outcome


def objects_of(target: Target, check: str, *, rows: bool = False) -> list[str]:
    """Return the objects that a check reports."""
    return sorted(finding.object for finding in outcome_of(target, check, rows=rows).findings)


def execute(target: Target, sql: str) -> None:
    """Run statements one by one, each in a transaction of its own, as CONCURRENTLY needs."""
    with connect(target) as connection:
        for statement in split(sql):
            connection.execute(statement.encode())


def split(sql: str) -> list[str]:
    """Return the statements of a fix: each ends with a semicolon at the end of a line."""
    parts = sql.replace(";\n", ";\x00").split("\x00")
    return [part for part in parts if part.strip() and not psycopg_comment_only(part)]


def psycopg_comment_only(part: str) -> bool:
    """Tell whether a piece of SQL holds nothing but comment lines."""
    return all(not line.strip() or line.lstrip().startswith("--") for line in part.splitlines())


def mends(target: Target, check: str, *, rows: bool = False) -> list[Finding]:
    """Apply every fix of a check, see its findings gone, take the fixes back, see them again; return them."""
    before = outcome_of(target, check, rows=rows).findings
    fixable = [finding for finding in before if finding.fix]
    assert fixable
    for finding in fixable:
        execute(target, finding.fix.sql if finding.fix else "")
    left = {finding.fingerprint for finding in outcome_of(target, check, rows=rows).findings}
    assert not left & {finding.fingerprint for finding in fixable}
    for finding in reversed(fixable):
        execute(target, finding.fix.undo if finding.fix else "")
    again = {finding.fingerprint for finding in outcome_of(target, check, rows=rows).findings}
    assert again == {finding.fingerprint for finding in before}
    return list(before)
