# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""Running probes: questions that read rows, bounded in time, side by side in one snapshot, resumable.

A probe counts rows of one table and tells how many of them break a rule. It reads keys and counts them; no
value of any row leaves the server through this module.
"""

from __future__ import annotations

import contextlib
import math
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from workbench import catalog
from workbench.catalog import CaptureError
from workbench.probes.probe import Probe, Result, ResumeFile
from workbench.targets import Target

Counts = Mapping[str, Any]
SAMPLED_PAGES = 1000
"""Pages that an estimate reads: about 8 MB, whatever the table's size."""

MOST_TOGETHER = 500
"""Probes that one statement counts; a statement returns 1,664 columns at most."""


def run(target: Target, probes: Sequence[Probe], budget: float, resume: Path | None = None) -> list[Result]:
    """Run probes within ``budget`` seconds and return one result for each, in their order.

    The small tables come first. All connections read the same snapshot. A probe that does not finish in its
    share of the time becomes an estimate; one that the budget leaves no time for is skipped, and says so.

    Raises:
        CaptureError: the server cannot be reached.
    """
    book = ResumeFile(resume, target)
    found = {id(p): Result(p, skipped=p.skipped, exact=False) for p in probes if p.skipped is not None}
    for probe in probes:
        earlier = book.result(probe) if id(probe) not in found else None
        if earlier is not None:
            found[id(probe)] = earlier
    tables: dict[str, list[Probe]] = defaultdict(list)
    for probe in probes:
        if id(probe) not in found:
            tables[probe.relation].append(probe)
    groups = sorted(tables.values(), key=lambda group: (group[0].pages, group[0].table))
    if groups:
        with _sessions(target, min(target.options.connections, len(groups))) as connections:
            schedule = _Schedule(groups, budget, target.options.statement_timeout, len(connections))
            with ThreadPoolExecutor(len(connections)) as pool:
                for results in pool.map(lambda c: _work(c, schedule, book), connections):
                    found.update({id(result.probe): result for result in results})
    return [found[id(probe)] for probe in probes]


@contextlib.contextmanager
def _sessions(target: Target, count: int) -> Iterator[list[psycopg.Connection[Any]]]:
    """Open connections that see one snapshot; fewer where the server gives no more."""
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(catalog.session(target))
        # Row security would hide rows silently; with this off the server refuses instead.
        first.execute("set local row_security = off")
        connections = [first]
        with contextlib.suppress(CaptureError, psycopg.Error):
            row = first.execute("select pg_export_snapshot()").fetchone()
            for _ in range(count - 1):
                other = stack.enter_context(catalog.session(target))
                other.execute(f"set transaction snapshot '{row[0] if row else ''}'")
                other.execute("set local row_security = off")
                connections.append(other)
        if first.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
            raise CaptureError(f"{target.name}: the transaction failed before any probe ran")
        yield connections


class _Schedule:
    """Groups of probes by table, handed out one by one with a share of the time that is left."""

    def __init__(
        self, groups: Sequence[list[Probe]], budget: float, longest: float, connections: int
    ) -> None:
        self._groups = list(groups)
        self._deadline = time.monotonic() + budget
        self._longest = longest
        self._connections = connections
        self._lock = threading.Lock()
        self.budget = budget

    def take(self) -> list[Probe] | None:
        with self._lock:
            return self._groups.pop(0) if self._groups else None

    def share(self, probes_left: int) -> float:
        """Return the seconds that one statement may take now; 0 when the budget is spent.

        Small tables run first and use little of their share, so a late, large one may take several.
        """
        left = self._deadline - time.monotonic()
        with self._lock:
            waiting = sum(map(len, self._groups)) + probes_left
        if left <= 0.05:
            return 0.0
        return min(left, self._longest, max(0.25, 4 * left * self._connections / max(1, waiting)))


def _work(connection: psycopg.Connection[Any], schedule: _Schedule, book: ResumeFile) -> list[Result]:
    results = []
    while (group := schedule.take()) is not None:
        base: Counts | None = None
        plain = [probe for probe in group if probe.plain][:MOST_TOGETHER]
        together = _together(connection, plain, schedule.share(len(group)))
        for number, probe in enumerate(group):
            share = schedule.share(len(group) - number)
            if id(probe) in together:
                result = together[id(probe)]
            elif connection.closed:
                result = Result(probe, skipped="the connection was lost", exact=False)
            elif share == 0.0:
                reason = f"the time budget of {schedule.budget:g} s was spent"
                result = Result(probe, skipped=reason, exact=False)
            else:
                if base is None and probe.searches:
                    base = _base_counts(connection, group, share)
                result = _run_one(connection, probe, base or {}, share)
            book.write(result)
            results.append(result)
    return results


def _together(
    connection: psycopg.Connection[Any], probes: Sequence[Probe], seconds: float
) -> dict[int, Result]:
    """Return the results of a table's plain probes from one scan; none when that fails, for each to try alone."""
    if len(probes) < 2 or connection.closed or seconds == 0.0:
        return {}
    started = time.monotonic()
    counts = ", ".join(
        f"count(*) filter (where {p.examined}), count(*) filter (where {p.examined} and {p.violation})"
        for p in probes
    )
    try:
        with _savepoint(connection, seconds):
            total, *found = _one(connection, f"select count(*), {counts} from {probes[0].relation} as c")
    except psycopg.Error:
        return {}
    spent = round((time.monotonic() - started) / len(probes), 4)
    return {
        id(probe): Result(probe, total, examined, broken, broken, broken, seconds=spent)
        for probe, examined, broken in zip(probes, found[::2], found[1::2], strict=True)
    }


@contextlib.contextmanager
def _savepoint(
    connection: psycopg.Connection[Any], seconds: float, settings: Sequence[tuple[str, str]] = ()
) -> Iterator[None]:
    """Run statements under a timeout and settings of their own, and undo all of it."""
    with connection.transaction(force_rollback=True):
        chosen = [
            ("statement_timeout", str(max(1, int(seconds * 1000)))),
            ("jit", "off"),
            *settings,
        ]
        for name, value in chosen:
            connection.execute("select set_config(%s, %s, true)", (name, value))
        yield


def _base_counts(connection: psycopg.Connection[Any], group: Sequence[Probe], seconds: float) -> Counts:
    """Count the rows, and the examined rows of every searching probe of a table, in one scan."""
    searching = [probe for probe in group if probe.searches]
    columns = ", ".join(f"count(*) filter (where {probe.examined})" for probe in searching)
    try:
        with _savepoint(connection, seconds):
            row = _one(connection, f"select count(*), {columns} from {group[0].relation} as c")
    except psycopg.errors.QueryCanceled:
        return {"too_slow": True}
    except psycopg.Error:
        # Each probe then asks for itself, so one unreadable column costs its own probe only.
        return {}
    return {"total": row[0], **{probe.examined: n for probe, n in zip(searching, row[1:], strict=True)}}


def _run_one(connection: psycopg.Connection[Any], probe: Probe, base: Counts, seconds: float) -> Result:
    started = time.monotonic()
    try:
        if base.get("too_slow") and probe.searches:
            # Who cannot count the rows in time cannot search among them either.
            result = _estimate(connection, probe, base, seconds)
        else:
            result = _exact(connection, probe, base, seconds * 0.8)
    except psycopg.errors.QueryCanceled:
        result = _estimate(connection, probe, base, max(0.25, seconds * 0.2))
    except psycopg.Error as error:
        result = Result(probe, skipped=_reason(connection, error), exact=False)
    return replace(result, seconds=round(time.monotonic() - started, 4))


def _exact(connection: psycopg.Connection[Any], probe: Probe, base: Counts, seconds: float) -> Result:
    distinct = f"count(distinct ({probe.distinct}))" if probe.distinct else "null::int8"
    source = f"{probe.relation} as c{probe.joins}"
    with _savepoint(connection, seconds, probe.settings):
        if probe.searches:
            total, examined = base.get("total"), base.get(probe.examined)
            if examined is None:
                total, examined = _one(
                    connection,
                    f"select count(*), count(*) filter (where {probe.examined}) from {probe.relation} as c",
                )
            violations, different = _one(
                connection,
                f"select count(*), {distinct} from {source} where {probe.examined} and {probe.violation}",
            )
        else:
            broken = f"{probe.examined} and {probe.violation}"
            different = f"{distinct} filter (where {broken})" if probe.distinct else distinct
            total, examined, violations, different = _one(
                connection,
                f"select count(*), count(*) filter (where {probe.examined}), "
                f"count(*) filter (where {broken}), {different} from {source}",
            )
        counts = {
            "total": total,
            "examined": examined,
            "violations": violations,
            "low": violations,
            "high": violations,
            "distinct_values": different,
        }
        coverage, spread = _one(connection, probe.evidence) if probe.evidence else (None, None)
    return Result(probe, **counts, coverage_ratio=coverage, range_ratio=spread)


def _estimate(connection: psycopg.Connection[Any], probe: Probe, base: Counts, seconds: float) -> Result:
    """Ask whether there is a violation at all, then estimate how many from whole pages drawn at random.

    SYSTEM and not BERNOULLI: the latter reads every page, which is what there was no time for. Orphans come
    in batches and lie together, so the page is the unit of the interval, not the row.
    """
    share = min(1.0, SAMPLED_PAGES / max(1, probe.pages))
    try:
        present = _exists(connection, probe, seconds / 2)
        with _savepoint(connection, seconds / 2):
            scanned, examined, violating, squares, most = (
                int(value or 0) for value in _one(connection, _sample_sql(probe, share))
            )
    except psycopg.Error as error:
        timed_out = isinstance(error, psycopg.errors.QueryCanceled)
        reason = "neither the count nor a sample finished in its time" if timed_out else None
        return Result(probe, skipped=reason or _reason(connection, error), exact=False)
    estimate, low, high = clustered_interval(violating, squares, share, most)
    total, counted = base.get("total"), base.get(probe.examined)
    known = counted if counted is not None else round(examined / share)
    if present is False:
        estimate, low, high = 0.0, 0.0, 0.0
    return Result(
        probe,
        total=total if total is not None else round(scanned / share),
        examined=known,
        violations=min(max(round(estimate), int(present or 0)), known),
        low=max(math.floor(low), int(present or 0)),
        high=min(math.ceil(high), known),
        exact=False,
    )


def _exists(connection: psycopg.Connection[Any], probe: Probe, seconds: float) -> bool | None:
    """Tell whether any row breaks the rule, which a broken table answers at once; None: no answer in time."""
    sql = (
        f"select exists (select from {probe.relation} as c{probe.joins}"
        f" where {probe.examined} and {probe.violation})"
    )
    try:
        with _savepoint(connection, seconds, probe.settings):
            return bool(_one(connection, sql)[0])
    except psycopg.errors.QueryCanceled:
        return None


def _sample_sql(probe: Probe, share: float) -> str:
    """Return the query that gives sums over sampled pages: rows, examined, violating, their squares.

    The last column is the greatest number of examined rows on one page.
    """
    percent = max(share * 100, 1e-6)
    return (
        "select sum(s.scanned), sum(s.examined), sum(s.violating), sum(s.violating * s.violating),"
        " max(s.examined) from ("
        f"select count(*) as scanned, count(*) filter (where {probe.examined}) as examined,"
        f" count(*) filter (where {probe.examined} and {probe.violation}) as violating"
        f" from {probe.relation} as c tablesample system ({percent:.6f}) repeatable (1){probe.joins}"
        # A page is told by its table, for a partitioned one has several page 0.
        " group by c.tableoid, (c.ctid::text::point)[0]) as s"
    )


def clustered_interval(
    violating: int, squares: int, share: float, rows_per_page: int
) -> tuple[float, float, float]:
    """Return estimate, lower and upper 95 % limit of a total from pages drawn with probability ``share``.

    The Horvitz-Thompson estimate is ``violating / share``; its interval is that of a weighted Poisson sum
    (Dobson et al. 1991, Fay and Feuer 1997): Byar's limits for the effective number of violating pages,
    ``violating² / squares``, scaled to rows. Without any violating page, the upper limit supposes full
    pages of ``rows_per_page``.
    """
    if share >= 1:
        return float(violating), float(violating), float(violating)
    if not violating:
        return 0.0, 0.0, _byar_high(0.0) * rows_per_page / share
    effective = violating * violating / squares
    scale = violating / effective / share
    low = max(_byar_low(effective) * scale, violating)
    return violating / share, low, _byar_high(effective) * scale


def _byar_low(count: float, z: float = 1.959964) -> float:
    """Return Byar's lower limit of a Poisson mean after ``count`` events."""
    return float(count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3)


def _byar_high(count: float, z: float = 1.959964) -> float:
    more = count + 1
    return float(more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3)


def _one(connection: psycopg.Connection[Any], sql: str) -> tuple[Any, ...]:
    row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return tuple(row)


def _reason(connection: psycopg.Connection[Any], error: psycopg.Error) -> str:
    """Return why a probe could not run; never the statement, never the server's detail with its values."""
    if connection.closed:
        return "the connection was lost"
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return "another session holds a lock on the table"
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return str(error.diag.message_primary or "permission denied")
    return f"{type(error).__name__}: {error.diag.message_primary or 'no message'}"


def violating_keys(target: Target, results: Sequence[Result], *, limit: int = 5) -> dict[str, list[str]]:
    """Return up to ``limit`` keys of rows that break each rule, by probe name: for a person who asked.

    Keys alone are read, never other columns; nothing keeps them. A probe that cannot answer within two
    seconds is left out.
    """
    found: dict[str, list[str]] = {}
    chosen = [r.probe for r in results if r.violations and r.probe.distinct]
    if not chosen:
        return found
    with _sessions(target, 1) as (connection,):
        for probe in chosen:
            sql = (
                f"select ({probe.distinct})::text from {probe.relation} as c{probe.joins}"
                f" where {probe.examined} and {probe.violation} limit {limit}"
            )
            with contextlib.suppress(psycopg.Error), _savepoint(connection, 2.0, probe.settings):
                rows = connection.execute(sql.encode()).fetchall()
                found[probe.name] = list(dict.fromkeys(str(row[0]) for row in rows))
    return found


def masked(key: str) -> str:
    """Return the shape of a key: digits as 9, letters as x, so an empty or malformed key still shows."""
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key):
        return "a UUID"
    return "".join("9" if c.isdigit() else "x" if c.isalpha() else c for c in key[:40])
