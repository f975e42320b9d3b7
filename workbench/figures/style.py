"""The house style of figures: colours that hold for colour-blind readers, on light and dark ground.

A figure is made with any Plotly call and handed through :func:`finish`. Colours that a figure sets itself come
from here, for they must be readable on both grounds; all others come from the template, which the page
exchanges with its theme.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import plotly
import plotly.graph_objects as go
import plotly.io as pio

from workbench.figures.text import TITLE_PIXELS, bytes_text, count_text, ratio_text, safe, shorten, visible
from workbench.findings import Severity

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = [
    "NEUTRAL",
    "SERIES",
    "SEVERITY_COLOURS",
    "bytes_text",
    "count_text",
    "finish",
    "house_template",
    "plotly_source",
    "ratio_text",
    "safe",
    "shorten",
    "visible",
]

# Paul Tol's "bright" scheme, apart for all common kinds of colour blindness; grey comes last, for "others".
SERIES = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#BBBBBB")
NEUTRAL = "#8A94A0"
# From red to blue through lightness as well as hue, so the order survives without colour.
SEVERITY_COLOURS: Mapping[str, str] = {
    Severity.CRITICAL.value: "#B2182B",
    Severity.HIGH.value: "#D6604D",
    Severity.MEDIUM.value: "#D9A02B",
    Severity.LOW.value: "#4E93C4",
    Severity.INFO.value: NEUTRAL,
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
# Room for a legend above a figure.
_TOP = 32
_GROUNDS = {
    "light": {"ink": "#24292f", "muted": "#57606a", "line": "#d5dae0", "grid": "#eaedf0", "paper": "#ffffff"},
    "dark": {"ink": "#dde2e8", "muted": "#9aa4af", "line": "#3d444d", "grid": "#2a3038", "paper": "#1b1f24"},
    # A notebook does not tell a figure its theme: one grey that is read on white and on black.
    "either": {
        "ink": "#737b84",
        "muted": "#737b84",
        "line": "#808890",
        "grid": "#80889040",
        "paper": "#ffffff",
    },
}


def house_template(ground: str = "light") -> dict[str, Any]:
    """Return the Plotly template for a ``light`` or ``dark`` ground, or for ``either``; all are transparent."""
    colours = _GROUNDS[ground]
    hover = _GROUNDS["light" if ground == "either" else ground]
    axis = {
        "automargin": True,
        "gridcolor": colours["grid"],
        "linecolor": colours["line"],
        "zerolinecolor": colours["line"],
        "tickfont": {"color": colours["muted"]},
        "title": {"font": {"color": colours["muted"], "size": 12}, "standoff": 10},
    }
    outline = {"marker": {"line": {"color": colours["paper"], "width": 1}}}
    layout = {
        "font": {"family": FONT, "size": 12, "color": colours["ink"]},
        "title": {"font": {"size": 14}, "x": 0, "xref": "paper", "xanchor": "left"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(SERIES),
        "colorscale": {"sequential": "Cividis", "sequentialminus": "Cividis"},
        "coloraxis": {"colorbar": {"outlinewidth": 0, "thickness": 12}},
        "xaxis": axis,
        "yaxis": axis,
        "margin": {"l": 8, "r": 8, "t": _TOP, "b": 8, "pad": 4},
        "bargap": 0.25,
        "hoverlabel": {
            "align": "left",
            "bgcolor": hover["paper"],
            "bordercolor": hover["line"],
            "font": {"family": FONT, "color": hover["ink"]},
        },
        "legend": {
            "orientation": "h",
            "traceorder": "normal",
            "yanchor": "bottom",
            "y": 1.0,
            "xanchor": "left",
            "x": 0,
        },
        "annotationdefaults": {"font": {"color": colours["muted"]}, "arrowcolor": colours["muted"]},
        "shapedefaults": {"line": {"color": colours["line"]}},
    }
    data = {"treemap": [outline], "icicle": [outline], "sunburst": [outline], "pie": [outline]}
    return {"layout": layout, "data": data}


# A figure that never meets `finish` shall still look like the others.
pio.templates["workbench"] = go.layout.Template(house_template("either"))
pio.templates.default = "workbench"


def count_axis(title: str, values: Iterable[float]) -> dict[str, Any]:
    """Return a logarithmic axis for counts of one or more, labelled in full at 1, 2 and 5 or at powers of ten.

    Plotly's own labels between the powers are smaller than those at them and read as another kind of number.
    """
    known = [value for value in values if value > 0] or [1.0]
    low, high = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
    steps = (1, 2, 5) if high - low <= 3 else (1,)
    ticks = [step * 10.0**power for power in range(low, high + 1) for step in steps]
    return {
        "type": "log",
        "title": title,
        "tickvals": ticks,
        "ticktext": [count_text(tick) for tick in ticks],
    }


def finish(figure: Figure, title: str, *, height: int | None = None) -> Figure:
    """Give a figure its title, plain text that the page shows as its caption, and its height in pixels.

    The height is that without the title, for which room is added.
    """
    figure.update_layout(
        title={"text": safe(title, None), "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 8}}
    )
    figure.update_layout(template="workbench")
    above = figure.layout.margin.t if figure.layout.margin.t is not None else _TOP
    figure.update_layout(margin={"t": above + TITLE_PIXELS})
    if height is not None:
        figure.update_layout(height=height + TITLE_PIXELS)
    return figure


@functools.cache
def plotly_source() -> str:
    """Return plotly.js as the plotly package carries it."""
    folder = Path(plotly.__file__).parent / "package_data"
    return (folder / "plotly.min.js").read_text(encoding="utf-8")
