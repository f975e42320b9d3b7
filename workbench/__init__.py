"""PostgreSQL Review Workbench: reviews of databases from evidence.

A notebook imports this module alone: ``import workbench as wb``, then ``wb.open_review(target)``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from workbench import figures, widgets
    from workbench.review import Review, open_review

__all__ = ["Review", "__version__", "figures", "open_review", "widgets"]


def __getattr__(name: str) -> Any:
    """Import what a notebook asks for when it asks: a command line that needs no figure loads no Plotly."""
    if name in ("Review", "open_review"):
        return getattr(importlib.import_module("workbench.review"), name)
    if name in ("figures", "widgets"):
        return importlib.import_module(f"workbench.{name}")
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")
