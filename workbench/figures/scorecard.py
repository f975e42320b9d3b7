"""The scorecard's figures: scores with grades, what would raise them, priorities, strengths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from workbench import scorecard
from workbench.figures.style import NEUTRAL, SERIES, finish, safe
from workbench.figures.tables import Note, Table
from workbench.figures.text import ratio_text
from workbench.findings import Severity
from workbench.review import Review
from workbench.words import counted

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_URGENT = ("now", "in the coming months", "later")


def scores(review: Review) -> Table:
    """Return the ten categories with score, grade, ceiling, confidence and what would raise each most."""
    card = scorecard.scorecard(review.outcomes)
    lines: list[tuple[Any, ...]] = [
        (
            one.category,
            _of_ten(one.score),
            one.grade,
            _of_ten(one.ceiling),
            one.confidence if one.checks_count else None,
            one.checks_count,
            sum(number for severity, number in one.findings.items() if severity > Severity.INFO),
            ", ".join(f"{gain.check} (+{gain.points:.1f})" for gain in one.gains[:2])
            or "nothing left to raise",
        )
        for one in card.scores
    ]
    whole = scorecard.grade(card.overall) if card.overall is not None else "n/a"
    lines.append(
        (
            "Overall",
            _of_ten(card.overall),
            whole,
            _of_ten(card.ceiling),
            card.confidence,
            sum(one.checks_count for one in card.scores),
            sum(n for one in card.scores for severity, n in one.findings.items() if severity > Severity.INFO),
            "",
        )
    )
    columns = [
        "category",
        "score",
        "grade",
        "ceiling",
        "confidence_ratio",
        "checks_count",
        "findings_count",
        "what would raise it most",
    ]
    frame = pd.DataFrame(lines, columns=columns).astype({"checks_count": "Int64", "findings_count": "Int64"})
    return Table(
        frame,
        "Scorecard, out of ten",
        headings={"confidence_ratio": "Confidence", "findings_count": "Findings above info"},
    )


def _of_ten(score: float | None) -> str:
    return "n/a" if score is None else f"{score:.1f}"


def score_bars(review: Review) -> Figure:
    """Return bars of the ten scores; the paler part is what could not be examined and may be sound."""
    card = scorecard.scorecard(review.outcomes)
    known = [one for one in reversed(card.scores) if one.score is not None and one.ceiling is not None]
    names = [safe(one.category) for one in known]
    figure = go.Figure()
    figure.add_bar(
        y=names,
        x=[one.score for one in known],
        orientation="h",
        name="shown to be sound",
        marker_color=SERIES[0],
        text=[f"{one.score:.1f} {one.grade}" for one in known],
        textposition="inside",
        insidetextanchor="start",
        customdata=[ratio_text(one.confidence) for one in known],
        hovertemplate="%{y}: %{x:.1f}, confidence %{customdata}<extra></extra>",
    )
    figure.add_bar(
        y=names,
        x=[(one.ceiling or 0) - (one.score or 0) for one in known],
        orientation="h",
        name="not examined",
        marker_color=NEUTRAL,
        opacity=0.35,
        hovertemplate="%{y}: %{x:.1f} points not examined<extra></extra>",
    )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(range=[0, 10], title="points of ten")
    return finish(figure, "Scores by category", height=130 + 30 * len(known))


def gains(review: Review, number: int = 2) -> Table | Note:
    """Return what would raise each category's score most, ``number`` checks of each, the largest gain first."""
    card = scorecard.scorecard(review.outcomes)
    lines = [
        (one.category, gain.check, f"{gain.points:.2f}", gain.action)
        for one in card.scores
        for gain in one.gains[:number]
    ]
    if not lines:
        return Note("Every check passed and examined all that it is about.", "good")
    frame = pd.DataFrame(lines, columns=["category", "check", "points", "by"])
    frame = frame.sort_values("points", key=lambda p: -p.astype(float), kind="stable")
    return Table(frame, "What would raise the scores most, in points of ten of the category")


def priorities(review: Review, level: int | None = None) -> Table | Note:
    """Return what to do, by priority 1 to 3 or one of them, quick wins first."""
    listed = [p for p in scorecard.priorities(review.outcomes) if level in (None, p.level)]
    if not listed:
        return Note("There is nothing to do here.", "good")
    lines = [
        (
            p.level,
            p.title,
            p.impact,
            p.effort,
            "yes" if p.is_quick_win else "",
            len(p.findings),
            ", ".join(f.object for f in p.findings[:3]) + (" …" if len(p.findings) > 3 else ""),
            p.check,
        )
        for p in listed
    ]
    columns = ["priority", "what", "impact", "effort", "quick win", "findings_count", "where", "check"]
    caption = "Priorities" if level is None else f"Priority {level}: {_URGENT[level - 1]}"
    return Table(pd.DataFrame(lines, columns=columns), caption, formats={"priority": "text"}, max_rows=200)


def strengths(review: Review, number: int = 25) -> Table | Note:
    """Return what was examined and found sound, the weightiest first, with how much was examined."""
    sound = scorecard.strengths(review.outcomes)
    if not sound:
        return Note("No check passed.", "warning")
    lines = [
        (
            scorecard.category_of(one.check, one.subject),
            one.title,
            one.examined,
            len(one.not_examined),
        )
        for one in sound[:number]
    ]
    columns = ["category", "looked for and not found", "examined_count", "not_examined_count"]
    rest = len(sound) - len(lines)
    more = f"; {counted(rest, 'more check')} passed" if rest else ""
    return Table(pd.DataFrame(lines, columns=columns), f"Strengths: examined and found sound{more}")
