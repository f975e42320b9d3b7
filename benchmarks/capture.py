"""Capture of a large catalog against psql running the same queries in one transaction.

Prints both times of one run and their ratio; the aim is at most 1.3.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from workbench import catalog
from workbench.server import Server, cache_folder
from workbench.targets import Target, parse_url

TABLES = 10_000
ROUNDS = 3


def fill(url: str, tables: int) -> None:
    """Make tables with three indexes each (one backs the primary key) and a foreign key each."""
    with psycopg.connect(url, autocommit=True) as connection:
        for start in range(0, tables, 500):
            block = "".join(
                f"create table t{n} (id int primary key, parent_id int references t{max(start, n - 1)}, name text);"
                f"create index on t{n} (parent_id); create index on t{n} (lower(name)) where id > 0;"
                for n in range(start, min(start + 500, tables))
            )
            connection.execute(block.encode())
        connection.execute("analyze")


def run_psql(server: Server, url: str, script: Path) -> float:
    """Return the seconds that psql takes for a script."""
    started = time.perf_counter()
    command = [server.program("psql"), "-X", "-q", "-A", "-o", "/dev/null", "-f", str(script), url]
    subprocess.run(command, check=True)
    return time.perf_counter() - started


def main() -> None:
    """Run the benchmark and print its table."""
    server = Server(cache_folder() / "bench", settings={"max_locks_per_transaction": "2000"})
    with server, tempfile.TemporaryDirectory() as folder:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("drop database if exists capture_bench with (force)")
            connection.execute("create database capture_bench")
        url = server.url("capture_bench")
        fill(url, TABLES)
        target = Target("bench", parse_url(url))
        captured = set(catalog.capture(target).manifest["frames"])
        chosen = [q for n in sorted(captured) if (q := catalog.query_for(n, 18))]
        script = Path(folder) / "all.sql"
        body = "\n".join(query.sql for query in chosen)
        script.write_text(
            f"begin isolation level repeatable read read only;\n{body}\ncommit;\n", encoding="utf-8"
        )
        ours, theirs = [], []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            snapshot = catalog.capture(target)
            ours.append(time.perf_counter() - started)
            theirs.append(run_psql(server, url, script))
        rows = sum(facts["rows"] for facts in snapshot.manifest["frames"].values())
        slowest = sorted(snapshot.manifest["frames"].items(), key=lambda item: -item[1]["seconds"])[:5]
        print(
            f"{TABLES:,} tables, {len(snapshot['indexes']):,} indexes, {rows:,} rows in {len(captured)} frames"
        )
        print(f"workbench {min(ours):.2f} s, psql {min(theirs):.2f} s, ratio {min(ours) / min(theirs):.2f}")
        print("slowest frames:", ", ".join(f"{name} {facts['seconds']:.2f} s" for name, facts in slowest))
    server.remove()


if __name__ == "__main__":
    main()
