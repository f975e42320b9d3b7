"""Relationships as text: Mermaid, DBML, Graphviz and Markdown, every name escaped as the format wants it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.naming import dotted
from workbench.review import Review

Row = Any  # one tuple of DataFrame.itertuples() over the derived frame relationships

COLOURS = {
    "CASCADE": "#B2182B",
    "SET NULL": "#4477AA",
    "SET DEFAULT": "#66CCEE",
    "RESTRICT": "#228833",
    "NO ACTION": "#8A94A0",
}
_STYLES = {
    "CASCADE": "solid",
    "SET NULL": "dashed",
    "SET DEFAULT": "dashed",
    "RESTRICT": "bold",
    "NO ACTION": "dotted",
}


def mermaid(review: Review) -> str:
    """Return an ``erDiagram``; a line's label tells columns and action."""
    numbers: dict[str, str] = {}
    lines = ["erDiagram"]
    for row in _rows(review):
        ends = [_table(row), _referenced(row)]
        for name in ends:
            if name not in numbers:
                numbers[name] = f"t{len(numbers)}"
                lines.append(f'    {numbers[name]}["{_mermaid(name)}"]')
        left = "|o" if row.type == "one-to-one" else "}o"
        right = "o|" if row.is_optional else "||"
        label = _mermaid(f"{', '.join(row.columns)}: ON DELETE {row.on_delete}")
        lines.append(f'    {numbers[ends[0]]} {left}--{right} {numbers[ends[1]]} : "{label}"')
    return "\n".join(lines) + "\n"


def _mermaid(text: str) -> str:
    """Return a text for Mermaid's quotes; its entity codes are ``#`` and a number or name."""
    return re.sub(r"[^\w .,:_/()→-]", lambda found: f"#{ord(found[0])};", text)


def dbml(review: Review) -> str:
    """Return tables with their columns, and one ``Ref`` a key."""
    rows = list(_rows(review))
    columns = review["columns"]
    used = {(r.schema_name, r.table_name) for r in rows} | {
        (r.referenced_schema, r.referenced_table) for r in rows
    }
    lines = []
    for (schema, table), mine in columns.groupby(["schema_name", "table_name"], sort=True):
        if (schema, table) not in used:
            continue
        lines.append(f"Table {_dbml(schema)}.{_dbml(table)} {{")
        for column in mine.itertuples(index=False):
            note = " [not null]" if column.is_not_null else ""
            lines.append(f"  {_dbml(column.column_name)} {_dbml(column.data_type)}{note}")
        lines.append("}")
    for row in rows:
        sign = "-" if row.type == "one-to-one" else ">"
        own = f"{_dbml(row.schema_name)}.{_dbml(row.table_name)}.({', '.join(map(_dbml, row.columns))})"
        other = f"{_dbml(row.referenced_schema)}.{_dbml(row.referenced_table)}"
        other += f".({', '.join(map(_dbml, row.referenced_columns))})"
        actions = f"[delete: {row.on_delete.lower()}, update: {row.on_update.lower()}]"
        lines.append(f"Ref {_dbml(row.object.rpartition('.')[2])}: {own} {sign} {other} {actions}")
    return "\n".join(lines) + "\n"


def _dbml(name: Any) -> str:
    return '"' + _backslashed(str(name)) + '"'


def _backslashed(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(c if c.isprintable() else {"\n": "\\n", "\t": "\\t"}.get(c, "?") for c in escaped)


def dot(review: Review) -> str:
    """Return a digraph from referencing to referenced tables, in a cluster per domain."""
    domains: Mapping[str, str] = review["domains"]
    rows = list(_rows(review))
    used = {name for row in rows for name in (_table(row), _referenced(row))}
    clusters: dict[str, list[str]] = {}
    for name in [*domains, *sorted(used - domains.keys())]:
        if name in used:
            clusters.setdefault(domains.get(name, ""), []).append(name)
    lines = ["digraph relationships {", '  rankdir="RL";', '  node [shape="box"];']
    for number, (domain, names) in enumerate(clusters.items()):
        lines += [f"  subgraph cluster_{number} {{", f'    label="{_backslashed(domain)}";']
        lines += [f'    "{_backslashed(name)}";' for name in names]
        lines.append("  }")
    for row in rows:
        lines.append(
            f'  "{_backslashed(_table(row))}" -> "{_backslashed(_referenced(row))}" '
            f'[label="{_backslashed(", ".join(row.columns))}", color="{COLOURS[row.on_delete]}", '
            f'style="{_STYLES[row.on_delete]}", tooltip="ON DELETE {row.on_delete}"];'
        )
    return "\n".join([*lines, "}"]) + "\n"


def markdown(review: Review) -> str:
    """Return a document: a summary table, then each relationship with its rules and recommended policy."""
    rows = list(_rows(review))
    lines = [
        f"# Relationships of {_markdown(review.target)}",
        "",
        f"{len(rows)} foreign keys. Captured {review.snapshot.manifest.get('captured_at', '')}.",
        "",
        "| from | to | type | foreign key | optional | ON DELETE | recommended |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (
            _table(row),
            _referenced(row),
            row.type,
            ", ".join(row.columns),
            "yes" if row.is_optional else "no",
            row.on_delete,
            row.recommended_on_delete,
        )
        lines.append("| " + " | ".join(_markdown(cell) for cell in cells) + " |")
    for row in rows:
        lines += ["", *_section(row)]
    return "\n".join(lines) + "\n"


def _section(row: Row) -> Iterator[str]:
    """Yield the lines that tell of one relationship."""
    joined = f", joins it to {row.joins}" if row.joins else ""
    yield f"## {_markdown(_table(row))} → {_markdown(_referenced(row))}"
    yield ""
    yield f"- **Type:** {row.type}{_markdown(joined)}"
    own, other = (", ".join(names) for names in (row.columns, row.referenced_columns))
    yield f"- **Foreign key:** {_markdown(own)} → {_markdown(other)} ({_markdown(row.object)})"
    yield f"- **Optional:** {'yes' if row.is_optional else 'no'}"
    yield f"- **ON DELETE:** {row.on_delete}; **ON UPDATE:** {row.on_update}"
    yield f"- **Index:** {_markdown(', '.join(row.index) or 'none serves it')}"
    yield from (f"- **Rule:** {_markdown(rule)}" for rule in row.rules)
    recommended = f"ON DELETE {row.recommended_on_delete}, ON UPDATE {row.recommended_on_update}"
    yield f"- **Recommended:** {recommended}: {_markdown(row.reason)}"


def _markdown(text: str) -> str:
    visible = "".join(c if c.isprintable() else "?" for c in html.escape(text, quote=False))
    return re.sub(r"([\\`*_{}\[\]#+|~])", r"\\\1", visible)


def _rows(review: Review) -> Iterator[Row]:
    frame: pd.DataFrame = review["relationships"]
    yield from frame.itertuples(index=False)


def _table(row: Row) -> str:
    return dotted(row.schema_name, row.table_name)


def _referenced(row: Row) -> str:
    return dotted(row.referenced_schema, row.referenced_table)


def document(review: Review) -> dict[str, Any]:
    """Return the JSON document of ``workbench relationships``."""
    listed: Sequence[Mapping[Any, Any]] = review["relationships"].to_dict("records")
    return {
        "target": review.target,
        "captured_at": review.snapshot.manifest.get("captured_at"),
        "domains": dict(review["domains"]),
        "relationships": [
            {str(name): list(value) if isinstance(value, tuple) else value for name, value in row.items()}
            for row in listed
        ],
    }
