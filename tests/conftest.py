"""Real servers for the tests: the embedded PostgreSQL 18, and 14 to 17 where they can be had.

All workers of one run share the servers; each test gets a database of its own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.npm import node_modules, server_binaries
from workbench import demo
from workbench.server import Server
from workbench.targets import Options, Target, parse_url

MakeDatabase = Callable[..., Target]

SERVERS = Path(__file__).parent / "servers"
SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "autovacuum": "off",
    "max_prepared_transactions": "5",
    "wal_level": "logical",
}


def _binaries(version: str) -> Path | None:
    """Return the folder of a server's programs; None stands for the embedded one."""
    if version == "18":
        return None
    if version != "15":
        return server_binaries(node_modules(SERVERS) / f"pg{version}")
    folder = Path("/usr/lib/postgresql/15/bin")
    if not folder.exists():
        pytest.skip(f"PostgreSQL 15 is not installed in {folder}")
    return folder


def _shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run share, short enough for a socket's path."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"wb-{run[:8]}"
    folder.mkdir(mode=0o755, exist_ok=True)
    return folder


def _server(version: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(_shared_folder(tmp_path_factory) / version, _binaries(version), SETTINGS)
    server.start()
    yield server
    server.release()
    if not server.running():
        shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def pg18(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _server("18", tmp_path_factory)


@pytest.fixture(scope="session")
def pg17(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _server("17", tmp_path_factory)


@pytest.fixture(scope="session")
def pg16(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _server("16", tmp_path_factory)


@pytest.fixture(scope="session")
def pg15(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _server("15", tmp_path_factory)


@pytest.fixture(scope="session")
def pg14(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _server("14", tmp_path_factory)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--servers", default="18,15", help="Versions that most tests run on, of 14 to 18 [18,15]."
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames:
        metafunc.parametrize("server", metafunc.config.getoption("--servers").split(","), indirect=True)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    """Each server of ``--servers``, one after the other."""
    chosen: Server = request.getfixturevalue(f"pg{request.param}")
    return chosen


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder for a server of the test's own: pytest's folders are closed to the account that root needs."""
    folder = Path(tempfile.mkdtemp(prefix="wb-"))
    folder.chmod(0o755)
    yield folder
    Server(folder / "server").stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as the demo runs it; nobody writes to its databases white_cross and lithic."""
    server = Server(_shared_folder(tmp_path_factory) / "demo", None, demo.SETTINGS)
    server.start()
    demo.create_roles(parse_url(server.url()))
    yield server
    server.release()
    if not server.running():
        shutil.rmtree(server.folder, ignore_errors=True)


def _demo_target(server: Server, name: str) -> Target:
    """Build a demo database, or wait for the worker that does."""
    demo.ensure_built(name, parse_url(server.url()))
    return Target(name, parse_url(server.url(name)), options=demo.options(name))


@pytest.fixture(scope="session")
def white_cross(demo_server: Server) -> Target:
    """The hospital of the demo, built once for all workers."""
    return _demo_target(demo_server, "white_cross")


@pytest.fixture(scope="session")
def lithic(demo_server: Server) -> Target:
    """The card programme of the demo, built once for all workers."""
    return _demo_target(demo_server, "lithic")


@pytest.fixture
def make_database() -> Iterator[MakeDatabase]:
    """Return a function ``(server, sql="", user="postgres", **options) -> Target`` that makes a database.

    The SQL runs statement by statement in autocommit, so CONCURRENTLY and VACUUM work; separate statements
    that need their own transaction with a line of ``--;``.
    """
    made: list[tuple[Server, str]] = []

    def make(server: Server, sql: str = "", user: str = "postgres", **options: object) -> Target:
        name = f"t_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f'create database "{name}"')
        made.append((server, name))
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            for statement in sql.split("--;"):
                if statement.strip():
                    connection.execute(statement.encode())
            has_flush = server_major(connection) >= 15
            if has_flush:
                connection.execute("select pg_stat_force_next_flush()")
        if not has_flush:
            # The collector hands out a file that is up to half a second old.
            time.sleep(0.6)
        return Target(name, parse_url(server.url(name, user)), options=Options(**options))  # type: ignore[arg-type]

    yield make
    for server, name in made:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')


def server_major(connection: psycopg.Connection[object]) -> int:
    """Return the major version of the server behind a connection."""
    return connection.info.server_version // 10000


def major_of(server: Server) -> int:
    """Return the major version of a server."""
    return int((server.data / "PG_VERSION").read_text())


def needs(server: Server, major: int) -> None:
    """Skip a test whose SQL an older server does not know."""
    if major_of(server) < major:
        pytest.skip(f"needs PostgreSQL {major}")


def connect(target: Target) -> psycopg.Connection[tuple[object, ...]]:
    """Open a writing connection to a test's database."""
    from workbench.targets import connection_string

    return psycopg.connect(connection_string(target), autocommit=True)


def as_monitor(target: Target) -> Target:
    """Return the same database seen by a login role with pg_monitor and nothing else."""
    return _as_role(target, "monitor", "in role pg_monitor")


def as_bare_role(target: Target) -> Target:
    """Return the same database seen by a login role without any right."""
    return _as_role(target, "bare", "")


def _as_role(target: Target, name: str, options: str) -> Target:
    with connect(target) as connection:
        connection.execute(
            f"do $$ begin create role wb_{name} login {options}; "
            "exception when duplicate_object or unique_violation then null; end $$".encode()
        )
    return Target(f"{target.name} {name}", {**target.conninfo, "user": f"wb_{name}"}, options=target.options)
