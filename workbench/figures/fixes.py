"""The fixes of a review: the steps with lock and status, the script, the same as a migration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench import fixes
from workbench.figures.tables import Code, Note, Table
from workbench.findings import Severity
from workbench.fixes import Step
from workbench.review import Review

_NONE = "No finding of this review has a fix that a statement could make."


def _steps(review: Review) -> list[Step]:
    return fixes.plan([finding for finding in review.findings() if finding.severity >= Severity.LOW])


def _told(review: Review) -> Mapping[str, Any]:
    """Return what a trial said of each fix by its SQL; empty when none was made."""
    trial = review.snapshot.manifest.get("fixes") or {}
    return {step["sql"]: step for step in trial.get("steps", [])}


def steps(review: Review) -> Table | Note:
    """Return the fixes in their order, each with its lock, and with its status where they were tried."""
    planned, told = _steps(review), _told(review)
    if not planned:
        return Note(_NONE, "good")
    lines = []
    for number, step in enumerate((s for s in planned if s.is_active), start=1):
        status = told.get(step.fix.sql, {"status": "not tried", "reason": ""})
        lines.append(
            (
                number,
                step.findings[0].object,
                ", ".join(sorted({f.check for f in step.findings})),
                step.severity.value,
                step.fix.lock,
                status["status"],
                status["reason"],
            )
        )
    columns = ["step", "object", "mends", "severity", "lock", "trial", "remark"]
    frame = pd.DataFrame(lines, columns=columns)
    return Table(frame, "Fixes in a safe order", formats={"step": "text", "trial": "text"}, max_rows=1000)


def trial(review: Review) -> Note:
    """Return the result of the trial in one sentence."""
    done = review.snapshot.manifest.get("fixes")
    if not done:
        reason = review.snapshot.manifest.get("fixes_untried")
        if reason:
            return Note(f"The fixes could not be tried: {reason}", "warning")
        return Note("The fixes were not tried: workbench review --try-fixes tries them on a copy.", "info")
    counts, choices = done["counts"], done["choices"]
    undo = "restored the schema byte for byte" if done["undo_restores"] else "did not restore the schema"
    new, brought = len(done["new_findings"]), len(done["consequences"])
    told = f"{counts['verified']} verified, {counts['failed']} failed, {counts['not tried']} not tried"
    under = f", under PostgreSQL {done['server_version']}" if "server_version" in done else ""
    good = not counts["failed"] and not new and done["undo_restores"]
    return Note(
        f"Tried on a copy of the schema{under}: {told}. {new} findings are new and unexplained; {brought} come with "
        f"the steps and are named below. Of the choices, tried apart, {choices['verified']} are verified and "
        f"{choices['failed']} failed. The undo {undo}.",
        "good" if good else "warning",
    )


def brought(review: Review) -> Table | Note:
    """Return the findings that the steps bring: new ones that nothing explains first, then those that must be."""
    done = review.snapshot.manifest.get("fixes")
    if not done:
        return Note("What the steps bring is known once they were tried.", "info")
    lines = [(f["object"], f["check"], f["severity"], "not explained") for f in done["new_findings"]]
    lines += [(c["object"], c["check"], c["severity"], c["reason"]) for c in done["consequences"]]
    if not lines:
        return Note("No step brings a finding.", "good")
    frame = pd.DataFrame(lines, columns=["object", "check", "severity", "why"])
    return Table(frame, "Findings that the steps bring", max_rows=1000)


def choices(review: Review) -> Table | Note:
    """Return the fixes that people must decide, with why; a script holds them as comments."""
    told = _told(review)
    lines = [
        (
            step.findings[0].object,
            ", ".join(sorted({f.check for f in step.findings})),
            step.severity.value,
            step.choice or "its statements are comments",
            told.get(step.fix.sql, {"status": "not tried"})["status"],
        )
        for step in sorted(_steps(review), key=lambda one: one.severity, reverse=True)
        if not step.is_active and not step.conflict
    ]
    if not lines:
        return Note("No fix waits for a decision.", "good")
    columns = ["object", "mends", "severity", "decide", "trial"]
    return Table(
        pd.DataFrame(lines, columns=columns), "Fixes to decide", formats={"trial": "text"}, max_rows=1000
    )


def left_out(review: Review) -> Table | Note:
    """Return the fixes that stand back for others, and why."""
    lines = [(s.findings[0].object, s.findings[0].check, s.conflict) for s in _steps(review) if s.conflict]
    if not lines:
        return Note("No fix stands in the way of another.", "good")
    return Table(pd.DataFrame(lines, columns=["object", "check", "why"]), "Fixes left out")


def script(review: Review) -> Code | Note:
    """Return the fixes as one SQL script, those that failed their trial left out."""
    chosen = _sound(review)
    return Code(fixes.script(chosen, target=review.snapshot.target)) if chosen else Note(_NONE, "good")


def migration(review: Review) -> Code | Note:
    """Return the fixes as one Sequelize migration, those that failed their trial left out."""
    chosen = _sound(review)
    return (
        Code(fixes.sequelize_migration(chosen, target=review.snapshot.target), "javascript")
        if chosen
        else Note(_NONE, "good")
    )


def _sound(review: Review) -> list[Step]:
    told = _told(review)
    return [s for s in _steps(review) if told.get(s.fix.sql, {"status": ""})["status"] != "failed"]
