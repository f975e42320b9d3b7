"""The files beside a page: every long table whole as CSV, every long program as it is to be run."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.report.chapter import ATTACHMENTS, Store

# A spreadsheet takes a cell that begins with one of these for a formula, and names are not ours to trust.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_attachments(folder: Path, store: Store) -> None:
    """Write what a page refers to below a review's folder."""
    if store.tables or store.programs:
        (folder / ATTACHMENTS).mkdir(exist_ok=True)
    for address, model in store.tables.items():
        _write_table(folder / address, model)
    for address, source in store.programs.items():
        (folder / address).write_text(source.rstrip("\n") + "\n", encoding="utf-8")


def _write_table(path: Path, model: Mapping[str, Any]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_harmless(column["title"]) for column in model["columns"]])
        writer.writerows([_harmless(value) for value in row] for row in model["rows"])


def _harmless(value: Any) -> Any:
    """Return a value as a cell: lists with commas, unknown as nothing, and no text that acts as a formula."""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
