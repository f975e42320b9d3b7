"""Findings as SARIF 2.1.0, which code-review tools show beside the sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench import __version__
from workbench.checks import checks
from workbench.findings import Finding, Outcome, Severity

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}


def document(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return one SARIF run over the outcomes.

    Objects of a database become logical locations; a finding whose evidence names a file and line gets a
    physical one too.
    """
    rules = [_rule(outcome.check) for outcome in outcomes]
    results = [_result(finding) for outcome in outcomes for finding in outcome.findings]
    driver = {"name": "pg-review-workbench", "version": __version__, "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _rule(name: str) -> dict[str, Any]:
    one = checks()[name]
    return {
        "id": name,
        "shortDescription": {"text": one.title},
        "fullDescription": {"text": one.sections.get("Problem", one.title)},
        "help": {"text": one.sections.get("Fix", "")},
        "properties": {"subject": one.subject, "kind": one.kind},
    }


def _result(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": finding.object}]}
    file, line = finding.evidence.get("file"), finding.evidence.get("line")
    if file:
        place: dict[str, Any] = {"artifactLocation": {"uri": str(file)}}
        if line:
            place["region"] = {"startLine": int(line)}
        location["physicalLocation"] = place
    return {
        "ruleId": finding.check,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.title}. {finding.detail}"},
        "locations": [location],
        "partialFingerprints": {"workbench/v1": finding.fingerprint},
        "properties": {"severity": finding.severity.value},
    }
