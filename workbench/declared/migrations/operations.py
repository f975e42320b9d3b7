"""Operations: what one step of a migration does to a schema, whichever way it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.declared.migrations.script.follower import Circumstances
from workbench.declared.migrations.script.values import OPEN, readable
from workbench.naming import dotted

# Kinds that make, and their opposites. Everything else changes, moves data or only looks.
CREATES = {
    "create_table": "table",
    "add_column": "column",
    "create_index": "index",
    "add_constraint": "constraint",
    "create_type": "type",
    "create_view": "view",
    "create_function": "function",
    "create_trigger": "trigger",
    "create_policy": "policy",
    "create_schema": "schema",
    "create_sequence": "sequence",
    "create_extension": "extension",
}
DROPS = {kind.replace("create_", "drop_").replace("add_", "drop_"): what for kind, what in CREATES.items()}
DATA = ("insert", "update", "delete", "truncate")


@dataclass(frozen=True)
class Operation:
    """One step.

    ``kind`` is a key of :data:`CREATES` or :data:`DROPS`, or one of ``alter_column``, ``rename_table``,
    ``rename_column``, ``rename_index``, ``rename_type``, ``rename_constraint``, ``add_value`` (of an enum),
    ``validate_constraint``, ``alter_table``, ``comment``, ``insert``, ``update``, ``delete``, ``truncate``,
    ``analyze``, ``vacuum``, ``reindex``, ``cluster``, ``lock``, ``select``, ``set``, ``transaction``, ``other``.
    ``name`` is the column, index, constraint, type … concerned; empty for the table itself and for what the
    server would name. ``details`` holds what the kind needs: ``type``, ``is_not_null``, ``default``,
    ``columns``, ``unique``, ``concurrently``, ``guard`` and so on.
    """

    kind: str
    schema: str = "public"
    table: str = ""
    name: str = ""
    columns: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    statement: str = ""
    source: str = "query interface"
    file: str = ""
    line: int = 0
    direction: str = "up"
    circumstances: Circumstances = field(default_factory=Circumstances)
    transaction: str = "none"
    """``own`` (option passed), ``missing`` (the file opens one, the call does not pass it), ``none``."""

    @property
    def object(self) -> str:
        """The dotted path; parts that only running would tell appear as ``${…}``."""
        parts = [self.schema, *([self.table] if self.table else []), *([self.name] if self.name else [])]
        return readable(dotted(*parts))

    @property
    def is_resolved(self) -> bool:
        """Tell whether all names in it are known."""
        new = str(self.details.get("to") or "")
        return OPEN not in "".join((self.schema, self.table, self.name, *self.columns, new))

    @property
    def is_guarded(self) -> bool:
        """Tell whether it runs only where a test of the database says so."""
        return bool(self.details.get("guard")) or bool(self.circumstances.conditions)

    @property
    def of_new_table(self) -> bool:
        """Tell whether it is a part of the statement that creates its table."""
        return bool(self.details.get("with_table"))

    @property
    def is_part(self) -> bool:
        """Tell whether another operation of the same call stands for it: a column of a new table, say."""
        return any(self.details.get(key) for key in ("with_table", "with_column", "implicit"))
