# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""What the checks on probed rows share: which probes count, what could not be examined, how to name evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot
from workbench.findings import Fix, NotExamined
from workbench.naming import dotted, qualified, quote
from workbench.probes.orphans import ENFORCED
from workbench.probes.probe import Probe
from workbench.rows import records
from workbench.words import counted, object_name

Row = Mapping[str, Any]


def probed(orphans: pd.DataFrame, *kinds: str) -> list[Row]:
    """Return the probes of some kinds that looked at rows."""
    return [r for r in records(orphans) if r["kind"] in kinds and not pd.isna(r["violations"])]


def unexamined(orphans: pd.DataFrame, *kinds: str, guarded: Iterable[str] = ()) -> list[NotExamined]:
    """Return what probes of some kinds could not look at; ``guarded`` reasons mean that they need not.

    Enforced keys are told as one entry, for there may be thousands.
    """
    chosen = [r for r in records(orphans) if r["kind"] in kinds]
    skipped = [r for r in chosen if not pd.isna(r["skipped"]) and r["skipped"] not in guarded]
    enforced = sum(r["skipped"] == ENFORCED for r in skipped)
    found = [
        NotExamined(dotted(path(r), str(r["name"])), str(r["skipped"]))
        for r in skipped
        if r["skipped"] != ENFORCED
    ]
    if enforced:
        found.append(NotExamined(counted(enforced, "enforced foreign key"), ENFORCED, settled=True))
    found += [
        NotExamined(
            dotted(path(r), str(r["name"])),
            f"a sample shows no violation; up to {counted(int(r['violations_high']), 'row')} may still violate",
        )
        for r in chosen
        if not pd.isna(r["violations"]) and not r["exact"] and not r["violations"] and r["violations_high"]
    ]
    return found


def path(row: Row) -> str:
    """Return the dotted path of the probed table."""
    return dotted(row["schema_name"], row["table_name"])


def referenced_path(row: Row) -> str:
    """Return the dotted path of the referenced table."""
    return dotted(str(row["referenced_schema"]), str(row["referenced_table"]))


def evidence(row: Row) -> dict[str, Any]:
    """Return the figures of a probe; those of an estimate come with their interval."""
    found: dict[str, Any] = {
        "examined_rows_count": int(row["examined"]),
        "violating_rows_count": int(row["violations"]),
        "exact": bool(row["exact"]),
    }
    if not row["exact"]:
        found["violating_rows_interval"] = [int(row["violations_low"]), int(row["violations_high"])]
    if not pd.isna(row["distinct_values"]):
        found["distinct_values_count"] = int(row["distinct_values"])
    return found


def broken_rows(row: Row) -> str:
    """Return the violations for a sentence: ``3 of 1,000 rows``, or an estimate with its interval."""
    text = f"{int(row['violations']):,} of {counted(int(row['examined']), 'row')}"
    if row["exact"]:
        return text
    low, high = int(row["violations_low"]), int(row["violations_high"])
    return f"about {text} (a sample: {low:,} to {high:,} with 95 % confidence)"


def ratio(row: Row) -> float:
    """Return the share of the examined rows that violate the rule."""
    return float(row["violations"]) / max(1.0, float(row["examined"]))


def primary_keys(snapshot: Snapshot) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the primary key's columns by schema and table."""
    indexes = snapshot["indexes"]
    return {
        (row["schema_name"], row["table_name"]): row["key_columns"]
        for row in records(indexes[indexes["is_primary"]])
    }


def repair(
    probe: Probe,
    primary_key: Sequence[str] | None,
    columns: Sequence[str],
    change: str,
    *,
    label: str,
    source: str = "",
) -> tuple[str, str, str] | None:
    """Return SQL that keeps the old values of violating rows and changes them, its undo, and the kept table.

    ``change`` is the SET clause; ``columns`` are those that it changes; ``source`` a further select item with
    its alias, which ``change`` may use as ``o.alias``. None without a primary key to find the rows again by.
    """
    if not primary_key:
        return None
    name = object_name(probe.table_name, *columns, label)
    kept = qualified(probe.schema_name, name)
    listed = ", ".join(f"c.{quote(c)}" for c in dict.fromkeys((*primary_key, *columns)))
    same = " AND ".join(f"t.{quote(c)} = o.{quote(c)}" for c in primary_key)
    relation = probe.relation.replace("only ", "ONLY ", 1)
    extra = f", {source}" if source else ""
    sql = (
        f"CREATE TABLE {kept} AS SELECT {listed}{extra} FROM {relation} AS c{probe.joins}\n"
        f"  WHERE {probe.examined} AND {probe.violation};\n"
        f"UPDATE {relation} AS t SET {change} FROM {kept} AS o WHERE {same};"
    )
    back = ", ".join(f"{quote(c)} = o.{quote(c)}" for c in columns)
    undo = f"UPDATE {relation} AS t SET {back} FROM {kept} AS o WHERE {same};"
    return sql, undo, kept


def constraint_fix(table: tuple[str, str], name: str, definition: str, *, lock: str) -> Fix:
    """Return the choice to add a constraint that rows break, which takes it back by name.

    NOT VALID spares the rows that exist only until they are changed: then they have to obey.
    """
    target = qualified(*table)
    return Fix(
        f"ALTER TABLE {target} ADD CONSTRAINT {quote(name)} {definition};",
        f"ALTER TABLE {target} DROP CONSTRAINT {quote(name)};",
        lock,
        stays={"check_not_enforced": "it is validated once the rows that break it are corrected"},
        choice="no row that breaks it can be changed any more until it is corrected: correct these rows first",
    )
