"""Findings, outcomes and the baseline: the vocabulary that all checks share."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from workbench import checks
from workbench.catalog import Snapshot
from workbench.findings import (
    Acceptance,
    BaselineError,
    Finding,
    NotExamined,
    Severity,
    Status,
    Verdict,
    apply_baseline,
    read_baseline,
)
from workbench.targets import Options, TargetError

FINDING = Finding("s.t.i", "title", "detail", Severity.HIGH, evidence={"bytes": 5})


def test_a_verdict_without_anything_examined_is_no_pass() -> None:
    assert Verdict(0).outcome("c", "s", "t").status is Status.NOT_APPLICABLE
    assert Verdict(3).outcome("c", "s", "t").status is Status.PASSED
    assert Verdict(3, [FINDING]).outcome("c", "s", "t").status is Status.FAILED


def test_fingerprints_follow_identity_and_nothing_else() -> None:
    (first,) = Verdict(1, [FINDING]).outcome("c", "s", "t").findings
    reworded = Finding("s.t.i", "other", "words", Severity.LOW, evidence={"bytes": 6})
    (second,) = Verdict(9, [reworded]).outcome("c", "other", "t").findings
    (other,) = Verdict(1, [FINDING]).outcome("d", "s", "t").findings
    assert first.fingerprint == second.fingerprint != other.fingerprint


def test_severities_are_ordered() -> None:
    assert sorted(Severity, reverse=True)[0] is Severity.CRITICAL
    assert max(Severity.LOW, Severity.MEDIUM) is Severity.MEDIUM


def _baseline(folder: Path, text: str) -> Path:
    path = folder / "baseline.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_baseline_accepts_until_its_date(tmp_path: Path) -> None:
    outcome = Verdict(2, [FINDING]).outcome("c", "s", "t")
    (finding,) = outcome.findings
    entry = (
        f'[[accept]]\nfingerprint = "{finding.fingerprint}"\nreason = "r"\nowner = "o"\nuntil = 2027-01-31\n'
    )
    accepted = read_baseline(_baseline(tmp_path, entry))
    (kept,) = apply_baseline([outcome], accepted, dt.date(2027, 1, 31))
    assert (kept.status, kept.findings) == (Status.PASSED, ())
    assert kept.accepted == ((finding, Acceptance(finding.fingerprint, "r", "o", dt.date(2027, 1, 31))),)
    (expired,) = apply_baseline([outcome], accepted, dt.date(2027, 2, 1))
    assert expired.status is Status.FAILED


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[accept]]\nfingerprint = "x"', "lacks reason, owner, until"),
        ('[[accept]]\nfingerprint = "x"\nreason = "r"\nowner = "o"\nuntil = "soon"', "must be a date"),
        ("[[accept", "baseline.toml"),
    ],
)
def test_a_wrong_baseline_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        read_baseline(_baseline(tmp_path, text))


def _snapshot(**options: object) -> Snapshot:
    manifest = {"captured_at": "2026-01-01T00:00:00+00:00", "server_version": "18"}
    return Snapshot("t", {}, manifest, Options(**options))  # type: ignore[arg-type]


def test_a_missing_frame_is_told_and_a_failed_one_is_an_error() -> None:
    snapshot = _snapshot()
    snapshot.miss("indexes", "the extension is not installed")
    (outcome,) = checks.run_checks(snapshot, ("invalid_index",))
    assert outcome.status is Status.NOT_APPLICABLE
    assert outcome.not_examined == (NotExamined("frame indexes", "the extension is not installed"),)
    snapshot.miss("indexes", "the connection was lost", failed=True)
    (outcome,) = checks.run_checks(snapshot, ("invalid_index",))
    assert outcome.status is Status.ERROR


def test_a_check_that_breaks_leaves_the_others() -> None:
    snapshot = _snapshot()
    snapshot.add("indexes", pd.DataFrame({"nonsense": [1]}), source="test")
    outcomes = {
        o.check: o for o in checks.run_checks(snapshot, ("invalid_index", "table_without_primary_key"))
    }
    assert outcomes["invalid_index"].status is Status.ERROR
    assert "AttributeError" in outcomes["invalid_index"].not_examined[0].reason
    assert outcomes["table_without_primary_key"].status is Status.NOT_APPLICABLE


def test_unknown_names_are_refused() -> None:
    with pytest.raises(TargetError, match="no check or subject 'nonsense'"):
        checks.run_checks(_snapshot(), ("nonsense",))
    with pytest.raises(TargetError, match="check 'nonsense', which does not exist"):
        checks.run_checks(_snapshot(thresholds={"nonsense": {}}))
    with pytest.raises(TargetError, match="no threshold 'days'; it has: min_days"):
        checks.run_checks(_snapshot(thresholds={"unused_index": {"days": 1}}))
