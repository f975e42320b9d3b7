"""What one direction of a migration leaves behind, and whether the other takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workbench.declared.migrations.files import Migration
from workbench.declared.migrations.operations import CREATES, DATA, DROPS, Operation
from workbench.naming import dotted

# kind of object, schema, table (empty for what stands alone), name
Key = tuple[str, str, str, str]
_INSIDE_TABLE = ("column", "index", "constraint", "trigger", "policy")
_OPPOSITE = {
    "EnableRowSecurity": "DisableRowSecurity",
    "ForceRowSecurity": "NoForceRowSecurity",
    "EnableTrig": "DisableTrig",
    "SetLogged": "SetUnLogged",
    "AddInherit": "DropInherit",
    "AttachPartition": "DetachPartition",
    "ClusterOn": "DropCluster",
}
_REVERSED = {**_OPPOSITE, **{after: before for before, after in _OPPOSITE.items()}}


@dataclass
class Delta:
    """The net effect of one direction: objects made and removed, aspects changed, names changed."""

    created: dict[Key, Operation] = field(default_factory=dict)
    dropped: dict[Key, Operation] = field(default_factory=dict)
    changed: dict[tuple[Key, str], Operation] = field(default_factory=dict)
    renamed: dict[tuple[Key, str], Operation] = field(default_factory=dict)
    data: list[Operation] = field(default_factory=list)
    everything: bool = False


@dataclass(frozen=True)
class Reversal:
    """Whether down takes back what up does.

    ``status``: ``complete``; ``incomplete``; ``missing`` (no down at all); ``empty`` (it does nothing);
    ``refuses`` (it throws on purpose); ``unknown`` (parts could not be read); ``nothing`` (up changes no schema).
    """

    status: str
    left: tuple[tuple[str, Operation], ...] = ()
    """Object and the operation of up that made, removed or changed it and that down does not reverse."""
    removed_more: tuple[tuple[str, Operation], ...] = ()
    """Tables and columns that down drops although up does not make them."""
    data_lost: tuple[Operation, ...] = ()
    """Changes of rows that down does not undo."""


def shown(key: Key) -> str:
    """Return an object in words: ``index public.students.idx_students_school``."""
    kind, schema, table, name = key
    return f"{kind} {dotted(*(part for part in (schema, table, name) if part))}"


def constraint_name(one: Operation) -> str:
    """Return a constraint's name; the one that PostgreSQL would choose where none is written."""
    if one.name:
        return one.name
    kind = one.details.get("type")
    if kind == "primary key":
        return f"{one.table}_pkey"
    suffix = {"foreign key": "fkey", "unique": "key", "check": "check", "exclusion": "excl"}.get(
        str(kind), ""
    )
    return "_".join([one.table, *one.columns, suffix])


def index_name(one: Operation) -> str:
    """Return an index's name; the one that PostgreSQL would choose where none is written."""
    plain = [column if column.isidentifier() else "expr" for column in one.columns]
    return one.name or "_".join([one.table, *plain, "idx"])


def key_of(one: Operation) -> Key | None:
    """Return the object that an operation makes or removes."""
    kind = CREATES.get(one.kind) or DROPS.get(one.kind)
    if kind is None:
        return None
    if kind == "index":
        # DROP INDEX names no table, so an index is known by its name alone.
        return (kind, one.schema, "", index_name(one) if one.kind == "create_index" else one.name)
    if kind == "constraint":
        return (kind, one.schema, one.table, constraint_name(one))
    return (kind, one.schema, one.table if kind in ("table", *_INSIDE_TABLE) else "", one.name)


def delta_of(operations: Iterable[Operation]) -> Delta:
    """Return the net effect of a sequence of operations."""
    delta = Delta()
    for one in operations:
        if one.details.get("everything"):
            delta.everything = True
        elif one.kind in CREATES:
            _create(delta, one)
        elif one.kind in DROPS:
            _drop(delta, one)
        elif one.kind in DATA:
            delta.data.append(one)
        else:
            _change(delta, one)
    return delta


def _create(delta: Delta, one: Operation) -> None:
    key = key_of(one)
    if key is None:
        return
    if key in delta.dropped and not one.details.get("implicit"):
        delta.changed[(key, "definition")] = one
        del delta.dropped[key]
        return
    delta.created.setdefault(key, one)


def _drop(delta: Delta, one: Operation) -> None:
    key = key_of(one)
    if key is None:
        return
    if key in delta.created:
        del delta.created[key]
        for other, made in list(delta.created.items()):
            if _goes_with(other, made, key, one):
                del delta.created[other]
        return
    delta.dropped.setdefault(key, one)


def _goes_with(other: Key, made: Operation, key: Key, drop: Operation) -> bool:
    """Tell whether dropping ``key`` removes the object ``other`` that ``made`` created."""
    if key[0] == "schema":
        return other[1] == key[3]
    if key[0] == "table":
        return made.schema == key[1] and made.table == key[2] and other[0] in _INSIDE_TABLE
    if key[0] == "column" and (made.schema, made.table) == (key[1], key[2]):
        used = made.details.get("used_columns", made.columns)
        return other[0] in ("index", "constraint") and key[3] in used
    if key[0] in ("function", "view", "extension") and drop.details.get("cascade"):
        return other[0] in ("trigger", "view")
    return key[0] == "index" and other[0] == "constraint" and other[3] == key[3]


def _change(delta: Delta, one: Operation) -> None:
    if one.kind.startswith("rename_"):
        kind = one.kind.removeprefix("rename_")
        key: Key = (kind, one.schema, "" if kind == "index" else one.table, one.name)
        new = str(one.details.get("to", ""))
        previous = next(
            (
                pair
                for pair in delta.renamed
                if pair[1] == (one.table if kind == "table" else one.name) and pair[0][0] == kind
            ),
            None,
        )
        if previous is not None:
            delta.renamed[(previous[0], new)] = delta.renamed.pop(previous)
        else:
            delta.renamed[(key, new)] = one
    elif one.kind == "alter_column":
        key = ("column", one.schema, one.table, one.name)
        for aspect in ("type", "is_not_null", "default"):
            if aspect in one.details:
                delta.changed[(key, aspect)] = one
    elif one.kind == "add_value":
        delta.changed[(("type", one.schema, "", one.name), f"value {one.details.get('value')}")] = one
    elif one.kind == "alter_table" and one.details.get("command") in _REVERSED:
        command = str(one.details["command"])
        delta.changed[(("table", one.schema, one.table, ""), command)] = one


def reversal(migration: Migration) -> Reversal:
    """Compare the two directions of a migration."""
    up_steps, down_steps = migration.steps("up"), migration.steps("down")
    up, down = delta_of(up_steps), delta_of(down_steps)
    left = _left(up, down)
    more = _removed_more(up, down, up_steps) if migration.has_down else ()
    lost = tuple(one for one in up.data if not _data_undone(one, up, down))
    unread = any(t.direction in ("up", "down", "") for t in migration.troubles)
    changes = bool(up.created or up.dropped or up.changed or up.renamed)
    if not migration.has_up:
        status = "unknown"
    elif not migration.has_down:
        status = "missing"
    elif migration.throws.get("down"):
        status = "refuses"
    elif not changes and not unread:
        status = "nothing" if not up.data or not lost else "incomplete" if down.data else "empty"
    elif not down_steps and not unread:
        status = "empty"
    elif left and not (unread and any(t.direction == "down" for t in migration.troubles)):
        status = "incomplete"
    else:
        status = "unknown" if unread else "complete"
    return Reversal(status, tuple(left), more, lost)


def _left(up: Delta, down: Delta) -> list[tuple[str, Operation]]:
    if down.everything:
        return []
    left: list[tuple[str, Operation]] = []
    names = {(pair[0][0], pair[1]): pair[0] for pair in down.renamed}
    staying = {key for key, made in up.created.items() if not _removed(key, made, down)}
    for key, made in up.created.items():
        # A table that stays stands for its columns, indexes and constraints.
        inside = key[0] in _INSIDE_TABLE and ("table", made.schema, made.table, "") in staying
        column = made.details.get("with_column")
        inside |= bool(column) and ("column", made.schema, made.table, str(column)) in staying
        if key in staying and not inside:
            left.append((shown(key), made))
    for key, one in up.dropped.items():
        if key not in down.created and not _restored_inside(key, down):
            left.append((f"{shown(key)} (dropped)", one))
    changed: dict[Key, tuple[list[str], Operation]] = {}
    for (key, aspect), one in up.changed.items():
        if key not in staying and _is_stated(aspect, one) and not _changed_back(key, aspect, down):
            changed.setdefault(key, ([], one))[0].append(aspect.replace("is_not_null", "NOT NULL"))
    left += [(f"{shown(key)} ({', '.join(aspects)})", one) for key, (aspects, one) in changed.items()]
    for (key, new), one in up.renamed.items():
        old = key[2] if key[0] == "table" else key[3]
        back = names.get((key[0], old))
        if back is None or (back[2] if key[0] == "table" else back[3]) != new:
            left.append((f"{shown(key)} (renamed to {new})", one))
    return left


def _is_stated(aspect: str, one: Operation) -> bool:
    """Tell whether up changes an aspect on purpose; changeColumn also drops what its attribute leaves out."""
    stated = {"is_not_null": "states_null", "default": "states_default"}.get(aspect)
    return stated is None or not one.details.get("resets") or bool(one.details.get(stated))


def _removed(key: Key, made: Operation, down: Delta) -> bool:
    if key in down.dropped:
        return True
    if key[0] == "type" and any(old[0] == "type" and old[3] == key[3] for (old, _) in down.renamed):
        return True
    if any(_goes_with(key, made, gone, one) for gone, one in down.dropped.items()):
        return True
    # What went under a new name may go under it: up creates a and renames it to b, down drops b.
    return any(pair[0] == key and (key[0], key[1], key[2], pair[1]) in down.dropped for pair in down.renamed)


def _restored_inside(key: Key, down: Delta) -> bool:
    """Tell whether a dropped column's or constraint's table is created again by down."""
    return key[0] in _INSIDE_TABLE and key[2] != "" and ("table", key[1], key[2], "") in down.created


def _changed_back(key: Key, aspect: str, down: Delta) -> bool:
    if (key, aspect) in down.changed or (key, "definition") in down.changed:
        return True
    table: Key = ("table", key[1], key[2], "")
    if table in down.dropped or key in down.dropped:
        return True
    if key[0] == "type":
        touched = [k for k, _ in (*down.changed, *down.renamed)] + [*down.dropped, *down.created]
        return any(other[0] == "type" and other[3] == key[3] for other in touched)
    if aspect in _REVERSED:
        return (key, _REVERSED[aspect]) in down.changed
    if aspect == "definition":
        return key in down.created or key in down.dropped
    return False


def _removed_more(up: Delta, down: Delta, steps: Sequence[Operation]) -> tuple[tuple[str, Operation], ...]:
    if any(one.details.get("opaque") or not one.is_resolved for one in steps):
        return ()
    renamed = {pair[1] for pair in up.renamed}
    made = {key_of(one) for one in steps if one.kind in CREATES}
    more = []
    for key, one in down.dropped.items():
        name = key[2] if key[0] == "table" else key[3]
        if key[0] in ("table", "column") and key not in made and name not in renamed:
            more.append((shown(key), one))
    return tuple(more)


def _data_undone(one: Operation, up: Delta, down: Delta) -> bool:
    table: Key = ("table", one.schema, one.table, "")
    if table in down.dropped or table in up.created:
        return True
    return any(other.table == one.table for other in down.data)
