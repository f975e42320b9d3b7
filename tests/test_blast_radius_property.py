"""The blast radius against the truth: the same DELETE, run and rolled back, on random schemas."""

from __future__ import annotations

import os
from collections import Counter

import psycopg
import pytest

from tests.conftest import MakeDatabase, connect, server_major
from tests.random_schemas import RandomSchema, random_schema
from workbench.probes.blast_radius import BlastRadius, blast_radius, read_catalog
from workbench.server import Server
from workbench.targets import Target

# WORKBENCH_SCHEMAS=500 makes the long run whose figures the documentation gives.
SCHEMAS = int(os.environ.get("WORKBENCH_SCHEMAS", "12"))
FIRST = int(os.environ.get("WORKBENCH_FIRST", "0"))
FAILURES = {"23503", "23001", "23502"}
Rows = dict[str, dict[tuple[object, ...], dict[str, object]]]


def read_rows(connection: psycopg.Connection[tuple[object, ...]], schema: RandomSchema) -> Rows:
    """Return every row by table and label; heirs are tables of their own."""
    found: Rows = {}
    for table in schema.tables:
        names = [table.name] + ([f"{table.name}_heir"] if table.kind == "inherited" else [])
        for name in names:
            only = "" if table.kind == "partitioned" else "only "
            rows = connection.execute(f"select to_jsonb(r) from {only}x.{name} as r".encode()).fetchall()
            found[f"x.{name}"] = {(row[0]["t"], row[0]["id"]): row[0] for row in rows}  # type: ignore[index]
    return found


def truth(target: Target, schema: RandomSchema, statement: str) -> tuple[str, Rows, Rows]:
    """Return ``succeeds`` or the SQLSTATE of a DELETE, and the rows before and after it."""
    with connect(target) as connection:
        connection.execute("begin")
        before = read_rows(connection, schema)
        try:
            connection.execute(statement.encode())
            connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            connection.execute("rollback")
            return str(error.sqlstate), before, {}
        after = read_rows(connection, schema)
        connection.execute("rollback")
    return "succeeds", before, after


def compare(seen: BlastRadius, schema: RandomSchema, before: Rows, after: Rows) -> None:
    deleted = {t: len(before[t]) - len(after[t]) for t in before if len(before[t]) != len(after[t])}
    assert dict(seen.deleted) == deleted
    for place, is_null in ((seen.set_null, True), (seen.set_default, False)):
        for constraint, rows in place.items():
            table, columns = schema.own_columns.get(constraint, ("", ()))
            changed = [
                label
                for label, row in after.get(f"x.{table}", {}).items()
                if any(row[c] != before[f"x.{table}"][label][c] for c in columns)
            ]
            if is_null and columns:
                assert len(changed) == rows, constraint
            assert len(changed) <= rows, constraint


@pytest.mark.parametrize("number", range(FIRST, FIRST + SCHEMAS))
def test_the_blast_radius_is_what_the_delete_does(
    server: Server, make_database: MakeDatabase, number: int, record_property: pytest.FixtureRequest
) -> None:
    target = make_database(server)
    with connect(target) as connection:
        schema = random_schema(number, server_major(connection))
        connection.execute(schema.sql.encode())
    snapshot = read_catalog(target)
    verdicts: Counter[str] = Counter()
    for table in schema.tables:
        for condition in ("true", "id = 0", "id < 3", "id in (1, 4)"):
            seen = blast_radius(target, f"x.{table.name}", where=condition, snapshot=snapshot)
            real, before, after = truth(target, schema, f"delete from x.{table.name} where {condition}")
            if not seen.complete:
                verdicts["incomplete"] += 1
                continue
            verdicts[seen.verdict] += 1
            if seen.verdict == "fails":
                assert real in FAILURES, (table.name, condition, seen)
            elif seen.verdict == "succeeds":
                assert real == "succeeds", (table.name, condition, seen)
            else:
                assert real in FAILURES | {"succeeds"}
            if real == "succeeds":
                compare(seen, schema, before, after)
    for verdict, count in verdicts.items():
        record_property(verdict, count)  # type: ignore[operator]
