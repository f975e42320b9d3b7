"""What makes a migration dangerous on a database that is in use: locks, rewrites, failures, lost rows.

Locks and rewrites are those of PostgreSQL 14 to 18 (manual, "ALTER TABLE" and "Explicit Locking"). A table
that the same migration creates is empty and used by nobody: nothing about it is dangerous.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from workbench.declared.migrations.files import Migration
from workbench.declared.migrations.operations import Operation
from workbench.declared.migrations.schema import Column, Schema, rewrites
from workbench.declared.migrations.script.values import readable

EXCLUSIVE, SHARE, ROWS = "ACCESS EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE"
# Functions whose value differs row by row: a default that calls one makes ADD COLUMN rewrite the table.
_VOLATILE = re.compile(
    r"\b(gen_random_uuid|uuid_generate_v[14]\w*|uuidv[47]|random|clock_timestamp|timeofday|nextval|setseed)\s*\(",
    re.I,
)
_STABLE = re.compile(r"^\s*(now|current_timestamp|current_date|transaction_timestamp|localtimestamp)\b", re.I)


@dataclass(frozen=True)
class Risk:
    """One danger of one operation.

    ``rewrites`` tells whether the whole table is written anew; None where that rests on what is not known.
    ``fails`` tells that the statement fails: always, or as soon as the table has rows.
    """

    kind: str
    operation: Operation
    detail: str
    lock: str = ""
    rewrites: bool | None = False
    fails: bool = False


@dataclass(frozen=True)
class Setting:
    """What stands around an operation: its file, the schema before it, and tables that later files create."""

    migration: Migration
    schema: Schema
    new_tables: frozenset[tuple[str, str]]
    later: Mapping[tuple[str, str], str]

    def is_new(self, one: Operation) -> bool:
        """Tell whether the same migration creates the table."""
        return (one.schema, one.table) in self.new_tables or one.of_new_table


Rule = Callable[[Operation, Setting], Iterator[Risk]]


def risks_of(migration: Migration, schema: Schema, later: Mapping[tuple[str, str], str]) -> list[Risk]:
    """Return the dangers of a migration's up direction, and apply it to the schema as it goes.

    Args:
        migration: the file.
        schema: the schema that the files before it result in; it is changed.
        later: tables that files after it create, with the name of the file.
    """
    steps = migration.steps("up")
    new = frozenset((o.schema, o.table) for o in steps if o.kind == "create_table")
    setting = Setting(migration, schema, new, later)
    found: list[Risk] = []
    for one in steps:
        if one.is_resolved:
            for rule in _RULES:
                found += rule(one, setting)
        schema.apply_operation(one, migration.file)
    found += _uses_new_value(steps)
    found += _swallowed(steps)
    return found


def _column_added(one: Operation, setting: Setting) -> Iterator[Risk]:
    if one.kind != "add_column" or setting.is_new(one):
        return
    default, details = one.details.get("default"), one.details
    has_default = default is not None or details.get("is_serial") or details.get("generated")
    if details.get("is_not_null") and not has_default:
        client = details.get("client_default")
        reason = (
            f"defaultValue {readable(str(client))} is filled in by the application: the database gets no default."
            if client
            else "There is no default for the rows that exist."
        )
        yield Risk("not_null_without_default", one, reason, EXCLUSIVE, fails=True)
    volatile = default is not None and _VOLATILE.search(default) and not _STABLE.match(default)
    if volatile or details.get("is_serial") or details.get("generated") == "stored":
        what = "a serial or identity column" if details.get("is_serial") else f"the default {default}"
        what = "a stored generated column" if details.get("generated") == "stored" else what
        yield Risk("volatile_default", one, f"{what} gives each row a value of its own.", EXCLUSIVE, True)


def _index_created(one: Operation, setting: Setting) -> Iterator[Risk]:
    if one.kind != "create_index" or setting.is_new(one):
        return
    if not one.details.get("concurrently"):
        yield Risk("blocking_index", one, "Writes wait until the index is built.", SHARE)


def _inside_transaction(one: Operation, setting: Setting) -> Iterator[Risk]:
    alone = (
        one.kind in ("create_index", "drop_index", "reindex") and one.details.get("concurrently")
    ) or one.kind == "vacuum"
    if not alone:
        return
    statement = "VACUUM" if one.kind == "vacuum" else f"{one.kind.replace('_', ' ').upper()} CONCURRENTLY"
    if one.transaction == "own":
        reason = f"{statement} cannot run inside a transaction, and the call passes one: it fails."
        yield Risk("concurrently_in_transaction", one, reason, fails=True)
    elif one.details.get("in_batch"):
        reason = f"{statement} shares its query text with other statements, which run as one transaction: it fails."
        yield Risk("concurrently_in_transaction", one, reason, fails=True)


def _constraint_added(one: Operation, setting: Setting) -> Iterator[Risk]:
    if one.kind != "add_constraint" or setting.is_new(one) or one.details.get("not_valid"):
        return
    kind = one.details.get("type")
    if kind == "foreign key":
        if one.details.get("with_column") and not _has_default(one, setting):
            return  # A new column without default holds NULL only; PostgreSQL skips the scan.
        referenced = one.details.get("referenced_table")
        reason = f"Every row is checked against {referenced} while writes to both tables wait."
        yield Risk("validating_constraint", one, reason, ROWS)
    elif kind == "check":
        yield Risk("validating_constraint", one, "Every row is checked while nobody can read.", EXCLUSIVE)
    elif kind in ("unique", "primary key") and not one.details.get("using_index"):
        yield Risk("validating_constraint", one, "Its index is built while nobody can read.", EXCLUSIVE)


def _has_default(one: Operation, setting: Setting) -> bool:
    column = setting.schema.column(one.schema, one.table, str(one.details["with_column"]))
    return column is None or column.default is not None or column.made_by != setting.migration.file


def _column_changed(one: Operation, setting: Setting) -> Iterator[Risk]:
    if one.kind != "alter_column" or setting.is_new(one):
        return
    before = setting.schema.column(one.schema, one.table, one.name)
    if "type" in one.details:
        rewriting = rewrites(before.type if before else None, one.details["type"])
        same = before is not None and before.type == one.details["type"]
        if rewriting is not False and not same:
            old = before.type if before and before.type else "a type that no migration tells"
            yield Risk("type_change", one, f"From {old} to {one.details['type']}.", EXCLUSIVE, rewriting)
    if one.details.get("is_not_null") and not (before and before.is_not_null):
        yield Risk("set_not_null", one, "Every row is read to see that none is null.", EXCLUSIVE)
    if one.details.get("resets"):
        yield from _reset(one, before)


def _reset(one: Operation, before: Column | None) -> Iterator[Risk]:
    """changeColumn drops NOT NULL and DEFAULT where its attribute does not repeat them."""
    if before is None or not before.is_known:
        return
    lost = []
    if before.is_not_null and not one.details.get("is_not_null") and not one.details.get("states_null"):
        lost.append("NOT NULL")
    if (
        before.default is not None
        and one.details.get("default") is None
        and not one.details.get("states_default")
    ):
        lost.append(f"DEFAULT {before.default}")
    if lost:
        reason = f"changeColumn drops {' and '.join(lost)}, which its attribute does not repeat."
        yield Risk("change_column_resets", one, reason, EXCLUSIVE)


def _renamed(one: Operation, setting: Setting) -> Iterator[Risk]:
    if one.kind in ("rename_table", "rename_column") and not setting.is_new(one):
        what = one.kind.removeprefix("rename_")
        reason = f"The {what} becomes {one.details.get('to')}; code that runs meanwhile knows the old name."
        yield Risk("rename", one, reason, EXCLUSIVE)


def _dropped(one: Operation, setting: Setting) -> Iterator[Risk]:
    if one.details.get("everything"):
        yield Risk("drop", one, f"It drops {one.name}.", EXCLUSIVE)
    elif one.kind == "drop_table" and not setting.is_new(one):
        yield Risk("drop", one, "Its rows go with it.", EXCLUSIVE)
    elif one.kind == "drop_column" and not setting.is_new(one):
        column = setting.schema.column(one.schema, one.table, one.name)
        if column is None or column.made_by != setting.migration.file:
            yield Risk("drop", one, "Its values go with it, and its indexes and keys.", EXCLUSIVE)


def _data_moved(one: Operation, setting: Setting) -> Iterator[Risk]:
    if one.kind not in ("update", "delete", "insert", "truncate") or setting.is_new(one):
        return
    if one.kind == "truncate":
        yield Risk("drop", one, "TRUNCATE removes every row.", EXCLUSIVE)
    elif one.circumstances.loop == "data":
        reason = f"One {one.kind.upper()} a row, in a loop over rows that were all read before."
        yield Risk("unbatched_data", one, reason, "ROW EXCLUSIVE")
    elif one.kind in ("update", "delete") and not one.details.get("has_condition"):
        reason = f"{one.kind.upper()} without a condition touches every row in one statement."
        yield Risk("unbatched_data", one, reason, "ROW EXCLUSIVE")


def _locked(one: Operation, setting: Setting) -> Iterator[Risk]:
    if setting.is_new(one):
        return
    if one.kind == "cluster" or (one.kind == "vacuum" and one.details.get("full")):
        yield Risk("long_lock", one, "The whole table is written anew.", EXCLUSIVE, True)
    elif one.kind == "reindex" and not one.details.get("concurrently"):
        yield Risk("long_lock", one, "Writes wait, and reads that would use the index.", EXCLUSIVE)
    elif one.kind == "alter_table" and one.details.get("command") in (
        "SetLogged",
        "SetUnLogged",
        "SetTableSpace",
    ):
        yield Risk("long_lock", one, "The whole table is written anew.", EXCLUSIVE, True)


def _swallowed(steps: Iterable[Operation]) -> Iterator[Risk]:
    """One danger a handler, whatever number of operations it covers."""
    first: dict[tuple[str, int], list[Operation]] = {}
    for one in steps:
        line = one.circumstances.swallowed
        if line and not one.is_part and one.kind not in ("select", "set", "transaction"):
            first.setdefault((one.file, line), []).append(one)
    for (_, line), hidden in first.items():
        reason = (
            f"The handler in line {line} keeps a failure of {len(hidden)} "
            f"{'operation' if len(hidden) == 1 else 'operations'} to itself: the migration counts as done."
        )
        if any(one.transaction == "own" for one in hidden):
            reason += " The transaction is lost with it, so nothing of it is done."
        yield Risk("swallowed_error", replace(hidden[0], line=line), reason)


def _outside_transaction(one: Operation, setting: Setting) -> Iterator[Risk]:
    if (
        one.transaction != "missing"
        or one.is_part
        or one.kind in ("select", "set", "transaction", "analyze", "vacuum")
    ):
        return
    if one.details.get("concurrently"):
        return
    reason = (
        "The migration opens a transaction, and this call does not pass it: a rollback leaves it in place."
    )
    yield Risk("outside_transaction", one, reason)


def _nobody_makes(one: Operation, setting: Setting) -> Iterator[Risk]:
    """An operation on a table that only a later file creates."""
    if not one.table or one.kind in ("create_table", "rename_table") or one.is_guarded:
        return
    key = (one.schema, one.table)
    table = setting.schema.tables.get(key)
    if (table is None or not table.is_created) and key in setting.later:
        reason = f"The table is created only by {setting.later[key]}, which runs after it."
        yield Risk("too_early", one, reason, fails=True)


def _folded_name(one: Operation, setting: Setting) -> Iterator[Risk]:
    """SQL that writes ``schoolId`` without quotes means ``schoolid``."""
    table = setting.schema.tables.get((one.schema, one.table))
    if one.source != "sql" or table is None or not table.is_created:
        return
    used = (
        one.details.get("used_columns", one.columns) if one.kind in ("create_index", "add_constraint") else ()
    )
    named = [one.name] if one.kind in ("alter_column", "drop_column", "rename_column") else []
    meant: dict[str, str] = {}
    for name in (*used, *named):
        if name not in table.columns and name == name.lower():
            quoted = next((column for column in table.columns if column.lower() == name), None)
            meant |= {name: quoted} if quoted else {}
    if meant:
        reason = (
            f"Without quotes PostgreSQL reads {', '.join(meant)}; "
            f"the table has {', '.join(map(repr, meant.values()))}: it fails."
        )
        yield Risk("folded_name", one, reason, fails=True)


def _uses_new_value(steps: Iterable[Operation]) -> Iterator[Risk]:
    """A value added to an enum cannot be used in the transaction that adds it."""
    added: dict[str, Operation] = {}
    for one in steps:
        if one.kind == "add_value" and one.transaction == "own":
            added[str(one.details.get("value"))] = one
            continue
        texts = set(one.details.get("texts", ())) | {
            str(one.details.get("default", "")).split("::")[0].strip("'")
        }
        for value in added.keys() & texts:
            if one.transaction == "own" and not one.of_new_table:
                reason = f"{value!r} was added to the enum in the same transaction: using it fails."
                yield Risk("enum_value_in_transaction", one, reason, fails=True)


_RULES: tuple[Rule, ...] = (
    _column_added,
    _index_created,
    _inside_transaction,
    _constraint_added,
    _column_changed,
    _renamed,
    _dropped,
    _data_moved,
    _locked,
    _outside_transaction,
    _nobody_makes,
    _folded_name,
)
