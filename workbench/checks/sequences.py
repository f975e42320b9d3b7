# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""Sequences: keys that run out, and sequences that fell behind the keys they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbench.checks import check, derived
from workbench.checks.schema import pinned_by
from workbench.findings import Finding, Fix, NotExamined, Severity, Verdict
from workbench.naming import dotted, literal, qualified, quote
from workbench.probes.sequences import CYCLES, fed_columns
from workbench.rows import Row, rows
from workbench.words import counted

_GREATEST = {"smallint": 32_767, "integer": 2_147_483_647, "bigint": 9_223_372_036_854_775_807}
_USAGE = (
    *("object", "limit_object", "sequence_name", "last_value", "start_value", "greatest_value"),
    *("is_cycled", "can_select", "is_locked", "sequence_oid", "holders"),
)


class Holder(NamedTuple):
    """A column that must hold the values of a sequence."""

    schema_name: str
    table_name: str
    column_name: str
    base_type: str
    data_type: str

    @property
    def path(self) -> str:
        """The dotted path of the column."""
        return dotted(self.schema_name, self.table_name, self.column_name)


@derived
def key_usage(
    sequences: pd.DataFrame,
    columns: pd.DataFrame,
    foreign_keys: pd.DataFrame,
    sequence_lags: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row per sequence with the limit that it meets first, counted from where it starts.

    That limit is its own, that of a column it feeds (as owner, or by the column's default), or that of a
    column that refers to one. Where no value was handed out yet, the catalog does not tell what RESTART or setval
    put next; ``sequence_lags`` does. Columns: ``object`` (dotted path of the column, or of a sequence without one),
    ``limit_object`` (what runs out first), ``sequence_name``, ``last_value``, ``start_value``, ``greatest_value``
    (the lowest of a sequence that descends), ``used_ratio`` (of the values from the start on), ``is_cycled``,
    ``can_select``, ``is_locked``, ``sequence_oid``, ``holders`` (the columns that must hold its values).
    """
    facts = {(c.table_oid, c.column_name): c for c in rows(columns)}
    referencing: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for key in rows(foreign_keys):
        for own, referenced in zip(key.column_names, key.referenced_columns, strict=True):
            referencing[key.referenced_oid, referenced].append((key.table_oid, own))
    fed = fed_columns(columns, sequences)
    following = _following(sequence_lags)
    found = []
    for row in rows(sequences):
        start = [(c.table_oid, c.column_name) for c in fed.get((row.schema_name, row.sequence_name), [])]
        if not pd.isna(row.table_oid) and not pd.isna(row.column_name):
            start.insert(0, (int(row.table_oid), row.column_name))
        holders = [_holder(facts[place]) for place in _reached(start, referencing) if place in facts]
        found.append(_key_row(row, holders, following))
    frame = pd.DataFrame(found, columns=list(_USAGE))
    # A sequence that the role may not read, or that never gave a value, has no last value.
    last = pd.to_numeric(frame["last_value"].astype("Int64")).astype("float64")
    # The start may have been moved beyond the values that were handed out.
    limit = frame["greatest_value"].astype("float64")
    start_value = frame["start_value"].astype("float64")
    is_descending = limit < start_value
    start_value = start_value.where(is_descending, np.fmin(start_value, last)).where(
        ~is_descending, np.fmax(start_value, last)
    )
    whole = (limit - start_value).abs().replace(0.0, np.nan)
    frame["used_ratio"] = ((last - start_value).abs() / whole).where(last != limit, 1.0).where(last.notna())
    return frame


def _reached(
    start: Sequence[tuple[int, str]], referencing: Mapping[tuple[int, str], Sequence[tuple[int, str]]]
) -> list[tuple[int, str]]:
    """Return columns with all that refer to them, and to those again; each once."""
    found = dict.fromkeys(start)
    pending = list(found)
    while pending:
        new = [place for place in referencing.get(pending.pop(), ()) if place not in found]
        found |= dict.fromkeys(new)
        pending += new
    return list(found)


def _holder(row: Row) -> Holder:
    return Holder(row.schema_name, row.table_name, row.column_name, row.base_type, row.data_type)


def _key_row(
    row: Row, holders: Sequence[Holder], following: Mapping[tuple[str, str], int]
) -> tuple[Any, ...]:
    sequence = dotted(row.schema_name, row.sequence_name)
    descends = row.increment < 0
    limits = [(float(row.min_value if descends else row.max_value), sequence)]
    limits += [
        (float(-_GREATEST[one.base_type] - 1 if descends else _GREATEST[one.base_type]), one.path)
        for one in holders
        if one.base_type in _GREATEST
    ]
    # Of equal limits the first column's is told: it is the key itself.
    edge = (max if descends else min)(value for value, _ in limits)
    what = next(path for value, path in [*limits[1:], limits[0]] if value == edge)
    return (
        holders[0].path if holders else sequence,
        what,
        sequence,
        _last_value(row, following.get((row.schema_name, row.sequence_name))),
        row.start_value,
        edge,
        row.is_cycled,
        row.can_select,
        row.is_locked,
        row.sequence_oid,
        tuple(holders),
    )


def _following(lags: pd.DataFrame | None) -> dict[tuple[str, str], int]:
    """Return the next value of sequences by schema and name, as far as it was read."""
    if lags is None:
        return {}
    read = rows(lags[lags["next_value"].notna()])
    return {(row.sequence_schema, row.sequence_name): int(row.next_value) for row in read}


def _last_value(sequence: Row, following: int | None) -> int | None:
    """Return the last value handed out, or the one before that which RESTART or setval put next."""
    if not pd.isna(sequence.last_value):
        return int(sequence.last_value)
    if following is None or following == sequence.start_value:
        return None
    return following - int(sequence.increment)


@check(subject="maintenance", kind="runtime")
def key_exhaustion(
    key_usage: pd.DataFrame,
    sequences: pd.DataFrame,
    pinned_columns: Mapping[str, tuple[str, ...]],
    *,
    min_ratio: float = 0.5,
    high_ratio: float = 0.8,
) -> Verdict:
    """Keys that run out.

    Problem: A sequence has used min_ratio of the values that it, its column or a referencing column can hold.
    Impact: At the limit every insert fails; widening the column rewrites the table and those that refer to it.
    Fix: Change the column, the referencing columns and the sequence to bigint while there is time.
    False positives: A sequence that cycles on purpose is left out.
    """
    could_read = key_usage["can_select"] & ~key_usage["is_locked"]
    readable = key_usage[could_read & ~key_usage["is_cycled"]]
    unread = [
        NotExamined(
            row.object,
            f"another session has locked {row.sequence_name}"
            if row.is_locked
            else f"last_value of {row.sequence_name} needs SELECT or USAGE on it",
        )
        for row in rows(key_usage[~could_read])
    ]
    by_oid = {row.sequence_oid: row for row in rows(sequences)}
    findings = [
        _exhausted(row, by_oid[row.sequence_oid], pinned_columns, high_ratio)
        for row in rows(readable[readable["used_ratio"] >= min_ratio])
    ]
    return Verdict(len(readable), findings, unread)


def _exhausted(row: Row, sequence: Row, pinned: Mapping[str, tuple[str, ...]], high_ratio: float) -> Finding:
    narrow = [one for one in row.holders if one.base_type in ("smallint", "integer")]
    pins = [(one.path, pinned[one.path]) for one in narrow if pinned.get(one.path)]
    detail = f"{row.last_value:,} of {row.greatest_value:,.0f}, all that {row.limit_object} can hold."
    return Finding(
        object=row.object,
        title=f"{row.used_ratio:.0%} of the keys of {row.object} are used up",
        detail=detail + "".join(f" {path}:{pinned_by(what)}" for path, what in pins),
        severity=Severity.CRITICAL if row.used_ratio >= high_ratio else Severity.HIGH,
        evidence={
            "last_value": int(row.last_value),
            "greatest_value": int(row.greatest_value),
            "start_value": int(row.start_value),
            "used_ratio": round(row.used_ratio, 4),
            "limit": row.limit_object,
            "widened_columns": [one.path for one in narrow],
        },
        fix=None if pins else _widened(sequence, narrow),
    )


def _widened(sequence: Row, narrow: Sequence[Holder]) -> Fix | None:
    """Return the fix that makes the columns and the sequence bigint; None where a domain is in the way."""
    word, bound = (
        ("MINVALUE", int(sequence.min_value))
        if sequence.increment < 0
        else ("MAXVALUE", int(sequence.max_value))
    )
    edge = _GREATEST.get(sequence.data_type, 0)
    is_bound = bound not in (edge, -edge - 1)
    if any(one.data_type != one.base_type for one in narrow):
        return None
    sql, undo = [], list[str]()
    for one in narrow:
        alter = (
            f"ALTER TABLE {qualified(one.schema_name, one.table_name)} ALTER COLUMN {quote(one.column_name)}"
        )
        sql.append(f"{alter} TYPE bigint;")
        undo.insert(0, f"{alter} TYPE {one.data_type};")
    if sequence.data_type != "bigint" or is_bound:
        name = f"ALTER SEQUENCE {qualified(sequence.schema_name, sequence.sequence_name)}"
        sql.append(f"{name} AS bigint{f' NO {word}' if is_bound else ''};")
        undo.append(f"{name} AS {sequence.data_type}{f' {word} {bound}' if is_bound else ''};")
    if not sql:
        return None
    tables = ", ".join(dict.fromkeys(dotted(one.schema_name, one.table_name) for one in narrow))
    rewritten = (
        "each table is closed to everybody while it is rewritten: choose the hour, or copy the column in "
    )
    meant = f"somebody set the sequence's {word} to {bound}: it goes, unless it is meant"
    return Fix(
        "\n".join(sql),
        "\n".join(undo),
        f"ACCESS EXCLUSIVE on {tables} while each is rewritten"
        if tables
        else "SHARE ROW EXCLUSIVE on the sequence",
        choice="; ".join(
            [*([f"{rewritten}steps and swap it"] if narrow else []), *([meant] if is_bound else [])]
        ),
    )


@check(subject="integrity", kind="runtime")
def sequence_behind_key(
    sequence_lags: pd.DataFrame,
    sequences: pd.DataFrame,
    indexes: pd.DataFrame,
    *,
    near_inserts: int = 1000,
    far_inserts: int = 1_000_000,
) -> Verdict:
    """Sequence whose next values are keys that rows have already.

    Problem: Rows were stored with keys of their own, by an import or a restore, and the sequence was not moved on.
    Impact: An INSERT that takes its key from the sequence meets a stored one: it fails where the key is unique,
    and stores the key a second time where nothing keeps it so.
    Fix: setval to the farthest key. It takes effect at once, whatever becomes of the transaction.
    False positives: Rows with reserved high keys that the sequence shall never reach: medium beyond near_inserts
    inserts from the first of them, low beyond far_inserts.
    """
    whole = indexes[indexes["is_unique"] & indexes["is_valid"] & indexes["predicate"].isna()]
    keys = list(zip(whole["table_oid"], whole["key_columns"], strict=True))
    leading, unique = (
        {(oid, key[0]) for oid, key in keys},
        {(oid, key[0]) for oid, key in keys if len(key) == 1},
    )
    by_name = {(row.schema_name, row.sequence_name): row for row in rows(sequences)}
    asked: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows(sequence_lags[sequence_lags["skipped"].isna()]):
        asked[row.sequence_schema, row.sequence_name].append(row)
    findings = []
    for name, users in asked.items():
        fix = _moved(by_name[name], users)
        for row in users:
            place = (row.table_oid, row.column_name)
            if not row.behind_count:
                continue
            if place not in leading or row.free_inserts_count > far_inserts:
                severity = Severity.LOW
            elif row.free_inserts_count > near_inserts or place not in unique:
                severity = Severity.MEDIUM
            else:
                severity = Severity.HIGH
            findings.append(_behind(row, severity, place in unique, fix))
    return Verdict(sum(map(len, asked.values())), findings, list(_unasked(sequence_lags)))


def _unasked(lags: pd.DataFrame) -> Iterator[NotExamined]:
    for row in rows(lags[lags["skipped"].notna()]):
        path = dotted(row.schema_name, row.table_name, row.column_name)
        yield NotExamined(path, row.skipped, settled=row.skipped == CYCLES)


def _behind(row: Row, severity: Severity, is_unique: bool, fix: Fix | None) -> Finding:
    sequence = dotted(row.sequence_schema, row.sequence_name)
    path = dotted(row.schema_name, row.table_name, row.column_name)
    free, behind = int(row.free_inserts_count), int(row.behind_count)
    when = "the next INSERT" if free == 0 else f"after {counted(free, 'INSERT')} the next one"
    what = "fails with a duplicate key" if is_unique else "stores a key that a row has already"
    return Finding(
        object=path,
        title=f"{sequence} is {counted(behind, 'value')} behind the keys of {path}",
        detail=f"Its next value lies within the keys that are stored: {when} {what}.",
        severity=severity,
        evidence={
            "sequence": sequence,
            "next_value": int(row.next_value),
            "behind_count": behind,
            "free_inserts_count": free,
            "is_unique": is_unique,
        },
        fix=fix,
        distinct=sequence,
    )


def _moved(sequence: Row, users: Sequence[Row]) -> Fix | None:
    """Return the fix that moves a sequence past the keys of all its columns; None where its bound is in the way."""
    step, behind = int(sequence.increment), max(int(one.behind_count) for one in users)
    following = int(users[0].next_value)
    reach = following + (behind - 1 if step > 0 else 1 - behind)
    if not sequence.min_value <= reach <= sequence.max_value:
        return None
    name = literal(qualified(sequence.schema_name, sequence.sequence_name))
    end, pick = ("max", "greatest") if step > 0 else ("min", "least")
    ends = [
        f"(SELECT {end}({quote(one.column_name)}) FROM {qualified(one.schema_name, one.table_name)})"
        for one in users
    ]
    farthest = ends[0] if len(ends) == 1 else f"{pick}({', '.join(ends)})"
    moved = f"SELECT setval({name}, {farthest});"
    if abs(step) > 1:
        # Steps that skip values may leave them to another node, so the sequence stays on its own ones.
        moved = (
            f"SELECT setval({name}, {following} + {step} * (({farthest} - {following}) / {step} + 1), false);"
        )
    return Fix(
        f"-- setval takes effect at once: no ROLLBACK takes it back\n{moved}",
        f"SELECT setval({name}, {following}, false);",
        "ROW EXCLUSIVE on the sequence, ACCESS SHARE on the tables",
    )
