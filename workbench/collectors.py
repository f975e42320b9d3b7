"""Collectors: what adds frames to a snapshot beyond the catalog's queries.

Probes read rows, measured bloat reads pages, parsers read source files. Each is one decorated function in
``workbench.probes`` or ``workbench.declared``; one that fails costs its own frames only.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.catalog import CaptureError, MissingFrameError, Progress, Snapshot
from workbench.targets import Target, TargetError

Source = Literal["rows", "pages", "files"]
Collect = Callable[[Target, Snapshot], None]
NO_ROWS = "reading rows was switched off (--no-rows, or probe_budget = 0)"
_PACKAGES = ("workbench.probes", "workbench.declared")


@dataclass(frozen=True)
class Collector:
    """One registered collector and the frames that it promises to add or to report as missing."""

    name: str
    source: Source
    frames: tuple[str, ...]
    after: tuple[str, ...]
    function: Collect


_COLLECTORS: dict[str, Collector] = {}


def collector(
    *, source: Source, frames: Sequence[str], after: Sequence[str] = ()
) -> Callable[[Collect], Collect]:
    """Register a function that adds ``frames``; it runs after the collectors named in ``after``.

    ``source`` tells what it reads: ``rows`` and ``pages`` need a live server, ``files`` does not.
    """

    def register(function: Collect) -> Collect:
        name = function.__name__
        _COLLECTORS[name] = Collector(name, source, tuple(frames), tuple(after), function)
        return function

    return register


@functools.cache
def collectors() -> Sequence[Collector]:
    """Return all collectors, each after those that it builds on."""
    for package in _PACKAGES:
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
            importlib.import_module(f"{package}.{module.name}")
    ordered: dict[str, Collector] = {}

    def place(one: Collector) -> None:
        for name in one.after:
            if name not in ordered:
                place(_COLLECTORS[name])
        ordered[one.name] = one

    for _, one in sorted(_COLLECTORS.items()):
        place(one)
    return list(ordered.values())


def collect(
    target: Target, snapshot: Snapshot, progress: Progress | None = None, *, rows: bool = True
) -> None:
    """Run every collector on a target, adding its frames to the snapshot; without ``rows`` those of files only.

    A snapshot without a server keeps what it has: rows and pages are not there to be read.
    """
    live = target.snapshot is None
    refusal = "" if live and rows else NO_ROWS if live else "a snapshot has no rows to read"
    everything = collectors()
    for number, one in enumerate(everything, start=1):
        if progress:
            progress(one.name, number, len(everything))
        if not live and all(name in snapshot for name in one.frames):
            continue
        if one.source != "files" and refusal:
            known = snapshot.manifest["missing"]
            for name in one.frames:
                if name not in snapshot:
                    snapshot.miss(name, known.get(name, refusal))
            continue
        _run(one, target, snapshot)


def _run(one: Collector, target: Target, snapshot: Snapshot) -> None:
    started = time.monotonic()
    try:
        one.function(target, snapshot)
    except MissingFrameError as missing:
        reason = f"frame {missing.name}: {missing.reason}"
    except (CaptureError, TargetError) as error:
        reason = str(error)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
    else:
        reason = f"the collector {one.name} gave nothing"
    for name in one.frames:
        if name not in snapshot and name not in snapshot.manifest["missing"]:
            snapshot.miss(name, reason, failed=True)
    snapshot.manifest.setdefault("collectors", {})[one.name] = round(time.monotonic() - started, 3)
