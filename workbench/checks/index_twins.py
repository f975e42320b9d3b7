"""Indexes that another index makes superfluous: duplicates and key-prefixes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.checks import check, derived
from workbench.checks.indexes import MEBIBYTE
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import dotted, literal, qualified, quote
from workbench.rows import Row, by, number, rows

# Bits of pg_index.indoption. The reverse of ASC NULLS LAST is DESC NULLS FIRST, so both bits turn together.
_DESC, _NULLS_FIRST = 1, 2


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
    """Return each key column with all that decides what it can serve.

    A btree is read from either end, so one whose keys are all sorted the other way serves the same: such are
    turned until the first key ascends.
    """
    options = index.options
    if index.access_method == "btree" and options and options[0] & _DESC:
        options = tuple(option ^ (_DESC | _NULLS_FIRST) for option in options)
    return tuple(zip(index.key_columns, index.opclasses, index.collations, options, strict=True))


def _predicate(index: Row) -> str:
    return "" if pd.isna(index.predicate) else index.predicate


def guards_rule(index: Row) -> bool:
    """Tell whether dropping an index would drop a rule with it."""
    return bool(
        index.is_unique
        or index.is_exclusion
        or not pd.isna(index.constraint_name)
        or index.is_replica_identity
    )


def _same_rule(index: Row, kept: Row) -> bool:
    """Tell whether one unique index guards what another one guards, so that dropping it drops no rule.

    What a constraint, an exclusion, a foreign key or replication names has to stay.
    """
    is_named = not pd.isna(index.constraint_name) or index.is_exclusion or index.is_replica_identity
    return not is_named and not index.referencing_count and kept.is_unique and not _differ(index, kept)


def _differ(index: Row, kept: Row) -> bool:
    """Tell whether two unique indexes over the same keys guard different rules."""
    if not (index.is_unique and kept.is_unique):
        return False
    # The columns of a primary key hold no NULL that could be told apart or not.
    may_be_null = not (index.is_primary or kept.is_primary)
    nulls_differ = may_be_null and index.nulls_not_distinct != kept.nulls_not_distinct
    return bool(index.is_immediate != kept.is_immediate or nulls_differ)


def worth(index: Row) -> tuple[Any, ...]:
    """Rank twins: the greatest is the one to keep."""
    return (
        index.is_primary,
        not pd.isna(index.constraint_name),
        index.referencing_count,
        index.is_replica_identity,
        index.is_unique,
        not pd.isna(index.parent_index_oid),
        index.is_clustered,
        not (index.options and index.options[0] & _DESC),
        # Of equal twins the first by name stays, so that every run proposes the same.
        (*(-ord(letter) for letter in index.index_name), 0),
    )


def _comparable(indexes: pd.DataFrame) -> list[Row]:
    return [i for i in rows(indexes) if i.is_valid and not i.is_being_built and pd.isna(i.extension)]


def drop_index(index: Row) -> Fix:
    """Return the fix that drops an index: never called for one that guards a rule alone."""
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

    Problem: Another index of the table has the same method, keys, operator classes, collations, INCLUDE columns,
    predicate, and sort options or their exact reverse, which serves the same because a btree is read from either end.
    Impact: Every write maintains both and both take space and cache; queries gain nothing.
    Fix: Drop the twin that backs no constraint.
    False positives: Storage parameters such as fillfactor may differ on purpose. Unique indexes that treat NULLs
    differently, or of which one is deferrable, are no duplicates.
    """
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    examined = _comparable(indexes)
    for index in examined:
        groups[_shape(index)].append(index)
    findings = []
    for twins in groups.values():
        kept, *others = sorted(twins, key=worth, reverse=True)
        # An index attached to one of a partitioned table comes and goes with that one.
        findings += [
            _duplicate(i, kept, large_bytes)
            for i in others
            if pd.isna(i.parent_index_oid) and not _differ(i, kept)
        ]
    return Verdict(len(examined), findings)


def _duplicate(index: Row, kept: Row, large_bytes: int) -> Finding:
    both_guard = guards_rule(index) and not _same_rule(index, kept)
    choice = (
        "both guard a rule, so a person must choose" if both_guard else f"only {kept.index_name} is needed"
    )
    size = number(index.bytes)
    return Finding(
        object=dotted(index.schema_name, index.table_name, index.index_name),
        title=f"Index {index.index_name} duplicates {kept.index_name}",
        detail=f"{index.definition} serves what {kept.definition} serves; {choice}.",
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
    stays = {max(twins, key=worth).index_oid for twins in groups.values()}
    findings = []
    for siblings in by(pd.DataFrame(examined), "table_oid").values() if examined else ():
        for narrow in siblings:
            if guards_rule(narrow) or not pd.isna(narrow.parent_index_oid) or narrow.index_oid not in stays:
                continue
            wider = [other for other in siblings if other.index_oid in stays and _covers(other, narrow)]
            if wider:
                kept = max(wider, key=lambda other: (len(other.key_columns), worth(other)))
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


@derived
def key_supports(
    supporting_indexes: Mapping[int, tuple[int, ...]], indexes: pd.DataFrame
) -> Mapping[int, bool]:
    """Return the OIDs of indexes that some foreign key needs; true when no other index of the table serves it.

    Of several that serve a key in one table, the one is named that the checks of duplicates and prefixes keep as
    well, so that not all of them are dropped together; one that guards a rule comes first.
    """
    by_oid = {row.index_oid: row for row in rows(indexes)}
    needed: dict[int, bool] = {}
    for served in supporting_indexes.values():
        in_table: dict[int, list[Row]] = {}
        for oid in served:
            in_table.setdefault(by_oid[oid].table_oid, []).append(by_oid[oid])
        for choices in in_table.values():
            best = max(choices, key=lambda row: (guards_rule(row), len(row.key_columns), worth(row)))
            oid = int(best.index_oid)
            needed[oid] = needed.get(oid, False) or len(choices) == 1
    return needed


@derived
def sole_supports(key_supports: Mapping[int, bool]) -> set[int]:
    """Return the OIDs of indexes that are the only one of their table to serve some foreign key."""
    return {oid for oid, is_alone in key_supports.items() if is_alone}
