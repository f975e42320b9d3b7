"""Random schemas with rows, for holding predictions about DELETE against the real thing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

ACTIONS = ["cascade"] * 5 + ["set null"] * 3 + ["set default"] * 2 + ["no action"] * 3 + ["restrict"] * 2


@dataclass
class RandomTable:
    """A table with its key columns, and for each row the values by column."""

    name: str
    key: tuple[str, ...]
    kind: str
    columns: list[str] = field(default_factory=list)
    rows: list[dict[str, int | None]] = field(default_factory=list)


@dataclass
class RandomSchema:
    """Statements that make a schema, its tables, and the columns of each key that no other key has."""

    sql: str
    tables: list[RandomTable]
    own_columns: dict[str, tuple[str, tuple[str, ...]]]


class Builder:
    """Makes one schema ``x`` from a seed."""

    def __init__(self, seed: int, version: int) -> None:
        self.choose = random.Random(seed)
        self.version = version
        self.keys: list[str] = []
        self.own: dict[str, tuple[str, tuple[str, ...]]] = {}

    def build(self) -> RandomSchema:
        tables = [self.table(number) for number in range(self.choose.randint(2, 6))]
        for number in range(self.choose.randint(len(tables), 2 * len(tables) + 2)):
            self.key(number, self.choose.choice(tables), self.choose.choice(tables))
        statements = ["drop schema if exists x cascade", "create schema x", "set search_path = x"]
        for table in tables:
            statements += self.create(table)
        # Keys in random order: the order of creation decides ties.
        self.choose.shuffle(self.keys)
        return RandomSchema(";".join([*statements, *self.keys, "analyze"]), tables, self.own)

    def table(self, number: int) -> RandomTable:
        key = ("t", "id") if self.choose.random() < 0.35 else ("id",)
        kind = self.choose.choices(["plain", "partitioned", "inherited"], [6, 2, 1])[0]
        table = RandomTable(f"t{number}", key, kind)
        tenants = 2 if len(key) == 2 else 1
        for row in range(self.choose.randint(1, 7)):
            table.rows.append({"t": self.choose.randrange(tenants), "id": row, "rid": row})
        return table

    def key(self, number: int, child: RandomTable, parent: RandomTable) -> None:
        """Add a key, fill its columns with values of existing rows, and say what it does."""
        columns = self.columns(number, child, parent)
        own = [c for c in columns if c != "t"]
        not_null = self.choose.random() < 0.2
        self.fill(child, parent, columns, nulls=0 if not_null else self.choose.choice([0, 0.3]))
        not_null &= all(row[c] is not None for row in child.rows for c in columns)
        action = self.choose.choice(ACTIONS)
        child.columns += [
            f"{c} int{self.default(action, parent)}{' not null' if not_null else ''}" for c in own
        ]
        subset = ""
        if action.startswith("set") and len(columns) == 2 and self.choose.random() < 0.5:
            subset = f" ({columns[1]})" if self.version >= 15 else ""
        full = " match full" if self.choose.random() < 0.25 and self.is_full(child, columns) else ""
        timing = self.choice_of_timing(child, parent)
        self.keys.append(
            f"alter table {child.name} add constraint k{number} foreign key ({', '.join(columns)})"
            f" references {parent.name} ({', '.join(parent.key)}){full} on delete {action}{subset}{timing}"
        )
        if "t" not in columns:
            changed = (columns[1],) if subset else columns
            self.own[f"x.{child.name}.k{number}"] = (child.name, changed)

    def columns(self, number: int, child: RandomTable, parent: RandomTable) -> tuple[str, ...]:
        if len(parent.key) == 1:
            return (f"f{number}",)
        shares = len(child.key) == 2 and self.choose.random() < 0.5
        return ("t" if shares else f"f{number}a", f"f{number}b")

    def fill(self, child: RandomTable, parent: RandomTable, columns: tuple[str, ...], nulls: float) -> None:
        for row in child.rows:
            matching = [p for p in parent.rows if columns[0] != "t" or p["t"] == row["t"]]
            target = self.choose.choice(matching) if matching else None
            if target is None or self.choose.random() < nulls:
                row.update({c: None for c in columns if c != "t"})
                if len(columns) == 2 and columns[0] != "t" and self.choose.random() < 0.3:
                    row[columns[0]] = 0
            else:
                row.update({c: target[k] for c, k in zip(columns, parent.key, strict=True)})

    def default(self, action: str, parent: RandomTable) -> str:
        if action != "set default" or self.choose.random() < 0.3:
            return ""
        return f" default {self.choose.choice([*range(len(parent.rows)), 99]) if self.choose.random() < 0.8 else 0}"

    def is_full(self, child: RandomTable, columns: tuple[str, ...]) -> bool:
        return all(len({row[c] is None for c in columns}) == 1 for row in child.rows)

    def choice_of_timing(self, child: RandomTable, parent: RandomTable) -> str:
        plain = child.kind != "partitioned" and parent.kind != "partitioned"
        choices = [""] * 8 + [" deferrable initially deferred", " deferrable"] * 2
        if plain:
            choices += [" not valid"]
        if self.version >= 18 and plain:
            choices += [" not enforced"]
        return self.choose.choice(choices)

    def create(self, table: RandomTable) -> list[str]:
        columns = ", ".join(["t int not null", "id int not null", "rid int not null", *table.columns])
        key = f"primary key ({', '.join(table.key)})"
        partitions = " partition by list (id)" if table.kind == "partitioned" else ""
        statements = [f"create table {table.name} ({columns}, {key}){partitions}"]
        if table.kind == "partitioned":
            for number, values in enumerate(("0, 1, 2", "3, 4, 5", "6, 7, 8")):
                statements.append(
                    f"create table {table.name}_{number} partition of {table.name} for values in ({values})"
                )
        if table.kind == "inherited":
            statements.append(f"create table {table.name}_heir () inherits ({table.name})")
        statements += [insert(table.name, row) for row in table.rows]
        if table.kind == "inherited":
            statements.append(insert(f"{table.name}_heir", {**table.rows[-1], "id": 50, "rid": 50}))
        return statements


def insert(name: str, row: dict[str, int | None]) -> str:
    values = ", ".join("null" if value is None else str(value) for value in row.values())
    return f"insert into {name} ({', '.join(row)}) values ({values})"


def random_schema(seed: int, version: int) -> RandomSchema:
    """Return the schema of a seed for a server of a major version."""
    return Builder(seed, version).build()
