"""How PostgreSQL lays rows and index entries out on pages of 8 kB: sizes, alignment, packing.

Constants and rules are those of ``storage/bufpage.h``, ``access/htup_details.h``, ``access/itup.h`` and
``access/nbtree.h``; they hold for 14 to 18. No I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAGE = 8192
PAGE_HEADER = 24
LINE_POINTER = 4
BTREE_SPECIAL = 16
NON_LEAF_FILLFACTOR = 70
SHORT_VARLENA = 127
"""Greatest stored width that takes a header of one byte and no alignment."""

Sizes = NDArray[np.float64]
_SAMPLES = 256


def align(size: float | Sizes, boundary: int = 8) -> Sizes:
    """Return sizes rounded up to a boundary; 8 is MAXALIGN on every 64-bit platform."""
    return np.ceil(np.asarray(size, dtype=float) / boundary) * boundary


@dataclass(frozen=True)
class Attribute:
    """One stored attribute: its type's layout and what statistics say of its values.

    ``length`` is typlen; ``widths`` and ``shares`` are the distribution of the stored width of values that
    are not NULL, header included. A fixed length needs neither.
    """

    length: int
    alignment: int
    null_ratio: float = 0.0
    widths: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    is_vague: bool = False
    """The widths are spread around an average that is known alone."""

    @property
    def is_exact(self) -> bool:
        """Every row takes the same bytes."""
        return self.length > 0 and self.null_ratio in (0.0, 1.0)


def smear(average: float, spread: float = 4.0) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return a distribution around an average that is known alone, so that alignment costs its mean.

    ``pg_stats.avg_width`` drops the fraction, hence the half byte.
    """
    spread = min(spread, max(0.0, average - 1))
    widths = tuple(max(1.0, round(average + 0.5 + spread * step / 4)) for step in range(-4, 4))
    return widths, (1 / 8,) * 8


def smear_array(average: float, boundary: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return a distribution of stored widths of arrays around an average that is known alone.

    An array pads every element to its alignment, so its widths lie ``boundary`` apart: a header of 20 or 24 bytes and
    the elements, less three bytes where a short varlena header does.
    """
    first = 24 if boundary == 8 else 20
    shortened = 3 if average <= SHORT_VARLENA else 0
    nearest = round((average + shortened - first) / boundary)
    reach = max(1, 8 // boundary)
    steps = [max(1, nearest + step) for step in range(-reach, reach + 1)]
    widths = tuple(float(first - shortened + boundary * step) for step in sorted(set(steps)))
    return widths, tilt(widths, (1 / len(widths),) * len(widths), average)


def tilt(widths: Sequence[float], shares: Sequence[float], average: float) -> tuple[float, ...]:
    """Return the shares weighted so that their mean width meets an average that is known to the whole byte.

    A histogram samples about a hundred values; ``pg_stats.avg_width`` comes from all that ANALYZE read.
    """
    values, weights = np.asarray(widths, dtype=float), np.asarray(shares, dtype=float)
    spread = float(np.ptp(values))
    mean = float((values * weights).sum() / weights.sum())
    wanted = min(max(mean, average), average + 1)
    if spread == 0 or wanted == mean or not values.min() < wanted < values.max():
        return tuple(weights / weights.sum())
    low, high = -30.0 / spread, 30.0 / spread
    for _ in range(40):
        middle = (low + high) / 2
        tilted = weights * np.exp(middle * (values - mean))
        if float((values * tilted).sum() / tilted.sum()) < wanted:
            low = middle
        else:
            high = middle
    return tuple(tilted / tilted.sum())


def data_sizes(attributes: Sequence[Attribute]) -> tuple[Sizes, NDArray[np.bool_]]:
    """Return sampled data sizes of rows (without header or final alignment) and which of them hold a NULL.

    Columns are taken as independent of each other. Each column's quantiles are spread evenly over the
    sample, so its own average is exact; the sample is the same in every run.
    """
    count = 1 if all(attribute.is_exact for attribute in attributes) else _SAMPLES
    generator = np.random.default_rng(7)
    offsets, has_null = np.zeros(count), np.zeros(count, dtype=bool)
    for attribute in attributes:
        quantiles = (generator.permutation(count) + 0.5) / count
        is_null = quantiles < attribute.null_ratio
        filled = (quantiles - attribute.null_ratio) / max(1e-9, 1 - attribute.null_ratio)
        widths = _widths(attribute, np.clip(filled, 0, 1 - 1e-9))
        # A short varlena starts wherever the one before ends.
        boundary = np.where((attribute.length == -1) & (widths <= SHORT_VARLENA), 1, attribute.alignment)
        start = np.ceil(offsets / boundary) * boundary
        offsets = np.where(is_null, offsets, start + widths)
        has_null |= is_null
    return offsets, has_null


def _widths(attribute: Attribute, quantiles: Sizes) -> Sizes:
    if attribute.length > 0:
        return np.full(len(quantiles), float(attribute.length))
    edges = np.cumsum(attribute.shares) / max(1e-9, sum(attribute.shares))
    picked = np.minimum(np.searchsorted(edges, quantiles, side="right"), len(edges) - 1)
    return np.asarray(attribute.widths, dtype=float)[picked]


def index_entry_sizes(attributes: Sequence[Attribute]) -> Sizes:
    """Return sampled sizes of index entries, header of 8 bytes (16 with a NULL) and alignment included."""
    data, has_null = data_sizes(attributes)
    return align(np.where(has_null, 16, 8) + data)


def heap_row_sizes(attributes: Sequence[Attribute], stored_count: int, always_bitmap: bool) -> Sizes:
    """Return sampled sizes of heap rows, header and alignment included.

    Args:
        attributes: the live columns in attnum order.
        stored_count: attributes of a row as the catalog counts them, dropped ones included.
        always_bitmap: every row has a null bitmap, as those of a table with a dropped column do.
    """
    data, has_null = data_sizes(attributes)
    with_bitmap = align(23 + (stored_count + 7) // 8)
    return align(np.where(has_null | always_bitmap, with_bitmap, 24) + data)


def heap_rows_per_page(sizes: Sizes, fillfactor: float) -> float:
    """Return how many rows of such sizes VACUUM FULL puts on a page.

    It fills a page while the next row leaves the fillfactor's reserve free; one row always fits.
    """
    room = PAGE - PAGE_HEADER - PAGE * (100 - fillfactor) // 100
    costs = sizes + LINE_POINTER
    average = float(costs.mean())
    if len(costs) == 1 or np.ptp(costs) == 0:
        return max(1.0, room // average)
    if average < room / 40:
        # What is left over at the end of a page is half a row on average.
        return (room - average / 2) / average
    return _pack(costs, room)


def _pack(costs: Sizes, room: float) -> float:
    """Return rows per page by packing the sample in a random order, for rows that are wide for a page."""
    order = np.random.default_rng(11).permutation(np.tile(costs, max(1, 1024 // len(costs))))
    pages, free = 1, room
    for cost in order:
        if cost > free and free < room:
            pages, free = pages + 1, room
        free -= cost
    return float(len(order) / (pages - max(0.0, free) / room))


def btree_leaf_room(entry: float, fillfactor: float) -> float:
    """Return the bytes of entries (line pointers included) that a build leaves on a leaf page.

    ``_bt_buildadd`` fills until less than the reserve is free, then moves the last entry to the next page
    and leaves its key as high key: half an entry beyond the reserve, one entry less.
    """
    reserve = PAGE * (100 - fillfactor) // 100
    room = PAGE - PAGE_HEADER - BTREE_SPECIAL - LINE_POINTER - reserve
    return float(max(entry, room - entry / 2))


def btree_pages(leaf_bytes: float, room: float, pivot: float) -> float:
    """Return the pages of a B-tree just built: metapage, leaves and the levels above them.

    Args:
        leaf_bytes: entries with their line pointers.
        room: bytes of them that a leaf page keeps; see :func:`btree_leaf_room`.
        pivot: mean size of a key in the levels above, without line pointer; these levels always fill to 70 %.
    """
    if leaf_bytes <= 0:
        return 1.0
    level = np.ceil(leaf_bytes / room)
    pages = 1.0 + level
    # The first key of a page above the leaves is cut to its header; a page ends when its reserve is touched.
    reserve = PAGE * (100 - NON_LEAF_FILLFACTOR) // 100
    free = PAGE - PAGE_HEADER - BTREE_SPECIAL - 2 * LINE_POINTER - (8 + LINE_POINTER) - reserve
    most = max(2.0, 2 + free // (pivot + LINE_POINTER))
    while level > 1:
        # A page that ends gives its last key to the next one.
        level = 1.0 if level <= most else np.ceil(level / max(2.0, most - 1))
        pages += level
    return float(pages)
