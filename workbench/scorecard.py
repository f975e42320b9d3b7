"""The scorecard: ten categories out of ten, from outcomes alone; priorities with impact and effort; strengths.

The formula. A check examined ``e`` objects, could not examine ``k`` (what needs no look, as an enforced key
needs no search for orphans, is not among them), and found ``n`` defects, of which each counts by its
severity (``WEIGHTS``; an observation of severity info counts nothing). Its *badness* is
``b = (sum of the weights + k) / (e + k)``, at most 1, and its credit ``1 - sqrt(b)``: the root lets one
defect among many objects still be felt. A check that could look at nothing has ``b = 1``; one for which
there was nothing to look at does not enter. A category's score is 10 times the mean credit of its checks,
the checks of ``CORE`` counting three times; the overall score is the mean over the ten categories.

So the score is what the evidence shows to be sound: a further finding, a graver one, or an object that
could not be examined never raises it. The *ceiling* is the score if all that was not examined were sound,
and the *confidence* the weighted share of objects that were examined.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.checks import checks
from workbench.findings import Finding, NotExamined, Outcome, Severity, Status
from workbench.words import counted, phrases

WEIGHTS: Mapping[Severity, float] = {
    Severity.INFO: 0.0,
    Severity.LOW: 0.2,
    Severity.MEDIUM: 0.5,
    Severity.HIGH: 0.8,
    Severity.CRITICAL: 1.0,
}
CATEGORIES = (
    "Schema design",
    "Index strategy",
    "N+1 prevention",
    "Transaction handling",
    "Data integrity",
    "Compliance",
    "Performance",
    "Security",
    "Code quality of models",
    "Scalability",
)
_OF_SUBJECT = {
    "schema": "Schema design",
    "indexes": "Index strategy",
    "usage": "Index strategy",
    "foreign_keys": "Data integrity",
    "cascades": "Data integrity",
    "integrity": "Data integrity",
    "storage": "Performance",
    "bloat": "Performance",
    "maintenance": "Performance",
    "workload": "Performance",
    "security": "Security",
    "declared": "Code quality of models",
    "drift": "Code quality of models",
    "registration": "Code quality of models",
    "migrations": "Code quality of models",
}
_OF_CHECK = {
    check: category
    for category, checks in {
        "Schema design": (
            "table_without_primary_key foreign_key_type_mismatch column_order_padding unused_column wasteful_type "
            "polymorphic_reference foreign_key_cycle self_reference"
        ),
        "N+1 prevention": "n_plus_one finder_in_loop",
        "Transaction handling": (
            "isolation_override mixed_isolation_levels deadlocks high_rollback_share long_transaction lock_wait"
        ),
        "Data integrity": "missing_unique check_candidate audit_column_without_key nullable_never_null",
        "Compliance": (
            "sensitive_column exposed_sensitive_column phi_table_without_audit_trigger audit_log_mutable "
            "audit_log_index"
        ),
        "Security": "interpolated_sql",
        "Scalability": (
            "partition_candidate connection_limit key_exhaustion wraparound audit_log_not_partitioned wide_table "
            "checkpoint_pressure autovacuum_settings index_used_on_replica_only"
        ),
    }.items()
    for check in checks.split()
}
CORE = frozenset(
    phrases(
        """
        table_without_primary_key, foreign_key_without_index, duplicate_index, unused_index, n_plus_one,
        deadlocks, long_transaction, orphan_rows, cross_tenant_rows, set_null_on_not_null,
        foreign_key_not_enforced, cascade_diamond, exposed_sensitive_column, audit_log_mutable,
        slow_statement, bloated_table, bloated_index, public_grant, policy_without_row_security,
        view_bypasses_row_security,
        tenant_table_without_row_security, security_definer_search_path, key_exhaustion, wraparound,
        autovacuum_settings, money_as_float, missing_unique, registration_unregistered_model,
        migration_missing_for_table, drift_table, drift_column, drift_foreign_key
        """
    )
)
_GRADES = ((9.0, "A"), (8.5, "A-"), (8.0, "B+"), (7.5, "B"), (7.0, "B-"), (6.5, "C+"), (6.0, "C"), (5.0, "D"))


@dataclass(frozen=True)
class Gain:
    """What one check would add to a category's score, out of ten, if all it is about were shown to be sound."""

    check: str
    points: float
    action: str


@dataclass(frozen=True)
class Score:
    """One category. ``score`` and ``ceiling`` are out of ten and None when there was nothing to look at."""

    category: str
    score: float | None
    ceiling: float | None
    confidence: float
    checks_count: int
    examined_count: int
    findings: Mapping[Severity, int]
    gains: tuple[Gain, ...]

    @property
    def grade(self) -> str:
        """The score as a letter; ``n/a`` without a score or when nothing was examined."""
        return grade(self.score) if self.score is not None and self.confidence > 0 else "n/a"


@dataclass(frozen=True)
class Scorecard:
    """The ten categories in their order, and the mean of those that there was something to look at in."""

    scores: tuple[Score, ...]

    @property
    def overall(self) -> float | None:
        """The mean score, out of ten."""
        return _mean(score.score for score in self.scores)

    @property
    def ceiling(self) -> float | None:
        """The mean ceiling, out of ten."""
        return _mean(score.ceiling for score in self.scores)

    @property
    def confidence(self) -> float:
        """The mean confidence, 0 to 1."""
        return _mean(score.confidence for score in self.scores if score.score is not None) or 0.0


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def grade(score: float) -> str:
    """Return a score out of ten as a letter: 9 is A, 8 B+, 7 B-, below 5 F; judged as it is shown, to a tenth."""
    return next((letter for least, letter in _GRADES if round(score, 1) >= least), "F")


def category_of(check: str, subject: str) -> str:
    """Return the category that a check counts in.

    Raises:
        KeyError: neither the check nor its subject has a category.
    """
    return _OF_CHECK.get(check) or _OF_SUBJECT[subject]


def scorecard(outcomes: Sequence[Outcome]) -> Scorecard:
    """Return the scorecard of a review's outcomes; their order does not matter."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in sorted(outcomes, key=lambda one: one.check):
        groups[category_of(outcome.check, outcome.subject)].append(outcome)
    return Scorecard(tuple(_score(category, groups[category]) for category in CATEGORIES))


def _score(category: str, outcomes: Sequence[Outcome]) -> Score:
    judged = [outcome for outcome in outcomes if not _nothing_there(outcome)]
    weights = [weight_of(outcome) for outcome in judged]
    total = sum(weights)
    counts: dict[Severity, int] = dict.fromkeys(Severity, 0)
    for outcome in judged:
        for finding in outcome.findings:
            counts[finding.severity] += 1
    if not judged:
        return Score(category, None, None, 0.0, 0, 0, counts, ())
    pairs = list(zip(judged, weights, strict=True))
    gains = _gains([(outcome, 10 * weight * (1 - credit(outcome)) / total) for outcome, weight in pairs])
    return Score(
        category=category,
        score=10 * sum(weight * credit(outcome) for outcome, weight in pairs) / total,
        ceiling=10 * sum(weight * credit(outcome, hopeful=True) for outcome, weight in pairs) / total,
        confidence=sum(weight * coverage(outcome) for outcome, weight in pairs) / total,
        checks_count=len(judged),
        examined_count=sum(outcome.examined for outcome in judged),
        findings=counts,
        gains=gains,
    )


def _nothing_there(outcome: Outcome) -> bool:
    return outcome.examined == 0 and not unseen(outcome) and not outcome.findings


def unseen(outcome: Outcome) -> list[NotExamined]:
    """Return what a check should have looked at and could not."""
    return [one for one in outcome.not_examined if not one.settled]


def weight_of(outcome: Outcome) -> float:
    """Return how much a check counts in its category."""
    return 3.0 if outcome.check in CORE else 1.0


def coverage(outcome: Outcome) -> float:
    """Return the share of a check's objects that it examined, 0 to 1; 0 for a check that broke."""
    if outcome.status is Status.ERROR:
        return 0.0
    return outcome.examined / max(outcome.examined + len(unseen(outcome)), 1)


def credit(outcome: Outcome, *, hopeful: bool = False) -> float:
    """Return a check's credit, 0 to 1; ``hopeful`` takes what was not examined for sound."""
    missed = len(unseen(outcome))
    if outcome.status is Status.ERROR and not hopeful:
        return 0.0
    defects = sum(WEIGHTS[finding.severity] for finding in outcome.findings)
    objects = outcome.examined + missed
    if objects == 0:
        return 0.0 if defects else 1.0
    return 1 - math.sqrt(min(1.0, (defects + (0 if hopeful else missed)) / objects))


def _gains(points: Sequence[tuple[Outcome, float]]) -> tuple[Gain, ...]:
    """Return what raises a score, the most first; checks that lack the same thing are told as one."""
    lacking: dict[str, list[tuple[Outcome, float]]] = defaultdict(list)
    for outcome, gain in points:
        missed = unseen(outcome)
        alone = outcome.findings or outcome.examined or not missed
        lacking[outcome.check if alone else f"\0{missed[0].reason}"].append((outcome, gain))
    gains = [
        Gain(group[0][0].check, sum(gain for _, gain in group), _action([one for one, _ in group]))
        for group in lacking.values()
    ]
    gains.sort(key=lambda gain: (-gain.points, gain.check))
    return tuple(gain for gain in gains if gain.points > 0)


def _action(outcomes: Sequence[Outcome]) -> str:
    """Return what raises the score: the remedy of the defects, and what would let the review see the rest."""
    outcome = outcomes[0]
    defects = sum(WEIGHTS[finding.severity] > 0 for finding in outcome.findings)
    parts = []
    if defects:
        title = outcome.title.removesuffix(" (lead)")
        noun = "finding" if title == outcome.title else "lead"
        parts.append(f"{title} ({counted(defects, noun)}): {_remedy(outcome.check)}")
    missed = unseen(outcome)
    if missed and outcome.examined == 0 and not outcome.findings:
        more = f" and {counted(len(outcomes) - 1, 'more check')}" if len(outcomes) > 1 else ""
        parts.append(f"Not looked for: {outcome.title}{more}; {missed[0].reason}")
    elif missed:
        more = f" and {len(missed) - 1:,} more" if len(missed) > 1 else ""
        parts.append(f"Not examined: {missed[0].object}{more}; {missed[0].reason}")
    return ". ".join(parts)


def _remedy(check: str) -> str:
    """Return the first sentence of a check's section Fix; a plain word for a check of another version."""
    known = checks().get(check)
    text = known.sections.get("Fix", "") if known else ""
    return re.split(r"(?<=\.)\s", text)[0].rstrip(".") or "mend them"


# What a mend takes beyond a statement that can be run as it is.
_EFFORT_HIGH = frozenset(
    phrases(
        """
        partition_candidate, audit_log_not_partitioned, polymorphic_reference, wide_table,
        mixed_naming_style, foreign_key_cycle, unserved_statement
        """
    )
)
EFFORTS = ("low", "medium", "high")
IMPACTS = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Priority:
    """What to do about the findings of one check: ``level`` 1 now, 2 in the coming months, 3 later."""

    level: int
    check: str
    title: str
    impact: str
    effort: str
    findings: tuple[Finding, ...]

    @property
    def is_quick_win(self) -> bool:
        """Little effort for an impact that is felt."""
        return self.effort == "low" and self.impact != "low"


def priorities(outcomes: Sequence[Outcome]) -> list[Priority]:
    """Return what to do, the most urgent first and quick wins before the rest; observations are left out.

    Level 1: impact high or critical, or medium at low effort. Level 2: other medium impact, or low at low
    effort. Level 3: the rest.
    """
    found = []
    for outcome in outcomes:
        counted = tuple(f for f in outcome.findings if f.severity > Severity.INFO)
        if counted:
            impact = IMPACTS[list(Severity).index(max(f.severity for f in counted)) - 1]
            effort = effort_of(outcome.check, counted)
            found.append(
                Priority(_level(impact, effort), outcome.check, outcome.title, impact, effort, counted)
            )
    return sorted(
        found,
        key=lambda p: (p.level, EFFORTS.index(p.effort), -IMPACTS.index(p.impact), -len(p.findings), p.check),
    )


def _level(impact: str, effort: str) -> int:
    if impact in ("high", "critical") or (impact == "medium" and effort == "low"):
        return 1
    return 2 if impact == "medium" or effort == "low" else 3


def effort_of(check: str, findings: Sequence[Finding]) -> str:
    """Return the effort: low when each finding has a fix that rewrites nothing, high when the design must change."""
    if check in _EFFORT_HIGH:
        return "high"
    easy = all(f.fix is not None and "rewritten" not in f.fix.lock for f in findings)
    return "low" if easy else "medium"


def strengths(outcomes: Sequence[Outcome], least: int = 1) -> list[Outcome]:
    """Return the checks that looked at ``least`` objects or more and found nothing, the weightiest first."""
    sound = [
        one for one in outcomes if one.status is Status.PASSED and one.examined >= least and not one.accepted
    ]
    return sorted(sound, key=lambda one: (-weight_of(one), -one.examined, one.check))
