"""Bloat: how much of a table or index a rebuild would give back, from statistics or from pages.

Pure functions over frames; reading pages is the business of :mod:`workbench.probes.bloat`.
"""

from workbench.bloat.estimate import Estimator, estimates
from workbench.bloat.tiers import COLUMNS, NEEDED, bloat_frame, by_root

__all__ = ["COLUMNS", "NEEDED", "Estimator", "bloat_frame", "by_root", "estimates"]
