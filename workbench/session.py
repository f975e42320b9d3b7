"""Sessions on a target: one read-only transaction each, with timeouts, whose statements can be told apart.

Everything that the workbench asks a target goes through here, so one place sees to it that it waits for
nobody, changes nothing and is not taken for the application.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any, Self

import psycopg
import psycopg.adapt
from psycopg.abc import Buffer, Query

from workbench import __version__
from workbench.targets import Options, Target, connection_string

MARK = "/* workbench */"
"""Stands in every statement, behind its first word: PostgreSQL 18 drops a comment that comes before."""

# Cumulative counters that reading would raise, and how to keep it out of them. Only a superuser, or a role
# with GRANT SET ON PARAMETER (15+), may.
_UNCOUNTED = ("set local track_counts = off", "set local pg_stat_statements.track = 'none'")

# What a role or a database may set otherwise: how values are spelled, and what ends a transaction early.
_PINNED = {
    # Names in the queries' output must not depend on the role's search_path.
    "search_path": "pg_catalog",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "bytea_output": "hex",
    "quote_all_identifiers": "off",
    "standard_conforming_strings": "on",
    "client_min_messages": "warning",
    # Compiling queries over a catalog takes longer than running them.
    "jit": "off",
}


class CaptureError(RuntimeError):
    """The server could not be reached or read; the message holds no secret."""


def marked(statement: str) -> str:
    """Return a statement with :data:`MARK` behind its first word."""
    return re.sub(r"\A(\s*\w+)", rf"\1 {MARK}", statement, count=1)


class Cursor(psycopg.Cursor[Any]):
    """A cursor whose statements carry the mark."""

    def execute(self, query: Query, *arguments: Any, **keywords: Any) -> Self:
        """Execute a statement that carries the mark; see :meth:`psycopg.Cursor.execute`."""
        return super().execute(_marked(query), *arguments, **keywords)


class RawCursor(psycopg.RawCursor[Any]):
    """A cursor for parameters spelled ``$1`` whose statements carry the mark."""

    def execute(self, query: Query, *arguments: Any, **keywords: Any) -> Self:
        """Execute a statement that carries the mark; see :meth:`psycopg.Cursor.execute`."""
        return super().execute(_marked(query), *arguments, **keywords)


def _marked(query: Query) -> bytes:
    if not isinstance(query, (str, bytes)):
        raise TypeError("statements are texts here: names are quoted by workbench.naming")
    return marked(query if isinstance(query, str) else query.decode()).encode()


@contextlib.contextmanager
def session(target: Target) -> Iterator[psycopg.Connection[Any]]:
    """Open one read-only REPEATABLE READ transaction on a target, with its timeouts set, and leave no trace.

    Settings are local to the transaction, so a pooler that reuses the connection is not changed.

    Raises:
        CaptureError: the server cannot be reached.
    """
    try:
        connection = psycopg.connect(
            connection_string(target),
            autocommit=True,
            connect_timeout=10,
            application_name=f"workbench {__version__}",
            # A prepared statement keeps its plan and then ignores planner settings made later.
            prepare_threshold=None,
            cursor_factory=Cursor,
            client_encoding="UTF8",
        )
    except psycopg.Error as error:
        raise CaptureError(f"{target.name}: {first_line(error)}") from None
    try:
        try:
            _settle(connection, target.options)
        except psycopg.Error as error:
            raise CaptureError(f"{target.name}: {first_line(error)}") from None
        yield connection
    finally:
        with contextlib.suppress(psycopg.Error):
            connection.rollback()
        connection.close()


def _settle(connection: psycopg.Connection[Any], options: Options) -> None:
    """Begin the transaction and set what it needs, whatever the role and the database have set."""
    connection.execute("begin isolation level repeatable read read only")
    limits = {
        "statement_timeout": int(options.statement_timeout * 1000),
        "lock_timeout": int(options.lock_timeout * 1000),
        "idle_in_transaction_session_timeout": 600_000,
    }
    if connection.info.server_version >= 170000:
        limits["transaction_timeout"] = 0
    for name, value in (limits | _PINNED).items():
        connection.execute(f"set local {name} = '{value}'")
    if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
        # Such a database keeps bytes of any encoding, and refuses to hand over as UTF-8 what is none.
        connection.execute("set local client_encoding = 'SQL_ASCII'")
        for kind in ("text", "name", "varchar", "bpchar", '"char"'):
            connection.adapters.register_loader(kind, _AnyText)
    for statement in _UNCOUNTED:
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(statement)


class _AnyText(psycopg.adapt.Loader):
    """Text of which some bytes may be no UTF-8: those are spelled ``\\xe9``."""

    def load(self, data: Buffer) -> str:
        """Return the text of a value."""
        return bytes(data).decode(errors="backslashreplace")


def first_line(error: BaseException) -> str:
    """Return what a server said, without hints that repeat a statement or a connection string."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
