"""Checks: functions that judge frames, found by themselves and run side by side without harming each other.

A check is one decorated function. Its positional arguments name the frames, or the values derived from
frames, that it needs; one with the default None is welcome but not needed, and arrives as None when it is not
there. Its keyword-only arguments are thresholds, which targets.toml may set. It returns a
:class:`~workbench.findings.Verdict`. Its docstring gives a title and the sections Problem, Impact, Fix and
False positives, from which docs/checks.md and the pages' help are made.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from workbench.catalog import MissingFrameError, Snapshot
from workbench.findings import NotExamined, Outcome, Status, Verdict
from workbench.targets import TargetError

SECTIONS = ("Problem", "Impact", "Fix", "False positives")
Kind = Literal["static", "runtime"]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Check:
    """One registered check.

    ``kind`` is ``static`` when the catalog alone decides and ``runtime`` when it rests on cumulative
    statistics or rows. ``inputs`` are the names of its frames and derived values, ``optional`` those among
    them that it can do without.
    """

    name: str
    title: str
    subject: str
    kind: Kind
    sections: Mapping[str, str]
    inputs: tuple[str, ...]
    optional: frozenset[str]
    thresholds: Mapping[str, Any]
    function: Callable[..., Verdict]


_CHECKS: dict[str, Check] = {}
_DERIVED: dict[str, Callable[..., Any]] = {}


def check(*, subject: str, kind: Kind) -> Callable[[Function], Function]:
    """Register a function as a check of a subject."""

    def register(function: Function) -> Function:
        name = function.__name__
        parameters = list(inspect.signature(function).parameters.values())
        title, sections = _read_docstring(inspect.getdoc(function) or "")
        _CHECKS[name] = Check(
            name=name,
            title=title,
            subject=subject,
            kind=kind,
            sections=sections,
            inputs=tuple(p.name for p in parameters if p.kind is not p.KEYWORD_ONLY),
            optional=frozenset(_optional(parameters)),
            thresholds={p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY},
            function=function,
        )
        return function

    return register


def _optional(parameters: Iterable[inspect.Parameter]) -> list[str]:
    return [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY and p.default is None]


def derived(function: Function) -> Function:
    """Register a value that several checks share, computed once a run; its arguments name what it needs."""
    _DERIVED[function.__name__] = function
    return function


@derived
def snapshot_facts(database: Any) -> Mapping[str, Any]:
    """Return the one row of the frame ``database`` as a mapping."""
    return dict(database.iloc[0])


def _read_docstring(text: str) -> tuple[str, Mapping[str, str]]:
    """Return the title (first line, without its full stop) and the text of each section."""
    title = text.split("\n", 1)[0].rstrip(".")
    pieces = re.split(rf"^({'|'.join(SECTIONS)}):\s*", text, flags=re.MULTILINE)
    found = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return title, {name: " ".join(body.split()) for name, body in found.items()}


@functools.cache
def checks() -> Mapping[str, Check]:
    """Return every check by name, ordered by subject and name; all modules of this package are searched."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_CHECKS.items(), key=lambda item: (item[1].subject, item[0])))


def run_checks(snapshot: Snapshot, only: Sequence[str] = ()) -> list[Outcome]:
    """Run the checks against a snapshot, each on its own: one that breaks leaves the others standing.

    Args:
        snapshot: the frames; ``snapshot.options.thresholds`` changes the checks' thresholds.
        only: names of checks or subjects; empty means all.

    Raises:
        TargetError: ``only`` or the thresholds name something that does not exist.
    """
    chosen = select(only)
    _refuse_unknown_thresholds(snapshot.options.thresholds)
    inputs = Inputs(snapshot)
    return [run_check(one, inputs, snapshot.options.thresholds.get(one.name, {})) for one in chosen]


def select(only: Sequence[str]) -> list[Check]:
    """Return the checks that names of checks or subjects stand for; all when there are none.

    Raises:
        TargetError: a name is neither.
    """
    subjects = {one.subject for one in checks().values()}
    unknown = [name for name in only if name not in checks() and name not in subjects]
    if unknown:
        raise TargetError(
            f"no check or subject {unknown[0]!r}; known subjects: {', '.join(sorted(subjects))}"
        )
    return [one for one in checks().values() if not only or one.name in only or one.subject in only]


def _refuse_unknown_thresholds(thresholds: Mapping[str, Mapping[str, Any]]) -> None:
    for name, values in thresholds.items():
        if name not in checks():
            raise TargetError(f"thresholds name the check {name!r}, which does not exist")
        known = checks()[name].thresholds
        for threshold in values:
            if threshold not in known:
                allowed = ", ".join(known) or "none"
                raise TargetError(f"the check {name} has no threshold {threshold!r}; it has: {allowed}")


def frames_of(name: str) -> set[str]:
    """Return the names of the frames that a check, or a derived value, rests on through all that it needs.

    ``snapshot`` among them stands for a value that looks at the whole snapshot.
    """
    if name in checks():
        needed: Iterable[str] = checks()[name].inputs
    elif name in _DERIVED:
        needed = inspect.signature(_DERIVED[name]).parameters
    else:
        return {name}
    return set().union(*map(frames_of, needed))


class Inputs:
    """Frames and derived values by name, each derived once."""

    def __init__(self, snapshot: Snapshot) -> None:
        checks()  # importing the modules of checks is what registers the derived values
        self.snapshot = snapshot
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return a value.

        Raises:
            MissingFrameError: it, or a frame that it is derived from, is not in the snapshot.
        """
        if name == "snapshot":
            return self.snapshot
        if name == "options":
            return self.snapshot.options
        if name not in _DERIVED:
            return self.snapshot[name]
        if name not in self._values:
            function = _DERIVED[name]
            needed = inspect.signature(function).parameters
            optional = _optional(needed.values())
            self._values[name] = function(**self.arguments(list(needed), optional))
        return self._values[name]

    def arguments(self, names: Iterable[str], optional: Container[str] = ()) -> dict[str, Any]:
        """Return the values of several names; an optional one that is missing is None.

        Raises:
            MissingFrameError: one that is not optional is missing.
        """
        values: dict[str, Any] = {}
        for name in names:
            try:
                values[name] = self[name]
            except MissingFrameError:
                if name not in optional:
                    raise
                values[name] = None
        return values


def run_check(one: Check, inputs: Inputs, thresholds: Mapping[str, Any]) -> Outcome:
    """Run one check and return its outcome; a missing frame or an exception becomes part of it."""
    try:
        arguments = inputs.arguments(one.inputs, one.optional)
        verdict = one.function(**arguments, **{**one.thresholds, **thresholds})
        verdict = _as_far_as_read(one, verdict, inputs)
    except MissingFrameError as missing:
        failed = missing.name in inputs.snapshot.manifest["failed"]
        status = Status.ERROR if failed else Status.NOT_APPLICABLE
        return _empty(one, status, f"frame {missing.name}", missing.reason)
    except Exception as error:
        return _empty(one, Status.ERROR, "check", f"{type(error).__name__}: {error}")
    return replace(verdict.outcome(one.name, one.subject, one.title), inputs=one.inputs)


def _as_far_as_read(one: Check, verdict: Verdict, inputs: Inputs) -> Verdict:
    """Return a verdict without findings that rest on expressions which a lock kept from being read."""
    if not verdict.findings or "tables" not in inputs.snapshot:
        return verdict
    # That module registers checks itself.
    from workbench.checks.locked import without_unread

    return without_unread(verdict, inputs["unread_tables"], frames_of(one.name))


def _empty(one: Check, status: Status, thing: str, reason: str) -> Outcome:
    unexamined = (NotExamined(thing, reason),)
    return Outcome(one.name, one.subject, one.title, status, 0, not_examined=unexamined, inputs=one.inputs)
