"""The demo databases: a real server of our own, filled from data/ by a seeded generator, and cached.

A database is built once and kept until the files that describe it change: their hash is the comment on the
database. Building happens under another name and ends with a rename, so a build that was broken off is never used.

Environment: ``WORKBENCH_DEMO_BIN`` names a folder with ``initdb`` and ``pg_ctl`` to use instead of the embedded
server's; ``WORKBENCH_DEMO_URL`` is the URL of a superuser, without password, of a running server (14 or newer) to
build the databases in.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import re
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import psycopg.conninfo
from psycopg import errors, sql

from workbench.resources import resource
from workbench.server import Server, cache_folder
from workbench.targets import Options, Target, TargetError, parse_url

DATABASES = ("white_cross", "lithic")
ROLES: Mapping[str, tuple[str, ...]] = {"reviewer": ("pg_monitor",), "bare": ()}
"""Login roles of the demo server, and the roles that each is a member of."""

SETTINGS: Mapping[str, str] = {
    "shared_preload_libraries": "pg_stat_statements",
    "track_io_timing": "on",
    "timezone": "UTC",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
}
# The order in which the files of a database run; one that a database lacks is left out.
_BEFORE_STATISTICS = ("schema", "generator", "rows", "keys", "indexes", "security", "damage")
_EXTENSIONS = ("pg_stat_statements", "pgstattuple")
# Changes when this module would build something else from the same files.
_BUILDER = "1"
_NEVER_ANALYZED = ("cache_entries",)

_started: dict[Path, Server] = {}


@dataclass(frozen=True)
class State:
    """What there is of one demo database."""

    name: str
    built: bool
    """The database exists and was made from the files as they are now."""
    size_bytes: int | None
    """None when there is no database."""


def target(name: str) -> Target:
    """Return the target of a demo database, built and started when it is not yet.

    The server runs at least until this process ends.

    Raises:
        TargetError: ``WORKBENCH_DEMO_URL`` is malformed or holds a password, or its server cannot serve.
        ServerError: the server's programs failed.
    """
    conninfo = administrator()
    ensure_built(name, conninfo)
    return Target(name, {**conninfo, "dbname": name}, options=options(name))


def administrator() -> dict[str, str]:
    """Return how a superuser connects to the demo server, which is running afterwards.

    Raises:
        TargetError: ``WORKBENCH_DEMO_URL`` is malformed or holds a password.
        ServerError: the server's programs failed.
    """
    url = os.environ.get("WORKBENCH_DEMO_URL")
    if not url:
        return parse_url(start().url())
    conninfo = {"dbname": "postgres", **parse_url(url)}
    if "password" in conninfo:
        raise TargetError("WORKBENCH_DEMO_URL holds a password; put it into ~/.pgpass or PGPASSWORD instead")
    return conninfo


def server() -> Server:
    """Return the demo server that this process would start; nothing happens to it."""
    folder = os.environ.get("WORKBENCH_DEMO_BIN")
    if not folder:
        return Server(cache_folder() / "demo", None, SETTINGS)
    # Another server's data directory may have another format, so each set of programs has its own.
    programs = Path(folder).expanduser().absolute()
    tag = hashlib.sha256(os.fsencode(programs)).hexdigest()[:8]
    return Server(cache_folder() / f"demo-{tag}", programs, SETTINGS)


def start(*, keep: bool = False) -> Server:
    """Start the demo server, and hold a lease on it until this process ends; ``keep`` leaves it running.

    Raises:
        ServerError: the server's programs failed.
    """
    chosen = server()
    if chosen.folder not in _started:
        _started[chosen.folder] = chosen.start(keep=keep)
        atexit.register(chosen.release)
        create_roles(parse_url(chosen.url()))
    elif keep or not _started[chosen.folder].running():
        _started[chosen.folder].start(keep=keep)
    return _started[chosen.folder]


def states(conninfo: Mapping[str, str]) -> list[State]:
    """Return what there is of each demo database."""
    with _connect(conninfo) as connection:
        found = {
            name: (comment, size)
            for name, comment, size in connection.execute(
                "select datname, pg_catalog.shobj_description(oid, 'pg_database'), pg_catalog.pg_database_size(oid)"
                " from pg_catalog.pg_database where datname = any(%s)",
                [list(DATABASES)],
            )
        }
    missing = (None, None)
    return [
        State(name, found.get(name, missing)[0] == _mark(name), found.get(name, missing)[1])
        for name in DATABASES
    ]


def options(name: str) -> Options:
    """Return the options of a demo target: those of its target.toml, folders made absolute.

    A folder that is not there is left out.
    """
    folder = resource("data") / name
    values: dict[str, Any] = tomllib.loads((folder / "target.toml").read_text(encoding="utf-8"))
    for key in ("models", "migrations", "sources", "baseline"):
        path = folder / str(values.pop(key, ""))
        if path != folder and path.exists():
            values[key] = str(path)
    ready: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    return Options(**ready)


def ensure_built(name: str, conninfo: Mapping[str, str]) -> bool:
    """Build a demo database on a server unless it is there and up to date; return whether it was built.

    Who comes second while another process builds it waits, and then finds it built.

    Raises:
        TargetError: there is no demo of that name, or the server is older than 14.
    """
    if name not in DATABASES:
        raise TargetError(f"no demo database {name!r}: there are {', '.join(DATABASES)}")
    with _connect(conninfo) as connection:
        if connection.info.server_version < 140000:
            raise TargetError(
                f"the demo needs PostgreSQL 14 or newer, not {connection.info.server_version // 10000}"
            )
        if _is_built(connection, name):
            return False
        # A lock of the session: the server gives it back when the process dies.
        connection.execute(
            "select pg_catalog.pg_advisory_lock(pg_catalog.hashtext(%s))", [f"workbench demo {name}"]
        )
        if _is_built(connection, name):
            return False
        # Under a minute, but long enough to look like a hang when nothing is said.
        print(f"building the demo database {name}; this happens once", file=sys.stderr)
        began = time.monotonic()
        _replace(connection, name, conninfo)
        print(f"built {name} in {time.monotonic() - began:.0f} seconds", file=sys.stderr)
    return True


def _replace(connection: psycopg.Connection[Any], name: str, conninfo: Mapping[str, str]) -> None:
    """Build a database beside the one that is there, then put it into its place."""
    draft = f"{name}_building"
    drop = sql.SQL("drop database if exists {} with (force)")
    connection.execute(drop.format(sql.Identifier(draft)))
    connection.execute(
        sql.SQL("create database {} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'").format(
            sql.Identifier(draft)
        )
    )
    with _connect({**conninfo, "dbname": draft}) as session:
        _build(session, resource("data") / name)
    connection.execute(drop.format(sql.Identifier(name)))
    connection.execute(
        sql.SQL("alter database {} rename to {}").format(sql.Identifier(draft), sql.Identifier(name))
    )
    connection.execute(
        sql.SQL("comment on database {} is {}").format(sql.Identifier(name), sql.Literal(_mark(name)))
    )


def _build(session: psycopg.Connection[Any], folder: Path) -> None:
    """Fill an empty database: tables, rows, keys, indexes, damage, and then the workload with fresh statistics."""
    # Neither belongs to what is reviewed: psycopg would otherwise prepare, and notices say nothing here.
    session.prepare_threshold = None
    session.execute("set client_min_messages = warning")
    for extension in _EXTENSIONS:
        # A foreign server may come without contrib; the demo then shows what a review can say without it.
        with contextlib.suppress(errors.UndefinedFile, errors.FeatureNotSupported):
            session.execute(sql.SQL("create extension {}").format(sql.Identifier(extension)))
    for step in _BEFORE_STATISTICS:
        path = folder / f"{step}.sql"
        if path.exists():
            run_script(session, path)
    # What this session has counted and not sent yet would arrive after the reset.
    _flush_statistics(session)
    session.execute("select pg_catalog.pg_stat_reset()")
    _vacuum(session)
    _reset_statements(session)
    run_script(session, folder / "workload.sql")
    _flush_statistics(session)


def _flush_statistics(session: psycopg.Connection[Any]) -> None:
    """Send this session's counters to the shared statistics now; before 15 the server did so by itself."""
    if session.info.server_version >= 150000:
        session.execute("select pg_catalog.pg_stat_force_next_flush()")


def run_script(session: psycopg.Connection[Any], path: Path) -> None:
    """Run a file of SQL.

    A line of ``--;`` ends a block; a block without parameters may hold several statements, which then are one
    transaction. Comment lines steer a block: ``-- each: QUERY`` runs it once per row of QUERY with the row as
    parameters, ``-- times: N`` runs it N times, ``-- fails: CLASS`` expects an error of that class of psycopg.errors.
    """
    for block in re.split(r"^--;$", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        steering = dict(re.findall(r"^-- (each|times|fails): (.+)$", block, flags=re.MULTILINE))
        statement = re.sub(r"\A(\s*(--[^\n]*)?\n)*", "", block).strip()
        if not statement:
            continue
        if "each" in steering:
            for row in session.execute(steering["each"].encode()).fetchall():
                session.execute(statement.encode(), _as_text(row))
            continue
        expected: list[type[BaseException]] = (
            [getattr(errors, steering["fails"])] if "fails" in steering else []
        )
        for _ in range(int(steering.get("times", 1))):
            with contextlib.suppress(*expected):
                session.execute(statement.encode())


def _as_text(row: Sequence[Any]) -> list[Any]:
    """Return parameters as an application sends them: without a type, so that the server finds it."""
    return [value if value is None else str(value) for value in row]


def _vacuum(session: psycopg.Connection[Any]) -> None:
    """Vacuum and analyse every table but those that shall look as if nobody ever had."""
    for (table,) in session.execute(
        "select c.oid::regclass::text from pg_catalog.pg_class c where c.relkind = 'r' and c.relname <> all(%s)"
        " and c.relnamespace = 'public'::regnamespace order by c.relname",
        [list(_NEVER_ANALYZED)],
    ).fetchall():
        session.execute(f"vacuum (analyze) {table}".encode())


def _reset_statements(session: psycopg.Connection[Any]) -> None:
    """Forget the statements of the build; the extension may be missing or not loaded."""
    with contextlib.suppress(errors.UndefinedFunction, errors.ObjectNotInPrerequisiteState):
        session.execute(
            "select pg_stat_statements_reset(0, (select oid from pg_catalog.pg_database"
            " where datname = pg_catalog.current_database()), 0)"
        )


def _is_built(connection: psycopg.Connection[Any], name: str) -> bool:
    row = connection.execute(
        "select pg_catalog.shobj_description(oid, 'pg_database') from pg_catalog.pg_database where datname = %s",
        [name],
    ).fetchone()
    return row is not None and row[0] == _mark(name)


def _mark(name: str) -> str:
    """Return what the comment on an up-to-date database says: a hash of the files that it is made from."""
    digest = hashlib.sha256(_BUILDER.encode())
    for path in sorted((resource("data") / name).glob("*.sql")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"pg-review-workbench demo {digest.hexdigest()[:16]}"


def create_roles(conninfo: Mapping[str, str]) -> None:
    """Create the login roles that show what a review can see with few rights."""
    with _connect(conninfo) as connection:
        connection.execute("select pg_catalog.pg_advisory_lock(pg_catalog.hashtext('workbench demo roles'))")
        there = {name for (name,) in connection.execute("select rolname from pg_catalog.pg_roles")}
        for name, memberships in ROLES.items():
            if name not in there:
                connection.execute(sql.SQL("create role {} login").format(sql.Identifier(name)))
            for other in memberships:
                connection.execute(
                    sql.SQL("grant {} to {}").format(sql.Identifier(other), sql.Identifier(name))
                )


@contextlib.contextmanager
def _connect(conninfo: Mapping[str, str]) -> Iterator[psycopg.Connection[Any]]:
    parameters: dict[str, Any] = {
        **conninfo,
        "application_name": "pg-review-workbench demo",
        "options": "-c timezone=UTC -c statement_timeout=0",
    }
    with psycopg.connect(psycopg.conninfo.make_conninfo("", **parameters), autocommit=True) as connection:
        yield connection
