"""Graph algorithms over numbered nodes: strongly connected components, and all closures of a graph at once.

Pure and free of names; ``workbench.graph`` gives the numbers their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]

_UNREACHED = np.iinfo(np.int32).max
# Levels of (root, table) pairs are worked out in a matrix of this many cells at a time.
_CELLS = 20_000_000


@dataclass(frozen=True)
class Rows:
    """Adjacency in compressed rows: the values of row ``i`` are ``values[starts[i]:starts[i + 1]]``."""

    starts: Ints
    values: Ints

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]], count: int) -> Rows:
        """Return pairs of row and value grouped by row, of which there are ``count``."""
        table = np.array(list(pairs), np.int64).reshape(-1, 2)
        order = np.argsort(table[:, 0], kind="stable")
        starts = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(table[:, 0], minlength=count), out=starts[1:])
        return cls(starts, table[order, 1])

    def expand(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return, for every value of every given row, the row's position in ``rows`` and the value."""
        counts = self.starts[rows + 1] - self.starts[rows]
        positions = np.repeat(np.arange(len(rows)), counts)
        shift = np.repeat(self.starts[rows] - np.cumsum(counts) + counts, counts)
        return positions, self.values[shift + np.arange(len(positions))]


@dataclass(frozen=True)
class Sweep:
    """All roots at once.

    ``depth``, ``reached_count`` (tables besides the root), ``leaves_count`` (keys that set columns) and
    ``blockers_count`` (guards on tables outside) have one entry per node. ``pairs`` has ``root``, ``node``
    and ``level`` of every table reached, the root itself at level 0. ``diamonds`` has ``root``, ``guard``
    (position among the guards), ``guard_level`` and ``cascade_level``, the levels of the rows that the
    guarded row references by either way.
    """

    depth: Ints
    reached_count: Ints
    leaves_count: Ints
    blockers_count: Ints
    pairs: pd.DataFrame
    diamonds: pd.DataFrame

    @classmethod
    def over(
        cls,
        count: int,
        cascades: Sequence[tuple[int, int]],
        guards: Sequence[tuple[int, int]],
        leaves: Sequence[int],
    ) -> Sweep:
        """Sweep a graph, as many roots at a time as the level matrix has room for.

        Args:
            count: number of nodes.
            cascades: referenced and referencing node of each cascading key.
            guards: the same of each guard.
            leaves: referenced node of each key that sets columns.
        """
        distinct = sorted(set(cascades))
        onto, into = Rows.of(distinct, count), Rows.of([(c, p) for p, c in distinct], count)
        by_node = Rows.of([(parent, i) for i, (parent, _) in enumerate(guards)], count)
        guarded = np.array([child for _, child in guards], np.int64)
        step = max(1, _CELLS // max(1, count))
        levels = np.full((min(step, count), count), _UNREACHED, np.int32)
        pairs, met, blockers = (
            [np.zeros((3, 0), np.int64)],
            [np.zeros((4, 0), np.int64)],
            np.zeros(count, int),
        )
        for first in range(0, count, step):
            roots = np.arange(first, min(first + step, count))
            row, node = _fill_levels(levels, roots, onto)
            level = levels[row, node].astype(np.int64)
            pairs.append(np.stack([roots[row], node, level]))
            at, guard = by_node.expand(node)
            root = roots[row[at]]
            arrival = _earliest(levels, row[at], guarded[guard], into)
            inside = arrival != _UNREACHED
            met.append(np.stack([root, guard, level[at], arrival])[:, inside])
            blockers += np.bincount(root[~inside], minlength=count)
            levels[row, node] = _UNREACHED
        weights = np.bincount(np.array(leaves, np.int64), minlength=count)
        return cls._of(count, np.concatenate(pairs, axis=1), np.concatenate(met, axis=1), weights, blockers)

    @classmethod
    def _of(cls, count: int, pairs: Ints, met: Ints, leaves: Ints, blockers: Ints) -> Sweep:
        """Return the figures of all roots from the cells written; ``leaves`` counts them by node."""
        root, node, level = pairs
        depth = np.zeros(count, np.int64)
        np.maximum.at(depth, root, level)
        return cls(
            depth,
            np.bincount(root, minlength=count) - 1,
            np.bincount(root, leaves[node], count).astype(np.int64),
            blockers,
            _frame(pairs, "root", "node", "level"),
            _frame(met, "root", "guard", "guard_level", "cascade_level"),
        )


def _frame(rows: Ints, *names: str) -> pd.DataFrame:
    return pd.DataFrame(dict(zip(names, rows, strict=True)))


def _fill_levels(levels: npt.NDArray[np.int32], roots: Ints, onto: Rows) -> tuple[Ints, Ints]:
    """Write the level of every table that each root reaches; return the cells written, by row and column."""
    width = levels.shape[1]
    row, node = np.arange(len(roots)), roots
    levels[row, node] = 0
    cells, level = [row * width + node], 0
    while len(node):
        level += 1
        at, child = onto.expand(node)
        row = row[at]
        new = levels[row, child] == _UNREACHED
        codes = np.unique(row[new] * width + child[new])
        row, node = np.divmod(codes, width)
        levels[row, node] = level
        cells.append(codes)
    written_row, written_node = np.divmod(np.concatenate(cells), width)
    return written_row, written_node


def _earliest(levels: npt.NDArray[np.int32], row: Ints, node: Ints, into: Rows) -> Ints:
    """Return the lowest level among the tables whose deletes cascade to each node, in its row."""
    at, source = into.expand(node)
    lowest = np.full(len(node), _UNREACHED, np.int64)
    np.minimum.at(lowest, at, levels[row[at], source])
    return lowest


def strong_components(count: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Return the component number of each node; a component comes after all that it leads to (Tarjan 1972).

    Written without recursion, for a chain of keys may be longer than Python's stack.
    """
    following: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        following[source].append(target)
    index, low = [0] * count, [0] * count
    component, stack, number, clock = [-1] * count, [], 0, 0
    for start in range(count):
        if index[start]:
            continue
        work = [(start, iter(following[start]))]
        clock += 1
        index[start] = low[start] = clock
        stack.append(start)
        while work:
            node, rest = work[-1]
            for target in rest:
                if not index[target]:
                    clock += 1
                    index[target] = low[target] = clock
                    stack.append(target)
                    work.append((target, iter(following[target])))
                    break
                if component[target] < 0:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    while component[node] < 0:
                        component[stack.pop()] = number
                    number += 1
    return component


def members(component: Sequence[int]) -> list[list[int]]:
    """Return the nodes of each component, in the order of their numbers."""
    groups: list[list[int]] = [[] for _ in range(max(component, default=-1) + 1)]
    for node, number in enumerate(component):
        groups[number].append(node)
    return groups
