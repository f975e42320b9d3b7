"""Time of a capture plus the checks of storage, maintenance and usage on 10,000 tables with 30,000 indexes.

    python -m benchmarks.storage

One table in five holds rows, so that the estimates of bloat have work to do. The aim is 15 seconds on two
cores for everything but reading pages, which has a budget of its own.
"""

from __future__ import annotations

import time

import psycopg

from benchmarks.capture import TABLES, fill
from workbench import catalog
from workbench.checks import run_checks
from workbench.server import Server, cache_folder
from workbench.targets import Target, parse_url

FILLED_EVERY = 5
ROWS = 4000


def fill_rows(url: str) -> None:
    """Put rows into one table of five, delete some of them, and gather statistics."""
    with psycopg.connect(url, autocommit=True) as connection:
        for n in range(0, TABLES, FILLED_EVERY):
            connection.execute(
                f"alter table t{n} drop constraint t{n}_parent_id_fkey;"
                f"insert into t{n} select g, g / 3, 'name of ' || md5(g::text) "
                f"from generate_series(1, {ROWS}) as g;"
                f"delete from t{n} where id % 4 = 0"
            )
        connection.execute("vacuum analyze")


def main() -> None:
    """Run the benchmark and print its times."""
    server = Server(cache_folder() / "bench", settings={"max_locks_per_transaction": "2000"})
    with server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("drop database if exists storage_bench with (force)")
            connection.execute("create database storage_bench")
        url = server.url("storage_bench")
        fill(url, TABLES)
        fill_rows(url)
        started = time.perf_counter()
        snapshot = catalog.capture(Target("bench", parse_url(url)))
        captured = time.perf_counter()
        outcomes = run_checks(snapshot, ("storage", "maintenance", "usage"))
        checked = time.perf_counter()
        print(f"{len(snapshot['tables']):,} tables, {len(snapshot['indexes']):,} indexes")
        slowest = sorted(snapshot.manifest["frames"].items(), key=lambda item: -item[1]["seconds"])[:6]
        print(*(f"  {name}: {frame['seconds']:.2f} s" for name, frame in slowest), sep="\n")
        print(f"capture {captured - started:.1f} s, checks {checked - captured:.1f} s")
        for outcome in outcomes:
            print(f"  {outcome.check}: {outcome.status.value}, examined {outcome.examined:,}")
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("drop database storage_bench with (force)")


if __name__ == "__main__":
    main()
