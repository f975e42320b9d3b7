"""An explorer of indexes: filter, choose the limits that a verdict rests on, see verdicts and SQL change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as ipw
import pandas as pd

from workbench.checks import Inputs, checks, run_check
from workbench.figures import index_usage
from workbench.figures.tables import Code, Table
from workbench.findings import Finding, Outcome
from workbench.naming import dotted
from workbench.review import Review
from workbench.widgets.outputs import fill
from workbench.words import counted

_WIDE = {"description_width": "170px"}
_LAYOUT = {"width": "420px"}
_ADJUSTED = ("unused_index", "rarely_used_index", "bloated_index", "duplicate_index", "redundant_index")


def explorer(review: Review) -> ipw.Widget:
    """Return the explorer of a review's indexes."""
    return Explorer(review).widget


class Explorer:
    """The controls, and what is judged and shown anew when one of them changes."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self._inputs = Inputs(review.snapshot)
        self.schema = _choice("Schema", _names(review, "schema_name"))
        self.table = ipw.Text(placeholder="part of a name", description="Table", style=_WIDE, layout=_LAYOUT)
        self.verdict = _choice("Verdict", index_usage.VERDICTS)
        # The controls begin where the review was judged, so that the first picture is the review's own.
        days, scans = (_threshold(review, "rarely_used_index", name) for name in ("min_days", "max_scans"))
        wasted, share = (
            _threshold(review, "bloated_index", name) for name in ("min_wasted_bytes", "min_ratio")
        )
        self.days = _slider("Days of statistics", 0.0, 60.0, float(days))
        self.scans = _slider("Rare: scans at most", 0, 1000, int(scans))
        self.size = _slider("Bloat: wasted MB at least", 0.0, 100.0, wasted / 2**20)
        self.ratio = _slider("Bloat: share at least", 0.1, 0.9, float(share))
        self.rows, self.sql = ipw.Output(), ipw.Output()
        controls = (self.schema, self.table, self.verdict, self.days, self.scans, self.size, self.ratio)
        left, right = ipw.VBox(controls[:3]), ipw.VBox(controls[3:])
        self.widget = ipw.VBox([ipw.HBox([left, right]), self.rows, self.sql])
        for control in controls:
            control.observe(self._redraw, names="value")
        self._redraw(None)

    def thresholds(self) -> dict[str, dict[str, Any]]:
        """Return the thresholds that the controls stand for, as targets.toml would set them."""
        return {
            "unused_index": {"min_days": self.days.value},
            "rarely_used_index": {"min_days": self.days.value, "max_scans": self.scans.value},
            "bloated_index": {
                "min_wasted_bytes": int(self.size.value * 1024 * 1024),
                "min_ratio": self.ratio.value,
            },
        }

    def outcomes(self) -> list[Outcome]:
        """Return the checks of indexes run again with the controls' thresholds."""
        known, chosen = checks(), self.thresholds()
        return [run_check(known[name], self._inputs, chosen.get(name, {})) for name in _ADJUSTED]

    def judged(self) -> Review:
        """Return the review with the outcomes that the controls give."""
        again = self.outcomes()
        names = {outcome.check for outcome in again}
        return Review(
            self.review.snapshot, [*again, *(o for o in self.review.outcomes if o.check not in names)]
        )

    def frame(self, review: Review) -> pd.DataFrame:
        """Return the verdicts that pass the filters."""
        frame = index_usage.verdicts(review)
        if self.schema.value:
            frame = frame[frame["schema_name"] == self.schema.value]
        if self.verdict.value:
            frame = frame[frame["verdict"] == self.verdict.value]
        wanted = self.table.value.lower()
        return frame[[wanted in name.lower() for name in frame["table_name"]]]

    def statements(self, outcomes: Sequence[Outcome], shown: pd.DataFrame) -> str:
        """Return the SQL of the findings about the indexes shown, each with its undo as a comment."""
        names = zip(shown["schema_name"], shown["table_name"], shown["index_name"], strict=True)
        paths = {dotted(*name) for name in names}
        found = [f for outcome in outcomes for f in outcome.findings if f.object in paths and f.fix]
        return "\n\n".join(dict.fromkeys(_statement(finding) for finding in found)) or "-- nothing to change"

    def _redraw(self, _: object) -> None:
        review = self.judged()
        shown = self.frame(review)
        columns = ["schema_name", "table_name", "index_name", "verdict", "scans_count", "total_bytes"]
        caption = counted(len(shown), "index", "indexes")
        fill(self.rows, Table(shown[columns], caption, empty="No index passes the filters."))
        fill(self.sql, Code(self.statements(review.outcomes[: len(_ADJUSTED)], shown)))


def _statement(finding: Finding) -> str:
    fix = finding.fix
    if fix is None:
        return ""
    # A name may hold a line break; none may end the comment.
    title = " ".join(finding.title.split())
    undo = (
        fix.undo if fix.undo.startswith("--") else "\n".join(f"--   {line}" for line in fix.undo.splitlines())
    )
    return f"-- {title}\n{fix.sql}\n-- takes {fix.lock}; undo:\n{undo}"


def _threshold(review: Review, check: str, name: str) -> float:
    own = review.snapshot.options.thresholds.get(check, {})
    value: float = own.get(name, checks()[check].thresholds[name])
    return value


def _names(review: Review, column: str) -> list[str]:
    return sorted(set(review["indexes"][column]))


def _choice(label: str, values: Sequence[str]) -> ipw.Dropdown:
    options = [("all", ""), *((value, value) for value in values)]
    return ipw.Dropdown(options=options, value="", description=label, style=_WIDE, layout=_LAYOUT)


def _slider(label: str, least: float, most: float, value: float) -> Any:
    kind = ipw.IntSlider if isinstance(value, int) else ipw.FloatSlider
    least, most = min(least, value), max(most, value)
    step = {} if isinstance(value, int) else {"step": (most - least) / 100}
    return kind(
        value=value, min=least, max=most, description=label, style=_WIDE, layout=_LAYOUT,
        continuous_update=False, **step,
    )  # fmt: skip
