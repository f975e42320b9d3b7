"""Writes the migrations that are missing: in the plan's order, with up and down, named as the project names its own.

The SQL is written out rather than built from Sequelize's calls, so that types, names, conditions of indexes and
actions of keys are exactly those that the models declare.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.declared.migrations.files import Migration
from workbench.declared.migrations.plan import Step, creation_order, plan
from workbench.drift import repair
from workbench.drift.repair import text_of
from workbench.naming import dotted, qualified, quote

Record = Mapping[str, Any]
TableName = tuple[str, str]
_MENDED = (
    "column_missing",
    "type",
    "nullability",
    "default",
    "primary_key",
    "enum_values",
    "key_missing",
    "key_action",
    "key_not_enforced",
    "index_missing",
)


@dataclass(frozen=True)
class Written:
    """One migration to write; ``up`` and ``down`` are statements in the order in which they run."""

    name: str
    purpose: str
    up: tuple[str, ...]
    down: tuple[str, ...]
    in_transaction: bool = True


@dataclass(frozen=True)
class Convention:
    """How a project names its migrations: ``20250103000000-create-base-schema.js``."""

    digits: int = 14
    separator: str = "-"
    joint: str = "-"
    extension: str = ".js"
    last: str = ""

    def names(self, slugs: Sequence[str], start: dt.datetime) -> Iterator[str]:
        """Yield a file name for each slug, all of them after the last one that is there."""
        moment = start.replace(microsecond=0)
        if len(self.last) >= 8 and self.last[:8] >= f"{moment:%Y%m%d}":
            moment = dt.datetime.strptime(self.last[:8], "%Y%m%d").replace(tzinfo=dt.UTC) + dt.timedelta(
                days=1
            )
        if self.digits == 8:
            moment = moment.replace(hour=0, minute=0, second=0)
        for number, slug in enumerate(slugs):
            step = dt.timedelta(days=number) if self.digits == 8 else dt.timedelta(seconds=number)
            stamp = (
                str(int((moment + step).timestamp() * 1000))
                if self.digits == 13
                else f"{moment + step:%Y%m%d%H%M%S}".ljust(self.digits, "0")[: self.digits]
            )
            yield f"{stamp}{self.separator}{slug.replace('-', self.joint)}{self.extension}"


def convention(migrations: Collection[Migration]) -> Convention:
    """Return how most of a project's migrations are named; Sequelize's own way where there is none yet."""
    stamped = [one for one in migrations if re.fullmatch(r"\d{8}|\d{13,17}", one.stamp)]
    if not stamped:
        return Convention()

    def most(values: Collection[str]) -> str:
        return Counter(values).most_common(1)[0][0]

    rests = [one.file[len(one.stamp) :] for one in stamped]
    joints = [m for rest in rests for m in re.findall(r"(?<=[a-z0-9])[-_](?=[a-z0-9])", rest)]
    return Convention(
        digits=int(most([str(len(one.stamp)) for one in stamped])),
        separator=most([rest[0] for rest in rests]),
        joint=most(joints) if joints else "-",
        extension=most([m[0] for rest in rests if (m := re.search(r"\.(?:c|m)?[jt]s", rest))] or [".js"]),
        last=max(one.stamp for one in stamped),
    )


def missing_migrations(
    declared: Mapping[str, pd.DataFrame],
    missing: Collection[TableName],
    existing_enums: Collection[TableName] = (),
    drift: pd.DataFrame | None = None,
) -> list[Written]:
    """Return the migrations that create the missing tables, and mend what a frame ``drift`` lists besides.

    Args:
        declared: the declared frames.
        missing: tables that no migration creates.
        existing_enums: enum types that are there already, by schema and name.
        drift: differences between the models and what the migrations result in; what only the database has is
            left alone.
    """
    writer = _Writer(declared, set(existing_enums))
    written: list[Written] = []
    if drift is not None:
        rows = drift[drift["kind"].isin(_MENDED) & drift["sql"].notna() & drift["undo"].notna()]
        if len(rows):
            written += _mending(rows)
    steps = plan(declared["declared_tables"], declared["declared_foreign_keys"], missing)
    return [*(writer.step(step) for step in steps), *written]


def _mending(rows: pd.DataFrame) -> Iterator[Written]:
    """Yield the changes of existing tables: first those that may share a transaction, then the others."""
    alone = rows["sql"].str.contains(r"CONCURRENTLY|ADD VALUE", regex=True)
    for chosen, slug, together in (
        (rows[~alone], "align-tables", True),
        (rows[alone], "align-indexes", False),
    ):
        if len(chosen):
            up = tuple(s for sql in chosen["sql"] for s in statements(sql))
            down = tuple(s for sql in reversed(chosen["undo"].tolist()) for s in statements(sql))
            objects = ", ".join(chosen["object"].tolist()[:12])
            yield Written(slug, f"Bring {objects} to what the models declare.", up, down, together)


def statements(sql: str) -> list[str]:
    """Return the statements of a text of the workbench's own making, comments left out."""
    kept = "\n".join(line for line in sql.splitlines() if not line.startswith("--"))
    return [f"{piece.strip()};" for piece in kept.split(";\n") if piece.strip(" ;\n")] if kept else []


class _Writer:
    def __init__(self, declared: Mapping[str, pd.DataFrame], existing_enums: set[TableName]) -> None:
        self.existing_enums = existing_enums
        self.rows: dict[str, dict[TableName, list[Record]]] = {}
        for name in ("tables", "columns", "foreign_keys", "indexes", "enums"):
            grouped = self.rows.setdefault(name, {})
            for row in declared[f"declared_{name}"].to_dict("records"):
                record: Record = {str(key): value for key, value in row.items()}
                grouped.setdefault((record["schema_name"], record["table_name"]), []).append(record)
        order = creation_order(declared["declared_tables"], declared["declared_foreign_keys"])
        self.cycle_of = {
            table: number for number, group in enumerate(order) for table in group if len(group) > 1
        }

    def of(self, kind: str, table: TableName) -> list[Record]:
        """Return the declared rows of a table."""
        return self.rows[kind].get(table, [])

    def step(self, step: Step) -> Written:
        """Return the migration of one step."""
        maker: Callable[[Step], Written] = {
            "tables": self._tables,
            "keys": self._keys,
            "indexes": self._indexes,
        }[step.kind]
        return maker(step)

    def _tables(self, step: Step) -> Written:
        up: list[str] = []
        down: list[str] = []
        for table in step.tables:
            row = self.of("tables", table)[0]
            for enum in self.of("enums", table):
                name = (enum["schema_name"], enum["type_name"])
                if name not in self.existing_enums:
                    up.append(repair.enum_sql(enum))
                    down.insert(0, f"DROP TYPE {qualified(*name)};")
            unique = [i for i in self.of("indexes", table) if text_of(i["constraint_type"]) == "unique"]
            up.append(repair.table_sql(row, self.of("columns", table), unique))
            keys = [key for key in self.of("foreign_keys", table) if not self._in_cycle(key)]
            up += [repair.key_sql(key) for key in keys]
            down.insert(0, f"DROP TABLE {qualified(*table)};")
        names = ", ".join(dotted(*table) for table in step.tables)
        # Tables go before the types that their columns use.
        down.sort(key=lambda sql: sql.startswith("DROP TYPE"))
        return Written(step.slug, f"{step.phase_name}: create {names}.", tuple(up), tuple(down))

    def _in_cycle(self, key: Record) -> bool:
        home, there = (
            (key["schema_name"], key["table_name"]),
            (key["referenced_schema"], key["referenced_table"]),
        )
        return home != there and home in self.cycle_of and self.cycle_of.get(home) == self.cycle_of.get(there)

    def _keys(self, step: Step) -> Written:
        keys = [key for table in step.tables for key in self.of("foreign_keys", table) if self._in_cycle(key)]
        down: list[str] = []
        for key in keys:
            home = qualified(key["schema_name"], key["table_name"])
            down.append(f"ALTER TABLE {home} DROP CONSTRAINT {quote(key['constraint_name'])};")
        purpose = "Add the keys between tables that reference each other."
        return Written(step.slug, purpose, tuple(map(repair.key_sql, keys)), tuple(reversed(down)))

    def _indexes(self, step: Step) -> Written:
        up: list[str] = []
        down: list[str] = []
        for table in step.tables:
            names = [column["column_name"] for column in self.of("columns", table)]
            for index in self.of("indexes", table):
                if text_of(index["constraint_type"]) is None and not index["missing_columns"]:
                    up.append(repair.index_sql(index, names))
                    down.insert(0, f"DROP INDEX CONCURRENTLY {qualified(table[0], index['index_name'])};")
        purpose = "Create the indexes, each on its own so that writes go on meanwhile."
        return Written(step.slug, purpose, tuple(up), tuple(down), in_transaction=False)


def write(
    folder: Path, chosen: Sequence[Written], naming: Convention, start: dt.datetime | None = None
) -> list[Path]:
    """Write the migrations into a folder and return their paths.

    Raises:
        FileExistsError: a file of that name is there; nothing is overwritten.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [one for one in chosen if one.up]
    names = naming.names([one.name for one in chosen], start or dt.datetime.now(dt.UTC))
    paths = []
    for one, name in zip(chosen, names, strict=True):
        path = folder / name
        with path.open("x", encoding="utf-8") as file:
            file.write(source(one, typescript=".ts" in naming.extension))
        paths.append(path)
    return paths


def source(one: Written, *, typescript: bool = False) -> str:
    """Return the text of a migration, as CommonJS or as TypeScript."""
    head = ["'use strict';", ""] if not typescript else ["import { QueryInterface } from 'sequelize';", ""]
    head += [f"// {one.purpose}", ""]
    return "\n".join(
        [
            *head,
            _constant("UP", one.up, typescript=typescript),
            "",
            _constant("DOWN", one.down, typescript=typescript),
            "",
            *_functions(one, typescript=typescript),
            "",
        ]
    )


def _constant(name: str, sql: Sequence[str], *, typescript: bool) -> str:
    lines = [f"  {_text(one)}," for one in sql]
    kind = ": readonly string[]" if typescript else ""
    return "\n".join([f"const {name}{kind} = [", *lines, "];"])


def _text(sql: str) -> str:
    """Return SQL as a JavaScript literal: a template string where it has several lines."""
    if "\n" not in sql:
        return json.dumps(sql, ensure_ascii=False)
    return "`" + re.sub(r"([`\\]|\$\{)", r"\\\1", sql) + "`"


def _functions(one: Written, *, typescript: bool) -> list[str]:
    argument = "queryInterface: QueryInterface" if typescript else "queryInterface"
    run = "run" if one.in_transaction else "runOneByOne"
    kinds = (": QueryInterface", ": readonly string[]", ": Promise<void>") if typescript else ("", "", "")
    if one.in_transaction:
        body = [
            "  await queryInterface.sequelize.transaction(async (transaction) => {",
            "    for (const sql of statements) {",
            "      await queryInterface.sequelize.query(sql, { transaction });",
            "    }",
            "  });",
        ]
    else:
        body = [
            "  // CREATE INDEX CONCURRENTLY and ADD VALUE want to be on their own.",
            "  for (const sql of statements) {",
            "    await queryInterface.sequelize.query(sql);",
            "  }",
        ]
    head = f"async function {run}(queryInterface{kinds[0]}, statements{kinds[1]}){kinds[2]} {{"
    if typescript:
        ends = [
            f"export async function {name}({argument}): Promise<void> {{\n"
            f"  await {run}(queryInterface, {name.upper()});\n}}"
            for name in ("up", "down")
        ]
        return [head, *body, "}", "", "\n\n".join(ends)]
    return [
        head,
        *body,
        "}",
        "",
        "module.exports = {",
        f"  up: ({argument}) => {run}(queryInterface, UP),",
        f"  down: ({argument}) => {run}(queryInterface, DOWN),",
        "};",
    ]
