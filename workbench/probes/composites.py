"""Candidate foreign keys of several columns: ``(order_id, line_no)`` for the lines of an order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.catalog import Snapshot
from workbench.probes.entities import entity
from workbench.probes.matching import Catalogue, family
from workbench.rows import records
from workbench.words import words

_SCORE = 0.8


def composite_candidates(
    snapshot: Snapshot, catalogue: Catalogue, singles: Mapping[tuple[int, str], float]
) -> Iterator[list[Any]]:
    """Give the rows of composite candidates, their columns as in ``candidates.CANDIDATE_TYPES``.

    Every column of a composite primary key must be there under its own name, or under the referenced table's
    name and its own. Two tables that join the same others have the same columns and no key between them, so
    one column at least must be explained by nothing else and say more than ``name`` or ``key``, or the table be
    named after the other. Nor does one table refer to another because both have the same primary key, as a
    history per type of value has, nor to one of several that have the same.

    ``singles`` holds the best score of each single-column candidate by table OID and column.
    """
    keys = snapshot["foreign_keys"]
    declared = {
        (int(oid), frozenset(names))
        for oid, names in zip(keys["table_oid"], keys["column_names"], strict=True)
    }
    taken = {
        (int(oid), name)
        for oid, names in zip(keys["table_oid"], keys["column_names"], strict=True)
        for name in names
    }
    indexes = snapshot["indexes"]
    composite = [row for row in records(indexes[indexes["is_primary"]]) if len(row["key_columns"]) > 1]
    for child, columns in catalogue.columns_by_table.items():
        own_name = entity(str(columns[0]["table_name"])) if columns else ()
        found = []
        for key in composite:
            parent = int(key["table_oid"])
            # A key that refers to another table as a whole was borrowed from it.
            if parent == child or parent not in catalogue.columns_by_table:
                continue
            matched = (
                None
                if (parent, frozenset(key["key_columns"])) in declared
                else _matched(catalogue, key, columns)
            )
            if matched is None or (child, frozenset(matched)) in declared:
                continue
            # role_members of two schemas stand side by side; shipped_order_items belong to order_items.
            related = set(entity(str(key["table_name"]))) < set(own_name)
            explained = [
                (child, name) in taken or singles.get((child, name), 0.0) >= _SCORE for name in matched
            ]
            twins = set(matched) == set(catalogue.own_keys.get(child, ()))
            vague = all(
                known or len(words(name)) == 1 for name, known in zip(matched, explained, strict=True)
            )
            if related or not (vague or twins):
                found.append((related, matched, key))
        yield from _unambiguous(child, columns, found)


def _unambiguous(
    child: int,
    columns: list[dict[str, Any]],
    found: Sequence[tuple[bool, tuple[str, ...], Mapping[str, Any]]],
) -> Iterator[list[Any]]:
    """Give the candidates of a table; where several keys have the same columns, only its relatives'."""
    for related, matched, key in found:
        rivals = sum(set(other) == set(matched) for _, other, _ in found)
        if related or rivals == 1:
            yield [
                child,
                str(columns[0]["schema_name"]),
                str(columns[0]["table_name"]),
                matched,
                int(key["table_oid"]),
                str(key["schema_name"]),
                str(key["table_name"]),
                tuple(key["key_columns"]),
                _SCORE,
                1,
                (f"has every column of the key of {key['table_name']}",),
            ]


def _matched(
    catalogue: Catalogue, key: Mapping[str, Any], columns: list[dict[str, Any]]
) -> tuple[str, ...] | None:
    """Return the columns that stand for those of a key, in its order; None when one is missing."""
    parent = {str(c["column_name"]): c for c in catalogue.columns_by_table[int(key["table_oid"])]}
    by_words = {words(str(c["column_name"])): c for c in columns}
    name = entity(str(key["table_name"]))
    found: list[str] = []
    for column in key["key_columns"]:
        own = words(column)
        prefixed = by_words.get((*name, *own)) or by_words.get((name[-1], *own)) if name else None
        chosen = prefixed or by_words.get(own)
        if chosen is None or column not in parent or family(chosen) != family(parent[column]):
            return None
        # A key of (tenant_id, id) is held by tenant_id and user_id, never by another table's own id. Nor are a day
        # and a measure those of another table because their names are the same.
        if prefixed is None and (own in (("id",), ("uuid",)) or not family(chosen)):
            return None
        found.append(str(chosen["column_name"]))
    return tuple(found) if len(set(found)) == len(found) else None
