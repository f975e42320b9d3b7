"""What a DELETE sets off: cascades that meet guards, reach protected data, or scan whole tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from workbench.checks import check
from workbench.checks.foreign_keys import KeyChanger, path, referenced
from workbench.checks.indexes import create_index
from workbench.checks.key_changes import clause
from workbench.checks.policies import is_protected
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.graph import Diamond, ForeignKey, ForeignKeyGraph
from workbench.graph import Verdict as Fate
from workbench.naming import dotted, qualified, quote
from workbench.rows import Row, by, rows
from workbench.targets import Options
from workbench.words import counted

_GRADES = {
    Fate.ORDER_DEPENDENT: Severity.HIGH,
    Fate.ALWAYS_FAILS: Severity.MEDIUM,
    Fate.SAFE: Severity.INFO,
}
_MEANING = {
    Fate.ORDER_DEPENDENT: (
        "Both arrive at the same level, so the order in which the keys were created decides whether the delete "
        "works; a restored dump may create them in another order."
    ),
    Fate.ALWAYS_FAILS: "The guard looks before the cascade arrives, so the delete fails although it would "
    "take the guarded rows with it.",
    Fate.SAFE: "The cascade takes the guarded rows before the guard looks, so the delete works.",
}


@check(subject="cascades", kind="static")
def cascade_diamond(
    foreign_key_graph: ForeignKeyGraph, own_foreign_keys: pd.DataFrame, key_changer: KeyChanger
) -> Verdict:
    """Cascade that meets a guard on its own way.

    Problem: From one table a delete reaches another on two ways: a cascade deletes its rows, a guard
    (RESTRICT, NO ACTION, or SET NULL on a NOT NULL column) refuses the delete while they are there.
    Impact: Whether the delete works depends on which comes first: on the levels, and in a tie on the order in
    which the keys were created.
    Fix: Let the guard be NO ACTION and look at the commit (DEFERRABLE INITIALLY DEFERRED), or cascade on it too.
    False positives: Rows that are never reached on both ways at once. Safe diamonds are severity info, two
    columns that name the same parent in different roles severity low.
    """
    by_path = {path(key): key for key in rows(own_foreign_keys)}
    graph = foreign_key_graph
    closures: dict[int, Mapping[ForeignKey, Diamond]] = {}
    findings = []
    for guard, roots in sorted(_diamond_roots(graph).items()):
        key = graph.guards[guard]
        if key.path not in by_path:
            continue
        gravest = max(roots, key=lambda root: _grade_of_gap(roots[root]))
        if gravest not in closures:
            closures[gravest] = {diamond.guard: diamond for diamond in graph.closure(gravest).diamonds}
        diamond = closures[gravest][key]
        findings.append(_diamond_finding(graph, diamond, list(roots), by_path[key.path], key_changer))
    return Verdict(len(graph.guards), findings)


def _grade_of_gap(gap: int) -> int:
    """Order diamonds by how many levels the guard looks after the cascade: a tie, too early, late enough."""
    return 2 if gap == 0 else int(gap < 0)


def _diamond_roots(graph: ForeignKeyGraph) -> dict[int, dict[int, int]]:
    """Return for each guard the roots whose delete may meet it, and the gap of levels between guard and cascade.

    A table that cascades to the root of a diamond has the diamond too; it is told where it begins.
    """
    met = graph.sweep.diamonds
    wait = {i for i, key in enumerate(graph.guards) if key.waits_for_commit}
    found: dict[int, dict[int, int]] = defaultdict(dict)
    columns = (met[name].tolist() for name in ("root", "guard", "guard_level", "cascade_level"))
    for root, guard, guard_level, cascade_level in zip(*columns, strict=True):
        if guard not in wait:
            # A root above shifts both levels alike, so their difference tells whether it is the same diamond.
            found[guard][root] = guard_level - cascade_level
    onto = {key.referenced: set[int]() for key in graph.keys}
    for key in graph.keys:
        if key.is_cascade and key.referencing != key.referenced:
            onto[key.referenced].add(key.referencing)
    kept = {}
    for guard, gaps in found.items():
        first = [
            root
            for root, gap in gaps.items()
            if not any(gaps[child] == gap for child in gaps.keys() & onto.get(root, ()))
        ]
        kept[guard] = {root: gaps[root] for root in sorted(first or gaps, key=graph.tables.__getitem__)}
    return kept


def way(graph: ForeignKeyGraph, root: int, keys: Sequence[ForeignKey]) -> str:
    """Return a way through the graph as text, each step with its action and key."""
    steps = [f" → {graph.path_of(key.referencing)} ({key.on_delete}, {key.name})" for key in keys]
    return graph.path_of(root) + "".join(steps)


def _diamond_finding(
    graph: ForeignKeyGraph, diamond: Diamond, roots: Sequence[int], key: Row, changer: KeyChanger
) -> Finding:
    cascade, guard = (way(graph, diamond.root, keys) for keys in (diamond.cascade_path, diamond.guard_path))
    outcome = {Fate.SAFE: "works", Fate.ALWAYS_FAILS: "fails"}.get(diamond.verdict, "may fail")
    # Two roles of one parent, sender and receiver say: only a row that names the same parent in both has two ways.
    roles = (
        diamond.verdict is Fate.ORDER_DEPENDENT and len(diamond.cascade_path) == len(diamond.guard_path) == 1
    )
    only = " Only rows that name the same parent by both keys are concerned." if roles else ""
    return Finding(
        object=path(key),
        title=f"Deleting {graph.path_of(diamond.root)} {outcome}: cascade and guard meet in {key.table_name}",
        detail=f"{_MEANING[diamond.verdict]}{only} Cascade: {cascade}. Guard: {guard}.",
        severity=Severity.LOW if roles else _GRADES[diamond.verdict],
        evidence={
            "verdict": diamond.verdict.value,
            "roots": [graph.path_of(root) for root in roots],
            "cascade_path": cascade,
            "guard_path": guard,
        },
        fix=None if diamond.verdict is Fate.SAFE else _defer(key, changer),
    )


_WAITS = {"foreign_key_default_action": "of all actions, NO ACTION alone can wait for the commit"}


def _defer(key: Row, changer: KeyChanger) -> Fix | None:
    """Return the fix that has the guard look at the commit; SET NULL on NOT NULL has a check of its own."""
    if key.on_delete == "SET NULL":
        return None
    if key.on_delete == "NO ACTION":
        name, table = quote(key.constraint_name), qualified(key.schema_name, key.table_name)
        change = f"ALTER TABLE {table} ALTER CONSTRAINT {name} "
        before = "DEFERRABLE INITIALLY IMMEDIATE" if key.is_deferrable else "NOT DEFERRABLE"
        both = f"{table} and {qualified(key.referenced_schema, key.referenced_table)}"
        return Fix(
            f"{change}DEFERRABLE INITIALLY DEFERRED;",
            f"{change}{before};",
            f"ACCESS EXCLUSIVE on {both}",
            _WAITS,
        )
    changed = clause(key, on_delete="NO ACTION", deferred=True)
    return replace(changer.recreate(key, changed), stays=_WAITS)


@check(subject="cascades", kind="static")
def cascade_reaches_protected_data(
    foreign_key_graph: ForeignKeyGraph,
    own_foreign_keys: pd.DataFrame,
    options: Options,
    key_changer: KeyChanger,
) -> Verdict:
    """Cascade that deletes protected data.

    Problem: Deleting a row of an ordinary table deletes rows of a protected one: health records, consents,
    audit logs, whatever the patterns of targets.toml name.
    Impact: One DELETE far above destroys records that law or contract may require to be kept, without a word.
    Fix: RESTRICT where the cascade enters protected data; delete such rows by a process that says so.
    False positives: Data that must go with their owner, and tables that a pattern names by accident; set the
    patterns under “protected” for the target.
    """
    by_path = {path(key): key for key in rows(own_foreign_keys)}
    graph = foreign_key_graph
    protected = [is_protected(*table, options.protected) for table in graph.tables]
    above: dict[int, list[int]] = defaultdict(list)
    pairs = graph.sweep.pairs
    for root, node in zip(pairs["root"].tolist(), pairs["node"].tolist(), strict=True):
        above[node].append(root)
    findings = []
    for key in graph.keys:
        enters = key.is_cascade and protected[key.referencing] and not protected[key.referenced]
        if enters and key.path in by_path:
            roots = [root for root in above[key.referenced] if not protected[root]]
            findings.append(_enters(graph, key, roots, by_path[key.path], key_changer))
    return Verdict(sum(protected), findings)


def _enters(
    graph: ForeignKeyGraph, key: ForeignKey, roots: list[int], row: Row, changer: KeyChanger
) -> Finding:
    top = max(roots, key=lambda root: (int(graph.sweep.depth[root]), graph.tables[root]))
    closure = graph.closure(top)
    chain = (
        [graph.path_of(top)] if top == key.referenced else [graph.path_of(top), graph.path_of(key.referenced)]
    )
    changed = clause(row, on_delete="RESTRICT", set_columns=())
    return Finding(
        object=key.path,
        title=f"Deleting {graph.path_of(key.referenced)} deletes protected rows of {row.table_name}",
        detail=(
            f"{row.table_name} matches a pattern of protected data. "
            f"Cascades get there from {counted(len(roots), 'table')}, the farthest by "
            f"{' … '.join(chain)} … {graph.path_of(key.referencing)}."
        ),
        severity=Severity.HIGH,
        evidence={
            "roots": sorted(graph.path_of(root) for root in roots),
            "levels_count": closure.levels[key.referencing],
        },
        fix=changer.recreate(row, changed),
    )


@check(subject="cascades", kind="static")
def unindexed_cascade(
    own_foreign_keys: pd.DataFrame,
    supporting_indexes: Mapping[int, tuple[int, ...]],
    foreign_key_graph: ForeignKeyGraph,
    estimated_rows: Mapping[str, float],
    indexes: pd.DataFrame,
    tables: pd.DataFrame,
    *,
    small_rows: float = 10_000,
    large_rows: float = 1_000_000,
) -> Verdict:
    """Cascade without an index to find its rows.

    Problem: The key deletes or changes referencing rows (CASCADE, SET NULL, SET DEFAULT), and no index finds them.
    Impact: Every single deleted row scans the whole referencing table; a delete of many takes hours, with locks.
    Fix: An index on the referencing columns.
    False positives: Tables too small to matter (severity low), and parents that are never deleted. The size of a
    table that was never analysed is unknown, and what the scan costs with it: severity low, for the missing index
    itself is told and graded by foreign_key_without_index.
    """
    taken = set(zip(indexes["schema_name"], indexes["index_name"], strict=True))
    by_root = by(tables[tables["is_partition"] & (tables["kind"] == "table")], "root_oid")
    findings: list[Finding] = []
    unknown: list[NotExamined] = []
    examined = 0
    reached = foreign_key_graph.sweep.pairs["node"].value_counts()
    for key in rows(own_foreign_keys):
        if key.on_delete in ("NO ACTION", "RESTRICT") or not (key.is_enforced and key.is_delete_enabled):
            continue
        examined += 1
        if supporting_indexes.get(key.constraint_oid):
            continue
        size = estimated_rows.get(dotted(key.schema_name, key.table_name), float("nan"))
        if pd.isna(size):
            unknown.append(NotExamined(path(key), "its cost: the table was never analysed"))
        roots = int(reached[foreign_key_graph.node(key.referenced_schema, key.referenced_table)])
        fix = create_index(
            key, key.column_names, taken, by_root.get(key.table_oid, []) if key.is_partitioned else None
        )
        findings.append(_unindexed(key, size, roots, fix, (small_rows, large_rows)))
    return Verdict(examined, findings, unknown)


def _unindexed(key: Row, size: float, roots: int, fix: Fix, limits: tuple[float, float]) -> Finding:
    small = pd.isna(size) or size < limits[0]
    severity = Severity.LOW if small else Severity.HIGH if size >= limits[1] else Severity.MEDIUM
    scanned = "an unknown number of rows" if pd.isna(size) else f"about {size:,.0f} rows"
    return Finding(
        object=path(key),
        title=f"ON DELETE {key.on_delete} of {key.constraint_name} scans {key.table_name}",
        detail=(
            f"Each deleted row of {referenced(key)} reads {scanned} of "
            f"{dotted(key.schema_name, key.table_name)} to find those with its {', '.join(key.column_names)}. "
            f"Tables whose deletes get there: {roots}."
        ),
        severity=severity,
        evidence={
            "rows_scanned_per_delete": None if pd.isna(size) else int(size),
            "on_delete": key.on_delete,
            "roots_count": roots,
        },
        fix=fix,
    )
