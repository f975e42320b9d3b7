"""The index: every review of a folder on one page, the newest first."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.figures.text import MISSING, at_text, visible
from workbench.findings import Severity
from workbench.report.page import PAGE_FILE, write_page

INDEX_FILE = "index.html"
SUMMARY_FILE = "review.json"


def render_index(out: Path) -> Path:
    """Write ``index.html`` over all reviews below a folder of reviews, and return its path.

    A review whose summary cannot be read is listed as such, at the end.
    """
    entries = [_entry(path, out) for path in out.glob(f"*/*/{SUMMARY_FILE}")]
    entries.sort(key=lambda entry: (entry["sort"], entry["href"]), reverse=True)
    most = max((sum(entry["findings"].values()) for entry in entries), default=0)
    index = out / INDEX_FILE
    write_page(index, "index.html.j2", entries=entries, most=most or 1)
    return index


def _entry(path: Path, out: Path) -> dict[str, Any]:
    folder = path.parent
    # Folder names of this workbench are harmless; others may have been put there.
    href = urllib.parse.quote((folder / PAGE_FILE).relative_to(out).as_posix())
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
        counts: Mapping[str, int] = summary["findings"]
        return {
            "href": href,
            "target": visible(str(summary["target"])),
            "captured": at_text(summary["captured_at"]),
            "sort": str(summary["captured_at"]),
            "server": visible(str(summary["server_version"] or MISSING)),
            "role": visible(str(summary["role"] or MISSING)),
            "findings": {s.value: int(counts.get(s.value, 0)) for s in reversed(Severity)},
            "flags": _flags(summary),
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        flags = [f"the summary cannot be read: {type(error).__name__}"]
        name = visible(folder.relative_to(out).as_posix())
        return {
            "href": href,
            "target": name,
            "captured": MISSING,
            "sort": "",
            "server": MISSING,
            "role": MISSING,
            "findings": {},
            "flags": flags,
        }


def _flags(summary: Mapping[str, Any]) -> list[str]:
    """Return what a reader must know before trusting a review."""
    failed = [chapter["name"] for chapter in summary["chapters"] if chapter["reason"]]
    flags = [f"chapter {name} failed" for name in failed]
    if summary["failed"]:
        flags.append(f"{len(summary['failed'])} frames not captured")
    if summary["broken_checks"]:
        flags.append(f"{len(summary['broken_checks'])} checks broke")
    return [visible(flag) for flag in flags]
