"""A score out of ten for how well each table's indexes fit its use, with the reasons for each point lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from workbench.findings import Outcome, Status
from workbench.naming import dotted

BEST = 10.0
# Check to (points for each finding, most points that it can cost, reason). What lets wrong rows in or makes
# a DELETE read whole tables weighs most; what only costs space and writes weighs least.
DEDUCTIONS: Mapping[str, tuple[float, float, str]] = {
    "table_without_primary_key": (3.0, 3.0, "no primary key"),
    "foreign_key_without_index": (2.0, 4.0, "foreign keys without a supporting index"),
    "unserved_statement": (1.5, 3.0, "frequent statements that no index serves"),
    "missing_index": (1.0, 2.0, "columns that need an index of a special kind"),
    "sequential_scans_on_large_table": (1.0, 1.0, "read sequentially though large"),
    "invalid_index": (1.0, 2.0, "invalid indexes"),
    "duplicate_index": (1.0, 2.0, "duplicate indexes"),
    "redundant_index": (0.5, 1.5, "redundant indexes"),
    "unused_index": (0.5, 2.0, "unused indexes"),
    "rarely_used_index": (0.25, 1.0, "rarely used indexes"),
    "index_blocks_hot_updates": (0.5, 1.0, "indexes that keep updates from being HOT"),
    "bloated_index": (0.5, 1.0, "bloated indexes"),
    "over_indexed_table": (1.0, 1.0, "too many indexes"),
}


def index_scores(tables: pd.DataFrame, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return one row per table with its index score.

    A table starts at ten and loses the points of ``DEDUCTIONS`` for each finding about it or its indexes,
    columns and keys, down to zero. Findings that the baseline accepts cost nothing. A check that could look
    at nothing is named in ``not_judged``: the score says nothing of what it would have found.

    Args:
        tables: the frame of that name.
        outcomes: of any checks; others than those of ``DEDUCTIONS`` are ignored.

    Returns:
        Columns ``object``, ``schema_name``, ``table_name``, ``score`` (0 to 10, in quarters), ``reasons``
        (tuple of texts, the costliest first), ``not_judged`` (tuple of check names); the worst table first.
    """
    plain = tables["kind"].isin(["table", "partitioned table", "materialized view"])
    own = tables[plain & ~tables["is_partition"] & tables["extension"].isna()]
    pairs = zip(own["schema_name"], own["table_name"], strict=True)
    named = {dotted(schema, table): (schema, table) for schema, table in pairs}
    counts: dict[str, dict[str, int]] = {path: {} for path in named}
    silent = []
    for outcome in (one for one in outcomes if one.check in DEDUCTIONS):
        if outcome.status in (Status.NOT_APPLICABLE, Status.ERROR):
            silent.append(outcome.check)
        for finding in outcome.findings:
            path = _table_of(finding.object, named)
            if path is not None:
                counts[path][outcome.check] = counts[path].get(outcome.check, 0) + 1
    rows = [(path, *named[path], *_scored(counts[path]), tuple(silent)) for path in named]
    names = ["object", "schema_name", "table_name", "score", "reasons", "not_judged"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.sort_values(["score", "object"], ignore_index=True)


def _table_of(path: str, named: Mapping[str, tuple[str, str]]) -> str | None:
    """Return the table that a dotted path lies in: its longest beginning that is one, for names may hold dots."""
    while path:
        if path in named:
            return path
        path = path.rpartition(".")[0]
    return None


def _scored(counts: Mapping[str, int]) -> tuple[float, tuple[str, ...]]:
    lost = {check: min(DEDUCTIONS[check][1], DEDUCTIONS[check][0] * count) for check, count in counts.items()}
    ordered = sorted(lost, key=lambda check: (-lost[check], check))
    reasons = tuple(f"-{lost[check]:g}: {DEDUCTIONS[check][2]} ({counts[check]})" for check in ordered)
    return max(0.0, BEST - sum(lost.values())), reasons
