"""What a check says: findings, the outcome that carries them, their fingerprints, and the baseline.

Nothing here talks to a server or knows a frame; it is the vocabulary of every room above it.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import hashlib
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any


@functools.total_ordering
class Severity(enum.Enum):
    """How much a finding matters; ordered, ``CRITICAL`` is the greatest."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    def __lt__(self, other: Severity) -> bool:
        order = list(Severity)
        return order.index(self) < order.index(other)


class Status(enum.Enum):
    """What became of one check on one target."""

    FAILED = "failed"
    """It looked and found something."""
    PASSED = "passed"
    """It looked at one object or more and found nothing."""
    NOT_APPLICABLE = "not_applicable"
    """There was nothing to look at, or it could look at none of it: see ``not_examined``."""
    ERROR = "error"
    """It broke; ``not_examined`` carries the reason."""


@dataclass(frozen=True)
class Fix:
    """A change that would mend a finding, and how to take it back.

    ``lock`` is the strongest lock taken and on what, in the words of PostgreSQL's manual. ``stays`` tells
    what the change cannot avoid: a check that reports what it made, and why that has to be for a while.
    ``choice`` says why people must decide before the change is made; empty where it is safe without.
    """

    sql: str
    undo: str
    lock: str
    stays: Mapping[str, str] = field(default_factory=dict)
    choice: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the texts as the command contract spells them."""
        return {
            "sql": self.sql,
            "undo": self.undo,
            "lock": self.lock,
            "stays": dict(self.stays),
            "choice": self.choice,
        }


@dataclass(frozen=True)
class NotExamined:
    """An object that a check did not look at, and why.

    ``settled``: what is known already answers, so there is nothing to look at; a score does not count it.
    """

    object: str
    reason: str
    settled: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the two texts as the command contract spells them, and ``settled`` where it holds."""
        told: dict[str, Any] = {"object": self.object, "reason": self.reason}
        return told | {"settled": True} if self.settled else told


@dataclass(frozen=True)
class Finding:
    """One defect of one object.

    ``object`` is the dotted, unquoted path ``schema.table[.column|.index|.constraint]``.
    ``evidence`` holds the figures that the judgement rests on, with units in their names.
    ``distinct`` tells apart two findings of one check on one object; it enters the fingerprint, so it must
    be as stable as a name.
    """

    object: str
    title: str
    detail: str
    severity: Severity
    evidence: Mapping[str, Any] = field(default_factory=dict)
    fix: Fix | None = None
    distinct: str = ""
    check: str = ""
    subject: str = ""

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that stay the same for the same defect in every run.

        Made of the check, the object and what tells its findings apart: never of OIDs, counts or wording.
        """
        material = "\x1f".join((self.check, self.object, self.distinct))
        return hashlib.sha256(material.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return the finding as the command contract spells it."""
        return {
            "fingerprint": self.fingerprint,
            "severity": self.severity.value,
            "object": self.object,
            "distinct": self.distinct,
            "title": self.title,
            "detail": self.detail,
            "evidence": {key: _jsonable(value) for key, value in self.evidence.items()},
            "fix": self.fix.to_json() if self.fix else None,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any], check: str, subject: str) -> Finding:
        """Return the finding that :meth:`to_json` wrote; its fingerprint is the same again.

        Raises:
            KeyError, ValueError, TypeError: the document was not written by it.
        """
        return cls(
            object=document["object"],
            title=document["title"],
            detail=document["detail"],
            severity=Severity(document["severity"]),
            evidence=document["evidence"],
            fix=Fix(**document["fix"]) if document["fix"] else None,
            distinct=document.get("distinct", ""),
            check=check,
            subject=subject,
        )


def _jsonable(value: Any) -> Any:
    """Return a figure of the evidence as JSON has it: NumPy's numbers as numbers, what is unknown as null."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_jsonable(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if hasattr(value, "item"):
        value = value.item()
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if str(value) in ("NaT", "<NA>") else str(value)


@dataclass(frozen=True)
class Outcome:
    """What one check says about one target: findings, and what it could and could not look at.

    ``examined`` counts the objects looked at, the denominator of ``findings``. ``accepted`` are findings
    that the baseline suppresses; they are shown apart and fail nothing. ``inputs`` name the frames that the
    judgement rests on.
    """

    check: str
    subject: str
    title: str
    status: Status
    examined: int
    findings: tuple[Finding, ...] = ()
    not_examined: tuple[NotExamined, ...] = ()
    accepted: tuple[tuple[Finding, Acceptance], ...] = ()
    inputs: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as the command contract spells it."""
        return {
            "check": self.check,
            "subject": self.subject,
            "title": self.title,
            "status": self.status.value,
            "examined": self.examined,
            "inputs": list(self.inputs),
            "not_examined": [one.to_json() for one in self.not_examined],
            "findings": [finding.to_json() for finding in self.findings],
            "accepted": [
                {**finding.to_json(), "acceptance": acceptance.to_json()}
                for finding, acceptance in self.accepted
            ],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Outcome:
        """Return the outcome that :meth:`to_json` wrote.

        Raises:
            KeyError, ValueError, TypeError: the document was not written by it.
        """
        check, subject = document["check"], document["subject"]
        accepted = [
            (
                Finding.from_json(one, check, subject),
                Acceptance.from_json(one["acceptance"], one["fingerprint"]),
            )
            for one in document["accepted"]
        ]
        return cls(
            check=check,
            subject=subject,
            title=document["title"],
            status=Status(document["status"]),
            examined=document["examined"],
            findings=tuple(Finding.from_json(one, check, subject) for one in document["findings"]),
            not_examined=tuple(NotExamined(**one) for one in document["not_examined"]),
            accepted=tuple(accepted),
            inputs=tuple(document["inputs"]),
        )


@dataclass(frozen=True)
class Verdict:
    """What a check function returns: the runner turns it into an :class:`Outcome`."""

    examined: int
    findings: Sequence[Finding] = ()
    not_examined: Sequence[NotExamined] = ()

    def outcome(self, check: str, subject: str, title: str) -> Outcome:
        """Return the outcome, every finding stamped with its check and subject, the gravest first."""
        stamped = [replace(finding, check=check, subject=subject) for finding in self.findings]
        stamped.sort(key=lambda finding: (-list(Severity).index(finding.severity), finding.object))
        nothing_found = Status.PASSED if self.examined else Status.NOT_APPLICABLE
        status = Status.FAILED if stamped else nothing_found
        return Outcome(check, subject, title, status, self.examined, tuple(stamped), tuple(self.not_examined))


@dataclass(frozen=True)
class Acceptance:
    """One entry of the baseline: a finding accepted with a reason, by an owner, until a date."""

    fingerprint: str
    reason: str
    owner: str
    until: dt.date

    def to_json(self) -> dict[str, str]:
        """Return the entry with its date as ISO text."""
        return {"reason": self.reason, "owner": self.owner, "until": self.until.isoformat()}

    @classmethod
    def from_json(cls, document: Mapping[str, str], fingerprint: str) -> Acceptance:
        """Return the entry that :meth:`to_json` wrote."""
        until = dt.date.fromisoformat(document["until"])
        return cls(fingerprint, document["reason"], document["owner"], until)


class BaselineError(ValueError):
    """The baseline file is not what it should be; the message names the entry and the remedy."""


def read_baseline(path: Path) -> dict[str, Acceptance]:
    """Return the acceptances of a baseline file by fingerprint.

    The file is TOML: ``[[accept]]`` tables with ``fingerprint``, ``reason``, ``owner`` and ``until``.

    Raises:
        BaselineError: an entry lacks one of the four, or ``until`` is no date.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("accept", [])
    except tomllib.TOMLDecodeError as error:
        raise BaselineError(f"{path}: {error}") from None
    accepted = {}
    for number, entry in enumerate(entries, start=1):
        missing = [key for key in ("fingerprint", "reason", "owner", "until") if not entry.get(key)]
        if missing:
            raise BaselineError(f"{path}: [[accept]] number {number} lacks {', '.join(missing)}")
        if not isinstance(entry["until"], dt.date):
            raise BaselineError(f"{path}: [[accept]] number {number}: until must be a date, as 2027-01-31")
        acceptance = Acceptance(**{key: entry[key] for key in ("fingerprint", "reason", "owner", "until")})
        accepted[acceptance.fingerprint] = acceptance
    return accepted


def apply_baseline(
    outcomes: Iterable[Outcome], baseline: Mapping[str, Acceptance], today: dt.date
) -> list[Outcome]:
    """Return the outcomes with accepted findings set apart; an entry past its date accepts nothing."""
    result = []
    for outcome in outcomes:
        kept: list[Finding] = []
        accepted = list(outcome.accepted)
        for finding in outcome.findings:
            acceptance = baseline.get(finding.fingerprint)
            if acceptance is not None and acceptance.until >= today:
                accepted.append((finding, acceptance))
            else:
                kept.append(finding)
        status = outcome.status
        if status is Status.FAILED and not kept:
            status = Status.PASSED
        result.append(replace(outcome, status=status, findings=tuple(kept), accepted=tuple(accepted)))
    return result
