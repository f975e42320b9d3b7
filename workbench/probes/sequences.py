"""Sequences held against the keys that are stored: where the next value is one that a row has already."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
import psycopg
from psycopg.errors import InsufficientPrivilege

from workbench import catalog
from workbench.catalog import Snapshot
from workbench.collectors import collector
from workbench.naming import dotted, qualified, quote
from workbench.probes.relations import Relations
from workbench.rows import records
from workbench.targets import Target

COLUMNS: Mapping[str, str] = {
    "sequence_schema": "text",
    "sequence_name": "text",
    "table_oid": "int8",
    "schema_name": "text",
    "table_name": "text",
    "column_name": "text",
    "next_value": "int8?",
    "behind_count": "int8?",
    "free_inserts_count": "int8?",
    "skipped": "text?",
}
CYCLES = "the sequence cycles: after its round it gives values that were given before, as it is meant to"
SMALL_PAGES = 1000
"""Pages up to which a table is read for its greatest key where no index leads with it: about 8 MB."""
LONGEST_SECONDS = 5.0
_NUMBERS = ("smallint", "integer", "bigint", "numeric")
# Dumps of old servers look the sequence up at run time: nextval(('public.s'::text)::regclass).
_CALL = re.compile(r"nextval\(\(?'((?:[^']|'')+)'(?:::text\))?::regclass\)")
_GREATEST = 9_223_372_036_854_775_807
_NEXT = """
select case when is_called then last_value::numeric + {increment} else last_value end from {sequence}
"""
# Both ends and the first key that the sequence will meet come from the index, whatever the table's size.
_LAG = """
select case when distance > {greatest} then {greatest} else distance end::int8,
       case when steps > {greatest} then {greatest} else steps end::int8
from (select
    abs((select {far}(c.{column}) from {relation} as c)::numeric - {next}) as distance,
    (select trunc(abs({near}(c.{column})::numeric - {next}) / {increment})
     from {relation} as c where c.{column} {beyond} {next}{met}) as steps) as found
"""


class Fed(NamedTuple):
    """A column that a sequence gives values to; ``is_plain``: just as they are."""

    table_oid: int
    schema_name: str
    table_name: str
    column_name: str
    base_type: str
    is_plain: bool


def fed_columns(columns: pd.DataFrame, sequences: pd.DataFrame) -> dict[tuple[str, str], list[Fed]]:
    """Return the columns that take their values from a sequence, by its schema and name.

    An identity column is fed by the sequence that belongs to it, any other by the one that its default calls.
    """
    known = set(zip(sequences["schema_name"], sequences["sequence_name"], strict=True))
    fed: dict[tuple[str, str], list[Fed]] = defaultdict(list)
    owned = sequences[sequences["table_oid"].notna() & sequences["column_name"].notna()]
    owners = {
        (int(row["table_oid"]), row["column_name"]): (row["schema_name"], row["sequence_name"])
        for row in records(owned)
    }
    default = columns["default_expression"].fillna("")
    for row in records(columns[columns["identity"].notna() | default.str.contains("nextval(", regex=False)]):
        expression = "" if pd.isna(row["default_expression"]) else str(row["default_expression"])
        sequence = owners.get((int(row["table_oid"]), row["column_name"]))
        if pd.isna(row["identity"]):
            sequence = _called(expression, str(row["schema_name"]))
        if sequence in known and sequence is not None:
            rest = re.sub(
                r"::(?:bigint|integer|smallint|numeric)$", "", _CALL.sub("", expression).strip("()")
            )
            fed[sequence].append(
                Fed(
                    int(row["table_oid"]),
                    str(row["schema_name"]),
                    str(row["table_name"]),
                    str(row["column_name"]),
                    str(row["base_type"]),
                    not rest.strip("()"),
                )
            )
    return fed


def _called(expression: str, schema: str) -> tuple[str, str] | None:
    """Return schema and name of the sequence that a default calls; ``schema`` is that of its table."""
    call = _CALL.search(expression)
    if call is None:
        return None
    parts = re.findall(r'"((?:[^"]|"")+)"|([^".]+)', call[1].replace("''", "'"))
    names = [quoted.replace('""', '"') or plain for quoted, plain in parts]
    if len(names) == 1:
        return schema, names[0]
    return (names[0], names[1]) if len(names) == 2 else None


@collector(source="rows", frames=("sequence_lags",))
def sequence_lags(target: Target, snapshot: Snapshot) -> None:
    """Add ``sequence_lags``: one row for each column that takes a sequence's values as they are.

    Columns: ``sequence_schema``, ``sequence_name``, ``table_oid``, ``schema_name``, ``table_name``,
    ``column_name``; ``next_value`` (that the sequence gives next), ``behind_count`` (values from it to the
    farthest key in its direction, both included; 0 when no such key will be met), ``free_inserts_count``
    (inserts that succeed before the first stored key is met; null when none will be) and ``skipped`` (why it was
    not looked at). No key itself is kept.
    """
    relations = Relations(snapshot)
    tables = snapshot["tables"]
    leaves = set(tables.loc[tables["is_partition"], "table_oid"])
    fed = fed_columns(snapshot["columns"], snapshot["sequences"])
    deadline = time.monotonic() + target.options.probe_budget
    found = []
    with catalog.session(target) as connection:
        # Row security would hide keys silently; with this off the server refuses instead. The first statement also
        # fixes the rows that are seen, so that a sequence is read after them and never looks behind them by chance.
        connection.execute("set local row_security = off")
        connection.execute("select pg_catalog.pg_current_snapshot()")
        for sequence in records(snapshot["sequences"]):
            for column in fed.get((sequence["schema_name"], sequence["sequence_name"]), []):
                if column.is_plain and column.table_oid in relations and column.table_oid not in leaves:
                    answer = _ask(connection, relations, sequence, column, deadline)
                    head = (sequence["schema_name"], sequence["sequence_name"], *column[:4])
                    found.append((*head, *answer))
    snapshot.add("sequence_lags", catalog.make_frame(COLUMNS, found), source="probes")


def _ask(
    connection: psycopg.Connection[Any],
    relations: Relations,
    sequence: Mapping[str, Any],
    column: Fed,
    deadline: float,
) -> tuple[int | None, int | None, int | None, str | None]:
    """Return the values of the frame's last four columns."""
    reason = _obstacle(relations, sequence, column)
    left = deadline - time.monotonic()
    if reason is None and left <= 0.05:
        reason = "the time budget of the probes was spent"
    if reason is not None:
        return None, None, None, reason
    name = dotted(str(sequence["schema_name"]), str(sequence["sequence_name"]))
    try:
        with connection.transaction(force_rollback=True):
            timeout = str(int(1000 * min(left, LONGEST_SECONDS)))
            connection.execute("select set_config('statement_timeout', %s, true)", (timeout,))
            return (*_lag(connection, relations.sql(column.table_oid), sequence, column), None)
    except InsufficientPrivilege as error:
        return None, None, None, str(error).partition("\n")[0]
    except psycopg.Error as error:
        return None, None, None, f"{name}: {str(error).partition(chr(10))[0]}"


def _obstacle(relations: Relations, sequence: Mapping[str, Any], column: Fed) -> str | None:
    name = dotted(str(sequence["schema_name"]), str(sequence["sequence_name"]))
    path = dotted(column.schema_name, column.table_name, column.column_name)
    if sequence["is_cycled"]:
        return CYCLES
    if sequence["is_locked"]:
        return f"another session has locked {name}"
    if column.base_type not in _NUMBERS:
        return f"{path} is {column.base_type}, whose order is not that of the sequence"
    obstacle = relations.obstacle(column.table_oid, [column.column_name])
    is_cheap = relations.leads(column.table_oid, column.column_name) or (
        relations.pages(column.table_oid) <= SMALL_PAGES
    )
    if obstacle is None and not is_cheap:
        return f"no index leads with {path}: its greatest value would take a scan of the table"
    return obstacle


def _lag(
    connection: psycopg.Connection[Any], relation: str, sequence: Mapping[str, Any], column: Fed
) -> tuple[int, int, int | None]:
    """Return the next value, how far it lies behind the farthest key, and the inserts until one is met."""
    increment = int(sequence["increment"])
    source = qualified(str(sequence["schema_name"]), str(sequence["sequence_name"]))
    row = connection.execute(_NEXT.format(increment=increment, sequence=source)).fetchone()
    following = int(row[0]) if row else 0
    if abs(following) > _GREATEST:
        return (_GREATEST if following > 0 else -_GREATEST), 0, None
    up = increment > 0
    name = quote(column.column_name)
    kind = "numeric" if column.base_type == "numeric" else "bigint"
    spelt = f"({following})::{kind}"
    met = f" and mod(c.{name} - {spelt}, {abs(increment)}) = 0" if abs(increment) > 1 else ""
    statement = _LAG.format(
        far="max" if up else "min",
        near="min" if up else "max",
        beyond=">=" if up else "<=",
        column=name,
        relation=relation,
        next=spelt,
        increment=abs(increment),
        greatest=_GREATEST - 1,
        met=met,
    )
    answer = connection.execute(statement.encode()).fetchone()
    distance, free = answer if answer else (0, None)
    return following, 0 if free is None else int(distance or 0) + 1, free
