"""How a schema is written: naming styles, comments, width."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import pandas as pd

from workbench.checks import check
from workbench.checks.schema import listed, path
from workbench.findings import Finding, Severity, Verdict
from workbench.rows import rows
from workbench.words import counted

_STYLES = (
    ("snake_case", re.compile(r"_*[a-z0-9]+(_+[a-z0-9]+)+_*")),
    ("camelCase", re.compile(r"_*[a-z]+[a-z0-9]*([A-Z][a-z0-9]*)+")),
    ("PascalCase", re.compile(r"(?=.*[a-z])[A-Z][A-Za-z0-9]*")),
    ("UPPER_CASE", re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")),
)


def naming_style(name: str) -> str | None:
    """Return the style of a name; None for a plain lower-case word, which fits every style."""
    if re.fullmatch(r"[^\W_A-Z]+", name) and name == name.lower():
        return None
    return next((style for style, pattern in _STYLES if pattern.fullmatch(name)), "other")


@check(subject="schema", kind="static")
def mixed_naming_style(
    reviewed_tables: pd.DataFrame,
    reviewed_columns: pd.DataFrame,
    *,
    min_names: int = 3,
    min_ratio: float = 0.03,
) -> Verdict:
    """Names of a schema in more than one style.

    Problem: Tables or columns of one schema, or the columns of one table, are written partly in snake_case and
    partly in another style.
    Impact: Every query must be looked up, and names with capitals must be quoted everywhere.
    Fix: Choose one style for new names and map the others in the data-access layer; renaming is rarely
    worth it.
    False positives: A few names that a tool prescribes; of a schema, styles below a share of the names are not
    counted. Tables are judged where the schema as a whole keeps to one style.
    """
    findings, examined = [], 0
    for kind, frame in (("table", reviewed_tables), ("column", reviewed_columns)):
        for schema, group in frame.groupby("schema_name", sort=True):
            names = sorted(set(group[f"{kind}_name"]))
            examined += len(names)
            used = _styles_used(names, min_names, min_ratio)
            if len(used) > 1:
                findings.append(_mixed(str(schema), kind, names, used))
            elif kind == "column":
                findings += _mixed_tables(group, min_names)
    return Verdict(examined, findings)


def _mixed_tables(columns: pd.DataFrame, min_names: int) -> list[Finding]:
    """Return a finding for each table that has several columns in each of two styles."""
    findings = []
    for _, group in columns.groupby("table_oid", sort=False):
        names = sorted(group["column_name"])
        used = _styles_used(names, min_names, 0.0)
        if len(used) > 1:
            findings.append(
                _mixed(path(next(rows(group[["schema_name", "table_name"]]))), "column", names, used)
            )
    return findings


def _styles_used(names: Iterable[str], min_names: int, min_ratio: float) -> list[tuple[str, int]]:
    """Return the styles that enough names are written in, the commonest first."""
    counted = Counter(style for style in map(naming_style, names) if style)
    least = max(min_names, min_ratio * counted.total())
    return [(style, count) for style, count in counted.most_common() if count >= least]


def _mixed(schema: str, kind: str, names: list[str], used: list[tuple[str, int]]) -> Finding:
    parts = [
        f"{count} in {style} ({listed([n for n in names if naming_style(n) == style], 3)})"
        for style, count in used
    ]
    return Finding(
        object=schema,
        title=f"{kind.capitalize()} names in {len(used)} styles",
        detail=f"Distinct {kind} names: {'; '.join(parts)}.",
        severity=Severity.LOW if kind == "table" else Severity.INFO,
        evidence={f"{style}_count": count for style, count in used},
        distinct=kind,
    )


@check(subject="schema", kind="static")
def table_without_comment(reviewed_tables: pd.DataFrame) -> Verdict:
    """Table without a comment.

    Problem: The catalog does not say what a row of the table stands for.
    Impact: Readers and tools guess; which tables hold protected data cannot be told from the database
    itself.
    Fix: COMMENT ON TABLE with one sentence: what a row is, who writes it, how long it is kept.
    False positives: Documentation that is kept elsewhere. Where most tables of a schema have no comment,
    the schema is reported once and not each table.
    """
    findings = []
    for schema, group in reviewed_tables.groupby("schema_name", sort=True):
        bare = group[group["comment"].isna()]
        if len(bare) > len(group) / 2:
            findings.append(_uncommented_schema(str(schema), len(bare), len(group)))
            continue
        findings += [
            Finding(
                object=path(row),
                title="Table without comment",
                detail="Most tables of this schema say what they hold; this one does not.",
                severity=Severity.INFO,
            )
            for row in rows(bare[["schema_name", "table_name"]])
        ]
    return Verdict(len(reviewed_tables), findings)


def _uncommented_schema(schema: str, bare: int, total: int) -> Finding:
    return Finding(
        object=schema,
        title="Tables without comments",
        detail=f"{bare} of {counted(total, 'table')} without a comment.",
        severity=Severity.INFO,
        evidence={"tables_without_comment_count": bare, "tables_count": total},
    )


@check(subject="schema", kind="static")
def wide_table(
    reviewed_tables: pd.DataFrame, reviewed_columns: pd.DataFrame, *, max_columns: int = 50
) -> Verdict:
    """Table with very many columns.

    Problem: One table holds many columns, as a rule several subjects in one.
    Impact: Each update rewrites the whole row, each read of a few columns loads all pages, and nullability
    says little.
    Fix: Move groups of columns that are read or written apart into tables with the same key.
    False positives: A reporting or import table that is written once and read whole.
    """
    counts = reviewed_columns.groupby("table_oid").size()
    findings = []
    for row in rows(reviewed_tables[["table_oid", "schema_name", "table_name"]]):
        count = int(counts.get(row.table_oid, 0))
        if count > max_columns:
            findings.append(
                Finding(
                    object=path(row),
                    title=f"{counted(count, 'column')} in one table",
                    detail=f"The table has {count} columns; more than {max_columns} is unusual.",
                    severity=Severity.INFO,
                    evidence={"columns_count": count},
                )
            )
    return Verdict(len(reviewed_tables), findings)
