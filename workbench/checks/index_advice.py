"""What the workload asks of each table, and the index that would serve it: values that checks share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.accesses import Access, UnreadStatementError, accesses, counts_its_rows, resolver
from workbench.checks import derived
from workbench.findings import Fix, NotExamined
from workbench.naming import column_list, dotted, qualified, quote
from workbench.rows import Row, rows
from workbench.words import counted

MOST_STATEMENTS = 1000
"""Statements that are parsed, those with the most calls first."""


@dataclass(frozen=True)
class Asked:
    """One access of one statement to one table, with the statement's calls and time.

    ``found_rows`` are the rows that one call found on average, where the statement returns just those.
    """

    table_oid: int
    access: Access
    calls_count: int
    total_seconds: float
    found_rows: float | None = None


@dataclass(frozen=True)
class Demand:
    """What the statements ask of the tables; ``unread`` says what could not be read."""

    asked: tuple[Asked, ...]
    statements_count: int
    unread: tuple[NotExamined, ...]


@derived
def demand(statements: pd.DataFrame, columns: pd.DataFrame, tables: pd.DataFrame) -> Demand:
    """Return what the statements of the workload ask of each table, read with PostgreSQL's own grammar."""
    names: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in zip(
        columns["schema_name"], columns["table_name"], columns["column_name"], strict=True
    ):
        names.setdefault((schema, table), set()).add(column)
    columns_of = resolver({key: frozenset(value) for key, value in names.items()})
    oids = {(r.schema_name, r.table_name): int(r.table_oid) for r in rows(tables)}
    readable = statements[statements["statement"].notna()].sort_values("calls_count", ascending=False)
    asked, failed = [], 0
    for row in rows(readable.head(MOST_STATEMENTS)):
        try:
            found = accesses(row.statement, columns_of)
            per_call = row.rows_count / max(1, row.calls_count) if counts_its_rows(row.statement) else None
        except UnreadStatementError:
            failed += 1
            continue
        for access in found:
            schema = access.schema or _schema_of(access.table, oids)
            if (schema, access.table) in oids:
                oid = oids[schema, access.table]
                calls, seconds = int(row.calls_count), float(row.total_seconds)
                asked.append(Asked(oid, access, calls, seconds, per_call))
    return Demand(tuple(asked), min(len(readable), MOST_STATEMENTS), _unread(statements, readable, failed))


def _schema_of(table: str, oids: Mapping[tuple[str, str], int]) -> str:
    schemas = [schema for schema, name in oids if name == table]
    return schemas[0] if len(schemas) == 1 else "public"


def _unread(statements: pd.DataFrame, readable: pd.DataFrame, failed: int) -> tuple[NotExamined, ...]:
    hidden = int(statements["query_id"].isna().sum())
    reasons = [
        (hidden, "their text needs pg_read_all_stats"),
        (max(0, len(readable) - MOST_STATEMENTS), f"beyond the {MOST_STATEMENTS} most called"),
        (failed, "the grammar does not accept their text, which pg_stat_statements may have cut"),
    ]
    return tuple(NotExamined(counted(count, "statement"), reason) for count, reason in reasons if count)


class Selectivity:
    """How many rows conditions leave, by the statistics of single columns taken as independent."""

    def __init__(self, column_statistics: pd.DataFrame) -> None:
        frame = column_statistics.sort_values("is_inherited")
        # Of a partitioned table the inherited figures cover all partitions; they come last and win.
        self._rows = {(r.schema_name, r.table_name, r.column_name): r for r in rows(frame)}

    def equal(self, table: Row, column: str, count: float) -> float | None:
        """Return the share of rows that one value of a column has; None without statistics."""
        found = self._rows.get((table.schema_name, table.table_name, column))
        if found is None:
            return None
        distinct = found.distinct_values if found.distinct_values >= 0 else -found.distinct_values * count
        return float((1 - found.null_ratio) / max(1.0, distinct))

    def null(self, table: Row, column: str) -> float | None:
        """Return the share of NULLs of a column; None without statistics."""
        found = self._rows.get((table.schema_name, table.table_name, column))
        return None if found is None else float(found.null_ratio)


@dataclass(frozen=True)
class Proposal:
    """An index that accesses of one table ask for; ``read_rows`` are what one call reads today at best."""

    table_oid: int
    columns: tuple[str, ...]
    predicate: str
    read_rows: float
    wanted_rows: float
    calls_count: int
    total_seconds: float
    statements_count: int


def propose(
    asked: Asked, table: Row, indexes: Sequence[Row], selectivity: Selectivity, count: float
) -> Proposal | NotExamined | None:
    """Return the index that would serve an access; None when one does, or no index would help.

    An index serves when its leading columns leave few rows to read: the best of today's is compared with one
    over all columns asked to be equal. Ranges count only as a further column. Statements that ask for rare values of
    a column with few values are known by the rows that they found.
    """
    access = asked.access
    wanted = access.needed()
    shares: dict[str, float] = {}
    for column in wanted:
        share = selectivity.equal(table, column, count)
        if share is None:
            return NotExamined(
                dotted(table.schema_name, table.table_name, column), "no statistics of the column"
            )
        shares[column] = share
    if not wanted:
        return None
    shares = _as_found(shares, asked.found_rows, count)
    best = min((_rows_read(index, shares, access, count) for index in indexes), default=count)
    possible = count
    for share in shares.values():
        possible *= share
    ordered = sorted(shares, key=lambda column: shares[column])
    # A column that hardly narrows what those before it leave is left out.
    chosen: list[str] = []
    left = count
    for column in ordered:
        if not chosen or (left * shares[column] < left / 2 and left > 10):
            chosen.append(column)
            left *= shares[column]
    extra = [c for c in (*access.sorts, *access.ranges) if c not in chosen][:1]
    if best <= max(20 * max(possible, 1.0), 500.0) or left > 0.1 * count:
        return None
    return Proposal(
        asked.table_oid,
        (*chosen, *extra),
        "",
        best,
        max(possible, 1.0),
        asked.calls_count,
        asked.total_seconds,
        1,
    )


def _as_found(shares: dict[str, float], found_rows: float | None, count: float) -> dict[str, float]:
    """Return the shares with the most selective one lowered, so that together they leave the rows that were found."""
    expected = count * math.prod(shares.values())
    if found_rows is None or found_rows >= expected:
        return shares
    first = min(shares, key=lambda column: shares[column])
    return shares | {first: shares[first] * max(found_rows, 1.0) / expected}


def _rows_read(index: Row, shares: Mapping[str, float], access: Access, count: float) -> float:
    """Return the rows that a look-up through an index reads, by the key columns that it can use."""
    if not index.is_valid or index.access_method not in ("btree", "hash", "brin", "gist"):
        return count
    if not pd.isna(index.predicate) and not _implied(index.predicate, access):
        return count
    read = count
    for column in index.key_columns:
        if column in shares:
            read *= shares[column]
        else:
            # A range or an ORDER BY with LIMIT on the next column narrows further, by an unknown amount.
            return read / 3 if column in access.ranges and read < count else read
    return 1.0 if index.is_unique else read


def _implied(predicate: str, access: Access) -> bool:
    """Tell whether a partial index's predicate follows from a statement's conditions, as far as plainly seen."""
    plain = predicate.replace("(", "").replace(")", "").replace('"', "").strip()
    if plain.endswith(" IS NOT NULL"):
        column = plain.removesuffix(" IS NOT NULL")
        return column in (*access.equal, *access.not_nulls, *access.ranges)
    if plain.endswith(" IS NULL"):
        return plain.removesuffix(" IS NULL") in access.nulls
    column = plain.split()[0] if plain else ""
    return column in access.equal


def merged(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals of one table with those that another one's first columns cover folded into it."""
    combined: list[Proposal] = []
    for one in sorted(proposals, key=lambda p: (-len(p.columns), -p.calls_count)):
        place = next(
            (n for n, other in enumerate(combined) if other.columns[: len(one.columns)] == one.columns), None
        )
        if place is None:
            combined.append(one)
            continue
        other = combined[place]
        combined[place] = Proposal(
            other.table_oid,
            other.columns,
            other.predicate,
            max(other.read_rows, one.read_rows),
            max(other.wanted_rows, one.wanted_rows),
            other.calls_count + one.calls_count,
            other.total_seconds + one.total_seconds,
            other.statements_count + one.statements_count,
        )
    return combined


def rows_by_root(tables: pd.DataFrame) -> dict[int, float]:
    """Return estimated rows by table, those of partitions summed for their root."""
    leaves = tables[tables["kind"].isin(["table", "materialized view"])]
    summed = leaves.groupby("root_oid")["estimated_rows"].sum()
    own = leaves.set_index("table_oid")["estimated_rows"].fillna(0.0)
    return dict(zip(own.index, own, strict=True)) | dict(zip(summed.index, summed, strict=True))


def create_index(table: Row, columns: Sequence[str], method: str = "", predicate: str = "") -> Fix:
    """Return the fix that creates an index, CONCURRENTLY where that is possible, and drops it again."""
    stem = f"{table.table_name}_{'_'.join(columns)}"
    name = stem.encode()[:59].decode(errors="ignore") + "_idx"
    where = f" WHERE {predicate}" if predicate else ""
    using = f" USING {method}" if method else ""
    on = f"{qualified(table.schema_name, table.table_name)}{using} ({column_list(columns)}){where}"
    concurrently = "" if table.kind == "partitioned table" else "CONCURRENTLY "
    return Fix(
        sql=f"CREATE INDEX {concurrently}{quote(name)} ON {on};",
        undo=f"DROP INDEX {concurrently}{qualified(table.schema_name, name)};",
        lock="SHARE UPDATE EXCLUSIVE on the table" if concurrently else "SHARE on the table: writes wait",
    )
