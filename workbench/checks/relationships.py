"""Values that the checks and figures on foreign keys share."""

from __future__ import annotations

import pandas as pd

from workbench.checks import derived
from workbench.graph import ForeignKeyGraph


@derived
def foreign_key_graph(tables: pd.DataFrame, foreign_keys: pd.DataFrame) -> ForeignKeyGraph:
    """Return the graph of the captured foreign keys."""
    return ForeignKeyGraph(tables, foreign_keys)
