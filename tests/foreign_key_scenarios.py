"""Running one check on a test's database, and trying out what its findings propose."""

from __future__ import annotations

from collections.abc import Sequence

from tests.conftest import connect
from workbench import catalog
from workbench.checks import run_checks
from workbench.findings import Finding, Outcome
from workbench.targets import Target


def outcome(target: Target, check: str) -> Outcome:
    (found,) = run_checks(catalog.capture(target), (check,))
    assert found.status.value != "error", found.not_examined
    return found


def objects(target: Target, check: str) -> dict[str, str]:
    """Return the severity of each finding by its object."""
    return {finding.object: finding.severity.value for finding in outcome(target, check).findings}


def run(target: Target, statements: str) -> None:
    """Run statements one by one, as CONCURRENTLY wants."""
    with connect(target) as connection:
        for statement in statements.split(";\n"):
            connection.execute(statement.encode())


def assert_fix_and_undo(target: Target, check: str, findings: Sequence[Finding] | None = None) -> None:
    """Hold that each finding is gone after its fix, and back after its undo."""
    for finding in findings or outcome(target, check).findings:
        assert finding.fix is not None, finding.object
        run(target, finding.fix.sql)
        assert finding.fingerprint not in {f.fingerprint for f in outcome(target, check).findings}
        run(target, finding.fix.undo)
        assert finding.fingerprint in {f.fingerprint for f in outcome(target, check).findings}
