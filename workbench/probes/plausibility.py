"""Rules that names and types suggest and no constraint states: dates in order, one primary row per owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot
from workbench.naming import quote
from workbench.probes.entities import ACTORS, entity
from workbench.probes.probe import Probe
from workbench.probes.relations import Relations
from workbench.probes.soft_delete import Mark, soft_delete_marks
from workbench.rows import records
from workbench.words import words

# Times of day are left out: a night shift starts after it ends.
_MOMENTS = ("timestamp without time zone", "timestamp with time zone", "date")
_FILLERS = frozenset(["date", "at", "on", "time", "datetime", "ts", "timestamp", "day"])
_LATER: Mapping[str, str] = {
    "start": "end,finish,stop,completion",
    "starts": "ends",
    "started": "ended,finished,completed,stopped",
    "begin": "end,finish",
    "begins": "ends",
    "began": "ended",
    "from": "to,until,till,thru,through",
    "since": "until",
    "valid from": "valid to,valid until,valid through",
    "effective": "expiration,expiry,expires,expired,end,termination",
    "effective from": "effective to,effective until",
    "issue": "expiration,expiry,expires,expire",
    "issued": "expires,expired,expiration,expiry",
    "opened": "closed",
    "open": "close",
    "admission": "discharge",
    "admitted": "discharged",
    "first": "last",
    "check in": "check out",
    "checked in": "checked out",
    "checkin": "checkout",
    "clock in": "clock out",
    "login": "logout",
    "hire": "termination",
    "hired": "terminated",
    "birth": "death",
    "record": "follow up",
    "ordered": "shipped,delivered",
    "placed": "shipped,delivered,fulfilled",
    "dispatched": "delivered",
    "submitted": "reviewed,approved,accepted,rejected,graded",
    "requested": "approved,granted,rejected,fulfilled",
    "reported": "resolved",
    "prescribed": "dispensed,administered",
    "borrowed": "returned",
    "rented": "returned",
    "joined": "left",
    "born": "died,deceased",
    "activated": "deactivated",
    "onset": "resolution,abatement",
    "shipped": "delivered",
    "departure": "arrival",
    "enrollment": "graduation,withdrawal",
    "manufacture": "expiration,expiry",
    "manufactured": "expires",
    "created": "updated,modified,deleted",
}
"""What comes first to what may come after it, in the words of column names."""
_ORDERED = tuple((first, then) for first, thens in _LATER.items() for then in thens.split(","))
COMPARED = "a CHECK constraint already compares them"
UNIQUE = "a unique index already allows one at most"
_FLAGS = frozenset({("primary",), ("default",), ("current",), ("main",), ("preferred",)})
_KINDS = frozenset({("type",), ("kind",), ("category",), ("purpose",), ("usage",), ("role",), ("label",)})


@dataclass(frozen=True)
class DatePair:
    """Two moments of one table, the first of which should not be after the second."""

    table_oid: int
    earlier: str
    later: str

    @property
    def is_bookkeeping(self) -> bool:
        """Both say when the row itself was written, which clocks of several machines may tell."""
        return "created" in words(self.earlier)


@dataclass(frozen=True)
class Flag:
    """A flag of which each owner should have one row at most."""

    table_oid: int
    column: str
    owner: tuple[str, ...]
    kinds: tuple[str, ...]
    """Columns that divide an owner's rows, each kind with a primary row of its own."""
    mark: Mark | None = field(default=None)


def date_pairs(columns: pd.DataFrame, tables: pd.DataFrame) -> list[DatePair]:
    """Return pairs of columns whose names say which comes first, of one type each, in a stable order."""
    found = []
    for oid, group in columns_by_table(columns, tables):
        moments = [c for c in group if c["base_type"] in _MOMENTS and not c["is_array"]]
        named = {(_phrase(c["column_name"]), c["base_type"]): str(c["column_name"]) for c in moments}
        for (phrase, base), column in named.items():
            for earlier, later in _ORDERED:
                other = named.get((_replaced(phrase, earlier, later), base))
                if other is not None and other != column:
                    found.append(DatePair(oid, column, other))
    return sorted(set(found), key=lambda pair: (pair.table_oid, pair.earlier, pair.later))


def _phrase(name: str) -> str:
    """Return the words of a column without those that only say it is a moment."""
    kept = [word for word in words(name) if word not in _FILLERS]
    return " ".join(kept)


def _replaced(phrase: str, earlier: str, later: str) -> str:
    """Return a phrase with its first or last words ``earlier`` turned to ``later``; empty when absent."""
    if phrase == earlier:
        return later
    if phrase.startswith(f"{earlier} "):
        return later + phrase[len(earlier) :]
    if phrase.endswith(f" {earlier}"):
        return phrase[: -len(earlier)] + later
    return ""


def flags(snapshot: Snapshot) -> list[Flag]:
    """Return the flags that say "the one of its owner": ``isPrimary`` of a contact, ``is_default`` of a card.

    The owner is the table's only foreign key that can own it; where several could, nothing is supposed.
    """
    marks = soft_delete_marks(snapshot["columns"])
    owners = _owners(snapshot["foreign_keys"])
    found = []
    for oid, group in columns_by_table(snapshot["columns"], snapshot["tables"]):
        if oid not in owners:
            continue
        kinds = tuple(str(c["column_name"]) for c in group if is_kind(c))
        for column in group:
            name = words(str(column["column_name"]))
            bare = name[1:] if name[:1] == ("is",) else name
            if column["base_type"] == "boolean" and bare in _FLAGS:
                found.append(Flag(oid, str(column["column_name"]), owners[oid], kinds, marks.get(oid)))
    return found


def is_kind(column: Mapping[str, Any]) -> bool:
    """Tell whether a column divides an owner's rows, each kind with a primary row of its own."""
    last = entity(str(column["column_name"]))[-1:]
    return last in _KINDS and column["base_type"] != "boolean"


def _owners(keys: pd.DataFrame) -> dict[int, tuple[str, ...]]:
    """Return the owning columns by table OID: of the only key, or the only one that must be set."""
    by_table: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for key in records(keys[keys["parent_constraint_oid"].isna()]):
        if key["table_oid"] != key["referenced_oid"]:
            by_table[int(key["table_oid"])].append(key)
    found = {}
    for oid, own in by_table.items():
        required = [key for key in own if all(key["columns_not_null"])]
        things = [key for key in required if entity(str(key["referenced_table"]))[-1:][0] not in ACTORS]
        for group in (own, required, things):
            if len(group) == 1:
                found[oid] = tuple(group[0]["column_names"])
                break
    return found


def columns_by_table(
    columns: pd.DataFrame, tables: pd.DataFrame
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Give the columns of each table proper: no views, no partitions, nothing of extensions."""
    proper = tables[
        tables["kind"].isin(["table", "partitioned table"])
        & ~tables["is_partition"]
        & tables["extension"].isna()
    ]
    grouped: dict[int, list[dict[str, Any]]] = {int(oid): [] for oid in sorted(proper["table_oid"])}
    for column in records(columns):
        if int(column["table_oid"]) in grouped:
            grouped[int(column["table_oid"])].append(column)
    yield from grouped.items()


def date_order_probes(snapshot: Snapshot) -> list[Probe]:
    """Return a probe for each pair of dates; those that a CHECK compares already come with ``skipped``."""
    relations = Relations(snapshot)
    checks = snapshot["constraints"]
    proven = checks[(checks["type"] == "check") & checks["is_validated"] & checks["is_enforced"]]
    compared = [
        (int(oid), frozenset(names))
        for oid, names in zip(proven["table_oid"], proven["column_names"], strict=True)
    ]
    probes = []
    for pair in date_pairs(snapshot["columns"], snapshot["tables"]):
        both = {pair.earlier, pair.later}
        guarded = any(oid == pair.table_oid and both <= names for oid, names in compared)
        earlier, later = f"c.{quote(pair.earlier)}", f"c.{quote(pair.later)}"
        probes.append(
            table_probe(
                relations,
                pair.table_oid,
                kind="date_order",
                name=f"{pair.earlier} <= {pair.later}",
                columns=(pair.earlier, pair.later),
                examined=f"({earlier} is not null and {later} is not null)",
                violation=f"{later} < {earlier}",
                plain=True,
                skipped=COMPARED if guarded else None,
            )
        )
    return probes


def flag_probes(snapshot: Snapshot) -> list[Probe]:
    """Return a probe for each flag: rows that share their owner with another flagged row."""
    relations = Relations(snapshot)
    indexes = snapshot["indexes"]
    unique = records(indexes[indexes["is_unique"] & indexes["is_valid"]])
    probes = []
    for flag in flags(snapshot):
        live = f" and {flag.mark.live('c')}" if flag.mark else ""
        other_live = f" and {flag.mark.live('o')}" if flag.mark else ""
        same = " and ".join(
            [f"o.{quote(c)} = c.{quote(c)}" for c in flag.owner]
            + [f"o.{quote(c)} is not distinct from c.{quote(c)}" for c in flag.kinds]
        )
        sql = relations.sql(flag.table_oid)
        probes.append(
            table_probe(
                relations,
                flag.table_oid,
                kind="duplicate_flag",
                name=f"one {flag.column} per {', '.join((*flag.owner, *flag.kinds))}",
                columns=(*flag.owner, *flag.kinds, flag.column),
                examined=f"(c.{quote(flag.column)}{live})",
                violation=(
                    f"exists (select from {sql} as o where {same} and o.{quote(flag.column)}{other_live}"
                    " and (o.tableoid, o.ctid) <> (c.tableoid, c.ctid))"
                ),
                distinct=", ".join(f"c.{quote(c)}" for c in flag.owner),
                searches=True,
                skipped=UNIQUE if _unique(flag, unique) else None,
            )
        )
    return probes


def _unique(flag: Flag, indexes: Sequence[Mapping[str, Any]]) -> bool:
    return any(
        int(index["table_oid"]) == flag.table_oid
        and set(index["key_columns"]) <= {*flag.owner, *flag.kinds, flag.column}
        and (pd.isna(index["predicate"]) or flag.column in str(index["predicate"]))
        for index in indexes
    )


def table_probe(
    relations: Relations, oid: int, *, columns: Sequence[str], skipped: str | None, **rest: Any
) -> Probe:
    """Return a probe of one table's rows; ``skipped`` when a right is missing or the caller says so."""
    schema, table = relations.name(oid)
    return Probe(
        schema_name=schema,
        table_name=table,
        columns=tuple(columns),
        referenced_schema=None,
        referenced_table=None,
        referenced_columns=(),
        relation=relations.sql(oid),
        pages=relations.pages(oid),
        skipped=relations.obstacle(oid, columns) or skipped,
        **rest,
    )
