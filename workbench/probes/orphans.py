# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""Orphan rows: referencing rows whose key is missing in the referenced table.

The anti join follows PostgreSQL's own check when a constraint is validated (``RI_Initial_Check`` in
ri_triggers.c): NOT EXISTS with the key's own operators, ONLY for tables that may have heirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from workbench.catalog import Snapshot
from workbench.naming import quote
from workbench.probes.probe import Probe
from workbench.probes.relations import Relations
from workbench.rows import records

ENFORCED = (
    "the key is enforced and validated and its triggers are enabled: orphans cannot arise by normal means"
)
# The planner prices random reads for disks that turn and so leaves the merge anti join over two index-only
# scans, which is the fastest by far where the visibility map is fresh.
MERGE = (("enable_hashjoin", "off"), ("random_page_cost", "1.1"))
# A hash table that stays in the processor's cache beats one in fewer batches.
HASH = (("work_mem", "1MB"),)


def constraint_probes(snapshot: Snapshot, *, everything: bool = False) -> list[Probe]:
    """Return one probe for each declared key, judged at the root where tables are partitioned.

    Keys without reason to doubt them come with ``skipped`` set unless ``everything``.
    """
    keys = snapshot["foreign_keys"]
    doubts = key_doubts(keys, suppressing(snapshot))
    compared = comparisons(snapshot)
    relations = Relations(snapshot)
    probes = []
    for key in records(keys[keys["parent_constraint_oid"].isna()]):
        doubt = doubts.get(int(key["constraint_oid"]), "")
        if relations.extension(int(key["table_oid"])):
            continue
        operators, collations = compared.get(int(key["constraint_oid"]), ((), ()))
        probes.append(
            key_probe(
                relations,
                kind="constraint",
                name=str(key["constraint_name"]),
                child=(int(key["table_oid"]), key["column_names"]),
                parent=(int(key["referenced_oid"]), key["referenced_columns"]),
                operators=operators,
                collations=collations,
                full=key["match_type"] == "FULL",
                temporal=bool(key["is_temporal"]),
                skipped=None if doubt or everything else ENFORCED,
            )
        )
    return probes


def key_doubts(keys: pd.DataFrame, suppressing_triggers: Mapping[int, int]) -> dict[int, str]:
    """Return, by constraint OID of a root key, why it may have orphans; keys beyond doubt are absent.

    What is wrong with the key of a partition is wrong with its root.
    """
    parents = {
        int(k): int(p)
        for k, p in zip(keys["constraint_oid"], keys["parent_constraint_oid"], strict=True)
        if not pd.isna(p)
    }
    doubts: dict[int, set[str]] = defaultdict(set)
    for key in records(keys):
        oid = root = int(key["constraint_oid"])
        while root in parents:
            root = parents[root]
        if not key["is_enforced"]:
            doubts[root].add("NOT ENFORCED")
        elif not key["is_validated"]:
            doubts[root].add("NOT VALID")
        if key["disabled_triggers_count"]:
            doubts[root].add("its triggers are disabled")
        if suppressing_triggers.get(oid):
            doubts[root].add("a BEFORE trigger can suppress its actions")
    return {oid: ", ".join(sorted(reasons)) for oid, reasons in doubts.items()}


def suppressing(snapshot: Snapshot) -> dict[int, int]:
    """Return the number of suppressing triggers by constraint OID; empty when the frame is missing."""
    if "foreign_key_checks" not in snapshot:
        return {}
    frame = snapshot["foreign_key_checks"]
    return dict(zip(frame["constraint_oid"], frame["suppressing_triggers_count"], strict=True))


def comparisons(snapshot: Snapshot) -> dict[int, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return operators and collations by constraint OID; empty when the frame is missing."""
    if "foreign_key_checks" not in snapshot:
        return {}
    frame = snapshot["foreign_key_checks"]
    pairs = zip(frame["operators"], frame["collations"], strict=True)
    return dict(zip(map(int, frame["constraint_oid"]), pairs, strict=True))


def key_probe(
    relations: Relations,
    *,
    kind: str,
    name: str,
    child: tuple[int, Sequence[str]],
    parent: tuple[int, Sequence[str]],
    operators: Sequence[str] = (),
    collations: Sequence[str] = (),
    full: bool = False,
    temporal: bool = False,
    as_text: bool = False,
    skipped: str | None = None,
) -> Probe:
    """Return the orphan probe of one key, declared or supposed; ``child`` and ``parent`` are OID and columns.

    ``as_text`` compares UUIDs with a column that holds them as text.
    """
    (child_oid, columns), (parent_oid, referenced) = child, parent
    obstacle = relations.obstacle(child_oid, columns) or relations.obstacle(parent_oid, referenced)
    schema, table = relations.name(child_oid)
    inside = parent_oid in relations
    referenced_schema, referenced_table = relations.name(parent_oid) if inside else (None, None)
    runs = skipped is None and obstacle is None
    merges = runs and relations.merges(child_oid, columns) and relations.merges(parent_oid, referenced)
    missing = ""
    if runs:
        pairs = list(_comparisons(columns, referenced, operators, collations))
        if as_text:
            pairs = [
                f"p.{quote(r)}::text = lower(c.{quote(c)})" for c, r in zip(columns, referenced, strict=True)
            ]
        missing = (
            _temporal_gap(relations.sql(parent_oid), pairs, columns, referenced)
            if temporal
            else f"not exists (select from {relations.sql(parent_oid)} as p where {' and '.join(pairs)})"
        )
    key = ", ".join(f"c.{quote(c)}" for c in columns)
    examined, violation = _match(columns, missing, full=full)
    return Probe(
        kind=kind,
        name=name,
        schema_name=schema,
        table_name=table,
        columns=tuple(columns),
        referenced_schema=referenced_schema,
        referenced_table=referenced_table,
        referenced_columns=tuple(referenced),
        relation=relations.sql(child_oid),
        examined=examined,
        violation=violation,
        distinct=key if len(columns) == 1 else f"row({key})",
        searches=True,
        settings=MERGE if merges else HASH,
        pages=relations.pages(child_oid),
        skipped=skipped or obstacle,
    )


def _comparisons(
    columns: Sequence[str], referenced: Sequence[str], operators: Sequence[str], collations: Sequence[str]
) -> Iterator[str]:
    """Give ``p.key = c.key`` of each pair as the key's own triggers compare it."""
    for position, (column, target) in enumerate(zip(columns, referenced, strict=True)):
        operator = f"operator({operators[position]})" if operators else "="
        collation = collations[position] if collations else ""
        collate = f" collate {collation}" if collation else ""
        yield f"p.{quote(target)}{collate} {operator} c.{quote(column)}"


def _match(columns: Sequence[str], missing: str, *, full: bool) -> tuple[str, str]:
    """Return what is examined and what violates: MATCH SIMPLE exempts a row with any NULL, FULL all or none."""
    tests = [f"c.{quote(c)} is not null" for c in columns]
    if not full or len(columns) == 1:
        return f"({' and '.join(tests)})", missing or "false"
    every = " and ".join(tests)
    return f"({' or '.join(tests)})", f"(not ({every}) or {missing or 'false'})"


def _temporal_gap(
    parent: str, pairs: Sequence[str], columns: Sequence[str], referenced: Sequence[str]
) -> str:
    """Return the test that the referenced periods together do not cover the referencing one (PERIOD, 18+)."""
    own, theirs = f"c.{quote(columns[-1])}", f"p.{quote(referenced[-1])}"
    scalar = " and ".join([*pairs[:-1], f"{theirs} && {own}"])
    covered = f"{own} <@ (select range_agg({theirs}) from {parent} as p where {scalar})"
    return f"not coalesce({covered}, false)"
