# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""Cleaning up orphan rows: always a choice, and always with the old rows kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.catalog import Snapshot
from workbench.checks.probe_rows import Row, primary_keys, repair
from workbench.findings import Fix
from workbench.naming import column_list, qualified, quote
from workbench.probes import candidates as supposed
from workbench.probes import orphans as orphan_probes
from workbench.probes.probe import Probe
from workbench.probes.relations import Relations
from workbench.rows import records
from workbench.words import object_name

_UPDATES = "ROW EXCLUSIVE on the referencing table"
_RESTORE = "restore the missing rows where they can be had; "


def declared_fix(row: Row, snapshot: Snapshot) -> Fix | None:
    """Return the clean-up of a declared key's orphans, which validates the key where it was not.

    ``row`` is the key's row of the frame ``orphans``. None where the key is temporal, rows cannot be found again,
    or deleting them would reach other tables.
    """
    keys = snapshot["foreign_keys"]
    same = keys[(keys["schema_name"] == row["schema_name"]) & (keys["table_name"] == row["table_name"])]
    key = next((k for k in records(same) if k["constraint_name"] == row["name"]), None)
    probe = _constraint_probe(row, snapshot)
    if key is None or key["is_temporal"] or probe is None:
        return None
    required = dict(zip(key["column_names"], key["columns_not_null"], strict=True))
    steps = _clean_up(probe, required, snapshot, full=key["match_type"] == "FULL")
    if steps is None:
        return None
    sql, undo, kept, choice = steps
    table, name = qualified(row["schema_name"], row["table_name"]), quote(str(row["name"]))
    if key["disabled_triggers_count"]:
        return Fix(sql, f"{undo}\nDROP TABLE {kept};", _UPDATES, choice=choice)
    if key["is_validated"] and key["is_enforced"]:
        refused = f"-- the key refuses the orphans: {kept} keeps them as they were"
        return Fix(sql, refused, _UPDATES, choice=choice)
    proof = "VALIDATE CONSTRAINT" if key["is_enforced"] else "ALTER CONSTRAINT"
    enforced = "" if key["is_enforced"] else " ENFORCED"
    return Fix(
        f"{sql}\nALTER TABLE {table} {proof} {name}{enforced};",
        # A validated key refuses its orphans back, so it is made anew as it was.
        f"ALTER TABLE {table} DROP CONSTRAINT {name};\n{undo}\n"
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {key['definition']};\nDROP TABLE {kept};",
        "ROW EXCLUSIVE on the referencing table for the rows, then SHARE UPDATE EXCLUSIVE (ENFORCED: SHARE ROW "
        "EXCLUSIVE on both tables); the undo takes ACCESS EXCLUSIVE on both",
        choice=choice,
    )


def supposed_fix(candidate: Mapping[str, Any], snapshot: Snapshot) -> Fix | None:
    """Return the clean-up of an undeclared key's orphans; ``candidate`` is a row of the judged candidates."""
    child, columns = int(candidate["table_oid"]), candidate["column_names"]
    probe = orphan_probes.key_probe(
        Relations(snapshot),
        kind="candidate",
        name=", ".join(columns),
        child=(child, columns),
        parent=(int(candidate["referenced_oid"]), candidate["referenced_columns"]),
        as_text=supposed.STORED_AS_TEXT in candidate["reasons"],
    )
    facts = snapshot["columns"]
    own = facts[(facts["table_oid"] == child) & facts["column_name"].isin(columns)]
    required = dict(zip(own["column_name"], own["is_not_null"], strict=True))
    steps = _clean_up(probe, required, snapshot, full=False)
    if probe.skipped is not None or steps is None:
        return None
    sql, undo, kept, choice = steps
    return Fix(sql, f"{undo}\nDROP TABLE {kept};", _UPDATES, choice=choice)


def _constraint_probe(row: Row, snapshot: Snapshot) -> Probe | None:
    place = (row["schema_name"], row["table_name"], row["name"])
    probes = orphan_probes.constraint_probes(snapshot, everything=True)
    return next((p for p in probes if (p.schema_name, p.table_name, p.name) == place), None)


def _clean_up(
    probe: Probe, required: Mapping[str, bool], snapshot: Snapshot, *, full: bool
) -> tuple[str, str, str, str] | None:
    """Return SQL, undo, the table that keeps the old rows, and what people must decide."""
    nullable = [column for column in probe.columns if not required[column]]
    if not nullable or (full and len(nullable) < len(probe.columns)):
        return _deleted(probe, snapshot)
    change = ", ".join(f"{quote(column)} = NULL" for column in nullable)
    primary_key = primary_keys(snapshot).get((probe.schema_name, probe.table_name))
    steps = repair(probe, primary_key, nullable, change, label="orphans")
    if steps is None:
        return None
    return *steps, f"{_RESTORE}this takes the reference from the others"


def _deleted(probe: Probe, snapshot: Snapshot) -> tuple[str, str, str, str] | None:
    """Delete the rows, all of their columns kept; None where a key that refers to them would act on its rows."""
    tables, keys, columns = snapshot["tables"], snapshot["foreign_keys"], snapshot["columns"]
    same = (tables["schema_name"] == probe.schema_name) & (tables["table_name"] == probe.table_name)
    oid = int(tables.loc[same, "table_oid"].iloc[0])
    acting = keys[(keys["referenced_oid"] == oid) & ~keys["on_delete"].isin(["NO ACTION", "RESTRICT"])]
    if len(acting):
        return None
    own = columns[columns["table_oid"] == oid]
    listed = column_list(own.loc[own["generated"].isna(), "column_name"])
    overriding = " OVERRIDING SYSTEM VALUE" if own["identity"].notna().any() else ""
    kept = qualified(probe.schema_name, object_name(probe.table_name, *probe.columns, "orphans"))
    relation = probe.relation.replace("only ", "ONLY ", 1)
    condition = f"{probe.examined} AND {probe.violation}"
    sql = (
        f"CREATE TABLE {kept} AS SELECT {listed} FROM {relation} AS c WHERE {condition};\n"
        f"DELETE FROM {relation} AS c WHERE {condition};"
    )
    table = qualified(probe.schema_name, probe.table_name)
    undo = f"INSERT INTO {table} ({listed}){overriding} SELECT {listed} FROM {kept};"
    columns_text = ", ".join(probe.columns)
    choice = (
        f"{_RESTORE}this deletes the others, because {columns_text} cannot be NULL, and keeps them in {kept}"
    )
    return sql, undo, kept, choice
