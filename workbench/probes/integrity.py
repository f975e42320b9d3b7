# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""Every probe of a database's rows, and the collector that runs them for a review."""

from __future__ import annotations

from typing import Any

from workbench.catalog import Snapshot
from workbench.collectors import collector
from workbench.naming import dotted, quote
from workbench.probes import half_null, plausibility, polymorphic, rules, runner, soft_delete, tenants
from workbench.probes import orphans as orphan_probes
from workbench.probes.candidates import STORED_AS_TEXT, candidate_keys
from workbench.probes.matching import family
from workbench.probes.probe import Probe, frame
from workbench.probes.relations import Relations
from workbench.rows import records
from workbench.targets import Target

LARGE_PAGES = 20_000
"""Pages above which a candidate's different values are not counted: 160 MB sorted for a hint."""


def all_probes(snapshot: Snapshot, *, everything: bool = False) -> list[Probe]:
    """Return every probe that a snapshot's catalog suggests, in a stable order.

    Enforced keys come with ``skipped`` set unless ``everything``.

    Raises:
        MissingFrameError: the snapshot lacks the catalog's frames.
    """
    return [
        *orphan_probes.constraint_probes(snapshot, everything=everything),
        *candidate_probes(snapshot),
        *tenants.tenant_probes(snapshot),
        *soft_delete.soft_delete_probes(snapshot),
        *polymorphic.polymorphic_probes(snapshot),
        *plausibility.date_order_probes(snapshot),
        *plausibility.flag_probes(snapshot),
        *half_null.half_null_probes(snapshot),
        *rules.value_probes(snapshot),
        *rules.set_probes(snapshot),
    ]


def candidate_probes(snapshot: Snapshot) -> list[Probe]:
    """Return an orphan probe for each candidate key, which also asks for coverage and range."""
    relations = Relations(snapshot)
    types = {(int(c["table_oid"]), str(c["column_name"])): family(c) for c in records(snapshot["columns"])}
    probes = []
    for row in records(candidate_keys(snapshot)):
        child, parent = int(row["table_oid"]), int(row["referenced_oid"])
        probe = orphan_probes.key_probe(
            relations,
            kind="candidate",
            name=candidate_name(row),
            child=(child, row["column_names"]),
            parent=(parent, row["referenced_columns"]),
            as_text=STORED_AS_TEXT in row["reasons"],
        )
        if probe.skipped is None and len(row["column_names"]) == 1:
            integer = types[child, row["column_names"][0]] == "int"
            evidence = _evidence(relations, child, parent, row, integer)
            probe = probe.with_evidence(evidence)
        probes.append(probe)
    return probes


def candidate_name(row: dict[str, Any]) -> str:
    """Return the name of a candidate: its columns and what they would refer to."""
    target = dotted(row["referenced_schema"], row["referenced_table"])
    return f"{', '.join(row['column_names'])} → {target}({', '.join(row['referenced_columns'])})"


def _evidence(relations: Relations, child: int, parent: int, row: dict[str, Any], integer: bool) -> str:
    """Return the query for coverage (share of the keys in use) and range (share of their span in use)."""
    own, key = quote(row["column_names"][0]), quote(row["referenced_columns"][0])
    child_sql, parent_sql = relations.sql(child), relations.sql(parent)
    coverage = "null::float8"
    if max(relations.pages(child), relations.pages(parent)) <= LARGE_PAGES:
        coverage = (
            f"(select count(distinct c.{own}) from {child_sql} as c)::float8"
            f" / nullif((select count(*) from {parent_sql} as p), 0)"
        )
    spread = "null::float8"
    if integer:
        ends = f"(select max(p.{key})::float8 as high, min(p.{key})::float8 as low from {parent_sql} as p)"
        spread = (
            f"(select case when e.high = e.low then 1 else ((select max(c.{own}) from {child_sql} as c)::float8"
            f" - e.low) / (e.high - e.low) end from {ends} as e)"
        )
    return f"select {coverage}, {spread}"


@collector(source="rows", frames=("orphans",))
def orphans(target: Target, snapshot: Snapshot) -> None:
    """Add the frame ``orphans``: one row per probe, its columns as in ``probe.FRAME_TYPES``."""
    results = runner.run(target, all_probes(snapshot), target.options.probe_budget)
    snapshot.add("orphans", frame(results), source="probes")
