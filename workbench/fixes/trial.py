"""The trial of a plan on a clone: which findings go, what is new, and whether the undo restores every byte."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from workbench import checks
from workbench.catalog import Snapshot
from workbench.findings import Finding, Outcome, Severity
from workbench.fixes import Step, clone, touched
from workbench.fixes.clone import Clone
from workbench.targets import Target

Progress = Callable[[str, int, int], None]

VERIFIED = "verified"
FAILED = "failed"
UNTRIED = "not tried"
# Frames that count rows of the target; the copy has none to count again.
_ROW_FRAMES = frozenset({"orphans", "page_bloat", "gin_pending"})
_MAINTENANCE = re.compile(r"\s*(VACUUM|ANALYZE|REINDEX|CLUSTER)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Tried:
    """What became of one step: ``verified``, ``failed`` or ``not tried``, and why."""

    step: Step
    status: str
    reason: str = ""


@dataclass(frozen=True)
class Verification:
    """The trial of a plan. ``new`` are findings that were not there before, above severity info."""

    tried: tuple[Tried, ...]
    new: tuple[Finding, ...]
    undo_restores: bool
    losses: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Return how many steps have which status."""
        return {status: sum(t.status == status for t in self.tried) for status in (VERIFIED, FAILED, UNTRIED)}

    def to_json(self) -> dict[str, Any]:
        """Return the trial as one document."""
        return {
            "counts": self.counts(),
            "undo_restores": self.undo_restores,
            "new_findings": [{**f.to_json(), "check": f.check} for f in self.new],
            "not_cloned": list(self.losses),
            "steps": [
                {
                    "checks": sorted({f.check for f in t.step.findings}),
                    "objects": sorted({f.object for f in t.step.findings}),
                    "fingerprints": [f.fingerprint for f in t.step.findings],
                    **t.step.fix.to_json(),
                    "status": t.status,
                    "reason": t.reason,
                }
                for t in self.tried
            ],
        }


def verify(
    target: Target, snapshot: Snapshot, steps: Sequence[Step], progress: Progress | None = None
) -> Verification:
    """Try steps on a copy of the target's schema; the target is only dumped.

    Raises:
        CloneError: the schema cannot be copied.
    """
    copy = clone.make(target, snapshot)
    try:
        return _try(copy, snapshot, list(steps), progress or (lambda *_: None))
    finally:
        copy.remove()


def record(snapshot: Snapshot, verification: Verification) -> None:
    """Keep the result of a trial with a snapshot, so that its pages show it (manifest key ``fixes``)."""
    snapshot.manifest["fixes"] = verification.to_json()


def _try(copy: Clone, snapshot: Snapshot, steps: list[Step], progress: Progress) -> Verification:
    untouched = copy.dump()
    before = _findings(copy, snapshot)
    errors: dict[int, str] = {}
    for number, step in enumerate(steps):
        progress(step.title, number + 1, len(steps))
        if not step.conflict and step.statements:
            error = _run(copy, step.statements)
            if error:
                errors[number] = error
                _run(copy, step.undo_statements)
    after = _findings(copy, snapshot)
    applied = [n for n, step in enumerate(steps) if n not in errors and not step.conflict and step.statements]
    unrestored = _undo(copy, steps, applied, untouched)
    tried = tuple(
        Tried(step, *_judge(step, errors.get(n, ""), before, after, unrestored.get(n, "")))
        for n, step in enumerate(steps)
    )
    new = [f for key, f in after.items() if key not in before and f.severity > Severity.INFO]
    return Verification(tried, tuple(new), not unrestored, tuple(copy.losses))


def _findings(copy: Clone, snapshot: Snapshot) -> dict[str, Finding]:
    outcomes: list[Outcome] = checks.run_checks(clone.capture(copy, snapshot))
    return {finding.fingerprint: finding for outcome in outcomes for finding in outcome.findings}


def _run(copy: Clone, statements: list[str]) -> str:
    """Run statements and return the first line of what went wrong; the empty text when nothing did."""
    try:
        copy.execute(statements)
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]
    return ""


def _undo(copy: Clone, steps: Sequence[Step], applied: Sequence[int], untouched: bytes) -> dict[int, str]:
    """Take the steps back, the last first; return those whose undo failed or did not restore the schema."""
    wrong: dict[int, str] = {}
    for number in reversed(applied):
        error = _run(copy, steps[number].undo_statements)
        if error:
            wrong[number] = f"its undo failed: {error}"
    changed = _changed(untouched, copy.dump())
    if changed and not wrong:
        by_line = {n for n in applied if any(_speaks_of(line, _names(steps[n])) for line, _ in changed)}
        by_entry = {n for n in applied if any(_speaks_of(entry, _words(steps[n])) for _, entry in changed)}
        reason = f"its undo does not restore the schema byte for byte: {changed[0][0].strip()[:120]}"
        wrong |= dict.fromkeys((by_entry & by_line) or by_entry or by_line or applied, reason)
    return wrong


def _changed(before: bytes, after: bytes) -> list[tuple[str, str]]:
    """Return the lines that stand in one dump and not in the other, each with the name of its entry."""
    old, new = (dump.decode(errors="replace").splitlines() for dump in (before, after))
    found = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            found += [(line, _entry(old, n)) for n, line in enumerate(old[a:b], start=a)]
            found += [(line, _entry(new, n)) for n, line in enumerate(new[c:d], start=c)]
    return found


def _entry(lines: Sequence[str], number: int) -> str:
    """Return the comment that pg_dump wrote above the entry of a line."""
    return next((lines[n] for n in range(number, -1, -1) if lines[n].startswith("-- Name: ")), "")


def _speaks_of(text: str, names: set[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)


def _names(step: Step) -> set[str]:
    """Return the names of constraints, columns and indexes that a step touches."""
    return {key[-1].strip('"') for key in touched(step.fix.sql)}


def _words(step: Step) -> set[str]:
    """Return the names of the objects of a step's findings."""
    return {finding.object.split(".")[1] for finding in step.findings if "." in finding.object}


def _judge(
    step: Step, error: str, before: dict[str, Finding], after: dict[str, Finding], unrestored: str
) -> tuple[str, str]:
    shown = [f.fingerprint for f in step.findings if f.fingerprint in before]
    left = [f.check for f in step.findings if f.fingerprint in before and f.fingerprint in after]
    undone = bool(step.undo_statements)
    by_rows = bool(left) and all(_ROW_FRAMES & checks.frames_of(check) for check in left)
    only_rows = all(_MAINTENANCE.match(statement) for statement in step.statements)
    cases = (
        (bool(step.conflict), UNTRIED, step.conflict),
        (not step.statements, UNTRIED, "the fix is a choice that people make"),
        (bool(error) and not shown, UNTRIED, f"the copy does not show the finding: {error}"),
        (bool(error), FAILED, error),
        (only_rows, UNTRIED, "it works on rows, of which the copy has none; the statement ran"),
        (by_rows, UNTRIED, "only rows show whether the finding goes; the statements ran"),
        (bool(left), FAILED, f"the finding is still there: {', '.join(left)}"),
        (bool(unrestored) and undone, FAILED, unrestored),
        (not shown, UNTRIED, "the copy has no rows or statistics that show the finding; the statements ran"),
        (not undone, VERIFIED, "nothing takes it back: see its undo"),
    )
    return next(((status, reason) for holds, status, reason in cases if holds), (VERIFIED, ""))
