"""Indexes that another index makes superfluous: duplicates and key-prefixes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd

from workbench.checks import check
from workbench.checks.indexes import MEBIBYTE
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import dotted, literal, qualified, quote
from workbench.rows import Row, by, number, rows


def _shape(index: Row) -> tuple[Any, ...]:
    """Return all that two duplicates share."""
    return (
        index.table_oid,
        index.access_method,
        _keys(index),
        frozenset(index.include_columns),
        _predicate(index),
    )


def _keys(index: Row) -> tuple[tuple[str, str, str, int], ...]:
    """Return each key column with all that decides what it can serve."""
    return tuple(zip(index.key_columns, index.opclasses, index.collations, index.options, strict=True))


def _predicate(index: Row) -> str:
    return "" if pd.isna(index.predicate) else index.predicate


def _guards(index: Row) -> bool:
    """Tell whether dropping an index would drop a rule with it."""
    return bool(
        index.is_unique
        or index.is_exclusion
        or not pd.isna(index.constraint_name)
        or index.is_replica_identity
    )


def _worth(index: Row) -> tuple[Any, ...]:
    """Rank twins: the greatest is the one to keep."""
    return (
        index.is_primary,
        not pd.isna(index.constraint_name),
        index.referencing_count,
        index.is_replica_identity,
        index.is_unique,
        not pd.isna(index.parent_index_oid),
        index.is_clustered,
        # Of equal twins the first by name stays, so that every run proposes the same.
        tuple(-ord(letter) for letter in index.index_name),
    )


def _comparable(indexes: pd.DataFrame) -> list[Row]:
    return [i for i in rows(indexes) if i.is_valid and not i.is_being_built and pd.isna(i.extension)]


def drop_index(index: Row) -> Fix:
    """Return the fix that drops an index: never called for one that guards a rule."""
    table, name = (
        qualified(index.schema_name, index.table_name),
        qualified(index.schema_name, index.index_name),
    )
    if index.is_partitioned:
        undo = f"{index.definition};{also(index)}"
        return Fix(f"DROP INDEX {name};", undo, f"ACCESS EXCLUSIVE on {table} and its partitions")
    again = index.definition.replace(" INDEX ", " INDEX CONCURRENTLY ", 1)
    lock = f"SHARE UPDATE EXCLUSIVE on {table}"
    return Fix(f"DROP INDEX CONCURRENTLY {name};", f"{again};{also(index)}", lock)


def also(index: Row) -> str:
    """Return the statements that give an index made anew what its definition does not say."""
    name = qualified(index.schema_name, index.index_name)
    told = []
    if index.is_clustered:
        home = qualified(index.schema_name, index.table_name)
        told.append(f"\nALTER TABLE {home} CLUSTER ON {quote(index.index_name)};")
    if not pd.isna(index.comment):
        told.append(f"\nCOMMENT ON INDEX {name} IS {literal(index.comment)};")
    return "".join(told)


@check(subject="indexes", kind="static")
def duplicate_index(indexes: pd.DataFrame, *, large_bytes: int = MEBIBYTE) -> Verdict:
    """Duplicate index.

    Problem: Another index of the table has the same method, keys, operator classes, collations, sort options,
    INCLUDE columns and predicate.
    Impact: Every write maintains both and both take space and cache; queries gain nothing.
    Fix: Drop the twin that backs no constraint.
    False positives: Storage parameters such as fillfactor may differ on purpose.
    """
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    examined = _comparable(indexes)
    for index in examined:
        groups[_shape(index)].append(index)
    findings = []
    for twins in groups.values():
        kept, *others = sorted(twins, key=_worth, reverse=True)
        # An index attached to one of a partitioned table comes and goes with that one.
        findings += [_duplicate(i, kept, large_bytes) for i in others if pd.isna(i.parent_index_oid)]
    return Verdict(len(examined), findings)


def _duplicate(index: Row, kept: Row, large_bytes: int) -> Finding:
    both_guard = _guards(index)
    choice = (
        "both guard a rule, so a person must choose" if both_guard else f"only {kept.index_name} is needed"
    )
    size = number(index.bytes)
    return Finding(
        object=dotted(index.schema_name, index.table_name, index.index_name),
        title=f"Index {index.index_name} duplicates {kept.index_name}",
        detail=f"{index.definition} is the same index as {kept.definition}; {choice}.",
        severity=Severity.MEDIUM if size is None or size >= large_bytes else Severity.LOW,
        evidence={"bytes": size, "kept": kept.index_name, "kept_constraint": _text(kept.constraint_name)},
        fix=None if both_guard else drop_index(index),
    )


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


@check(subject="indexes", kind="static")
def redundant_index(
    indexes: pd.DataFrame, *, wide_ratio: float = 4.0, large_bytes: int = 10 * MEBIBYTE
) -> Verdict:
    """Redundant index.

    Problem: The index's keys are the first keys of a wider index of the table, with the same operator classes,
    collations, sort options and predicate, so the wider one serves every query that this one serves.
    Impact: Writes maintain it, it takes space and cache, and it gives no plan that the wider one does not give.
    Fix: Drop the narrower index.
    False positives: A much smaller index can still be the better one to scan; such pairs are graded info. An
    index that guards uniqueness, or backs a constraint, is never reported.
    """
    examined = [i for i in _comparable(indexes) if i.access_method == "btree"]
    # Of twins only the one that stays is judged: the other is a finding of duplicate_index already.
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for index in examined:
        groups[_shape(index)].append(index)
    stays = {max(twins, key=_worth).index_oid for twins in groups.values()}
    findings = []
    for siblings in by(pd.DataFrame(examined), "table_oid").values() if examined else ():
        for narrow in siblings:
            if _guards(narrow) or not pd.isna(narrow.parent_index_oid) or narrow.index_oid not in stays:
                continue
            wider = [other for other in siblings if other.index_oid in stays and _covers(other, narrow)]
            if wider:
                kept = max(wider, key=lambda other: (len(other.key_columns), _worth(other)))
                findings.append(_redundant(narrow, kept, wide_ratio, large_bytes))
    return Verdict(len(examined), findings)


def _covers(wide: Row, narrow: Row) -> bool:
    """Tell whether one btree serves all that a different, narrower one serves."""
    keys, prefix = _keys(wide), _keys(narrow)
    if keys[: len(prefix)] != prefix or _predicate(wide) != _predicate(narrow):
        return False
    carried = {*wide.key_columns, *wide.include_columns}
    if not set(narrow.include_columns) <= carried:
        return False
    return len(keys) > len(prefix) or set(wide.include_columns) > set(narrow.include_columns)


def _redundant(narrow: Row, wide: Row, wide_ratio: float, large_bytes: int) -> Finding:
    size, other = number(narrow.bytes), number(wide.bytes)
    severity = Severity.LOW if size is None or size < large_bytes else Severity.MEDIUM
    note = ""
    if size and other and other > wide_ratio * size:
        severity = Severity.INFO
        note = f" The wider index is {other / size:.0f} times as large: measure before dropping."
    return Finding(
        object=dotted(narrow.schema_name, narrow.table_name, narrow.index_name),
        title=f"Index {narrow.index_name} is covered by {wide.index_name}",
        detail=f"{wide.definition} serves every query that {narrow.definition} serves.{note}",
        severity=severity,
        evidence={"bytes": size, "covered_by": wide.index_name, "covering_bytes": other},
        fix=drop_index(narrow),
    )
