"""How a build of a B-tree fills its leaf pages when equal keys share posting lists.

Restates ``_bt_load`` and ``_bt_buildadd`` of ``nbtsort.c``: posting lists are cut at a tenth of a page, and a page
ends by rules that large items make matter. A list that does not fit goes to the next page and leaves its room
empty; a page whose last item is a list may be filled beyond the fillfactor, because the high key made from it
drops the list.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from workbench.bloat.layout import (
    BTREE_SPECIAL,
    LINE_POINTER,
    PAGE,
    PAGE_HEADER,
    Sizes,
    align,
    btree_leaf_room,
)

# MAXALIGN_DOWN(BLCKSZ * 10 / 100) less a line pointer is 812; an aligned item reaches 808 at most.
LONGEST_POSTING = 808
_TID = 6
_HEAP_TID = 8
"""Room that a build keeps free on a leaf for the TID which a high key may need."""
_SIMULATED_ITEMS = 2000
_LONG_LISTS = 40.0
_LARGE_ITEM = 64.0
"""Mean size of items from which on how they fit decides; below it the rule for plain entries holds."""


def posting_cost(counts: Sizes, base: float) -> Sizes:
    """Return the bytes, line pointers included, that keys with ``counts`` rows each take after a build."""
    # Every base is a multiple of 8, so a mean over them need not be aligned again.
    longest = _longest(np.array([base]))
    whole, left = np.divmod(counts, longest)
    full = base + align(longest * _TID) + LINE_POINTER
    tail = base + np.where(left > 1, align(left * _TID), 0.0) + LINE_POINTER
    return np.asarray(whole * full + np.where(left > 0, tail, 0.0))


def _longest(bases: Sizes) -> Sizes:
    """Return the most rows of one posting list."""
    return np.asarray(np.maximum(2.0, (LONGEST_POSTING - bases) // _TID))


def item_count(counts: Sizes, shares: Sizes, base: float) -> float:
    """Return how many posting lists and single rows keys make: ``shares`` of each kind, with ``counts`` rows."""
    return float((np.ceil(counts / _longest(np.array([base]))) * shares).sum())


def leaf_room(counts: Sizes, shares: Sizes, bases: Sizes, fillfactor: float) -> float:
    """Return the bytes of entries, line pointers included, that a build leaves on a leaf page on average.

    Args:
        counts: rows of a key, of several kinds of key.
        shares: how frequent each kind is among keys.
        bases: sizes of entries without posting list, equally frequent.
        fillfactor: of the leaves.
    """
    counts, shares = counts[shares > 0], shares[shares > 0]
    longest = float(_longest(bases.mean(keepdims=True))[0])
    costs = posting_cost(counts, float(bases.mean())) * shares
    is_long = counts > _LONG_LISTS * longest
    # Keys with very many rows fill page after page alone, however few they are.
    parts = [(costs[kind].sum(), counts[kind], shares[kind]) for kind in (is_long, ~is_long) if kind.any()]
    pages = 0.0
    for total, own, frequent in parts:
        # What a key leaves over at its end still counts among many full lists.
        shortened = np.where(own > _LONG_LISTS * longest, own % longest + _LONG_LISTS * longest, own)
        pages += float(total) / _room(shortened, frequent, bases, fillfactor)
    return float(costs.sum()) / pages if pages else btree_leaf_room(LINE_POINTER, fillfactor)


def _room(counts: Sizes, shares: Sizes, bases: Sizes, fillfactor: float) -> float:
    base = float(bases.mean())
    number = item_count(counts, shares / shares.sum(), base)
    cost = float((posting_cost(counts, base) * shares).sum() / shares.sum()) / number
    if cost < _LARGE_ITEM:
        return btree_leaf_room(cost, fillfactor)
    generator = np.random.default_rng(3)
    keys = max(8, int(_SIMULATED_ITEMS / number))
    # Quantiles rather than draws, so that a rare kind has its share; keys of all kinds follow each other anyhow.
    edges = np.cumsum(shares) / shares.sum()
    picked = np.searchsorted(edges, (np.arange(keys) + 0.5) / keys)
    chosen = generator.permutation(counts[np.minimum(picked, len(counts) - 1)])
    sizes, lists = _items(np.round(chosen), generator.choice(bases, keys))
    return _kept_per_page(sizes.tolist(), lists.tolist(), PAGE * (100 - fillfactor) // 100)


def _items(counts: Sizes, bases: Sizes) -> tuple[Sizes, Sizes]:
    """Return the sizes of the items of keys in their order, and of the posting list within each."""
    whole, left = np.divmod(np.maximum(1.0, counts), _longest(bases))
    full = align(_longest(bases) * _TID)
    number = (whole + (left > 0)).astype(int)
    lists, bases = np.repeat(full, number), np.repeat(bases, number)
    ends = np.cumsum(number) - 1
    has_rest = left > 0
    lists[ends[has_rest]] = np.where(left > 1, align(left * _TID), 0.0)[has_rest]
    return bases + lists, lists


def _kept_per_page(sizes: Iterable[float], lists: Iterable[float], reserve: float) -> float:
    """Return the mean bytes of items that finished pages keep; see ``_bt_buildadd``."""
    # The line pointer of the high key is there from the start, and PageGetFreeSpace leaves one out.
    empty = PAGE - PAGE_HEADER - BTREE_SPECIAL - 2.0 * LINE_POINTER
    free, held, last, last_list = empty, 0, 0.0, 0.0
    pages, kept = 0, 0.0
    for size, posting in zip(sizes, lists, strict=True):
        if held and (free < size + _HEAP_TID or (free + last_list < reserve and held > 1)):
            pages += 1
            # The last item begins the next page; what stays of it is the high key.
            kept += empty - free - last
            free, held = empty - last, 1
        free -= size + LINE_POINTER
        held += 1
        last, last_list = size + LINE_POINTER, posting
    return kept / pages if pages else empty - free
