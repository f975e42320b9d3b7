"""Time of an orphan probe against a bare ``count(fk)``, with and without an index, and against NOT IN.

``ORPHAN_ROWS`` sets the referencing rows (default 10,000,000; a tenth as many are referenced). The bare count is
what PostgreSQL takes to read the column once, in one process. The probe is the whole probe: total, non-null,
orphan and distinct missing values. Shown beside it is the anti join alone, which is its dearest statement.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg

from workbench import catalog
from workbench.probes import runner
from workbench.probes.orphans import HASH, MERGE, constraint_probes
from workbench.server import Server
from workbench.targets import Options, Target, parse_url

ROWS = int(os.environ.get("ORPHAN_ROWS", "10000000"))
NOT_IN_SECONDS = 60
BARE = "select count(parent_id) from child"
NOT_IN = "select count(*) from child where parent_id not in (select id from parent)"


def build(connection: psycopg.Connection[object], rows: int) -> None:
    """Create the two tables; twenty orphans of ten missing values are among the rows."""
    connection.execute("create table parent (id int primary key, name text)")
    connection.execute(
        f"insert into parent select g, 'name ' || g from generate_series(1, {rows // 10}) as g"
    )
    connection.execute("create table child (id bigint, parent_id int, note text)")
    connection.execute(
        f"insert into child select g, case when g % {rows // 20} = 0 then -(g / {rows // 20} + 1) / 2"
        f" else 1 + floor(random() * {rows // 10})::int end, 'note ' || g from generate_series(1, {rows}) as g"
    )
    connection.execute(
        "alter table child add constraint child_fk foreign key (parent_id) references parent not valid"
    )
    connection.execute("vacuum analyze parent")
    connection.execute("vacuum analyze child")


def best_of(function: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of several runs in seconds."""
    measured = []
    for _ in range(times):
        started = time.monotonic()
        function()
        measured.append(time.monotonic() - started)
    return min(measured)


def bare(url: str) -> float:
    """Return the time of the bare count in one process."""
    with psycopg.connect(url) as connection:
        connection.execute("set max_parallel_workers_per_gather = 0")
        return best_of(lambda: connection.execute(BARE).fetchone())


def probe_times(target: Target) -> tuple[float, float, bool]:
    """Return the time of the whole probe, of its anti join alone, and whether it merges."""
    [probe] = constraint_probes(catalog.capture(target))
    merges = probe.settings == MERGE
    assert probe.settings in (MERGE, HASH)

    def whole() -> None:
        [result] = runner.run(target, [probe], 600)
        assert (result.violations, result.distinct_values, result.exact) == (20, 10, True), result

    def search() -> None:
        with runner._sessions(target, 1) as (connection,):
            runner._exact(connection, replace(probe), {"total": 0, probe.examined: 0}, 600)

    return best_of(whole), best_of(search), merges


def not_in(url: str) -> str:
    """Return the time of NOT IN, or that it took longer than it was given."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"set statement_timeout = '{NOT_IN_SECONDS}s'")
        started = time.monotonic()
        try:
            connection.execute(NOT_IN).fetchone()
        except psycopg.errors.QueryCanceled:
            return f"over {NOT_IN_SECONDS}"
        return f"{time.monotonic() - started:.2f}"


def main() -> None:
    """Measure, print the table and write it to benchmarks/orphans.md."""
    folder = Path(tempfile.mkdtemp(prefix="wb-orphans-"))
    folder.chmod(0o755)
    # VACUUM marks no page all-visible whose rows' commit is not yet flushed.
    settings = {
        "synchronous_commit": "on",
        "autovacuum": "off",
        "shared_buffers": "2GB",
        "max_wal_size": "8GB",
    }
    lines = ["| | seconds | times the bare count |", "| --- | --- | --- |"]
    with Server(folder / "server", settings=settings) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            build(connection, ROWS)
        options = Options(statement_timeout=600, connections=1)
        target = Target("orphans", parse_url(server.url()), options=options)
        for indexed in (False, True):
            if indexed:
                with psycopg.connect(server.url(), autocommit=True) as connection:
                    connection.execute("create index on child (parent_id)")
                    connection.execute("vacuum analyze child")
            limit = bare(server.url())
            whole, search, merges = probe_times(target)
            how = "index, merge anti join" if merges else "no index, hash anti join"
            lines += [
                f"| bare count(fk), one process | {limit:.2f} | 1.0 |",
                f"| {how}: anti join alone | {search:.2f} | {search / limit:.1f} |",
                f"| {how}: whole probe | {whole:.2f} | {whole / limit:.1f} |",
            ]
        lines.append(f"| NOT IN (SELECT …), default settings | {not_in(server.url())} | |")
    server.remove()
    text = "\n".join(lines)
    print(text)
    about = (__doc__ or "").strip()
    note = (
        f"{ROWS:,} referencing rows, {ROWS // 10:,} referenced, {os.cpu_count()} processors, best of three."
    )
    Path(__file__).with_suffix(".md").write_text(f"{about}\n\n{note}\n\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
