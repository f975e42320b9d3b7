"""One review: a snapshot, what the checks say about it, and the values derived from it.

This is what a notebook holds: ``review = workbench.open_review(target)``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import catalog, checks, collectors, targets
from workbench.catalog import CaptureError, Progress, Snapshot
from workbench.findings import Finding, Outcome, apply_baseline, read_baseline
from workbench.targets import Target

FINDINGS_FILE = "findings.json"
FINDING_COLUMNS = ("severity", "check", "subject", "object", "title", "detail", "fingerprint")


class Review:
    """A snapshot with the outcomes of its checks."""

    def __init__(self, snapshot: Snapshot, outcomes: list[Outcome]) -> None:
        self.snapshot = snapshot
        self.outcomes = outcomes
        self._inputs = checks.Inputs(snapshot)
        self._read: set[str] = set()

    @contextlib.contextmanager
    def reading(self) -> Iterator[set[str]]:
        """Collect the names of what is read inside: frames, derived values, and the checks whose findings are."""
        outer, self._read = self._read, set()
        try:
            yield self._read
        finally:
            outer |= self._read
            self._read = outer

    def __getitem__(self, name: str) -> Any:
        """Return a frame or a derived value by name.

        Raises:
            MissingFrameError: the snapshot has no such frame; the error says why.
        """
        self._read.add(name)
        return self._inputs[name]

    def __contains__(self, name: str) -> bool:
        return name in self.snapshot

    @property
    def target(self) -> str:
        """The target's name."""
        return self.snapshot.target

    def findings(self, *names: str) -> list[Finding]:
        """Return the findings of the named checks or subjects (all when none is named), gravest first."""
        asked = [o for o in self.outcomes if not names or o.check in names or o.subject in names]
        self._read |= {outcome.check for outcome in asked} if names else {"all checks"}
        chosen = [finding for outcome in asked for finding in outcome.findings]
        chosen.sort(key=lambda finding: (finding.check, finding.object))
        return sorted(chosen, key=lambda finding: finding.severity, reverse=True)

    def outcome(self, check: str) -> Outcome:
        """Return the outcome of one check.

        Raises:
            KeyError: no such check ran.
        """
        found = next((outcome for outcome in self.outcomes if outcome.check == check), None)
        if found is None:
            raise KeyError(f"no check {check!r} ran; these did: {[o.check for o in self.outcomes]}")
        return found

    def findings_frame(self, *names: str) -> pd.DataFrame:
        """Return findings as a frame with the columns of ``FINDING_COLUMNS``."""
        rows = [
            [f.severity.value, *(getattr(f, c) for c in FINDING_COLUMNS[1:])] for f in self.findings(*names)
        ]
        return pd.DataFrame(rows, columns=list(FINDING_COLUMNS))

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``workbench check --format json``."""
        manifest = self.snapshot.manifest
        return {
            "target": self.target,
            "captured_at": manifest["captured_at"],
            "server_version": manifest["server_version"],
            "role": manifest.get("role"),
            "workbench_version": manifest["workbench_version"],
            "partial": self.snapshot.is_partial,
            "missing": manifest["missing"],
            "outcomes": [outcome.to_json() for outcome in self.outcomes],
        }

    def save(self, folder: Path) -> None:
        """Write the snapshot and its findings into a folder."""
        self.snapshot.save(folder)
        document = json.dumps(self.to_json(), indent=1, default=str)
        (folder / FINDINGS_FILE).write_text(document, encoding="utf-8")


def take(target: Target, *, progress: Progress | None = None, rows: bool = True) -> Snapshot:
    """Capture a target and run the collectors on it; with ``rows`` false only those that read files."""
    snapshot = catalog.capture(target, progress=progress)
    collectors.collect(target, snapshot, progress, rows=rows and target.options.probe_budget > 0)
    return snapshot


def judge(snapshot: Snapshot, only: tuple[str, ...] = (), baseline: Path | None = None) -> Review:
    """Run the checks on a snapshot and set accepted findings apart.

    Raises:
        TargetError: ``only`` or a threshold names something that does not exist.
        BaselineError: the baseline file is wrong.
    """
    outcomes = checks.run_checks(snapshot, only)
    path = baseline or (Path(snapshot.options.baseline) if snapshot.options.baseline else None)
    if path is not None:
        outcomes = apply_baseline(outcomes, read_baseline(path), dt.date.today())
    return Review(snapshot, outcomes)


def open_review(target: str, targets_file: str | None = None) -> Review:
    """Return the review of a target by its name or of a snapshot folder; the entry point of notebooks.

    A live target is captured and judged now. A folder that keeps the findings of its review gives them as
    they were then; they are not judged anew.

    Raises:
        TargetError: nothing of that name.
        CaptureError: the server or the folder cannot be read.
    """
    resolved = targets.resolve(target, Path(targets_file) if targets_file else None)
    if resolved.snapshot is not None and (resolved.snapshot / FINDINGS_FILE).is_file():
        return _load(resolved.snapshot)
    return judge(take(resolved))


def _load(folder: Path) -> Review:
    """Read a review from the folder that :meth:`Review.save` wrote."""
    snapshot = Snapshot.load(folder)
    try:
        document = json.loads((folder / FINDINGS_FILE).read_text(encoding="utf-8"))
        outcomes = [Outcome.from_json(one) for one in document["outcomes"]]
    except (OSError, KeyError, ValueError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CaptureError(f"{folder / FINDINGS_FILE} is no readable list of findings: {reason}") from None
    return Review(snapshot, outcomes)
