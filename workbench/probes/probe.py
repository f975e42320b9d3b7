"""What a probe is, what it found, and the file that lets a run go on where it stopped."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench import catalog
from workbench.naming import dotted
from workbench.targets import Target

FRAME_TYPES: Mapping[str, str] = {
    "kind": "text",
    "name": "text",
    "schema_name": "text",
    "table_name": "text",
    "columns": "text[]",
    "referenced_schema": "text?",
    "referenced_table": "text?",
    "referenced_columns": "text[]",
    "total": "int8?",
    "examined": "int8?",
    "violations": "int8?",
    "violations_low": "int8?",
    "violations_high": "int8?",
    "distinct_values": "int8?",
    "coverage_ratio": "float8?",
    "range_ratio": "float8?",
    "exact": "bool",
    "seconds": "float8",
    "skipped": "text?",
}


@dataclass(frozen=True)
class Probe:
    """One question about the rows of one table, as pieces of SQL in which ``c`` is that table.

    ``relation`` is the quoted table (``ONLY`` included where heirs do not count), ``joins`` further FROM
    items, ``examined`` the rows that the rule speaks of, ``violation`` those that break it, ``distinct``
    the expression whose different values are counted among them. A probe that ``searches`` has an
    expensive violation (an anti join), counted apart from the examined rows; one that is ``plain`` looks at
    nothing but the row, so that one scan can count all of a table. ``settings`` steer its plan. ``evidence`` is
    a query for the result's coverage and range ratios. ``skipped`` says why it shall not run.
    """

    kind: str
    name: str
    schema_name: str
    table_name: str
    columns: tuple[str, ...]
    referenced_schema: str | None
    referenced_table: str | None
    referenced_columns: tuple[str, ...]
    relation: str = ""
    joins: str = ""
    examined: str = "true"
    violation: str = "false"
    distinct: str = ""
    searches: bool = False
    plain: bool = False
    settings: tuple[tuple[str, str], ...] = ()
    pages: int = 0
    skipped: str | None = None
    evidence: str = ""

    @property
    def table(self) -> str:
        """The dotted path of the table that the probe reads."""
        return dotted(self.schema_name, self.table_name)

    def with_evidence(self, evidence: str) -> Probe:
        """Return the same probe that also asks for coverage and range."""
        return dataclasses.replace(self, evidence=evidence)

    def key(self, target: Target) -> str:
        """Return what identifies the probe in a resume file: the same for the same question."""
        where = [target.name, target.conninfo.get("dbname", ""), target.conninfo.get("service", "")]
        material = json.dumps([where, self.kind, self.name, self.table, self.columns, self.violation])
        return hashlib.sha256(material.encode()).hexdigest()


@dataclass(frozen=True)
class Result:
    """What a probe found; counts are None when it did not look, and ``skipped`` says why.

    ``low`` and ``high`` enclose the violations with 95 % confidence when they are estimated, and equal
    them when ``exact``. ``distinct_values`` counts different violating keys; None for an estimate.
    """

    probe: Probe
    total: int | None = None
    examined: int | None = None
    violations: int | None = None
    low: int | None = None
    high: int | None = None
    distinct_values: int | None = None
    coverage_ratio: float | None = None
    range_ratio: float | None = None
    exact: bool = True
    seconds: float = 0.0
    skipped: str | None = None

    def counts(self) -> dict[str, Any]:
        """Return everything but the probe itself, as a resume file keeps it."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "probe"}


def frame(results: Sequence[Result]) -> pd.DataFrame:
    """Return results as the frame ``orphans``, its columns and types as in ``FRAME_TYPES``."""
    shared = list(FRAME_TYPES)[: list(FRAME_TYPES).index("total")]
    renamed = {"violations_low": "low", "violations_high": "high"}
    rows = [[getattr(r.probe if n in shared else r, renamed.get(n, n)) for n in FRAME_TYPES] for r in results]
    return catalog.make_frame(FRAME_TYPES, rows)


class ResumeFile:
    """Finished probes as JSON lines: a run that was cut short goes on where it stopped."""

    def __init__(self, path: Path | None, target: Target) -> None:
        self._path = path
        self._target = target
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                # A run that was killed while it wrote leaves half a line.
                with contextlib.suppress(ValueError, KeyError):
                    entry = json.loads(line)
                    self._known[entry["probe"]] = entry["result"]

    def result(self, probe: Probe) -> Result | None:
        """Return what an earlier run found; None when it did not get there."""
        known = self._known.get(probe.key(self._target))
        return Result(probe, **known) if known else None

    def write(self, result: Result) -> None:
        """Keep a finished probe; a skipped one is asked again next time."""
        if self._path is None or result.skipped is not None:
            return
        entry = {
            "probe": result.probe.key(self._target),
            "name": result.probe.name,
            "result": result.counts(),
        }
        with self._lock, self._path.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(entry) + "\n")
