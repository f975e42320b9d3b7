"""Precision and recall of candidate foreign keys on schemas whose keys are hidden.

Worlds of two kinds: generated ones, a naming style and a seed each, and shapes of well-known schemas
(benchmarks/worlds). Every world is built on a real server without its keys; all integer keys are dense and
start at 1, and each table has integer columns that refer to nothing, so inclusion holds by chance everywhere.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import psycopg

from workbench import catalog
from workbench.naming import qualified, quote
from workbench.probes import candidates, integrity, runner
from workbench.probes.probe import frame
from workbench.rows import records
from workbench.server import Server
from workbench.targets import Target, parse_url

WORLDS = Path(__file__).parent / "worlds"
SEEDS = (11, 12)
Reference = tuple[str, tuple[str, ...], str, tuple[str, ...]]
SQL_TYPES = {"int": "integer", "numeric": "numeric(10,2)", "date": "date", "uuid": "uuid", "text": "text"}


@dataclass
class Table:
    """One table: its key, and its columns with either a type or what they refer to."""

    name: str
    key: tuple[str, ...]
    key_type: str = "int"
    columns: list[tuple[str, str, str]] = field(default_factory=list)
    rows: int = 200


@dataclass
class World:
    """A schema with its true references."""

    name: str
    style: str
    tables: dict[str, Table]
    composites: list[Reference] = field(default_factory=list)

    def truth(self) -> set[Reference]:
        """Return every true reference, single and composite."""
        single = {
            (t.name, (column,), target, (self.tables[target].key[0],))
            for t in self.tables.values()
            for column, _, target in t.columns
            if target
        }
        return single | set(self.composites)

    def type_of(self, table: str, column: str) -> str:
        """Return the type of a column, that of the referenced key where it refers to one."""
        own = self.tables[table]
        for name, kind, target in own.columns:
            if name == column:
                return self.type_of(target, self.tables[target].key[0]) if target else kind
        return own.key_type


def read_world(path: Path) -> World:
    """Read a world in the form that worlds/README.md describes."""
    tables: dict[str, Table] = {}
    composites: list[Reference] = []
    for line in path.read_text().splitlines():
        if line.startswith("composite:"):
            found = re.findall(r"([\w.]+)\(([^)]*)\)", line)
            (child, own), (parent, theirs) = found
            composites.append((child, tuple(own.split(", ")), parent, tuple(theirs.split(", "))))
            continue
        match = re.fullmatch(r"([\w.]+)\(([^):]+)(?::(\w+))?\): (.*)", line)
        assert match, line
        table = Table(match[1], tuple(match[2].split(",")), match[3] or "int")
        for item in match[4].split(", "):
            name, _, target = item.partition(">")
            name, _, kind = name.partition(":")
            table.columns.append((name, kind or "text", target))
        tables[table.name] = table
    return World(path.stem, "public shape", tables, composites)


PLURALS = {
    "person": "people",
    "child": "children",
    "analysis": "analyses",
    "datum": "data",
    "status": "statuses",
}
VOCABULARY = tuple(
    """
    customer,order,order item,product,category,supplier,warehouse,shipment,invoice,payment,address,country,
    person,child,analysis,status,box,branch,department,employee,project,task,team,contract,policy,claim,device,
    sensor,reading,patient,visit,prescription,allergy,vaccine,school,student,course,lesson,exam,grade,library,
    book,author,publisher,ticket,message,channel,campaign,subscription,plan,currency,region,city,vehicle,driver,
    route,stop,facility,room,booking,bus
    """.replace("\n", "").split(",")
)
VERBS = ("created", "updated", "verified", "approved", "deleted", "reviewed")
ROLES = ("billing", "shipping", "primary", "source", "target", "current", "default", "home")
COUNTERS = (
    "position",
    "version",
    "score",
    "quantity",
    "rating",
    "priority",
    "retry_count",
    "sort_order",
    "year",
)
OUTSIDE = (
    "external_id",
    "legacy_id",
    "stripe_customer_id",
    "facebook_user_id",
    "batch_no",
    "session_id",
    "tax_id",
)
ABBREVIATIONS = {
    "customer": "cust",
    "department": "dept",
    "employee": "emp",
    "category": "cat",
    "product": "prod",
    "address": "addr",
    "warehouse": "whse",
    "subscription": "sub",
    "prescription": "presc",
    "organization": "org",
    "payment": "pmt",
    "project": "proj",
}


@dataclass(frozen=True)
class Style:
    """How a schema spells tables, keys, references, and who did something."""

    table: Callable[[list[str]], str]
    key: Callable[[list[str]], str]
    reference: Callable[[list[str]], str]
    by: Callable[[str], str]
    column: Callable[[str], str] = str
    key_type: str = "int"


def plural(words: Sequence[str]) -> list[str]:
    """Return words with the last in the plural."""
    last = words[-1]
    if last in PLURALS:
        ending = PLURALS[last]
    elif last.endswith("y") and last[-2] not in "aeiou":
        ending = last[:-1] + "ies"
    else:
        ending = last + ("es" if last.endswith(("s", "x", "ch", "sh")) else "s")
    return [*words[:-1], ending]


def snake(words: Sequence[str]) -> str:
    """Return words as snake_case."""
    return "_".join(words)


def camel(words: Sequence[str]) -> str:
    """Return words as camelCase."""
    return words[0] + "".join(map(str.capitalize, words[1:]))


def pascal(words: Sequence[str]) -> str:
    """Return words as PascalCase."""
    return "".join(map(str.capitalize, words))


def short(words: Sequence[str]) -> list[str]:
    """Return words abbreviated where people do so."""
    return [ABBREVIATIONS.get(word, word) for word in words]


def _camel_column(name: str) -> str:
    return camel(name.split("_"))


STYLES: dict[str, Style] = {
    "snake_case, plural": Style(
        lambda w: snake(plural(w)), lambda w: "id", lambda w: snake([*w, "id"]), lambda v: f"{v}_by"
    ),
    "snake_case, uuid": Style(
        lambda w: snake(plural(w)),
        lambda w: "id",
        lambda w: snake([*w, "id"]),
        lambda v: f"{v}_by_id",
        key_type="uuid",
    ),
    "camelCase": Style(
        lambda w: camel(plural(w)),
        lambda w: "id",
        lambda w: camel([*w, "id"]),
        lambda v: f"{v}By",
        _camel_column,
    ),
    "PascalCase, own key name": Style(
        pascal, lambda w: pascal([*w, "id"]), lambda w: pascal([*w, "id"]), lambda v: f"{v.capitalize()}ById"
    ),
    "bare: artist for artist.id": Style(snake, lambda w: "id", snake, lambda v: f"{v}_by"),
    "key named like its table": Style(
        snake, lambda w: snake([*w, "id"]), lambda w: snake([*w, "id"]), lambda v: f"{v}_by_id"
    ),
    "schema prefixes": Style(
        lambda w: f"s{len(w[-1]) % 3}." + snake(plural(w)),
        lambda w: "id",
        lambda w: snake([*w, "id"]),
        lambda v: f"{v}_by",
    ),
    "table prefix": Style(
        lambda w: "app_" + snake(plural(w)),
        lambda w: "id",
        lambda w: snake([*w, "id"]),
        lambda v: f"{v}_by_id",
    ),
    "abbreviations": Style(
        lambda w: snake(plural(w)), lambda w: "id", lambda w: snake([*short(w), "id"]), lambda v: f"{v}_by"
    ),
    "leading: fk_artist": Style(snake, lambda w: "id", lambda w: "fk_" + snake(w), lambda v: f"{v}_by"),
    "glued lower case": Style(
        "".join, lambda w: "".join(w) + "id", lambda w: "".join(w) + "id", lambda v: f"{v}by"
    ),
}


def generated(style_name: str, seed: int) -> World:
    """Return a world of about 18 tables in one style; the same seed gives the same world."""
    style, chance = STYLES[style_name], random.Random(f"{style_name} {seed}")
    entities = [word.split() for word in ["user", *chance.sample(VOCABULARY, 16)]]
    names = [style.table(words) for words in entities]
    tables = {
        name: Table(name, (style.key(words),), style.key_type, rows=chance.choice((60, 200, 900)))
        for name, words in zip(names, entities, strict=True)
    }
    for number, (name, words) in enumerate(zip(names, entities, strict=True)):
        table = tables[name]
        for target in chance.sample(range(number), min(number, chance.choice((1, 2, 3)))):
            role = [chance.choice(ROLES)] if chance.random() < 0.2 else []
            table.columns.append((style.reference([*role, *entities[target]]), "", names[target]))
        if chance.random() < 0.3:
            table.columns.append((style.reference(["parent"]), "", name))
        for verb in chance.sample(VERBS, chance.choice((0, 1, 2))):
            table.columns.append((style.by(verb), "", names[0]))
        decoys = [*chance.sample(COUNTERS, 2), *chance.sample(OUTSIDE, chance.choice((0, 1)))]
        table.columns += [(style.column(decoy), "int", "") for decoy in decoys]
        if words != ["user"] and chance.random() < 0.2:
            table.columns += [(style.column("owner_type"), "text", ""), (style.column("owner_id"), "int", "")]
        table.columns.append((style.column("description"), "text", ""))
        table.columns = list({column[0]: column for column in table.columns}.values())
    world = World(f"{style_name} {seed}", style_name, tables)
    _add_composite(world, style, chance)
    return world


def _add_composite(world: World, style: Style, chance: random.Random) -> None:
    """Add the lines of something, and something that refers to a line by both columns of its key."""
    owner = chance.choice([name for name in world.tables if len(name.split(".")[-1]) > 4])
    reference = style.reference(["stock", "lot"])
    line, number = style.table(["stock", "lot", "line"]), style.column("line_no")
    lot = style.table(["stock", "lot"])
    world.tables[lot] = Table(lot, (style.key(["stock", "lot"]),), style.key_type)
    world.tables[line] = Table(line, (reference, number), "int", [(reference, "", lot), (number, "int", "")])
    move = style.table(["stock", "move"])
    world.tables[move] = Table(
        move,
        (style.key(["stock", "move"]),),
        style.key_type,
        [(reference, "", lot), (number, "int", ""), (style.column("movement_year"), "int", "")],
    )
    world.composites.append((move, (reference, number), line, (reference, number)))
    assert owner


def _value(kind: str, rows: int) -> str:
    """Return the SQL of a random value that a key of ``rows`` rows has."""
    number = f"(1 + floor(random() * {rows}))::int"
    return {
        "int": number,
        "uuid": f"md5({number}::text)::uuid",
        "text": f"'K' || {number}",
        "numeric": "(random() * 100)::numeric(10,2)",
        "date": f"date '2024-01-01' + {number}",
    }[kind]


def build(world: World, connection: psycopg.Connection[object]) -> None:
    """Create the tables of a world and fill them; its keys stay undeclared."""
    for schema in sorted({name.split(".")[0] for name in world.tables if "." in name}):
        connection.execute(f"create schema {quote(schema)}")
    for table in world.tables.values():
        for statement in _statements(world, table):
            connection.execute(statement.encode())
    for child, columns, parent, referenced in world.composites:
        own = ", ".join(map(quote, columns))
        theirs = ", ".join(f"p.{quote(c)}" for c in referenced)
        connection.execute(
            f"update {_sql(child)} as c set ({own}) = ({theirs}) from (select *, row_number() over () as n,"
            f" count(*) over () as all_rows from {_sql(parent)}) as p"
            " where p.n = 1 + abs(hashtext(c.ctid::text)::int8) % p.all_rows".encode()
        )
    connection.execute("analyze")


def _sql(name: str) -> str:
    return qualified(*name.split("."))


def _statements(world: World, table: Table) -> Iterator[str]:
    listed = {name for name, _, _ in table.columns}
    kinds = {name: world.type_of(table.name, name) for name, _, _ in table.columns}
    kinds = {**{k: table.key_type for k in table.key if k not in listed}, **kinds}
    columns = ", ".join(f"{quote(name)} {SQL_TYPES[kind]}" for name, kind in kinds.items())
    key = ", ".join(map(quote, table.key))
    yield f"create table {_sql(table.name)} ({columns}, primary key ({key}))"
    targets = {name: target for name, _, target in table.columns}
    values = []
    for name, kind in kinds.items():
        if len(table.key) == 1 and name == table.key[0]:
            dense = {"int": "g", "uuid": "md5(g::text)::uuid", "text": "'K' || g"}[kind]
            # A key that is a reference too keeps within the referenced rows.
            values.append(dense)
        elif targets.get(name):
            values.append(_value(kind, _span(world, targets[name])))
        else:
            values.append("md5(random()::text)" if kind == "text" else _value(kind, 12))
    yield (
        f"insert into {_sql(table.name)} ({', '.join(map(quote, kinds))}) select {', '.join(values)}"
        f" from generate_series(1, {_span(world, table.name)}) as g on conflict do nothing"
    )


def _span(world: World, name: str) -> int:
    """Return the rows of a table; one whose key refers to another has no more than that has."""
    table = world.tables[name]
    target = next((t for c, _, t in table.columns if (c,) == table.key and t and t != name), None)
    return min(table.rows, _span(world, target)) if target else table.rows


def found_by_names(snapshot: catalog.Snapshot) -> set[Reference]:
    """Return what names, types and statistics report."""
    return _references(candidates.best(candidates.candidate_keys(snapshot)))


def found_with_data(target: Target, snapshot: catalog.Snapshot) -> set[Reference]:
    """Return what is left, and what is added, once the rows were asked."""
    rows = candidates.candidate_keys(snapshot)
    probes = integrity.candidate_probes(snapshot)
    return _references(candidates.judged(rows, frame(runner.run(target, probes, 120))))


def _references(rows: pd.DataFrame) -> set[Reference]:
    def path(schema: str, table: str) -> str:
        return table if schema == "public" else f"{schema}.{table}"

    return {
        (
            path(row["schema_name"], row["table_name"]),
            row["column_names"],
            path(row["referenced_schema"], row["referenced_table"]),
            row["referenced_columns"],
        )
        for row in records(rows)
    }


def measure(world: World, server: Server) -> dict[str, object]:
    """Build one world, look for its keys, and return the counts of right, wrong and missed ones."""
    name = "world"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name}")
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute("select setseed(0.5)")
        build(world, connection)
    target = Target(name, parse_url(server.url(name)))
    snapshot = catalog.capture(target)
    truth = world.truth()
    result: dict[str, object] = {"style": world.style, "world": world.name, "hidden": len(truth)}
    for how, found in (("names", found_by_names(snapshot)), ("data", found_with_data(target, snapshot))):
        result |= {f"{how}_right": len(found & truth), f"{how}_found": len(found)}
        result[f"{how}_wrong"] = sorted(found - truth)
        result[f"{how}_missed"] = sorted(truth - found)
    return result


def table(results: pd.DataFrame) -> pd.DataFrame:
    """Return precision and recall by style, public shapes each on its own, and over all."""
    by = results["style"].where(results["style"] != "public shape", results["world"])
    sums = results.groupby(by, sort=False).sum(numeric_only=True)
    sums.loc["all"] = sums.sum()
    shown = pd.DataFrame({"hidden keys": sums["hidden"]})
    for how in ("names", "data"):
        shown[f"precision, {how}"] = (sums[f"{how}_right"] / sums[f"{how}_found"]).round(3)
        shown[f"recall, {how}"] = (sums[f"{how}_right"] / sums["hidden"]).round(3)
    return shown


def markdown(shown: pd.DataFrame) -> str:
    """Return the table as Markdown."""
    head = ["style or schema", *shown.columns]
    rows = [
        [str(name), *(f"{v:g}" for v in row)] for name, row in zip(shown.index, shown.to_numpy(), strict=True)
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def worlds(seeds: Sequence[int] = SEEDS) -> list[World]:
    """Return all worlds."""
    made = [generated(style, seed) for style in STYLES for seed in seeds]
    return made + [read_world(path) for path in sorted(WORLDS.glob("*.txt"))]


def main(*, verbose: bool = False) -> None:
    """Measure every world, print the table and write it to benchmarks/candidates.md."""
    folder = Path(tempfile.mkdtemp(prefix="wb-candidates-"))
    folder.chmod(0o755)
    server = Server(folder / "server", settings={"autovacuum": "off"})
    with server:
        results = [measure(world, server) for world in worlds()]
    server.remove()
    text = markdown(table(pd.DataFrame(results)))
    print(text)
    if verbose:
        for result in results:
            for how in ("names_wrong", "data_wrong", "data_missed"):
                print(result["world"], how, result[how])
    Path(__file__).with_suffix(".md").write_text(f"{(__doc__ or '').strip()}\n\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(verbose=True)
