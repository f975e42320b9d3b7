"""What an explorer shows below its controls, set as a value instead of printed.

Printing into an Output widget makes a notebook client answer the kernel while it waits for the end of the cell.
Over ZeroMQ that answer may swallow the wake-up for the end itself: under load papermill then waits for ever,
beside a kernel that is long idle. A value travels one way.
"""

from __future__ import annotations

import json
from typing import Any

import ipywidgets as ipw

PLOTLY_MIME = "application/vnd.plotly.v1+json"


def fill(area: ipw.Output, *things: Any) -> None:
    """Show tables, notes, code and figures in an Output widget, in the place of what it showed."""
    area.outputs = tuple(
        {"output_type": "display_data", "data": _bundle(thing), "metadata": {}} for thing in things
    )


def _bundle(thing: Any) -> dict[str, Any]:
    if hasattr(thing, "to_plotly_json"):
        # Through JSON, because a figure holds arrays; JupyterLab's extension of Plotly draws the rest.
        return {PLOTLY_MIME: json.loads(thing.to_json()), "text/plain": "Figure"}
    bundle: dict[str, Any] = thing._repr_mimebundle_()
    return bundle
