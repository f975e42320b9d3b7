"""The order in which missing tables can be created, grouped in phases by what they are for.

A table comes in the phase of its subject, or in a later one when a table that it references does. Within a phase
referenced tables come first. Keys of a cycle are added after all of its tables.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.graph import ForeignKeyGraph
from workbench.naming import dotted

# Asked in this order, the first that matches decides; the number is the phase. Words match whole parts of a name.
_SUBJECTS: Sequence[tuple[int, str]] = (
    (10, r"follow_up|budget|training|academic|course|holiday"),
    (7, r"analytics|metric_snapshot|report_(template|execution|schedule)|dashboard|kpi|statistic"),
    (5, r"audit|consent|compliance|polic(y|ies)|phi|retention|remediation|gdpr|hipaa|disclosure"),
    (3, r"appointment|incident|witness|booking|calendar|schedule"),
    (8, r"sync_state"),
    (9, r"integration|sync|import|export|queue|connector"),
    (8, r"system|config|configuration|setting|licen[sc]e|backup|performance|threat|webhook|cache|"
        r"session|job"),
    (4, r"message|conversation|broadcast|notification|device_token|alert|delivery|email|sms|chat|comment"),
    (6, r"inventory|purchase|vendor|supplier|maintenance|stock|warehouse|order|product|invoice|payment|shipment"),
    (2, r"health|medical|medication|clinic|clinical|drug|prescription|allerg(y|ies)|vaccin\w*|immuni[sz]\w*|"
        r"screening|growth|vital|lab|chronic|condition|treatment|therapy|diagnos\w*|patient|record"),
    (1, r".*"),
)  # fmt: skip
PHASES: Mapping[int, str] = {
    1: "Foundation",
    2: "Health records",
    3: "Appointments and incidents",
    4: "Communication",
    5: "Compliance and audit",
    6: "Inventory and operations",
    7: "Analytics and reporting",
    8: "System configuration",
    9: "Integration and sync",
    10: "Additional features",
    11: "Indexes",
    12: "Data protection",
}


@dataclass(frozen=True)
class Step:
    """One migration to write: what it creates and which steps must have run before it.

    ``kind`` is ``enums``, ``tables``, ``keys`` (those of cycles), ``indexes`` or ``protection``.
    """

    position: int
    phase: int
    kind: str
    tables: tuple[tuple[str, str], ...]
    after: tuple[int, ...] = ()

    @property
    def phase_name(self) -> str:
        """The phase in words."""
        return PHASES[self.phase]

    @property
    def slug(self) -> str:
        """The step as a part of a file's name."""
        subject = re.sub(r"\W+", "-", self.phase_name.lower())
        return {
            "tables": f"create-{subject}-tables",
            "keys": "add-keys-of-cycles",
            "indexes": "create-indexes",
            "enums": "create-enum-types",
        }.get(self.kind, self.kind)

    @property
    def objects(self) -> tuple[str, ...]:
        """The tables as dotted paths."""
        return tuple(dotted(*table) for table in self.tables)


def subject_phase(table: str) -> int:
    """Return the phase of a table from the words of its name."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", table).lower()
    for phase, pattern in _SUBJECTS:
        if re.search(rf"(?:^|_)(?:{pattern})(?:s|es)?(?=_|$)", words):
            return phase
    return 1


def creation_order(tables: pd.DataFrame, foreign_keys: pd.DataFrame) -> list[tuple[tuple[str, str], ...]]:
    """Return the tables in groups, referenced ones first; the tables of a cycle are one group."""
    graph = ForeignKeyGraph(tables, foreign_keys)
    return [tuple(graph.tables[node] for node in group) for group in reversed(graph.delete_order())]


def plan(
    tables: pd.DataFrame, foreign_keys: pd.DataFrame, missing: Collection[tuple[str, str]]
) -> list[Step]:
    """Return the steps that create the missing tables, in an order that never names a table before it exists.

    Args:
        tables: the frame ``declared_tables``.
        foreign_keys: the frame ``declared_foreign_keys``.
        missing: schema and name of the tables to create.
    """
    order = creation_order(tables, foreign_keys)
    phases: dict[tuple[str, str], int] = {}
    cyclic: list[tuple[str, str]] = []
    edges = _references(foreign_keys)
    for group in order:
        phase = max(subject_phase(name) for _, name in group)
        for table in group:
            phase = max([phase, *(phases[to] for to in edges.get(table, ()) if to in phases)])
        phases.update(dict.fromkeys(group, phase))
        cyclic += group if len(group) > 1 else []
    steps: list[Step] = []
    for phase in sorted(set(phases.values())):
        chosen = tuple(t for group in order for t in group if phases[t] == phase and t in missing)
        if chosen:
            after = tuple(s.position for s in steps if _needs(chosen, s.tables, edges))
            steps.append(Step(len(steps) + 1, phase, "tables", chosen, after))
    wanted = tuple(table for table in cyclic if table in missing)
    if wanted:
        steps.append(Step(len(steps) + 1, max(phases[t] for t in wanted), "keys", wanted))
    if steps:
        everything = tuple(t for group in order for t in group if t in missing)
        steps.append(Step(len(steps) + 1, 11, "indexes", everything, tuple(s.position for s in steps)))
    return steps


def _references(foreign_keys: pd.DataFrame) -> dict[tuple[str, str], set[tuple[str, str]]]:
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for key in foreign_keys.itertuples():
        home = (str(key.schema_name), str(key.table_name))
        found.setdefault(home, set()).add((str(key.referenced_schema), str(key.referenced_table)))
    return found


def _needs(
    chosen: Collection[tuple[str, str]],
    earlier: Collection[tuple[str, str]],
    edges: Mapping[tuple[str, str], set[tuple[str, str]]],
) -> bool:
    return any(edges.get(table, set()) & set(earlier) for table in chosen)
