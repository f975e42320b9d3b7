"""Values that the checks and figures on foreign keys share: the graph, sizes, policies and relationships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot
from workbench.checks import derived
from workbench.checks.policies import Policy, Schema, deletion_marks, recommend
from workbench.graph import ForeignKey, ForeignKeyGraph
from workbench.naming import dotted
from workbench.rows import by, rows
from workbench.targets import Options

Name = tuple[str, str]
# A join table may carry this many columns besides its two keys and still be one.
_EXTRA_COLUMNS = 3
_COLUMNS = [
    "object",
    "schema_name",
    "table_name",
    "columns",
    "referenced_schema",
    "referenced_table",
    "referenced_columns",
    "type",
    "joins",
    "is_optional",
    "on_delete",
    "on_update",
    "index",
    "rules",
    "recommended_on_delete",
    "recommended_on_update",
    "reason",
]


@derived
def foreign_key_graph(tables: pd.DataFrame, foreign_keys: pd.DataFrame) -> ForeignKeyGraph:
    """Return the graph of the captured foreign keys."""
    return ForeignKeyGraph(tables, foreign_keys)


@derived
def estimated_rows(tables: pd.DataFrame) -> Mapping[str, float]:
    """Return the estimated rows of each table by dotted path, NaN when unknown; partitions are summed up.

    A partitioned table has an estimate of its own only when ANALYZE saw it, so its leaves are added instead.
    """
    stored = tables[tables["kind"].isin(["table", "foreign table"])]
    summed = stored.groupby("root_oid")["estimated_rows"].agg(lambda sizes: sizes.sum(skipna=False))
    tops = tables[~tables["is_partition"]]
    names = zip(tops["schema_name"], tops["table_name"], tops["table_oid"], strict=True)
    return {dotted(schema, table): float(summed.get(oid, float("nan"))) for schema, table, oid in names}


@derived
def join_tables(
    own_foreign_keys: pd.DataFrame, indexes: pd.DataFrame, columns: pd.DataFrame
) -> frozenset[Name]:
    """Return the tables that link two others: two mandatory keys, together unique, and little else."""
    unique = indexes[indexes["is_unique"] & indexes["is_valid"] & indexes["predicate"].isna()]
    keys_of: dict[int, list[frozenset[str]]] = defaultdict(list)
    for oid, names in zip(unique["table_oid"], unique["key_columns"], strict=True):
        keys_of[oid].append(frozenset(names))
    width = columns.groupby("table_oid").size().to_dict()
    found = set()
    for oid, keys in by(own_foreign_keys, "table_oid").items():
        sides = {frozenset(key.column_names) for key in keys if all(key.columns_not_null)}
        linked = frozenset().union(*sides)
        if len(sides) == 2 and linked in keys_of[oid] and width[oid] <= len(linked) + _EXTRA_COLUMNS:
            found.add((keys[0].schema_name, keys[0].table_name))
    return frozenset(found)


@derived
def policy_schema(
    foreign_key_graph: ForeignKeyGraph,
    columns: pd.DataFrame,
    constraints: pd.DataFrame,
    join_tables: frozenset[Name],
    options: Options,
) -> Schema:
    """Return what the rules of :mod:`workbench.checks.policies` look at."""
    keys = constraints[constraints["type"] == "primary key"]
    tables = zip(keys["schema_name"], keys["table_name"], strict=True)
    primary = dict(zip(tables, keys["column_names"], strict=True))
    return Schema(foreign_key_graph, options.protected, deletion_marks(columns), primary, join_tables)


@derived
def key_policies(own_foreign_keys: pd.DataFrame, policy_schema: Schema) -> Mapping[int, Policy]:
    """Return the recommended policy of each key by constraint OID."""
    by_position = {key.position: key for key in policy_schema.graph.keys}
    facts = zip(
        own_foreign_keys["constraint_oid"],
        own_foreign_keys["position"],
        own_foreign_keys["is_temporal"],
        strict=True,
    )
    return {
        oid: recommend(by_position[position], policy_schema, is_temporal=temporal)
        for oid, position, temporal in facts
    }


@derived
def relationships(
    own_foreign_keys: pd.DataFrame,
    foreign_key_graph: ForeignKeyGraph,
    key_policies: Mapping[int, Policy],
    supporting_indexes: Mapping[int, tuple[int, ...]],
    join_tables: frozenset[Name],
    indexes: pd.DataFrame,
    snapshot: Snapshot,
) -> pd.DataFrame:
    """Return one row per relationship, in the order of their paths.

    Columns: ``object`` (constraint path), ``schema_name``, ``table_name``, ``columns``, ``referenced_schema``,
    ``referenced_table``, ``referenced_columns``, ``type`` (``many-to-one``, ``one-to-one``), ``joins`` (the
    other table, when this one only links the two), ``is_optional``, ``on_delete``, ``on_update``, ``index``
    (names of the indexes that serve it), ``rules`` (what the rows obey or break), ``recommended_on_delete``,
    ``recommended_on_update``, ``reason``.
    """
    unique = _unique_keys(indexes)
    names = dict(zip(indexes["index_oid"], indexes["index_name"], strict=True))
    by_position = {key.position: key for key in foreign_key_graph.keys}
    broken = _probed(snapshot)
    found: list[dict[str, Any]] = []
    for row in rows(own_foreign_keys):
        key = by_position[row.position]
        single = any(columns <= set(key.columns) for columns in unique[row.table_oid])
        joins = _other_side(foreign_key_graph, key) if key.table in join_tables else ""
        served = tuple(names[oid] for oid in supporting_indexes.get(row.constraint_oid, ()))
        found.append(
            _described(row, key, key_policies[row.constraint_oid])
            | {"type": "one-to-one" if single else "many-to-one", "joins": joins}
            | {"index": served, "rules": _rules(row, broken)}
        )
    return pd.DataFrame(found, columns=_COLUMNS).sort_values("object", ignore_index=True)


def _described(row: Any, key: ForeignKey, policy: Policy) -> dict[str, Any]:
    """Return what one key says of itself, and the policy recommended for it."""
    return {
        "object": key.path,
        "schema_name": row.schema_name,
        "table_name": row.table_name,
        "columns": key.columns,
        "referenced_schema": row.referenced_schema,
        "referenced_table": row.referenced_table,
        "referenced_columns": key.referenced_columns,
        "is_optional": not any(key.not_null),
        "on_delete": row.on_delete,
        "on_update": row.on_update,
        "recommended_on_delete": policy.on_delete,
        "recommended_on_update": policy.on_update,
        "reason": policy.reason,
    }


def _unique_keys(indexes: pd.DataFrame) -> Mapping[int, list[frozenset[str]]]:
    """Return the columns of unique indexes by table; expressions and partial indexes promise less."""
    found: dict[int, list[frozenset[str]]] = defaultdict(list)
    usable = indexes[indexes["is_unique"] & indexes["is_valid"] & indexes["predicate"].isna()]
    for oid, numbers, names in zip(
        usable["table_oid"], usable["key_numbers"], usable["key_columns"], strict=True
    ):
        if 0 not in numbers:
            found[oid].append(frozenset(names))
    return found


def _other_side(graph: ForeignKeyGraph, key: ForeignKey) -> str:
    others = [k for k in graph.outgoing[key.referencing] if all(k.not_null) and k.columns != key.columns]
    return graph.path_of(others[0].referenced) if others else ""


def _probed(snapshot: Snapshot) -> Mapping[tuple[str, str, tuple[str, ...]], list[str]] | None:
    """Return what the probes say about rows, by table and columns; None when none ran."""
    if "orphans" not in snapshot:
        return None
    said: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for row in rows(snapshot["orphans"]):
        rule = _RULES.get(row.kind)
        if rule is None:
            continue
        if not pd.isna(row.violations):
            count = int(row.violations)
            text = f"{rule}: {'obeyed' if not count else f'broken by {count:,} rows'}"
        else:
            text = f"{rule}: not examined ({row.skipped})"
        said[(row.schema_name, row.table_name, tuple(row.columns))].append(text)
    return said


_RULES = {
    "constraint": "every reference exists",
    "tenant": "belongs to the tenant of the row it refers to",
    "soft_delete": "no live row under a deleted one",
}


def _rules(row: Any, said: Mapping[tuple[str, str, tuple[str, ...]], list[str]] | None) -> tuple[str, ...]:
    """Return the rules of one key and whether the rows obey them."""
    found = list((said or {}).get((row.schema_name, row.table_name, row.column_names), ()))
    kept = row.is_validated and row.is_enforced and not row.disabled_triggers_count
    if kept:
        # A probe of a key that the server itself keeps is skipped, which is no gap.
        found = [text for text in found if not text.startswith(_RULES["constraint"])]
        found.insert(0, f"{_RULES['constraint']}: the server sees to it")
    elif not any(text.startswith(_RULES["constraint"]) for text in found):
        found.insert(0, f"{_RULES['constraint']}: not examined (no probe of its rows ran)")
    return tuple(found)
