"""The checks against their own demo: each finds all that was planted, and nothing grave that was not."""

from __future__ import annotations

import csv
from collections.abc import Iterable

import pytest

from workbench import demo, review
from workbench.checks import checks
from workbench.findings import Outcome, Severity, Status
from workbench.resources import resource
from workbench.targets import Target


def planted(name: str) -> set[tuple[str, str]]:
    with (resource("data") / name / "expected.csv").open(encoding="utf-8") as file:
        return {(row["check"], row["object"]) for row in csv.DictReader(file)}


def found(outcomes: Iterable[Outcome], at_least: Severity = Severity.INFO) -> set[tuple[str, str]]:
    return {
        (outcome.check, finding.object)
        for outcome in outcomes
        for finding in outcome.findings
        if not finding.severity < at_least
    }


@pytest.mark.parametrize("name", demo.DATABASES)
def test_checks_find_what_was_planted_and_nothing_grave_besides(
    name: str, request: pytest.FixtureRequest
) -> None:
    target: Target = request.getfixturevalue(name)
    outcomes = review.judge(review.take(target)).outcomes
    assert [o.check for o in outcomes if o.status is Status.ERROR] == []
    expected = planted(name)
    assert {check for check, _ in expected} <= set(checks())
    assert expected - found(outcomes) == set()
    assert found(outcomes, Severity.MEDIUM) - expected == set()
