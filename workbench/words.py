"""What a name says: its words, and a matcher of words that never fires inside a longer word."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable

# PostgreSQL cuts identifiers at NAMEDATALEN - 1 bytes.
LONGEST_NAME = 63
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")


@functools.lru_cache(maxsize=100_000)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: ``dateOfBirth`` and ``date_of_birth`` give the same three."""
    return tuple(word.lower() for word in _WORD.findall(name))


def says(name: str, phrases: Iterable[str]) -> str | None:
    """Return the first phrase whose words stand side by side in a name; None when there is none.

    ``says("user_session", ["ssn"])`` is None: whole words count, never parts of them.
    """
    listed = tuple(phrases)
    known, longest = _known(listed)
    spoken = words(name)
    runs = {
        " ".join(spoken[start:end])
        for start in range(len(spoken))
        for end in range(start + 1, min(start + longest, len(spoken)) + 1)
    }
    return next(phrase for phrase in listed if phrase in runs) if runs & known else None


@functools.lru_cache(maxsize=1000)
def _known(phrases: tuple[str, ...]) -> tuple[frozenset[str], int]:
    return frozenset(phrases), max((phrase.count(" ") + 1 for phrase in phrases), default=0)


def phrases(text: str) -> tuple[str, ...]:
    """Return the phrases of a list that is written with commas between them."""
    return tuple(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())


def object_name(*parts: str) -> str:
    """Return parts joined by ``_`` as a name that PostgreSQL keeps whole.

    A name that would be cut ends in a digest instead, so two long names stay different.
    """
    name = "_".join(parts)
    if len(name.encode()) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    kept = name.encode()[: LONGEST_NAME - 9].decode(errors="ignore")
    return f"{kept}_{digest}"


def counted(number: float, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 table``, ``12,000 rows``; ``plural`` where it is not noun and s."""
    return f"{number:,} {noun if number == 1 else plural or _plural(noun)}"


def _plural(noun: str) -> str:
    if re.search(r"(?:[sx]|[cs]h)$", noun):
        return f"{noun}es"
    return re.sub(r"(?<=[^aeiou])y$", "ie", noun) + "s"
