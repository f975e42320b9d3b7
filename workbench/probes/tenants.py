"""Commuting paths of the foreign-key graph: two ways from a row to its owner that must end at the same one.

``cards.account_id`` and the account of ``cards.user_id`` are two answers to one question. Which questions
have one answer is judged from the graph: the table that owns others, and columns named after what they refer
to. A column named after a role (``nurse_id`` for a user) may rightly lead elsewhere, so it is a lead only.
"""

from __future__ import annotations

import fnmatch
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.catalog import Snapshot
from workbench.naming import quote
from workbench.probes.entities import ACTORS, TENANTS, entity, names_entity
from workbench.probes.probe import Probe
from workbench.probes.relations import Relations
from workbench.rows import records

LONGEST_PATH = 3
MOST_EDGES = 4
MOST_LEADS = 100
SELF = frozenset({"parent", "root", "ancestor"})


@dataclass(frozen=True)
class Edge:
    """One declared single-column or composite key, from the referencing to the referenced table's OID."""

    child: int
    parent: int
    columns: tuple[str, ...]
    referenced: tuple[str, ...]
    not_null: bool
    plain: bool
    """The columns are named after the referenced table: no role speaks through them."""
    holds: bool
    """Its rows are known to obey it."""

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Referencing and referenced columns, pair by pair."""
        return frozenset(zip(self.columns, self.referenced, strict=True))


@dataclass(frozen=True)
class Square:
    """Two paths from one table to one root; ``certain`` when they must end at the same row."""

    shorter: tuple[Edge, ...]
    longer: tuple[Edge, ...]
    certain: bool
    owned: bool
    """Both columns that name the root are NOT NULL."""

    @property
    def root(self) -> int:
        """OID of the table at the end of both paths."""
        return self.shorter[-1].parent

    @property
    def child(self) -> int:
        """OID of the table at the start of both paths."""
        return self.shorter[0].child


def edges(snapshot: Snapshot) -> list[Edge]:
    """Return the keys that exist in the graph, partitions' own ones left out, in a stable order."""
    keys = snapshot["foreign_keys"]
    found = []
    for key in records(keys[keys["parent_constraint_oid"].isna()]):
        table, columns = str(key["referenced_table"]), key["column_names"]
        # Of a composite key the last column names the thing, those before it repeat the tenant.
        plain = names_entity(columns[-1], table, referenced=key["referenced_columns"][-1])
        own = key["table_oid"] == key["referenced_oid"]
        if own:
            plain = any(word in SELF for word in entity(columns[-1]))
        found.append(
            Edge(
                int(key["table_oid"]),
                int(key["referenced_oid"]),
                key["column_names"],
                key["referenced_columns"],
                all(key["columns_not_null"]),
                plain,
                key["is_validated"] and key["is_enforced"] and not key["disabled_triggers_count"],
            )
        )
    return sorted(set(found), key=lambda e: (e.child, e.parent, e.columns))


def tenant_roots(snapshot: Snapshot, found: Sequence[Edge]) -> dict[int, bool]:
    """Return the tables that own others by OID, and whether they do so for certain.

    Named in ``tenant_roots`` of the options: certain. Otherwise certain when the name is that of a tenant and
    two tables or more are its direct property, none of them through two columns (that would be an actor);
    any other table that is no actor and that two tables name the same way may own them, as a lead.
    """
    tables = snapshot["tables"]
    names = {
        int(oid): (str(schema), str(name))
        for oid, schema, name in zip(
            tables["table_oid"], tables["schema_name"], tables["table_name"], strict=True
        )
    }
    chosen = snapshot.options.tenant_roots
    incoming: dict[int, list[Edge]] = defaultdict(list)
    for edge in found:
        if edge.child != edge.parent:
            incoming[edge.parent].append(edge)
    roots = {}
    for oid, referencing in sorted(incoming.items()):
        if oid not in names:
            continue
        schema, name = names[oid]
        if any(fnmatch.fnmatchcase(path, p) for p in chosen for path in (name, f"{schema}.{name}")):
            roots[oid] = True
            continue
        owning = {edge.child for edge in referencing if edge.plain}
        doubled = len(referencing) - len({edge.child for edge in referencing})
        words = entity(name)
        # A table named twice by many others is an actor; now and then a merge or a transfer is no sign of it.
        tenant = bool(words) and words[-1] in TENANTS and doubled <= len(referencing) // 10
        if len(owning) < 2 or (not tenant and (words and words[-1] in ACTORS)):
            continue
        roots[oid] = tenant and not chosen
    return roots


def squares(found: Sequence[Edge], roots: Mapping[int, bool]) -> list[Square]:
    """Return the pairs of paths that should agree, shortest first and each pair once.

    Paths have three edges at most, a pair four. A pair that is made of smaller ones is left out: when a table
    on the way refers to the root itself, its own triangle says the same and more precisely.
    """
    outgoing: dict[int, list[Edge]] = defaultdict(list)
    for edge in found:
        outgoing[edge.child].append(edge)
    result = []
    for root, certain_root in sorted(roots.items()):
        direct: dict[int, list[Edge]] = defaultdict(list)
        for edge in found:
            if edge.parent == root and edge.child != root:
                direct[edge.child].append(edge)
        for child in sorted(outgoing):
            if child == root:
                continue
            paths = list(_paths(child, root, outgoing, direct, LONGEST_PATH if certain_root else 2))
            for one, other in itertools.combinations(paths, 2):
                square = _square(one, other, direct, certain_root)
                if square is not None:
                    result.append(square)
    result.sort(key=lambda s: (not s.certain, len(s.shorter) + len(s.longer)))
    leads = itertools.islice((s for s in result if not s.certain), MOST_LEADS)
    return [s for s in result if s.certain] + list(leads)


def _paths(
    child: int,
    root: int,
    outgoing: Mapping[int, list[Edge]],
    direct: Mapping[int, list[Edge]],
    longest: int,
) -> Iterator[tuple[Edge, ...]]:
    """Give the paths to the root whose tables on the way end at the first that refers to it."""

    def walk(table: int, path: tuple[Edge, ...]) -> Iterator[tuple[Edge, ...]]:
        if path and table in direct and table != child:
            for last in direct[table]:
                yield (*path, last)
            return
        if len(path) + 1 >= longest:
            return
        for edge in outgoing.get(table, ()):
            if edge.parent not in (root, child) and all(edge.parent != step.child for step in path):
                yield from walk(edge.parent, (*path, edge))

    for edge in direct.get(child, ()):
        yield (edge,)
        # A row and the row above it, a category and its parent, have one owner.
        for own in outgoing.get(child, ()):
            if own.parent == child:
                yield (own, edge)
    yield from walk(child, ())


def _square(
    one: tuple[Edge, ...], other: tuple[Edge, ...], direct: Mapping[int, list[Edge]], certain_root: bool
) -> Square | None:
    shorter, longer = sorted((one, other), key=len)
    if not _minimal(shorter, longer, direct):
        return None
    ends = (shorter[-1], longer[-1])
    # Two columns for one root in one table are two roles, and no rule says which of them is meant.
    if any(len(direct[end.child]) > 1 for end in ends):
        return None
    roles = sum(not edge.plain for edge in (*shorter, *longer))
    owned = all(end.not_null for end in ends)
    if certain_root:
        return Square(shorter, longer, roles == 0, owned) if roles <= 1 else None
    # A root that may not own anything is worth a question in the plainest of shapes only.
    plainest = roles == 0 and len(shorter) == 1 and len(longer) == 2
    return Square(shorter, longer, False, owned) if plainest else None


def _minimal(shorter: tuple[Edge, ...], longer: tuple[Edge, ...], direct: Mapping[int, list[Edge]]) -> bool:
    """Tell whether two paths form one loop that no shorter loop implies, and short enough to mean something."""
    if len(shorter) + len(longer) > MOST_EDGES or len(longer) < 2:
        return False
    if len(shorter) > 1 and shorter[0].child in direct:
        return False
    met = {edge.parent for edge in shorter[:-1]} & {edge.parent for edge in longer[:-1]}
    return not met and not (len(shorter) == len(longer) and shorter[-1] == longer[-1])


def tenant_probes(snapshot: Snapshot) -> list[Probe]:
    """Return a probe for each pair of paths that should agree; guarded ones come with ``skipped`` set."""
    return [probe for _, probe in tenant_questions(snapshot)]


def tenant_questions(snapshot: Snapshot) -> list[tuple[Square, Probe]]:
    """Return the pairs of paths with their probes."""
    found = edges(snapshot)
    ways, beside = _ways(found), _between(found)
    relations = Relations(snapshot)
    return [
        (square, _probe(square, relations, _guarded(square, beside)))
        for square in squares(ways, tenant_roots(snapshot, ways))
        if square.child in relations and not relations.extension(square.child)
    ]


def _guarded(square: Square, beside: Mapping[tuple[int, int], list[Edge]]) -> str | None:
    """Return why a triangle cannot disagree: a composite key carries the root's column along."""
    if len(square.shorter) != 1 or len(square.longer) != 2:
        return None
    own, (link, last) = square.shorter[0], square.longer
    wanted = link.pairs | set(zip(own.columns, last.columns, strict=False))
    for edge in beside.get((link.child, link.parent), ()):
        if edge.holds and wanted <= edge.pairs:
            return "a composite foreign key already makes both ways agree"
    return None


def _between(found: Sequence[Edge]) -> dict[tuple[int, int], list[Edge]]:
    """Return the edges by referencing and referenced table."""
    grouped: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    for edge in found:
        grouped[edge.child, edge.parent].append(edge)
    return grouped


def _ways(found: Sequence[Edge]) -> list[Edge]:
    """Return the edges to walk: one that repeats another and adds the owner's column is a guard, no way."""
    beside = _between(found)
    return [e for e in found if not any(other.pairs < e.pairs for other in beside[e.child, e.parent])]


def path_text(path: Sequence[Edge], relations: Relations) -> str:
    """Return a path as ``cards(user_id) → users(account_id) → accounts``."""
    steps = [f"{relations.name(edge.child)[1]}({', '.join(edge.columns)})" for edge in path]
    return " → ".join([*steps, relations.name(path[-1].parent)[1]])


def _probe(square: Square, relations: Relations, guarded: str | None) -> Probe:
    joins, ends, obstacles = "", [], []
    for side, path in (("s", square.shorter), ("l", square.longer)):
        alias = "c"
        for number, edge in enumerate(path):
            obstacles.append(relations.obstacle(edge.child, edge.columns))
            if number == len(path) - 1:
                ends.append([f"{alias}.{quote(column)}" for column in edge.columns])
                break
            following = f"{side}{number}"
            on = " and ".join(
                f"{following}.{quote(target)} = {alias}.{quote(column)}"
                for column, target in zip(edge.columns, edge.referenced, strict=True)
            )
            obstacles.append(relations.obstacle(edge.parent, edge.referenced))
            if obstacles[-1] is None:
                joins += f" join {relations.sql(edge.parent)} as {following} on {on}"
            alias = following
    examined = " and ".join(f"{end} is not null" for end in itertools.chain(*ends))
    differs = " or ".join(f"{a} <> {b}" for a, b in zip(*ends, strict=False))
    schema, table = relations.name(square.child)
    inside = square.root in relations
    referenced_schema, referenced_table = relations.name(square.root) if inside else (None, None)
    obstacle = next((reason for reason in obstacles if reason), None)
    return Probe(
        kind="tenant",
        name=f"{path_text(square.shorter, relations)} = {path_text(square.longer, relations)}",
        schema_name=schema,
        table_name=table,
        columns=tuple(dict.fromkeys((*square.shorter[0].columns, *square.longer[0].columns))),
        referenced_schema=referenced_schema,
        referenced_table=referenced_table,
        referenced_columns=square.shorter[-1].referenced,
        relation=relations.sql(square.child),
        joins=joins,
        examined=f"({examined})",
        violation=f"({differs})",
        pages=relations.pages(square.child),
        skipped=obstacle or guarded,
    )


def composite_key(square: Square, relations: Relations) -> Mapping[str, Any] | None:
    """Return the composite key that would enforce a triangle; None for longer paths, which lack a column.

    Keys: ``child`` and ``parent`` (schema and table), ``columns``, ``referenced``.
    """
    if len(square.shorter) != 1 or len(square.longer) != 2:
        return None
    own, (link, last) = square.shorter[0], square.longer
    if len(own.columns) != 1 or len(last.columns) != 1 or (link.child == link.parent and not link.plain):
        return None
    return {
        "child": relations.name(link.child),
        "parent": relations.name(link.parent),
        "columns": (*link.columns, *own.columns),
        "referenced": (*link.referenced, *last.columns),
    }
