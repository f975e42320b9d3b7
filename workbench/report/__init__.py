"""The report: notebooks executed side by side, one offline HTML page per review, an index over all reviews.

Papermill and nbconvert take seconds to import and are needed here alone, so names are loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.report.index import render_index
    from workbench.report.page import render_review
    from workbench.report.run import ChapterResult, ReportError, run_chapters
    from workbench.report.write import ReviewResult, write_review

_HOMES = {
    "ChapterResult": "run",
    "ReportError": "run",
    "ReviewResult": "write",
    "render_index": "index",
    "render_review": "page",
    "run_chapters": "run",
    "write_review": "write",
}
__all__ = [
    "ChapterResult",
    "ReportError",
    "ReviewResult",
    "render_index",
    "render_review",
    "run_chapters",
    "write_review",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
