"""Names that differ while meaning the same: camelCase beside snake_case, singular beside plural."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key")


def folded(name: str) -> str:
    """Return a name without case and separators: ``schoolId`` and ``school_id`` give one text."""
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def folded_plural(name: str) -> str:
    """Return a name without case, separators and a plural's ending."""
    text = folded(name)
    return re.sub(r"(ies)$", "y", text) if text.endswith("ies") else re.sub(r"(?<=[a-z])(es|s)$", "", text)


def pair_by_name(declared: Iterable[str], actual: Iterable[str], fold: object = folded) -> dict[str, str]:
    """Return which declared names stand for which actual ones: equal ones, else those that fold to one text.

    A folded name that two of either side share pairs nothing: which is meant would be a guess.
    """
    wanted, there = list(declared), set(actual)
    pairs = {name: name for name in wanted if name in there}
    rest = [name for name in wanted if name not in pairs]
    free = there - set(pairs.values())
    function = folded_plural if fold is folded_plural else folded
    by_text = _unique(free, function)
    for text, name in _unique(rest, function).items():
        if text in by_text:
            pairs[name] = by_text[text]
    return pairs


def _unique(names: Collection[str], function: object) -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    for name in names:
        text = folded_plural(name) if function is folded_plural else folded(name)
        found.setdefault(text, []).append(name)
    return {text: same[0] for text, same in found.items() if len(same) == 1 and text}
