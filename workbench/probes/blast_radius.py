# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""Blast radius: what deleting some rows would delete, set to NULL, set to default, and what would stop it.

Counted in a read-only transaction, level by level, without a DELETE. The counts are exact within the limits
named in ``not_examined``; the rules are those that tests/test_semantics.py runs on real servers.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import psycopg

from workbench import catalog
from workbench.catalog import CaptureError, Snapshot
from workbench.graph import ForeignKey, ForeignKeyGraph
from workbench.naming import dotted, quote
from workbench.probes import caveats
from workbench.probes.closure import Budget, BudgetError, Walker
from workbench.targets import Target, TargetError

MAX_ROWS = 1_000_000
_FRAMES = ("database", "tables", "columns", "foreign_keys", "constraints", "indexes")
# A default that is a constant can be read; calling a function for its value could have an effect.
_CONSTANT = re.compile(r"(NULL|true|false|\(?-?\d+(\.\d+)?\)?|E?'([^']|'')*')(::[\w \"\.\[\]\(\),]+)?")


@dataclass
class BlastRadius:
    """What deleting the rows would do.

    ``deleted`` counts rows by table, the root's included, partitions under their topmost table; ``levels`` the
    same by level. ``set_null`` and ``set_default`` count, by key, rows that are changed and stay.
    ``blocked_by`` lists what makes the delete fail, ``undecided`` what does so depending on the order in which
    keys were created or rows lie. When ``complete`` is false the counts are lower bounds and
    ``not_examined`` says why. ``caveats`` name triggers and constraints that may change the outcome and
    cannot be foretold. ``steps`` are the keys whose look-up the delete would run, by rows looked up.
    """

    root: str
    rows: int = 0
    deleted: Counter[str] = field(default_factory=Counter)
    levels: Counter[tuple[int, str]] = field(default_factory=Counter)
    set_null: Counter[str] = field(default_factory=Counter)
    set_default: Counter[str] = field(default_factory=Counter)
    blocked_by: list[dict[str, Any]] = field(default_factory=list)
    undecided: list[dict[str, Any]] = field(default_factory=list)
    not_examined: list[tuple[str, str]] = field(default_factory=list)
    caveats: list[tuple[str, str]] = field(default_factory=list)
    steps: dict[ForeignKey, int] = field(default_factory=dict)
    complete: bool = True
    seconds: float = 0.0

    @property
    def verdict(self) -> str:
        """``succeeds``, ``fails`` or ``order-dependent``; of what was seen, when it is not complete."""
        if self.blocked_by:
            return "fails"
        return "order-dependent" if self.undecided else "succeeds"

    def to_json(self) -> dict[str, Any]:
        """Return the document of the command contract."""
        levels = [
            {"level": level, "table": table, "rows": rows} for (level, table), rows in self.levels.items()
        ]
        return {
            "root": self.root,
            "rows": self.rows,
            "deleted": dict(self.deleted),
            "set_null": dict(self.set_null),
            "set_default": dict(self.set_default),
            "blocked_by": self.blocked_by,
            "verdict": self.verdict,
            "complete": self.complete,
            "undecided_by": self.undecided,
            "levels": sorted(levels, key=lambda one: (one["level"], one["table"])),
            "not_examined": [{"object": name, "reason": reason} for name, reason in self.not_examined],
            "caveats": [{"object": name, "reason": reason} for name, reason in self.caveats],
            "seconds": round(self.seconds, 3),
        }


def read_catalog(target: Target) -> Snapshot:
    """Capture the frames that the blast radius needs, whatever the review's scope leaves out.

    Raises:
        CaptureError: the target is a snapshot folder, or its server cannot be read.
    """
    if target.snapshot is not None:
        raise CaptureError(f"{target.name}: a snapshot folder has no rows to count; name a server")
    everything = dataclasses.replace(target.options, schemas=(), ignore=())
    return catalog.capture(dataclasses.replace(target, options=everything), only=_FRAMES)


def blast_radius(
    target: Target,
    table: str,
    *,
    where: str | None = None,
    keys: Sequence[str] = (),
    seconds: float | None = None,
    max_rows: int = MAX_ROWS,
    snapshot: Snapshot | None = None,
) -> BlastRadius:
    """Count what deleting rows of a table would do.

    Args:
        target: a live target.
        table: dotted path, or the bare name when only one schema has it.
        where: the condition of the DELETE, run as it is inside the read-only transaction; all rows if it is
            None and there are no keys.
        keys: values of the primary key, one of each of its columns, in key order.
        seconds: how long it may take; the target's probe budget by default.
        max_rows: how many deleted rows are followed.
        snapshot: the frames of :func:`read_catalog`, when they are there already.

    Raises:
        TargetError: no such table, no such key, or the server refuses the condition.
        CaptureError: the server cannot be reached or read.
    """
    frames = snapshot or read_catalog(target)
    tables, foreign_keys = frames["tables"], frames["foreign_keys"]
    root = find_table(tables, table)
    condition, values = _condition(frames, root, where, keys)
    budget = Budget(target.options.probe_budget if seconds is None else seconds, max_rows)
    result = BlastRadius(dotted(root["schema_name"], root["table_name"]))
    with catalog.session(target) as connection:
        walker = Walker(connection, ForeignKeyGraph(tables, foreign_keys), tables, foreign_keys, budget)
        try:
            _count(walker, result, int(root["table_oid"]), condition, values, frames)
        except BudgetError as limit:
            result.complete = False
            result.not_examined.append((result.root, str(limit)))
        except psycopg.Error as error:
            raise CaptureError(f"{target.name}: {str(error).strip().splitlines()[0]}") from None
        result.not_examined += walker.not_examined
        result.complete &= not walker.not_examined
        for oid, level, count in walker.rows.counts():
            path = walker.relations[oid].path
            result.deleted[path] += count
            result.levels[level, path] += count
    result.seconds = budget.seconds - budget.left
    return result


def _count(
    walker: Walker, result: BlastRadius, root: int, condition: str, values: Sequence[str], frames: Snapshot
) -> None:
    try:
        result.rows = walker.seed(root, condition, values)
    except psycopg.Error as error:
        raise TargetError(f"the server refuses the condition: {str(error).strip().splitlines()[0]}") from None
    walker.walk()
    for key in walker.keys:
        looked_up = sum(walker.rows.count_of(oid) for oid in walker.affected(key))
        if looked_up:
            result.steps[key] = looked_up
            _Action(walker, key, result, frames).judge()
    _judge_repeated_changes(walker, result)
    _name_caveats(walker, result, frames)


def _name_caveats(walker: Walker, result: BlastRadius, frames: Snapshot) -> None:
    """Name what acts beside the keys; what may keep rows from being deleted makes the counts uncertain."""
    setting = [k for k in result.steps if k.path in result.set_null or k.path in result.set_default]
    oids = [walker.fact(key, "table_oid") for key in setting]
    found = caveats.programs(walker.cursor, walker.rows.tables(), oids)
    for key, oid in zip(setting, oids, strict=True):
        found += caveats.constraints_on_set_columns(key, oid, frames["constraints"])
    for path, reason, may_keep_rows in dict.fromkeys(found):
        place = walker.not_examined if may_keep_rows else result.caveats
        place.append((path, reason))


def _judge_repeated_changes(walker: Walker, result: BlastRadius) -> None:
    """Note rows that several set actions change, for a change of a changed row has its other keys checked."""
    tables = {walker.fact(key, "table_oid"): key.table for key in result.steps}
    for oid, name in tables.items():
        keys = [k for k in result.steps if walker.fact(k, "table_oid") == oid]
        if len(keys) < 3 or sum(k.on_delete.startswith("SET") for k in keys) < 2:
            continue
        if rows := walker.changed_twice(keys):
            reason = "changed twice by the delete, which has their other keys checked while parents are gone"
            table = dotted(*name)
            result.undecided.append(
                {"constraint": keys[0].path, "table": table, "rows": rows, "reason": reason}
            )


def find_table(tables: pd.DataFrame, text: str) -> Mapping[str, Any]:
    """Return the row of the table that a text names.

    Raises:
        TargetError: there is none, several schemas have it, or it is a view.
    """
    records = [dict(row) for row in tables.to_dict("records")]
    exact = [r for r in records if dotted(r["schema_name"], r["table_name"]) == text]
    found = exact or [r for r in records if r["table_name"] == text]
    if len(found) != 1:
        names = ", ".join(dotted(r["schema_name"], r["table_name"]) for r in found)
        raise TargetError(
            f"several tables are called {text}: {names}" if found else f"there is no table {text}"
        )
    if found[0]["kind"].endswith("view"):
        raise TargetError(f"{text} is a {found[0]['kind']}; rows are deleted from tables")
    return {str(name): value for name, value in found[0].items()}


def _condition(
    frames: Snapshot, root: Mapping[str, Any], where: str | None, keys: Sequence[str]
) -> tuple[str, list[str]]:
    """Return the condition as SQL and its parameters, which are numbered from ``$2``."""
    if not keys:
        return where if where is not None else "true", []
    if where is not None:
        raise TargetError("name rows by a condition or by their key, not by both")
    constraints, columns = frames["constraints"], frames["columns"]
    mine = constraints[
        (constraints["table_oid"] == root["table_oid"]) & (constraints["type"] == "primary key")
    ]
    names = mine["column_names"].iat[0] if len(mine) else ()
    if len(names) != len(keys):
        shape = f"has the primary key ({', '.join(names)})" if names else "has no primary key"
        raise TargetError(f"{root['table_name']} {shape}: give one value for each of its columns")
    own = columns[columns["table_oid"] == root["table_oid"]].set_index("column_name")
    # format_type leaves the schema of a type out when the search_path has it, so both parts come apart.
    kinds = [f"{quote(own.at[n, 'type_schema'])}.{quote(own.at[n, 'type_name'])}" for n in names]
    parts = [
        f"{quote(name)} = ${i}::text::{kind}"
        for i, (name, kind) in enumerate(zip(names, kinds, strict=True), start=2)
    ]
    return " and ".join(parts), list(keys)


@dataclass
class _Action:
    """What one key does to the rows that reference deleted ones."""

    walker: Walker
    key: ForeignKey
    result: BlastRadius
    frames: Snapshot

    def judge(self) -> None:
        """Count them into the result."""
        key = self.key
        if key.is_cascade:
            return
        if key.is_guard:
            reason = "sets a NOT NULL column to NULL" if key.fails_on_null else f"ON DELETE {key.on_delete}"
            self._guard(self.walker.fates(key), reason)
        elif key.on_delete == "SET NULL":
            self._set_null()
        else:
            self._set_default()

    def _guard(self, fates: Mapping[tuple[str, bool], int], reason: str) -> None:
        late = () if self.key.waits_for_commit else ("next", "later")
        self._note(self.result.blocked_by, fates, ("survives", *late), reason)
        if not self.key.waits_for_commit:
            self._note(self.result.undecided, fates, ("tie",), reason)

    def _note(
        self,
        place: list[dict[str, Any]],
        fates: Mapping[tuple[str, bool], int],
        which: Sequence[str],
        reason: str,
        *,
        bad: bool = False,
    ) -> None:
        rows = sum(fates.get((fate, bad), 0) for fate in which)
        if rows:
            table = dotted(*self.key.table)
            place.append({"constraint": self.key.path, "table": table, "rows": rows, "reason": reason})

    def _set_null(self) -> None:
        partial = self.key.set_columns != self.key.columns
        if partial and self.walker.fact(self.key, "match_type") == "FULL":
            fates = {(f, True): n for (f, _), n in self.walker.fates(self.key).items()}
            self._failing(fates, "leaves a MATCH FULL key partly NULL")
            return
        fates = self.walker.fates(self.key)
        self._changed(self.result.set_null, fates)

    def _changed(self, place: Counter[str], fates: Mapping[tuple[str, bool], int]) -> None:
        if rows := fates.get(("survives", False), 0):
            place[self.key.path] += rows
        changed = sum(n for (fate, _), n in fates.items() if fate != "before")
        if changed:
            self._look_further()

    def _failing(self, fates: Mapping[tuple[str, bool], int], reason: str) -> None:
        """Note rows whose new key is refused: by a check that is queued behind the change itself."""
        self._note(self.result.blocked_by, fates, ("survives",), reason, bad=True)
        self._note(self.result.undecided, fates, ("tie", "next", "later"), reason, bad=True)

    def _set_default(self) -> None:
        defaults = self._defaults()
        if defaults is None:
            return
        key, walker = self.key, self.walker
        new = [defaults.get(c, f"c.{quote(c)}") for c in key.columns]
        not_null = dict(zip(key.columns, key.not_null, strict=True))
        columns = [f"{value} as f{i}" for i, value in enumerate(new)]
        values = [f"h.f{i}" for i in range(len(new))]
        some_null = " or ".join(f"{value} is null" for value in values)
        refused = " or ".join(
            f"{value} is null" for value, c in zip(values, key.columns, strict=True) if not_null[c]
        )
        full = walker.fact(key, "match_type") == "FULL"
        all_null = " and ".join(f"{value} is null" for value in values)
        parent = walker.relations[walker.fact(key, "referenced_oid")].sql
        targets = [f"p.{quote(c)}" for c in key.referenced_columns]
        matches = walker.match_columns(key, targets, values)
        bad = f"""case
            when {refused or "false"} then true
            when {some_null} then {f"not ({all_null})" if full else "false"}
            else not exists (
                select from {parent} as p where {matches}
                  and not exists (select from lost as l where l.rel = p.tableoid and l.tid = p.ctid))
        end"""
        fates = walker.fates(key, columns, bad)
        self._failing(fates, "the default references no row that stays")
        self._changed(self.result.set_default, fates)

    def _defaults(self) -> dict[str, str] | None:
        """Return the SQL of the defaults by column; None when one of them is more than a constant."""
        columns = self.frames["columns"]
        mine = columns[columns["table_oid"] == self.walker.fact(self.key, "table_oid")]
        own = mine.set_index("column_name")["default_expression"]
        found = {}
        for name in self.key.set_columns:
            text = "null" if pd.isna(own[name]) else str(own[name])
            if text != "null" and not _CONSTANT.fullmatch(text):
                reason = f"the default of {name} is computed, and SET DEFAULT would compute it"
                self.walker.not_examined.append((self.key.path, reason))
                return None
            kind = mine.set_index("column_name").loc[name]
            found[name] = f"({text})::{quote(kind['type_schema'])}.{quote(kind['type_name'])}"
        return found

    def _look_further(self) -> None:
        """Note where the change of the columns itself has consequences, which are not followed."""
        changed = set(self.key.set_columns)
        table = self.walker.fact(self.key, "table_oid")
        for other in self.walker.keys:
            same_table = self.walker.fact(other, "table_oid") == table
            if other is not self.key and same_table and changed & set(other.columns):
                if self.walker.affected(other) and any(f != "before" for f, _ in self.walker.fates(other)):
                    reason = f"shares a column with {self.key.path}, which sets it in the same delete"
                    self.walker.not_examined.append((other.path, reason))
            elif self.walker.fact(other, "referenced_oid") == table and changed & set(
                other.referenced_columns
            ):
                reason = f"refers to a column that {self.key.path} sets; its ON UPDATE action is not followed"
                self.walker.not_examined.append((other.path, reason))
