"""One review from beginning to end: capture, judge, save, run the chapters, render, enter into the index."""

from __future__ import annotations

import collections
import datetime as dt
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import fixes
from workbench import review as reviews
from workbench.catalog import Progress, Snapshot
from workbench.findings import Severity, Status
from workbench.fixes import clone, trial
from workbench.report.index import SUMMARY_FILE, render_index
from workbench.report.kernels import warm_up
from workbench.report.page import render_review
from workbench.report.run import ChapterResult, ReportError, run_chapters
from workbench.report.scrub import scrub_all
from workbench.resources import resource
from workbench.review import Review
from workbench.server import ServerError
from workbench.targets import Target

SNAPSHOT_FOLDER = "snapshot"
NOTEBOOK_FOLDER = "notebooks"


@dataclass(frozen=True)
class ReviewResult:
    """A review on disk: its folder, its page, what was found, what became of the chapters, how long it took."""

    folder: Path
    page: Path
    review: Review
    chapters: tuple[ChapterResult, ...]
    seconds: float

    @property
    def failed(self) -> tuple[ChapterResult, ...]:
        """The chapters that failed, each with its reason."""
        return tuple(chapter for chapter in self.chapters if chapter.reason is not None)


def write_review(
    target: Target,
    out: Path,
    *,
    chapters: Sequence[str] | None = None,
    progress: Progress | None = None,
    rows: bool = True,
    baseline: Path | None = None,
    try_fixes: bool = False,
    prepare: Callable[[Snapshot], None] | None = None,
) -> ReviewResult:
    """Review a target into ``<out>/<name>/<time>/`` and enter it into ``<out>/index.html``.

    The folder holds ``review.html``, the executed ``notebooks``, the ``snapshot`` with ``findings.json``, and
    ``review.json`` for the index.

    Args:
        target: a live database or a snapshot folder.
        out: folder of all reviews.
        chapters: names of chapters, with or without their number; None runs all.
        progress: told ``(step, number, total)``.
        rows: run the collectors that read rows and pages.
        baseline: file of accepted findings, instead of the target's own.
        try_fixes: try the fixes on a scratch copy of the target's schema, so that the page tells their status.
        prepare: adds to the snapshot before it is judged, what is known of earlier reviews say.

    Raises:
        TargetError: no such chapter, or the configuration is wrong.
        BaselineError: the baseline file is wrong.
        CaptureError: the target cannot be reached or read.
    """
    started = time.monotonic()
    notebooks = find_chapters(chapters)
    # The kernels' imports take as long as a capture, so both begin together.
    warm_up()
    snapshot = reviews.take(target, progress=progress, rows=rows)
    if prepare is not None:
        prepare(snapshot)
    judging = time.monotonic()
    judged = reviews.judge(snapshot, baseline=baseline)
    if try_fixes and target.snapshot is None:
        _try_fixes(target, judged, progress)
    running = time.monotonic()
    folder = _new_folder(out / Target(snapshot.target).slug)
    judged.save(folder / SNAPSHOT_FOLDER)
    # Relative to the kernels' folder, so that no page tells where on this machine it was made.
    parameters = {"target": SNAPSHOT_FOLDER}
    results = run_chapters(notebooks, parameters, folder / NOTEBOOK_FOLDER, progress=progress, cwd=folder)
    ended = time.monotonic()
    seconds = {"capture": judging - started, "checks": running - judging, "chapters": ended - running}
    summary = summarise(judged, results, seconds)
    page = render_review(folder, results, summary)
    (folder / SUMMARY_FILE).write_text(json.dumps(summary, indent=1, default=str), encoding="utf-8")
    render_index(out)
    return ReviewResult(folder, page, judged, tuple(results), time.monotonic() - started)


def _try_fixes(target: Target, judged: Review, progress: Progress | None) -> None:
    """Keep with the snapshot what became of the fixes on a copy; a schema that cannot be copied is no failure."""
    steps = fixes.plan([finding for finding in judged.findings() if finding.severity >= Severity.LOW])
    try:
        trial.record(judged.snapshot, trial.verify(target, judged.snapshot, steps, progress))
    except (clone.CloneError, ServerError) as error:
        judged.snapshot.manifest["fixes_untried"] = str(error)


def find_chapters(names: Sequence[str] | None = None) -> list[Path]:
    """Return the notebooks of chapters in their order; all when no name is given.

    Raises:
        ReportError: there is no chapter of a name.
    """
    found = sorted(resource("notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not names:
        return found
    known = {path.stem: path for path in found} | {re.sub(r"^\d+_", "", path.stem): path for path in found}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ReportError(f"no chapter {unknown[0]!r}; there are {', '.join(path.stem for path in found)}")
    return sorted({known[name] for name in names})


def summarise(
    judged: Review, results: Sequence[ChapterResult], seconds: Mapping[str, float]
) -> dict[str, Any]:
    """Return what the page's header and footer and the index say of a review, as plain JSON without secrets.

    Keys: ``target``, ``database``, ``server_version``, ``server_address``, ``role``, ``captured_at``,
    ``statistics_reset_at``, ``workbench_version``, ``findings`` (severity to count), ``checks`` (status to
    count), ``broken_checks``, ``missing`` (frame to reason), ``failed`` (frames), ``chapters``, ``seconds``
    and ``partial``.
    """
    manifest = judged.snapshot.manifest
    facts: dict[str, Any] = {}
    if "database" in judged:
        facts = {key: None if pd.isna(value) else value for key, value in judged["database"].iloc[0].items()}
    found = collections.Counter(finding.severity for finding in judged.findings())
    statuses = collections.Counter(outcome.status for outcome in judged.outcomes)
    broken = [outcome.check for outcome in judged.outcomes if outcome.status is Status.ERROR]
    failed_chapters = [result for result in results if result.reason]
    summary = {
        "target": judged.target,
        "database": manifest.get("database"),
        "server_version": judged.snapshot.server_version,
        "server_address": facts.get("server_address") or "a Unix socket",
        "role": manifest.get("role"),
        "captured_at": manifest.get("captured_at"),
        "statistics_reset_at": facts.get("stats_reset_at"),
        "workbench_version": manifest.get("workbench_version"),
        "findings": {severity.value: found[severity] for severity in reversed(Severity)},
        "checks": {status.value: statuses[status] for status in Status},
        "broken_checks": broken,
        "missing": manifest["missing"],
        "failed": list(manifest["failed"]),
        "chapters": [result.to_json() for result in results],
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "partial": bool(judged.snapshot.is_partial or broken or failed_chapters),
    }
    plain: dict[str, Any] = scrub_all(json.loads(json.dumps(summary, default=str)))
    return plain


def _new_folder(parent: Path) -> Path:
    """Make and return a folder named after this moment; a review of the same second gets a number."""
    stamp = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}"
    for number in range(1, 1000):
        folder = parent / (stamp if number == 1 else f"{stamp}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise ReportError(f"{parent} holds a thousand reviews of this second")
