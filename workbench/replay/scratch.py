"""Scratch databases and what pg_dump says about them."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from workbench.naming import quote
from workbench.replay.project import ReplayError
from workbench.server import Server, cache_folder


@contextmanager
def scratch(server: Server | None) -> Iterator[Server]:
    """Give a running server; one of our own is stopped when nobody else uses it."""
    if server is not None:
        yield server
        return
    with Server(cache_folder() / "replay") as running:
        yield running


@contextmanager
def databases(server: Server) -> Iterator[tuple[str, str]]:
    """Give two names of databases and drop what is there of them afterwards."""
    stem = f"replay_{os.getpid()}_{time.monotonic_ns() % 1_000_000}"
    names = (f"{stem}_main", f"{stem}_probe")
    try:
        yield names
    finally:
        for name in names:
            drop(server, name)


def create(server: Server, name: str, template: str) -> None:
    """Create a database as a copy of another."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {quote(name)} template {quote(template)}".encode())


def drop(server: Server, name: str) -> None:
    """Drop a database, whoever is connected to it."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"drop database if exists {quote(name)} with (force)".encode())


def dump(server: Server, database: str) -> frozenset[str]:
    """Return the statements of ``pg_dump --schema-only`` without comments, settings and the runner's own table."""
    options = ["--schema-only", "--no-owner", "--no-privileges", '--exclude-table=public."SequelizeMeta"']
    done = subprocess.run(
        [server.program("pg_dump"), *options, server.url(database)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReplayError(f"pg_dump failed: {done.stderr.strip()[-300:]}")
    return frozenset(_statements(done.stdout))


def _statements(text: str) -> Iterator[str]:
    """Split a dump at its comments, which head each object; one object is one statement or a few."""
    for block in re.split(r"^--.*\n", text, flags=re.MULTILINE):
        lines = [
            line
            for line in block.strip().splitlines()
            if line and not re.match(r"SET |SELECT pg_catalog\.set_config|\\(un)?restrict ", line)
        ]
        if lines:
            yield "\n".join(lines)
