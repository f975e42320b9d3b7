"""What a B-tree would take after REINDEX, from statistics alone; deduplication included.

The estimate rests on row count, key widths, share of NULLs and number of distinct keys. Where they leave
the answer open by too much, it says so instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.bloat.build import item_count, leaf_room, posting_cost
from workbench.bloat.distinct import group_sizes
from workbench.bloat.layout import (
    LINE_POINTER,
    Attribute,
    Sizes,
    btree_leaf_room,
    btree_pages,
    index_entry_sizes,
)

BASE_ERROR_RATIO = 0.02
"""Rounded averages and sampled shares cost this much; see benchmarks/bloat.md."""


@dataclass(frozen=True)
class Keys:
    """How the rows of an index share keys.

    ``distinct_low`` and ``distinct_high`` bound the number of distinct keys that are not NULL;
    ``common_shares`` are the shares of all rows that the most common keys have; ``spread`` tells how the
    rest of the rows share the rest of the keys, see :func:`group_sizes`, or is ``unclear``.
    """

    distinct_low: float
    distinct_high: float
    common_shares: tuple[float, ...] = ()
    null_ratio: float = 0.0
    spread: str = "unclear"


@dataclass(frozen=True)
class Pages:
    """Pages after a rebuild: the expected number, and the bounds that the statistics leave.

    ``leaf_room`` are the bytes that a leaf of a B-tree with posting lists keeps; missing for all others.
    """

    expected: float
    low: float
    high: float
    leaf_room: float | None = None


def btree_estimate(
    attributes: Sequence[Attribute], keys: Keys | None, rows: float, fillfactor: float
) -> Pages:
    """Return the pages of a rebuilt B-tree.

    Args:
        attributes: key columns, then INCLUDE columns, as the index stores them.
        keys: how rows share keys; None when the index does not deduplicate.
        rows: live rows in the index.
        fillfactor: of the index.
    """
    entry = float(index_entry_sizes(attributes).mean())
    if keys is None or rows <= 0:
        cost = entry + LINE_POINTER
        pages = btree_pages(rows * cost, btree_leaf_room(cost, fillfactor), entry)
        return _bounded(pages, [pages], attributes, entry)
    bases = index_entry_sizes(attributes)
    if keys.null_ratio and len(attributes) == 1:
        bases = index_entry_sizes([replace(attributes[0], null_ratio=0.0)])
    filled = float(bases.mean())

    def pages_with(distinct: float, spread: str) -> float:
        counts, number = key_sizes(keys, distinct, rows, spread)
        used = float((posting_cost(counts, filled) * number).sum())
        # Equal keys on both sides of a page boundary keep a TID in the level above to tell them apart.
        pivot = filled + 8 * (1 - float(number.sum()) / max(1.0, item_count(counts, number, filled)))
        return btree_pages(used, leaf_room(counts, number, bases, fillfactor), pivot)

    middle = float(np.sqrt(keys.distinct_low * keys.distinct_high))
    spreads = ("even", "random") if keys.spread == "unclear" else (keys.spread,)
    expected = float(np.mean([pages_with(middle, spread) for spread in spreads]))
    bounds = [
        pages_with(distinct, spread)
        for distinct in (keys.distinct_low, keys.distinct_high)
        for spread in ("even", "random", "skewed")
    ]
    room = leaf_room(*key_sizes(keys, middle, rows, spreads[0]), bases, fillfactor)
    return replace(_bounded(expected, [expected, *bounds], attributes, entry), leaf_room=room)


def _bounded(
    expected: float, bounds: Sequence[float], attributes: Sequence[Attribute], entry: float
) -> Pages:
    """Return pages with bounds that also allow for what the statistics round and sample."""
    vague_bytes = sum(4.0 for one in attributes if one.is_vague)
    share = BASE_ERROR_RATIO + vague_bytes / (entry + LINE_POINTER)
    return Pages(expected, min(bounds) * (1 - share), max(bounds) * (1 + share))


def key_sizes(keys: Keys, distinct: float, rows: float, spread: str) -> tuple[Sizes, Sizes]:
    """Return rows of a key, of several kinds of key, and how many keys of each kind there are.

    NULLs of a single-column index are one key; each most common value is a key of its own; the rest of the rows
    share the rest of the keys as ``spread`` says: ``even`` (all the same), ``random`` (as rows that pick a key at
    random) or ``skewed`` (geometric).
    """
    nulls = rows * keys.null_ratio
    common = np.maximum(1.0, np.asarray(keys.common_shares[: int(distinct)]) * rows)
    alone = np.concatenate([[nulls] if nulls else [], common])
    rest = max(0.0, rows - float(alone.sum()))
    groups = min(rest, distinct - len(common))
    if rest < 1 or groups < 1:
        counts, number = np.array([rest]), np.array([1.0 if rest >= 1 else 0.0])
    else:
        counts, shares = group_sizes(rest / groups, spread)
        number = groups * shares
    return np.concatenate([alone, counts]), np.concatenate([np.ones(len(alone)), number])
