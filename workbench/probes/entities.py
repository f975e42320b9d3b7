"""What names of tables and columns say about the things behind them: entity, role, key suffix.

Pure functions over names; English plurals, because that is what schemas are written in.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from workbench.words import words


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text that is written with blanks between them."""
    return frozenset(text.split())


KEY_WORDS = word_set("id uuid guid fk key ref oid sk pk")
"""Words that say "this column holds another row's key"; ``code`` and ``number`` say less."""
WEAK_KEY_WORDS = word_set("code no nr num number cd")
LOGINS = ("user", "account", "person", "employee", "staff", "member", "profile", "actor", "principal")
"""Entities that ``created_by`` may stand for, the likeliest first."""
ACTORS = word_set("login operator admin author") | set(LOGINS)
"""Entities that act: several columns of one row rightly name several of them."""
ROLES = word_set(
    """
    owner author creator editor assignee assigner assigned reporter reviewer reviewed approver approved requester
    requested sender recipient receiver uploader moderator manager supervisor admin nurse doctor physician
    provider teacher counselor prescriber witness verifier verified handler operator agent seller buyer
    inviter invited updater modifier deleter modified updated deleted created authorized performed recorded
    administered submitted resolved closed locked banned lead mentor coach driver instructor host guest
    responsible inspector signer signed cancelled completed acknowledged follower followed
    """
)
TENANTS = word_set(
    """
    tenant organization organisation org account company workspace school district clinic hospital practice
    agency merchant shop institution enterprise
    """
)
"""Entities that commonly own everything below them: one customer of a shared system."""
_IRREGULAR = {
    "people": "person",
    "persons": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "mice": "mouse",
    "geese": "goose",
    "feet": "foot",
    "teeth": "tooth",
    "indices": "index",
    "indexes": "index",
    "vertices": "vertex",
    "matrices": "matrix",
    "appendices": "appendix",
    "analyses": "analysis",
    "diagnoses": "diagnosis",
    "crises": "crisis",
    "theses": "thesis",
    "criteria": "criterion",
    "media": "medium",
    "data": "datum",
    "leaves": "leaf",
    "shelves": "shelf",
    "lives": "life",
    "wives": "wife",
    "knives": "knife",
    "halves": "half",
    "buses": "bus",
    "viruses": "virus",
    "bonuses": "bonus",
    "movies": "movie",
    "cookies": "cookie",
    "calories": "calorie",
    "heroes": "hero",
    "potatoes": "potato",
    "quizzes": "quiz",
}
_UNCHANGED = word_set("series species news status bus address access process class business staff")


@functools.lru_cache(maxsize=50_000)
def singular(word: str) -> str:
    """Return the singular of an English noun; a word that is none comes back as it is."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or word in _UNCHANGED or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes", "uses")) and not word.endswith(
        ("ouses", "auses")
    ):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


@functools.lru_cache(maxsize=50_000)
def entity(name: str) -> tuple[str, ...]:
    """Return the words of a name, each in the singular: ``order_items`` gives ``("order", "item")``."""
    return tuple(singular(word) for word in words(name))


@functools.lru_cache(maxsize=50_000)
def stem(column: str) -> tuple[tuple[str, ...], str]:
    """Return the entity words of a key column and how it says that it is a key.

    ``customerId`` gives ``(("customer",), "id")``; the second part is a key word, ``"weak"`` for a word such
    as ``code``, and empty when nothing says so.
    """
    parts = words(column)
    if len(parts) > 1 and parts[-1] in KEY_WORDS:
        return tuple(map(singular, _without_leading(parts[:-1]))), parts[-1]
    if len(parts) > 1 and parts[0] in ("fk", "id", "ref"):
        return tuple(map(singular, parts[1:])), parts[0]
    if len(parts) > 1 and parts[-1] in WEAK_KEY_WORDS:
        return tuple(map(singular, parts[:-1])), "weak"
    return tuple(map(singular, parts)), ""


def _without_leading(parts: Sequence[str]) -> Sequence[str]:
    return parts[1:] if len(parts) > 1 and parts[0] == "fk" else parts


def common_prefix(names: Sequence[str], share: float = 0.6) -> str:
    """Return the first word that most names begin with, ``tbl`` say; empty when there is none."""
    firsts = [found[0] for name in names if len(found := words(name)) > 1]
    if len(firsts) < 3:
        return ""
    commonest = max(set(firsts), key=lambda word: (firsts.count(word), word))
    return commonest if firsts.count(commonest) >= share * len(names) else ""


def names_entity(column: str, table: str, *, referenced: str = "") -> bool:
    """Tell whether a key column is named after the table that it refers to, and after nothing more.

    ``user_id`` is for ``users``; ``nurse_id`` and ``created_by`` are roles of a user, and say so. The last
    words of a table's name are enough: ``profile_id`` for ``spending_profiles``; so is the key's own name.
    """
    found, _ = stem(column)
    whole = entity(table)
    joined = "".join(found)
    return bool(
        (found and whole[-len(found) :] == found)
        or joined == "".join(whole)
        or (referenced and column.lower() == referenced.lower() and stem(referenced)[0])
    )


def abbreviates(short: str, word: str) -> bool:
    """Tell whether a word is cut (``org``) or has letters left out (``dept``, ``acct``), first letter kept."""
    if short == word:
        return True
    if len(short) < 2 or len(short) >= len(word) or short[0] != word[0]:
        return False
    if len(short) >= 3 and word.startswith(short):
        return True
    rest: Sequence[str] = iter(word)  # type: ignore[assignment]
    skeleton = all(letter in rest for letter in short)
    return (skeleton and len(short) >= 3 and not set(short[1:]) & set("aeiou")) or (
        skeleton and len(short) >= 4
    )
