"""Which table may a column's name stand for: an index of a schema's entities and the ways to spell them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot
from workbench.probes.entities import (
    ACTORS,
    KEY_WORDS,
    LOGINS,
    ROLES,
    abbreviates,
    common_prefix,
    entity,
    singular,
    stem,
    word_set,
)
from workbench.rows import records
from workbench.words import words

_INTEGERS = frozenset({"smallint", "integer", "bigint"})
_TEXTS = frozenset({"text", "character varying", "character", "bpchar", "citext"})
# Words of a system elsewhere: its keys are nobody's here.
_FOREIGN = word_set(
    """
    external ext stripe facebook google twitter github gitlab linkedin paypal apple aws azure salesforce hubspot
    slack twilio legacy old remote third vendor provider trace correlation tracking tax vat imported erp crm
    ehr mrn sis plaid shopify quickbooks xero zendesk firebase okta oauth saml ldap sso
    """
)
_STALE = word_set(
    """
    old backup bak tmp temp archive archived history copy staging stg log audit
    """
)
_SELF = word_set(
    """
    parent root ancestor previous prev next original predecessor successor sibling reply superseded
    thread
    """
)
_ORIGINS = frozenset({"from", "into", "of", "to"})
_DOERS = ("user", "usr")
Place = tuple[int, str]
"""A column by its table's OID and its name."""
_GLUED = re.compile(r"(?P<stem>.{2,}?)_?(?P<key>id|uuid|key|code|no|fk)$")


@dataclass(frozen=True)
class Key:
    """A single-column key that others may refer to."""

    oid: int
    schema: str
    table: str
    entity: tuple[str, ...]
    column: str
    family: str
    data_type: str
    rows: float | None
    is_primary: bool


@dataclass(frozen=True)
class Match:
    """A key that a name may stand for, how likely, and why."""

    key: Key
    score: float
    reasons: tuple[str, ...]


def family(column: Mapping[str, Any]) -> str:
    """Return the family of types within which keys compare: int, uuid or text; empty for no key's type."""
    base = str(column["base_type"])
    plain = base.split("(", maxsplit=1)[0]
    if plain in _INTEGERS or re.fullmatch(r"numeric(\(\d+,0\))?", base):
        return "int"
    if plain == "uuid":
        return "uuid"
    return "text" if plain in _TEXTS else ""


class Catalogue:
    """The tables of a snapshot, indexed by every name that a column may call them."""

    def __init__(self, snapshot: Snapshot) -> None:
        tables = snapshot["tables"]
        proper = tables[
            tables["kind"].isin(["table", "partitioned table"])
            & ~tables["is_partition"]
            & tables["extension"].isna()
        ]
        self._tables = {int(row["table_oid"]): row for row in records(proper)}
        self.columns_by_table: dict[int, list[dict[str, Any]]] = {oid: [] for oid in self._tables}
        for column in records(snapshot["columns"]):
            if int(column["table_oid"]) in self._tables:
                self.columns_by_table[int(column["table_oid"])].append(column)
        self.prefix = common_prefix([str(row["table_name"]) for row in self._tables.values()])
        self._column_prefix = {
            oid: common_prefix([str(c["column_name"]) for c in columns], share=0.8)
            for oid, columns in self.columns_by_table.items()
        }
        self._names = {
            oid: {words(str(c["column_name"])) for c in columns}
            for oid, columns in self.columns_by_table.items()
        }
        self.own_keys: dict[int, tuple[str, ...]] = {}
        self.keys = list(self._keys(snapshot["indexes"]))
        self._refers = _single_references(snapshot["foreign_keys"])
        self._index()

    def _keys(self, indexes: pd.DataFrame) -> Iterator[Key]:
        """Give the single-column unique keys, primary ones first."""
        types = {
            (oid, str(c["column_name"])): c for oid, columns in self.columns_by_table.items() for c in columns
        }
        whole = indexes[indexes["is_unique"] & indexes["is_valid"] & indexes["predicate"].isna()]
        for index in sorted(records(whole), key=lambda i: (not i["is_primary"], str(i["index_name"]))):
            oid = int(index["table_oid"])
            if index["is_primary"]:
                self.own_keys[oid] = index["key_columns"]
            column = types.get((oid, index["key_columns"][0])) if len(index["key_columns"]) == 1 else None
            if oid not in self._tables or column is None or not family(column):
                continue
            row = self._tables[oid]
            yield Key(
                oid,
                str(row["schema_name"]),
                str(row["table_name"]),
                self._bare(str(row["table_name"])),
                str(column["column_name"]),
                family(column),
                str(column["base_type"]),
                None if pd.isna(row["estimated_rows"]) else float(row["estimated_rows"]),
                bool(index["is_primary"]),
            )

    def _bare(self, table: str) -> tuple[str, ...]:
        found = entity(table)
        return found[1:] if self.prefix and len(found) > 1 and words(table)[0] == self.prefix else found

    def _index(self) -> None:
        self._by_entity: dict[tuple[str, ...], list[Key]] = defaultdict(list)
        self._by_joined: dict[str, list[Key]] = defaultdict(list)
        self._by_tail: dict[tuple[str, ...], list[Key]] = defaultdict(list)
        self._by_column: dict[tuple[str, ...], list[Key]] = defaultdict(list)
        self._glued: dict[str, list[Key]] = defaultdict(list)
        for key in self.keys:
            name = words(key.column)
            if key.is_primary and len(name) == 1 and len(name[0]) > 6 and stem(key.column)[0]:
                self._glued[name[0]].append(key)
        has_primary = {key.oid for key in self.keys if key.is_primary}
        for key in self.keys:
            for _, spelled in self._spelled(key.oid, key.column):
                said, key_word = stem(spelled)
                # Titles, codes and addresses are unique in one table and plain attributes in others.
                telling = (
                    key_word or set(said) & set(key.entity) if not key.is_primary else len(words(spelled)) > 1
                )
                if said and (telling or (key.is_primary and _GLUED.fullmatch(words(spelled)[0]))):
                    self._by_column[words(spelled)].append(key)
            # The primary key stands for its table; another unique column must be named itself.
            if not key.is_primary and key.oid in has_primary:
                continue
            for name in {key.entity, entity(key.table), (*entity(key.schema), *key.entity)}:
                self._by_entity[name].append(key)
                self._by_joined["".join(name)].append(key)
            for start in range(1, len(key.entity)):
                self._by_tail[key.entity[start:]].append(key)
        self._by_letter: dict[str, list[tuple[tuple[str, ...], list[Key]]]] = defaultdict(list)
        for spelled_name, keys in self._by_entity.items():
            if spelled_name and spelled_name[0]:
                self._by_letter[spelled_name[0][0]].append((spelled_name, keys))
        self._primary: dict[int, list[Key]] = defaultdict(list)
        for key in self.keys:
            self._primary[key.oid].append(key)
        self._logins = [k for k in self.keys if k.is_primary and k.entity and k.entity[-1] in LOGINS]

    def root(self, place: Place) -> Place:
        """Return the column that a column refers to in the end, by declared keys; itself when it refers to none."""
        seen = set()
        while place in self._refers and place not in seen:
            seen.add(place)
            place = self._refers[place]
        return place

    def named(self, phrase: tuple[str, ...]) -> bool:
        """Tell whether a table is called exactly this."""
        return bool(phrase) and (phrase in self._by_entity or "".join(phrase) in self._by_joined)

    def spellings(self, oid: int, column: str) -> Iterator[tuple[str, float]]:
        """Give a column's name, and the name without the prefix that all columns of its table share."""
        yield column, 1.0
        for share, spelled in self._spelled(oid, column):
            if spelled != column:
                yield spelled, share

    def _spelled(self, oid: int, column: str) -> Iterator[tuple[float, str]]:
        yield 1.0, column
        parts = words(column)
        if self._column_prefix.get(oid) and len(parts) > 1 and parts[0] == self._column_prefix[oid]:
            yield 0.97, "_".join(parts[1:])

    def matches(self, name: str, oid: int, schema: str, table: str) -> Iterator[Match]:
        """Give the keys that a column of a table may stand for; type and statistics are not looked at."""
        found, key_word = stem(name)
        if not key_word and len(found) == 1 and not self.named(found):
            found, key_word = self._unglued(found[0])
        if not found or found in (("id",), ("key",), ("name",)):
            return
        own = self._bare(table)
        direct = [*self._by_name(name, found), *self._entities(name, found, key_word, oid, own, schema)]
        yield from direct
        strong = [match for match in direct if match.score >= 0.7]
        yield from self._selves(found, key_word, oid, own, bool(strong))
        if not strong:
            yield from self._actors(found, key_word, schema)
            yield from self._shortened(found, key_word)

    def _unglued(self, word: str) -> tuple[tuple[str, ...], str]:
        """Return the words of a name that is written without a mark between them: ``homeauthorid``."""
        if word.endswith("by") and word[:-2] in ROLES:
            return (word[:-2], "by"), ""
        for role in _DOERS:
            if word.startswith(role) and word[len(role) :] in ROLES:
                return (word[len(role) :],), "id"
        glued = _GLUED.fullmatch(word)
        if glued is None:
            return (word,), ""
        rest = singular(glued["stem"])
        if self.named((rest,)) or (rest,) in self._by_tail or rest in _SELF | ROLES:
            return (rest,), glued["key"]
        ending = max((e for e in self._by_joined if len(e) > 3 and rest.endswith(e)), key=len, default="")
        return ((rest[: -len(ending)], ending), glued["key"]) if ending else ((word,), "")

    def _by_name(self, name: str, found: tuple[str, ...]) -> Iterator[Match]:
        """Give keys whose own name is this column's: ``artist_id`` for ``artist.artist_id``."""
        same = self._by_column.get(words(name), [])
        if not same and len(found) == 1:
            # Text keys in particular are named in full behind a role: sizeunitmeasurecode.
            ending = max((n for n in self._glued if found[0].endswith(n)), key=len, default="")
            yield from (
                Match(key, 0.78, (f"ends in the key {key.table}.{key.column}",))
                for key in self._glued.get(ending, ())
            )
        for key in same:
            root = self.root((key.oid, key.column))
            if root != (key.oid, key.column) and key.entity[-len(found) :] != found:
                # The key was borrowed along with its name: page_id of page_details stands for pages.
                why = f"named like {key.table}.{key.column}, which refers to it"
                yield from (Match(k, 0.88, (why,)) for k in self.keys if (k.oid, k.column) == root)
                continue
            # A table that another's key is the key of, one to one, does not answer to that name beside the other.
            fits = key.entity[-len(found) :] == found or (len(same) == 1 and not self._answers(found, name))
            # A unique column says less than a key, and least in a table that is not called so at all.
            unique = 0.8 if set(found) & set(key.entity) else 0.55
            score = (0.93 if key.is_primary else unique) if fits else 0.5
            yield Match(key, score * _staleness(key), (f"named like the key {key.table}.{key.column}",))

    def _entities(
        self, name: str, found: tuple[str, ...], key_word: str, oid: int, own: tuple[str, ...], schema: str
    ) -> Iterator[Match]:
        """Give tables that the column is named after, whole or after a word for their role."""
        for start in range(len(found)):
            phrase, role = found[start:], found[:start]
            weight = _suffix_weight(key_word, bool(role))
            if role:
                weight *= 0.25 if _FOREIGN & set(role) else 0.9
            for key, nearness, why in self._called(phrase, own, name, schema):
                # A bare "type" or "status" is an attribute, though some table's name may end in it.
                if not key_word and len(found) == 1 and nearness < 0.9:
                    continue
                # currency_code is for currencies.code, and not for currencies.id.
                spelled = key_word == "weak" and words(key.column)[-1] == words(name)[-1]
                # A word that ends its own table's name is the thing itself, or one of another table.
                itself = key.oid == oid and (not key_word or (nearness < 1 and not role))
                if (role and nearness < 0.6) or itself:
                    continue
                text = f"named after {key.table}" + (f" in the role {' '.join(role)}" if role else "")
                share = 0.85 if key.family == "text" and not key_word else 1.0
                yield Match(
                    key, (0.93 if spelled else weight) * nearness * share * _staleness(key), (text, *why)
                )

    def _answers(self, found: tuple[str, ...], name: str) -> bool:
        """Tell whether another table than those with a column of this name may be called by it."""
        named = [*self._by_entity.get(found, ()), *self._by_tail.get(found, ())]
        return any(words(name) not in self._names[key.oid] for key in named)

    def _called(
        self, phrase: tuple[str, ...], own: tuple[str, ...], name: str, schema: str
    ) -> Iterator[tuple[Key, float, tuple[str, ...]]]:
        exact = self._by_entity.get(phrase) or self._by_joined.get("".join(phrase), [])
        # dashboard_user has a user_id itself: it tells of users and is none.
        tails = [key for key in self._by_tail.get(phrase, []) if words(name) not in self._names[key.oid]]
        near = {key.schema for key in (*exact, *tails)}
        for key in exact:
            # files of another schema are one of several kinds of files, unless there is but one.
            yield key, 0.85 if key.schema != schema and (len(near) > 1 or tails) else 1.0, ()
        for key in tails:
            kin = (
                bool(own)
                and key.entity[: len(key.entity) - len(phrase)] == own[: len(key.entity) - len(phrase)]
            )
            if kin:
                yield key, 0.9, ("both tables begin alike",)
            elif not exact:
                # Of ab_user and ab_register_user it is the plainer one, but never what joins two others.
                joins = self.named(key.entity[: -len(phrase)])
                plainest = all(len(other.entity) > len(key.entity) for other in tails if other.oid != key.oid)
                plainest = plainest and not joins
                nearness = 0.68 if len(tails) == 1 else 0.6 if plainest else 0.45
                yield key, nearness, ("the last words of its name",)

    def _selves(
        self, found: tuple[str, ...], key_word: str, oid: int, own: tuple[str, ...], named: bool
    ) -> Iterator[Match]:
        """Give the column's own table where it names a relative: ``parent_id``, ``reply_to_id``, ``manager_id``."""
        relative = (found[0] in _SELF or found[-1] in _SELF) and (bool(key_word) or found[0] == "parent")
        moved = len(found) > 1 and found[-1] in _ORIGINS and found[-2] not in ROLES
        origin = bool(key_word) and moved
        chief = (
            own[-1:]
            and own[-1] in ACTORS
            and (found[-1] in ("manager", "supervisor", "boss", "lead") or found == ("report", "to"))
        )
        if not (relative or origin or chief) or (named and not chief):
            return
        rest = [word for word in found if word not in _SELF]
        score = 0.85 if relative and (not rest or set(rest) <= set(own)) else 0.75 if chief or origin else 0.6
        for key in self._primary.get(oid, ()):
            if key.is_primary:
                yield Match(key, score, ("names another row of its own table",))

    def _actors(self, found: tuple[str, ...], key_word: str, schema: str) -> Iterator[Match]:
        """Give the table of users for ``created_by``, ``verified_by_id``, ``nurse_id``, ``assigned_to``."""
        acts = found[-1] == "by" or found[-2:] == ("assigned", "to")
        role = found[-1] in ROLES and (bool(key_word) or len(found) == 1)
        if not (acts or role):
            return
        score = 0.82 if acts else 0.74 if key_word else 0.55
        near = sorted(
            self._logins, key=lambda k: (len(k.entity), LOGINS.index(k.entity[-1]), k.schema != schema)
        )
        for number, key in enumerate(near[:3]):
            share = (1.0 if number == 0 else 0.6) * (0.6 if key.family == "text" else 1.0)
            yield Match(key, score * share * _staleness(key), ("names who did it",))

    def _shortened(self, found: tuple[str, ...], key_word: str) -> Iterator[Match]:
        """Give tables that the column abbreviates: ``dept_id``, ``cust_no``, ``po_id`` for purchase_orders."""
        if not key_word or len("".join(found)) < 2:
            return
        hits: list[tuple[Key, str]] = []
        for name, keys in self._by_letter.get(found[0][0], ()):
            if len(name) == len(found) and name != found and all(map(abbreviates, found, name)):
                hits += [(key, f"abbreviates {key.table}") for key in keys]
            elif len(found) == 1 and len(name) > 1 and found[0] == "".join(word[0] for word in name):
                hits += [(key, f"the initials of {key.table}") for key in keys]
        unique = {key.oid for key, _ in hits}
        for key, why in hits:
            yield Match(key, 0.65 if len(unique) == 1 else 0.35, (why,))


def _single_references(foreign_keys: pd.DataFrame) -> dict[Place, Place]:
    """Return what each column refers to by a declared key of its own."""
    found = {}
    names = ("table_oid", "column_names", "referenced_oid", "referenced_columns")
    for oid, columns, referenced_oid, referenced in zip(*(foreign_keys[n] for n in names), strict=True):
        if len(columns) == 1:
            found[int(oid), str(columns[0])] = (int(referenced_oid), str(referenced[0]))
    return found


def _suffix_weight(key_word: str, role: bool) -> float:
    if key_word in KEY_WORDS:
        return 0.95
    if key_word == "weak":
        return 0.45
    # "sort_order" and "dosage_form" say a role and a table just as "billing_address" does: the rows must tell.
    return 0.52 if role else 0.76


def _staleness(key: Key) -> float:
    """Return less for a table that keeps copies: nobody refers to a backup."""
    return 0.6 if _STALE & set(key.entity[1:] or ()) else 1.0
