"""From what was read of pages to what a rebuild would need: the measured and the sampled tier's arithmetic.

The readings come from ``pgstatindex``, ``pgstattuple_approx`` and pageinspect; nothing here reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.bloat.btree import Pages
from workbench.bloat.build import posting_cost
from workbench.bloat.layout import (
    BTREE_SPECIAL,
    LINE_POINTER,
    PAGE,
    PAGE_HEADER,
    Sizes,
    btree_leaf_room,
    btree_pages,
    heap_rows_per_page,
)

_LEAF_BYTES = PAGE - PAGE_HEADER - BTREE_SPECIAL
_CONFIDENCE = 1.96
"""Standard errors on either side of a mean that make 95 %."""
_LEAST_ENTRY = 16.0
MEASURED_ERROR_RATIO = 0.03
UNMERGED_RATIO = 0.6
"""What merging can leave of an index whose equal keys are apart, with entries of 16 bytes at best."""
UNUSED_POINTERS_RATIO = 0.06
"""What line pointers that VACUUM freed but left in place may hide in narrow rows."""


def index_from_density(
    reading: Mapping[str, Any],
    rows: float | None,
    dead_ratio: float,
    fillfactor: float,
    *,
    deduplicates: bool = False,
    estimated: Pages | None = None,
) -> Pages:
    """Return the pages of a rebuilt B-tree from a row of ``pgstatindex``.

    Args:
        reading: ``leaf_pages`` and ``avg_leaf_density`` (percent).
        rows: live rows in the index when known; they give the size of an entry.
        dead_ratio: share of the entries that point to dead rows, which a rebuild leaves out.
        fillfactor: of the index.
        deduplicates: a rebuild merges equal keys. An index in use merges them only when a page is full, and
            the density does not tell how many are still apart: then the estimate does, where there is one.
        estimated: the estimate from statistics.
    """
    leaves = float(reading["leaf_pages"])
    used = leaves * _LEAF_BYTES * _number(reading["avg_leaf_density"]) / 100
    entry = _LEAST_ENTRY + LINE_POINTER
    if rows and used / rows > entry:
        entry = used / rows
    # Every leaf but the last keeps a high key.
    held = max(0.0, used - max(0.0, leaves - 1) * entry)
    room = _leaf_room(estimated, min(entry, held or entry), fillfactor)
    full = btree_pages(held, room, entry - LINE_POINTER)
    pages = without_dead(full, dead_ratio, estimated)
    low, high = pages * (1 - MEASURED_ERROR_RATIO - dead_ratio / 2), full * (1 + MEASURED_ERROR_RATIO)
    if not dead_ratio:
        high = pages * (1 + MEASURED_ERROR_RATIO)
    if not deduplicates:
        return Pages(pages, low, high)
    if estimated is None:
        return Pages(pages, low * UNMERGED_RATIO, high)
    expected = min(pages, estimated.expected)
    return Pages(expected, min(low, estimated.low), min(high, max(estimated.high, expected)))


def _leaf_room(estimated: Pages | None, entry: float, fillfactor: float) -> float:
    """Return what a leaf keeps: as the model of posting lists says where there is one, else as for plain entries."""
    known = None if estimated is None else estimated.leaf_room
    return btree_leaf_room(entry, fillfactor) if known is None else known


def without_dead(full: float, dead_ratio: float, estimated: Pages | None) -> float:
    """Return pages less the share of entries that point to dead rows, by the cumulative statistics.

    A session that deletes and vacuums at once reports its dead rows after the VACUUM removed them; so what
    the estimate says the live rows need is never undercut.
    """
    least = full * (1 - dead_ratio)
    return least if estimated is None else max(least, min(full, estimated.expected))


def index_from_sample(
    leaf_bytes: Sequence[float],
    entry: float,
    total_pages: float,
    dead_ratio: float,
    fillfactor: float,
    estimated: Pages | None = None,
) -> Pages:
    """Return the pages of a rebuilt B-tree from a random sample of its pages, with a 95 % interval.

    Args:
        leaf_bytes: of each sampled page, what its entries would take once rebuilt; 0 for pages that are no
            leaves.
        entry: mean size of an entry as rebuilt, line pointer included.
        total_pages: pages that the sample stands for, the metapage left out.
        dead_ratio: share of the entries that point to dead rows.
        fillfactor: of the index.
        estimated: the estimate from statistics, where there is one.
    """
    mean, error = mean_and_error(leaf_bytes, total_pages)
    room = _leaf_room(estimated, entry, fillfactor)
    low, full, high = (
        btree_pages(max(0.0, value) * total_pages, room, entry - LINE_POINTER)
        for value in (mean - error, mean, mean + error)
    )
    expected = without_dead(full, dead_ratio, estimated)
    return Pages(expected, min(low, low * expected / full * (1 - dead_ratio / 2)), high)


def rebuilt_leaf_bytes(groups: Sequence[tuple[float, float, float]], deduplicates: bool) -> float:
    """Return what the entries of one leaf page take once rebuilt, line pointers included.

    Args:
        groups: (size of an entry without TIDs of a posting list, rows, number of such groups), one for each
            kind of group of equal keys on the page.
        deduplicates: a rebuild merges equal keys.
    """
    total = 0.0
    for base, rows, count in groups:
        cost = (
            float(posting_cost(np.array([rows]), base)[0]) if deduplicates else rows * (base + LINE_POINTER)
        )
        total += count * cost
    return total


@dataclass(frozen=True)
class RowModel:
    """What the statistics say of rows after a rewrite.

    ``sizes`` are sampled sizes, None without statistics; ``is_vague`` when a width is known by its average
    alone. ``is_changed`` when columns were dropped or added, so rows on disk are not what a rewrite makes of
    them and only the model tells their size.
    """

    sizes: Sizes | None
    is_vague: bool
    is_changed: bool
    fillfactor: float

    def sized(self, mean: float) -> Sizes:
        """Return sizes to pack, given the mean size that was read from pages."""
        if self.sizes is None:
            return np.array([max(24.0, mean - 4), max(24.0, mean + 4)])
        if self.is_changed or not self.is_vague:
            return self.sizes
        return np.asarray(self.sizes * (max(24.0, mean) / float(self.sizes.mean())))


def heap_from_tuples(reading: Mapping[str, Any], model: RowModel, rows: float | None) -> Pages:
    """Return the pages of a rewritten heap from a row of ``pgstattuple_approx``.

    It knows the free space of every page, but rows only of pages that are not all visible; its count of the
    others is an old density. What is not free includes line pointers that VACUUM freed and left in place,
    at most as many as a full page had rows. Both bounds are taken, and the statistics' row count says where
    between them.

    Args:
        reading: ``table_len``, ``scanned_percent``, ``approx_tuple_count``, ``dead_tuple_count``,
            ``dead_tuple_len`` and ``approx_free_space``.
        model: the rows after a rewrite.
        rows: live rows by the statistics, when they are known.
    """
    length, dead = float(reading["table_len"]), float(reading["dead_tuple_count"])
    counted = float(reading["approx_tuple_count"])
    pages = length / PAGE
    is_counted = float(reading["scanned_percent"]) > 99
    free = _number(reading["approx_free_space"]) + _number(reading["dead_tuple_len"]) + 8 * dead
    held = max(0.0, length - free - pages * PAGE_HEADER)
    if counted < 1 or held < 1:
        return Pages(0.0, 0.0, 1.0)
    sizes = model.sized(held / (rows or counted) - LINE_POINTER)
    density, size = heap_rows_per_page(sizes, model.fillfactor), float(sizes.mean())
    most = held / (size + LINE_POINTER)
    least = min(most, max(1.0, (held - LINE_POINTER * pages * density) / size))
    if pages * density < most:
        least = most
    if is_counted:
        least = most = live = counted
    elif model.is_changed:
        least = most = live = rows or counted
    else:
        live = min(most, max(least, rows if rows is not None else least))
    hidden = UNUSED_POINTERS_RATIO if model.sizes is None else MEASURED_ERROR_RATIO
    open_low, open_high = (live, live) if rows is not None else (least, most)
    return Pages(
        float(np.ceil(live / density)),
        open_low / density * (1 - hidden),
        open_high / density * (1 + MEASURED_ERROR_RATIO),
    )


def heap_from_sample(
    row_bytes: Sequence[float], row_counts: Sequence[float], total_pages: float, model: RowModel
) -> Pages:
    """Return the pages of a rewritten heap from a random sample of its pages, with a 95 % interval.

    Args:
        row_bytes: of each sampled page, its live rows, aligned, with their line pointers.
        row_counts: live rows of each sampled page.
        total_pages: pages of the heap.
        model: the rows after a rewrite; a changed layout takes their size from it, else the sample gives it.
    """
    mean, error = mean_and_error(row_counts, total_pages)
    if mean == 0:
        return Pages(0.0, 0.0, 1.0)
    read = replace(model, is_vague=True) if model.sizes is not None and len(model.sizes) > 1 else model
    density = heap_rows_per_page(
        read.sized(sum(row_bytes) / sum(row_counts) - LINE_POINTER), model.fillfactor
    )
    low, expected, high = (max(0.0, v) * total_pages / density for v in (mean - error, mean, mean + error))
    return Pages(float(np.ceil(expected)), low * 0.99, high * 1.01)


def mean_and_error(values: Sequence[float], population: float) -> tuple[float, float]:
    """Return the mean of a random sample without replacement and half of its 95 % interval."""
    sample = np.asarray(values, dtype=float)
    if len(sample) < 2:
        return float(sample.mean()) if len(sample) else 0.0, float("inf")
    unread = max(0.0, 1 - len(sample) / population)
    error = float(sample.std(ddof=1)) / np.sqrt(len(sample)) * np.sqrt(unread)
    return float(sample.mean()), float(_CONFIDENCE * error)


def _number(value: Any) -> float:
    """Return a reading as a float; ``NaN`` stands for an index without leaves."""
    number = float(value or 0.0)
    return 0.0 if np.isnan(number) else number
