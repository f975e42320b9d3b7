"""The first page of a review: what was reviewed, what was found, what was not examined."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from workbench.checks.index_usage import span_text
from workbench.figures.style import SEVERITY_COLOURS, finish, safe
from workbench.figures.tables import Note, Table, noting_missing
from workbench.figures.text import at_text, bytes_text, enumeration, seconds_text
from workbench.findings import Finding, Severity
from workbench.review import Review
from workbench.words import counted

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_GRAVEST_FIRST = sorted(Severity, reverse=True)


@noting_missing
def provenance(review: Review) -> Table:
    """Return what the review is true for: server, role, moment, age of the statistics, durations."""
    facts = review["database"].iloc[0]
    nodes = review["cluster_nodes"]
    rights = [
        name
        for name, held in (
            ("superuser", facts["is_superuser"]),
            ("pg_monitor", facts["is_monitor"]),
            ("pg_read_all_data", facts["reads_all_data"]),
        )
        if held
    ]
    windows = [
        f"{node.node_name}: since {at_text(node.window_start_at)} ({span_text(node.window_days)})"
        if node.is_examined
        else f"{node.node_name}: not examined, {node.reason}"
        for node in nodes.itertuples(index=False)
    ]
    frames = review.snapshot.manifest["frames"]
    rows = [
        ("Target", review.target),
        ("Database", f"{facts['database_name']}, {bytes_text(facts['database_bytes'])}"),
        ("Server", f"PostgreSQL {facts['server_version']}" + (", a standby" if facts["is_replica"] else "")),
        ("Captured", at_text(facts["captured_at"])),
        ("Server started", at_text(facts["started_at"])),
        ("Role", f"{facts['role_name']} ({', '.join(rights) or 'neither pg_monitor nor pg_read_all_data'})"),
        ("Cumulative statistics", "; ".join(windows)),
        ("Capture took", seconds_text(review.snapshot.manifest.get("seconds"))),
        ("Frames", f"{len(frames)} captured, {len(review.snapshot.manifest['missing'])} missing"),
        ("Workbench", str(review.snapshot.manifest["workbench_version"])),
    ]
    return Table(pd.DataFrame(rows, columns=["fact", "value"]), "What this review is true for")


@noting_missing
def findings_by_subject(review: Review) -> Figure | Note:
    """Return bars of findings by subject, stacked by severity."""
    counts: dict[str, Counter[Severity]] = defaultdict(Counter)
    for finding in review.findings():
        counts[finding.subject][finding.severity] += 1
    if not counts:
        return Note("No check found anything. Read below what could not be examined.", "good")
    # The subject with the gravest findings comes on top.
    subjects = sorted(counts, key=lambda s: [counts[s][severity] for severity in _GRAVEST_FIRST])
    figure = go.Figure(
        [
            go.Bar(
                y=[safe(subject.replace("_", " ")) for subject in subjects],
                x=[counts[subject][severity] for subject in subjects],
                name=severity.value,
                orientation="h",
                marker_color=SEVERITY_COLOURS[severity.value],
                hovertemplate="%{y}: %{x} " + severity.value + "<extra></extra>",
            )
            for severity in _GRAVEST_FIRST
            if any(counts[subject][severity] for subject in subjects)
        ]
    )
    figure.update_layout(barmode="stack", xaxis_title="findings")
    return finish(figure, "Findings by subject and severity", height=110 + 30 * len(subjects))


@noting_missing
def severity_counts(review: Review) -> Table:
    """Return how many findings there are of each severity, and how many the baseline accepts."""
    found = Counter(finding.severity for finding in review.findings())
    accepted = Counter(finding.severity for o in review.outcomes for finding, _ in o.accepted)
    rows = [(s.value, found[s], accepted[s]) for s in _GRAVEST_FIRST]
    frame = pd.DataFrame(rows, columns=["severity", "findings_count", "accepted_count"])
    return Table(frame, "Findings by severity")


def most_important(findings: list[Finding], number: int = 10, per_check: int = 2) -> list[Finding]:
    """Return the findings to read first: the gravest, of each the largest, few of one check.

    Ten findings of one kind tell less than ten of several, so a check gives ``per_check`` at first; the
    places that are left are filled in order.
    """
    ranked = sorted(findings, key=lambda f: (f.severity, _weight(f)), reverse=True)
    chosen: list[Finding] = []
    for limit in (per_check, number):
        for finding in ranked:
            same = sum(f.check == finding.check for f in chosen)
            if len(chosen) < number and finding not in chosen and same < limit:
                chosen.append(finding)
    return sorted(chosen, key=lambda f: (f.severity, _weight(f)), reverse=True)


def _weight(finding: Finding) -> float:
    """Return how much is at stake by the evidence: bytes, or rows where it tells no bytes."""
    numbers = [
        float(value)
        for name, value in finding.evidence.items()
        if isinstance(value, (int, float))
        and name.endswith(("bytes", "rows", "rows_count", "violations_count"))
    ]
    return max(numbers, default=0.0)


@noting_missing
def top_findings(review: Review, number: int = 10) -> Table | Note:
    """Return the findings that matter most, as a table."""
    chosen = most_important([f for f in review.findings() if f.severity >= Severity.LOW], number)
    if not chosen:
        return Note("No finding of low severity or above.", "good")
    linked = pd.DataFrame(
        [(f.severity.value, f.object, f.title, f.detail, f"#finding-{f.fingerprint}") for f in chosen],
        columns=["severity", "object", "finding", "detail", "place"],
    )
    caption = (
        f"The {len(chosen)} findings that matter most" if len(chosen) > 1 else "The finding that matters most"
    )
    return Table(linked, caption, links={"finding": "place"})


def _findings_table(findings: list[Finding], caption: str, *, addressed: bool = False) -> Table:
    """Return findings as a table; ``addressed`` rows are those that others link to."""
    places = [f"finding-{finding.fingerprint}" for finding in findings]
    rows = [
        (f.severity.value, f.object, f.title, f.detail, f.check, place)
        for f, place in zip(findings, places, strict=True)
    ]
    columns = ["severity", "object", "finding", "detail", "check", "place"]
    frame = pd.DataFrame(rows, columns=columns)
    if addressed:
        return Table(frame, caption, anchors="place")
    return Table(frame.drop(columns="place"), caption)


@noting_missing
def all_findings(review: Review, *names: str, least: str = "info") -> Table | Note:
    """Return the findings of the named checks or subjects (all when none is named) of a severity or graver.

    Each row of the list of all findings has the address ``#finding-<fingerprint>`` on the page.
    """
    found = [f for f in review.findings(*names) if f.severity >= Severity(least)]
    if not found:
        return Note(_nothing(review, names), "good")
    graded = "" if least == "info" else f" of severity {least} or graver"
    return _findings_table(found, f"{counted(len(found), 'finding')}{graded}", addressed=not names)


def _nothing(review: Review, names: tuple[str, ...]) -> str:
    """Say what was looked for in vain, for nothing found among nothing examined is no good news."""
    asked = [o for o in review.outcomes if not names or o.check in names or o.subject in names]
    ran = [o for o in asked if o.examined]
    if not ran:
        return "None of the checks asked here had anything to examine; the reasons stand below."
    looked = ", ".join(o.title[:1].lower() + o.title[1:] for o in ran) if len(ran) <= 6 else ""
    told = f"Nothing was found by {counted(len(ran), 'check')}"
    return f"{told}: {looked}." if looked else f"{told}."


@noting_missing
def not_examined(review: Review, *names: str) -> Table | Note:
    """Return what the named checks or subjects could not look at and why, alike reasons together."""
    reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
    for outcome in review.outcomes:
        if not names or outcome.check in names or outcome.subject in names:
            for one in outcome.not_examined:
                reasons[outcome.check, one.reason].append(one.object)
    if not reasons:
        return Note("Everything that these checks are about was examined.", "good")
    rows = [(check, enumeration(objects), reason) for (check, reason), objects in reasons.items()]
    frame = pd.DataFrame(rows, columns=["check", "objects", "reason"])
    return Table(frame, "What was not examined, and why")


def missing_frames(review: Review) -> Table | Note:
    """Return the frames that the capture could not have, and why."""
    missing: dict[str, str] = review.snapshot.manifest["missing"]
    if not missing:
        return Note("The capture got every frame.", "good")
    frames: dict[str, list[str]] = defaultdict(list)
    for name, reason in sorted(missing.items()):
        frames[reason].append(name)
    rows = [(", ".join(names), reason) for reason, names in frames.items()]
    return Table(pd.DataFrame(rows, columns=["frames", "reason"]), "Frames that are missing")


def checks_run(review: Review) -> Table:
    """Return every check with its status, how many objects it examined, and what it rests on."""
    rows: list[tuple[Any, ...]] = [
        (
            outcome.check,
            outcome.subject,
            outcome.status.value,
            outcome.examined,
            len(outcome.findings),
            len(outcome.not_examined),
            ", ".join(outcome.inputs),
        )
        for outcome in review.outcomes
    ]
    columns = [
        "check",
        "subject",
        "status",
        "examined_count",
        "findings_count",
        "not_examined_count",
        "rests on",
    ]
    return Table(pd.DataFrame(rows, columns=columns), "Every check of this review")


def accepted(review: Review) -> Table | Note:
    """Return the findings that the baseline accepts, with reason, owner and end date."""
    rows = [
        (f.severity.value, f.object, f.title, a.reason, a.owner, a.until.isoformat())
        for o in review.outcomes
        for f, a in o.accepted
    ]
    if not rows:
        return Note("No finding is accepted by a baseline.", "info")
    columns = ["severity", "object", "finding", "reason", "owner", "until"]
    return Table(pd.DataFrame(rows, columns=columns), "Findings accepted by the baseline")


def queries_run(review: Review) -> Table:
    """Return every frame with where it comes from, how many rows it has and how long it took."""
    frames: dict[str, dict[str, Any]] = review.snapshot.manifest["frames"]
    rows = [
        (name, facts["source"], facts["rows"], facts["seconds"]) for name, facts in sorted(frames.items())
    ]
    return Table(
        pd.DataFrame(rows, columns=["frame", "source", "rows_count", "took_seconds"]), "Frames captured"
    )
