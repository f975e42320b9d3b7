"""Sequelize migrations as frames: the files, what they do, what is dangerous in it, what they leave uncreated.

Read from the sources by tree-sitter; nothing of the reviewed project is executed (that is what
:mod:`workbench.replay` is for, and only when asked).

Frames, with their columns in :data:`FRAMES`: ``migrations`` (one row per file), ``migration_operations`` (one per
step), ``migration_risks`` (one per danger of a step), ``migration_unread`` (what could not be read) and
``migration_coverage`` (one per declared table, column, index, key and enum).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.catalog import make_frame
from workbench.declared.migrations.effects import Reversal, constraint_name, index_name, reversal
from workbench.declared.migrations.files import Migration, migrations_folder, read_migrations
from workbench.declared.migrations.operations import Operation
from workbench.declared.migrations.risks import Risk, risks_of
from workbench.declared.migrations.schema import Schema, schema_after

FRAMES: Mapping[str, Mapping[str, str]] = {
    "migrations": {
        "position": "int8",  # in the order of the names, from 1
        "file": "text",  # relative to the folder
        "name": "text",  # without extensions
        "stamp": "text",  # digits before the first separator; empty: none
        "kind": "text",  # active, backup (a copy that no runner takes) or helper (neither up nor down)
        "form": "text",  # module.exports or export default; empty: neither up nor down was found
        "purpose": "text",  # first line of the comment at the top
        "category": "text",  # schema, indexes, constraints, data, enums, mixed or none
        "lines_count": "int8",
        "up_line": "int8",
        "down_line": "int8",  # 0: there is no down
        "up_operations_count": "int8",
        "down_operations_count": "int8",
        "raw_sql_count": "int8",  # operations written as SQL
        "guarded_count": "int8",  # operations behind IF (NOT) EXISTS or a test of the database
        "unread_count": "int8",
        "risks_count": "int8",
        "up_transaction": "text",  # none, manual or managed
        "down_transaction": "text",
        "down_status": "text",  # as workbench.declared.migrations.effects.Reversal
        "left_behind": "text[]",  # what down does not take back
        "removed_more": "text[]",  # tables and columns that only down knows
        "data_lost_count": "int8",  # changes of rows that down does not undo
        "duplicate_of": "text?",  # another file with the same stamp
    },
    "migration_operations": {
        "file": "text",
        "line": "int8",
        "direction": "text",
        "sequence": "int8",
        "kind": "text",
        "schema_name": "text",
        "table_name": "text",
        "object": "text",  # dotted path; what only running would tell as ${…}
        "columns": "text[]",
        "source": "text",  # query interface or sql
        "transaction": "text",  # own, missing or none
        "is_guarded": "bool",
        "conditions": "text[]",
        "loop": "text",  # data, open or empty
        "is_resolved": "bool",
        "swallowed_line": "int8",  # line of the handler that hides a failure; 0: none
        "in_handler": "bool",
        "statement": "text",
        "migration": "text",  # file that does it; ``file`` may be a helper that it calls
    },
    "migration_risks": {
        "file": "text",
        "line": "int8",
        "kind": "text",
        "operation": "text",
        "schema_name": "text",
        "table_name": "text",
        "object": "text",
        "columns": "text[]",
        "detail": "text",
        "lock": "text",  # strongest lock taken; empty: none beyond what DDL takes for a moment
        "rewrites": "bool?",
        "fails": "bool",
        "statement": "text",
        "is_backup": "bool",  # the file is a copy that no runner takes
        "migration": "text",
        "estimated_rows": "float8?",  # of the table in the reviewed database
    },
    "migration_unread": {"file": "text", "line": "int8", "direction": "text", "reason": "text"},
    "migration_coverage": {
        "kind": "text",  # table, column, index, foreign key or enum
        "schema_name": "text",
        "table_name": "text",
        "object": "text",
        "model_file": "text",
        "model_line": "int8",
        "status": "text",  # created, incomplete, backup only, missing, unknown (a migration could not be read)
        "migration": "text?",
        "migration_line": "int8?",
        "detail": "text",
    },
    "migration_plan": {
        "position": "int8",
        "phase": "int8",
        "phase_name": "text",
        "kind": "text",  # tables, keys (of cycles) or indexes
        "tables": "text[]",  # dotted paths, referenced tables first
        "tables_count": "int8",
        "after": "int8[]",  # positions of the steps that must have run
    },
}
"""Frame to its columns with their types, in the words of the query headers."""

_CATEGORY = {
    "table": "schema",
    "column": "schema",
    "index": "indexes",
    "constraint": "constraints",
    "type": "enums",
}


@dataclass(frozen=True)
class Reading:
    """All that a folder's migrations say."""

    folder: Path
    migrations: Sequence[Migration]
    reversals: Mapping[str, Reversal]
    risks: Sequence[tuple[Migration, Risk]]
    schema: Schema
    """After all active files."""
    schema_with_backups: Schema
    """After all files, copies included."""

    @property
    def active(self) -> list[Migration]:
        """The files that a runner takes."""
        return [one for one in self.migrations if one.kind == "active"]


def read(path: Path) -> Reading:
    """Read a folder of migrations.

    Raises:
        FileNotFoundError: there is none.
    """
    migrations = read_migrations(path)
    active = [one for one in migrations if one.kind == "active"]
    everything = [one for one in migrations if one.kind != "helper"]
    risks = [(one, risk) for one, risk in _risks(active) if one.kind == "active"]
    risks += [(one, risk) for one, risk in _risks(everything) if one.kind == "backup"]
    return Reading(
        folder=migrations_folder(path),
        migrations=migrations,
        reversals={one.file: reversal(one) for one in migrations},
        risks=risks,
        schema=schema_after(active),
        schema_with_backups=schema_after(everything),
    )


def _risks(migrations: Sequence[Migration]) -> Iterable[tuple[Migration, Risk]]:
    makers: dict[tuple[str, str], str] = {}
    for one in reversed(migrations):
        for step in one.steps("up"):
            if step.kind == "create_table":
                makers[(step.schema, step.table)] = one.file
    schema = Schema()
    done: set[str] = set()
    for one in migrations:
        later = {table: file for table, file in makers.items() if file not in done and file != one.file}
        yield from ((one, risk) for risk in risks_of(one, schema, later))
        done.add(one.file)


def frames(reading: Reading, declared: Mapping[str, pd.DataFrame] | None = None) -> dict[str, pd.DataFrame]:
    """Return the frames of a reading; ``migration_coverage`` only when the declared frames are given."""
    found = {
        "migrations": make_frame(FRAMES["migrations"], _file_rows(reading)),
        "migration_operations": make_frame(FRAMES["migration_operations"], _operation_rows(reading)),
        "migration_risks": make_frame(FRAMES["migration_risks"], _risk_rows(reading)),
        "migration_unread": make_frame(
            FRAMES["migration_unread"],
            [[t.file, t.line, t.direction, t.reason] for one in reading.migrations for t in one.troubles],
        ),
    }
    if declared is not None:
        from workbench.declared.migrations.coverage import coverage_rows

        rows = coverage_rows(reading, declared)
        found["migration_coverage"] = make_frame(FRAMES["migration_coverage"], rows)
        found["migration_plan"] = make_frame(FRAMES["migration_plan"], _plan_rows(rows, declared))
    return found


def _plan_rows(coverage: Sequence[Sequence[Any]], declared: Mapping[str, pd.DataFrame]) -> list[list[Any]]:
    from workbench.declared.migrations.plan import plan

    lacking = {
        (row[1], row[2]) for row in coverage if row[0] == "table" and row[6] in ("missing", "backup only")
    }
    steps = plan(declared["declared_tables"], declared["declared_foreign_keys"], lacking)
    return [[s.position, s.phase, s.phase_name, s.kind, s.objects, len(s.tables), s.after] for s in steps]


def _file_rows(reading: Reading) -> list[list[Any]]:
    first: dict[str, str] = {}
    rows = []
    for position, one in enumerate(reading.migrations, start=1):
        back = reading.reversals[one.file]
        up, down = one.steps("up"), one.steps("down")
        duplicate = first.get(one.stamp) if one.stamp and one.kind == "active" else None
        if one.stamp and one.kind == "active":
            first.setdefault(one.stamp, one.file)
        rows.append(
            [position, one.file, one.name, one.stamp, one.kind, one.form, one.purpose, _category(one),
             one.lines_count, one.up_line, one.down_line, len(up), len(down),
             sum(o.source == "sql" for o in one.operations), sum(o.is_guarded for o in one.operations),
             len(one.troubles), sum(owner.file == one.file for owner, _ in reading.risks),
             one.transaction.get("up", "none"), one.transaction.get("down", "none"), back.status,
             tuple(text for text, _ in back.left), tuple(text for text, _ in back.removed_more),
             len(back.data_lost), duplicate]
        )  # fmt: skip
    return rows


def _category(one: Migration) -> str:
    kinds = set()
    steps = one.steps("up")
    for step in steps:
        if step.kind.startswith(("create_", "add_")) and not step.of_new_table:
            kinds.add(_CATEGORY.get(re.sub(r"^(create|add)_", "", step.kind), "schema"))
        elif step.kind in ("insert", "update", "delete", "truncate"):
            kinds.add("data")
        elif step.kind.startswith(("alter_", "drop_", "rename_")):
            kinds.add("schema")
    if "schema" in kinds:
        kinds -= {"indexes", "constraints", "enums"}
    return "none" if not kinds else kinds.pop() if len(kinds) == 1 else "mixed"


def _operation_rows(reading: Reading) -> list[list[Any]]:
    from workbench.declared.migrations.script.values import readable

    rows = []
    for one in reading.migrations:
        for sequence, o in enumerate(one.operations, start=1):
            now = o.circumstances
            rows.append(
                [o.file or one.file, o.line, o.direction, sequence, o.kind, o.schema, readable(o.table), o.object,
                 tuple(map(readable, o.columns)), o.source, o.transaction, o.is_guarded, now.conditions, now.loop,
                 o.is_resolved and not o.details.get("opaque"), now.swallowed, now.in_handler,
                 readable(o.statement)[:400], one.file]
            )  # fmt: skip
    return rows


def _risk_rows(reading: Reading) -> list[list[Any]]:
    from workbench.declared.migrations.script.values import readable

    rows = []
    for one, risk in reading.risks:
        o = risk.operation
        rows.append(
            [o.file or one.file, o.line, risk.kind, o.kind, o.schema, o.table, _named(o), o.columns, risk.detail,
             risk.lock, risk.rewrites, risk.fails, readable(o.statement)[:400], one.kind == "backup", one.file, None]
        )  # fmt: skip
    return rows


def _named(one: Operation) -> str:
    """Return the path of an operation's object; unnamed constraints and indexes by PostgreSQL's own choice."""
    if one.kind == "add_constraint":
        return replace(one, name=constraint_name(one)).object
    return replace(one, name=index_name(one)).object if one.kind == "create_index" else one.object
