"""The trial of a plan on a clone: which findings go, what is new, and whether the undo restores every byte."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from workbench import checks
from workbench.catalog import Snapshot
from workbench.findings import Finding, Outcome
from workbench.fixes import Step, clone, touched
from workbench.fixes.clone import Clone
from workbench.fixes.statements import new_indexes, new_keys
from workbench.naming import dotted
from workbench.targets import Target

Progress = Callable[[str, int, int], None]

VERIFIED = "verified"
FAILED = "failed"
UNTRIED = "not tried"
LEFT_OUT = "left out"
# Frames that count rows of the target; the copy has none to count again.
_ROW_FRAMES = frozenset({"orphans", "page_bloat", "gin_pending", "sequence_lags"})
_BEYOND_SCHEMA = re.compile(r"\s*ALTER\s+(SYSTEM|DATABASE)\b", re.IGNORECASE)
_MAINTENANCE = re.compile(r"\s*(VACUUM|ANALYZE|REINDEX|CLUSTER|SELECT)\b", re.IGNORECASE)
# What a step does not cause but brings to light, or shifts, by what it touches.
_SHOWN = {
    "key": {
        "tenant_table_without_row_security": "the new key only shows whose the rows are; it was so before",
        "missing_unique": "with the new key it looks like a join table, and a pair can be stored twice",
        "self_reference": "it tells of the new key, and is no defect",
        "one_sided_soft_delete": "the key no longer deletes rows, so it matters that they have no mark of their own",
    },
    "index": {
        "index_blocks_hot_updates": "updates may change its column: weigh what its statement gains against them",
        "over_indexed_table": "each new index serves a key or a statement that a finding names",
        "redundant_index": "the new index serves in its place: drop it once the new one stands",
        "duplicate_index": "the new index serves in its place: drop it once the new one stands",
    },
}


@dataclass(frozen=True)
class Tried:
    """What became of one step: ``verified``, ``failed``, ``not tried`` or ``left out``, and why."""

    step: Step
    status: str
    reason: str = ""


@dataclass(frozen=True)
class Consequence:
    """A finding that a step cannot avoid to bring, and why: it is named, not counted as new."""

    finding: Finding
    step: Step
    reason: str


@dataclass(frozen=True)
class Verification:
    """The trial of a plan.

    ``new`` are findings of any severity that were not there before and that nothing explains;
    ``consequences`` are those that a step said it would bring, or that only the models can follow.
    """

    tried: tuple[Tried, ...]
    new: tuple[Finding, ...]
    consequences: tuple[Consequence, ...]
    undo_restores: bool
    losses: tuple[str, ...]
    server_version: str
    """Of the server with the copy, which may be newer than the target's."""

    def counts(self) -> dict[str, int]:
        """Return how many steps have which status, choices left aside."""
        chosen = [t for t in self.tried if not _is_choice(t.step)]
        return {s: sum(t.status == s for t in chosen) for s in (VERIFIED, FAILED, UNTRIED, LEFT_OUT)}

    def choices(self) -> dict[str, int]:
        """Return how many choices have which status; each was tried after the steps had been taken back."""
        chosen = [t for t in self.tried if _is_choice(t.step)]
        return {status: sum(t.status == status for t in chosen) for status in (VERIFIED, FAILED, UNTRIED)}

    def to_json(self) -> dict[str, Any]:
        """Return the trial as one document."""
        return {
            "counts": self.counts(),
            "choices": self.choices(),
            "server_version": self.server_version,
            "undo_restores": self.undo_restores,
            "new_findings": [{**f.to_json(), "check": f.check} for f in self.new],
            "consequences": [
                {
                    "check": c.finding.check,
                    "object": c.finding.object,
                    "severity": c.finding.severity.value,
                    "reason": c.reason,
                    "step": c.step.title,
                }
                for c in self.consequences
            ],
            "not_cloned": list(self.losses),
            "steps": [
                {
                    "checks": sorted({f.check for f in t.step.findings}),
                    "objects": sorted({f.object for f in t.step.findings}),
                    "fingerprints": [f.fingerprint for f in t.step.findings],
                    **t.step.fix.to_json(),
                    "choice": t.step.choice,
                    "status": t.status,
                    "reason": t.reason,
                }
                for t in self.tried
            ],
        }


def _is_choice(step: Step) -> bool:
    return not step.is_active and not step.conflict


def verify(
    target: Target, snapshot: Snapshot, steps: Sequence[Step], progress: Progress | None = None
) -> Verification:
    """Try steps on a copy of the target's schema; the target is only dumped.

    First those that a script runs, all of them together; when they are taken back, the choices.

    Raises:
        CloneError: the schema cannot be copied.
    """
    copy = clone.make(target, snapshot)
    try:
        return _Trial(copy, snapshot, progress or (lambda *_: None)).run(steps)
    finally:
        copy.remove()


def record(snapshot: Snapshot, verification: Verification) -> None:
    """Keep the result of a trial with a snapshot, so that its pages show it (manifest key ``fixes``)."""
    snapshot.manifest["fixes"] = verification.to_json()


class _Trial:
    """One copy, and what it showed before anything was applied."""

    def __init__(self, copy: Clone, snapshot: Snapshot, progress: Progress) -> None:
        self.copy, self.snapshot, self.progress = copy, snapshot, progress
        self.before = _findings(copy, snapshot)
        self.restores = True

    def run(self, steps: Sequence[Step]) -> Verification:
        """Apply the steps, judge them, take them back; then the same with the choices."""
        active = [step for step in steps if step.is_active]
        choices = [step for step in steps if _is_choice(step) and step.statements]
        done, after = self._apply(active, len(steps))
        chosen, _ = self._apply(choices, len(steps)) if choices else ({}, {})
        tried = []
        for step in steps:
            known = done.get(id(step)) or chosen.get(id(step))
            tried.append(Tried(step, *(known or self._unapplied(step, after))))
        new = [finding for key, finding in after.items() if key not in self.before]
        explained = [(finding, _explained(finding, active)) for finding in new]
        return Verification(
            tuple(tried),
            tuple(finding for finding, why in explained if why is None),
            tuple(Consequence(finding, *why) for finding, why in explained if why is not None),
            self.restores,
            tuple(self.copy.losses),
            self.copy.version,
        )

    def _apply(
        self, steps: Sequence[Step], total: int
    ) -> tuple[dict[int, tuple[str, str]], dict[str, Finding]]:
        """Return each step's status and reason by its identity, and the findings while all were applied."""
        # Choices are held against what the steps left, so that an undo that failed is not theirs.
        untouched = self.copy.dump()
        errors: dict[int, str] = {}
        for number, step in enumerate(steps):
            self.progress(step.title, number + 1, total)
            error = _run(self.copy, step.statements)
            if error:
                errors[number] = error
                _run(self.copy, step.undo_statements)
        after = _findings(self.copy, self.snapshot)
        applied = [number for number in range(len(steps)) if number not in errors]
        unrestored = _undo(self.copy, steps, applied, untouched)
        self.restores = self.restores and not unrestored
        return {
            id(step): _judge(step, errors.get(n, ""), self.before, after, unrestored.get(n, ""))
            for n, step in enumerate(steps)
        }, after

    def _unapplied(self, step: Step, after: Mapping[str, Finding]) -> tuple[str, str]:
        if not step.conflict:
            return UNTRIED, "its statements are comments: people must write them"
        gone = all(f.fingerprint in self.before and f.fingerprint not in after for f in step.findings)
        return LEFT_OUT, f"{step.conflict}{'; its finding is gone with it' if gone else ''}"


def _explained(finding: Finding, steps: Sequence[Step]) -> tuple[Step, str] | None:
    """Return the step that brings a finding and had to, and why; None when nothing explains it."""
    for step in steps:
        told = [step.fix, *(f.fix for f in step.findings if f.fix)]
        reason = next((fix.stays[finding.check] for fix in told if finding.check in fix.stays), "")
        if reason and _concerns(step, finding):
            return step, reason
    for step in steps:
        reason = _shown(step, finding)
        if reason:
            return step, reason
        if finding.check.startswith("drift_") and _concerns(step, finding):
            change = str(finding.evidence.get("model_change") or "declare what the database has")
            if change.startswith("None"):
                return step, step.fix.stays.get("foreign_key_not_enforced", "no model can say this")
            return step, f"the models must follow: {change}"
    return None


def _shown(step: Step, finding: Finding) -> str:
    """Return why a finding comes with what a step makes on the same table; the empty text when it does not."""
    root = str(finding.evidence.get("tenant_root", ""))
    for kind, *where in touched(step.fix.sql):
        if kind == "key" and finding.check in _SHOWN["key"] and _within(finding, where):
            return _SHOWN["key"][finding.check]
    if root and any(dotted(*key.referenced) == root for key in new_keys(step.fix.sql)):
        return _SHOWN["key"]["tenant_table_without_row_security"]
    if any(_within(finding, (made.schema, made.table)) for made in new_indexes(step.fix.sql)):
        return _SHOWN["index"].get(finding.check, "")
    return ""


def _within(finding: Finding, where: Sequence[str]) -> bool:
    """Tell whether a finding is about a table or a part of it; names may hold dots, so paths are compared whole."""
    table = dotted(*where[:2])
    return finding.object == table or finding.object.startswith(f"{table}.")


def _concerns(step: Step, finding: Finding) -> bool:
    """Tell whether a step changes the object of a finding, or part of it where that is a table or a schema."""
    declared = str(finding.evidence.get("declared", ""))
    for kind, *where in touched(step.fix.sql):
        if finding.object == where[0]:
            return True
        if kind == "index":
            home = where[0] if len(where) > 1 else ""
            if finding.object.startswith(f"{home}." if home else "") and (
                finding.object.endswith(f".{where[-1]}") or where[-1] == declared
            ):
                return True
        elif finding.object in (dotted(*where[:2]), *(dotted(*where[:2], part) for part in where[2:])):
            return True
    return any(
        finding.object == dotted(made.schema, made.table, column)
        for made in new_indexes(step.fix.sql)
        for column in made.columns
    )


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
    return {key[-1] for key in touched(step.fix.sql)}


def _words(step: Step) -> set[str]:
    """Return the names of the objects of a step's findings."""
    return {finding.object.split(".")[1] for finding in step.findings if "." in finding.object}


def _judge(
    step: Step, error: str, before: dict[str, Finding], after: dict[str, Finding], unrestored: str
) -> tuple[str, str]:
    shown = [f.fingerprint for f in step.findings if f.fingerprint in before]
    left = [f.check for f in step.findings if f.fingerprint in before and f.fingerprint in after]
    undone = bool(step.undo_statements)
    by_rows = bool(left) and all(_rests_on_rows(check) for check in left)
    only_rows = all(_MAINTENANCE.match(statement) for statement in step.statements)
    beyond = any(_BEYOND_SCHEMA.match(statement) for statement in step.statements)
    cases = (
        (beyond, UNTRIED, "it changes a setting of the server or the database, which the copy has not"),
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


def _rests_on_rows(check: str) -> bool:
    return checks.checks()[check].kind == "runtime" and bool(_ROW_FRAMES & checks.frames_of(check))
