# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""Polymorphic references: a ``*_type`` column says which table the ``*_id`` beside it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.catalog import Snapshot
from workbench.naming import literal, quote
from workbench.probes.entities import stem
from workbench.probes.matching import Catalogue, Key, family
from workbench.probes.probe import Probe
from workbench.probes.relations import Relations
from workbench.words import words

MOST_TABLES = 200


@dataclass(frozen=True)
class Pair:
    """The two columns of a polymorphic reference."""

    table_oid: int
    type_column: str
    id_column: str
    family: str


def polymorphic_pairs(snapshot: Snapshot) -> list[Pair]:
    """Return the pairs that no declared key explains; ``account_type`` of an accounts' key is an attribute."""
    catalogue = Catalogue(snapshot)
    keys = snapshot["foreign_keys"]
    covered = {
        (int(oid), name)
        for oid, names in zip(keys["table_oid"], keys["column_names"], strict=True)
        for name in names
    }
    found = []
    for oid, columns in sorted(catalogue.columns_by_table.items()):
        by_name = {words(str(c["column_name"])): c for c in columns}
        for name, column in by_name.items():
            other = (
                by_name.get((*name[:-1], "type")) if len(name) > 1 and name[-1] in ("id", "uuid") else None
            )
            if other is None or (oid, column["column_name"]) in covered or not family(column):
                continue
            says = family(other) == "text" or other["type_kind"] == "enum"
            if says and not catalogue.named(stem(str(column["column_name"]))[0]):
                names = (str(other["column_name"]), str(column["column_name"]))
                found.append(Pair(oid, *names, family(column)))
    return found


def polymorphic_probes(snapshot: Snapshot) -> list[Probe]:
    """Return a probe for each pair: rows whose type is a table's name and whose key that table lacks.

    A type that names no table, or names it in other words, is not examined.
    """
    relations = Relations(snapshot)
    keys = [key for key in Catalogue(snapshot).keys if key.is_primary]
    return [_probe(pair, relations, keys) for pair in polymorphic_pairs(snapshot)]


def _probe(pair: Pair, relations: Relations, keys: Sequence[Key]) -> Probe:
    schema, table = relations.name(pair.table_oid)
    readable = [
        key for key in keys if key.family == pair.family and relations.obstacle(key.oid, [key.column]) is None
    ][:MOST_TABLES]
    kind = quote(pair.type_column)
    # 'App\\Models\\BlogPost', 'blog.BlogPost' and 'blog_posts' all name blog_posts.
    bare = "lower(regexp_replace(regexp_replace(d.kind, '^.*[.:/\\\\]', ''), '[^[:alnum:]]', '', 'g'))"
    places = " ".join(
        f"when {bare} in ({', '.join(map(literal, _spellings(key)))}) then {number}"
        for number, key in enumerate(readable)
    )
    cases = " ".join(
        f"when {number} then not exists (select from {relations.sql(key.oid)} as p"
        f" where p.{quote(key.column)} = c.{quote(pair.id_column)})"
        for number, key in enumerate(readable)
    )
    rest: dict[str, Any] = {}
    if readable:
        own = relations.sql(pair.table_oid)
        # There are few kinds and many rows, so each kind is understood once.
        kinds = f"select distinct k.{kind}::text as kind from {own} as k"
        rest = {
            "joins": (
                f" left join (select d.kind, case {places} end as place from ({kinds}) as d) as n"
                f" on n.kind = c.{kind}::text"
            ),
            "examined": f"(c.{quote(pair.id_column)} is not null and n.place is not null)",
            "violation": f"(case n.place {cases} else false end)",
        }
    return Probe(
        kind="polymorphic",
        name=f"{pair.type_column}, {pair.id_column}",
        schema_name=schema,
        table_name=table,
        columns=(pair.type_column, pair.id_column),
        referenced_schema=None,
        referenced_table=None,
        referenced_columns=(),
        relation=relations.sql(pair.table_oid),
        distinct=f"c.{quote(pair.id_column)}",
        pages=relations.pages(pair.table_oid),
        skipped=relations.obstacle(pair.table_oid, (pair.type_column, pair.id_column))
        or (None if readable else "no table has a key of its type"),
        **rest,
    )


def _spellings(key: Key) -> list[str]:
    """Return the ways to call a table once blanks, marks and case are gone: ``blogposts``, ``blogpost``."""
    return sorted({"".join(words(key.table)), "".join(key.entity)})
