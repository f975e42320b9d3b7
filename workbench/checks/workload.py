"""What the workload's checks share: statements joined to the tables that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.checks import derived
from workbench.findings import NotExamined
from workbench.naming import dotted
from workbench.rows import rows
from workbench.statements import Lookup, lookup, tables_named

OTHERS = "database"


@dataclass(frozen=True)
class Statement:
    """One statement of the application with its figures; ``tables`` are OIDs in the order of the text."""

    text: str
    role: str
    tables: tuple[int, ...]
    path: str
    lookup: Lookup | None
    calls_count: int
    rows_count: int
    total_seconds: float
    mean_seconds: float
    max_seconds: float
    deviation_seconds: float
    temp_blocks_count: int

    @property
    def rows_per_call(self) -> float:
        """Rows returned or changed by one call, on average."""
        return self.rows_count / max(self.calls_count, 1)


@dataclass(frozen=True)
class Statements:
    """The statements that name a table of the review, those that could not be read, and the time of all."""

    known: tuple[Statement, ...]
    not_examined: tuple[NotExamined, ...]
    total_seconds: float

    def share(self, seconds: float) -> float:
        """Return the share of the time of all statements, 0 to 1."""
        return seconds / self.total_seconds if self.total_seconds else 0.0


@derived
def application_statements(statements: pd.DataFrame, tables: pd.DataFrame) -> Statements:
    """Return the statements that name a table under review; utility commands and the catalog's are not among them."""
    by_name = _tables_by_name(tables)
    paths = {row.table_oid: dotted(row.schema_name, row.table_name) for row in rows(tables)}
    found = []
    for row in rows(statements[statements["statement"].notna()]):
        oids = _resolve(tables_named(row.statement), by_name)
        if not oids:
            continue
        found.append(
            Statement(
                text=row.statement,
                role="" if pd.isna(row.role_name) else row.role_name,
                tables=oids,
                path=paths[oids[0]],
                lookup=lookup(row.statement),
                calls_count=int(row.calls_count),
                rows_count=int(row.rows_count),
                total_seconds=float(row.total_seconds),
                mean_seconds=float(row.mean_seconds),
                max_seconds=float(row.max_seconds),
                deviation_seconds=float(row.deviation_seconds),
                temp_blocks_count=int(row.temp_blocks_written_count),
            )
        )
    hidden = int(statements["query_id"].isna().sum())
    reason = f"{hidden} statements of other roles: their text needs pg_read_all_stats"
    unread = (NotExamined("statements", reason),) if hidden else ()
    return Statements(tuple(found), unread, float(statements["total_seconds"].sum()))


def _tables_by_name(tables: pd.DataFrame) -> Mapping[tuple[str, str], int]:
    """Return OIDs by schema and name, and by bare name where one table alone bears it."""
    own = tables[tables["extension"].isna()]
    full = {(row.schema_name, row.table_name): int(row.table_oid) for row in rows(own)}
    counts = own["table_name"].value_counts()
    bare = {
        ("", name): oid for (schema, name), oid in full.items() if counts[name] == 1 or schema == "public"
    }
    return {**bare, **full}


def _resolve(names: Iterable[tuple[str, str]], by_name: Mapping[tuple[str, str], int]) -> tuple[int, ...]:
    return tuple(by_name[name] for name in names if name in by_name)


def per_day(count: float, since: pd.Timestamp, until: pd.Timestamp) -> float:
    """Return a count per day; an age below one hour counts as an hour, so a young server raises no alarm."""
    hours = max((until - since).total_seconds() / 3600, 1.0)
    return count * 24 / hours


def seconds(value: float) -> str:
    """Return a duration for a sentence: milliseconds below a second."""
    return f"{value * 1000:,.1f} ms" if value < 1 else f"{value:,.1f} s"


def first(items: Sequence[Statement]) -> Statement:
    """Return the statement with the most calls, the text deciding between equals."""
    return max(items, key=lambda one: (one.calls_count, one.text))
