"""Which tables join two others, so that a pair of references should be there once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.probes.entities import entity, stem
from workbench.rows import Row
from workbench.words import phrases, says, words

BOOKKEEPING = phrases(
    """
    created at, updated at, deleted at, modified at, created on, updated on, created, updated, created by,
    updated by, deleted by, assigned at, added at, joined at, version, created date, updated date, inserted
    at, added by
    """
)
MEMBERSHIPS = tuple(
    (word,)
    for word in phrases(
        "member, members, membership, memberships, participant, participants, attendee, attendees, follower,"
        "followers, subscriber, subscribers, collaborator, collaborators"
    )
)
ENDS = phrases(
    """
    left, left at, ended, ended at, end, end date, ends at, until, valid to, effective to, removed at, removed,
    revoked at, resigned at, exited at, expired at, closed at, unassigned at, to date, terminated at
    """
)
OWN_KEYS = (("id",), ("uuid",), ("pk",))
TIES = phrases(
    """
    association, associations, link, links, map, mapping, mappings, relation, relations, rel, xref, join, through,
    membership, memberships, enrolment, enrolments, enrollment, enrollments, subscription, subscriptions, assignment,
    assignments, favorite, favorites, favourite, favourites, like, likes, follow, follows, to
    """
)
KEY_TYPES = ("uuid", "integer", "bigint", "smallint")
ByTable = Mapping[int, Sequence[Row]]


def joined_pair(columns: Sequence[Row], keys: Sequence[Row], every: ByTable) -> list[str]:
    """Return the two columns that a table of members, or one that joins two others, pairs; else none.

    ``columns`` and ``keys`` are the table's own, ``every`` all foreign keys by referencing table.
    """
    return _members(columns) or _joined(columns, keys, every)


def _members(columns: Sequence[Row]) -> list[str]:
    """Return the two columns that a table of members pairs, by its name and its only two references; else none."""
    if words(columns[0].table_name)[-1:] not in MEMBERSHIPS or any(_ends(row) for row in columns):
        return []
    named = [
        row
        for row in columns
        if row.base_type in KEY_TYPES
        and words(row.column_name)[-1:] in (("id",), ("uuid",))
        and len(words(row.column_name)) > 1
    ]
    fits = len(named) == 2 and all(row.is_not_null for row in named)
    return sorted(row.column_name for row in named) if fits else []


def _ends(row: Row) -> bool:
    """Tell whether a column says when a pair ceased to be: who left and came back is there twice."""
    return row.base_type.startswith(("timestamp", "date")) and says(row.column_name, ENDS) is not None


def _joined(columns: Sequence[Row], keys: Sequence[Row], every: ByTable) -> list[str]:
    """Return the columns of the two foreign keys of a table that joins two others; else none.

    It holds nothing else but bookkeeping, and its name says what it joins, or it has no key of its own. Another
    table with two parents is a thing of its own when one may be missing or is the parent of the other.
    """
    named = {k.column_names[0]: k for k in keys if len(k.column_names) == 1}
    pair = sorted(name for name in named if says(name, BOOKKEEPING) is None)
    others = [row for row in columns if row.column_name not in pair and not _is_bookkeeping(row.column_name)]
    if len(pair) != 2 or any(_ends(row) for row in columns):
        return []
    is_named = _names_both(columns[0].table_name, [named[name] for name in pair])
    is_bare = not any(words(row.column_name) in OWN_KEYS for row in columns)
    # One moment of its own is allowed: when a message was read, say.
    moments = [row for row in others if row.base_type.startswith("timestamp")]
    if len(moments) < len(others) or len(moments) > (1 if is_named or is_bare else 0):
        return []
    first, second = (named[name] for name in pair)
    is_thing = _is_above(first, second, every) or not (
        is_bare or all((*first.columns_not_null, *second.columns_not_null))
    )
    return pair if is_named or not is_thing else []


def _names_both(table: str, keys: Sequence[Row]) -> bool:
    """Tell whether a name holds what both keys refer to, or a word for a tie between two things."""
    if says(table, TIES) is not None:
        return True
    squashed = "".join(words(table))
    return all(
        any(
            len(name) > 2 and name in squashed
            for name in (_last(key.column_names[0]), _last(key.referenced_table))
        )
        for key in keys
    )


def _last(name: str) -> str:
    """Return the last word of a name in the singular, without what says that it is a key."""
    return (stem(name)[0] or entity(name) or ("",))[-1]


def _is_above(first: Row, second: Row, every: ByTable) -> bool:
    """Tell whether each row of what one of two keys refers to belongs to a row of what the other refers to."""
    ends = first.referenced_oid, second.referenced_oid
    return any(end in _above(start, every) for start, end in (ends, ends[::-1]))


def _above(oid: int, every: ByTable) -> set[int]:
    """Return the tables that the rows of a table must refer to, over any number of keys."""
    found: set[int] = set()
    pending = [oid]
    while pending:
        required = {k.referenced_oid for k in every.get(pending.pop(), []) if all(k.columns_not_null)}
        pending += required - found
        found |= required
    return found


def _is_bookkeeping(name: str) -> bool:
    return words(name) in OWN_KEYS or says(name, BOOKKEEPING) is not None
