"""How many keys there are and how rows share them: what ANALYZE's sample says, and what it gets wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.bloat.layout import Sizes

SAMPLED_ROWS = 30_000
"""Rows that ANALYZE reads at the default statistics target."""
SKEWED_FROM = 10.0
"""Times the average that the most common key has to be for its column to count as skewed."""
UNDERCOUNT = 2.2
_LARGE_GROUP = 60
_QUANTILES = 24


def spread_of(common: Sequence[float], distinct: float, rows: float) -> str:
    """Return how rows seem to share keys: ``even``, ``random`` or ``unclear``; see :func:`group_sizes`.

    Rows that pick keys at random make some keys common enough for the list of most common values. An empty
    list says that all keys have about as many rows, if the sample was large enough to see otherwise.
    """
    if common:
        return "random"
    return "even" if rows <= SAMPLED_ROWS / 0.3 or distinct > 0.98 * rows else "unclear"


def distinct_bounds(reported: float, common: Sequence[float], rows: float) -> tuple[float, float]:
    """Return bounds on the number of distinct keys from what ANALYZE reports of ``rows`` rows that are not NULL.

    It extrapolates from a sample by the formula of Haas and Stokes, whose error depends on how rows share keys.
    For keys picked at random that error is known and taken back. Of skewed keys the sample misses many rare ones.
    """
    spread = spread_of(common, reported, rows)
    if common and common[0] * reported > SKEWED_FROM:
        return reported, min(rows, reported * (UNDERCOUNT if rows > 2 * SAMPLED_ROWS else 1.0))
    if spread == "even":
        return reported, reported
    random = undo_sampling(reported, rows)
    low = random if spread == "random" else reported
    return min(low, random), max(low, random)


def undo_sampling(reported: float, rows: float) -> float:
    """Return how many keys picked at random make ANALYZE report so many.

    ``n d / (n - f1 + f1 n / N)``, the estimate of ``analyze.c`` from ``n`` of ``N`` rows with ``d`` different keys
    of which ``f1`` were seen once, is evaluated for its expected sample and inverted.
    """
    if rows <= SAMPLED_ROWS or reported >= 0.98 * rows or rows / reported > _LARGE_GROUP:
        return reported
    low, high = reported / 2, rows
    for _ in range(40):
        middle = (low + high) / 2
        if _expected_report(middle, rows) < reported:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _expected_report(distinct: float, rows: float) -> float:
    ratio = SAMPLED_ROWS / rows
    counts, shares = group_sizes(rows / distinct, "random")
    missed = (1 - ratio) ** counts
    seen = distinct * float(((1 - missed) * shares).sum())
    once = distinct * float((counts * ratio * missed / (1 - ratio) * shares).sum())
    return SAMPLED_ROWS * seen / (SAMPLED_ROWS - once + once * ratio)


def group_sizes(mean: float, spread: str) -> tuple[Sizes, Sizes]:
    """Return rows of a key, of several kinds of key, whose mean is given, and the kinds' shares of the keys.

    ``even``: all keys have the same; ``random``: as rows that pick a key at random; ``skewed``: geometric.
    """
    if spread == "even":
        low = np.floor(mean)
        return np.array([low, low + 1]), np.array([1 - (mean - low), mean - low])
    if mean > _LARGE_GROUP:
        return _large_groups(mean, spread)
    counts = np.arange(1, int(mean * 8) + 12, dtype=float)
    if spread == "skewed":
        weights = (1 - 1 / mean) ** (counts - 1) / mean
    else:
        # Poisson without its zero: its mean is rate / (1 - exp(-rate)).
        rate = _poisson_rate(mean)
        weights = np.exp(counts * np.log(max(rate, 1e-9)) - rate - np.cumsum(np.log(counts)))
    return counts, weights / weights.sum()


def _large_groups(mean: float, spread: str) -> tuple[Sizes, Sizes]:
    """Return quantiles of the normal or exponential distribution, which Poisson and geometric then come near."""
    middle = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    # A logistic curve comes within a hundredth of the normal's quantiles at this scale.
    normal = 1 + np.log(middle / (1 - middle)) * 0.588 / np.sqrt(mean)
    values = -np.log(1 - middle) if spread == "skewed" else normal
    counts = np.maximum(1.0, np.round(mean * values / values.mean()))
    return counts, np.full(_QUANTILES, 1 / _QUANTILES)


def _poisson_rate(mean: float) -> float:
    rate = mean
    for _ in range(60):
        rate = mean * (1 - np.exp(-rate))
    return float(rate)


def combined_distinct(distinct: Sequence[float], rows: float) -> tuple[float, float]:
    """Return bounds on the distinct combinations of columns: wholly dependent, and independent.

    Independent columns give the combinations that ``rows`` draws from their product are expected to hit.
    """
    lowest = min(rows, max(distinct, default=1.0))
    product = float(np.prod(np.asarray(distinct, dtype=float))) if distinct else 1.0
    hit = product * -np.expm1(-rows / product) if product > 0 else 1.0
    return max(1.0, lowest), max(1.0, lowest, float(min(rows, hit)))
