"""The scorecard's formula: monotone, independent of order, and never better for not having looked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import scorecard
from workbench.checks import checks
from workbench.findings import Finding, Fix, NotExamined, Outcome, Severity, Verdict

NAMES = sorted(checks())


def finding(number: int, severity: Severity, fix: Fix | None = None) -> Finding:
    return Finding(f"public.t{number}", "title", "detail", severity, fix=fix)


@st.composite
def outcome(draw: st.DrawFn, name: str) -> Outcome:
    examined = draw(st.integers(0, 30))
    severities = draw(st.lists(st.sampled_from(list(Severity)), max_size=examined))
    unseen = draw(st.integers(0, 5))
    verdict = Verdict(
        examined,
        [finding(i, severity) for i, severity in enumerate(severities)],
        [NotExamined(f"public.u{i}", "no right") for i in range(unseen)],
    )
    return verdict.outcome(name, checks()[name].subject, checks()[name].title)


@st.composite
def reviews(draw: st.DrawFn) -> list[Outcome]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=12, unique=True))
    return [draw(outcome(name)) for name in names]


def values(outcomes: list[Outcome]) -> dict[str, float]:
    return {s.category: s.score for s in scorecard.scorecard(outcomes).scores if s.score is not None}


def no_higher(after: list[Outcome], before: list[Outcome]) -> bool:
    worse, better = values(after), values(before)
    return all(worse[category] <= score + 1e-9 for category, score in better.items())


@given(reviews(), st.data())
def test_a_further_or_graver_finding_never_raises_a_score(
    outcomes: list[Outcome], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(outcomes) - 1))
    chosen = outcomes[index]
    severity = data.draw(st.sampled_from(list(Severity)))
    more = replace(chosen, findings=(*chosen.findings, finding(99, severity)))
    assert no_higher([*outcomes[:index], more, *outcomes[index + 1 :]], outcomes) or chosen.examined == 0
    if chosen.findings:
        graver = replace(
            chosen, findings=(replace(chosen.findings[0], severity=Severity.CRITICAL), *chosen.findings[1:])
        )
        assert no_higher([*outcomes[:index], graver, *outcomes[index + 1 :]], outcomes)


@given(reviews(), st.data())
def test_what_is_no_longer_examined_never_raises_a_score(
    outcomes: list[Outcome], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(outcomes) - 1))
    chosen = outcomes[index]
    if chosen.examined == 0:
        return
    lost = (*chosen.not_examined, NotExamined("public.lost", "no right"))
    blind = replace(chosen, examined=chosen.examined - 1, not_examined=lost, findings=chosen.findings[1:])
    after = [*outcomes[:index], blind, *outcomes[index + 1 :]]
    assert no_higher(after, outcomes)
    before, later = scorecard.scorecard(outcomes), scorecard.scorecard(after)
    assert later.confidence <= before.confidence + 1e-9
    nothing = replace(chosen, examined=0, findings=(), not_examined=lost)
    assert no_higher([*outcomes[:index], nothing, *outcomes[index + 1 :]], outcomes)


@given(reviews())
def test_scores_lie_in_their_bounds_and_do_not_depend_on_order(outcomes: list[Outcome]) -> None:
    card = scorecard.scorecard(outcomes)
    assert card == scorecard.scorecard(list(reversed(outcomes)))
    for score in card.scores:
        assert 0 <= score.confidence <= 1
        if score.score is not None and score.ceiling is not None:
            assert -1e-9 <= score.score <= score.ceiling + 1e-9 <= 10 + 2e-9
            assert sum(gain.points for gain in score.gains) == pytest.approx(10 - score.score, abs=1e-6)


def test_every_check_counts_in_a_category() -> None:
    for name, check in checks().items():
        assert scorecard.category_of(name, check.subject) in scorecard.CATEGORIES


def sound(name: str, examined: int = 10) -> Outcome:
    return Verdict(examined).outcome(name, checks()[name].subject, checks()[name].title)


def test_a_sound_database_has_ten_points_and_full_confidence() -> None:
    card = scorecard.scorecard([sound(name) for name in NAMES])
    assert card.overall == 10
    assert card.confidence == 1
    assert {score.grade for score in card.scores if score.score is not None} == {"A"}


def test_nothing_examined_is_no_grade() -> None:
    blind = Verdict(0, [], [NotExamined("frame statements", "not installed")])
    card = scorecard.scorecard([blind.outcome("n_plus_one", "workload", "x")])
    (score,) = [s for s in card.scores if s.category == "N+1 prevention"]
    assert (score.score, score.ceiling, score.confidence, score.grade) == (0.0, 10.0, 0.0, "n/a")
    assert "not installed" in score.gains[0].action


@given(reviews(), st.data())
def test_what_needs_no_look_changes_no_score(outcomes: list[Outcome], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(outcomes) - 1))
    chosen = outcomes[index]
    settled = NotExamined("public.s", "enforced", settled=True)
    more = replace(chosen, not_examined=(settled, *chosen.not_examined))
    assert scorecard.scorecard([*outcomes[:index], more, *outcomes[index + 1 :]]) == scorecard.scorecard(
        outcomes
    )
    assert Outcome.from_json(more.to_json()).not_examined == more.not_examined


def test_advice_names_the_remedy_and_what_would_let_the_review_see_more() -> None:
    defects = Verdict(4, [finding(1, Severity.MEDIUM)], [NotExamined("public.s", "enforced", settled=True)])
    blind = Verdict(0, [], [NotExamined("frame code_leads", 'set sources = "…"')])
    leads = Verdict(4, [finding(n, Severity.LOW) for n in range(2)])
    outcomes = [
        one.outcome(name, checks()[name].subject, checks()[name].title)
        for one, name in ((defects, "money_as_float"), (blind, "interpolated_sql"), (leads, "finder_in_loop"))
    ]
    told = {gain.check: gain.action for s in scorecard.scorecard(outcomes).scores for gain in s.gains}
    assert told == {
        "money_as_float": "Money in a binary floating-point column (1 finding): "
        "Use numeric with the scale of the currency",
        "interpolated_sql": 'Not looked for: SQL made from pieces (lead); set sources = "…"',
        "finder_in_loop": "Finder inside a loop (2 leads): Collect the keys and load them with one query, "
        "or include the association in the first one",
    }


def test_priorities_put_quick_wins_first() -> None:
    fix = Fix("a;", "b;", "SHARE UPDATE EXCLUSIVE on the table")
    rewrite = Fix("a;", "b;", "ACCESS EXCLUSIVE on the table while it is rewritten")
    outcomes = [
        Verdict(5, [finding(1, Severity.MEDIUM, rewrite)]).outcome("money_as_float", "schema", "money"),
        Verdict(5, [finding(1, Severity.MEDIUM, fix)]).outcome("foreign_key_without_index", "indexes", "key"),
        Verdict(5, [finding(1, Severity.HIGH)]).outcome("orphan_rows", "integrity", "orphans"),
        Verdict(5, [finding(1, Severity.INFO)]).outcome("wide_table", "schema", "wide"),
        Verdict(5, [finding(1, Severity.LOW)]).outcome("partition_candidate", "storage", "parts"),
    ]
    listed = scorecard.priorities(outcomes)
    assert [(p.check, p.level, p.impact, p.effort) for p in listed] == [
        ("foreign_key_without_index", 1, "medium", "low"),
        ("orphan_rows", 1, "high", "medium"),
        ("money_as_float", 2, "medium", "medium"),
        ("partition_candidate", 3, "low", "high"),
    ]
    assert listed[0].is_quick_win


def test_strengths_are_checks_that_looked_and_found_nothing() -> None:
    blind = Verdict(0).outcome("wide_table", "schema", "wide")
    names = [one.check for one in scorecard.strengths([sound("wide_table"), blind, sound("public_grant", 3)])]
    assert names == ["public_grant", "wide_table"]
