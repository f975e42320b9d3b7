"""What a B-tree would take after REINDEX, from statistics alone; deduplication included.

The estimate rests on row count, key widths, share of NULLs and number of distinct keys. Where they leave
the answer open by too much, it says so instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.bloat.layout import (
    LINE_POINTER,
    Attribute,
    Sizes,
    align,
    btree_pages,
    index_entry_sizes,
)

# BLCKSZ * 10 / 100, rounded down to MAXALIGN, less a line pointer: the longest posting list of a build.
LONGEST_POSTING = 812
_TID = 6
BASE_ERROR_RATIO = 0.015
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
    """Pages after a rebuild: the expected number, and the bounds that the statistics leave."""

    expected: float
    low: float
    high: float


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
        pages = btree_pages(rows * cost, cost, entry, fillfactor)
        return _bounded(pages, [pages], attributes, entry)
    filled = entry
    if keys.null_ratio and len(attributes) == 1:
        filled = float(index_entry_sizes([replace(attributes[0], null_ratio=0.0)]).mean())

    def pages_with(distinct: float, spread: str) -> float:
        used = deduplicated_bytes(keys, distinct, rows, filled, spread)
        cost = min(used / max(1.0, rows), filled + LINE_POINTER)
        # Equal keys on both sides of a page boundary keep a TID in the level above to tell them apart.
        pivot = filled + (8 if used < 0.98 * rows * (filled + LINE_POINTER) else 0)
        return btree_pages(used, cost, pivot, fillfactor)

    middle = float(np.sqrt(keys.distinct_low * keys.distinct_high))
    spreads = ("even", "random") if keys.spread == "unclear" else (keys.spread,)
    expected = float(np.mean([pages_with(middle, spread) for spread in spreads]))
    bounds = [
        pages_with(distinct, spread)
        for distinct in (keys.distinct_low, keys.distinct_high)
        for spread in ("even", "random", "skewed")
    ]
    return _bounded(expected, [expected, *bounds], attributes, entry)


def _bounded(
    expected: float, bounds: Sequence[float], attributes: Sequence[Attribute], entry: float
) -> Pages:
    """Return pages with bounds that also allow for what the statistics round and sample."""
    vague_bytes = sum(4.0 for one in attributes if one.is_vague)
    share = BASE_ERROR_RATIO + vague_bytes / (entry + LINE_POINTER)
    return Pages(expected, min(bounds) * (1 - share), max(bounds) * (1 + share))


def deduplicated_bytes(keys: Keys, distinct: float, rows: float, base: float, spread: str) -> float:
    """Return the bytes of leaf entries with line pointers when equal keys share posting lists.

    NULLs of a single-column key form one group; each most common key is a group of its own size; the rest
    of the rows share the rest of the keys as ``spread`` says: ``even`` (all the same), ``random`` (as rows
    that pick a key at random) or ``skewed`` (geometric).
    """
    nulls = rows * keys.null_ratio
    total = float(posting_cost(np.array([nulls]), 16.0)[0]) if nulls else 0.0
    common = np.asarray(keys.common_shares[: int(distinct)]) * rows
    total += float(posting_cost(np.maximum(1, common), base).sum())
    rest = rows - nulls - float(common.sum())
    groups = min(rest, distinct - len(common))
    if rest < 1 or groups < 1:
        return total + float(posting_cost(np.array([max(0.0, rest)]), base)[0])
    counts, shares = group_sizes(rest / groups, spread)
    return total + groups * float((posting_cost(counts, base) * shares).sum())


def group_sizes(mean: float, spread: str) -> tuple[Sizes, Sizes]:
    """Return group sizes of a given mean, each at least 1, and their shares of the groups."""
    if spread == "even" or mean > 60:
        low = np.floor(mean)
        return np.array([low, low + 1]), np.array([1 - (mean - low), mean - low])
    counts = np.arange(1, int(mean * 8) + 12, dtype=float)
    if spread == "skewed":
        weights = (1 - 1 / mean) ** (counts - 1) / mean
    else:
        # Poisson without its zero: its mean is rate / (1 - exp(-rate)).
        rate = _poisson_rate(mean)
        weights = np.exp(counts * np.log(max(rate, 1e-9)) - rate - np.cumsum(np.log(counts)))
    return counts, weights / weights.sum()


def _poisson_rate(mean: float) -> float:
    rate = mean
    for _ in range(60):
        rate = mean * (1 - np.exp(-rate))
    return float(rate)


def posting_cost(counts: Sizes, base: float) -> Sizes:
    """Return the bytes, line pointers included, that keys with ``counts`` rows each take after a build."""
    # Every base is a multiple of 8, so a mean over them need not be aligned again.
    longest = max(2.0, (LONGEST_POSTING - LONGEST_POSTING % 8 - base) // _TID)
    whole, left = np.divmod(counts, longest)
    full = base + align(longest * _TID) + LINE_POINTER
    tail = base + np.where(left > 1, align(left * _TID), 0.0) + LINE_POINTER
    return np.asarray(whole * full + np.where(left > 0, tail, 0.0))


def combined_distinct(distinct: Sequence[float], rows: float) -> tuple[float, float]:
    """Return bounds on the distinct combinations of columns: wholly dependent, and independent.

    Independent columns give the combinations that ``rows`` draws from their product are expected to hit.
    """
    lowest = min(rows, max(distinct, default=1.0))
    product = float(np.prod(np.asarray(distinct, dtype=float))) if distinct else 1.0
    hit = product * -np.expm1(-rows / product) if product > 0 else 1.0
    return max(1.0, lowest), max(1.0, lowest, float(min(rows, hit)))
